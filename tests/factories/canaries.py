"""Trials of weights, and the verdicts that they are judged by."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from supervision.canary import queries, service
from supervision.canary.models import Canary
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.scope import unscoped
from supervision.detector import queries as detectors
from supervision.video import service as verdicts
from supervision.video.models import VisionNode
from supervision.video.rules import RejectReason
from tests.cast import Cast
from tests.factories.models import a_candidate, model
from tests.factories.video import Node, camera_uid, make_event, violation
from vision.contract import ModelRef


def of_today(node: Node) -> None:
    """Its worker has spoken in the present version of the contract."""
    with transaction():
        stmt = update(VisionNode).where(VisionNode.id == node.id).values(speaks=4)
        db.session.execute(unscoped(stmt, reason="a test's node"))


def begin(model_id: int, *cameras: int, **changes: object) -> int:
    """The id of a running trial."""
    with transaction():
        detectors.lock_registry()
        values = {"reason": "fewer false alarms at the gate", **changes}
        return service.begin(model(model_id), SYSTEM, cameras, **values).id  # type: ignore[arg-type]


def canary(canary_id: int) -> Canary:
    db.session.rollback()
    return queries.get_canary(canary_id, SYSTEM)


def judged(
    cast: Cast,
    node: Node,
    camera_id: int,
    *,
    by: ModelRef,
    at: datetime | None = None,
    right: int = 0,
    wrong: int = 0,
    waiting: int = 0,
) -> None:
    """So many violations that ``by`` told, and what the plant's manager made of them."""
    uid = camera_uid(camera_id)
    for number in range(right + wrong + waiting):
        event = make_event(node, uid, model=by, started_at=at)
        assert node.send(event).status_code == 201
        if number >= right + wrong:
            continue
        ident = violation(event.event_id).id
        with transaction():
            if number < right:
                verdicts.confirm(ident, cast["plant_manager"])
            else:
                wrong_object = RejectReason.WRONG_OBJECT
                verdicts.reject(ident, cast["plant_manager"], reason=wrong_object)


def ref(model_id: int) -> ModelRef:
    found = model(model_id)
    return ModelRef(found.name, found.version, found.sha256)


def a_canary(node: Node, camera_id: int, mark: str) -> dict[str, int]:
    """Ids of a trial that goes on and of its model, as addresses name them."""
    of_today(node)
    model_id = a_candidate(f"9.{mark.lower()}", mark)
    found = begin(model_id, camera_id, reason=f"{mark} trial", until=clock.today())
    return {"canary.canary_id": found, "detector.model_id": model_id}
