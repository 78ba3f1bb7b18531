"""Reads of what cameras saw besides one violation's own files. Every one starts at ``visible()``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.orm import joinedload, selectinload

from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.video.models import Camera, Violation, ViolationEvidence
from vision.contract import EvidenceKind


def also_seen(violation: Violation, actor: Actor, limit: int) -> Sequence[Violation]:
    """What was filed under this one, with camera and files: the earliest first."""
    stmt = (
        visible(Violation, actor)
        .where(Violation.duplicate_of_id == violation.id)
        .options(joinedload(Violation.camera), selectinload(Violation.evidence))
        .order_by(Violation.started_at, Violation.id)
        .limit(limit)
    )
    return db.session.scalars(stmt).unique().all()


def count_also_seen(violation: Violation, actor: Actor) -> int:
    """How many were filed under this one."""
    stmt = visible(Violation, actor, func.count(Violation.id))
    return db.session.scalar(stmt.where(Violation.duplicate_of_id == violation.id)) or 0


@dataclass(frozen=True, slots=True)
class LastPicture:
    """The newest stored picture of a camera: its violation and key, of an instant, its size."""

    violation_id: int
    key: str
    at: datetime
    width: int | None
    height: int | None


def last_picture(camera: Camera, actor: Actor) -> LastPicture | None:
    """A worker sends pictures with violations only, so that is the newest one there is."""
    stmt = (
        visible(
            Violation,
            actor,
            Violation.id,
            ViolationEvidence.key,
            func.coalesce(Violation.snapshot_at, Violation.started_at),
            Violation.frame_width,
            Violation.frame_height,
        )
        .join(ViolationEvidence, ViolationEvidence.violation_id == Violation.id)
        .where(Violation.camera_id == camera.id)
        .where(ViolationEvidence.kind == EvidenceKind.SNAPSHOT)
        .where(ViolationEvidence.attachment_id.is_not(None))
        .order_by(Violation.started_at.desc(), Violation.id.desc())
        .limit(1)
    )
    row = db.session.execute(stmt).first()
    return LastPicture(*row) if row else None
