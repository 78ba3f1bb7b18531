"""What happened, written where it is read: the audit trail, and the file's own story."""

from __future__ import annotations

from typing import Any

from supervision.core import audit, clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.people.models import PeopleEvent, Person, PersonCertificate
from supervision.people.training_models import TrainingSession


def log(
    actor: Actor,
    action: str,
    subject: Person | PersonCertificate | TrainingSession,
    *,
    note: str = "",
    **data: Any,
) -> None:
    """Audit ``people.<action>`` and tell it in the timeline; ``data`` holds no personal numbers."""
    audit.record(actor, f"people.{action}", subject, note=note, **data)
    db.session.add(
        PeopleEvent(
            enterprise_id=subject.enterprise_id,
            at=clock.now(),
            action=action,
            person_id=_person_id(subject),
            certificate_id=subject.id if isinstance(subject, PersonCertificate) else None,
            session_id=subject.id if isinstance(subject, TrainingSession) else None,
            actor_id=actor.id,
            actor_name=actor.name,
            note=note,
        )
    )


def _person_id(subject: Person | PersonCertificate | TrainingSession) -> int | None:
    if isinstance(subject, Person):
        return subject.id
    return subject.person_id if isinstance(subject, PersonCertificate) else None
