"""Copies of evidence to hand out: made by the camera's node, for one person, and kept for a week.

Others' heads are blurred and it says across the picture whose copy it is. Asking for one and
taking it are both in the trail.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from supervision.account.models import Account
from supervision.core import attachments, audit, clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped, visible
from supervision.core.text import N_
from supervision.video import node_jobs
from supervision.video.job_models import JobState, NodeJob
from supervision.video.models import Camera, ViolationEvidence
from supervision.video.subjects import shown_of
from vision import contract
from vision.contract import JobKind, SourceFile

KEPT = timedelta(days=7)
# Waiting at once for one person.
MOST_OPEN = 5
BATCH = 100
_OPEN = (JobState.WAITING, JobState.TAKEN)


def ask(evidence: ViolationEvidence, actor: Actor) -> NodeJob:
    """Have a copy made; of one that the actor waits for already, that one.

    Raises NotFound where the file is not there, InvalidInput where no node can make a copy.
    """
    if not actor.may(Permission.VIDEO_COPY):
        raise Forbidden
    if evidence.attachment_id is None:
        raise NotFound
    waiting: Sequence[NodeJob] = db.session.scalars(
        _own(actor).where(NodeJob.status.in_(_OPEN))
    ).all()
    for job in waiting:
        if job.note.get("key") == evidence.key:
            return job
    if len(waiting) >= MOST_OPEN:
        raise Conflict(N_("Wait until the copies that you asked for are there."))
    violation, mark = evidence.violation, secrets.token_hex(4)
    stmt = select(Camera).where(Camera.id == violation.camera_id)
    camera = db.session.scalars(unscoped(stmt, reason="of a violation that was seen")).one()
    asked = contract.NodeJob(
        "asked",
        JobKind.COPY,
        camera.uid,
        source=SourceFile(
            evidence.kind, evidence.sha256, evidence.size, start_at=evidence.start_at
        ),
        keep=shown_of(violation.rule_kind, violation.boxes, violation.zone_polygon),
        keep_at=violation.snapshot_at,
        watermark=_watermark(actor, violation.id, mark),
    )
    try:
        job = node_jobs.ask(
            camera, actor, asked, violation=violation, note={"key": evidence.key, "mark": mark}
        )
    except InvalidInput as error:
        # No field of a form is to blame: there is none.
        raise Conflict(error.message, **error.params) from None
    audit.record(
        actor,
        "video.copy_ask",
        violation,
        kind=evidence.kind,
        sha256=evidence.sha256,
        mark=mark,
        shown=len(asked.keep),
    )
    return job


def _watermark(actor: Actor, violation_id: int, mark: str) -> str:
    """Who, of what, when (UTC+8), and a word by which the trail finds it. ASCII: it is drawn so."""
    stmt = select(Account.username).where(Account.id == actor.id)
    name = db.session.scalar(unscoped(stmt, reason="the actor's own account")) or ""
    who = name if name.isascii() and name else f"account {actor.id}"
    at = clock.now().astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    return f"{who} #{violation_id} {at} UTC+8 {mark}"[: contract.MAX_WATERMARK]


def _own(actor: Actor) -> Select[Any]:
    """Copies that the actor asked for, of what the actor may still see."""
    return visible(NodeJob, actor).where(
        NodeJob.kind == JobKind.COPY, NodeJob.created_by_id == actor.id
    )


def get_copy(uid: str, actor: Actor) -> NodeJob:
    """One's own copy, camera and node loaded. Raises NotFound for anybody else's."""
    stmt = _own(actor).where(NodeJob.uid == uid)
    stmt = stmt.options(joinedload(NodeJob.camera).joinedload(Camera.node))
    found: NodeJob | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def of_violation(violation_id: int, actor: Actor) -> Sequence[NodeJob]:
    """One's own copies of a violation's files, the newest first."""
    stmt = _own(actor).where(NodeJob.violation_id == violation_id)
    return db.session.scalars(stmt.order_by(NodeJob.id.desc()).limit(10)).all()


def take(job: NodeJob, actor: Actor) -> Attachment:
    """The file, with its line in the trail. Raises NotFound before it is there, and after a week."""
    if not actor.may(Permission.VIDEO_COPY):
        raise Forbidden
    if job.status is not JobState.DONE or job.attachment is None:
        raise NotFound
    audit.record(
        actor,
        "video.copy_take",
        job,
        violation_id=job.violation_id,
        mark=job.note.get("mark", ""),
        sha256=job.attachment.sha256,
    )
    return job.attachment


def until(job: NodeJob) -> datetime | None:
    """How long the copy is kept; None before it is there."""
    return job.ended_at + KEPT if job.ended_at is not None else None


def forget_old(now: datetime) -> int:
    """Copies that were kept for a week go, so many at once; returns how many."""
    stmt = (
        visible(NodeJob, SYSTEM)
        .where(NodeJob.kind == JobKind.COPY, NodeJob.ended_at < now - KEPT)
        .where(NodeJob.attachment_id.is_not(None))
        .order_by(NodeJob.id)
        .limit(BATCH)
    )
    found = db.session.scalars(stmt).all()
    for job in found:
        _forget(job)
    return len(found)


def _forget(job: NodeJob) -> None:
    gone, job.attachment = job.attachment, None
    db.session.flush()
    if gone is not None:
        attachments.forget(gone)
