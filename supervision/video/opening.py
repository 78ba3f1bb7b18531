"""What a confirmed violation does: opens a ticket, or joins the open one of its merge key."""

from __future__ import annotations

from sqlalchemy import select

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import Conflict
from supervision.core.scope import unscoped
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.hazard import queries as hazard_queries
from supervision.hazard import service as hazards
from supervision.hazard.models import Hazard
from supervision.hazard.rules import Source
from supervision.video import queries
from supervision.video.findings import meaning_of
from supervision.video.models import Camera, Violation


def claim(violation_id: int, actor: Actor) -> Violation:
    """Lock the camera, then the violation, and read both afresh. Raises NotFound out of scope."""
    camera_id = queries.get_violation(violation_id, actor).camera_id
    # NO KEY UPDATE: the intake's inserts, which refer to the camera, need not wait.
    lock = select(Camera).where(Camera.id == camera_id).with_for_update(key_share=True, of=Camera)
    db.session.scalars(unscoped(lock, reason="the violation's camera, seen just now")).one()
    return queries.get_violation(violation_id, actor, for_update=True)


def open_or_join(violation: Violation, actor: Actor, note: str = "") -> Hazard:
    """The ticket that it has from now on. The caller holds the camera's lock and has decided it.

    Raises Conflict where its files were removed before anybody looked: nothing shows it any more.
    """
    if violation.evidence and all(one.removed_at is not None for one in violation.evidence):
        raise Conflict(
            N_("Its evidence was removed for want of room: it can only be rejected as unclear.")
        )
    hazard = open_ticket(violation, actor)
    if hazard is None:
        return _open(violation, actor, note)
    hazards.add_evidence(hazard, actor, _files(violation), note or _sighting(violation))
    return hazard


def open_ticket(violation: Violation, actor: Actor) -> Hazard | None:
    """The open ticket of its camera, rule and zone."""
    return hazard_queries.open_by_merge_key(violation.merge_key, actor)


def _open(violation: Violation, actor: Actor, note: str) -> Hazard:
    meaning = meaning_of(violation.rule_kind)
    enterprise: Enterprise = violation.enterprise
    finding = hazards.Finding(
        source=Source.VIDEO,
        # A node's clock may run ahead; nothing is found before it was told of.
        found_at=min(violation.started_at, violation.received_at),
        place=violation.camera.place,
        description="\n".join(filter(None, (meaning.finding, _sighting(violation), note))),
        factor=meaning.factor,
        category=meaning.category,
        basis=meaning.basis,
        merge_key=violation.merge_key,
        evidence=_files(violation),
    )
    return hazards.report(enterprise, actor, finding)


def _sighting(violation: Violation) -> str:
    """Camera, zone and time, in figures and names: the same in every language."""
    at = violation.started_at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    where = " / ".join(filter(None, (violation.camera.name, violation.zone_name)))
    return f"{where} {at}"


def _files(violation: Violation) -> list[Attachment]:
    found = (violation.snapshot, violation.clip)
    return [e.attachment for e in found if e is not None and e.attachment is not None]
