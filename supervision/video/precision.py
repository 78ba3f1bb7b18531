"""How right the cameras are: what people made of what was told, counted in one way for everybody.

A verdict of the system's own counts in none of these figures. Of the reasons why a violation is
none, "permitted" and "test" are no errors of the detector: the picture was right. A violation
belongs to the day on which its episode began (Asia/Shanghai).
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func

from supervision.core.actor import SYSTEM
from supervision.core.counting import count_if
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.video.models import Violation
from supervision.video.rules import RejectReason
from supervision.video.workflow import ReviewState
from vision.contract import RuleKind

FALSE_REASONS = frozenset(RejectReason) - {RejectReason.PERMITTED, RejectReason.TEST}
HOUR_S = 3600.0
CHUNK = 5000


@dataclass(frozen=True, slots=True)
class Precision:
    """Verdicts of people: so many confirmed, so many false alarms."""

    confirmed: int
    false: int

    @property
    def judged(self) -> int:
        return self.confirmed + self.false

    @property
    def share(self) -> float | None:
        """From 0 to 1; None where nobody has judged any."""
        return self.confirmed / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class Tally:
    """What was told, and what became of it; the parts add up to ``told``.

    ``automatic`` were decided by a policy; ``duplicates`` by a person or filed by the system.
    """

    told: int = 0
    confirmed: int = 0
    duplicates: int = 0
    automatic: int = 0
    waiting: int = 0
    reasons: Mapping[RejectReason, int] = field(default_factory=dict)

    @property
    def rejected(self) -> int:
        return sum(self.reasons.values())

    @property
    def false(self) -> int:
        """False alarms."""
        return sum(self.reasons.get(reason, 0) for reason in FALSE_REASONS)

    @property
    def precision(self) -> Precision:
        return Precision(self.confirmed, self.false)

    def per_hour(self, running_s: float | None) -> float | None:
        """False alarms per camera-hour; None where no hours are known."""
        return self.false / running_s * HOUR_S if running_s else None

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            told=self.told + other.told,
            confirmed=self.confirmed + other.confirmed,
            duplicates=self.duplicates + other.duplicates,
            automatic=self.automatic + other.automatic,
            waiting=self.waiting + other.waiting,
            reasons={r: self.reasons.get(r, 0) + other.reasons.get(r, 0) for r in RejectReason},
        )


def tally_of_one(
    status: ReviewState, reason: RejectReason | None, *, automatic: bool, count: int
) -> Tally:
    """So many violations that all ended, or wait, in the same way."""
    if automatic:
        return Tally(told=count, automatic=count)
    if reason is not None:
        return Tally(told=count, reasons={reason: count})
    parts = {
        ReviewState.PENDING: "waiting",
        ReviewState.CONFIRMED: "confirmed",
        ReviewState.DUPLICATE: "duplicates",
    }
    return Tally(told=count, **{parts[status]: count})  # type: ignore[arg-type]


BY_POLICY = Violation.is_automatic
CONFIRMED = and_(Violation.status == ReviewState.CONFIRMED, ~BY_POLICY)
FALSE = and_(Violation.reject_reason.in_(FALSE_REASONS), ~BY_POLICY)
_PLAIN = {
    "told": Violation.id.is_not(None),
    "confirmed": CONFIRMED,
    "duplicates": and_(Violation.status == ReviewState.DUPLICATE, ~BY_POLICY),
    "automatic": BY_POLICY,
    "waiting": and_(Violation.status == ReviewState.PENDING, ~BY_POLICY),
}


def tally_columns() -> list[ColumnElement[int]]:
    """What :func:`tally_of` reads, for a statement over violations in groups or as a whole."""
    reasons = [and_(Violation.reject_reason == reason, ~BY_POLICY) for reason in RejectReason]
    named = [*_PLAIN.items(), *zip(map(str, RejectReason), reasons, strict=True)]
    return [count_if(clause).label(name) for name, clause in named]


def false_of(table: Any) -> ColumnElement[int]:
    """The false alarms in a subquery that has :func:`tally_columns`."""
    columns = [table.c[str(reason)] for reason in sorted(FALSE_REASONS)]
    total: ColumnElement[int] = sum(columns[1:], start=columns[0])
    return total


def tally_of(row: Mapping[str, Any]) -> Tally:
    """From a row's mapping; what an outer join did not find is nothing."""
    reasons = {reason: int(row[str(reason)] or 0) for reason in RejectReason}
    return Tally(**{name: int(row[name] or 0) for name in _PLAIN}, reasons=reasons)


def precision_of(rule_kind: RuleKind, camera_id: int | None, since: datetime) -> Precision:
    """Of one kind of rule, on one camera or on all, for episodes that began ``since`` then.

    Whoever asks has checked that they may: the figures are of all enterprises.
    """
    stmt = visible(Violation, SYSTEM, count_if(CONFIRMED), count_if(FALSE)).where(
        Violation.rule_kind == rule_kind, Violation.started_at >= since
    )
    if camera_id is not None:
        stmt = stmt.where(Violation.camera_id == camera_id)
    return Precision(*db.session.execute(stmt).tuples().one())


@dataclass(frozen=True, slots=True)
class Times:
    """From a violation's arrival to a person's verdict: nearest ranks, so each really occurred."""

    median: timedelta
    p90: timedelta


def times(stmt: Select[Any], *keys: Any) -> dict[Hashable, Times]:
    """By key (a tuple where several are given) and, under ``()``, of all violations of ``stmt``.

    ``stmt`` comes from ``visible()``. The seconds alone are read, in one statement, and sorted here:
    no database does it sooner, and SQLite has no percentiles.
    """
    taken = stmt.with_only_columns(*keys, _seconds(), maintain_column_froms=True).order_by(None)
    taken = taken.where(Violation.verdict_side.is_not(None), ~BY_POLICY)
    found: dict[Hashable, array[float]] = {}
    everything = array("d")
    for row in db.session.execute(taken.execution_options(yield_per=CHUNK)):
        seconds = max(0.0, float(row[-1]))
        everything.append(seconds)
        if keys:
            key = row[0] if len(keys) == 1 else tuple(row[:-1])
            found.setdefault(key, array("d")).append(seconds)
    if everything:
        found[()] = everything
    return {key: ranks(values) for key, values in found.items()}


def ranks(values: Iterable[float]) -> Times:
    """Median and ninth tenth of some seconds, which may not be none."""
    ordered = sorted(values)

    def rank(percent: int) -> timedelta:
        return timedelta(seconds=round(ordered[-(-len(ordered) * percent // 100) - 1], 3))

    return Times(rank(50), rank(90))


def _seconds() -> ColumnElement[Any]:
    """From arrival to verdict."""
    if db.engine.dialect.name == "postgresql":
        return func.extract("epoch", Violation.verdict_at - Violation.received_at)
    days = func.julianday(Violation.verdict_at) - func.julianday(Violation.received_at)
    return days * 86400.0
