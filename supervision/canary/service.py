"""Verbs of trials: begin one, promote what it tried, roll it back. Services flush."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from supervision.canary import queries, rules
from supervision.canary.models import Canary, CanaryCamera
from supervision.canary.workflow import CANARY_WORKFLOW
from supervision.core import audit, clock, notices
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db
from supervision.core.errors import Forbidden, InvalidInput
from supervision.core.notices import Audience
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.detector import queries as detectors
from supervision.detector import service as registry
from supervision.detector.models import DetectorModel
from supervision.video import weights
from supervision.video.models import Camera

# The first version of the contract in which a worker runs what it is told to.
SPEAKS_OF_MODELS = 4


def begin(
    model: DetectorModel,
    actor: Actor,
    camera_ids: Collection[int],
    *,
    reason: str,
    until: date | None = None,
) -> Canary:
    """These cameras are judged by ``model`` from now on, to the end of ``until``.

    Raises InvalidInput naming the field, Conflict for a camera that is on another trial.
    """
    if not actor.may(Permission.MODEL_ADMIN):
        raise Forbidden
    if not reason:
        raise InvalidInput(N_("This field is required."), field="reason")
    now = clock.now()
    end = clock.end_of(until) if until else None
    if end is not None and end <= now:
        raise InvalidInput(N_("This day has passed."), field="until")
    against = detectors.active()
    cameras = _cameras(set(camera_ids), actor)
    registry.begin_trial(model, actor, note=reason)
    canary = Canary(
        model_id=model.id,
        against_id=against.id if against else None,
        reason=reason,
        started_at=now,
        started_by_id=actor.id,
        started_by=actor.name,
        until=end,
        cameras=[CanaryCamera(camera_id=camera.id) for camera in cameras],
    )
    db.session.add(canary)
    weights.give(cameras, model, actor)
    audit.record(
        actor,
        "canary.begin",
        canary,
        model=model.label,
        sha256=model.sha256,
        cameras=[camera.id for camera in cameras],
        reason=reason,
        until=until,
    )
    return canary


def _cameras(ids: set[int], actor: Actor) -> list[Camera]:
    if not ids:
        raise InvalidInput(N_("Choose at least one camera."), field="cameras")
    if len(ids) > rules.MOST_CAMERAS:
        raise InvalidInput(
            N_("At most %(count)s cameras at a time."), field="cameras", count=rules.MOST_CAMERAS
        )
    cameras = list(queries.chosen(ids, actor))
    if len(cameras) != len(ids):
        raise InvalidInput(
            N_("One of these cameras is switched off, or there no more."), field="cameras"
        )
    for camera in cameras:
        if camera.node is None or camera.node.speaks < SPEAKS_OF_MODELS:
            raise InvalidInput(
                N_("%(camera)s: its worker is too old to run other weights. Renew it first."),
                field="cameras",
                camera=camera.name,
            )
    return cameras


def promote(
    canary: Canary, actor: Actor, *, note: str = "", seen_active_id: int | None = None
) -> None:
    """What it tried judges every camera from now on. Raises Conflict; see the registry's verb."""
    step = CANARY_WORKFLOW.check("promote", canary, actor)
    registry.promote(canary.model, actor, note=note, seen_active_id=seen_active_id)
    weights.take_back(canary.model, actor)
    canary.status = step.target
    _end(canary, actor, "promote", note)


def roll_back(canary: Canary, actor: Actor, *, note: str = "") -> None:
    """Its cameras are judged by the default again."""
    _give_up(canary, actor, "roll_back", note)


def end_over(canary: Canary, now: datetime) -> bool:
    """End a trial whose last day has passed; whether it has."""
    if canary.until is None or canary.until > now:
        return False
    _give_up(canary, SYSTEM, "end", "")
    _tell("canary.ended", canary)
    return True


def warn(canary: Canary, *, percent: int, before: int) -> None:
    """People hear once that it is clearly worse; what to do about it is theirs."""
    canary.warned_at = clock.now()
    _tell("canary.worse", canary, percent=percent, before=before)
    audit.record(SYSTEM, "canary.worse", canary, percent=percent, before=before)


def _give_up(canary: Canary, actor: Actor, action: str, note: str) -> None:
    step = CANARY_WORKFLOW.check(action, canary, actor)
    weights.take_back(canary.model, actor)
    registry.end_trial(canary.model, actor, note=note)
    canary.status = step.target
    _end(canary, actor, action, note)


def _end(canary: Canary, actor: Actor, action: str, note: str) -> None:
    canary.ended_at, canary.ended_by, canary.ended_note = clock.now(), actor.name, note
    audit.record(actor, f"canary.{action}", canary, model=canary.model.label, note=note)


def _tell(kind: str, canary: Canary, **params: Any) -> None:
    notices.queue(
        kind,
        Audience.ADMINISTRATORS,
        None,
        link=f"/model-trials/{canary.id}",
        model=canary.model.label,
        **params,
    )
