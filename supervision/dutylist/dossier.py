"""The duty list's chapter of the dossier: the months, the list, what was done and what shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.account import queries as accounts
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.dossier import Chapter, Evidence, Section, pick, section_of
from supervision.core.export.columns import Column, Kind
from supervision.core.permissions import Permission
from supervision.core.scope import visible
from supervision.dutylist import exports, labels, queries
from supervision.dutylist.models import DutyDone, DutyFile, DutyMonth, EnterpriseDuty

MONTHS = 24

_MONTHS: tuple[Column[DutyMonth], ...] = (
    Column("month", _l("Month"), lambda m: f"{m.month:%Y-%m}", width=12),
    *pick(exports.MONTH_COLUMNS, "due", "done", "late", "missed", "rate"),
)
_DONE: tuple[Column[DutyDone], ...] = (
    Column("what", _l("What is to be done"), lambda d: d.item.what, width=36),
    Column("from", _l("Day from"), lambda d: d.starts_on, Kind.DAY, 12),
    Column("to", _l("Day to"), lambda d: d.ends_on, Kind.DAY, 12),
    Column("by", _l("Done by"), lambda d: d.by, width=12),
    Column("at", _l("Done at"), lambda d: d.at, Kind.INSTANT, 18),
    Column("note", _l("How the duty was done"), lambda d: d.note or d.link, width=30),
)


def _list(names: Mapping[int, str]) -> tuple[Column[EnterpriseDuty], ...]:
    return (
        Column("what", _l("What is to be done"), lambda x: x.what, width=36),
        Column("clause", _l("Clause"), lambda x: x.clause, width=18),
        Column("who", _l("Who does it"), lambda x: names.get(x.account_id) or x.person, width=14),
        Column(
            "often", _l("How often"), lambda x: str(labels.FREQUENCY_LABELS[x.frequency]), width=12
        ),
        Column("due", _l("Due on"), lambda x: x.due_on, Kind.DAY, 12),
        Column(
            "standing", _l("State"), lambda x: str(labels.STANDING_LABELS[x.standing]), width=12
        ),
    )


def _sections(enterprise_id: int, actor: Actor) -> Sequence[Section]:
    duties = queries.live(enterprise_id, actor)
    names = accounts.names({d.account_id for d in duties if d.account_id})
    return [
        Section(
            title=_("Months"), columns=_MONTHS, rows=queries.months(enterprise_id, actor, MONTHS)
        ),
        Section(title=_("Duty list"), columns=_list(names), rows=duties),
        section_of(queries.list_done(enterprise_id, actor), _DONE, title=_("Done")),
    ]


def _files(enterprise_id: int, actor: Actor) -> Iterable[Evidence]:
    """What shows that duties were done, by the first day of the period."""
    stmt = (
        visible(DutyDone, actor, DutyDone.starts_on, DutyFile)
        .join(DutyFile, DutyFile.done_id == DutyDone.id)
        .where(DutyDone.enterprise_id == enterprise_id)
        .order_by(DutyDone.id, DutyFile.id)
    )
    for starts_on, file in db.session.execute(stmt):
        yield Evidence(starts_on.isoformat(), file.attachment)


CHAPTERS = (Chapter("duties", _l("Duty list"), Permission.DUTYLIST_READ, 74, _sections, _files),)
