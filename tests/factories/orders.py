"""Orders to the plant brought to a state the way people bring them there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from supervision import seeds
from supervision.core import clock
from supervision.core.actor import SYSTEM, Side
from supervision.core.db import db, transaction
from supervision.hazard import service as tickets
from supervision.order import extension, queries, recheck, service, transfer
from supervision.order.models import Order
from supervision.order.recheck import Seen, Visit
from supervision.order.rules import ItemResult, ServiceMethod
from supervision.order.service import Delivery, Wording
from supervision.order.workflow import OrderKind, OrderState
from tests.cast import Cast
from tests.factories import inspections
from tests.factories.authorities import OFFICERS
from tests.factories.hazards import finding, photo
from tests.factories.inspections import make_inspection

S = OrderState
STEPS = (S.DRAFT, S.SUBMITTED, S.APPROVED, S.ISSUED, S.SERVED)
BASIS = "Work Safety Law, art. 36"


def prepare(cast: Cast) -> int:
    """Authority, officers, templates of papers and the rules of the law; the authority's id."""
    with transaction():
        seeds.load_rules()
        seeds.load_holidays()
    return inspections.prepare(cast)


def officer_ids(cast: Cast) -> list[int]:
    return [cast.accounts[who] for who in OFFICERS]


def wording(cast: Cast, hazard_ids: list[int], due_on: date | None, **changes: object) -> Wording:
    values: dict[str, object] = {
        "days": dict.fromkeys(hazard_ids, due_on),
        "bases": dict.fromkeys(hazard_ids, BASIS),
        "officer_ids": officer_ids(cast),
        "interim_measures": "Keep the presses off",
        "consequence": "A penalty by law",
    }
    return Wording(**{**values, **changes})  # type: ignore[arg-type]


def in_days(days: int) -> date:
    return clock.today() + timedelta(days=days)


def recorded(cast: Cast, *, failed: int = 2, by: str = "district_officer") -> tuple[int, list[int]]:
    """A recorded inspection of the plant and the ids of the hazards that it found."""
    ident = make_inspection(cast, inspections.S.RECORDED, failed=failed, by=by)
    found = queries.get_inspection(ident, cast[by])
    return ident, [h.id for h in queries.hazards_for(found, cast[by])]


def make_order(
    cast: Cast,
    state: OrderState = S.DRAFT,
    *,
    kind: OrderKind = OrderKind.RECTIFY,
    inspection: tuple[int, list[int]] | None = None,
    due_on: date | None = None,
    by: str = "district_officer",
    **changes: object,
) -> int:
    """An order in ``state``; returns its id. Needs :func:`prepare`."""
    officer, chief = cast[by], cast["section_chief"]
    ident, hazards = inspection or recorded(cast, by=by)
    steps = STEPS[: STEPS.index(state) + 1]
    with transaction():
        found = queries.get_inspection(ident, officer)
        said = wording(cast, hazards, due_on or in_days(15), **changes)
        order = service.draft(found, officer, kind, said)
        order_id = order.id
    for step in steps[1:]:
        with transaction():
            order = queries.get_order(order_id, officer)
            if step is S.SUBMITTED:
                service.submit(order, officer)
            if step is S.APPROVED:
                service.approve(order, chief, note="Agreed")
            if step is S.ISSUED:
                service.issue(order, officer)
            if step is S.SERVED:
                service.serve(order, officer, delivery())
    return order_id


def delivery(**changes: object) -> Delivery:
    values: dict[str, object] = {
        "method": ServiceMethod.DIRECT,
        "receiver": "P. Principal",
        "served_at": clock.now(),
        "relation": "Principal",
        "place": "Press shop",
    }
    return Delivery(**{**values, **changes})  # type: ignore[arg-type]


def load(order_id: int, cast: Cast, who: str = "district_officer") -> Order:
    return queries.get_order(order_id, cast[who])


def an_order(
    cast: Cast, enterprise_id: int, officer: str, second: str, mark: str
) -> tuple[int, dict[str, int]]:
    """An order with one of everything that hangs on it, and a letter; ids as addresses name them.

    Needs the authority, certificates of both and the papers' templates.
    """
    actor = cast[officer]
    signers = [cast.accounts[officer], cast.accounts[second]]
    ident = make_inspection(
        cast,
        inspections.S.RECORDED,
        failed=2,
        by=second,
        approver="section_chief" if second != "section_chief" else None,
        enterprise_id=enterprise_id,
        officer_ids=signers,
        subject=f"{mark} order",
    )
    with transaction():
        found = queries.get_inspection(ident, actor)
        ids = [h.id for h in queries.hazards_for(found, actor)]
        said = wording(
            cast, ids, in_days(9), officer_ids=signers, interim_measures=f"{mark} measures"
        )
        order = service.draft(found, actor, OrderKind.RECTIFY, said)
        service.submit(order, actor)
        service.approve(order, SYSTEM)
        service.issue(order, actor)
        consent = service.confirm_electronic(
            order.enterprise,
            actor,
            signed_on=clock.today(),
            signer=f"{mark} signer",
            address="p@plant.example",
            attachment=photo(actor),
        )
        service.serve(order, actor, delivery(receiver=f"{mark} receiver"))
        seen = {order.items[0].id: Seen(ItemResult.DONE, photos=[photo(actor)])}
        made = recheck.record(order, actor, Visit(seen, "As found", signers))
        asker = replace(SYSTEM, side=Side.ENTERPRISE)
        asked = extension.request(
            order, asker, item_ids=[order.items[1].id], wanted_on=in_days(30), reason="late"
        )
        ticket = tickets.report(order.enterprise, actor, finding(place=f"{mark} letter"))
        letter = transfer.of_hazard(
            ticket, actor, receiver="Others", reason="Theirs", enclosures=(), officer_ids=signers
        )
        db.session.flush()
        return order.id, {
            "order.document_id": order.document_id or 0,
            "order.extension_id": asked.id,
            "order.file_id": made.files[0].id,
            "order.confirmation_id": consent.id,
            "order.paper_id": letter.id,
        }


def visit(cast: Cast, order_id: int, *results: ItemResult, **changes: object) -> None:
    """A re-inspection today; ``results`` for the open items in their order."""
    officer = cast["district_officer"]
    with transaction():
        order = queries.get_order(order_id, officer)
        seen = {
            item.id: Seen(result, note=f"Seen: {result}")
            for item, result in zip(order.open_items, results, strict=True)
        }
        values: dict[str, object] = {
            "seen": seen,
            "opinion": "As found",
            "officer_ids": officer_ids(cast),
            "party_name": "P. Principal",
        }
        recheck.record(order, officer, Visit(**{**values, **changes}))  # type: ignore[arg-type]
