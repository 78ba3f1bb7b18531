"""Reads of listed supervision. Every one starts at ``visible()``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.counting import count_if
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import region_range, visible
from supervision.core.search import contains
from supervision.enterprise.models import Enterprise
from supervision.hazard.listing_models import HazardListing, overdue_clause
from supervision.hazard.listing_workflow import IN_FORCE, ListingLevel, ListingState
from supervision.hazard.models import Hazard

SORTS = {
    "due": (HazardListing.due_on, HazardListing.id),
    "newest": (HazardListing.id.desc(),),
}


@dataclass(frozen=True, slots=True)
class ListingFilter:
    """What the board is narrowed to; empty means all."""

    text: str = ""
    group: str = ""  # force, overdue, review, proposed, ended
    level: ListingLevel | None = None
    enterprise_id: int | None = None
    region: str = ""
    sort: str = "due"


def list_listings(actor: Actor, wanted: ListingFilter) -> Select[Any]:
    """The ordered statement behind the board, ticket and enterprise loaded along."""
    stmt = (
        visible(HazardListing, actor)
        .join(Hazard, Hazard.id == HazardListing.hazard_id)
        .join(Enterprise, Enterprise.id == HazardListing.enterprise_id)
        .options(
            contains_eager(HazardListing.hazard),
            contains_eager(HazardListing.enterprise),
            selectinload(HazardListing.clocks),
        )
    )
    for clause in _clauses(wanted):
        stmt = stmt.where(clause)
    return stmt.order_by(*SORTS.get(wanted.sort, SORTS["due"]))


def _clauses(wanted: ListingFilter) -> list[Any]:
    clauses: list[Any] = []
    if wanted.text:
        columns = (Hazard.number, Hazard.description, Enterprise.name, HazardListing.leader)
        clauses.append(contains(wanted.text, *columns))
    groups = _groups()
    if wanted.group in groups:
        clauses.append(groups[wanted.group])
    if wanted.level:
        clauses.append(HazardListing.level == wanted.level)
    if wanted.enterprise_id:
        clauses.append(HazardListing.enterprise_id == wanted.enterprise_id)
    if wanted.region:
        clauses.append(region_range(Enterprise.region_code, wanted.region))
    return clauses


def _groups() -> dict[str, Any]:
    return {
        "force": HazardListing.status.in_(IN_FORCE),
        "overdue": overdue_clause(clock.today()),
        "review": HazardListing.status == ListingState.REVIEW_APPLIED,
        "proposed": HazardListing.status == ListingState.PROPOSED,
        "ended": HazardListing.status.in_(set(ListingState) - IN_FORCE - {ListingState.PROPOSED}),
    }


@dataclass(frozen=True, slots=True)
class ListingCounts:
    """Figures on top of the board."""

    force: int
    overdue: int
    review: int
    proposed: int


def listing_counts(actor: Actor) -> ListingCounts:
    """All figures in one statement."""
    groups = _groups()
    sums = [count_if(groups[name]) for name in ("force", "overdue", "review", "proposed")]
    return ListingCounts(*db.session.execute(visible(HazardListing, actor, *sums)).one())


def overdue_count(actor: Actor, *, cap: int) -> int:
    """Overdue listings up to ``cap``: it stands beside the menu's line on every page."""
    some = visible(HazardListing, actor, HazardListing.id)
    some = some.where(overdue_clause(clock.today())).limit(cap)
    stmt = select(func.count()).select_from(some.subquery())
    return db.session.scalar(stmt.execution_options(**some.get_execution_options())) or 0


def of_hazard(hazard_id: int, actor: Actor) -> Sequence[HazardListing]:
    """The listings of a ticket that ``actor`` may know of, newest first."""
    stmt = (
        visible(HazardListing, actor)
        .where(HazardListing.hazard_id == hazard_id)
        .options(joinedload(HazardListing.hazard), selectinload(HazardListing.clocks))
        .order_by(HazardListing.id.desc())
    )
    return db.session.scalars(stmt).all()


def get_listing(hazard_id: int, listing_id: int, actor: Actor) -> HazardListing:
    """A listing of a ticket; raises NotFound for a proposal that is none of the actor's business."""
    for listing in of_hazard(hazard_id, actor):
        if listing.id == listing_id:
            return listing
    raise NotFound
