"""Verbs of documents. Each takes the actor, checks the workflow, audits, tells whom it concerns.

Services flush; the edge commits. A raised error means that nothing happened.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from supervision.core import audit, clock, clocks, notices
from supervision.core.actor import Actor, Side
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.notices import Audience
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped
from supervision.core.text import N_
from supervision.document import gaps, kinds, rules
from supervision.document.models import (
    DocumentEvent,
    DocumentKind,
    DocumentReview,
    DocumentScan,
    EnterpriseDocument,
)
from supervision.document.rules import Result
from supervision.document.workflow import (
    DOCUMENT_WORKFLOW,
    FILING_WORKFLOW,
    DocumentState,
    FilingState,
)
from supervision.enterprise.models import Enterprise

MOST_SCANS = 12


@dataclass(frozen=True, slots=True)
class Contents:
    """What an enterprise says of a version; days may be left to the kind's own term."""

    title: str
    summary: str = ""
    number: str = ""
    issuer: str = ""
    level: int | None = None
    insured_sum: Decimal | None = None
    valid_from: date | None = None
    valid_to: date | None = None


def draft(
    enterprise: Enterprise,
    actor: Actor,
    code: str,
    contents: Contents,
    scans: Sequence[Attachment] = (),
) -> EnterpriseDocument:
    """The first version of a document, as a draft."""
    _may_edit(actor)
    kind = kinds.kind_on(code, clock.today())
    series = (secrets.token_hex(16), 1)
    return _add(enterprise.id, actor, (kind, contents), series, scans)


def new_version(document: EnterpriseDocument, actor: Actor) -> EnterpriseDocument:
    """The next version as a draft that begins with what the last one says."""
    _may_edit(actor)
    stmt = select(func.max(EnterpriseDocument.version), func.count()).where(
        EnterpriseDocument.series == document.series
    )
    drafts = select(EnterpriseDocument.id).where(
        EnterpriseDocument.series == document.series,
        EnterpriseDocument.status == DocumentState.DRAFT,
    )
    why = "the versions of a document that the actor sees"
    last, _count = db.session.execute(unscoped(stmt, reason=why)).one()
    if db.session.scalar(unscoped(drafts, reason=why)) is not None:
        raise Conflict(N_("A draft of the next version is there already."))
    kind = kinds.kind_on(document.kind_code, clock.today())
    contents = Contents(document.title, document.summary, "", document.issuer, document.level)
    return _add(document.enterprise_id, actor, (kind, contents), (document.series, last + 1))


def _may_edit(actor: Actor) -> None:
    if not actor.may(Permission.DOCUMENT_EDIT):
        raise Forbidden


def _add(
    enterprise_id: int,
    actor: Actor,
    what: tuple[DocumentKind, Contents],
    place: tuple[str, int],
    scans: Sequence[Attachment] = (),
) -> EnterpriseDocument:
    """``place``: the series and the number in it."""
    (kind, contents), (series, version) = what, place
    document = EnterpriseDocument(
        enterprise_id=enterprise_id,
        series=series,
        version=version,
        status=DocumentState.DRAFT,
        kind_code=kind.code,
        kind_id=kind.id,
        kind=kind,
        filing=FilingState.NOT_NEEDED,
        created_at=clock.now(),
        created_by_id=actor.id,
        created_by=actor.name,
    )
    _write(document, contents)
    db.session.add(document)
    db.session.flush()
    _attach(document, scans)
    _log(document, actor, "draft", note=contents.title, version=version)
    return document


def _write(document: EnterpriseDocument, contents: Contents) -> None:
    kind = document.kind
    if not contents.title.strip():
        raise InvalidInput(N_("This field is required."), field="title")
    if contents.level is not None and contents.level not in rules.LEVELS:
        raise InvalidInput(N_("The level is 1, 2 or 3."), field="level")
    if contents.insured_sum is not None and contents.insured_sum <= 0:
        raise InvalidInput(N_("The insured sum is more than nothing."), field="insured_sum")
    start, end = contents.valid_from, contents.valid_to
    if end is not None and start is None:
        raise InvalidInput(N_("Say from which day it is valid, too."), field="valid_from")
    if start is not None and end is None:
        end = rules.last_valid_day(start, kind.term_months)
    if start is not None and end is not None and end < start:
        raise InvalidInput(N_("It cannot end before it begins."), field="valid_to")
    document.title, document.summary = contents.title, contents.summary
    document.number, document.issuer = contents.number, contents.issuer
    document.level = contents.level if kind.has_level else None
    document.insured_sum = contents.insured_sum if kind.has_sum else None
    document.valid_from, document.valid_to = start, end


