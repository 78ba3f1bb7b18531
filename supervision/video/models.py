"""Nodes, cameras and what they report; violations with their evidence; messages that did not fit."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    false,
    or_,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core import clock, partitions
from supervision.core.actor import Actor, Side
from supervision.core.attachments import Attachment
from supervision.core.db import Base, JsonValue, LongId, Versioned, code_of
from supervision.core.find_models import Searchable, SearchSpec
from supervision.core.permissions import Permission
from supervision.enterprise.models import OwnedByEnterprise, owned_filter
from supervision.hazard.models import Hazard
from supervision.video import rules
from supervision.video.rules import LiveState, NodeState, RejectReason
from supervision.video.workflow import ReviewState
from vision import contract
from vision.contract import (
    CameraState,
    Decoding,
    DetectorHealth,
    EvidenceKind,
    Line,
    Mask,
    ModelHealth,
    Phase,
    RuleKind,
    StorageHealth,
    StreamFault,
    ViewState,
    Zone,
)


class VisionNode(Base):
    """A machine that runs the vision worker. What it reports is written past the ORM's version."""

    __tablename__ = "vision_node"

    uid: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]

    # The last heartbeat; ``last_seen_at`` by our clock, ``skew_s`` is the node's minus ours.
    last_seen_at: Mapped[datetime | None] = mapped_column(index=True)
    skew_s: Mapped[float] = mapped_column(default=0.0)
    started_at: Mapped[datetime | None]
    worker_version: Mapped[str] = mapped_column(String(40), default="")
    backend: Mapped[str] = mapped_column(String(40), default="")
    model_name: Mapped[str] = mapped_column(String(80), default="")
    model_version: Mapped[str] = mapped_column(String(40), default="")
    model_sha256: Mapped[str] = mapped_column(String(64), default="")
    config_version: Mapped[str] = mapped_column(String(64), default="")
    queue_length: Mapped[int] = mapped_column(default=0)
    # The contract's DetectorHealth of each inference process.
    detectors: Mapped[list[dict[str, Any]]] = mapped_column(JsonValue, default=list)
    # The contract's StorageHealth; None from a worker that does not tell.
    storage: Mapped[dict[str, Any] | None] = mapped_column(JsonValue)
    # The contract's ModelHealth of each model that it was asked to run by its hash.
    models: Mapped[list[dict[str, Any]]] = mapped_column(JsonValue, default=list)
    # Several machines share its cameras, each by a lease of so many seconds; 0: one machine.
    lease_s: Mapped[float] = mapped_column(default=0.0)
    # The version of the contract in which it last spoke.
    speaks: Mapped[int] = mapped_column(default=1)
    # Set when the administrators were told of the silence, cleared by the next heartbeat.
    silence_told_at: Mapped[datetime | None]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """A node sees itself; people need one of the two permissions of administration."""
        if actor.node_id is not None:
            return cls.id == actor.node_id
        administers = actor.may(Permission.NODE_ADMIN) or actor.may(Permission.CAMERA_EDIT)
        return true() if administers else false()

    @property
    def storage_health(self) -> StorageHealth | None:
        return contract.parse(StorageHealth, self.storage) if self.storage else None

    @property
    def model_list(self) -> tuple[ModelHealth, ...]:
        return tuple(contract.parse(ModelHealth, model) for model in self.models or ())

    @property
    def detector_list(self) -> tuple[DetectorHealth, ...]:
        return tuple(contract.parse(DetectorHealth, detector) for detector in self.detectors)

    def state(self, silent_seconds: int) -> NodeState:
        return rules.node_state(self.last_seen_at, clock.now(), silent_seconds)


