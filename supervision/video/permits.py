"""Verbs of permits: a span in which a rule is lifted, or alone is on; one at a time, with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from supervision.core import audit, clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.video import ticket_queries
from supervision.video.models import Camera
from supervision.video.ticket_models import CameraPermit
from vision.contract import MAX_WINDOWS, WindowEffect

# A rule that is off for longer is better taken off the camera, where everybody sees it.
LONGEST = timedelta(days=31)
MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class PermitSpec:
    """All that a person says of a permit; instants in UTC."""

    rule_id: str
    effect: WindowEffect
    starts_at: datetime
    ends_at: datetime
    reason: str


def add(camera: Camera, actor: Actor, spec: PermitSpec) -> CameraPermit:
    """Let the permit count from now on. Raises InvalidInput naming the field."""
    _check_right(actor)
    _check(camera, spec)
    permit = CameraPermit(
        camera_id=camera.id,
        enterprise_id=camera.enterprise_id,
        rule_id=spec.rule_id,
        effect=spec.effect,
        starts_at=spec.starts_at,
        ends_at=spec.ends_at,
        reason=spec.reason,
        created_at=clock.now(),
        created_by_id=actor.id,
        created_by=actor.name,
    )
    db.session.add(permit)
    audit.record(
        actor,
        "video.permit_add",
        permit,
        camera_id=camera.id,
        rule_id=spec.rule_id,
        effect=spec.effect,
        starts_at=spec.starts_at.isoformat(),
        ends_at=spec.ends_at.isoformat(),
        reason=spec.reason,
    )
    return permit


def remove(permit: CameraPermit, actor: Actor) -> None:
    """It counts no longer; the row stays, with who took it away."""
    _check_right(actor)
    if permit.removed_at is not None:
        raise Conflict
    permit.removed_at = clock.now()
    permit.removed_by_id, permit.removed_by = actor.id, actor.name
    audit.record(actor, "video.permit_remove", permit, camera_id=permit.camera_id)


def _check_right(actor: Actor) -> None:
    if not actor.may(Permission.CAMERA_EDIT):
        raise Forbidden


def _check(camera: Camera, spec: PermitSpec) -> None:
    if spec.rule_id not in {rule.rule_id for rule in camera.rule_list}:
        raise InvalidInput(N_("Choose one of the list."), field="rule_id")
    if spec.ends_at <= spec.starts_at:
        raise InvalidInput(N_("The end lies before the start."), field="ends_at")
    if spec.ends_at <= clock.now():
        raise InvalidInput(N_("This has passed."), field="ends_at")
    if spec.ends_at - spec.starts_at > LONGEST:
        raise InvalidInput(
            N_("At most %(days)s days. Take the rule off the camera instead."),
            field="ends_at",
            days=LONGEST.days,
        )
    if not spec.reason:
        raise InvalidInput(N_("This field is required."), field="reason")
    if len(spec.reason) > MAX_REASON:
        raise InvalidInput(N_("At most %(count)s characters."), field="reason", count=MAX_REASON)
    if ticket_queries.count_permits(camera, spec.rule_id) >= MAX_WINDOWS:
        raise InvalidInput(
            N_("This rule has %(count)s permits already. Remove one first."),
            field="rule_id",
            count=MAX_WINDOWS,
        )
