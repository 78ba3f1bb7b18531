"""What a monthly package says, put together and proved before a file is written. No database.

The rows of the ledger, the figures that they sum to, and the counts that the database made
without the rows: :func:`compose` returns only what agrees.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from supervision.core.export.checks import Check, require
from supervision.report import labels
from supervision.report.enforcement import (
    NAMES,
    ClockFact,
    Enforcement,
    EscalationFact,
    InspectionFact,
    OrderFact,
    enforcement,
)
from supervision.report.holdings import NAMES as HOLDING_NAMES
from supervision.report.holdings import (
    CertificateFact,
    ChemicalFact,
    Holdings,
    LicenceFact,
    RiskFact,
    SourceFact,
    holdings,
)
from supervision.report.rules import (
    Figures,
    Group,
    MonthlyFigures,
    Period,
    RectificationDays,
    TicketFact,
    ViolationFact,
    ViolationFigures,
    monthly_figures,
    ticket_part,
)
from supervision.report.selfwork import NAMES as SELFWORK_NAMES
from supervision.report.selfwork import SelfWork, SelfWorkMaterial, selfwork


class SubjectKind(StrEnum):
    ENTERPRISE = "enterprise"
    REGION = "region"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose month it is: one enterprise, or a region (GB/T 2260 prefix) with all below it."""

    kind: SubjectKind
    name: str
    enterprise_id: int | None = None
    region_code: str | None = None

    @property
    def key(self) -> str:
        """``enterprise:12`` or ``region:330110``."""
        return f"{self.kind}:{self.enterprise_id or self.region_code}"


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A ticket with the part that it plays in the month (ones and zeros)."""

    fact: TicketFact
    part: Figures
    enterprise: str
    uscc: str
    place: str
    description: str
    responsible_person: str

    @property
    def days(self) -> int | None:
        """Calendar days from finding to closing; None when not closed in the month."""
        if not self.part.closed or self.fact.left_on is None:
            return None
        return (self.fact.left_on - self.fact.found_on).days


@dataclass(frozen=True, slots=True)
class SeenRow:
    """A violation that a camera flagged in the month."""

    fact: ViolationFact
    seen_at: datetime
    enterprise: str
    camera: str


@dataclass(frozen=True, slots=True)
class TicketText:
    """What the ledger says of a ticket besides the facts that count."""

    enterprise: str
    uscc: str
    place: str
    description: str
    responsible_person: str


@dataclass(frozen=True, slots=True)
class EnforcementMaterial:
    """Rows of what the authority did, and what the database ``counted`` without them."""

    inspections: Sequence[InspectionFact] = ()
    orders: Sequence[OrderFact] = ()
    clocks: Sequence[ClockFact] = ()
    escalations: Sequence[EscalationFact] = ()
    counted: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HoldingsMaterial:
    """Rows of what the enterprises' files held, and what the database ``counted`` without them."""

    licences: Sequence[LicenceFact] = ()
    certificates: Sequence[CertificateFact] = ()
    risks: Sequence[RiskFact] = ()
    chemicals: Sequence[ChemicalFact] = ()
    sources: Sequence[SourceFact] = ()
    counted: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Material:
    """What the database held at one moment.

    ``counted`` and ``counted_violations`` were counted by the database, not from the rows.
    ``audit_id`` is the last entry of the audit trail then: the version of the data.
    """

    tickets: Sequence[tuple[TicketFact, TicketText]]
    seen: Sequence[SeenRow]
    counted: Mapping[str, int]
    counted_violations: Mapping[str, int]
    audit_id: int
    enforcement: EnforcementMaterial = field(default_factory=EnforcementMaterial)
    holdings: HoldingsMaterial = field(default_factory=HoldingsMaterial)
    selfwork: SelfWorkMaterial = field(default_factory=SelfWorkMaterial)


@dataclass(frozen=True, slots=True)
class DayFigures:
    day: date
    found: int
    closed: int


