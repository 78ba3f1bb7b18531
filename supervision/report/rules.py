"""Arithmetic of the monthly package: pure, so that its totals can be proved.

No national form fixes a monthly return (the quarterly and yearly ones are
Art. 14 of the interim provisions on hazard rectification, SAWS order 16 of 2008), so the definitions are ours,
and stand on the front page of the package:

* **Calendar.** Days and months are those of Asia/Shanghai.
* **Found**: tickets found in the month, whatever became of them later.
* **Due in the month**: the rectification deadline *in force* falls in the month
  (a granted extension counts: an extended ticket is due in its new month, and
  only there). A ticket found to be invalid was never due; one that was
  transferred on or before its deadline was no longer due here.
* **Closed on time**: due in the month and closed on or before that deadline.
* **Rate** = closed on time ÷ due in the month; no rate when nothing was due.
* **Overdue at the month's end**: still open after its deadline's day has passed.
* **Reconciliation**: opening + found = closed + transferred + invalid + closing,
  checked for every row before anything is printed.
* **The running month is provisional**: events count up to and including the day
  of the count, deadlines only once their day has passed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from statistics import median

from supervision.core import clock

_DECEMBER = 12


class ReconciliationError(ValueError):
    """Figures that do not add up; nothing may be printed from them."""


def month_days(year: int, month: int) -> tuple[date, date]:
    """First and last day of a month."""
    first = date(year, month, 1)
    following = date(year + month // _DECEMBER, month % _DECEMBER + 1, 1)
    return first, following - timedelta(days=1)


def month_bounds(year: int, month: int) -> tuple[datetime, datetime]:
    """Instants (UTC) at which a month of Asia/Shanghai begins and at which the next one does."""
    first, last = month_days(year, month)
    return clock.start_of(first), clock.end_of(last)


def shanghai_day(instant: datetime) -> date:
    """The day in Asia/Shanghai of an instant; ValueError when it has no zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a zone")
    return clock.day_of(instant)


class Exit(StrEnum):
    """How a ticket leaves the ledger of open ones."""

    CLOSED = "closed"
    TRANSFERRED = "transferred"
    INVALID = "invalid"


@dataclass(frozen=True)
class TicketFact:
    """What the month needs to know of one ticket. Days are those of Asia/Shanghai.

    `due_on` is the deadline in force, None before one was set. `left_on` is the
    day of the closing, transfer or invalidation named by `exit`, None while open.
    `grade` and `source` are codes; ``""`` where none was given yet.
    """

    id: int
    number: str
    grade: str
    source: str
    enterprise_id: int
    found_on: date
    due_on: date | None = None
    exit: Exit | None = None
    left_on: date | None = None

    def __post_init__(self) -> None:
        if (self.exit is None) != (self.left_on is None):
            raise ReconciliationError(f"{self.number}: how it ended and when belong together")
        if self.left_on is not None and self.left_on < self.found_on:
            raise ReconciliationError(
                f"{self.number}: it ended on {self.left_on}, before it was found"
            )

    def has_left(self, day: date) -> bool:
        """Whether it was off the ledger of open tickets at the end of `day`."""
        return self.left_on is not None and self.left_on <= day

    @property
    def closed_on(self) -> date | None:
        """Day of closing; None when open, transferred or invalid."""
        return self.left_on if self.exit is Exit.CLOSED else None


@dataclass(frozen=True)
class Period:
    """A month as seen on the day `as_of`."""

    year: int
    month: int
    as_of: date

    def __post_init__(self) -> None:
        if self.as_of < self.first:
            raise ValueError(f"{self.year}-{self.month:02d} has not begun on {self.as_of}")

    @property
    def first(self) -> date:
        return month_days(self.year, self.month)[0]

    @property
    def last(self) -> date:
        return month_days(self.year, self.month)[1]

    @property
    def is_provisional(self) -> bool:
        """The month is still running on the day of the count."""
        return self.as_of <= self.last

    @property
    def events_through(self) -> date:
        """Last day whose findings and closings count."""
        return min(self.as_of, self.last)

    @property
    def due_through(self) -> date:
        """Last day whose deadlines have passed."""
        return min(self.as_of - timedelta(days=1), self.last)

    def holds(self, day: date | None) -> bool:
        """Whether an event of `day` belongs to the month so far."""
        return day is not None and self.first <= day <= self.events_through


