"""What the enterprises' files held at the end of a month: licences, certificates, risks, sources.

Pure. The definitions, which stand on the front page of the package beside the others:

* **Licences** count from their verification to their last day: opening + new = ended + closing.
  Late at the end: the last day to apply for the renewal has passed, and nobody had applied.
* **Certificates** of people at work: past their day (valid until, or to be reviewed by), and due
  within 90 days, at the month's end.
* **Risk points** on file at the month's end, by the grade of their last assessment; late: their
  next assessment is past its day.
* **Chemicals**: lines of the ledgers at the month's end, by their design maximum.
* **Major hazard sources**: units whose last identification by the month's end found one, by grade.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import TypeVar

from supervision.report.rules import Period, ReconciliationError

RISK_GRADES = ("red", "orange", "yellow", "blue")
SOURCE_GRADES = ("first", "second", "third", "fourth")


@dataclass(frozen=True, slots=True)
class LicenceFact:
    """A verified licence. ``settled_on``: its renewal was applied for or granted then."""

    id: int
    type: str
    number: str
    enterprise: str
    uscc: str
    since: date
    valid_to: date | None
    apply_by: date | None
    settled_on: date | None = None
    left_on: date | None = None
    is_expired: bool = False

    def has_left(self, day: date) -> bool:
        return self.left_on is not None and self.left_on <= day

    def is_late(self, day: date) -> bool:
        """In force at the end of ``day``, past its last day to apply, and nobody had applied."""
        settled = self.settled_on is not None and self.settled_on <= day
        past = self.apply_by is not None and self.apply_by < day
        return past and not settled and not self.has_left(day)


@dataclass(frozen=True, slots=True)
class CertificateFact:
    """A certificate of somebody at work that is past its day or near it; the name is masked."""

    id: int
    enterprise: str
    uscc: str
    person: str
    kind: str
    number: str
    valid_to: date | None
    review_on: date | None
    next_on: date


@dataclass(frozen=True, slots=True)
class RiskFact:
    """A risk point on file; ``grade`` is one of :data:`RISK_GRADES`."""

    id: int
    number: str
    name: str
    place: str
    enterprise_id: int
    enterprise: str
    uscc: str
    grade: str
    responsible_person: str
    next_review_on: date


@dataclass(frozen=True, slots=True)
class RiskLine:
    """An enterprise's risk points in numbers."""

    enterprise: str
    uscc: str
    red: int
    orange: int
    yellow: int
    blue: int
    late: int


@dataclass(frozen=True, slots=True)
class ChemicalFact:
    """A line of a ledger of chemicals. ``tonnes``: the design maximum."""

    id: int
    enterprise_id: int
    enterprise: str
    uscc: str
    unit: str
    name: str
    cas: str
    classes: str
    tonnes: Decimal


@dataclass(frozen=True, slots=True)
class ChemicalLine:
    """An enterprise's ledger in numbers."""

    enterprise: str
    uscc: str
    lines: int
    substances: int


@dataclass(frozen=True, slots=True)
class SourceFact:
    """A unit that is a major hazard source; ``grade`` is one of :data:`SOURCE_GRADES`.

    ``id`` is the unit's; ``r`` the R of its last identification (GB 18218).
    """

    id: int
    unit: str
    enterprise: str
    uscc: str
    grade: str
    r: Decimal
    done_on: date
    due_on: date | None
    filing_number: str


@dataclass(frozen=True)
class HoldingFigures:
    """Counts at the end of the month; ``opening``, ``new``, ``ended``, ``expired`` of the month."""

    licences_opening: int = 0
    licences_new: int = 0
    licences_ended: int = 0
    licences_expired: int = 0
    licences_closing: int = 0
    licences_late: int = 0
    certificates_soon: int = 0
    certificates_expired: int = 0
    risks_red: int = 0
    risks_orange: int = 0
    risks_yellow: int = 0
    risks_blue: int = 0
    risks_late: int = 0
    chemicals: int = 0
    sources_first: int = 0
    sources_second: int = 0
    sources_third: int = 0
    sources_fourth: int = 0


NAMES = tuple(f.name for f in fields(HoldingFigures))


