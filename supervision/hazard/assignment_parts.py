"""The form that assigns a ticket, with its proposals; what the ticket says of them afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from supervision.account import queries as accounts
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.hazard import assignment, forms
from supervision.hazard.assignment import Person
from supervision.hazard.assignment_labels import person_reason, reason
from supervision.hazard.assignment_models import AssignmentChoice
from supervision.hazard.assignment_rules import Duty, Proposal
from supervision.hazard.models import Hazard


@dataclass(frozen=True, slots=True)
class Offer:
    """What is proposed for a ticket; no officers where an enterprise assigns its own."""

    officers: Sequence[Proposal]
    person: Person


def offer(hazard: Hazard, actor: Actor) -> Offer:
    """Officers best first, and the enterprise's person."""
    officers = assignment.propose_officers(hazard.enterprise, Duty.HAZARD, clock.today(), actor)
    return Offer(officers, assignment.propose_person(hazard))


def empty_form(hazard: Hazard, actor: Actor) -> forms.AssignForm:
    """The form with the proposal chosen."""
    found = offer(hazard, actor)
    best = str(found.officers[0].candidate.id) if found.officers else None
    form = forms.AssignForm(formdata=None, responsible_person=found.person.name, officer_id=best)
    return fit(form, hazard, found)


def fit(form: forms.AssignForm, hazard: Hazard, found: Offer) -> forms.AssignForm:
    """Give a form its choices and the reasons beside them."""
    form.responsible_person.description = person_reason(found.person)
    form.people = [
        name for names in assignment.people_of(hazard.enterprise_id).values() for name in names
    ]
    if not found.officers:
        del form.officer_id
        return form
    form.officer_id.choices = [("", "—")] + [
        (str(p.candidate.id), f"{p.candidate.name} ({p.candidate.load})") for p in found.officers
    ]
    form.officer_id.description = reason(found.officers[0])
    return form


def part(hazard: Hazard, actor: Actor) -> dict[str, Any]:
    """Who has the ticket in the authority; for regulators what was proposed and chosen."""
    name = ""
    if hazard.officer_id is not None:
        name = accounts.names({hazard.officer_id}).get(hazard.officer_id, "")
    return {"officer": name, "choice": last_choice(hazard, actor)}


def last_choice(hazard: Hazard, actor: Actor) -> AssignmentChoice | None:
    if not actor.is_regulator or hazard.due_on is None:
        return None
    return next(iter(assignment.choices_of(hazard, actor)), None)
