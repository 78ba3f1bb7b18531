"""A clip of now, for slices that need one and know nothing of what is said to nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from supervision.core.actor import Actor
from supervision.video import node_jobs
from supervision.video.job_models import NodeJob
from supervision.video.models import Camera
from vision import contract
from vision.contract import JobKind

SECONDS = 20.0


def ask(camera: Camera, actor: Actor, *, note: Mapping[str, Any] | None = None) -> NodeJob:
    """Ask the camera's node to record :data:`SECONDS` from now on; raises InvalidInput if it cannot."""
    job = contract.NodeJob("x", JobKind.CLIP, camera.uid, seconds=SECONDS)
    return node_jobs.ask(camera, actor, job, note=note)
