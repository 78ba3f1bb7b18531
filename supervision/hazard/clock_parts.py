"""What a ticket's page says of its clocks, and of the window for an extension."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from supervision.core import clock, deadlines
from supervision.core import clocks as statutory_clocks
from supervision.core.clocks import ClockColumns, ClockOutcome
from supervision.core.db import db
from supervision.core.holidays import workday_table
from supervision.core.i18n import line_text
from supervision.core.statutory import StatutoryRule
from supervision.hazard import clocks
from supervision.hazard.models import Hazard

CLOCK_LABELS = {
    clocks.RECHECK: _l("Re-inspection"),
    clocks.EXT_REPLY: _l("Reply to the request for extension"),
}
OUTCOME_LABELS = {
    ClockOutcome.MET: _l("In time"),
    ClockOutcome.MISSED: _l("Too late"),
    ClockOutcome.VOID: _l("Not counted"),
}
OUTCOME_TONES = {ClockOutcome.MET: "good", ClockOutcome.MISSED: "bad", ClockOutcome.VOID: "off"}


@dataclass(frozen=True, slots=True)
class ClockPart:
    """One clock with its version and its reckoning, line by line in the reader's language."""

    row: ClockColumns
    rule: StatutoryRule
    lines: Sequence[str]


def parts(hazard: Hazard) -> list[ClockPart]:
    """The running clocks first, then those that ended, newest first; void ones are left out."""
    shown = [c for c in hazard.clocks if c.outcome is not ClockOutcome.VOID]
    ids = {c.rule_id for c in shown}
    if not ids:
        return []
    found = db.session.scalars(select(StatutoryRule).where(StatutoryRule.id.in_(ids)))
    rules = {rule.id: rule for rule in found}
    ordered = sorted(shown, key=lambda c: (not c.is_running, -c.id))
    return [ClockPart(c, rules[c.rule_id], _lines(c, rules[c.rule_id])) for c in ordered]


def _lines(row: ClockColumns, rule: StatutoryRule) -> list[str]:
    due = statutory_clocks.reckon(row, rule)
    return [line_text(line) for line in due.lines] if due else []


@dataclass(frozen=True, slots=True)
class WindowPart:
    """From which day an extension is asked for in time; ``warning`` (a msgid) speaks of today."""

    opens_on: date | None
    warning: str
    rule: StatutoryRule | None


def window(hazard: Hazard) -> WindowPart | None:
    """The window of this ticket's deadline as of today; None without a deadline."""
    if hazard.due_on is None:
        return None
    said, rule = clocks.window_of(hazard.due_on, clock.today())
    opens = None
    if rule is not None:
        period = statutory_clocks.period_of(rule)
        opens = deadlines.due_on(period, hazard.due_on, workday_table()).day
    return WindowPart(opens, said.warning, rule)
