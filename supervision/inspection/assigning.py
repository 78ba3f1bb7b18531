"""Who could inspect: the house's proposal of officers, with its ground; a human chooses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from supervision.authority import queries as authorities
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import unscoped
from supervision.enterprise.models import Enterprise
from supervision.hazard import assignment
from supervision.hazard.assignment_labels import reason
from supervision.hazard.assignment_rules import Duty, Proposal
from supervision.inspection.models import Inspection, InspectionOfficer
from supervision.inspection.rules import OFFICERS_NEEDED
from supervision.inspection.workflow import OPEN

_LOAD = "an officer's load is all that is open, wherever it lies"


@dataclass(frozen=True, slots=True)
class Offer:
    """Accounts to choose at first, and why each of them, by name."""

    chosen: tuple[int, ...]
    reasons: tuple[tuple[str, str], ...]


def offer(enterprise: Enterprise, day: date, actor: Actor) -> Offer:
    """The officer at the keyboard and whoever the rules name first, as many as the law asks for.

    Only who holds a certificate on ``day``: others may be chosen for a visit, none is proposed.
    """
    candidates = assignment.propose_officers(enterprise, Duty.INSPECTION, day, actor)
    loads = open_loads([p.candidate.id for p in candidates])
    ranked = assignment.propose_officers(enterprise, Duty.INSPECTION, day, actor, extra_load=loads)
    able = _certified(enterprise, day)
    certified = [p for p in ranked if p.candidate.id in able]
    first = [p for p in certified if p.candidate.id == actor.id]
    best = (first + [p for p in certified if p not in first])[:OFFICERS_NEEDED]
    chosen = tuple(p.candidate.id for p in best)
    return Offer(chosen or (actor.id,), tuple(_why(p) for p in best))


def _certified(enterprise: Enterprise, day: date) -> frozenset[int]:
    """Officers of the enterprise's own authority; nobody where none is on record yet."""
    try:
        authority = authorities.authority_of(enterprise.region_code)
    except NotFound:
        return frozenset()
    return frozenset(c.account_id for c in authorities.certified_officers(authority, day))


def open_loads(account_ids: Collection[int]) -> Mapping[int, int]:
    """Inspections that are not settled, by officer."""
    if not account_ids:
        return {}
    stmt = (
        select(InspectionOfficer.account_id, func.count(Inspection.id))
        .join(Inspection, Inspection.id == InspectionOfficer.inspection_id)
        .where(Inspection.status.in_(OPEN), InspectionOfficer.account_id.in_(account_ids))
        .group_by(InspectionOfficer.account_id)
    )
    return dict(db.session.execute(unscoped(stmt, reason=_LOAD)).tuples().all())


def _why(proposal: Proposal) -> tuple[str, str]:
    return proposal.candidate.name, reason(proposal)
