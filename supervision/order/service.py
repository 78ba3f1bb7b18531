"""Verbs of an order from its draft to its service, and its ways out.

Services flush; the edge commits. A raised error means that nothing happened: the serial of an
issue that is rolled back is the next one's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm.attributes import flag_modified

from supervision.core import audit, clock, documents
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.hazard import ordering
from supervision.hazard.models import Hazard
from supervision.inspection.models import Inspection
from supervision.order import clockwork, papers, queries, rules
from supervision.order.journal import log, tell_enterprise, tell_person, tell_supervisors
from supervision.order.models import (
    Order,
    OrderItem,
    OrderOfficer,
    ServiceConfirmation,
    ServiceReceipt,
)
from supervision.order.officers import signers
from supervision.order.rules import SERVICE, PaperKind, ServiceMethod, hold_of
from supervision.order.workflow import (
    EXTENSION_WORKFLOW,
    ORDER_WORKFLOW,
    OrderKind,
    OrderState,
    Outcome,
)


@dataclass(frozen=True, slots=True)
class Wording:
    """What an order says. ``days`` are the last days of its problems, by the hazard's id."""

    days: Mapping[int, date | None]
    officer_ids: Sequence[int]
    interim_measures: str = ""
    consequence: str = ""
    measures: Sequence[str] = ()
    decision_text: str = ""
    basis: str = ""
    # What each problem breaks, by the hazard's id; the ticket's own words where it is left out.
    bases: Mapping[int, str] = field(default_factory=dict)
    # Hazards in the order in which they are numbered; those of ``days`` where it is empty.
    order: Sequence[int] = field(default=())

    @property
    def hazard_ids(self) -> list[int]:
        return list(self.order or self.days)


def draft(
    inspection: Inspection,
    actor: Actor,
    kind: OrderKind,
    wording: Wording,
    *,
    supersedes: Order | None = None,
) -> Order:
    """Write an order from an inspection's record, or a second one after a failed re-inspection."""
    rules.check_inspection(inspection.kind, inspection.status)
    if supersedes is not None and (
        supersedes.status is not OrderState.RECHECKED
        or supersedes.kind is not kind
        or supersedes.inspection_id != inspection.id
        or not supersedes.failed_items
    ):
        raise Conflict(N_("Only an order whose re-inspection failed is followed by a second one."))
    order = Order(
        enterprise_id=inspection.enterprise_id,
        kind=kind,
        status=OrderState.DRAFT,
        inspection=inspection,
        authority=inspection.authority,
        enterprise=inspection.enterprise,
        authority_id=inspection.authority_id,
        supersedes=supersedes,
        created_at=clock.now(),
        created_by_id=actor.id,
        created_by=actor.name,
    )
    ORDER_WORKFLOW.check("edit", order, actor)
    db.session.add(order)
    db.session.flush()
    if supersedes is not None:
        _let_go(supersedes)
    _word(order, actor, wording, inspection, supersedes)
    log(order, actor, "draft", None, kind=kind)
    return order


def edit(order: Order, actor: Actor, wording: Wording) -> None:
    """Change a draft."""
    ORDER_WORKFLOW.check("edit", order, actor)
    _word(order, actor, wording, order.inspection, order.supersedes)
    log(order, actor, "edit", order.status)


def _word(
    order: Order,
    actor: Actor,
    wording: Wording,
    inspection: Inspection,
    supersedes: Order | None,
) -> None:
    ids = wording.hazard_ids
    rules.check_items(order.kind, ids, wording.days, clock.today())
    rules.check_measures(order.kind, wording.measures, wording.decision_text, wording.basis)
    offered = {h.id: h for h in queries.hazards_for(inspection, actor, supersedes)}
    if set(ids) - set(offered):
        raise InvalidInput(
            N_("Choose among the problems that the inspection has found."), field="items"
        )
    _check_free(order, ids)
    _keep_officers(order, wording.officer_ids)
    order.interim_measures, order.consequence = wording.interim_measures, wording.consequence
    order.measures, order.decision_text = list(wording.measures), wording.decision_text
    order.basis = wording.basis
    # Items are rows of their own: whoever edits from an older page is told so all the same.
    flag_modified(order, "basis")
    order.items.clear()
    db.session.flush()
    for place, hazard_id in enumerate(ids, 1):
        order.items.append(_item(order, place, offered[hazard_id], wording))
    db.session.flush()


