"""Re-inspection: the enterprise applies, officers look at what is still open, the paper says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import InvalidInput
from supervision.core.text import N_
from supervision.hazard import ordering
from supervision.order import clockwork, papers, rules, service
from supervision.order.journal import log, tell_enterprise, tell_supervisors
from supervision.order.models import Order, OrderItem, Recheck, RecheckFile, RecheckFinding
from supervision.order.officers import signers
from supervision.order.rules import RECHECK, ItemResult, PaperKind
from supervision.order.workflow import ORDER_WORKFLOW, OrderKind, OrderState

MAX_PHOTOS = 9


def apply(order: Order, actor: Actor, *, note: str) -> None:
    """The enterprise says that it is done: the clock runs from today if that is before expiry."""
    name = "apply_recheck" if order.status is OrderState.SERVED else "apply_again"
    ORDER_WORKFLOW.check(name, order, actor, {"note": note})
    # The first application counts; another before the re-inspection adds its words only.
    order.applied_on = order.applied_on or clock.today()
    order.applied_by, order.applied_note = actor.name, note
    clockwork.arm_recheck(order)
    log(order, actor, "apply_recheck", order.status, note=note)
    tell_supervisors(order, actor, "order.recheck_applied")


@dataclass(frozen=True, slots=True)
class Seen:
    """How one item was found, with photos."""

    result: ItemResult
    note: str = ""
    photos: Sequence[Attachment] = ()


@dataclass(frozen=True, slots=True)
class Visit:
    """A re-inspection as made: ``seen`` by item id, officers by account id."""

    seen: Mapping[int, Seen]
    opinion: str
    officer_ids: Sequence[int]
    next_step: str = ""
    party_name: str = ""
    refused: bool = False
    refusal_reason: str = ""
    witness: str = ""
    signature: Attachment | None = None
    photos: Sequence[Attachment] = field(default=())


def record(order: Order, actor: Actor, visit: Visit) -> Recheck:
    """Keep what was found, issue the opinion; done closes hazards, all done closes the order."""
    done = _all_done(order, visit)
    step = ORDER_WORKFLOW.check(
        "close" if done else "recheck", order, actor, {"opinion": visit.opinion}
    )
    today, before = clock.today(), order.status
    results = {item_id: seen.result for item_id, seen in visit.seen.items()}
    rules.check_results(results, {i.id: i.due_on for i in order.open_items}, today)
    if visit.refused and not (visit.refusal_reason and visit.witness):
        raise InvalidInput(
            N_("A refusal to sign needs its reason and a witness."), field="refusal_reason"
        )
    recheck = _keep(order, actor, visit)
    order.rechecked_on, order.status = today, OrderState.RECHECKED
    _judge(order, actor, visit)
    recheck.paper = papers.issue_paper(
        order, actor, PaperKind.RECHECK_OPINION, papers.recheck_data(order, recheck)
    )
    order.applied_on, order.applied_by, order.applied_note = None, "", ""
    clockwork.end(order, RECHECK, today)
    log(order, actor, "recheck", before, note=visit.opinion, turn=recheck.turn)
    if done:
        service.complete(order, actor, visit.opinion)
    else:
        order.status = step.target
        clockwork.arm_recheck(order)
        tell_enterprise(order, actor, "order.rechecked")
    return recheck


def _all_done(order: Order, visit: Visit) -> bool:
    return all(
        i.id in visit.seen and visit.seen[i.id].result is ItemResult.DONE for i in order.open_items
    )


def _keep(order: Order, actor: Actor, visit: Visit) -> Recheck:
    recheck = Recheck(
        order_id=order.id,
        turn=len(order.rechecks) + 1,
        rechecked_on=clock.today(),
        opinion=visit.opinion,
        next_step=visit.next_step,
        party_name=visit.party_name,
        refused=visit.refused,
        refusal_reason=visit.refusal_reason,
        witness=visit.witness,
        officers=[s.said for s in signers(order.authority_id, visit.officer_ids)],
        made_at=clock.now(),
        made_by_id=actor.id,
        made_by=actor.name,
    )
    order.rechecks.append(recheck)
    db.session.flush()
    for item_id, seen in visit.seen.items():
        if seen.result is not ItemResult.OPEN:
            recheck.findings.append(
                RecheckFinding(item_id=item_id, result=seen.result, note=seen.note)
            )
        _attach(recheck, seen.photos, item_id)
    _attach(recheck, visit.photos, None)
    if visit.signature is not None:
        recheck.files.append(
            RecheckFile(attachment=visit.signature, item_id=None, is_signature=True)
        )
    db.session.flush()
    return recheck


def _attach(recheck: Recheck, photos: Sequence[Attachment], item_id: int | None) -> None:
    if len(photos) > MAX_PHOTOS:
        raise InvalidInput(N_("At most %(count)s photos."), field="photos", count=MAX_PHOTOS)
    for photo in photos:
        recheck.files.append(RecheckFile(attachment=photo, item_id=item_id, is_signature=False))


def _judge(order: Order, actor: Actor, visit: Visit) -> None:
    for item in list(order.open_items):
        seen = visit.seen.get(item.id)
        if seen is None or seen.result is ItemResult.OPEN:
            continue
        item.result = seen.result
        if seen.result is ItemResult.DONE:
            _done(order, item, actor, seen.note or visit.opinion)
        elif order.kind is OrderKind.RECTIFY:
            ordering.fail_recheck(item.hazard, actor, reason=seen.note or visit.opinion)
    db.session.flush()


def _done(order: Order, item: OrderItem, actor: Actor, note: str) -> None:
    item.done_on, item.hold = clock.today(), None
    if order.kind is not OrderKind.RECTIFY or order.number is None:
        return
    ordering.pass_recheck(item.hazard, actor, note=note)
    ordering.release(item.hazard, actor, order.number)
