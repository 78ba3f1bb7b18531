"""Verbs of listed supervision: propose, decide, apply for the review, review, take off the list.

What is only proposed is the authority's own affair: it stands in the audit trail and on the
authority's panel, never in the ticket's history, which the enterprise reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm.attributes import flag_modified

from supervision.core import audit, clock, clocks, notices
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.notices import Audience
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.hazard import rules, service
from supervision.hazard.journal import log
from supervision.hazard.listing_models import HazardListing, ListingClock
from supervision.hazard.listing_workflow import (
    LISTING_WORKFLOW,
    PENDING,
    ListingLevel,
    ListingState,
)
from supervision.hazard.models import Hazard
from supervision.hazard.rules import Grade

REVIEW = "LISTED_REVIEW"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a listing says: who lists, until when, what is asked, who answers for it."""

    level: ListingLevel
    organ: str
    due_on: date
    requirements: str
    leader: str
    reason: str


def may_propose(hazard: Hazard, actor: Actor) -> bool:
    """Whether ``actor`` is offered to propose a listing now."""
    allowed = actor.is_regulator and actor.may(Permission.HAZARD_ASSIGN)
    return allowed and _refusal(hazard) is None


def _refusal(hazard: Hazard) -> str | None:
    if hazard.grade is not Grade.MAJOR or not hazard.is_open:
        return N_("Only a major hazard that is still open can be listed.")
    if any(listing.status in PENDING for listing in hazard.listings):
        return N_("This hazard is listed or proposed already.")
    return None


def propose(hazard: Hazard, actor: Actor, terms: Terms) -> HazardListing:
    """Ask that a major hazard be listed; another person decides."""
    if not actor.may(Permission.HAZARD_ASSIGN):
        raise Forbidden
    if not actor.is_regulator:
        raise Forbidden(N_("This is for the authority."))
    if refusal := _refusal(hazard):
        raise Conflict(refusal)
    rules.check_due(terms.due_on, clock.today())
    for name in ("organ", "requirements", "leader", "reason"):
        if not getattr(terms, name):
            raise InvalidInput(N_("This field is required."), field=name)
    listing = HazardListing(
        hazard=hazard,
        enterprise_id=hazard.enterprise_id,
        status=ListingState.PROPOSED,
        level=terms.level,
        organ=terms.organ,
        due_on=terms.due_on,
        requirements=terms.requirements,
        leader=terms.leader,
        reason=terms.reason,
        proposed_at=clock.now(),
        proposed_by_id=actor.id,
        proposed_by=actor.name,
    )
    db.session.add(listing)
    _audit(listing, actor, "propose", None, note=terms.reason, due_on=terms.due_on)
    _tell(listing, actor, "hazard.listing_proposed", Audience.SUPERVISORS)
    return listing


def approve(listing: HazardListing, actor: Actor, *, note: str = "") -> None:
    """List it: from now on the hazard closes only after a review."""
    step = LISTING_WORKFLOW.check("approve", listing, actor)
    if listing.hazard.grade is not Grade.MAJOR or not listing.hazard.is_open:
        raise Conflict(N_("Only a major hazard that is still open can be listed."))
    # The ticket itself is not changed: whoever closes or lowers it at this moment must be told so.
    flag_modified(listing.hazard, "grade")
    if listing.due_on < clock.today():
        raise Conflict(N_("The deadline lies in the past."))
    listing.status = step.target
    listing.listed_at = clock.now()
    listing.approved_by_id, listing.approved_by = actor.id, actor.name
    listing.approval_note = note
    _step(listing, actor, "approve", note=listing.requirements, due_on=listing.due_on)
    _tell(listing, actor, "hazard.listed", Audience.ENTERPRISE_PEOPLE)
    _tell(listing, actor, "hazard.listed", Audience.SUPERVISORS)


def refuse(listing: HazardListing, actor: Actor, *, reason: str) -> None:
    """The proposal is not followed."""
    _drop(listing, actor, "refuse", reason)


def withdraw(listing: HazardListing, actor: Actor, *, reason: str) -> None:
    """The authority takes its proposal back before anybody has decided."""
    _drop(listing, actor, "withdraw", reason)