def _item(order: Order, place: int, hazard: Hazard, wording: Wording) -> OrderItem:
    basis = wording.bases.get(hazard.id) or hazard.basis
    rules.check_item(place, hazard.status, basis)
    day = wording.days.get(hazard.id)
    return OrderItem(
        position=place,
        hazard=hazard,
        hazard_id=hazard.id,
        text=hazard.description,
        basis=basis,
        due_on=day,
        first_due_on=day,
        hold=hold_of(order.kind, hazard.id),
    )


def _check_free(order: Order, hazard_ids: Sequence[int]) -> None:
    """A hazard stands under one open order of a kind; the index has the last word in a race."""
    taken = queries.holders([hold_of(order.kind, h) for h in hazard_ids], but_not=order.id)
    if taken:
        place = next(
            n for n, h in enumerate(hazard_ids, 1) if hold_of(order.kind, h) == taken[0][0]
        )
        raise Conflict(
            N_("Problem %(place)s stands under another open order already (%(number)s)."),
            place=place,
            number=taken[0][1] or "—",
        )


def _keep_officers(order: Order, account_ids: Sequence[int]) -> None:
    """Those who sign; each certified today, and asked again at issue."""
    chosen = signers(order.authority_id, account_ids)
    known = {officer.account_id: officer for officer in order.officers}
    for gone in known.keys() - {signer.account_id for signer in chosen}:
        order.officers.remove(known[gone])
    for signer in chosen:
        officer = known.get(signer.account_id)
        if officer is None:
            officer = OrderOfficer(account_id=signer.account_id, name=signer.name)
            order.officers.append(officer)
        officer.certificate_no = signer.certificate_no


def submit(order: Order, actor: Actor) -> None:
    """Ask for the approval."""
    step = ORDER_WORKFLOW.check("submit", order, actor)
    before = order.status
    order.status, order.submitted_at = step.target, clock.now()
    log(order, actor, "submit", before)
    tell_supervisors(order, actor, "order.submitted", enterprise=order.enterprise.display_name)


def approve(order: Order, actor: Actor, *, note: str = "") -> None:
    """Another person agrees: it may be issued."""
    step = ORDER_WORKFLOW.check("approve", order, actor)
    before = order.status
    order.status, order.approval_note = step.target, note
    order.approved_at, order.approved_by_id = clock.now(), actor.id
    order.approved_by = actor.name
    log(order, actor, "approve", before, note=note)
    tell_person(
        order,
        actor,
        "order.approved",
        order.created_by_id,
        enterprise=order.enterprise.display_name,
    )


def reject(order: Order, actor: Actor, *, reason: str) -> None:
    """Back to its author."""
    step = ORDER_WORKFLOW.check("reject", order, actor, {"reason": reason})
    before = order.status
    order.status, order.submitted_at = step.target, None
    log(order, actor, "reject", before, note=reason)
    tell_person(
        order,
        actor,
        "order.rejected",
        order.created_by_id,
        enterprise=order.enterprise.display_name,
    )


def issue(order: Order, actor: Actor) -> None:
    """Give it its number and its paper; the problems are due as it says. One transaction."""
    step = ORDER_WORKFLOW.check("issue", order, actor)
    now, today, before = clock.now(), clock.today(), order.status
    _check_again(order, today)
    template = papers.template_of(order, today)
    number, serial = documents.next_number(
        template,
        series=papers.series_of(order.authority),
        abbreviation=order.authority.abbreviation,
        year=today.year,
    )
    data = papers.order_data(order, today)
    order.document = documents.issue(actor, template, data, number=number, at=now)
    order.document_id = order.document.id
    order.number, order.serial, order.year = number, serial, today.year
    order.issued_at, order.issued_on, order.issued_by = now, today, actor.name
    order.status = step.target
    if order.kind is OrderKind.RECTIFY:
        _bind(order, actor)
    if order.supersedes is not None:
        # Without the new number: the enterprise reads this, and knows of that order from its service.
        _settle(order.supersedes, actor, "superseded", Outcome.SUPERSEDED, "")
    clockwork.arm(order, SERVICE, today)
    log(order, actor, "issue", before, serial=serial)


