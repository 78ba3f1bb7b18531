"""The record of an inspection: numbered, signed, and what failed becomes a hazard each."""

from __future__ import annotations

from datetime import datetime

from supervision.authority import queries as authorities
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import InvalidInput
from supervision.core.text import N_
from supervision.hazard import service as hazard_service
from supervision.hazard.rules import Grade
from supervision.inspection import papers, queries, rules
from supervision.inspection.journal import log, tell_enterprise, tell_supervisors
from supervision.inspection.models import (
    Inspection,
    InspectionItem,
    InspectionSignature,
    ItemResult,
    Signer,
)
from supervision.inspection.workflow import (
    INSPECTION_WORKFLOW,
    InspectionKind,
    InspectionState,
)


def record(inspection: Inspection, actor: Actor, *, ended_at: datetime | None = None) -> None:
    """Close the inspection with its record: number, paper, hazards, all or nothing.

    Asked again of one that is recorded by one of its officers, it changes nothing. Raises
    InvalidInput that says what is still missing.
    """
    if inspection.status is InspectionState.RECORDED and actor.id in inspection.officer_ids:
        return
    step = INSPECTION_WORKFLOW.check("record", inspection, actor)
    inspection.ended_at = _end(inspection, ended_at)
    if problem := next(iter(missing(inspection)), None):
        raise problem
    check_certificates(inspection)
    before = inspection.status
    inspection.recorded_at, inspection.status = clock.now(), step.target
    document = papers.issue_record(inspection, actor)
    inspection.document_id = document.id
    db.session.flush()
    for item in inspection.items:
        _open_hazard(inspection, actor, item)
    log(
        inspection,
        actor,
        "record",
        before,
        document=document.number,
        failed=sum(1 for i in inspection.items if i.result is ItemResult.FAIL),
        refused=inspection.refusal_reason or None,
    )
    tell_enterprise(inspection, actor, "inspection.recorded")
    if inspection.refused:
        # A refusal to sign is recorded and reported (Work Safety Law, art. 68).
        tell_supervisors(inspection, actor, "inspection.refused")


def _end(inspection: Inspection, ended_at: datetime | None) -> datetime:
    """Not before the start and not after now, whatever a phone's clock says."""
    now = clock.now()
    end = min(ended_at or inspection.ended_at or now, now)
    return max(end, inspection.started_at or end)


def missing(inspection: Inspection) -> list[InvalidInput]:
    """What the law still asks for before the record can be made, in the order of the page."""
    found = [*_missing_facts(inspection), *_missing_answers(inspection)]
    return [*found, *_missing_signatures(inspection)]


def _missing_facts(inspection: Inspection) -> list[InvalidInput]:
    found = []
    if not inspection.party_name:
        found.append(InvalidInput(N_("Name the enterprise's person on site."), field="party_name"))
    if inspection.kind is not InspectionKind.ADMINISTRATIVE:
        return found
    if not inspection.certificates_shown:
        text = N_("Note that the certificates were shown (Work Safety Law, art. 67).")
        found.append(InvalidInput(text, field="certificates_shown"))
    if not inspection.recusal_told:
        text = N_("Note that the right to ask for recusal was told.")
        found.append(InvalidInput(text, field="recusal_told"))
    return found


def _missing_answers(inspection: Inspection) -> list[InvalidInput]:
    if not inspection.items:
        return [InvalidInput(N_("The record has no item: add what was looked at."), field="items")]
    open_items = [i for i in inspection.items if i.result is ItemResult.OPEN]
    if not open_items:
        return []
    return [
        InvalidInput(
            N_("%(count)s items have no answer yet; the first is number %(number)s."),
            field="items",
            count=len(open_items),
            number=open_items[0].position,
        )
    ]


def _missing_signatures(inspection: Inspection) -> list[InvalidInput]:
    drawn = {(s.signer, s.account_id): s for s in inspection.signatures}
    found = []
    party = drawn.get((Signer.PARTY, None))
    if party is None and not inspection.refused:
        text = N_("The enterprise's person has not signed: have it signed, or note the refusal.")
        found.append(InvalidInput(text, field="signatures"))
    signed = [party] if party is not None else []
    if inspection.kind is InspectionKind.ADMINISTRATIVE:
        for officer in inspection.officers:
            own = drawn.get((Signer.OFFICER, officer.account_id))
            if own is None:
                text = N_("The signature of %(name)s is missing.")
                found.append(InvalidInput(text, field="signatures", name=officer.name))
            else:
                signed.append(own)
    return found + _stale(inspection, signed)


def _stale(inspection: Inspection, signed: list[InspectionSignature]) -> list[InvalidInput]:
    """Signatures that stand under something else than what is there now."""
    for signature in signed:
        try:
            rules.check_signed_after(inspection.items, signature.signed_at, signature.name)
        except InvalidInput as error:
            return [error]
    return []


def check_certificates(inspection: Inspection) -> None:
    """Of an administrative inspection: each officer may inspect on the day it takes place."""
    if inspection.kind is not InspectionKind.ADMINISTRATIVE:
        return
    rules.check_officers(inspection.kind, [o.account_id for o in inspection.officers])
    day = clock.day_of(inspection.started_at) if inspection.started_at else inspection.planned_on
    held = authorities.certificates_on(
        day, inspection.officer_ids, authority_id=inspection.authority_id
    )
    rules.check_certified(inspection.officers, held, inspection.authority_id, day)
    for officer in inspection.officers:
        officer.certificate_no = held[officer.account_id].number


def _open_hazard(inspection: Inspection, actor: Actor, item: InspectionItem) -> None:
    """A failed item's ticket, graded by its criterion where the officer says that it meets it."""
    if item.result is not ItemResult.FAIL or item.hazard_id is not None:
        return
    hazard = hazard_service.report(
        inspection.enterprise,
        actor,
        hazard_service.Finding(
            source=rules.source_of(inspection.kind),
            found_at=item.checked_at or clock.now(),
            place=inspection.place or inspection.enterprise.display_name,
            description=item.finding,
            factor=item.factor,
            category=item.category,
            basis=item.basis,
            photos=_photos_of(inspection, item),
        ),
    )
    item.hazard_id = hazard.id
    if item.is_major:
        day = clock.day_of(hazard.found_at)
        criterion = queries.criterion_on(item.criterion_code, day)
        hazard_service.grade(hazard, actor, grade=Grade.MAJOR, criterion=criterion)
    else:
        hazard_service.grade(hazard, actor, grade=Grade.GENERAL)
    db.session.flush()


def _photos_of(inspection: Inspection, item: InspectionItem) -> list[Attachment]:
    return [f.attachment for f in inspection.files if f.item_id == item.id]