@dataclass(frozen=True)
class Holdings:
    """The rows that the package prints and the figures that they sum to."""

    figures: HoldingFigures = field(default_factory=HoldingFigures)
    licences: tuple[LicenceFact, ...] = ()
    certificates: tuple[CertificateFact, ...] = ()
    risks: tuple[RiskFact, ...] = ()
    chemicals: tuple[ChemicalFact, ...] = ()
    sources: tuple[SourceFact, ...] = ()
    # The same enterprise by enterprise: risk points, the worst first, and ledgers.
    risk_lines: tuple[RiskLine, ...] = ()
    chemical_lines: tuple[ChemicalLine, ...] = ()


def holdings(
    period: Period,
    *,
    licences: Iterable[LicenceFact] = (),
    certificates: Iterable[CertificateFact] = (),
    risks: Iterable[RiskFact] = (),
    chemicals: Iterable[ChemicalFact] = (),
    sources: Iterable[SourceFact] = (),
) -> Holdings:
    """The month's rows and figures. Raises ReconciliationError when they do not add up."""
    end = period.events_through
    known = _once([x for x in licences if x.since <= end])
    here = [x for x in known if x.left_on is None or x.left_on >= period.first]
    papers = _once(list(certificates))
    points, files, held = _once(list(risks)), _once(list(sources)), _once(list(chemicals))
    ended = [x for x in here if x.has_left(end)]
    figures = HoldingFigures(
        licences_opening=sum(x.since < period.first for x in here),
        licences_new=sum(x.since >= period.first for x in here),
        licences_ended=len(ended),
        licences_expired=sum(x.is_expired for x in ended),
        licences_closing=len(here) - len(ended),
        licences_late=sum(x.is_late(end) for x in here),
        certificates_soon=sum(x.next_on >= end for x in papers),
        certificates_expired=sum(x.next_on < end for x in papers),
        risks_late=sum(is_late(period, x) for x in points),
        chemicals=len(held),
        **{f"risks_{g}": sum(x.grade == g for x in points) for g in RISK_GRADES},
        **{f"sources_{g}": sum(x.grade == g for x in files) for g in SOURCE_GRADES},
    )
    check(figures, len(points), len(files))
    return Holdings(
        figures,
        tuple(here),
        tuple(papers),
        tuple(points),
        tuple(held),
        tuple(files),
        _risk_lines(period, points),
        _chemical_lines(held),
    )


def is_late(period: Period, point: RiskFact) -> bool:
    """Its next assessment was due before the month's end."""
    return point.next_review_on <= period.events_through


def check(figures: HoldingFigures, points: int, files: int) -> None:
    """Raise ReconciliationError unless the identities of the module's text hold."""
    entered = figures.licences_opening + figures.licences_new
    if entered != figures.licences_ended + figures.licences_closing:
        raise ReconciliationError("licences: opening and new do not equal ended and closing")
    if sum(getattr(figures, f"risks_{g}") for g in RISK_GRADES) != points:
        raise ReconciliationError("risk points: a point has none of the four grades")
    if sum(getattr(figures, f"sources_{g}") for g in SOURCE_GRADES) != files:
        raise ReconciliationError("major hazard sources: a source has none of the four grades")


def _risk_lines(period: Period, points: Sequence[RiskFact]) -> tuple[RiskLine, ...]:
    of: dict[int, list[RiskFact]] = {}
    for point in points:
        of.setdefault(point.enterprise_id, []).append(point)
    lines = [
        RiskLine(
            enterprise=own[0].enterprise,
            uscc=own[0].uscc,
            late=sum(is_late(period, p) for p in own),
            **{g: sum(p.grade == g for p in own) for g in RISK_GRADES},
        )
        for own in of.values()
    ]
    return tuple(sorted(lines, key=lambda x: (-x.red, -x.orange, -x.yellow, x.enterprise)))


def _chemical_lines(held: Sequence[ChemicalFact]) -> tuple[ChemicalLine, ...]:
    of: dict[int, list[ChemicalFact]] = {}
    for line in held:
        of.setdefault(line.enterprise_id, []).append(line)
    lines = [
        ChemicalLine(own[0].enterprise, own[0].uscc, len(own), len({x.cas or x.name for x in own}))
        for own in of.values()
    ]
    return tuple(sorted(lines, key=lambda x: (-x.lines, x.enterprise)))


Fact = TypeVar("Fact", LicenceFact, CertificateFact, RiskFact, ChemicalFact, SourceFact)


def _once(facts: list[Fact]) -> list[Fact]:
    if len({fact.id for fact in facts}) != len(facts):
        raise ReconciliationError("a row is counted twice")
    return facts
