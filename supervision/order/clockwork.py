"""The clocks of an order: service after issue, re-inspection after service, reply to a request."""

from __future__ import annotations

from datetime import date

from supervision.core import clock, clocks
from supervision.core.db import db
from supervision.core.deadlines import Window, extension_window
from supervision.core.errors import NotFound
from supervision.core.holidays import workday_table
from supervision.core.statutory import StatutoryRule, rule_on
from supervision.order import rules
from supervision.order.models import Order, OrderClock
from supervision.order.rules import EXT_APPLY, RECHECK, ItemResult


def arm(order: Order, code: str, started_on: date) -> OrderClock | None:
    """A new clock by the version in force today; the running one of the code counts for nothing."""
    known = order.clock(code)
    if known is not None and known.started_on == started_on:
        return known
    values = clocks.arm(code, started_on)
    if known is not None:
        clocks.void(known, clock.today())
    if values is None:
        return None
    row = OrderClock(**values)
    order.clocks.append(row)
    db.session.flush()
    return row


def end(order: Order, code: str, day: date) -> None:
    known = order.clock(code)
    if known is not None:
        clocks.end(known, day)


def void_all(order: Order) -> None:
    """Nothing is counted any more."""
    for row in order.clocks:
        clocks.void(row, clock.today())


def arm_recheck(order: Order) -> None:
    """Count the re-inspection anew: from the first expiry or the application.

    Nothing to count from (every item failed, nobody applied since): no clock runs.
    """
    days = [i.due_on for i in order.items if i.result is ItemResult.OPEN and i.due_on]
    start = rules.recheck_start(days, order.applied_on)
    if start is not None:
        arm(order, RECHECK, start)
    elif (known := order.clock(RECHECK)) is not None:
        clocks.void(known, clock.today())


def window(order: Order, day: date) -> tuple[Window, StatutoryRule | None]:
    """What the window of an extension says of asking on ``day``, by the first day that is due."""
    expires_on = order.next_due_on
    if expires_on is None:
        return Window(accepted=False), None
    try:
        rule = rule_on(EXT_APPLY, day)
    except NotFound:
        return Window(accepted=day <= expires_on), None
    return extension_window(clocks.period_of(rule), expires_on, day, workday_table()), rule
