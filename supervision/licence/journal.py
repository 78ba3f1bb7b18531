"""The history of a licence, and whom a step concerns: what every verb of this slice writes."""

from __future__ import annotations

from supervision.core import audit, clock, notices
from supervision.core.actor import Actor, ActorKind
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.notices import Audience
from supervision.licence.models import Licence, LicenceEvent, LicenceFile
from supervision.licence.rules import FileKind
from supervision.licence.workflow import LicenceState

MOST_FILES = 20


def log(
    licence: Licence,
    actor: Actor,
    action: str,
    before: LicenceState | None,
    *,
    note: str = "",
    **data: object,
) -> None:
    """The licence's own history and the audit trail, in one go."""
    plain = {key: str(value) for key, value in data.items() if value not in (None, "")}
    db.session.add(
        LicenceEvent(
            licence_id=licence.id,
            enterprise_id=licence.enterprise_id,
            action=action,
            from_status=before,
            to_status=licence.status,
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
        f"licence.{action}",
        licence,
        enterprise_id=licence.enterprise_id,
        number=licence.number,
        before=before,
        after=licence.status,
        note=note,
        **plain,
    )


def attach(licence: Licence, files: list[Attachment], kind: FileKind) -> None:
    """Link files to the licence; who sees the licence sees them."""
    for attachment in files:
        db.session.add(LicenceFile(licence_id=licence.id, attachment_id=attachment.id, kind=kind))


def tell_other_side(licence: Licence, actor: Actor, kind: str) -> None:
    by_regulator = actor.is_regulator and actor.kind is not ActorKind.SYSTEM
    tell(licence, actor, kind, Audience.ENTERPRISE_PEOPLE if by_regulator else Audience.SUPERVISORS)


def tell(licence: Licence, actor: Actor, kind: str, audience: Audience) -> None:
    notices.queue(
        kind,
        audience,
        licence.enterprise_id,
        link=f"/licences/{licence.id}",
        but_not=actor.id,
        number=licence.number,
        type=licence.type.name,
    )
