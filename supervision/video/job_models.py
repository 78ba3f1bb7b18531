"""What nodes are asked to do once, and the live pictures that somebody looks at."""

from __future__ import annotations

import secrets
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    and_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import Base, JsonValue, LongId, code_of
from supervision.enterprise.models import OwnedByEnterprise, owned_filter
from supervision.video.models import Camera
from vision.contract import JobKind


class JobState(StrEnum):
    WAITING = "waiting"
    TAKEN = "taken"
    DONE = "done"
    FAILED = "failed"


class NodeJob(OwnedByEnterprise, Base):
    """One thing that a node is asked to do. ``asked`` is the contract's NodeJob.

    A taken job whose lease has run out is given out again, three times at most: a worker that is
    killed in the middle loses nothing.
    """

    __tablename__ = "node_job"
    __table_args__ = (
        CheckConstraint("(status IN ('done', 'failed')) = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint("status <> 'taken' OR lease_until IS NOT NULL", name="taken_has_lease"),
        Index("ix_node_job_node_id_status", "node_id", "status"),
        Index("ix_node_job_created_at", "created_at"),
    )

    uid: Mapped[str] = mapped_column(String(32), unique=True, default=lambda: secrets.token_hex(16))
    kind: Mapped[JobKind] = mapped_column(code_of(JobKind))
    node_id: Mapped[int] = mapped_column(ForeignKey("vision_node.id"))
    camera_id: Mapped[int] = mapped_column(ForeignKey("camera.id"), index=True)
    violation_id: Mapped[int | None] = mapped_column(LongId, ForeignKey("violation.id"), index=True)
    asked: Mapped[dict[str, Any]] = mapped_column(JsonValue)
    # What the asker wants to know again, such as the rules that a replay was about.
    note: Mapped[dict[str, Any]] = mapped_column(JsonValue, default=dict)
    status: Mapped[JobState] = mapped_column(code_of(JobState), default=JobState.WAITING)
    tries: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    # None: the system asked.
    created_by_id: Mapped[int | None] = mapped_column(index=True)
    created_by: Mapped[str] = mapped_column(String(40), default="")
    ended_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(Text, default="")
    # The contract's JobResult.
    result: Mapped[dict[str, Any]] = mapped_column(JsonValue, default=dict)
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)

    camera: Mapped[Camera] = relationship(lazy="raise_on_sql")
    attachment: Mapped[Attachment | None] = relationship(lazy="joined")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        if actor.node_id is not None:
            return and_(cls.node_id == actor.node_id, cls.is_of_camera_s_node())
        return owned_filter(cls.enterprise_id, actor)  # type: ignore[arg-type]

    @classmethod
    def is_of_camera_s_node(cls) -> ColumnElement[bool]:
        """The camera is still its node's: who has lost it has no business with its files."""
        of_node = (Camera.id == cls.camera_id, Camera.node_id == cls.node_id)
        return select(Camera.id).where(*of_node).correlate(cls).exists()

    @property
    def is_over(self) -> bool:
        return self.status in {JobState.DONE, JobState.FAILED}


class LiveFrame(Base):
    """A camera's newest live picture, and for how long somebody has asked for more of them."""

    __tablename__ = "live_frame"

    camera_id: Mapped[int] = mapped_column(ForeignKey("camera.id"), unique=True)
    wanted_until: Mapped[datetime] = mapped_column(index=True)
    wanted_width: Mapped[int] = mapped_column(default=480)
    every_s: Mapped[float] = mapped_column(default=5.0)
    taken_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    data: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)

    camera: Mapped[Camera] = relationship(lazy="raise_on_sql")
