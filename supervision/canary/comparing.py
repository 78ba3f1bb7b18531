"""New weights beside the old: the same cameras before, and other cameras meanwhile.

Only what a rule told is counted: the worker finds faults of a view without any weights. Whoever
reads this sees everything (``MODEL_READ``), so the figures are of all enterprises.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select

from supervision.canary import rules
from supervision.canary.models import Canary
from supervision.canary.rules import Finding, Verdicts
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db
from supervision.core.scope import unscoped, visible
from supervision.video import precision
from supervision.video.models import Camera, CameraDay, Violation
from supervision.video.precision import Tally
from vision.contract import RuleKind

# Cameras that a trial is compared with: enough for a figure, few enough for a page.
MOST_OTHERS = 200
DAY_S = 86400.0


@dataclass(frozen=True, slots=True)
class Side:
    """What some cameras told in a span, and what people made of it."""

    tally: Tally = field(default_factory=Tally)
    camera_days: float | None = None

    @property
    def verdicts(self) -> Verdicts:
        return Verdicts(self.tally.confirmed, self.tally.false)

    @property
    def per_day(self) -> float | None:
        """Violations a camera-day; None where no hours are known."""
        return self.tally.told / self.camera_days if self.camera_days else None


@dataclass(frozen=True, slots=True)
class Line:
    """One rule or one camera in the three columns."""

    key: Any
    new: Side
    before: Side
    others: Side


@dataclass(frozen=True, slots=True)
class Comparison:
    """``still_old``: told by other weights on the trial's cameras although it had begun."""

    since: datetime
    until: datetime
    before_since: datetime
    new: Side
    before: Side
    others: Side
    other_cameras: int
    still_old: int
    kinds: Sequence[Line]
    cameras: Mapping[int, Line]

    @property
    def since_day(self) -> date:
        return clock.day_of(self.since)

    @property
    def before_since_day(self) -> date:
        return clock.day_of(self.before_since)

    @property
    def against_before(self) -> Finding:
        return rules.finding(self.before.verdicts, self.new.verdicts)

    @property
    def against_others(self) -> Finding:
        return rules.finding(self.others.verdicts, self.new.verdicts)

    @property
    def is_clearly_worse(self) -> bool:
        return Finding.WORSE in {self.against_before, self.against_others}


def compare(canary: Canary, now: datetime) -> Comparison:
    """Needs ``model`` and ``cameras`` loaded. Five statements, however many cameras there are."""
    since, until = canary.started_at, canary.ended_at or now
    begin = rules.before(since, until)
    ids = [one.camera_id for one in canary.cameras]
    own = _own(ids, canary.model.sha256, begin, since, until)
    others = comparable(canary)
    beside = _others(others, canary.model.sha256, since, until)
    return Comparison(
        since,
        until,
        begin,
        Side(
            _sum(t for (_c, _k, part), t in own.items() if part == _NEW), _days(ids, since, until)
        ),
        Side(
            _sum(t for (_c, _k, part), t in own.items() if part == _BEFORE),
            _days(ids, begin, since),
        ),
        Side(_sum(beside.values()), _days(others, since, until)),
        len(others),
        sum(t.told for (_c, _k, part), t in own.items() if part == _STILL_OLD),
        _by_kind(own, beside),
        {ident: _of_camera(ident, own) for ident in ids},
    )


_NEW, _BEFORE, _STILL_OLD = "new", "before", "still_old"
_Own = Mapping[tuple[int, RuleKind, str], Tally]


def _own(
    ids: Collection[int], sha256: str, begin: datetime, since: datetime, until: datetime
) -> _Own:
    is_new = Violation.model_sha256 == sha256
    part = case((Violation.started_at < since, _BEFORE), (is_new, _NEW), else_=_STILL_OLD)
    keys = (Violation.camera_id, Violation.rule_kind, part.label("part"))
    stmt = (
        visible(Violation, SYSTEM, *keys, *precision.tally_columns())
        .where(Violation.camera_id.in_(ids), *_span(begin, until))
        # An earlier trial of the same weights is no time before it.
        .where((Violation.started_at >= since) | ~is_new)
        .group_by(*keys)
    )
    return {
        (row["camera_id"], row["rule_kind"], row["part"]): precision.tally_of(dict(row))
        for row in db.session.execute(stmt).mappings()
    }


