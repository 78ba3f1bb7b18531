"""What each paper of an order says: plain data for :mod:`supervision.core.documents`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from supervision.authority.models import Authority
from supervision.core import clock, documents
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.documents.models import Document, DocumentTemplate
from supervision.core.errors import Conflict
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.hazard.rules import Source
from supervision.order.models import (
    Order,
    OrderExtension,
    OrderPaper,
    Recheck,
    ServiceConfirmation,
    ServiceReceipt,
)
from supervision.order.rules import TEMPLATES, ItemResult, PaperKind, ServiceMethod
from supervision.order.workflow import OrderKind
from supervision.slices import evidence_of

Data = dict[str, Any]


def series_of(authority: Authority) -> str:
    """Every authority counts for itself."""
    return f"authority:{authority.id}"


def common(
    authority: Authority, enterprise: Enterprise, officers: Sequence[dict[str, str]], day: date
) -> Data:
    """What stands on every paper."""
    return {
        "authority": {
            "name": authority.name,
            "address": authority.address,
            "phone": authority.phone,
            "reconsideration_organ": authority.reconsideration_organ,
            "court": authority.court,
        },
        "issued_on": day.isoformat(),
        "party": {
            "name": enterprise.name,
            "uscc": enterprise.uscc,
            "address": enterprise.address,
            "legal_representative": enterprise.legal_representative,
            "principal": enterprise.principal,
            "principal_post": "",
            "principal_phone": enterprise.principal_phone,
        },
        "officers": list(officers),
    }


def signers(order: Order) -> list[dict[str, str]]:
    return [{"name": o.name, "certificate_no": o.certificate_no} for o in order.officers]


def order_data(order: Order, day: date) -> Data:
    """RECTIFY_ORDER or ONSITE_MEASURE, as of ``day``."""
    data = common(order.authority, order.enterprise, signers(order), day)
    document = order.inspection.document
    data["record_number"] = document.number if document is not None else ""
    data |= _sources(order)
    problems: list[Data] = [
        {"no": item.position, "text": item.text, "basis": item.basis} for item in order.items
    ]
    if order.kind is OrderKind.ONSITE_MEASURE:
        return data | {
            "problems": problems,
            "decision": [str(code) for code in order.measures],
            "decision_text": order.decision_text,
            "basis": order.basis,
        }
    for problem, item in zip(problems, order.items, strict=True):
        problem["due_on"] = item.due_on.isoformat() if item.due_on else ""
    before = order.supersedes
    return data | {
        "problems": problems,
        "interim_measures": order.interim_measures,
        "consequence": order.consequence,
        "supersedes_number": (before.number or "") if before else "",
    }


def _sources(order: Order) -> Data:
    """Of problems that a camera saw: the record behind what may prove them, else that it may not.

    Administrative Penalties Law, art. 41. Kept with the paper like all its data: a record that is
    withdrawn later changes no paper.
    """
    known = evidence_of([item.hazard_id for item in order.items])
    proved = {item.hazard_id for item in order.items if known.get(item.hazard_id)}
    return {
        "evidence": [
            {"no": item.position, **{name: line[name] for name in line if name != "files"}}
            for item in order.items
            for line in known.get(item.hazard_id, ())
        ],
        "leads": [
            {"no": item.position}
            for item in order.items
            if item.hazard.source is Source.VIDEO and item.hazard_id not in proved
        ],
    }


def template_of(order: Order, day: date) -> DocumentTemplate:
    """The version of the order's own template in force on ``day``."""
    found: DocumentTemplate = documents.template_on(TEMPLATES[order.kind], day)
    return found


def draft_pdf(order: Order) -> bytes:
    """How it would look if it were issued today: no number, marked as a draft, kept nowhere."""
    day = clock.today()
    found: bytes = documents.draft_pdf(template_of(order, day), order_data(order, day))
    return found


def receipt_data(
    order: Order, receipt: ServiceReceipt, confirmation: ServiceConfirmation | None
) -> Data:
    assert order.document is not None  # the workflow serves what was issued
    data = common(
        order.authority, order.enterprise, signers(order), clock.day_of(receipt.served_at)
    )
    data |= {
        "papers": [{"name": order.document.template.name, "number": order.number}],
        "method": receipt.method.value,
        "receiver": receipt.receiver,
        "receiver_relation": receipt.relation,
        "served_at": _instant(receipt.served_at),
        "place": receipt.place,
        "witness": receipt.witness,
        "note": receipt.note,
    }
    if receipt.method is ServiceMethod.ELECTRONIC:
        data["confirmation"] = consent(confirmation)
    return data


