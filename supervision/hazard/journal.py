"""The history of a ticket, and whom a step concerns: what every verb of this slice writes."""

from __future__ import annotations

from supervision.core import audit, clock, notices
from supervision.core.actor import Actor, Side
from supervision.core.db import db
from supervision.core.notices import Audience
from supervision.hazard.models import Hazard, HazardEvent
from supervision.hazard.workflow import HazardState


def log(
    hazard: Hazard,
    actor: Actor,
    action: str,
    before: HazardState | None,
    *,
    note: str = "",
    **data: object,
) -> None:
    """The ticket's own history and the audit trail, in one go."""
    plain = {key: str(value) for key, value in data.items() if value is not None}
    db.session.add(
        HazardEvent(
            hazard_id=hazard.id,
            action=action,
            from_status=before,
            to_status=hazard.status,
            at=clock.now(),
            actor_id=actor.id,
            actor_name=actor.name,
            actor_side=actor.side,
            note=note,
            data=plain,
        )
    )
    audit.record(
        actor,
        f"hazard.{action}",
        hazard,
        enterprise_id=hazard.enterprise_id,
        number=hazard.number,
        before=before,
        after=hazard.status,
        note=note,
        **plain,
    )


def tell_enterprise(hazard: Hazard, actor: Actor, kind: str) -> None:
    _tell(hazard, actor, kind, Audience.ENTERPRISE_PEOPLE)


def tell_raising_side(hazard: Hazard, actor: Actor, kind: str) -> None:
    to_regulator = hazard.raised_side is Side.REGULATOR
    audience = Audience.SUPERVISORS if to_regulator else Audience.ENTERPRISE_PEOPLE
    _tell(hazard, actor, kind, audience)


def tell_other_side(hazard: Hazard, actor: Actor, kind: str) -> None:
    by_regulator = actor.side is Side.REGULATOR
    audience = Audience.ENTERPRISE_PEOPLE if by_regulator else Audience.SUPERVISORS
    _tell(hazard, actor, kind, audience)


def _tell(hazard: Hazard, actor: Actor, kind: str, audience: Audience) -> None:
    notices.queue(
        kind,
        audience,
        hazard.enterprise_id,
        link=f"/hazards/{hazard.id}",
        but_not=actor.id,
        number=hazard.number,
        place=hazard.place,
        due_on=hazard.due_on or "",
    )
