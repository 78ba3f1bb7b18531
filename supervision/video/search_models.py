"""Searches for ONVIF cameras that a node does in its own network."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core.actor import Actor
from supervision.core.db import Base, JsonValue, code_of
from supervision.core.permissions import Permission
from supervision.enterprise.models import OwnedByEnterprise
from supervision.video.job_models import JobState
from supervision.video.models import VisionNode
from vision import contract
from vision.contract import FoundCamera


class CameraSearch(OwnedByEnterprise, Base):
    """One search, and what it found. A node takes it on lease like any other job.

    ``password`` is encrypted, and empty once a day has passed: by then its cameras are added.
    """

    read_permission = Permission.CAMERA_EDIT

    __tablename__ = "camera_search"
    __table_args__ = (
        CheckConstraint("(status IN ('done', 'failed')) = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint("status <> 'taken' OR lease_until IS NOT NULL", name="taken_has_lease"),
        Index("ix_camera_search_node_id_status", "node_id", "status"),
        Index("ix_camera_search_created_at", "created_at"),
    )

    uid: Mapped[str] = mapped_column(String(32), unique=True, default=lambda: secrets.token_hex(16))
    node_id: Mapped[int] = mapped_column(ForeignKey("vision_node.id"))
    seconds: Mapped[float]
    hosts: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    login: Mapped[str] = mapped_column(String(64), default="")
    password: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[JobState] = mapped_column(code_of(JobState), default=JobState.WAITING)
    tries: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int]
    created_by: Mapped[str] = mapped_column(String(40))
    ended_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(Text, default="")
    # The contract's FoundCamera of each.
    found: Mapped[list[dict[str, Any]]] = mapped_column(JsonValue, default=list)

    node: Mapped[VisionNode] = relationship(lazy="raise_on_sql")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        if actor.node_id is not None:
            return cls.node_id == actor.node_id
        return super().visible_to(actor)

    @property
    def is_over(self) -> bool:
        return self.status in {JobState.DONE, JobState.FAILED}

    @property
    def cameras(self) -> tuple[FoundCamera, ...]:
        return tuple(contract.parse(FoundCamera, one) for one in self.found)
