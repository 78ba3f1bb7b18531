"""What other pages show of video: a tab and the timeline of the file, a card of the start page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import render_template, url_for
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.permissions import Permission
from supervision.core.slice import Found, TimelineItem, Todo
from supervision.core.web.state import settings
from supervision.video import labels, queries, ticket_queries
from supervision.video.models import Camera
from supervision.video.workflow import ReviewState

PANEL_ROWS = 10
PANEL_CAMERAS = 50
TICKET_SIGHTINGS = 3

_TONES = {ReviewState.CONFIRMED: "bad", ReviewState.REJECTED: "off"}


def panel(enterprise_id: int, actor: Actor) -> str:
    cameras = queries.list_cameras(actor, enterprise_id=enterprise_id).limit(PANEL_CAMERAS)
    return render_template(
        "video/panel.html",
        enterprise_id=enterprise_id,
        counts=queries.counts(actor, enterprise_id),
        tickets=ticket_queries.counts(actor, enterprise_id=enterprise_id),
        cameras=db.session.scalars(cameras).unique().all(),
        violations=queries.latest(actor, enterprise_id=enterprise_id, limit=PANEL_ROWS),
        silent=settings().node_silent_seconds,
        labels=labels,
    )


def card(actor: Actor) -> str:
    silent = settings().node_silent_seconds
    admin = actor.may(Permission.NODE_ADMIN)
    return render_template(
        "video/card.html",
        counts=queries.counts(actor),
        silent_nodes=queries.silent_nodes(actor, clock.now(), silent) if admin else [],
        parked=queries.parked_count(actor) if admin else 0,
    )


def ticket_part(hazard_id: int, actor: Actor) -> str:
    """Clip and snapshot with the boxes of the newest sightings that a ticket joins; "" for none."""
    found = queries.of_hazard(hazard_id, actor, limit=TICKET_SIGHTINGS)
    if not found:
        return ""
    total = queries.count_of_hazard(hazard_id, actor)
    return render_template("video/ticket.html", violations=found, total=total, labels=labels)


def timeline(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[TimelineItem]:
    items = _verdicts(enterprise_id, actor, before, limit)
    items += _tickets(enterprise_id, actor, before, limit)
    return sorted(items, key=lambda item: item.at, reverse=True)[:limit]


def _tickets(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> list[TimelineItem]:
    return [
        TimelineItem(
            at=ticket.opened_at,
            title=_("Camera ticket: %(fault)s", fault=labels.TICKET_FAULT_LABELS[ticket.fault]),
            body=f"{ticket.camera.name} · {ticket.camera.place}",
            url=url_for("camera_ticket.detail", ticket_id=ticket.id),
            icon="tool",
            tone="off" if ticket.done_at else "wait",
            who=ticket.done_by or ticket.acknowledged_by,
        )
        for ticket in ticket_queries.tickets_of_enterprise(enterprise_id, actor, before, limit)
    ]


def _verdicts(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> list[TimelineItem]:
    return [
        TimelineItem(
            at=found.verdict_at,
            title=_(
                "%(rule)s: %(verdict)s",
                rule=labels.KIND_LABELS[found.rule_kind],
                verdict=labels.STATUS_LABELS[found.status],
            ),
            body=found.verdict_note
            or (str(labels.REASON_LABELS[found.reject_reason]) if found.reject_reason else "")
            or f"{found.camera.name} · {found.camera.place}",
            url=url_for("video.detail", violation_id=found.id, status=""),
            icon="video",
            tone=_TONES.get(found.status, "plain"),
            who=found.verdict_by,
        )
        for found in queries.verdicts_of_enterprise(enterprise_id, actor, before, limit)
        if found.verdict_at is not None
    ]


def todos(actor: Actor) -> Sequence[Todo]:
    if not actor.may(Permission.VIDEO_REVIEW):
        return ()
    return [
        Todo(_("Violations to review"), badge(actor), url_for("video.index")),
        Todo(_("Cameras that need somebody"), tickets_badge(actor), url_for("camera_ticket.index")),
    ]


def tickets_badge(actor: Actor) -> int:
    """How many camera tickets are not done, as far as anybody counts."""
    return ticket_queries.open_count(actor, cap=100)


def badge(actor: Actor) -> int:
    """How many wait for a verdict, as far as anybody counts; beside the menu's line."""
    return queries.pending_count(actor, cap=100)


def found(camera: Camera) -> Found:
    """A camera in the search on every page."""
    detail = f"{camera.enterprise.display_name} · {camera.place}"
    return Found(camera.name, detail, url_for("camera.detail", camera_id=camera.id))


def found_all(text: str) -> str:
    return url_for("camera.index", text=text)
