"""The lists of this slice as Excel."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.clocks import ClockOutcome
from supervision.core.db import db
from supervision.core.export.columns import Column, Kind
from supervision.core.export.xlsx import XlsxBook
from supervision.escalation import clock_list, labels, queries
from supervision.escalation.models import EscalationEvent
from supervision.hazard.clock_parts import OUTCOME_LABELS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LIMIT = 20_000


def state_text(row: Any) -> str:
    """How a clock stands, in words."""
    if row.outcome:
        return str(OUTCOME_LABELS[ClockOutcome(row.outcome)])
    if row.due_on is None:
        return str(_("Paused"))
    return str(_("Overdue") if row.due_on < clock.today() else _("Running"))


CLOCK_COLUMNS: tuple[Column[Any], ...] = (
    Column("number", _l("Matter"), lambda r: r.number or "", width=24),
    Column("kind", _l("Belongs to"), lambda r: str(labels.KIND_LABELS[r.kind]), width=14),
    Column(
        "limit", _l("Time limit"), lambda r: str(labels.CODE_LABELS.get(r.code, r.rule)), width=22
    ),
    Column("enterprise", _l("Enterprise"), lambda r: r.enterprise, width=30),
    Column("started", _l("Counted from"), lambda r: r.started_on, Kind.DAY, width=12),
    Column("due", _l("Last day"), lambda r: r.due_on, Kind.DAY, width=12),
    Column("ended", _l("Done on"), lambda r: r.ended_on, Kind.DAY, width=12),
    Column("state", _l("State"), state_text, width=12),
)

EVENT_COLUMNS: tuple[Column[EscalationEvent], ...] = (
    Column("at", _l("Time"), lambda e: e.at, Kind.INSTANT, width=17),
    Column("number", _l("Matter"), lambda e: e.number, width=24),
    Column("ladder", _l("What runs out"), lambda e: str(labels.LADDER_LABELS[e.ladder]), width=24),
    Column("enterprise", _l("Enterprise"), lambda e: e.enterprise.name, width=30),
    Column("due", _l("Last day"), lambda e: e.due_on, Kind.DAY, width=12),
    Column("step", _l("Step of the ladder"), lambda e: str(labels.offset_text(e.offset)), width=22),
    Column(
        "audience", _l("Who was told"), lambda e: str(labels.AUDIENCE_LABELS[e.audience]), width=22
    ),
    Column("told", _l("Names"), lambda e: ", ".join(name for _id, name in e.told), width=30),
    Column("state", _l("State"), lambda e: str(labels.STATE_LABELS[e.state]), width=18),
)


def clocks_book(actor: Actor, wanted: clock_list.ClockFilter) -> BytesIO:
    return _book(_("Statutory time limits"), CLOCK_COLUMNS, clock_list.first(actor, wanted, LIMIT))


def log_book(actor: Actor, wanted: queries.EventFilter) -> BytesIO:
    stmt = queries.list_events(actor, wanted).limit(LIMIT)
    return _book(_("Log of the ladder"), EVENT_COLUMNS, db.session.scalars(stmt).all())


def _book(title: str, columns: Sequence[Column[Any]], rows: Sequence[Any]) -> BytesIO:
    book = XlsxBook(title, author=_("Anqi"), stamp=clock.now())
    book.ledger(title[:31], columns, rows, title=title)
    return BytesIO(book.save())
