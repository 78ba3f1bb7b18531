"""Verdicts on what a camera saw, and data sets of them."""

from __future__ import annotations

from datetime import timedelta

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db, transaction
from supervision.dataset import queries, service
from supervision.dataset.models import TrainingSet
from supervision.dataset.rules import Choice
from supervision.video import service as reviews
from supervision.video.rules import RejectReason
from tests.cast import Cast
from tests.factories.models import seeded
from tests.factories.video import Node, make_violation

COLOURS = ("red", "green", "blue", "yellow", "purple", "brown", "pink", "gray", "navy", "olive")


def a_verdict(
    cast: Cast, node: Node, camera_id: int, reason: RejectReason | None = None, **changes: object
) -> int:
    """The id of a violation that a person confirmed, or rejected for ``reason``."""
    ident = make_violation(node, camera_id, **changes)
    with transaction():
        if reason is None:
            reviews.confirm(ident, cast["video_operator"])
        else:
            reviews.reject(ident, cast["video_operator"], reason=reason, note="seen")
    return ident


def all_of_them() -> Choice:
    today = clock.today()
    return Choice(today - timedelta(days=30), today)


def asked(actor: Actor, name: str = "Autumn", choice: Choice | None = None) -> int:
    """The id of a data set that waits."""
    seeded()
    with transaction():
        return service.ask(actor, name, "Fewer false alarms", choice or all_of_them()).id


def the_set(set_id: int, actor: Actor) -> TrainingSet:
    """As the database holds it now."""
    db.session.rollback()
    return queries.get_set(set_id, actor)


def a_dataset(cast: Cast) -> dict[str, int]:
    """The id of one that was cancelled, as an address names it: only one may wait at a time."""
    actor = cast["administrator"]
    set_id = asked(actor)
    with transaction():
        service.cancel(queries.get_set(set_id, actor, for_update=True), actor)
    return {"dataset.set_id": set_id}
