"""Verbs of weights: which of them are tried, which judge for everybody, which not any more.

Whatever changes the default first locks the registry, so that of two people who do it at once the
second sees what the first has done. Services flush; the edge commits.
"""

from __future__ import annotations

from supervision.core import audit, clock, notices
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db
from supervision.core.errors import Conflict
from supervision.core.notices import Audience
from supervision.core.text import N_
from supervision.detector import journal, queries
from supervision.detector.models import DetectorModel
from supervision.detector.workflow import DETECTOR_WORKFLOW

MAX_NOTE = 2000
ANOTHER_IS_ACTIVE = N_(
    "Another model has become the default meanwhile. Reload the page, and decide again."
)


def begin_trial(model: DetectorModel, actor: Actor, *, note: str) -> None:
    """Some cameras are going to be judged by it."""
    _move(model, actor, "try", note)


def end_trial(model: DetectorModel, actor: Actor, *, note: str) -> None:
    """A candidate again: it may be tried another time."""
    _move(model, actor, "return", note)


def promote(
    model: DetectorModel, actor: Actor, *, note: str = "", seen_active_id: int | None = None
) -> None:
    """It judges every camera from now on; what did so before is kept.

    ``seen_active_id``: the default that the person saw. Raises Conflict where it is another now.
    """
    _become_default(model, actor, "promote", note, seen_active_id)


def roll_back(model: DetectorModel, actor: Actor, *, note: str = "") -> DetectorModel:
    """The default before ``model`` is the default again; returns it."""
    queries.lock_registry()
    db.session.refresh(model)
    previous = queries.by_id(model.previous_id)
    if previous is None:
        raise Conflict(N_("There was no other model before this one."))
    DETECTOR_WORKFLOW.check("retire", model, actor)
    before = previous.previous_id
    _become_default(previous, actor, "restore", note, model.id)
    # It goes back to where it once came from, not forward to what was just left.
    previous.previous_id = before
    db.session.flush()
    return previous


def withdraw(model: DetectorModel, actor: Actor, *, reason: str) -> None:
    """It is not going to be tried."""
    DETECTOR_WORKFLOW.check("withdraw", model, actor, {"reason": reason})
    model.withdrawn_reason = reason
    _move(model, actor, "withdraw", reason, {"reason": reason})


def reconsider(model: DetectorModel, actor: Actor) -> None:
    """A candidate again. Raises Conflict for the one to which the next roll back leads."""
    if queries.leads_back_to(model):
        raise Conflict(N_("A roll back leads to this model: roll back instead."))
    model.withdrawn_reason = ""
    _move(model, actor, "reconsider", "")


def tell_of_damage(model: DetectorModel) -> None:
    """Its stored bytes are not what was registered: nobody gets them, the administrators know."""
    if model.damaged_at is not None:
        return
    model.damaged_at = clock.now()
    journal.step(model, SYSTEM, "damaged")
    audit.record(SYSTEM, "detector.damaged", model, sha256=model.sha256)
    notices.queue(
        "detector.damaged",
        Audience.ADMINISTRATORS,
        None,
        link=f"/models/{model.id}",
        name=model.label,
    )


def _become_default(
    model: DetectorModel, actor: Actor, action: str, note: str, seen_active_id: int | None
) -> None:
    queries.lock_registry()
    db.session.refresh(model)
    step = DETECTOR_WORKFLOW.check(action, model, actor)
    former = queries.active()
    if seen_active_id is not None and (former.id if former else None) != seen_active_id:
        raise Conflict(ANOTHER_IS_ACTIVE)
    if former is not None:
        _move(former, actor, "retire", model.label)
        # The unique index allows one: the old one goes first.
        db.session.flush()
        model.previous_id = former.id
    model.status, model.activated_at = step.target, clock.now()
    journal.step(model, actor, action, note)
    audit.record(
        actor,
        f"detector.{action}",
        model,
        name=model.label,
        sha256=model.sha256,
        former=former.label if former else "",
        note=note,
    )


def _move(
    model: DetectorModel,
    actor: Actor,
    action: str,
    note: str,
    data: dict[str, object] | None = None,
) -> None:
    step = DETECTOR_WORKFLOW.check(action, model, actor, data)
    model.status = step.target
    journal.step(model, actor, action, note)
    audit.record(actor, f"detector.{action}", model, name=model.label, note=note)