class Camera(Searchable, Versioned, OwnedByEnterprise, Base):
    """One camera of an enterprise. Its addresses are secrets; zones, lines and rules are the contract's."""

    __search__ = SearchSpec("camera", texts=("name", "place"), readings=("name",))

    __tablename__ = "camera"
    __table_args__ = (
        CheckConstraint(
            "(site_plan_id IS NULL) = (plan_x IS NULL) AND (plan_x IS NULL) = (plan_y IS NULL)",
            name="placed_on_plan",
        ),
        Index("ix_camera_node_id_is_enabled", "node_id", "is_enabled"),
    )

    uid: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    place: Mapped[str] = mapped_column(String(120))
    node_id: Mapped[int | None] = mapped_column(ForeignKey("vision_node.id"))
    # The weights of a trial that judge it; None: those of everybody.
    model_id: Mapped[int | None] = mapped_column(ForeignKey("detector_model.id"), index=True)
    stream_url: Mapped[str] = mapped_column(Text)  # encrypted, see core.crypto
    stream_hint: Mapped[str] = mapped_column(String(200))
    # The small stream of the same picture, encrypted as well; empty: there is none.
    sub_url: Mapped[str] = mapped_column(Text, default="")
    sub_hint: Mapped[str] = mapped_column(String(200), default="")
    input_width: Mapped[int] = mapped_column(default=640)
    input_height: Mapped[int] = mapped_column(default=384)
    analysed_fps: Mapped[float] = mapped_column(default=4.0)
    is_enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    # What the worker saves, and whether it looks at the view itself; the contract's words.
    adaptive: Mapped[bool] = mapped_column(Boolean, default=True)
    gate: Mapped[bool] = mapped_column(Boolean, default=True)
    scan_s: Mapped[float] = mapped_column(default=10.0)
    view_check: Mapped[bool] = mapped_column(Boolean, default=True)
    # A person said then that the view is right: what the worker learnt of it before is void.
    view_from: Mapped[datetime | None]
    zones: Mapped[list[dict[str, Any]]] = mapped_column(JsonValue, default=list)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JsonValue, default=list)
    # Privacy: burnt in before a picture leaves the node.
    masks: Mapped[list[dict[str, Any]]] = mapped_column(JsonValue, default=list)
    rules: Mapped[list[dict[str, Any]]] = mapped_column(JsonValue, default=list)
    # Where it hangs: fractions of the plan's picture from its top left.
    site_plan_id: Mapped[int | None] = mapped_column(ForeignKey("site_plan.id"), index=True)
    plan_x: Mapped[Decimal | None] = mapped_column(Numeric(6, 4))
    plan_y: Mapped[Decimal | None] = mapped_column(Numeric(6, 4))
    created_at: Mapped[datetime]

    node: Mapped[VisionNode | None] = relationship(lazy="raise_on_sql")
    health: Mapped[CameraHealth | None] = relationship(back_populates="camera", lazy="raise_on_sql")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        if actor.node_id is not None:
            return cls.node_id == actor.node_id
        return owned_filter(cls.enterprise_id, actor)  # type: ignore[arg-type]

    @property
    def zone_list(self) -> tuple[Zone, ...]:
        return tuple(contract.parse(Zone, zone) for zone in self.zones)

    @property
    def line_list(self) -> tuple[Line, ...]:
        return tuple(contract.parse(Line, line) for line in self.lines)

    @property
    def mask_list(self) -> tuple[Mask, ...]:
        return tuple(contract.parse(Mask, mask) for mask in self.masks)

    @property
    def rule_list(self) -> tuple[contract.Rule, ...]:
        return tuple(contract.parse(contract.Rule, rule) for rule in self.rules)

    @property
    def input_size(self) -> tuple[int, int]:
        return self.input_width, self.input_height

    def zone(self, zone_id: str | None) -> Zone | None:
        return next((z for z in self.zone_list if z.zone_id == zone_id), None)

    def place_name(self, rule: contract.Rule) -> str:
        """The zone or line of a rule by the name that a person gave it; "" for the whole picture."""
        if rule.line_id is not None:
            return next((i.name for i in self.line_list if i.line_id == rule.line_id), rule.line_id)
        zone = self.zone(rule.zone_id)
        return zone.name if zone else rule.zone_id or ""

    @property
    def fresh_health(self) -> CameraHealth | None:
        """The last word of the node that it has now. Needs ``health`` loaded."""
        # What another node said before the camera was moved is no news of this one.
        fresh = self.health is not None and self.health.node_id == self.node_id
        return self.health if fresh else None

    def live_state(self, silent_seconds: int) -> LiveState:
        """Needs ``node`` and ``health`` loaded."""
        node = self.node.state(silent_seconds) if self.node else None
        reported = self.fresh_health.state if self.fresh_health else None
        if self.fresh_health and rules.is_silent(
            self.fresh_health.reported_at, clock.now(), silent_seconds
        ):
            reported = None  # its node speaks, but of this camera no more: a group of it is away
        return rules.live_state(enabled=self.is_enabled, node=node, reported=reported)


