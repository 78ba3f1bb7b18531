"""Verbs of the list of evidence. Nothing on it is deleted: what is taken off keeps its reason."""

from __future__ import annotations

from dataclasses import dataclass

from supervision.casefile import papers, rules
from supervision.casefile.journal import log
from supervision.casefile.models import Case, CaseEvidence
from supervision.casefile.rules import MONITORED, EvidenceKind, PaperKind
from supervision.casefile.workflow import FILED, GATHERING, handles
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.hazard.models import HazardFile
from supervision.hazard.rules import Source
from supervision.slices import evidence_of

MOST = 200
# Of a ticket's files: what came with a sighting, and what is to show that there was none since.
BY_CAMERA = frozenset({"evidence", "proof"})


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One piece of evidence as a handler enters it."""

    name: str
    kind: EvidenceKind
    source: str
    copies: int = 1
    pages: int = 1
    note: str = ""
    attachment: Attachment | None = None
    hazard_file: HazardFile | None = None
    is_monitoring: bool = False
    review_reference: str = ""


def may_gather(case: Case, actor: Actor) -> bool:
    """Whether ``actor`` may change the list now."""
    allowed = actor.may(Permission.CASE_MAKE) and handles(case, actor) is None
    return allowed and case.status in GATHERING


def _check(case: Case, actor: Actor) -> None:
    if not actor.may(Permission.CASE_MAKE):
        raise Forbidden
    if refusal := handles(case, actor):
        raise Forbidden(refusal)
    if case.status not in GATHERING:
        raise Conflict(N_("The list of evidence is closed with the decision."))


def add(case: Case, actor: Actor, exhibit: Exhibit) -> CaseEvidence:
    """Put a piece on the list; what a camera of the system saw is monitoring in any case."""
    _check(case, actor)
    if len(case.evidence) >= MOST:
        raise InvalidInput(N_("At most %(count)s items."), field="name", count=MOST)
    for name in ("name", "source"):
        if not getattr(exhibit, name):
            raise InvalidInput(N_("This field is required."), field=name)
    from_camera = _from_camera(exhibit.hazard_file)
    if from_camera and exhibit.kind not in MONITORED:
        raise InvalidInput(
            N_("What a camera recorded is audiovisual or electronic data."), field="kind"
        )
    reference = exhibit.review_reference
    if from_camera and exhibit.hazard_file is not None:
        # Of our own cameras only a mark counts, whatever was typed (Penalties Law, art. 41).
        reference = _record_behind(exhibit.hazard_file)
    row = CaseEvidence(
        position=len(case.evidence) + 1,
        name=exhibit.name,
        kind=exhibit.kind,
        source=exhibit.source,
        copies=exhibit.copies,
        pages=exhibit.pages,
        note=exhibit.note,
        attachment_id=exhibit.attachment.id if exhibit.attachment else None,
        hazard_file_id=exhibit.hazard_file.id if exhibit.hazard_file else None,
        is_monitoring=exhibit.is_monitoring or from_camera,
        review_reference=reference,
        added_at=clock.now(),
        added_by=actor.name,
        removed_reason="",
    )
    case.evidence.append(row)
    log(case, actor, "add_evidence", case.status, note=exhibit.name)
    return row


def _from_camera(found: HazardFile | None) -> bool:
    """What a camera recorded, on a ticket that came from one."""
    return found is not None and found.kind in BY_CAMERA and found.hazard.source is Source.VIDEO


def _record_behind(found: HazardFile) -> str:
    """The number of the review that a marked sighting's file stands on; "" without a mark."""
    lines = evidence_of([found.hazard_id]).get(found.hazard_id, ())
    return next((str(x["gate_number"]) for x in lines if found.attachment_id in x["files"]), "")


def check_marks(case: Case) -> None:
    """What our own cameras recorded still stands on the record that it was listed with.

    Asked whenever the list is used: a record may have been withdrawn since, and its marks with it.
    Raises Conflict naming the piece.
    """
    for row in case.usable_evidence:
        found = row.hazard_file
        if found is None or not _from_camera(found):
            continue
        if _record_behind(found) != row.review_reference:
            raise Conflict(
                N_(
                    "The mark behind %(name)s was taken back: it proves nothing now"
                    " (Administrative Penalties Law, art. 41). Take it off the list."
                ),
                name=row.name,
            )


def remove(case: Case, actor: Actor, row: CaseEvidence, *, reason: str) -> None:
    """Take a piece off the list; its number is not given again."""
    _check(case, actor)
    if row.removed_reason:
        raise Conflict(N_("It has been taken off the list already."))
    if not reason:
        raise InvalidInput(N_("This field is required."), field="reason")
    row.removed_reason = reason
    log(case, actor, "remove_evidence", case.status, note=f"{row.name}: {reason}")


def issue_list(case: Case, actor: Actor) -> None:
    """The list as a paper, as it stands today."""
    if not actor.may(Permission.CASE_MAKE):
        raise Forbidden
    if refusal := handles(case, actor):
        raise Forbidden(refusal)
    if case.status not in FILED:
        raise Conflict(N_("The list is issued when the case has its number."))
    check_marks(case)
    rules.check_evidence(len(case.usable_evidence))
    papers.issue(case, actor, PaperKind.EVIDENCE_LIST, papers.evidence_data(case, clock.today()))
    db.session.flush()
    log(case, actor, "issue_evidence_list", case.status)