def edit(
    document: EnterpriseDocument,
    actor: Actor,
    contents: Contents,
    scans: Sequence[Attachment] = (),
) -> None:
    """Change a draft; what is in force is replaced by a new version instead."""
    _may_edit(actor)
    _check_draft(document)
    _write(document, contents)
    _attach(document, scans)
    _log(document, actor, "edit", note=contents.title)


def _check_draft(document: EnterpriseDocument) -> None:
    if not document.is_draft:
        raise Conflict(N_("Only a draft can be changed: make a new version of it."))


def _attach(document: EnterpriseDocument, scans: Sequence[Attachment]) -> None:
    if len(document.scans) + len(scans) > MOST_SCANS:
        raise InvalidInput(N_("At most %(count)s files."), field="scans", count=MOST_SCANS)
    for scan in scans:
        document.scans.append(DocumentScan(attachment_id=scan.id, attachment=scan))
    db.session.flush()


def remove_scan(document: EnterpriseDocument, actor: Actor, scan: DocumentScan) -> None:
    """Take a file off a draft."""
    _may_edit(actor)
    _check_draft(document)
    name = scan.attachment.filename
    document.scans.remove(scan)
    _log(document, actor, "remove_scan", note=name)


def publish(
    document: EnterpriseDocument, actor: Actor, *, approver: str, published_on: date | None
) -> None:
    """Put a draft into force; the version before it is superseded from this moment."""
    data = {"approver": approver, "published_on": published_on}
    step = DOCUMENT_WORKFLOW.check("publish", document, actor, data)
    today = clock.today()
    if published_on is None or published_on > today:
        raise InvalidInput(N_("This day is yet to come."), field="published_on")
    _check_complete(document)
    before = _current(document)
    if before is not None:
        before.status, before.ended_at = DocumentState.SUPERSEDED, clock.now()
        # Two versions in force would meet in the index of the series.
        db.session.flush()
        _log(before, actor, "supersede", version=before.version)
    kind = document.kind
    document.status, document.in_force_at = step.target, clock.now()
    document.approver, document.published_on = approver, published_on
    if document.valid_from is None:
        document.valid_from = published_on
        document.valid_to = rules.last_valid_day(published_on, kind.term_months)
    document.review_due_on = rules.next_review(
        document.valid_from if kind.has_level else published_on, kind.review_months
    )
    _ask_for_filing(document, published_on)
    _log(document, actor, "publish", version=document.version, published_on=published_on)
    _tell_other_side(document, actor, "document.published")
    gaps.refresh_one(document.enterprise_id)


def _check_complete(document: EnterpriseDocument) -> None:
    """What the kind asks for beyond a title."""
    kind = document.kind
    needed = [("number", kind.has_sum or kind.has_level), ("issuer", kind.has_sum)]
    needed += [("insured_sum", kind.has_sum), ("level", kind.has_level)]
    needed += [("valid_from", kind.has_sum or kind.has_level)]
    for name, asked in needed:
        if asked and not getattr(document, name):
            raise InvalidInput(
                N_("The draft lacks a number, issuer, level, sum or first day: edit it first."),
                field=name,
            )


def _current(document: EnterpriseDocument) -> EnterpriseDocument | None:
    stmt = select(EnterpriseDocument).where(
        EnterpriseDocument.series == document.series,
        EnterpriseDocument.status == DocumentState.IN_FORCE,
    )
    why = "the version before, of a document that the actor sees"
    return db.session.scalars(unscoped(stmt, reason=why)).first()


def _ask_for_filing(document: EnterpriseDocument, published_on: date) -> None:
    """Plans and evaluations of some sectors are filed within a period from publication."""
    stmt = select(Enterprise).where(Enterprise.id == document.enterprise_id)
    owner = db.session.scalars(unscoped(stmt, reason="the owner of a document")).one()
    profile = gaps.profiles([owner])[owner.id]
    if not rules.must_be_filed(document.kind, profile):
        return
    document.filing = FilingState.TO_FILE
    _arm(document, document.kind.filing_rule, published_on)


def _arm(document: EnterpriseDocument, code: str, start: date) -> None:
    """Set the day of the filing by the rule in force; none where no rule names one."""
    armed = clocks.arm(code, start) if code else None
    document.filing_due_on = armed["due_on"] if armed else None
    document.filing_rule_id = armed["rule_id"] if armed else None
    document.filing_provisional = bool(armed and armed["is_provisional"])


def withdraw(document: EnterpriseDocument, actor: Actor, *, reason: str) -> None:
    """Take a document out of force without a successor."""
    step = DOCUMENT_WORKFLOW.check("withdraw", document, actor, {"reason": reason})
    document.status, document.ended_at, document.ended_reason = step.target, clock.now(), reason
    _log(document, actor, "withdraw", note=reason)
    _tell_other_side(document, actor, "document.withdrawn")
    gaps.refresh_one(document.enterprise_id)