@dataclass(frozen=True)
class Figures:
    """Counts of tickets; all of them add up over disjoint groups."""

    opening: int = 0
    found: int = 0
    closed: int = 0
    transferred: int = 0
    invalid: int = 0
    closing: int = 0
    due: int = 0
    closed_on_time: int = 0
    overdue: int = 0

    @property
    def rate(self) -> Decimal | None:
        """Closed on time ÷ due, 0 to 1 and unrounded; None when nothing was due."""
        return Decimal(self.closed_on_time) / Decimal(self.due) if self.due else None

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Figures)))


@dataclass(frozen=True)
class Group:
    """Figures of the tickets that share a key (a grade, a source, an enterprise)."""

    key: str
    figures: Figures


@dataclass(frozen=True)
class RectificationDays:
    """Calendar days from finding to closing of the month's closed tickets; same day is 0."""

    count: int
    mean: Decimal | None
    median: Decimal | None
    longest: int | None


class Verdict(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"


@dataclass(frozen=True)
class ViolationFact:
    """One flagged violation: the day it was seen (Asia/Shanghai) and its verdict at the count."""

    id: int
    rule: str
    enterprise_id: int
    seen_on: date
    verdict: Verdict


@dataclass(frozen=True)
class ViolationFigures:
    """Violations flagged in the month, by verdict."""

    flagged: int = 0
    confirmed: int = 0
    rejected: int = 0
    duplicate: int = 0
    pending: int = 0

    @property
    def precision(self) -> Decimal | None:
        """Confirmed ÷ (confirmed + rejected): duplicates were right, but say nothing new."""
        judged = self.confirmed + self.rejected
        return Decimal(self.confirmed) / Decimal(judged) if judged else None


@dataclass(frozen=True)
class MonthlyFigures:
    """Everything that the package prints, reconciled."""

    period: Period
    total: Figures
    by_grade: tuple[Group, ...]
    by_source: tuple[Group, ...]
    by_enterprise: tuple[Group, ...]
    rectification: RectificationDays
    violations: ViolationFigures

    @property
    def is_provisional(self) -> bool:
        return self.period.is_provisional


def monthly_figures(
    period: Period, tickets: Iterable[TicketFact], violations: Iterable[ViolationFact] = ()
) -> MonthlyFigures:
    """Figures of one month; raises ReconciliationError when they do not add up.

    `tickets` may hold the whole ledger or any part that includes every ticket
    found by the end of the month that was not off the ledger before it began or
    was due in it; others change nothing. A ticket given twice raises.
    """
    facts = _once(tickets)
    figures = MonthlyFigures(
        period=period,
        total=ticket_figures(period, facts),
        by_grade=_grouped(period, facts, lambda fact: fact.grade),
        by_source=_grouped(period, facts, lambda fact: fact.source),
        by_enterprise=_grouped(period, facts, lambda fact: str(fact.enterprise_id)),
        rectification=rectification_days(period, facts),
        violations=violation_figures(period, violations),
    )
    check(figures)
    return figures


def ticket_figures(period: Period, tickets: Iterable[TicketFact]) -> Figures:
    """Figures of the given tickets."""
    total = Figures()
    for ticket in tickets:
        total += ticket_part(period, ticket)
    return total


def ticket_part(period: Period, ticket: TicketFact) -> Figures:
    """The part that one ticket plays in the month: zeros and ones."""
    if ticket.found_on > period.events_through:
        return Figures()
    found = period.holds(ticket.found_on)
    left = period.holds(ticket.left_on)
    due = is_due(period, ticket)
    return Figures(
        opening=int(not found and not ticket.has_left(period.first - timedelta(days=1))),
        found=int(found),
        closed=int(left and ticket.exit is Exit.CLOSED),
        transferred=int(left and ticket.exit is Exit.TRANSFERRED),
        invalid=int(left and ticket.exit is Exit.INVALID),
        closing=int(not ticket.has_left(period.events_through)),
        due=int(due),
        closed_on_time=int(due and is_on_time(ticket)),
        overdue=int(is_overdue(period, ticket)),
    )


def is_due(period: Period, ticket: TicketFact) -> bool:
    """Whether its deadline fell in the month (so far) and bound somebody; see the module's text."""
    due_on = ticket.due_on
    if due_on is None or not period.first <= due_on <= period.due_through:
        return False
    if ticket.exit is Exit.INVALID and ticket.has_left(period.events_through):
        return False
    return not (ticket.exit is Exit.TRANSFERRED and ticket.has_left(due_on))


def is_on_time(ticket: TicketFact) -> bool:
    """Closed on or before the day of the deadline in force."""
    closed_on, due_on = ticket.closed_on, ticket.due_on
    return closed_on is not None and due_on is not None and closed_on <= due_on


def is_overdue(period: Period, ticket: TicketFact) -> bool:
    """Open at the end of the month (or now) although the day of its deadline has passed."""
    due_on = ticket.due_on
    if due_on is None or ticket.found_on > period.events_through:
        return False
    return due_on <= period.due_through and not ticket.has_left(period.events_through)


def rectification_days(period: Period, tickets: Iterable[TicketFact]) -> RectificationDays:
    """Mean (one decimal, half up), median and longest, of the tickets closed in the month."""
    days = [
        (ticket.closed_on - ticket.found_on).days
        for ticket in tickets
        if ticket.closed_on is not None and period.holds(ticket.closed_on)
    ]
    if not days:
        return RectificationDays(0, None, None, None)
    mean = Decimal(sum(days)) / len(days)
    return RectificationDays(
        len(days),
        mean.quantize(Decimal("0.1"), ROUND_HALF_UP),
        Decimal(str(median(days))),
        max(days),
    )


def violation_figures(period: Period, violations: Iterable[ViolationFact]) -> ViolationFigures:
    """Violations seen in the month, by the verdict that they have at the count."""
    verdicts = [v.verdict for v in violations if period.holds(v.seen_on)]
    return ViolationFigures(
        flagged=len(verdicts),
        confirmed=verdicts.count(Verdict.CONFIRMED),
        rejected=verdicts.count(Verdict.REJECTED),
        duplicate=verdicts.count(Verdict.DUPLICATE),
        pending=verdicts.count(Verdict.PENDING),
    )


def late_entries(previous: MonthlyFigures, current: MonthlyFigures) -> int:
    """Opening balance of `current` less the closing one of the month before it.

    Not 0 where the ledger changed behind a frozen package (a ticket entered late
    with an earlier day of finding); the package says so instead of hiding it.
    """
    return current.total.opening - previous.total.closing


def check(figures: MonthlyFigures) -> None:
    """Raise ReconciliationError unless every identity of the module's text holds."""
    for name in ("by_grade", "by_source", "by_enterprise"):
        groups: tuple[Group, ...] = getattr(figures, name)
        if _sum(groups) != figures.total:
            raise ReconciliationError(f"the rows {name} do not sum to the total")
        for group in groups:
            _check_balance(f"{name} {group.key!r}", group.figures)
    _check_balance("total", figures.total)
    if figures.rectification.count != figures.total.closed:
        raise ReconciliationError("rectification days were not taken of every closed ticket")
    seen = figures.violations
    if seen.flagged != seen.confirmed + seen.rejected + seen.duplicate + seen.pending:
        raise ReconciliationError("the verdicts do not sum to the flagged violations")


def _check_balance(name: str, row: Figures) -> None:
    if row.opening + row.found != row.closed + row.transferred + row.invalid + row.closing:
        raise ReconciliationError(f"{name}: opening and found do not equal what left and closing")
    if not row.closed_on_time <= row.due:
        raise ReconciliationError(f"{name}: more closed on time than were due")
    if not row.overdue <= row.closing:
        raise ReconciliationError(f"{name}: more overdue than open")


def _once(tickets: Iterable[TicketFact]) -> Sequence[TicketFact]:
    facts = list(tickets)
    if len({fact.id for fact in facts}) != len(facts):
        raise ReconciliationError("a ticket is counted twice")
    return facts


def _grouped(
    period: Period, facts: Sequence[TicketFact], key: Callable[[TicketFact], str]
) -> tuple[Group, ...]:
    """Figures by key, in the order of the keys; groups that play no part are left out."""
    sums: dict[str, Figures] = {}
    for fact in facts:
        sums[key(fact)] = sums.get(key(fact), Figures()) + ticket_part(period, fact)
    return tuple(Group(name, row) for name, row in sorted(sums.items()) if row != Figures())


def _sum(groups: Iterable[Group]) -> Figures:
    total = Figures()
    for group in groups:
        total += group.figures
    return total