@dataclass(frozen=True, slots=True)
class Contents:
    """A package's content. ``digest``: sha256 of the canonical rows and figures."""

    subject: Subject
    figures: MonthlyFigures
    ledger: tuple[LedgerRow, ...]
    seen: tuple[SeenRow, ...]
    enforcement: Enforcement
    holdings: Holdings
    selfwork: SelfWork
    by_day: tuple[DayFigures, ...]
    enterprises: Mapping[str, str]
    checks: tuple[Check, ...]
    audit_id: int
    digest: str

    @property
    def data_version(self) -> str:
        """The state of the data that the package was made of, short enough to be read out."""
        return f"{self.audit_id}-{self.digest[:12]}"


def compose(subject: Subject, period: Period, material: Material) -> Contents:
    """The content of a package. Raises ReconciliationError or UnreconciledError, never half.

    Checked: every identity of :mod:`supervision.report.rules`; each total against the sum of
    the ledger's rows and against the database's own count.
    """
    facts = [fact for fact, _text in material.tickets]
    seen = tuple(material.seen)
    figures = monthly_figures(period, facts, (row.fact for row in seen))
    ledger = _ledger(period, material.tickets)
    by_day = _by_day(period, ledger)
    held = material.enforcement
    done = enforcement(period, held.inspections, held.orders, held.clocks, held.escalations)
    files = material.holdings
    there = holdings(
        period,
        licences=files.licences,
        certificates=files.certificates,
        risks=files.risks,
        chemicals=files.chemicals,
        sources=files.sources,
    )
    own = selfwork(material.selfwork)
    checks = require(
        [
            *_checks(figures, ledger, by_day, material),
            *_enforcement_checks(done, held.counted),
            *_holding_checks(there, files.counted),
            *_selfwork_checks(own, material.selfwork.counted),
        ]
    )
    return Contents(
        subject=subject,
        figures=figures,
        ledger=ledger,
        seen=seen,
        enforcement=done,
        holdings=there,
        selfwork=own,
        by_day=by_day,
        enterprises={str(row.fact.enterprise_id): row.enterprise for row in ledger},
        checks=checks,
        audit_id=material.audit_id,
        digest=_digest(
            subject,
            canonical(figures),
            ledger=ledger,
            violations=seen,
            enforcement=done,
            holdings=there,
            selfwork=own,
        ),
    )


def _ledger(
    period: Period, tickets: Iterable[tuple[TicketFact, TicketText]]
) -> tuple[LedgerRow, ...]:
    rows = (
        LedgerRow(fact, ticket_part(period, fact), **{f: getattr(text, f) for f in _TEXTS})
        for fact, text in tickets
    )
    return tuple(row for row in rows if row.part != Figures())


def _by_day(period: Period, ledger: Sequence[LedgerRow]) -> tuple[DayFigures, ...]:
    """Found and closed on each day of the month so far."""
    days = (period.events_through - period.first).days + 1
    found = dict.fromkeys((period.first + timedelta(n) for n in range(days)), 0)
    closed = dict(found)
    for row in ledger:
        if row.part.found:
            found[row.fact.found_on] += 1
        if row.part.closed and row.fact.left_on is not None:
            closed[row.fact.left_on] += 1
    return tuple(DayFigures(day, found[day], closed[day]) for day in found)


def _checks(
    figures: MonthlyFigures,
    ledger: Sequence[LedgerRow],
    by_day: Sequence[DayFigures],
    material: Material,
) -> Iterable[Check]:
    for name in FIGURES:
        reported = getattr(figures.total, name)
        label = labels.FIGURE_LABELS[name]
        yield Check(label, reported, material.counted[name])
        # Proved here, shown once: the printed rows are the same tickets that SQL counted.
        require([Check(label, reported, sum(getattr(row.part, name) for row in ledger))])
    require([Check("by day", figures.total.found, sum(day.found for day in by_day))])
    require([Check("by day", figures.total.closed, sum(day.closed for day in by_day))])
    for name in VERDICTS:
        yield Check(
            labels.VIOLATION_LABELS[name],
            getattr(figures.violations, name),
            material.counted_violations.get(name, 0),
        )