def discard(document: EnterpriseDocument, actor: Actor) -> None:
    """Give up a draft."""
    step = DOCUMENT_WORKFLOW.check("discard", document, actor)
    document.status, document.ended_at = step.target, clock.now()
    _log(document, actor, "discard")


def submit_filing(document: EnterpriseDocument, actor: Actor, *, day: date | None) -> None:
    """The enterprise has handed it in; the authority answers within the rule's period."""
    step = FILING_WORKFLOW.check("submit", document, actor, {"day": day})
    _check_filing_day(document, day)
    document.filing, document.submitted_on = step.target, day
    _arm(document, document.kind.acceptance_rule, day or clock.today())
    _log(document, actor, "submit_filing", note=str(day))
    _tell(document, actor, "document.filing_submitted", Audience.SUPERVISORS)


def accept_filing(
    document: EnterpriseDocument, actor: Actor, *, number: str, day: date | None
) -> None:
    """The authority has taken it into its files under a number."""
    step = FILING_WORKFLOW.check("accept", document, actor, {"number": number, "day": day})
    _check_filing_day(document, day)
    document.filing, document.accepted_on, document.filing_number = step.target, day, number
    document.submitted_on = document.submitted_on or day
    document.filing_by, document.filing_due_on = actor.name, None
    _log(document, actor, "accept_filing", note=number)
    _tell(document, actor, "document.filing_accepted", Audience.ENTERPRISE_PEOPLE)


def return_filing(document: EnterpriseDocument, actor: Actor, *, reason: str) -> None:
    """The authority sends it back with what is to be mended; it stays due."""
    step = FILING_WORKFLOW.check("return", document, actor, {"reason": reason})
    document.filing, document.filing_note = step.target, reason
    document.filing_by = actor.name
    if document.published_on is not None:
        _arm(document, document.kind.filing_rule, document.published_on)
    _log(document, actor, "return_filing", note=reason)
    _tell(document, actor, "document.filing_returned", Audience.ENTERPRISE_PEOPLE)


def _check_filing_day(document: EnterpriseDocument, day: date | None) -> None:
    if day is None or day > clock.today():
        raise InvalidInput(N_("This day is yet to come."), field="day")
    if document.published_on is not None and day < document.published_on:
        raise InvalidInput(N_("It was not published before that day."), field="day")


@dataclass(frozen=True, slots=True)
class Review:
    """A re-evaluation as it is entered."""

    done_on: date
    result: Result
    conclusion: str
    reviewer: str
    attachment: Attachment | None = None


def record_review(document: EnterpriseDocument, actor: Actor, review: Review) -> DocumentReview:
    """A plan was evaluated again, or a certificate's holder has evaluated itself."""
    _may_edit(actor)
    if not document.is_in_force:
        raise Conflict(N_("Only what is in force is evaluated."))
    if review.done_on > clock.today():
        raise InvalidInput(N_("This day is yet to come."), field="done_on")
    if document.published_on is not None and review.done_on < document.published_on:
        raise InvalidInput(N_("It was not published before that day."), field="done_on")
    row = DocumentReview(
        document_id=document.id,
        done_on=review.done_on,
        result=review.result,
        conclusion=review.conclusion,
        reviewer=review.reviewer,
        attachment_id=review.attachment.id if review.attachment else None,
        recorded_at=clock.now(),
        recorded_by_id=actor.id,
        recorded_by=actor.name,
    )
    db.session.add(row)
    last = max([review.done_on, *(r.done_on for r in document.reviews)])
    document.review_due_on = rules.next_review(last, document.kind.review_months)
    _log(document, actor, "review", note=review.conclusion, result=review.result)
    return row


def _log(
    document: EnterpriseDocument, actor: Actor, action: str, *, note: str = "", **data: Any
) -> None:
    """The document's own history and the audit trail, in one go."""
    db.session.flush()
    db.session.add(
        DocumentEvent(
            enterprise_id=document.enterprise_id,
            document_id=document.id,
            action=action,
            at=clock.now(),
            actor_id=actor.id,
            actor_name=actor.name,
            actor_side=actor.side,
            note=note,
        )
    )
    audit.record(
        actor,
        f"document.{action}",
        document,
        title=document.title,
        status=document.status,
        filing=document.filing,
        note=note,
        **data,
    )


def _tell_other_side(document: EnterpriseDocument, actor: Actor, kind: str) -> None:
    by_authority = actor.side is Side.REGULATOR
    audience = Audience.ENTERPRISE_PEOPLE if by_authority else Audience.SUPERVISORS
    _tell(document, actor, kind, audience)


def _tell(document: EnterpriseDocument, actor: Actor, kind: str, audience: Audience) -> None:
    notices.queue(
        kind,
        audience,
        document.enterprise_id,
        link=f"/documents/{document.id}",
        but_not=actor.id,
        title=document.title,
        version=document.version,
    )
