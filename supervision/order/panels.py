"""What other pages show of orders: a tab and the timeline of the file, a card, a ticket's part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import render_template, url_for
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.permissions import Permission
from supervision.core.slice import Found, TimelineItem, Todo
from supervision.inspection.workflow import InspectionKind, InspectionState
from supervision.order import labels, queries
from supervision.order.models import Order

PANEL_ROWS = 20
BADGE_CAP = 100


def panel(enterprise_id: int, actor: Actor) -> str:
    wanted = queries.OrderFilter(enterprise_id=enterprise_id)
    return render_template(
        "order/panel.html",
        enterprise_id=enterprise_id,
        counts=queries.counts(actor, enterprise_id),
        orders=queries.first(actor, wanted, PANEL_ROWS),
        labels=labels,
        today=clock.today(),
    )


def card(actor: Actor) -> str:
    group = "to_approve" if actor.may(Permission.ORDER_APPROVE) else "recheck"
    if not actor.is_regulator:
        group = "open"
    return render_template(
        "order/card.html",
        counts=queries.counts(actor),
        orders=queries.first(actor, queries.OrderFilter(group=group), 5),
        labels=labels,
        today=clock.today(),
    )


def ticket_part(hazard_id: int, actor: Actor) -> str:
    """The orders that name a ticket, and its letter of transfer; "" where there is neither."""
    orders = queries.of_hazard(hazard_id, actor)
    letters = queries.letters_of(hazard_id, actor) if actor.is_regulator else ()
    if not orders and not letters:
        return ""
    return render_template(
        "order/ticket.html", orders=orders, letters=letters, hazard_id=hazard_id, labels=labels
    )


def inspection_part(inspection_id: int, actor: Actor) -> str:
    """The orders written from an inspection, and the way to write one where that may be."""
    inspection = queries.get_inspection(inspection_id, actor)
    may_write = (
        actor.may(Permission.ORDER_MAKE)
        and inspection.kind is InspectionKind.ADMINISTRATIVE
        and inspection.status is InspectionState.RECORDED
        and bool(queries.hazards_for(inspection, actor))
    )
    orders = queries.of_inspection(inspection_id, actor)
    if not orders and not may_write:
        return ""
    return render_template(
        "order/inspection.html",
        orders=orders,
        inspection_id=inspection_id,
        may_write=may_write,
        labels=labels,
    )


def timeline(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[TimelineItem]:
    if not actor.may(Permission.ORDER_READ):
        return []
    return [
        TimelineItem(
            at=event.at,
            title=_(
                "%(action)s: %(number)s",
                action=labels.ACTION_LABELS[event.action],
                number=order.number or "—",
            ),
            body=event.note,
            url=url_for("order.detail", order_id=order.id),
            icon=labels.ACTION_ICONS.get(event.action, "point"),
            tone=labels.ACTION_TONES.get(event.action, "plain"),
            who=event.actor_name,
        )
        for event, order in queries.events_of_enterprise(enterprise_id, actor, before, limit)
    ]


def todos(actor: Actor) -> Sequence[Todo]:
    """What an order waits for: an approval, its service, a reply, a visit; or a rectification."""
    counts = queries.counts(actor)

    def todo(label: str, count: int, group: str, tone: str = "wait") -> Todo:
        return Todo(label, count, url_for("order.index", group=group), tone)

    if not actor.is_regulator:
        return [todo(_("Orders past a deadline"), counts.overdue, "overdue", "bad")]
    found = []
    if actor.may(Permission.ORDER_APPROVE):
        found.append(todo(_("Orders to approve"), counts.to_approve, "to_approve"))
    if actor.may(Permission.ORDER_MAKE):
        asked = queries.waiting_count(actor, groups=("extension",), cap=BADGE_CAP)
        late = counts.recheck_overdue
        found += [
            todo(_("Orders to serve"), counts.to_serve, "to_serve"),
            todo(_("Extensions to reply to"), asked, "extension"),
            todo(_("Re-inspections past their day"), late, "recheck_overdue", "bad"),
            todo(_("Orders to re-inspect"), counts.recheck - late, "recheck"),
        ]
    return found


def badge(actor: Actor) -> int:
    """How many orders wait for this person, as far as anybody counts."""
    if not actor.is_regulator:
        return queries.waiting_count(actor, groups=("overdue",), cap=BADGE_CAP)
    groups = ["recheck_overdue", "extension", "to_serve"]
    if actor.may(Permission.ORDER_APPROVE):
        groups.append("to_approve")
    return queries.waiting_count(actor, groups=groups, cap=BADGE_CAP)


def found(order: Order) -> Found:
    """An order in the search on every page."""
    detail = f"{order.enterprise.display_name} · {labels.STATUS_LABELS[order.status]}"
    return Found(order.number or "—", detail, url_for("order.detail", order_id=order.id))


def found_all(text: str) -> str:
    return url_for("order.index", text=text)
