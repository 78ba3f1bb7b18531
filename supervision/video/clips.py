"""A clip of now, for slices that need one and know nothing of what is said to nodes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from supervision.core import attachments
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.video import node_jobs, removal
from supervision.video.job_models import NodeJob
from supervision.video.models import Camera
from vision import contract
from vision.contract import JobKind

SECONDS = 20.0
# Whoever asked has it by then, or wants it no more.
KEPT = timedelta(days=30)
BATCH = 100


def ask(camera: Camera, actor: Actor, *, note: Mapping[str, Any] | None = None) -> NodeJob:
    """Ask the camera's node to record :data:`SECONDS` from now on; raises InvalidInput if it cannot."""
    job = contract.NodeJob("x", JobKind.CLIP, camera.uid, seconds=SECONDS)
    return node_jobs.ask(camera, actor, job, note=note)


def forget_old(now: datetime) -> int:
    """Let go of clips of a month ago, so many at once; those that nobody else holds are removed.

    Returns how many were let go.
    """
    stmt = (
        visible(NodeJob, SYSTEM)
        .where(NodeJob.kind == JobKind.CLIP, NodeJob.ended_at < now - KEPT)
        .where(NodeJob.attachment_id.is_not(None))
        .order_by(NodeJob.id)
        .limit(BATCH)
    )
    jobs = db.session.scalars(stmt).all()
    ids = {job.attachment_id for job in jobs if job.attachment_id is not None}
    held = removal.referred(ids, {NodeJob.__table__.c.attachment_id})
    for job in jobs:
        gone, job.attachment = job.attachment, None
        db.session.flush()
        if gone is not None and gone.id not in held:
            attachments.forget(gone)
    return len(jobs)
