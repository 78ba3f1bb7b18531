"""The history of weights: one line for each thing that was done with them."""

from __future__ import annotations

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.detector.models import DetectorModel, DetectorStep


def step(model: DetectorModel, actor: Actor, action: str, note: str = "") -> None:
    """Add a line; ``note`` is a person's own words, or a name."""
    db.session.add(
        DetectorStep(
            model_id=model.id,
            action=action,
            at=clock.now(),
            by_id=actor.id,
            by=actor.name,
            note=note,
        )
    )
    db.session.flush()
