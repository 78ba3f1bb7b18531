"""What other pages show of returns: a tab and the timeline of the file, what is due, what waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from flask import render_template, url_for
from flask_babel import gettext as _

from supervision.core.actor import Actor
from supervision.core.permissions import Permission
from supervision.core.slice import Due, TimelineItem, Todo
from supervision.core.web.nav import once_a_page
from supervision.returns import labels, queries
from supervision.returns.models import PeriodReturn

PANEL_ROWS = 20


def panel(enterprise_id: int, actor: Actor) -> str:
    return render_template(
        "returns/panel.html",
        enterprise_id=enterprise_id,
        rows=queries.of_enterprise(enterprise_id, actor, PANEL_ROWS),
        labels=labels,
    )


def _title(row: PeriodReturn) -> str:
    return row.layout.name if row.layout else str(labels.KIND_LABELS[row.kind])


def _counts(actor: Actor) -> queries.Counts:
    return once_a_page(("return counts", actor.id), lambda: queries.counts(actor, cap=100))


def badge(actor: Actor) -> int:
    """What waits for the authority; for the enterprise, what is overdue."""
    counts = _counts(actor)
    return counts.waiting if actor.is_regulator else counts.overdue


def todos(actor: Actor) -> Sequence[Todo]:
    if actor.is_regulator and actor.may(Permission.RETURN_DECIDE):
        counts = _counts(actor)
        return [
            Todo(
                _("Returns to decide upon"),
                counts.waiting,
                url_for("returns.index", group="waiting"),
            ),
            Todo(
                _("Overdue returns"),
                counts.overdue,
                url_for("returns.index", group="overdue", sort="due"),
                "bad",
            ),
        ]
    if not actor.may(Permission.RETURN_MAKE):
        return ()
    counts = _counts(actor)
    overdue = url_for("returns.index", group="overdue", sort="due")
    returned = url_for("returns.index", status="returned")
    return [
        Todo(_("Overdue returns"), counts.overdue, overdue, "bad"),
        Todo(_("Returns to correct"), counts.returned, returned),
    ]


def dues(actor: Actor, until: date) -> Sequence[Due]:
    """Returns that lie with the actor's enterprise; the authority has none of its own."""
    if actor.is_regulator or not actor.may(Permission.RETURN_MAKE):
        return ()
    return [
        Due(
            label=_title(row),
            on=row.expected_on,
            url=url_for("returns.detail", return_id=row.id),
            duty=f"return.{row.kind}",
            enterprise=row.enterprise.display_name,
            icon="report",
        )
        for row in queries.due_until(actor, until)
    ]


def timeline(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[TimelineItem]:
    """What was submitted, newest first."""
    rows = queries.submitted(enterprise_id, actor, before, limit)
    return [
        TimelineItem(
            at=row.submitted_at,
            title=_("Return submitted: %(kind)s", kind=_title(row)),
            body=str(labels.STATUS_LABELS[row.status]),
            url=url_for("returns.detail", return_id=row.id),
            icon="report",
            who=row.submitted_by,
        )
        for row in rows
        if row.submitted_at is not None
    ]
