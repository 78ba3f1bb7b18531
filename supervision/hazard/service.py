"""Verbs of a ticket. Each takes the actor, checks the workflow, audits, tells whom it concerns.

Services flush; the edge commits. A raised error means that nothing happened.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from supervision.core import clock, numbering
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.hazard import clocks, labels, major_rules, repeats, rules
from supervision.hazard.journal import log, tell_enterprise, tell_other_side, tell_raising_side
from supervision.hazard.major_rules import PlanParts
from supervision.hazard.models import (
    Hazard,
    HazardCriterion,
    HazardExtension,
    HazardFile,
    HazardPlan,
)
from supervision.hazard.rules import Category, Factor, Grade, InvalidReason, Source
from supervision.hazard.workflow import (
    EXTENSION_WORKFLOW,
    HAZARD_WORKFLOW,
    ExtensionState,
    HazardState,
)

FOUND, RECTIFIED, EVIDENCE = "found", "rectified", "evidence"
MAX_PHOTOS = 9


@dataclass(frozen=True, slots=True)
class Finding:
    """What somebody saw. ``merge_key`` joins later findings of the same camera, rule and zone."""

    source: Source
    found_at: datetime
    place: str
    description: str
    factor: Factor
    category: Category
    basis: str = ""
    merge_key: str | None = None
    photos: list[Attachment] = field(default_factory=list)
    evidence: list[Attachment] = field(default_factory=list)


def report(enterprise: Enterprise, actor: Actor, finding: Finding) -> Hazard:
    """Open a ticket. The side that reports it is the side that verifies it."""
    rules.check_source(finding.source, actor.side)
    rules.check_found(clock.day_of(finding.found_at), clock.today())
    _check_photos(finding.photos, "photos")
    hazard = Hazard(
        number=_number(enterprise),
        enterprise_id=enterprise.id,
        status=HazardState.REPORTED,
        raised_side=actor.side,
        source=finding.source,
        merge_key=finding.merge_key,
        found_at=finding.found_at,
        place=finding.place,
        description=finding.description,
        factor=finding.factor,
        category=finding.category,
        basis=finding.basis,
        reported_by_id=actor.id,
        reported_by=actor.name,
    )
    db.session.add(hazard)
    db.session.flush()
    attach(hazard, finding.photos, FOUND)
    attach(hazard, finding.evidence, EVIDENCE)
    log(hazard, actor, "report", None)
    repeats.note(hazard, actor, clock.now())
    tell_other_side(hazard, actor, "hazard.reported")
    return hazard


def attach(hazard: Hazard, attachments: list[Attachment], kind: str) -> None:
    """Link files to the ticket; who sees the ticket sees them."""
    for attachment in attachments:
        db.session.add(HazardFile(hazard_id=hazard.id, attachment_id=attachment.id, kind=kind))


def add_evidence(hazard: Hazard, actor: Actor, files: list[Attachment], note: str) -> None:
    """Another sighting of the same thing joins the open ticket.

    A change of the ticket: whoever is about to close it without having seen this is told so.
    """
    flag_modified(hazard, "merge_key")
    attach(hazard, files, EVIDENCE)
    log(hazard, actor, "evidence", hazard.status, note=note)


def detach(hazard: Hazard, actor: Actor, attachment_ids: Collection[int]) -> None:
    """Evidence whose time is over leaves the ticket, whose history says so."""
    stmt = (
        select(HazardFile)
        .where(HazardFile.hazard_id == hazard.id, HazardFile.kind == EVIDENCE)
        .where(HazardFile.attachment_id.in_(attachment_ids))
    )
    found = db.session.scalars(stmt).all()
    for file in found:
        db.session.delete(file)
    if found:
        log(hazard, actor, "evidence_removed", hazard.status, files=len(found))
    db.session.flush()


def grade(
    hazard: Hazard,
    actor: Actor,
    *,
    grade: Grade,
    criterion: HazardCriterion | None = None,
    reason: str = "",
) -> None:
    """Decide general or major, by criterion; the version of the criterion stays on the ticket."""
    step = HAZARD_WORKFLOW.check("grade", hazard, actor, {"grade": grade})
    rules.check_grade(grade, criterion.id if criterion else None, reason)
    if hazard.grade is Grade.MAJOR and grade is Grade.GENERAL:
        raise InvalidInput(N_("To lower the grade needs an approval: ask for it."), field="grade")
    before = hazard.status
    hazard.grade, hazard.grade_reason = grade, reason
    hazard.criterion_id = criterion.id if criterion else None
    hazard.status = step.target
    code = criterion.code if criterion else None
    log(hazard, actor, "grade", before, note=reason, grade=grade, criterion=code)


def assign(
    hazard: Hazard, actor: Actor, *, responsible_person: str, due_on: date, note: str = ""
) -> None:
    """Name who rectifies it and by which day."""
    data = {"responsible_person": responsible_person, "due_on": due_on}
    step = HAZARD_WORKFLOW.check("assign", hazard, actor, data)
    rules.check_due(due_on, clock.today())
    before = hazard.status
    hazard.responsible_person = responsible_person
    hazard.due_on = hazard.first_due_on = due_on
    hazard.status = step.target
    clocks.deadline_set(hazard)
    log(hazard, actor, "assign", before, note=note, due_on=due_on, to=responsible_person)
    tell_enterprise(hazard, actor, "hazard.assigned")


def start(
    hazard: Hazard,
    actor: Actor,
    *,
    measures: str,
    plan: str = "",
    parts: PlanParts | None = None,
    funds_planned: Decimal | None = None,
    workers_notified_on: date | None = None,
) -> None:
    """The enterprise takes it on, with measures and funds; a major one with a plan in six parts."""
    step = HAZARD_WORKFLOW.check("start", hazard, actor, {"measures": measures})
    if hazard.grade is Grade.MAJOR:
        keep_plan(hazard, actor, parts or PlanParts())
    before = hazard.status
    hazard.measures, hazard.plan = measures, plan
    hazard.funds_planned = funds_planned
    # A major hazard's notification may be on record already.
    hazard.workers_notified_on = workers_notified_on or hazard.workers_notified_on
    hazard.status = step.target
    log(hazard, actor, "start", before, note=measures)


def keep_plan(hazard: Hazard, actor: Actor, parts: PlanParts) -> None:
    """File a plan in six parts beside those that were filed before."""
    major_rules.check_plan(parts)
    hazard.plans.append(
        HazardPlan(**asdict(parts), filed_at=clock.now(), filed_by_id=actor.id, filed_by=actor.name)
    )


def check_duties(hazard: Hazard) -> None:
    """No major hazard is submitted or closed without its plan, reports and notification."""
    if missing := hazard.open_duties:
        names = labels.Listed(labels.DUTY_LABELS[duty] for duty in missing)
        raise InvalidInput(
            N_("Still missing for a major hazard: %(missing)s."), field="duties", missing=names
        )


def submit(
    hazard: Hazard,
    actor: Actor,
    *,
    note: str,
    photos: list[Attachment],
    funds_spent: Decimal | None = None,
) -> None:
    """Say that it is rectified, with pictures of how it is now."""
    step = HAZARD_WORKFLOW.check("submit", hazard, actor, {"note": note, "photos": photos})
    check_duties(hazard)
    _check_photos(photos, "photos")
    before = hazard.status
    attach(hazard, photos, RECTIFIED)
    hazard.rectification, hazard.funds_spent = note, funds_spent
    hazard.rectified_by_id, hazard.rectified_by = actor.id, actor.name
    hazard.submitted_at, hazard.submitted_on = clock.now(), clock.today()
    hazard.status = step.target
    clocks.applied(hazard)
    log(hazard, actor, "submit", before, note=note)
    tell_raising_side(hazard, actor, "hazard.submitted")


def verify(hazard: Hazard, actor: Actor, *, note: str) -> None:
    """Close a hazard after re-inspection."""
    step = HAZARD_WORKFLOW.check("verify", hazard, actor, {"note": note})
    check_duties(hazard)
    before = hazard.status
    hazard.verified_by_id, hazard.verified_by = actor.id, actor.name
    hazard.verification = note
    hazard.closed_at, hazard.closed_on = clock.now(), clock.today()
    hazard.status = step.target
    clocks.closed(hazard)
    log(hazard, actor, "verify", before, note=note)
    tell_enterprise(hazard, actor, "hazard.closed")


def send_back(hazard: Hazard, actor: Actor, *, reason: str) -> None:
    """Not rectified after all: back to the enterprise, deadline unchanged."""
    HAZARD_WORKFLOW.check("return", hazard, actor, {"reason": reason})
    give_back(hazard, actor, reason)


def give_back(hazard: Hazard, actor: Actor, reason: str) -> None:
    """Back to the enterprise, for callers that have decided it (a re-inspection, a review)."""
    before = hazard.status
    hazard.submitted_at = hazard.submitted_on = None
    hazard.returned_count += 1
    hazard.status = HazardState.RECTIFYING
    clocks.came_back(hazard)
    log(hazard, actor, "return", before, note=reason)
    tell_enterprise(hazard, actor, "hazard.returned")


def transfer(hazard: Hazard, actor: Actor, *, receiver: str, reason: str) -> None:
    """Hand it to the competent department (Work Safety Law, art. 69)."""
    step = HAZARD_WORKFLOW.check(
        "transfer", hazard, actor, {"receiver": receiver, "reason": reason}
    )
    before = hazard.status
    hazard.transferred_to, hazard.settled_note = receiver, reason
    hazard.status = step.target
    clocks.voided(hazard)
    log(hazard, actor, "transfer", before, note=reason, receiver=receiver)
    tell_enterprise(hazard, actor, "hazard.transferred")


def invalidate(
    hazard: Hazard, actor: Actor, *, invalid_reason: InvalidReason, note: str = ""
) -> None:
    """Not a hazard after all; the ticket stays, with its reason."""
    step = HAZARD_WORKFLOW.check("invalidate", hazard, actor, {"invalid_reason": invalid_reason})
    if invalid_reason is InvalidReason.OTHER and not note:
        raise InvalidInput(N_("Say in words why."), field="note")
    before = hazard.status
    hazard.invalid_reason, hazard.settled_note = invalid_reason, note
    hazard.status = step.target
    clocks.voided(hazard)
    log(hazard, actor, "invalidate", before, note=note, reason=invalid_reason)
    tell_other_side(hazard, actor, "hazard.invalidated")


def request_extension(
    hazard: Hazard, actor: Actor, *, requested_due_on: date, reason: str
) -> HazardExtension:
    """The enterprise asks for a later day, before the present one has passed."""
    _check_own_deadline(hazard)
    rules.check_extension_request(
        hazard.status,
        hazard.due_on,
        requested_due_on,
        clock.today(),
        has_pending=hazard.pending_extension is not None,
    )
    if not reason:
        raise InvalidInput(N_("This field is required."), field="reason")
    window, rule = clocks.window_of(hazard.due_on, clock.today())
    extension = HazardExtension(
        hazard_id=hazard.id,
        status=ExtensionState.PENDING,
        previous_due_on=hazard.due_on,
        requested_due_on=requested_due_on,
        reason=reason,
        warning=window.warning,
        window_rule_id=rule.id if rule else None,
        requested_at=clock.now(),
        requested_by_id=actor.id,
        requested_by=actor.name,
    )
    db.session.add(extension)
    clocks.asked(hazard)
    log(hazard, actor, "request_extension", hazard.status, note=reason, due_on=requested_due_on)
    tell_raising_side(hazard, actor, "hazard.extension_requested")
    return extension


def grant_extension(
    extension: HazardExtension, actor: Actor, *, granted_due_on: date, note: str = ""
) -> None:
    """A later deadline; everything that hangs on the old one is armed anew."""
    hazard = extension.hazard
    step = EXTENSION_WORKFLOW.check("grant", extension, actor, {"granted_due_on": granted_due_on})
    rules.check_decider(hazard.raised_side, actor, extension.requested_by_id)
    _check_own_deadline(hazard)
    rules.check_extension_grant(
        hazard.status, extension.previous_due_on, granted_due_on, clock.today()
    )
    _decide(extension, actor, step.target, note)
    extension.granted_due_on = granted_due_on
    hazard.due_on = granted_due_on
    clocks.replied(hazard)
    clocks.deadline_set(hazard)
    log(hazard, actor, "grant_extension", hazard.status, note=note, due_on=granted_due_on)
    tell_enterprise(hazard, actor, "hazard.extension_granted")


def refuse_extension(extension: HazardExtension, actor: Actor, *, note: str) -> None:
    """The present deadline stands."""
    step = EXTENSION_WORKFLOW.check("refuse", extension, actor, {"note": note})
    rules.check_decider(extension.hazard.raised_side, actor, extension.requested_by_id)
    _decide(extension, actor, step.target, note)
    hazard = extension.hazard
    clocks.replied(hazard)
    log(hazard, actor, "refuse_extension", hazard.status, note=note)
    tell_enterprise(hazard, actor, "hazard.extension_refused")


def _check_own_deadline(hazard: Hazard) -> None:
    """A day that an order states is moved by the order's own reply only."""
    if hazard.under_order:
        raise Conflict(N_("An order set this deadline: ask for the extension on the order."))


def _decide(extension: HazardExtension, actor: Actor, status: ExtensionState, note: str) -> None:
    extension.status, extension.note = status, note
    extension.decided_at, extension.decided_by = clock.now(), actor.name


def _number(enterprise: Enterprise) -> str:
    """``YH-<district>-<year>-<serial>``; the serial is gap-free per district and year."""
    year, district = clock.today().year, enterprise.region_code[:6]
    return f"YH-{district}-{year}-{numbering.next_serial(f'hazard:{district}', year):05d}"


def _check_photos(photos: list[Attachment], name: str) -> None:
    if len(photos) > MAX_PHOTOS:
        raise InvalidInput(N_("At most %(count)s photos."), field=name, count=MAX_PHOTOS)
