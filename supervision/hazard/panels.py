"""What other pages show of tickets: a tab and the timeline of the file, a card of the start page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import render_template, url_for
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.permissions import Permission
from supervision.core.slice import Found, TimelineItem, Todo
from supervision.core.web.nav import once_a_page
from supervision.hazard import labels, listing_queries, queries
from supervision.hazard.models import Hazard

PANEL_ROWS = 20


def panel(enterprise_id: int, actor: Actor) -> str:
    return render_template(
        "hazard/panel.html",
        enterprise_id=enterprise_id,
        counts=queries.counts(actor, enterprise_id),
        hazards=queries.latest(actor, enterprise_id=enterprise_id, limit=PANEL_ROWS),
        labels=labels,
    )


def own_counts(actor: Actor) -> queries.Counts:
    """Counted once for the card and for what waits."""
    return once_a_page(("hazard counts", actor.id), lambda: queries.counts(actor))


def card(actor: Actor) -> str:
    overdue = queries.HazardFilter(group="overdue", sort="due")
    return render_template(
        "hazard/card.html",
        counts=own_counts(actor),
        overdue=queries.first(actor, overdue, 5),
        today=clock.today(),
        labels=labels,
    )


def timeline(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[TimelineItem]:
    return [
        TimelineItem(
            at=event.at,
            title=_(
                "%(action)s: %(number)s",
                action=labels.ACTION_LABELS[event.action],
                number=hazard.number,
            ),
            body=event.note or hazard.description,
            url=url_for("hazard.detail", hazard_id=hazard.id),
            icon=labels.ACTION_ICONS.get(event.action, "point"),
            tone=labels.ACTION_TONES.get(event.action, "plain"),
            who=event.actor_name,
        )
        for event, hazard in queries.events_of_enterprise(enterprise_id, actor, before, limit)
    ]


def todos(actor: Actor) -> Sequence[Todo]:
    """Tickets: past their day, to be re-inspected; listings to decide upon."""
    found = []
    if actor.may(Permission.HAZARD_RECTIFY) or actor.may(Permission.HAZARD_VERIFY):
        counts = own_counts(actor)
        url = url_for("hazard.index", group="overdue", sort="due")
        found.append(Todo(_("Hazards past their deadline"), counts.overdue, url, "bad"))
    if actor.is_regulator and actor.may(Permission.HAZARD_VERIFY):
        url = url_for("hazard.index", status="submitted")
        found.append(Todo(_("Hazards to re-inspect"), counts.to_verify, url))
    elif actor.may(Permission.HAZARD_RECTIFY):
        url = url_for("hazard.index", group="open", sort="due")
        found.append(Todo(_("Hazards due within three days"), counts.due_soon, url))
    if actor.may(Permission.SUPERVISION_LIST):
        board = listing_queries.listing_counts(actor)
        url = url_for("listing.index", group="proposed")
        found.append(Todo(_("Listings to decide upon"), board.proposed, url))
        url = url_for("listing.index", group="review")
        found.append(Todo(_("Listed hazards to review"), board.review, url))
    return found


def badge(actor: Actor) -> int:
    """How many overdue tickets, as far as anybody counts; beside the menu's line."""
    return queries.overdue_count(actor, cap=100)


def found(hazard: Hazard) -> Found:
    """A ticket in the search on every page."""
    detail = (
        f"{hazard.enterprise.display_name} · {hazard.place} · {labels.STATUS_LABELS[hazard.status]}"
    )
    return Found(hazard.number, detail, url_for("hazard.detail", hazard_id=hazard.id))


def found_all(text: str) -> str:
    return url_for("hazard.index", text=text)
