"""What other pages show of tickets: a tab and the timeline of the file, a card of the start page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import render_template, url_for
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.slice import TimelineItem
from supervision.hazard import labels, queries

PANEL_ROWS = 20


def panel(enterprise_id: int, actor: Actor) -> str:
    return render_template(
        "hazard/panel.html",
        enterprise_id=enterprise_id,
        counts=queries.counts(actor, enterprise_id),
        hazards=queries.latest(actor, enterprise_id=enterprise_id, limit=PANEL_ROWS),
        labels=labels,
    )


def card(actor: Actor) -> str:
    overdue = queries.HazardFilter(group="overdue", sort="due")
    return render_template(
        "hazard/card.html",
        counts=queries.counts(actor),
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


def badge(actor: Actor) -> int:
    """How many overdue tickets, as far as anybody counts; beside the menu's line."""
    return queries.overdue_count(actor, cap=100)