def _check_again(order: Order, today: date) -> None:
    """What was true of the draft may have passed since."""
    _keep_officers(order, [o.account_id for o in order.officers])
    for item in order.items:
        rules.check_item(item.position, item.hazard.status, item.basis)
        if item.due_on is not None:
            rules.check_day(item.position, item.due_on, today)


def _bind(order: Order, actor: Actor) -> None:
    plant = order.enterprise
    for item in order.items:
        if item.due_on is not None and order.number is not None:
            ordering.bind(
                item.hazard,
                actor,
                number=order.number,
                due_on=item.due_on,
                responsible_person=plant.safety_manager or plant.principal,
            )


@dataclass(frozen=True, slots=True)
class Delivery:
    """How an order reached the enterprise."""

    method: ServiceMethod
    receiver: str
    served_at: datetime
    relation: str = ""
    place: str = ""
    witness: str = ""
    note: str = ""


def serve(order: Order, actor: Actor, delivery: Delivery) -> None:
    """It is served: from now on the enterprise sees it, and the re-inspection is counted."""
    data = {
        "method": delivery.method,
        "receiver": delivery.receiver,
        "served_at": delivery.served_at,
    }
    step = ORDER_WORKFLOW.check("serve", order, actor, data)
    confirmation = queries.confirmation_of(order.enterprise_id, clock.day_of(delivery.served_at))
    if delivery.served_at > clock.now():
        raise InvalidInput(N_("This lies in the future."), field="served_at")
    if order.issued_on is None:
        raise Conflict
    served_on = clock.day_of(delivery.served_at)
    rules.check_service(
        delivery.method,
        delivery.witness,
        has_confirmation=confirmation is not None,
        issued_on=order.issued_on,
        served_on=served_on,
    )
    before = order.status
    receipt = _receipt(delivery, confirmation)
    order.receipt = receipt
    order.status, order.served_at, order.served_by = step.target, delivery.served_at, actor.name
    said = papers.receipt_data(order, receipt, confirmation)
    papers.issue_paper(order, actor, PaperKind.SERVICE_RECEIPT, said)
    clockwork.end(order, SERVICE, served_on)
    clockwork.arm_recheck(order)
    log(order, actor, "serve", before, note=delivery.note, method=delivery.method)
    tell_enterprise(order, actor, "order.served", due_on=order.next_due_on or "")


def _receipt(delivery: Delivery, confirmation: ServiceConfirmation | None) -> ServiceReceipt:
    electronic = delivery.method is ServiceMethod.ELECTRONIC and confirmation is not None
    return ServiceReceipt(
        method=delivery.method,
        receiver=delivery.receiver,
        relation=delivery.relation,
        served_at=delivery.served_at,
        place=delivery.place,
        witness=delivery.witness,
        note=delivery.note,
        confirmation_id=confirmation.id if electronic and confirmation else None,
    )


def confirm_electronic(
    enterprise: Enterprise,
    actor: Actor,
    *,
    signed_on: date,
    signer: str,
    address: str,
    attachment: Attachment,
) -> ServiceConfirmation:
    """Record the enterprise's signed consent to service by electronic means (Penalty Law, 61)."""
    if not actor.may(Permission.ORDER_MAKE):
        raise Forbidden
    if signed_on > clock.today():
        raise InvalidInput(N_("This lies in the future."), field="signed_on")
    confirmation = ServiceConfirmation(
        enterprise_id=enterprise.id,
        signed_on=signed_on,
        signer=signer,
        address=address,
        attachment=attachment,
        recorded_at=clock.now(),
        recorded_by=actor.name,
    )
    db.session.add(confirmation)
    audit.record(actor, "order.confirm_electronic", confirmation, signer=signer, address=address)
    return confirmation


