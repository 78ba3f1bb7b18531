"""Later days: the enterprise asks on the order, the authority replies by a paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from supervision.core import clock, clocks
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.hazard import ordering
from supervision.order import clockwork, papers, rules
from supervision.order.journal import log, tell_enterprise, tell_supervisors
from supervision.order.models import Order, OrderExtension, OrderExtensionItem, OrderItem
from supervision.order.officers import signers
from supervision.order.rules import EXT_REPLY, ItemResult, PaperKind
from supervision.order.workflow import (
    EXTENSION_WORKFLOW,
    WITH_ENTERPRISE,
    OrderExtensionState,
    OrderKind,
    of_enterprise,
)


def extendable(order: Order) -> list[OrderItem]:
    """What nobody has re-inspected yet and is not past its day."""
    today = clock.today()
    return [
        i for i in order.items if i.result is ItemResult.OPEN and i.due_on and i.due_on >= today
    ]


def may_ask(order: Order, actor: Actor) -> bool:
    """Whether the page offers it."""
    allowed = actor.may(Permission.ORDER_REQUEST) and of_enterprise(order, actor) is None
    free = order.pending_extension is None and bool(extendable(order))
    return allowed and free and order.status in WITH_ENTERPRISE


def request(
    order: Order, actor: Actor, *, item_ids: Sequence[int], wanted_on: date, reason: str
) -> OrderExtension:
    """Ask for a later day; outside the window it is taken with a warning that stays on it."""
    if not actor.may(Permission.ORDER_REQUEST):
        raise Forbidden
    if refusal := of_enterprise(order, actor):
        raise Forbidden(refusal)
    chosen = [i for i in order.items if i.id in set(item_ids) and i.result is ItemResult.OPEN]
    if not item_ids or len(chosen) != len(set(item_ids)):
        raise InvalidInput(N_("Choose at least one problem."), field="items")
    if not reason:
        raise InvalidInput(N_("This field is required."), field="reason")
    today = clock.today()
    rules.check_extension(
        order.status,
        [i.due_on for i in chosen if i.due_on],
        wanted_on,
        today,
        has_pending=order.pending_extension is not None,
    )
    window, rule = clockwork.window(order, today)
    extension = OrderExtension(
        status=OrderExtensionState.PENDING,
        wanted_on=wanted_on,
        reason=reason,
        warning=window.warning if window.accepted else "",
        window_rule_id=rule.id if rule else None,
        clock=clockwork.arm(order, EXT_REPLY, today),
        requested_at=clock.now(),
        requested_on=today,
        requested_by_id=actor.id,
        requested_by=actor.name,
        items=[OrderExtensionItem(item=i, previous_due_on=i.due_on) for i in chosen],
    )
    order.extensions.append(extension)
    log(order, actor, "request_extension", order.status, note=reason, wanted_on=wanted_on)
    tell_supervisors(order, actor, "order.extension_requested")
    return extension


def reply(
    extension: OrderExtension,
    actor: Actor,
    *,
    granted: Mapping[int, date | None],
    officer_ids: Sequence[int],
    note: str,
) -> None:
    """Grant later days (by extension item), all, some or none; the reply is a paper.

    Everything that hangs on a day is armed anew: the item, its hazard, the re-inspection's clock,
    the reminders.
    """
    order = extension.order
    days = {row.id: granted.get(row.id) for row in extension.items}
    name = _decision(days)
    step = EXTENSION_WORKFLOW.check(name, extension, actor, {"note": note})
    if not order.is_open:
        raise Conflict(N_("The order is settled: its deadlines can no longer be changed."))
    rules.check_decider(actor.id, extension.requested_by_id)
    if name != "refuse":
        previous = {row.id: row.previous_due_on for row in extension.items}
        rules.check_grants(days, previous, clock.today())
    extension.status, extension.note = step.target, note
    extension.decided_at, extension.decided_by = clock.now(), actor.name
    for row in extension.items:
        _grant(order, row, actor, days[row.id])
    officers = [s.said for s in signers(order.authority_id, officer_ids)]
    extension.paper = papers.issue_paper(
        order,
        actor,
        PaperKind.EXTENSION_REPLY,
        papers.extension_data(order, extension, officers),
    )
    if extension.clock is not None:
        clocks.end(extension.clock, clock.today())
    clockwork.arm_recheck(order)
    db.session.flush()
    log(order, actor, f"{name}_extension", order.status, note=note)
    tell_enterprise(order, actor, "order.extension_replied", due_on=order.next_due_on or "")


def _decision(days: Mapping[int, date | None]) -> str:
    given = [day for day in days.values() if day is not None]
    if not given:
        return "refuse"
    return "grant" if len(given) == len(days) else "grant_partly"


def _grant(order: Order, row: OrderExtensionItem, actor: Actor, day: date | None) -> None:
    row.granted_due_on = day
    if day is None or row.item.result is ItemResult.DONE:
        return
    # A re-inspection that came before the reply and failed it counts no longer against it.
    row.item.due_on, row.item.result = day, ItemResult.OPEN
    if order.kind is OrderKind.RECTIFY:
        ordering.move_deadline(row.item.hazard, actor, day)
