"""GB/T 28181 platforms and the channels in their trees."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    select,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core.actor import Actor
from supervision.core.db import Base, JsonValue, Versioned, code_of
from supervision.core.permissions import Permission
from supervision.video.gb_codes import Address
from supervision.video.models import Camera, VisionNode


class PlatformTask(StrEnum):
    """What the job was asked to do with a platform, and has not ended."""

    CHECK = "check"
    IMPORT = "import"


class VideoPlatform(Versioned, Base):
    """A platform with a wvp-compatible API. What a job finds is written past the ORM's version."""

    __tablename__ = "video_platform"
    __table_args__ = (
        CheckConstraint("(task IS NULL) = (task_at IS NULL)", name="task_has_time"),
        CheckConstraint("cursor IS NULL OR task = 'import'", name="cursor_of_import"),
        Index("ix_video_platform_task", "task"),
    )

    uid: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    base_url: Mapped[str] = mapped_column(String(300))
    api_key: Mapped[str] = mapped_column(Text, default="")  # encrypted, see core.crypto
    # Proposed for cameras that are made of its channels.
    node_id: Mapped[int | None] = mapped_column(ForeignKey("vision_node.id"))
    created_at: Mapped[datetime]

    task: Mapped[PlatformTask | None] = mapped_column(code_of(PlatformTask))
    task_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    # Where an import goes on: {"page": of the devices, "device": done until this one, "part": page}.
    cursor: Mapped[dict[str, Any] | None] = mapped_column(JsonValue)
    # Which import is the newest: a channel with an older one has not been seen in it.
    run: Mapped[int] = mapped_column(default=0)
    run_at: Mapped[datetime | None]

    # The last time that it was asked anything; "" as problem: it answered.
    asked_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(String(40), default="")
    problem_detail: Mapped[str] = mapped_column(String(300), default="")
    imported_at: Mapped[datetime | None]
    # Of the last import: devices, channels, new, renamed, gone, refused.
    counts: Mapped[dict[str, int]] = mapped_column(JsonValue, default=dict)
    # Its first rows that could not be read: {"device", "channel", "problem"}.
    refused: Mapped[list[dict[str, str]]] = mapped_column(JsonValue, default=list)

    node: Mapped[VisionNode | None] = relationship(lazy="raise_on_sql")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """A node sees those that its cameras come from; of people whoever administers nodes."""
        if actor.node_id is not None:
            mine = (
                select(PlatformChannel.platform_id)
                .join(Camera, Camera.id == PlatformChannel.camera_id)
                .where(Camera.node_id == actor.node_id)
            )
            return cls.id.in_(mine)
        return true() if actor.may(Permission.NODE_ADMIN) else false()


class PlatformChannel(Base):
    """One channel of a device of a platform. Never deleted by an import, only marked as gone."""

    __tablename__ = "platform_channel"
    __table_args__ = (
        UniqueConstraint("platform_id", "device_id", "channel_id"),
        CheckConstraint("length(device_id) = 20 AND length(channel_id) = 20", name="codes"),
        CheckConstraint("name_before = '' OR renamed_at IS NOT NULL", name="renamed_has_time"),
        Index("ix_platform_channel_platform_id_run", "platform_id", "run"),
    )

    platform_id: Mapped[int] = mapped_column(ForeignKey("video_platform.id"))
    device_id: Mapped[str] = mapped_column(String(20))
    channel_id: Mapped[str] = mapped_column(String(20))
    device_name: Mapped[str] = mapped_column(String(120), default="")
    name: Mapped[str] = mapped_column(String(120))
    name_before: Mapped[str] = mapped_column(String(120), default="")
    renamed_at: Mapped[datetime | None]
    # As the platform gives them: a node of its tree, a division of GB/T 2260 in 2 to 8 digits.
    parent_id: Mapped[str] = mapped_column(String(50), default="")
    civil_code: Mapped[str] = mapped_column(String(20), default="")
    # The division that is proposed: by the civil code, else by the channel's own code.
    region_code: Mapped[str] = mapped_column(String(9), default="")
    is_online: Mapped[bool] = mapped_column(default=False)
    ptz: Mapped[int | None]
    first_seen_at: Mapped[datetime]
    # None: known only because somebody wrote its address into a camera.
    seen_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]
    run: Mapped[int] = mapped_column(default=0)
    # A channel is one camera's at most; a camera may have one for each of its two streams.
    camera_id: Mapped[int | None] = mapped_column(ForeignKey("camera.id"), index=True)

    platform: Mapped[VideoPlatform] = relationship(lazy="raise_on_sql")
    camera: Mapped[Camera | None] = relationship(lazy="raise_on_sql")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        return true() if actor.may(Permission.NODE_ADMIN) else false()

    def address(self, platform_uid: str) -> str:
        return str(Address(platform_uid, self.device_id, self.channel_id))
