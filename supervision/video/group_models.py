"""The groups of a node that is a cluster: each speaks for its own cameras."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import Base, JsonValue
from supervision.core.scope import visible
from supervision.video import rules
from supervision.video.models import VisionNode
from supervision.video.rules import NodeState
from vision import contract
from vision.contract import DetectorHealth, StorageHealth


class VisionGroup(Base):
    """A group as it last reported; where it runs may change at any time."""

    __tablename__ = "vision_group"
    __table_args__ = (UniqueConstraint("node_id", "name"),)

    node_id: Mapped[int] = mapped_column(ForeignKey("vision_node.id"))
    name: Mapped[str] = mapped_column(String(40))
    machine: Mapped[str] = mapped_column(String(80))
    # By our clock; ``skew_s`` is its machine's minus ours.
    last_seen_at: Mapped[datetime] = mapped_column(index=True)
    skew_s: Mapped[float] = mapped_column(default=0.0)
    started_at: Mapped[datetime]
    worker_version: Mapped[str] = mapped_column(String(40), default="")
    backend: Mapped[str] = mapped_column(String(40), default="")
    model_name: Mapped[str] = mapped_column(String(80), default="")
    model_version: Mapped[str] = mapped_column(String(40), default="")
    model_sha256: Mapped[str] = mapped_column(String(64), default="")
    config_version: Mapped[str] = mapped_column(String(64), default="")
    queue_length: Mapped[int] = mapped_column(default=0)
    # The contract's DetectorHealth of each inference process, and its StorageHealth.
    detectors: Mapped[list[dict[str, Any]]] = mapped_column(JsonValue, default=list)
    storage: Mapped[dict[str, Any] | None] = mapped_column(JsonValue)
    # The contract's ModelHealth of each model that it was asked to run by its hash.
    models: Mapped[list[dict[str, Any]]] = mapped_column(JsonValue, default=list)
    # Set when the administrators were told of the silence, cleared by the next heartbeat.
    silence_told_at: Mapped[datetime | None]

    node: Mapped[VisionNode] = relationship(lazy="raise_on_sql")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """As its node."""
        return cls.node_id.in_(visible(VisionNode, actor, VisionNode.id))

    @property
    def storage_health(self) -> StorageHealth | None:
        return contract.parse(StorageHealth, self.storage) if self.storage else None

    @property
    def detector_list(self) -> tuple[DetectorHealth, ...]:
        return tuple(contract.parse(DetectorHealth, detector) for detector in self.detectors)

    def state(self, silent_seconds: int) -> NodeState:
        return rules.node_state(self.last_seen_at, clock.now(), silent_seconds)