class CameraAssignment(Base):
    """When a camera was a node's: what it saw then may still arrive after the camera was moved."""

    __tablename__ = "camera_assignment"
    __table_args__ = (Index("ix_camera_assignment_camera_node", "camera_id", "node_id"),)

    camera_id: Mapped[int] = mapped_column(ForeignKey("camera.id"))
    node_id: Mapped[int] = mapped_column(ForeignKey("vision_node.id"))
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class CameraHealth(Base):
    """A camera's line of the last heartbeat; apart from the camera, whose version it must not bump."""

    __tablename__ = "camera_health"
    __table_args__ = (Index("ix_camera_health_node_id_group_name", "node_id", "group_name"),)

    camera_id: Mapped[int] = mapped_column(ForeignKey("camera.id"), unique=True)
    node_id: Mapped[int] = mapped_column(ForeignKey("vision_node.id"))
    reported_at: Mapped[datetime]
    state: Mapped[CameraState] = mapped_column(code_of(CameraState))
    last_frame_at: Mapped[datetime | None]
    fps: Mapped[float] = mapped_column(default=0.0)
    frame_age_s: Mapped[float | None]
    reconnects: Mapped[int] = mapped_column(default=0)
    dropped: Mapped[int] = mapped_column(default=0)
    fault: Mapped[StreamFault | None] = mapped_column(code_of(StreamFault))
    fault_detail: Mapped[str] = mapped_column(String(200), default="")
    # Since when it has not run, by our clock: between two attempts it says "starting".
    failing_since: Mapped[datetime | None]
    view: Mapped[ViewState] = mapped_column(code_of(ViewState), default=ViewState.OK)
    view_since: Mapped[datetime | None]
    decoding: Mapped[Decoding] = mapped_column(code_of(Decoding), default=Decoding.NONE)
    corrupt: Mapped[int] = mapped_column(default=0)
    judged: Mapped[int] = mapped_column(default=0)
    frame_width: Mapped[int | None]
    frame_height: Mapped[int | None]
    # Which group of a cluster said so; empty from a plain node.
    group_name: Mapped[str] = mapped_column(String(40), default="")

    camera: Mapped[Camera] = relationship(back_populates="health", lazy="raise_on_sql")

    @property
    def is_well_viewed(self) -> bool:
        """Whether its picture can be judged."""
        return self.view is ViewState.OK


class CameraDay(Base):
    """What a camera did on one day of ours, added up from heartbeats: its hours and its troubles."""

    __tablename__ = "camera_day"
    __table_args__ = (UniqueConstraint("camera_id", "day"), Index("ix_camera_day_day", "day"))

    camera_id: Mapped[int] = mapped_column(ForeignKey("camera.id"))
    day: Mapped[date]
    # Seconds in which it ran and its view could be judged.
    running_s: Mapped[float] = mapped_column(default=0.0)
    reconnects: Mapped[int] = mapped_column(default=0)
    dropped: Mapped[int] = mapped_column(default=0)
    corrupt: Mapped[int] = mapped_column(default=0)
    judged: Mapped[int] = mapped_column(default=0)