def _others(
    ids: Collection[int], sha256: str, since: datetime, until: datetime
) -> Mapping[RuleKind, Tally]:
    stmt = (
        visible(Violation, SYSTEM, Violation.rule_kind, *precision.tally_columns())
        .where(Violation.camera_id.in_(ids), *_span(since, until))
        .where(Violation.model_sha256 != sha256)
        .group_by(Violation.rule_kind)
    )
    rows = db.session.execute(stmt).mappings()
    return {row["rule_kind"]: precision.tally_of(dict(row)) for row in rows}


def _span(since: datetime, until: datetime) -> tuple[Any, ...]:
    in_time = Violation.started_at.between(since, until)
    return in_time, Violation.rule_kind != RuleKind.VIEW_FAULT


def _sum(tallies: Iterable[Tally]) -> Tally:
    return sum(tallies, start=Tally())


def _by_kind(own: _Own, beside: Mapping[RuleKind, Tally]) -> list[Line]:
    kinds = {kind for _camera, kind, _part in own} | set(beside)

    def of(kind: RuleKind, wanted: str) -> Side:
        return Side(_sum(t for (_c, k, part), t in own.items() if (k, part) == (kind, wanted)))

    lines = [
        Line(kind, of(kind, _NEW), of(kind, _BEFORE), Side(beside.get(kind, Tally())))
        for kind in kinds
    ]
    return sorted(lines, key=lambda line: (-line.new.tally.told, str(line.key)))


def _of_camera(camera_id: int, own: _Own) -> Line:
    def of(wanted: str) -> Side:
        mine = (t for (c, _k, part), t in own.items() if (c, part) == (camera_id, wanted))
        return Side(_sum(mine))

    return Line(camera_id, of(_NEW), of(_BEFORE), Side())


def comparable(canary: Canary) -> list[int]:
    """Cameras that no trial has, of the same enterprises if there are any, with a rule in common."""
    own = select(Camera.enterprise_id).where(Camera.id.in_([c.camera_id for c in canary.cameras]))
    stmt = (
        visible(Camera, SYSTEM, Camera.id, Camera.rules, Camera.enterprise_id.in_(own))
        .where(Camera.model_id.is_(None), Camera.is_enabled, Camera.node_id.is_not(None))
        .where(Camera.id.not_in([one.camera_id for one in canary.cameras]))
        .order_by(Camera.enterprise_id.in_(own).desc(), Camera.id)
        .limit(MOST_OTHERS)
    )
    kinds = _kinds([one.camera_id for one in canary.cameras])
    found = [
        (ident, is_near)
        for ident, told, is_near in db.session.execute(stmt).tuples()
        if kinds & {rule["kind"] for rule in told}
    ]
    near = [ident for ident, is_near in found if is_near]
    return near or [ident for ident, _far in found]


def _kinds(ids: Collection[int]) -> set[str]:
    stmt = select(Camera.rules).where(Camera.id.in_(ids))
    told = db.session.scalars(unscoped(stmt, reason="the rules of a trial's cameras"))
    return {rule["kind"] for rules_of_one in told for rule in rules_of_one}


def _days(ids: Collection[int], since: datetime, until: datetime) -> float | None:
    """Camera-days in which they ran and could be judged; a day that is cut counts in part."""
    stmt = (
        select(CameraDay.day, func.sum(CameraDay.running_s))
        .where(CameraDay.camera_id.in_(ids))
        .where(CameraDay.day.between(clock.day_of(since), clock.day_of(until)))
        .group_by(CameraDay.day)
    )
    now, total = clock.now(), 0.0
    for day, seconds in db.session.execute(stmt).tuples():
        start = clock.start_of(day)
        end = min(start + timedelta(days=1), max(now, start + timedelta(seconds=1)))
        total += float(seconds or 0) * rules.overlap(start, end, since, until)
    return total / DAY_S or None
