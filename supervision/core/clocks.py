"""Statutory clocks as rows: which version of which rule, since when, until which day.

For every slice that keeps one (tickets: ``hazard.clocks``; orders, cases and listings have their
own tables)::

    class OrderClock(ClockColumns, Base):
        __tablename__ = "order_clock"
        __table_args__ = (*clock_checks(), Index(...))
        order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)

    values = clocks.arm("SERVICE", decided_on)       # None where no version is in force
    if values is not None:
        db.session.add(OrderClock(order_id=order.id, **values))
    clocks.end(row, day)                             # met or missed, by the due day
    clocks.void(row, day)                            # returned, transferred: it counts for nothing

A running clock keeps the version it was armed under: a rule that changes today moves no day of
yesterday. What comes back is armed anew: the old row ends as void, a new one takes the version in
force on that day. ``due_on`` is stored, so that lists and ladders compare days with days;
:func:`reckon` gives the reckoning again, line by line.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ColumnElement, ForeignKey, String, and_
from sqlalchemy.orm import Mapped, mapped_column

from supervision.core import clock, deadlines
from supervision.core.db import JsonValue, code_of, db
from supervision.core.deadlines import Clock, Due, Pause, Period
from supervision.core.errors import NotFound
from supervision.core.holidays import workday_table
from supervision.core.statutory import StatutoryRule, rule_on


class ClockOutcome(StrEnum):
    """``void``: what it measured came back or went elsewhere; it is counted nowhere."""

    MET = "met"
    MISSED = "missed"
    VOID = "void"


class ClockColumns:
    """Mixin of a table of clocks. ``due_on`` is empty while the clock stands still."""

    code: Mapped[str] = mapped_column(String(48))
    # The version in force when it was armed.
    rule_id: Mapped[int] = mapped_column(ForeignKey("statutory_rule.id"))
    armed_at: Mapped[datetime]
    # The day of the event, which does not count itself.
    started_on: Mapped[date]
    # [[first day that does not count, first day that counts again or null], ...]
    pauses: Mapped[list[Any]] = mapped_column(JsonValue, default=list)
    due_on: Mapped[date | None]
    # A year on the way has no published table of holidays yet.
    is_provisional: Mapped[bool] = mapped_column(Boolean, default=False)
    ended_on: Mapped[date | None]
    outcome: Mapped[ClockOutcome | None] = mapped_column(code_of(ClockOutcome))

    @property
    def is_running(self) -> bool:
        """Armed and not ended, paused or not."""
        return self.ended_on is None

    @property
    def is_overdue(self) -> bool:
        return self.is_running and self.due_on is not None and self.due_on < clock.today()

    @property
    def days_left(self) -> int | None:
        """Calendar days to the last day, negative when late; None once it ended or stands still."""
        if not self.is_running or self.due_on is None:
            return None
        return (self.due_on - clock.today()).days


def clock_checks() -> tuple[CheckConstraint, ...]:
    """Constraints for ``__table_args__`` of a table of clocks."""
    return (
        CheckConstraint("(ended_on IS NULL) = (outcome IS NULL)", name="ended_has_outcome"),
        CheckConstraint("ended_on IS NULL OR outcome = 'void' OR due_on IS NOT NULL", name="due"),
    )


def running_clause(model: Any) -> ColumnElement[bool]:
    """Armed and not ended, as SQL."""
    clause: ColumnElement[bool] = model.ended_on.is_(None)
    return clause


def overdue_clause(model: Any, today: date) -> ColumnElement[bool]:
    """:attr:`ClockColumns.is_overdue` as SQL."""
    return and_(model.ended_on.is_(None), model.due_on < today)


def arm(code: str, started_on: date, *, armed_on: date | None = None) -> dict[str, Any] | None:
    """The columns of a new clock from ``started_on``, by the version in force on ``armed_on``.

    ``armed_on``: today unless told otherwise. None where no version is in force: a law that is
    not on the books sets no clock. Raises ValueError for a rule of hours: those are instants.
    """
    try:
        rule = rule_on(code, armed_on or clock.today())
    except NotFound:
        return None
    due = deadlines.due_on(period_of(rule), started_on, workday_table())
    return {
        "code": code,
        "rule_id": rule.id,
        "armed_at": clock.now(),
        "started_on": started_on,
        "pauses": [],
        "due_on": due.day,
        "is_provisional": due.provisional,
    }


def end(row: ClockColumns, day: date) -> None:
    """What it waited for has happened on ``day``: in time, or too late."""
    if not row.is_running:
        return
    if row.due_on is None:
        resume(row, day)
    row.ended_on = day
    late = row.due_on is not None and day > row.due_on
    row.outcome = ClockOutcome.MISSED if late else ClockOutcome.MET


def void(row: ClockColumns, day: date) -> None:
    """It counts for nothing any more."""
    if row.is_running:
        row.ended_on, row.outcome = day, ClockOutcome.VOID


def pause(row: ClockColumns, day: date) -> None:
    """Stop it: ``day`` is the first that does not count. Raises ClockError when it stands still."""
    _store(row, deadlines.pause(_clock(row), day))


def resume(row: ClockColumns, day: date) -> None:
    """Let it run again: ``day`` is the first that counts. Raises ClockError when it runs."""
    _store(row, deadlines.resume(_clock(row), day))


def reckon(row: ClockColumns, rule: StatutoryRule | None = None) -> Due | None:
    """The reckoning of a clock by its own version and today's table of holidays, for a page.

    None while it stands still. ``rule`` spares a read where it is at hand. The day may differ from
    the stored one when a year's table came in meanwhile: :func:`recount` stores it.
    """
    found = rule or db.session.get(StatutoryRule, row.rule_id)
    if found is None:
        raise NotFound
    return deadlines.clock_due(_clock(row), period_of(found), workday_table())


def recount(row: ClockColumns) -> bool:
    """Count a provisional clock again; True where its last day or its certainty changed."""
    before = (row.due_on, row.is_provisional)
    _store(row, _clock(row))
    return (row.due_on, row.is_provisional) != before


def period_of(rule: StatutoryRule) -> Period:
    """What a version says, for :mod:`supervision.core.deadlines`."""
    return Period(rule.value, rule.unit, rule.day_type, rule.direction)


def _clock(row: ClockColumns) -> Clock:
    spans = tuple(
        Pause(date.fromisoformat(first), date.fromisoformat(again) if again else None)
        for first, again in row.pauses or ()
    )
    return Clock(row.rule_id, row.started_on, spans)


def _store(row: ClockColumns, value: Clock) -> None:
    # A new list: a change inside the old one would not be noticed.
    row.pauses = [
        [span.first.isoformat(), span.resumed_on.isoformat() if span.resumed_on else None]
        for span in value.pauses
    ]
    due = reckon(row)
    row.due_on = due.day if due else None
    row.is_provisional = bool(due and due.provisional)


__all__ = [
    "ClockColumns",
    "ClockOutcome",
    "arm",
    "clock_checks",
    "end",
    "overdue_clause",
    "pause",
    "period_of",
    "reckon",
    "recount",
    "resume",
    "running_clause",
    "void",
]