class Violation(Versioned, OwnedByEnterprise, Base):
    """One episode that a camera saw, kept at its highest revision, and what a person made of it."""

    __tablename__ = "violation"
    __table_args__ = (
        CheckConstraint("(status = 'pending') = (verdict_at IS NULL)", name="verdict_has_time"),
        CheckConstraint(
            "(status = 'rejected') = (reject_reason IS NOT NULL)", name="rejected_has_reason"
        ),
        CheckConstraint(
            "(status = 'duplicate') = (duplicate_of_id IS NOT NULL)", name="duplicate_has_original"
        ),
        CheckConstraint(
            "(status = 'confirmed') = (hazard_id IS NOT NULL)", name="confirmed_has_hazard"
        ),
        CheckConstraint("(phase = 'close') = (ended_at IS NOT NULL)", name="closed_has_end"),
        Index("ix_violation_status_started_at", "status", "started_at"),
        Index("ix_violation_status_severity_started_at", "status", "severity", "started_at"),
        Index("ix_violation_enterprise_id_started_at", "enterprise_id", "started_at"),
        Index("ix_violation_camera_id_started_at", "camera_id", "started_at"),
        # What goes on: it passes to the next machine together with the camera's lease.
        Index(
            "ix_violation_open_camera_id",
            "camera_id",
            postgresql_where=text("phase <> 'close'"),
            sqlite_where=text("phase <> 'close'"),
        ),
        # Over months no database keeps a name unique: there every part does, see intake.
        UniqueConstraint("event_id").ddl_if(dialect="sqlite"),
        partitions.BY_MONTH,
    )

    # On PostgreSQL it begins with the month of ``started_at``.
    id: Mapped[int] = mapped_column(LongId, primary_key=True, sort_order=-100)
    event_id: Mapped[str] = mapped_column(String(64))
    revision: Mapped[int]
    phase: Mapped[Phase] = mapped_column(code_of(Phase))
    camera_id: Mapped[int] = mapped_column(ForeignKey("camera.id"))
    node_id: Mapped[int] = mapped_column(ForeignKey("vision_node.id"), index=True)
    rule_id: Mapped[str] = mapped_column(String(64))
    rule_kind: Mapped[RuleKind] = mapped_column(code_of(RuleKind))
    zone_id: Mapped[str | None] = mapped_column(String(64))
    zone_name: Mapped[str] = mapped_column(String(120), default="")
    # The polygon as it was when it was seen: zones are redrawn.
    zone_polygon: Mapped[list[list[float]]] = mapped_column(JsonValue, default=list)
    subject: Mapped[str] = mapped_column(Text, default="")
    started_at: Mapped[datetime] = mapped_column(index=True)
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    score: Mapped[float]
    boxes: Mapped[list[dict[str, Any]]] = mapped_column(JsonValue, default=list)
    snapshot_at: Mapped[datetime | None]
    frame_width: Mapped[int | None]
    frame_height: Mapped[int | None]
    model_name: Mapped[str] = mapped_column(Text)
    model_version: Mapped[str] = mapped_column(Text)
    model_sha256: Mapped[str] = mapped_column(String(64))
    config_version: Mapped[str] = mapped_column(Text, default="")
    # What the rule adds: the direction of a crossing, a number of people, a fault of the view.
    detail: Mapped[str] = mapped_column(Text, default="")
    # The event of another camera that the node takes for the same thing; it may come later, or never.
    same_as: Mapped[str | None] = mapped_column(String(64), index=True)
    # The term of the camera's lease under which it stands; a hand-over moves it on.
    lease: Mapped[int] = mapped_column(default=0)
    # Told late by a machine whose lease was over while this went on: it ends where it was seen last.
    is_cut: Mapped[bool] = mapped_column(Boolean, default=False)
    # A person has said that it is not: the system does not file it again.
    is_apart: Mapped[bool] = mapped_column(Boolean, default=False)
    merge_key: Mapped[str] = mapped_column(String(200), index=True)
    # Of the rule when it was told, else of its kind: see rules.Severity.
    severity: Mapped[int] = mapped_column(default=1)
    received_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    status: Mapped[ReviewState] = mapped_column(code_of(ReviewState), default=ReviewState.PENDING)
    verdict_at: Mapped[datetime | None] = mapped_column(index=True)
    verdict_by_id: Mapped[int | None]
    verdict_by: Mapped[str] = mapped_column(String(40), default="")
    verdict_side: Mapped[Side | None] = mapped_column(code_of(Side))
    # Which revision the person looked at.
    verdict_revision: Mapped[int | None]
    verdict_note: Mapped[str] = mapped_column(Text, default="")
    # The system's own, by a policy that an administrator set: counts in no precision.
    is_automatic: Mapped[bool] = mapped_column(Boolean, default=False)
    reject_reason: Mapped[RejectReason | None] = mapped_column(code_of(RejectReason))
    duplicate_of_id: Mapped[int | None] = mapped_column(
        LongId, ForeignKey("violation.id"), index=True
    )
    hazard_id: Mapped[int | None] = mapped_column(ForeignKey("hazard.id"), index=True)

    camera: Mapped[Camera] = relationship(lazy="raise_on_sql")
    hazard: Mapped[Hazard | None] = relationship(lazy="raise_on_sql")
    evidence: Mapped[list[ViolationEvidence]] = relationship(
        back_populates="violation", order_by="ViolationEvidence.id", lazy="raise_on_sql"
    )

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """A node sees what it reported; people what their enterprises' cameras saw."""
        if actor.node_id is not None:
            return cls.node_id == actor.node_id
        return owned_filter(cls.enterprise_id, actor)  # type: ignore[arg-type]

    def latest(self, kind: EvidenceKind) -> ViolationEvidence | None:
        """The newest declared file of a kind, preferring what has arrived."""
        found = [e for e in self.evidence if e.kind is kind]
        arrived = [e for e in found if e.attachment_id is not None]
        best = arrived or found
        return best[-1] if best else None

    @property
    def snapshot(self) -> ViolationEvidence | None:
        return self.latest(EvidenceKind.SNAPSHOT)

    @property
    def clip(self) -> ViolationEvidence | None:
        return self.latest(EvidenceKind.CLIP)

    @property
    def is_filed_by_system(self) -> bool:
        return self.status is ReviewState.DUPLICATE and self.verdict_side is None

    @property
    def duration_s(self) -> float:
        return ((self.ended_at or self.seen_at) - self.started_at).total_seconds()


