"""The statutory clocks of a ticket that the authority raised: re-inspection, reply to a request.

The re-inspection's is armed with the deadline, since the duty exists even if nobody submits
(former 15th Order, art. 17: within ten days of the application or of expiry, whichever is first);
each step that moves its first day arms it anew, by the version in force on that day. What an
enterprise found itself it verifies itself: no law sets it a clock.

These flush: a verb calls them when everything else of its step is in place.
"""

from __future__ import annotations

from datetime import date

from supervision.core import clock, clocks
from supervision.core.actor import Side
from supervision.core.db import db
from supervision.core.deadlines import Window, extension_window
from supervision.core.errors import NotFound
from supervision.core.holidays import workday_table
from supervision.core.statutory import StatutoryRule, rule_on
from supervision.hazard import rules
from supervision.hazard.clock_models import HazardClock
from supervision.hazard.models import Hazard

RECHECK, EXT_APPLY, EXT_REPLY = "RECHECK", "EXT_APPLY", "EXT_REPLY"


def running(hazard: Hazard, code: str) -> HazardClock | None:
    """The ticket's clock of this code that has not ended."""
    return next((c for c in hazard.clocks if c.code == code and c.is_running), None)


def deadline_set(hazard: Hazard) -> None:
    """A deadline was set or moved: the re-inspection is counted from the new one."""
    if hazard.due_on is not None:
        _arm(hazard, RECHECK, rules.recheck_trigger(hazard.due_on, hazard.submitted_on))


def applied(hazard: Hazard) -> None:
    """The enterprise submitted: the application counts where it came before expiry."""
    known = running(hazard, RECHECK)
    expires_on = known.started_on if known else hazard.due_on
    if expires_on is not None:
        _arm(hazard, RECHECK, rules.recheck_trigger(expires_on, hazard.submitted_on))


def came_back(hazard: Hazard) -> None:
    """Re-inspected and returned: that clock has ended; a new one runs from today or expiry."""
    today = clock.today()
    _end(hazard, RECHECK, today)
    if hazard.due_on is not None:
        _arm(hazard, RECHECK, max(hazard.due_on, today))


def closed(hazard: Hazard) -> None:
    """Re-inspected and closed; a request that nobody replied to has lapsed."""
    _end(hazard, RECHECK, clock.today())
    voided(hazard)


def voided(hazard: Hazard) -> None:
    """Transferred or invalid: nothing is counted any more."""
    for row in hazard.clocks:
        clocks.void(row, clock.today())


def asked(hazard: Hazard) -> None:
    """A request for extension came in."""
    _arm(hazard, EXT_REPLY, clock.today())


def replied(hazard: Hazard) -> None:
    """It was granted or refused."""
    _end(hazard, EXT_REPLY, clock.today())


def window_of(due_on: date | None, asked_on: date) -> tuple[Window, StatutoryRule | None]:
    """What the window of an extension says of a request on ``asked_on``, and by which version."""
    if due_on is None:
        return Window(accepted=False), None
    try:
        rule = rule_on(EXT_APPLY, asked_on)
    except NotFound:
        return Window(accepted=asked_on <= due_on), None
    return extension_window(clocks.period_of(rule), due_on, asked_on, workday_table()), rule


def restore(hazard: Hazard) -> int:
    """Arm what should be running and is not, as of the day on which it should have been armed.

    For tickets from before there were clocks, and for those of a time without a version in force.
    """
    before = len(hazard.clocks)
    if hazard.is_open and hazard.due_on is not None and running(hazard, RECHECK) is None:
        started = rules.recheck_trigger(hazard.due_on, hazard.submitted_on)
        _arm(hazard, RECHECK, started, armed_on=min(started, clock.today()))
    pending = hazard.pending_extension
    if pending is not None and running(hazard, EXT_REPLY) is None:
        day = clock.day_of(pending.requested_at)
        _arm(hazard, EXT_REPLY, day, armed_on=day)
    return len(hazard.clocks) - before


def recount(hazard: Hazard) -> int:
    """Count running clocks again whose years had no table of holidays; how many changed."""
    waiting = [c for c in hazard.clocks if c.is_running and c.is_provisional]
    return sum(clocks.recount(row) for row in waiting)


def _arm(hazard: Hazard, code: str, started_on: date, armed_on: date | None = None) -> None:
    known = running(hazard, code)
    if hazard.raised_side is not Side.REGULATOR or (known and known.started_on == started_on):
        return
    if hazard.under_order:  # the order keeps that clock
        return
    values = clocks.arm(code, started_on, armed_on=armed_on)
    if values is None:
        return
    if known is not None:
        clocks.void(known, clock.today())
        # One of a kind at a time: the old one ends before the new one begins.
        db.session.flush()
    hazard.clocks.append(HazardClock(enterprise_id=hazard.enterprise_id, **values))


def _end(hazard: Hazard, code: str, day: date) -> None:
    known = running(hazard, code)
    if known is not None:
        clocks.end(known, day)
        db.session.flush()