def consent(confirmation: ServiceConfirmation | None) -> Data | None:
    """What the receipt says of the enterprise's consent: who signed it, when, and where to."""
    if confirmation is None:
        return None
    return {
        "signer": confirmation.signer,
        "signed_on": confirmation.signed_on.isoformat(),
        "address": confirmation.address,
    }


def recheck_data(order: Order, recheck: Recheck) -> Data:
    """Only what was still open, in the order's own numbering."""
    by_item = {finding.item_id: finding for finding in recheck.findings}
    data = common(order.authority, order.enterprise, recheck.officers, recheck.rechecked_on)
    data |= {
        "order_number": order.number,
        "rechecked_on": recheck.rechecked_on.isoformat(),
        "items": [
            {
                "no": item.position,
                "text": item.text,
                "result": by_item[item.id].result.value,
                "note": by_item[item.id].note,
            }
            for item in order.items
            if item.id in by_item and by_item[item.id].result is not ItemResult.OPEN
        ],
        "opinion": recheck.opinion,
        "next_step": recheck.next_step,
    }
    data["signatures"] = _signatures(recheck)
    return data


def _signatures(recheck: Recheck) -> Data:
    drawn = next((f.attachment.sha256 for f in recheck.files if f.is_signature), None)
    at = _instant(recheck.made_at)
    party: Data | None = None
    if recheck.party_name and not recheck.refused:
        party = {"name": recheck.party_name, "image": _image(drawn), "at": at}
    return {
        "officers": [{"name": o["name"], "image": None, "at": at} for o in recheck.officers],
        "party": party,
        "refused": recheck.refused,
        "refusal_reason": recheck.refusal_reason,
        "witness": {"name": recheck.witness, "image": None} if recheck.witness else None,
    }


def _image(sha256: str | None) -> str | None:
    return f"sha256:{sha256}" if sha256 else None


def extension_data(
    order: Order, extension: OrderExtension, officers: Sequence[dict[str, str]]
) -> Data:
    data = common(order.authority, order.enterprise, officers, clock.today())
    return data | {
        "order_number": order.number,
        "applied_on": extension.requested_on.isoformat(),
        "reason": extension.reason,
        "decision": extension.status.value,
        "items": [
            {
                "no": row.item.position,
                "previous_due_on": row.previous_due_on.isoformat(),
                "decision": "granted" if row.granted_due_on else "refused",
                "due_on": (row.granted_due_on or row.previous_due_on).isoformat(),
            }
            for row in extension.items
        ],
        "note": extension.note,
    }


# These inherit year and serial of their order; any other paper counts for itself.
_INHERITS = frozenset({PaperKind.RECHECK_OPINION, PaperKind.SERVICE_RECEIPT})


def issue_paper(order: Order, actor: Actor, kind: PaperKind, data: Data) -> OrderPaper:
    """Issue a paper that follows an order.

    A second re-inspection of an order inherits the same number; its day tells the two apart.
    """
    if order.year is None or order.serial is None:
        raise Conflict(N_("The order has no number yet."))
    template = documents.template_on(kind.value, clock.today())
    if kind in _INHERITS:
        number = documents.compose_number(
            template,
            abbreviation=order.authority.abbreviation,
            year=order.year,
            serial=order.serial,
        )
    else:
        number = own_number(template, order.authority, clock.today().year)
    document = documents.issue(actor, template, data, number=number, at=clock.now())
    return keep(document, kind, enterprise_id=order.enterprise_id, order_id=order.id)


def own_number(template: DocumentTemplate, authority: Authority, year: int) -> str:
    """The next of the authority's own counter; "" for a paper that has no number."""
    if not template.infix:
        return ""
    number, _serial = documents.next_number(
        template, series=series_of(authority), abbreviation=authority.abbreviation, year=year
    )
    return number


def keep(
    document: Document,
    kind: PaperKind,
    *,
    enterprise_id: int,
    order_id: int | None = None,
    hazard_id: int | None = None,
) -> OrderPaper:
    paper = OrderPaper(
        enterprise_id=enterprise_id,
        order_id=order_id,
        hazard_id=hazard_id,
        kind=kind,
        document=document,
        made_at=clock.now(),
    )
    db.session.add(paper)
    db.session.flush()
    return paper


def _instant(at: datetime) -> str:
    return at.astimezone(clock.SHANGHAI).isoformat(timespec="minutes")