partitions.lies_in_months(Violation.__table__, Violation.started_at, unique=("event_id",))


class ViolationEvidence(Base):
    """A file that a revision declared; ``attachment`` once its bytes have arrived and been checked.

    Once declared it stays declared: an upload that was on its way when a newer revision named
    another file is not lost.
    """

    __tablename__ = "violation_evidence"
    __table_args__ = (
        UniqueConstraint("violation_id", "sha256"),
        CheckConstraint("(attachment_id IS NULL) = (stored_at IS NULL)", name="stored_has_file"),
        # What came since the room was counted: asked before every upload.
        Index("ix_violation_evidence_stored_at", "stored_at"),
        partitions.GOES_ALONG,
    )

    violation_id: Mapped[int] = mapped_column(LongId, ForeignKey("violation.id"), index=True)
    kind: Mapped[EvidenceKind] = mapped_column(code_of(EvidenceKind))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(64))
    start_at: Mapped[datetime | None]
    end_at: Mapped[datetime | None]
    revision: Mapped[int]
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)
    stored_at: Mapped[datetime | None]
    # Its address: nobody guesses the next one.
    key: Mapped[str] = mapped_column(
        String(32), unique=True, index=True, default=lambda: secrets.token_hex(16)
    )
    thumbnail_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)
    # When its time was over, or there was no room; what was known of it stays.
    removed_at: Mapped[datetime | None]
    removed_why: Mapped[str] = mapped_column(String(32), default="")

    violation: Mapped[Violation] = relationship(back_populates="evidence")
    attachment: Mapped[Attachment | None] = relationship(
        lazy="joined", foreign_keys=[attachment_id]
    )
    thumbnail: Mapped[Attachment | None] = relationship(
        lazy="raise_on_sql", foreign_keys=[thumbnail_id]
    )


class ParkedEvent(Base):
    """A message that broke the contract: kept for the administrator, never sent again."""

    __tablename__ = "parked_event"
    __table_args__ = (UniqueConstraint("node_id", "digest"),)

    node_id: Mapped[int] = mapped_column(ForeignKey("vision_node.id"), index=True)
    endpoint: Mapped[str] = mapped_column(String(32))
    event_id: Mapped[str] = mapped_column(String(64), default="")
    field: Mapped[str] = mapped_column(String(200))
    problem: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    # Of endpoint, problem and body: the same message parked again only counts up.
    digest: Mapped[str] = mapped_column(String(64))
    times: Mapped[int] = mapped_column(default=1)
    received_at: Mapped[datetime]
    last_at: Mapped[datetime] = mapped_column(index=True)

    node: Mapped[VisionNode] = relationship(lazy="raise_on_sql")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        return true() if actor.may(Permission.NODE_ADMIN) else false()


def open_assignment(violation_start: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """The assignment covers an episode that began at ``violation_start``."""
    return or_(CameraAssignment.until.is_(None), CameraAssignment.until >= violation_start)
