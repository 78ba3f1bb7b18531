"""What other pages show of inspections: a tab and the timeline of the file, a card, a badge."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from flask import render_template, url_for
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.permissions import Permission
from supervision.core.slice import Found, TimelineItem, Todo
from supervision.enterprise import queries as enterprises
from supervision.inspection import caps, labels, queries
from supervision.inspection.models import Inspection
from supervision.inspection.queries import InspectionFilter

PANEL_ROWS = 20
CARD_ROWS = 5
BADGE_CAP = 100


def panel(enterprise_id: int, actor: Actor) -> str:
    """The newest ones; for the authority how much of the yearly cap is used."""
    usage = None
    if actor.is_regulator:
        enterprise = enterprises.get_enterprise(enterprise_id, actor)
        usage = caps.usage(enterprise, clock.today().year)
    return render_template(
        "inspection/panel.html",
        enterprise_id=enterprise_id,
        inspections=queries.first(actor, InspectionFilter(enterprise_id=enterprise_id), PANEL_ROWS),
        usage=usage,
        today=clock.today(),
        labels=labels,
    )


def card(actor: Actor) -> str:
    """An officer's next ones; what was recorded last for the enterprise's own people."""
    mine = InspectionFilter(group="open", officer_id=actor.id, sort="oldest")
    wanted = mine if actor.is_regulator else InspectionFilter()
    own = queries.first(actor, wanted, CARD_ROWS)
    if not own and not actor.is_regulator:
        return ""
    return render_template(
        "inspection/card.html",
        counts=queries.counts(actor) if actor.is_regulator else None,
        own=own,
        labels=labels,
    )


def timeline(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[TimelineItem]:
    """The steps for the authority; for the enterprise that something was recorded, no word more."""
    if not actor.may(Permission.INSPECTION_READ):
        return []
    actions = set(labels.ACTION_LABELS) if actor.is_regulator else {"record"}
    rows = queries.events_of_enterprise(enterprise_id, actor, before, limit, actions)
    return [
        TimelineItem(
            at=event.at,
            title=_(
                "%(action)s: %(number)s",
                action=labels.ACTION_LABELS[event.action],
                number=inspection.number,
            ),
            body=event.note if actor.is_regulator and event.note else inspection.subject,
            url=url_for("inspection.detail", inspection_id=inspection.id),
            icon=labels.ACTION_ICONS.get(event.action, "point"),
            tone=labels.ACTION_TONES.get(event.action, "plain"),
            who=event.actor_name,
        )
        for event, inspection in rows
    ]


def badge(actor: Actor) -> int:
    """What waits for this person's approval."""
    if not actor.may(Permission.INSPECTION_APPROVE):
        return 0
    return queries.waiting(actor, cap=BADGE_CAP)


def todos(actor: Actor) -> Sequence[Todo]:
    """Approvals, the inspections of one's own that are for today, and those whose day has passed."""
    if not actor.is_regulator:
        return ()
    found = []
    if actor.may(Permission.INSPECTION_APPROVE):
        url = url_for("inspection.index", status="submitted", sort="oldest")
        found.append(Todo(_("Inspections to approve"), badge(actor), url))
    if actor.may(Permission.INSPECTION_MAKE):
        mine = queries.own_until_today(actor)
        address = partial(url_for, "inspection.index", officer=actor.id, sort="oldest")
        today = clock.today().isoformat()
        url = address(group="open", planned_from=today, planned_to=today)
        found.append(Todo(_("My inspections today"), mine.today, url, "plain"))
        url = address(group="late")
        found.append(Todo(_("My inspections whose day has passed"), mine.late, url, "bad"))
    return found


def ticket_part(hazard_id: int, actor: Actor) -> str:
    """On a hazard's ticket: the inspection and the item that it came of."""
    found = queries.of_hazard(hazard_id, actor)
    if found is None:
        return ""
    inspection, item = found
    return render_template("inspection/ticket.html", inspection=inspection, item=item)


def found(inspection: Inspection) -> Found:
    """An inspection in the search on every page."""
    detail = f"{inspection.number} · {inspection.enterprise.display_name}"
    url = url_for("inspection.detail", inspection_id=inspection.id)
    return Found(inspection.subject or inspection.number, detail, url)


def found_all(text: str) -> str:
    return url_for("inspection.index", text=text)
