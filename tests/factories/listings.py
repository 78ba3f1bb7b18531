"""Major hazards under listed supervision."""

from __future__ import annotations

from datetime import date, timedelta

from supervision.core import clock
from supervision.core.db import transaction
from supervision.hazard import listing, listing_queries, queries
from supervision.hazard.listing_workflow import ListingLevel, ListingState
from supervision.hazard.rules import Grade
from supervision.hazard.workflow import HazardState
from tests.cast import Cast
from tests.factories.hazards import make_hazard


def terms(**changes: object) -> listing.Terms:
    values: dict[str, object] = {
        "level": ListingLevel.COUNTY,
        "organ": "Work-safety committee of the district",
        "due_on": clock.today() + timedelta(days=60),
        "requirements": "Stop the line until the guard is fitted",
        "leader": "D. Governor",
        "reason": "Long known",
    }
    return listing.Terms(**{**values, **changes})  # type: ignore[arg-type]


def make_listing(
    cast: Cast,
    state: ListingState = ListingState.LISTED,
    *,
    hazard_id: int | None = None,
    hazard_state: HazardState = HazardState.RECTIFYING,
    due_on: date | None = None,
    **changes: object,
) -> tuple[int, int]:
    """A listed ticket of the plant in ``state``; returns the ticket's id and the listing's."""
    if state is ListingState.REVIEW_APPLIED:
        hazard_state = HazardState.SUBMITTED
    hazard_id = hazard_id or make_hazard(cast, hazard_state, grade=Grade.MAJOR)
    officer, chief = cast["district_officer"], cast["section_chief"]
    if due_on is not None:
        changes["due_on"] = due_on
    with transaction():
        hazard = queries.get_hazard(hazard_id, officer)
        made = listing.propose(hazard, officer, terms(**changes))
        if state is not ListingState.PROPOSED:
            listing.approve(made, chief)
        if state is ListingState.REVIEW_APPLIED:
            listing.apply(made, cast["safety_manager"], note="Guard fitted, wired, tested")
        made_id = made.id
    return hazard_id, made_id


def load_listing(hazard_id: int, listing_id: int, actor):
    return listing_queries.get_listing(hazard_id, listing_id, actor)