def withdraw_confirmation(confirmation: ServiceConfirmation, actor: Actor) -> None:
    """The enterprise takes it back: from today on nothing is served that way."""
    if not actor.may(Permission.ORDER_MAKE):
        raise Forbidden
    if confirmation.withdrawn_on is not None:
        raise Conflict
    confirmation.withdrawn_on = clock.today()
    audit.record(actor, "order.withdraw_confirmation", confirmation)


def discard(order: Order, actor: Actor, *, reason: str) -> None:
    """A draft that will not be issued; it has no number to keep."""
    step = ORDER_WORKFLOW.check("discard", order, actor, {"reason": reason})
    _void(order, actor, "discard", step.target, reason)
    before = order.supersedes
    if before is not None and before.status is OrderState.RECHECKED:
        _hold_again(before)


def void(order: Order, actor: Actor, *, reason: str) -> None:
    """Withdraw an issued order. Its number stays used, with the reason; its hazards are free."""
    step = ORDER_WORKFLOW.check("void", order, actor, {"reason": reason})
    served = order.served_at is not None
    _release_hazards(order, actor)
    _void(order, actor, "void", step.target, reason)
    if served:
        tell_enterprise(order, actor, "order.voided")


def _void(order: Order, actor: Actor, action: str, target: OrderState, reason: str) -> None:
    before = order.status
    order.status, order.void_reason = target, reason
    order.voided_at, order.voided_by = clock.now(), actor.name
    _let_go(order)
    _end_of_waiting(order, actor)
    log(order, actor, action, before, note=reason)


def hand_over(order: Order, actor: Actor, *, reason: str) -> None:
    """What was not done goes into a case: the order is closed, its hazards are free."""
    ORDER_WORKFLOW.check("hand_over", order, actor, {"reason": reason})
    _settle(order, actor, "hand_over", Outcome.CASE, reason)
    tell_enterprise(order, actor, "order.handed_over")


def _settle(order: Order, actor: Actor, action: str, outcome: Outcome, note: str) -> None:
    before = order.status
    # Hazards that a second order has bound by now carry its number, and stay bound.
    _release_hazards(order, actor)
    order.status, order.outcome, order.closing_note = OrderState.CLOSED, outcome, note
    order.closed_at, order.closed_by = clock.now(), actor.name
    _let_go(order)
    _end_of_waiting(order, actor)
    log(order, actor, action, before, note=note)


def complete(order: Order, actor: Actor, note: str) -> None:
    """Every item was found done by a re-inspection (which has checked the transition)."""
    _settle(order, actor, "close", Outcome.COMPLIED, note)
    tell_enterprise(order, actor, "order.closed")


def _release_hazards(order: Order, actor: Actor) -> None:
    if order.number is None or order.kind is not OrderKind.RECTIFY:
        return
    for item in order.items:
        ordering.release(item.hazard, actor, order.number)


def _let_go(order: Order) -> None:
    """Its hazards may stand on another order."""
    for item in order.items:
        item.hold = None
    db.session.flush()


def _hold_again(order: Order) -> None:
    """A second order was discarded: what failed stands under the first again."""
    wanted = [hold_of(order.kind, item.hazard_id) for item in order.failed_items]
    taken = {hold for hold, _number in queries.holders(wanted)}
    for item in order.failed_items:
        hold = hold_of(order.kind, item.hazard_id)
        item.hold = None if hold in taken else hold


def _end_of_waiting(order: Order, actor: Actor) -> None:
    """Clocks stop, and a request that nobody replied to has lapsed."""
    clockwork.void_all(order)
    pending = order.pending_extension
    if pending is not None:
        step = EXTENSION_WORKFLOW.check("lapse", pending, actor)
        pending.status = step.target
        pending.decided_at, pending.decided_by = clock.now(), actor.name
