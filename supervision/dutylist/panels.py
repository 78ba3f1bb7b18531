"""What other pages show of duty lists: a tab of the file, what is due, what waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import Select

from supervision.account import queries as accounts
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.permissions import Permission
from supervision.core.slice import Due, TimelineItem, Todo
from supervision.core.web.paging import capped_count, first_rows
from supervision.dutylist import labels, queries
from supervision.dutylist.models import DutyMonth, EnterpriseDuty, SupervisionDuty

PANEL_ROWS = 50


def panel(enterprise_id: int, actor: Actor) -> str:
    duties = first_rows(queries.list_duties(enterprise_id, actor), PANEL_ROWS)
    month = queries.month_of(enterprise_id, actor, clock.today().replace(day=1))
    return render_template(
        "dutylist/panel.html",
        enterprise_id=enterprise_id,
        duties=duties,
        month=month,
        names=accounts.names({d.account_id for d in duties if d.account_id}),
        labels=labels,
    )


def timeline(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[TimelineItem]:
    """What was said to be done."""
    if not actor.may(Permission.DUTYLIST_READ):
        return []
    return [
        TimelineItem(
            at=row.at,
            title=_("Duty done late") if row.is_late else _("Duty done"),
            body=row.item.what,
            url=url_for("dutylist.item", duty_id=row.duty_id),
            icon="clipboard-list",
            tone="wait" if row.is_late else "good",
            who=row.by,
        )
        for row in queries.latest_done(enterprise_id, actor, before, limit)
    ]


def dues(actor: Actor, until: date) -> Sequence[Due]:
    """What this person has to have done, late ones first."""
    if not actor.may(Permission.DUTYLIST_DO):
        return []
    if actor.is_regulator:
        return [_supervision(duty) for duty in _mine(actor, until)]
    return [_own(duty) for duty in queries.due_of_enterprise(actor, until)]


def _mine(actor: Actor, until: date) -> Sequence[SupervisionDuty]:
    stmt = queries.list_supervision(actor, queries.SupervisionFilter(is_mine=True))
    found: Sequence[SupervisionDuty] = first_rows(
        stmt.where(SupervisionDuty.due_on <= until), queries.MOST_DUES
    )
    return found


def _own(duty: EnterpriseDuty) -> Due:
    return Due(
        duty.what,
        duty.due_on,
        url_for("dutylist.item", duty_id=duty.id),
        duty=duty.duty,
        enterprise=duty.enterprise.display_name,
        icon="clipboard-list",
    )


def _supervision(duty: SupervisionDuty) -> Due:
    url = url_for("dutylist.supervision_item", task_id=duty.id)
    return Due(duty.what, duty.due_on, url, icon="clipboard-list")


def todos(actor: Actor) -> Sequence[Todo]:
    """Late duties of one's own; for the authority, enterprises that are behind."""
    if not actor.may(Permission.DUTYLIST_DO):
        return []
    if not actor.is_regulator:
        return [Todo(_("Duties that are late"), _late(actor), url_for("dutylist.index"), "bad")]
    mine = queries.SupervisionFilter(is_mine=True, is_late=True)
    late = queries.list_supervision(actor, mine)
    stmt = queries.list_months(
        actor, queries.MonthFilter(month=clock.today().replace(day=1), is_behind=True)
    )
    return [
        Todo(
            _("Supervision duties that are late"),
            capped_count(_ids(late, SupervisionDuty)),
            url_for("dutylist.supervision", late=1, mine=1),
            "bad",
        ),
        Todo(
            _("Enterprises behind with their duties"),
            capped_count(_ids(stmt, DutyMonth)),
            url_for("dutylist.index", behind=1),
        ),
    ]


def _late(actor: Actor) -> int:
    before = date.fromordinal(clock.today().toordinal() - 1)
    return len(queries.due_of_enterprise(actor, before))


def _ids(stmt: Select[Any], model: Any) -> Select[Any]:
    return stmt.order_by(None).with_only_columns(model.id, maintain_column_froms=True)
