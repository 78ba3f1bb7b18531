"""What the registry shows of itself: its part of the timeline, its card of the start page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from babel.lists import format_list
from flask import render_template, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from supervision.core.actor import Actor
from supervision.core.slice import Found, TimelineItem
from supervision.enterprise import labels, queries
from supervision.enterprise.models import Enterprise, EnterpriseEvent

OWN_SHOWN = 5


def timeline(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[TimelineItem]:
    return [
        TimelineItem(
            at=event.at,
            title=labels.EVENT_LABELS[event.kind],
            body=_body(event),
            icon=labels.EVENT_ICONS[event.kind],
            tone=labels.STATUS_TONES[event.status_after] if event.status_after else "info",
            who=event.actor_name,
        )
        for event in queries.events(enterprise_id, actor, before, limit)
    ]


def field_names(names: Sequence[str]) -> str:
    """Fields as a reader calls them."""
    shown = [str(labels.FIELD_LABELS.get(name, name)) for name in names]
    return format_list(shown, locale=get_locale())


def _body(event: EnterpriseEvent) -> str:
    if event.status_before and event.status_after:
        move = _(
            "%(before)s → %(after)s",
            before=labels.STATUS_LABELS[event.status_before],
            after=labels.STATUS_LABELS[event.status_after],
        )
        return f"{move}\n{event.note}"
    return field_names(event.fields)


def card(actor: Actor) -> str:
    """The enterprise's own people see their file, the authority its roll."""
    if not actor.is_regulator:
        own = queries.own_enterprises(actor)[:OWN_SHOWN]
        regions = queries.region_path_names({e.region_code for e in own})
        return render_template(
            "enterprise/own_card.html", enterprises=own, regions=regions, labels=labels
        )
    return render_template("enterprise/card.html", counts=queries.roll_counts(actor))


def found(enterprise: Enterprise) -> Found:
    """An enterprise in the search on every page."""
    url = url_for("enterprise.file", enterprise_id=enterprise.id)
    return Found(enterprise.name, f"{enterprise.uscc} · {enterprise.address}", url)


def found_all(text: str) -> str:
    return url_for("enterprise.index", text=text)
