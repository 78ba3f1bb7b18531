"""What the ticket and the menu show of listed supervision."""

from __future__ import annotations

from typing import Any

from supervision.core.actor import Actor
from supervision.core.web.forms import Form
from supervision.hazard import listing, listing_forms, listing_labels, listing_queries
from supervision.hazard.listing_workflow import LISTING_WORKFLOW, PENDING
from supervision.hazard.models import Hazard

STEP_FORMS: dict[str, type[Form]] = {
    "approve": listing_forms.ApproveForm,
    "refuse": listing_forms.ReasonForm,
    "withdraw": listing_forms.ReasonForm,
    "apply": listing_forms.ApplyForm,
    "pass": listing_forms.PassForm,
    "fail": listing_forms.FailForm,
    "revoke": listing_forms.ReasonForm,
}


def part(hazard: Hazard, actor: Actor, failed: str, form: Form | None) -> dict[str, Any]:
    """The ticket's listings with a form for each step that ``actor`` may take now."""
    known = listing_queries.of_hazard(hazard.id, actor)
    current = next((item for item in known if item.status in PENDING), None)
    found: dict[str, Form] = {}
    if listing.may_propose(hazard, actor):
        found["propose"] = listing_forms.ProposeForm(formdata=None)
    if current is not None:
        for step in LISTING_WORKFLOW.available(current, actor):
            found[step.name] = STEP_FORMS[step.name](formdata=None)
    name = failed.removeprefix("listing-")
    if failed.startswith("listing-") and name in found and form is not None:
        found[name] = form
    for key, one in found.items():
        one.mark(f"listing-{key}")
    return {"known": known, "current": current, "forms": found, "labels": listing_labels}


def badge(actor: Actor) -> int:
    """How many overdue listings, beside the menu's line."""
    return listing_queries.overdue_count(actor, cap=100)
