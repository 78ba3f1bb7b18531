"""Changed rules that were tried on a stored clip."""

from __future__ import annotations

from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.video import equipment, queries, replays
from tests.factories.video import Node


def a_trial(node: Node, camera_id: int, violation_id: int) -> dict[str, int]:
    """The id of a trial that its node has not begun, as addresses name it."""
    with transaction():
        # A node that was heard: its worker is of today.
        queries.get_node(node.id, SYSTEM).speaks = 3
        camera = queries.get_camera(camera_id, SYSTEM)
        spec = equipment.spec_of(camera)
        job = replays.start(camera, SYSTEM, spec, [violation_id])
        return {"camera_trial.job_id": job.id}
