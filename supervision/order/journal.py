"""The history of an order, and whom a step concerns: what every verb of this slice writes."""

from __future__ import annotations

from supervision.core import audit, clock, notices
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.notices import Audience
from supervision.order.models import Order, OrderEvent
from supervision.order.workflow import OrderState


def log(
    order: Order,
    actor: Actor,
    action: str,
    before: OrderState | None,
    *,
    note: str = "",
    **data: object,
) -> None:
    """The order's own history and the audit trail, in one go."""
    db.session.flush()
    db.session.add(
        OrderEvent(
            order_id=order.id,
            action=action,
            from_status=before,
            to_status=order.status,
            at=clock.now(),
            actor_id=actor.id,
            actor_name=actor.name,
            actor_side=actor.side,
            note=note,
        )
    )
    plain = {key: str(value) for key, value in data.items() if value is not None}
    audit.record(
        actor,
        f"order.{action}",
        order,
        enterprise_id=order.enterprise_id,
        number=order.number,
        before=before,
        after=order.status,
        note=note,
        **plain,
    )


def tell_enterprise(order: Order, actor: Actor, kind: str, **params: object) -> None:
    _tell(order, actor, kind, (Audience.ENTERPRISE_PEOPLE, order.enterprise_id), params)


def tell_supervisors(order: Order, actor: Actor, kind: str, **params: object) -> None:
    _tell(order, actor, kind, (Audience.SUPERVISORS, order.enterprise_id), params)


def tell_person(order: Order, actor: Actor, kind: str, account_id: int, **params: object) -> None:
    _tell(order, actor, kind, (Audience.ACCOUNT, account_id), params)


def _tell(
    order: Order,
    actor: Actor,
    kind: str,
    whom: tuple[Audience, int],
    params: dict[str, object],
) -> None:
    notices.queue(
        kind,
        whom[0],
        whom[1],
        link=f"/orders/{order.id}",
        but_not=actor.id,
        number=order.number or "—",
        **params,
    )
