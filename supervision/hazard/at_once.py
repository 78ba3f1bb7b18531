"""A general hazard that its own enterprise found and has made good already, in one step.

Order 16, art. 15: a general hazard is rectified at once by whoever is in charge there. The ticket
still goes through every step, each on its history; somebody else of the enterprise accepts it.
"""

from __future__ import annotations

from decimal import Decimal

from supervision.core import clock
from supervision.core.actor import Actor, Side
from supervision.core.attachments import Attachment
from supervision.core.errors import Conflict
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.hazard import service
from supervision.hazard.models import Hazard
from supervision.hazard.rules import Grade
from supervision.hazard.workflow import HAZARD_WORKFLOW, HazardState

NEEDED = (Permission.HAZARD_ASSIGN, Permission.HAZARD_RECTIFY)


def is_offered(hazard: Hazard, actor: Actor) -> bool:
    """Nobody has taken a step yet, and this person may take all of them."""
    return (
        hazard.status is HazardState.REPORTED
        and actor.side is Side.ENTERPRISE
        and "grade" in HAZARD_WORKFLOW.names(hazard, actor)
        and all(actor.may(permission) for permission in NEEDED)
    )


def rectify(
    hazard: Hazard,
    actor: Actor,
    *,
    note: str,
    photos: list[Attachment],
    funds_spent: Decimal | None = None,
) -> None:
    """Graded as general, taken on, made good and handed in, today and by this person.

    Raises Conflict where somebody was first, InvalidInput without words or photos.
    """
    if not is_offered(hazard, actor):
        raise Conflict(N_("Somebody has taken this hazard on already: go on with its steps."))
    service.grade(hazard, actor, grade=Grade.GENERAL)
    service.assign(hazard, actor, responsible_person=actor.name, due_on=clock.today())
    service.start(hazard, actor, measures=note)
    service.submit(hazard, actor, note=note, photos=photos, funds_spent=funds_spent)