def _drop(listing: HazardListing, actor: Actor, name: str, reason: str) -> None:
    step = LISTING_WORKFLOW.check(name, listing, actor, {"reason": reason})
    before = listing.status
    listing.status, listing.ended_reason = step.target, reason
    _audit(listing, actor, name, before, note=reason)
    _tell(listing, actor, "hazard.listing_dropped", Audience.SUPERVISORS)


def apply(listing: HazardListing, actor: Actor, *, note: str) -> None:
    """The enterprise says that it is rectified and asks for the review; its clock starts."""
    step = LISTING_WORKFLOW.check("apply", listing, actor, {"note": note})
    listing.status = step.target
    listing.applied_on = clock.today()
    listing.applied_by, listing.application = actor.name, note
    _arm(listing)
    _step(listing, actor, "apply", note=note)
    _tell(listing, actor, "hazard.review_applied", Audience.SUPERVISORS)


def _arm(listing: HazardListing) -> None:
    """A clock of its own for each application, by the version of the rule in force on the day."""
    values = clocks.arm(REVIEW, clock.today())
    if values is not None:
        listing.clocks.append(ListingClock(**values))


def pass_review(listing: HazardListing, actor: Actor, *, reviewers: str, note: str) -> None:
    """The review on site passes: delisted, and the ticket may be closed."""
    data = {"reviewers": reviewers, "note": note}
    step = LISTING_WORKFLOW.check("pass", listing, actor, data)
    _reviewed(listing, reviewers, note)
    listing.status, listing.delisted_at = step.target, clock.now()
    _step(listing, actor, "pass", note=note, reviewers=reviewers)
    _tell(listing, actor, "hazard.delisted", Audience.ENTERPRISE_PEOPLE)


def fail_review(listing: HazardListing, actor: Actor, *, reviewers: str, reason: str) -> None:
    """Not rectified after all: still listed, and the ticket goes back to the enterprise."""
    data = {"reviewers": reviewers, "reason": reason}
    step = LISTING_WORKFLOW.check("fail", listing, actor, data)
    _reviewed(listing, reviewers, reason)
    listing.status = step.target
    listing.applied_on = None
    listing.failed_count += 1
    _step(listing, actor, "fail", note=reason, reviewers=reviewers)
    if listing.is_rectified:
        service.give_back(listing.hazard, actor, reason)
    _tell(listing, actor, "hazard.review_failed", Audience.ENTERPRISE_PEOPLE)


def _reviewed(listing: HazardListing, reviewers: str, note: str) -> None:
    if running := listing.running_clock:
        clocks.end(running, clock.today())
    listing.reviewed_at = clock.now()
    listing.reviewers, listing.review_note = reviewers, note


def revoke(listing: HazardListing, actor: Actor, *, reason: str) -> None:
    """Off the list without a review: listed by mistake, or another authority takes over."""
    step = LISTING_WORKFLOW.check("revoke", listing, actor, {"reason": reason})
    if running := listing.running_clock:
        clocks.void(running, clock.today())
    listing.status, listing.ended_reason = step.target, reason
    _step(listing, actor, "revoke", note=reason)
    _tell(listing, actor, "hazard.listing_revoked", Audience.ENTERPRISE_PEOPLE)


def _step(listing: HazardListing, actor: Actor, name: str, *, note: str, **data: object) -> None:
    """A step that both sides may read: in the ticket's history and the audit trail."""
    hazard, action = listing.hazard, f"listing_{name}"
    log(hazard, actor, action, hazard.status, note=note, listing=listing.id, **data)


def _audit(
    listing: HazardListing,
    actor: Actor,
    name: str,
    before: ListingState | None,
    *,
    note: str,
    **data: Any,
) -> None:
    audit.record(
        actor,
        f"listing.{name}",
        listing,
        number=listing.hazard.number,
        before=before,
        after=listing.status,
        note=note,
        **data,
    )


def _tell(listing: HazardListing, actor: Actor, kind: str, audience: Audience) -> None:
    hazard = listing.hazard
    notices.queue(
        kind,
        audience,
        hazard.enterprise_id,
        link=f"/hazards/{hazard.id}",
        but_not=actor.id,
        number=hazard.number,
        place=hazard.place,
        due_on=listing.due_on,
    )
