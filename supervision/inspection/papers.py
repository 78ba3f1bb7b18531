"""The papers of an inspection: what of its rows goes into each snapshot."""

from __future__ import annotations

from typing import Any

from supervision.authority.models import Authority
from supervision.core import clock, documents
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.documents.models import Document, DocumentTemplate
from supervision.core.errors import Conflict, NotFound
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.inspection.models import (
    Inspection,
    InspectionFile,
    InspectionItem,
    InspectionPaper,
    InspectionSignature,
    Signer,
)
from supervision.inspection.workflow import InspectionKind

RECORD, PLAN, NOTICE = "INSPECT_RECORD", "INSPECT_PLAN", "INSPECT_NOTICE"
# Of a patrol, a visit or a technical service: no paper of enforcement, and without a number.
VISIT_RECORD = "VISIT_RECORD"


def record_code(kind: InspectionKind) -> str:
    """Which paper records an inspection of this kind."""
    return RECORD if kind is InspectionKind.ADMINISTRATIVE else VISIT_RECORD


def template(code: str) -> DocumentTemplate | None:
    """The template in force today, None without one or where it has no text yet."""
    try:
        found = documents.template_on(code, clock.today())
    except NotFound:
        return None
    return found if found.body.get("blocks") else None


def issue_record(inspection: Inspection, actor: Actor) -> Document:
    """The record, an administrative one under its number. Raises Conflict without a template of it."""
    form = template(record_code(inspection.kind))
    if form is None:
        raise Conflict(
            N_("No template of the inspection record is in force: an administrator adds one.")
        )
    return _issue(inspection, actor, form, record_data(inspection))


def issue_further(inspection: Inspection, actor: Actor, code: str) -> Document | None:
    """The plan or the notice, kept beside the inspection; None without a template of it."""
    form = template(code)
    if form is None:
        return None
    document = _issue(inspection, actor, form, plan_data(inspection))
    inspection.papers.append(InspectionPaper(document=document))
    db.session.flush()
    return document


def _issue(
    inspection: Inspection, actor: Actor, form: DocumentTemplate, data: dict[str, Any]
) -> Document:
    number = ""
    if form.infix:
        number, _serial = documents.next_number(
            form,
            series=f"authority:{inspection.authority_id}",
            abbreviation=inspection.authority.abbreviation,
            year=clock.today().year,
        )
    return documents.issue(actor, form, data, number=number, at=clock.now())


def draft_record(inspection: Inspection) -> bytes:
    """The record as it stands, as a PDF with a watermark and without a number."""
    form = template(record_code(inspection.kind))
    if form is None:
        raise NotFound
    return documents.draft_pdf(form, record_data(inspection))


def plan_data(inspection: Inspection) -> dict[str, Any]:
    """Of the plan and of the notice."""
    approved_on = clock.day_of(inspection.approved_at) if inspection.approved_at else None
    return {
        **common_data(inspection),
        "subject": inspection.subject,
        "basis": inspection.basis,
        "planned_on": inspection.planned_on.isoformat(),
        "place": inspection.place or inspection.enterprise.address,
        "items": [_planned(item) for item in inspection.items],
        "approved_by": inspection.approved_by,
        "approved_on": approved_on.isoformat() if approved_on else "",
    }


def record_data(inspection: Inspection) -> dict[str, Any]:
    """Of the record: never the private note, never why the cap was passed."""
    photos, common = _photos(inspection), common_data(inspection)
    if inspection.party_name == inspection.enterprise.principal:
        # Whoever heads the enterprise has said which post that is.
        common["party"]["principal_post"] = inspection.party_post
    return {
        **common,
        "signatures": signature_data(inspection),
        "place": inspection.place or inspection.enterprise.address,
        "started_at": _instant(inspection.started_at),
        "ended_at": _instant(inspection.ended_at or clock.now()),
        "certificates_shown": inspection.certificates_shown,
        "recusal_told": inspection.recusal_told,
        "party_on_site": {
            "name": inspection.party_name,
            "post": inspection.party_post,
            "phone": inspection.party_phone,
        },
        "subject": inspection.subject,
        "basis": inspection.basis,
        "items": [_answered(item, photos.get(item.id, [])) for item in inspection.items],
        "photos": photos.get(None, []),
        "situation": inspection.situation,
        "handling": inspection.handling,
    }


def common_data(inspection: Inspection) -> dict[str, Any]:
    """What every paper names: authority, party, officers, day."""
    return {
        "authority": authority_data(inspection.authority),
        "issued_on": clock.today().isoformat(),
        "party": party_data(inspection.enterprise),
        "officers": [
            {"name": o.name, "certificate_no": o.certificate_no} for o in inspection.officers
        ],
    }


def authority_data(authority: Authority) -> dict[str, str]:
    return {
        "name": authority.name,
        "address": authority.address,
        "phone": authority.phone,
        "reconsideration_organ": authority.reconsideration_organ,
        "court": authority.court,
    }


def party_data(enterprise: Enterprise) -> dict[str, str]:
    return {
        "name": enterprise.name,
        "uscc": enterprise.uscc,
        "address": enterprise.address,
        "legal_representative": enterprise.legal_representative,
        "principal": enterprise.principal,
        "principal_post": "",
        "principal_phone": enterprise.principal_phone,
    }


def signature_data(inspection: Inspection) -> dict[str, Any]:
    """Both sides', or the refusal with its witness."""
    drawn = {(s.signer, s.account_id): s for s in inspection.signatures}
    party, witness = drawn.get((Signer.PARTY, None)), drawn.get((Signer.WITNESS, None))
    refused = inspection.refused
    return {
        "officers": [
            _signature(o.name, drawn.get((Signer.OFFICER, o.account_id)))
            for o in inspection.officers
        ],
        "party": _signature(party.name, party) if party and not refused else None,
        "refused": refused,
        "refusal_reason": inspection.refusal_reason,
        "witness": _signature(inspection.witness_name, witness) if refused else None,
    }


def _signature(name: str, drawn: InspectionSignature | None) -> dict[str, Any]:
    return {
        "name": name,
        "image": _picture(drawn) if drawn else None,
        "at": _instant(drawn.signed_at) if drawn else None,
    }


def _photos(inspection: Inspection) -> dict[int | None, list[str]]:
    found: dict[int | None, list[str]] = {}
    for file in inspection.files:
        found.setdefault(file.item_id, []).append(_picture(file))
    return found


def _picture(link: InspectionFile | InspectionSignature) -> str:
    return f"sha256:{link.attachment.sha256}"


def _planned(item: InspectionItem) -> dict[str, Any]:
    return {"no": item.position, "text": item.text, "basis": item.basis, "method": item.method}


def _answered(item: InspectionItem, photos: list[str]) -> dict[str, Any]:
    return {
        **_planned(item),
        "result": item.result.value,
        "finding": item.finding,
        "note": item.note,
        "photos": photos,
    }


def _instant(at: Any) -> str:
    """ISO with Shanghai's offset: a paper is read where it is signed."""
    return at.astimezone(clock.SHANGHAI).isoformat(timespec="seconds") if at else ""
