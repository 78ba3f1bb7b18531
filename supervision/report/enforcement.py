"""What the authority did in a month: inspections, orders, clocks, escalations. Pure.

The definitions, which stand on the front page of the package beside those of the hazards:

* **Inspections** belong to the day on which they were recorded.
* **Orders**: opening + issued = closed + void + closing. To an enterprise an order exists from
  its service on, so that its own package counts from there.
* **Clocks**: a statutory clock is due in the month when its last day lies in it; met when what it
  waited for happened by that day. Overdue at the month's end: still running after its last day. A
  clock that was voided by then (returned, transferred) is counted nowhere.
* **Escalations** belong to the day on which they were sent.

Clocks and escalations are the authority's own: a package of one enterprise has neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from supervision.report.rules import Period, ReconciliationError


@dataclass(frozen=True, slots=True)
class InspectionFact:
    """A recorded inspection. ``kind`` is a code; ``paper`` the number of its record."""

    id: int
    number: str
    paper: str
    kind: str
    is_administrative: bool
    enterprise: str
    uscc: str
    recorded_on: date
    counts: bool
    items: int
    failed: int
    hazards: int
    officers: str


class OrderExit(StrEnum):
    CLOSED = "closed"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class OrderFact:
    """An order with its number. ``since``: the day from which it counts."""

    id: int
    number: str
    kind: str
    enterprise: str
    uscc: str
    since: date
    issued_on: date
    served_on: date | None
    last_due_on: date | None
    items: int
    items_done: int
    exit: OrderExit | None = None
    left_on: date | None = None

    def __post_init__(self) -> None:
        if (self.exit is None) != (self.left_on is None):
            raise ReconciliationError(f"{self.number}: how it ended and when belong together")

    def has_left(self, day: date) -> bool:
        return self.left_on is not None and self.left_on <= day


@dataclass(frozen=True, slots=True)
class ClockFact:
    """A statutory clock. ``of`` names its table, so that ids of two tables never meet."""

    of: str
    id: int
    # Of the version of the rule that it runs under.
    name: str
    number: str
    enterprise: str
    started_on: date
    due_on: date
    ended_on: date | None
    is_void: bool

    def is_running(self, day: date) -> bool:
        """Whether it ran at the end of ``day``."""
        return self.ended_on is None or self.ended_on > day

    def is_counted(self, day: date) -> bool:
        """Voided by ``day``, it counts for nothing."""
        return not (self.is_void and not self.is_running(day))


@dataclass(frozen=True, slots=True)
class EscalationFact:
    """A step of a ladder that was taken: codes, working days from the last day, who was told."""

    id: int
    sent_at: datetime
    sent_on: date
    ladder: str
    offset: int
    number: str
    enterprise: str
    audience: str
    told: str


@dataclass(frozen=True)
class EnforcementFigures:
    """Counts of the month."""

    inspections: int = 0
    administrative: int = 0
    items_failed: int = 0
    orders_opening: int = 0
    orders_issued: int = 0
    orders_closed: int = 0
    orders_void: int = 0
    orders_closing: int = 0
    clocks_due: int = 0
    clocks_met: int = 0
    clocks_overdue: int = 0
    escalations: int = 0


NAMES = tuple(f.name for f in fields(EnforcementFigures))


@dataclass(frozen=True)
class Enforcement:
    """The rows that the package prints and the figures that they sum to."""

    figures: EnforcementFigures = field(default_factory=EnforcementFigures)
    inspections: tuple[InspectionFact, ...] = ()
    orders: tuple[OrderFact, ...] = ()
    # Those that were late in the month or are at its end.
    late_clocks: tuple[ClockFact, ...] = ()
    escalations: tuple[EscalationFact, ...] = ()


def enforcement(
    period: Period,
    inspections: Iterable[InspectionFact] = (),
    orders: Iterable[OrderFact] = (),
    clocks: Iterable[ClockFact] = (),
    escalations: Iterable[EscalationFact] = (),
) -> Enforcement:
    """The month's rows and figures. Raises ReconciliationError when they do not add up."""
    held = _once([i for i in inspections if period.holds(i.recorded_on)])
    known = _once([o for o in orders if o.since <= period.events_through])
    ticking = _once_by_table([c for c in clocks if c.is_counted(period.events_through)])
    sent = _once([e for e in escalations if period.holds(e.sent_on)])
    here = tuple(o for o in known if not _gone_before(period, o))
    figures = EnforcementFigures(
        inspections=len(held),
        administrative=sum(i.is_administrative for i in held),
        items_failed=sum(i.failed for i in held),
        orders_opening=sum(not period.holds(o.since) for o in here),
        orders_issued=sum(period.holds(o.since) for o in here),
        orders_closed=sum(_left(period, o, OrderExit.CLOSED) for o in here),
        orders_void=sum(_left(period, o, OrderExit.VOID) for o in here),
        orders_closing=sum(not o.has_left(period.events_through) for o in here),
        clocks_due=sum(is_due(period, c) for c in ticking),
        clocks_met=sum(is_due(period, c) and is_met(c) for c in ticking),
        clocks_overdue=sum(is_overdue(period, c) for c in ticking),
        escalations=len(sent),
    )
    check(figures)
    late = tuple(c for c in ticking if is_late(period, c))
    return Enforcement(figures, tuple(held), here, late, tuple(sent))


def is_due(period: Period, clock: ClockFact) -> bool:
    """Its last day lies in the month and has passed."""
    return period.first <= clock.due_on <= period.due_through


def is_met(clock: ClockFact) -> bool:
    return clock.ended_on is not None and not clock.is_void and clock.ended_on <= clock.due_on


def is_overdue(period: Period, clock: ClockFact) -> bool:
    """Running at the end of the month (or now) although its last day has passed."""
    return clock.due_on <= period.due_through and clock.is_running(period.events_through)


def is_late(period: Period, clock: ClockFact) -> bool:
    """What the sheet lists: overdue at the end, or due in the month and not met by its day."""
    return is_overdue(period, clock) or (is_due(period, clock) and not is_met(clock))


def check(figures: EnforcementFigures) -> None:
    """Raise ReconciliationError unless the identities of the module's text hold."""
    entered = figures.orders_opening + figures.orders_issued
    if entered != figures.orders_closed + figures.orders_void + figures.orders_closing:
        raise ReconciliationError("orders: opening and issued do not equal what left and closing")
    if figures.clocks_met > figures.clocks_due:
        raise ReconciliationError("clocks: more met than were due")
    if figures.administrative > figures.inspections:
        raise ReconciliationError("inspections: more administrative ones than there are")


def _left(period: Period, order: OrderFact, how: OrderExit) -> bool:
    return order.exit is how and period.holds(order.left_on)


def _gone_before(period: Period, order: OrderFact) -> bool:
    return order.left_on is not None and order.left_on < period.first


Fact = TypeVar("Fact", InspectionFact, OrderFact, EscalationFact)


def _once(facts: list[Fact]) -> list[Fact]:
    if len({fact.id for fact in facts}) != len(facts):
        raise ReconciliationError("a row is counted twice")
    return facts


def _once_by_table(facts: Sequence[ClockFact]) -> Sequence[ClockFact]:
    if len({(fact.of, fact.id) for fact in facts}) != len(facts):
        raise ReconciliationError("a clock is counted twice")
    return facts