def _enforcement_checks(done: Enforcement, counted: Mapping[str, int]) -> Iterable[Check]:
    for name in NAMES:
        label = labels.ENFORCEMENT_LABELS[name]
        yield Check(label, getattr(done.figures, name), counted.get(name, 0))


def _holding_checks(there: Holdings, counted: Mapping[str, int]) -> Iterable[Check]:
    for name in HOLDING_NAMES:
        label = labels.HOLDING_LABELS[name]
        yield Check(label, getattr(there.figures, name), counted.get(name, 0))


def _selfwork_checks(own: SelfWork, counted: Mapping[str, int]) -> Iterable[Check]:
    for name in SELFWORK_NAMES:
        label = labels.SELFWORK_LABELS[name]
        yield Check(label, getattr(own.figures, name), counted.get(name, 0))


def _digest(subject: Subject, figures: Mapping[str, Any], **parts: Any) -> str:
    """Of the canonical figures, and of the rows of each part: row by row, for they are many."""
    found = hashlib.sha256()
    for name, value in (("subject", subject.key), ("figures", figures), *_rows_of(parts)):
        text = json.dumps(
            [name, value], default=str, sort_keys=True, ensure_ascii=False, separators=(",", ":")
        )
        found.update(text.encode())
    return found.hexdigest()


def _rows_of(parts: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each row with the name of its table; what is no table as it stands."""
    for name, part in parts.items():
        if isinstance(part, tuple):
            yield from ((name, asdict(row)) for row in part)
        elif any(isinstance(getattr(part, f.name), tuple) for f in fields(part)):
            yield from _rows_of({f"{name}.{f.name}": getattr(part, f.name) for f in fields(part)})
        else:
            yield name, asdict(part)


def canonical(figures: MonthlyFigures) -> dict[str, Any]:
    """The figures as JSON keeps them; :func:`figures_of` reads them again."""
    period = figures.period
    return {
        "month": f"{period.year}-{period.month:02d}",
        "as_of": period.as_of.isoformat(),
        "total": asdict(figures.total),
        "by_grade": _groups(figures.by_grade),
        "by_source": _groups(figures.by_source),
        "by_enterprise": _groups(figures.by_enterprise),
        "rectification": {
            key: None if value is None else str(value)
            for key, value in asdict(figures.rectification).items()
        },
        "violations": asdict(figures.violations),
    }


def figures_of(held: Mapping[str, Any]) -> MonthlyFigures:
    """What :func:`canonical` kept."""
    year, month = held["month"].split("-")
    days = held["rectification"]
    return MonthlyFigures(
        period=Period(int(year), int(month), date.fromisoformat(held["as_of"])),
        total=Figures(**held["total"]),
        by_grade=_read_groups(held["by_grade"]),
        by_source=_read_groups(held["by_source"]),
        by_enterprise=_read_groups(held["by_enterprise"]),
        rectification=RectificationDays(
            count=int(days["count"]),
            mean=None if days["mean"] is None else Decimal(days["mean"]),
            median=None if days["median"] is None else Decimal(days["median"]),
            longest=None if days["longest"] is None else int(days["longest"]),
        ),
        violations=ViolationFigures(**held["violations"]),
    )


def _groups(groups: Iterable[Group]) -> list[dict[str, Any]]:
    return [{"key": group.key, **asdict(group.figures)} for group in groups]


def _read_groups(held: Iterable[Mapping[str, Any]]) -> tuple[Group, ...]:
    return tuple(
        Group(str(row["key"]), Figures(**{k: v for k, v in row.items() if k != "key"}))
        for row in held
    )


FIGURES = tuple(f.name for f in fields(Figures))
VERDICTS = tuple(f.name for f in fields(ViolationFigures))
_TEXTS = tuple(f.name for f in fields(TicketText))
