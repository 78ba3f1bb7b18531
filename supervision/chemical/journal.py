"""What every verb of this slice writes: the unit's history, the audit trail, notices."""

from __future__ import annotations

from typing import Any

from supervision.chemical.models import ChemicalEvent, ChemicalUnit
from supervision.core import audit, clock, notices
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.notices import Audience


def log(
    unit: ChemicalUnit,
    actor: Actor,
    action: str,
    subject: Any,
    *,
    about: str = "",
    note: str = "",
    **data: object,
) -> None:
    """The unit's own history and the audit trail, in one go; ``subject`` is the row changed."""
    db.session.flush()
    db.session.add(
        ChemicalEvent(
            unit_id=unit.id,
            enterprise_id=unit.enterprise_id,
            action=action,
            subject=about or unit.name,
            note=note,
            at=clock.now(),
            actor_id=actor.id,
            actor_name=actor.name,
        )
    )
    audit.record(
        actor,
        f"chemical.{action}",
        subject,
        enterprise_id=unit.enterprise_id,
        unit=unit.name,
        note=note,
        **{key: str(value) for key, value in data.items() if value is not None},
    )


def tell_enterprise(unit: ChemicalUnit, actor: Actor, kind: str, link: str, **data: object) -> None:
    _tell(Audience.ENTERPRISE_PEOPLE, unit, actor, kind, link=link, **data)


def tell_supervisors(
    unit: ChemicalUnit, actor: Actor, kind: str, link: str, **data: object
) -> None:
    _tell(Audience.SUPERVISORS, unit, actor, kind, link=link, **data)


def _tell(
    audience: Audience, unit: ChemicalUnit, actor: Actor, kind: str, *, link: str, **data: object
) -> None:
    notices.queue(
        kind, audience, unit.enterprise_id, link=link, but_not=actor.id, unit=unit.name, **data
    )
