"""Handing a matter to the competent department by letter (Work Safety Law, art. 69)."""

from __future__ import annotations

from collections.abc import Sequence

from supervision.authority import queries as authorities
from supervision.authority.models import Authority
from supervision.core import audit, clock, documents
from supervision.core.actor import Actor, Side
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.hazard import service as hazards
from supervision.hazard.models import Hazard
from supervision.order import papers
from supervision.order.journal import log
from supervision.order.models import Order, OrderPaper
from supervision.order.officers import signers
from supervision.order.rules import PaperKind
from supervision.order.workflow import BINDING


def of_order(
    order: Order,
    actor: Actor,
    *,
    receiver: str,
    reason: str,
    matter: str,
    enclosures: Sequence[str],
    officer_ids: Sequence[int],
) -> OrderPaper:
    """A letter about an issued order; the order itself goes on as it is."""
    _check(actor, receiver=receiver, reason=reason, matter=matter)
    if order.status not in BINDING:
        raise Conflict(N_("Only an order that was issued and is open can be handed over."))
    paper = _letter(
        actor,
        order.authority,
        order.enterprise,
        officer_ids,
        {
            "order_number": order.number,
            "receiver": receiver,
            "reason": reason,
            "matter": matter,
            "enclosures": list(enclosures),
        },
        order_id=order.id,
    )
    log(order, actor, "transfer", order.status, note=reason, receiver=receiver)
    return paper


def of_hazard(
    hazard: Hazard,
    actor: Actor,
    *,
    receiver: str,
    reason: str,
    enclosures: Sequence[str],
    officer_ids: Sequence[int],
) -> OrderPaper:
    """Transfer a ticket that no order binds, by letter."""
    _check(actor, receiver=receiver, reason=reason, matter=hazard.description)
    hazards.transfer(hazard, actor, receiver=receiver, reason=reason)
    authority = authorities.authority_of(hazard.enterprise.region_code)
    paper = _letter(
        actor,
        authority,
        hazard.enterprise,
        officer_ids,
        {
            "order_number": "",
            "receiver": receiver,
            "reason": reason,
            "matter": hazard.description,
            "enclosures": list(enclosures),
        },
        hazard_id=hazard.id,
    )
    audit.record(actor, "order.transfer", hazard, number=paper.document.number, receiver=receiver)
    return paper


def _check(actor: Actor, **needed: str) -> None:
    if not actor.may(Permission.ORDER_MAKE) or actor.side is not Side.REGULATOR:
        raise Forbidden
    for name, value in needed.items():
        if not value:
            raise InvalidInput(N_("This field is required."), field=name)


def _letter(
    actor: Actor,
    authority: Authority,
    enterprise: Enterprise,
    officer_ids: Sequence[int],
    matter: papers.Data,
    *,
    order_id: int | None = None,
    hazard_id: int | None = None,
) -> OrderPaper:
    today = clock.today()
    officers = [s.said for s in signers(authority.id, officer_ids)]
    data = papers.common(authority, enterprise, officers, today) | matter
    template = documents.template_on(PaperKind.TRANSFER.value, today)
    number = papers.own_number(template, authority, today.year)
    document = documents.issue(actor, template, data, number=number, at=clock.now())
    return papers.keep(
        document,
        PaperKind.TRANSFER,
        enterprise_id=enterprise.id,
        order_id=order_id,
        hazard_id=hazard_id,
    )
