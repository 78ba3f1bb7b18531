"""Rows of violations as the intake reads and writes them: statements built once, few columns.

Three messages of each episode of each camera pass here; nothing else is asked so often. What needs
the whole row, and everything that it refers to, loads it.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, bindparam, cast, exists, func, select, update
from sqlalchemy.orm import lazyload

from supervision.core import partitions
from supervision.core.db import UTCDateTime, db
from supervision.core.scope import unscoped
from supervision.video.models import (
    Camera,
    CameraAssignment,
    Violation,
    ViolationEvidence,
    VisionNode,
    open_assignment,
)
from supervision.video.upsert import insert
from supervision.video.workflow import ReviewState
from vision.contract import EvidenceRef, Phase, RuleKind, ViolationEvent, Zone, parse

_OWN = "what the node that speaks has told itself"
_NAMED = "an event id is unique; whose it is is checked next"


@dataclass(frozen=True, slots=True)
class Place:
    """The camera of a message, as far as its violations need it."""

    id: int
    uid: str
    enterprise_id: int
    zones: list[dict[str, Any]]
    rules: list[dict[str, Any]]

    def zone(self, zone_id: str | None) -> Zone | None:
        if zone_id is None:
            return None
        found = next((zone for zone in self.zones if zone["zone_id"] == zone_id), None)
        return parse(Zone, found) if found is not None else None


@dataclass(frozen=True, slots=True)
class Told:
    """An episode as it stands, locked until the transaction ends."""

    id: int
    camera_id: int
    node_id: int
    enterprise_id: int
    revision: int
    phase: Phase
    started_at: datetime
    rule_id: str
    rule_kind: RuleKind
    zone_id: str | None
    lease: int
    is_cut: bool
    is_apart: bool
    same_as: str | None
    status: ReviewState
    hazard_id: int | None


@dataclass(frozen=True, slots=True)
class Declared:
    """A file as its event declares it; ``id`` None: the event is there, and does not."""

    id: int | None
    size: int
    media_type: str
    attachment_id: int | None
    removed_at: datetime | None


_PLACE = (Camera.id, Camera.uid, Camera.enterprise_id, Camera.zones, Camera.rules)
_TOLD = tuple(getattr(Violation, name) for name in Told.__slots__)
_TABLE: Any = Violation.__table__
_IDENT: Any = bindparam("event_id")

_LOCKED = unscoped(
    select(*_TOLD).where(Violation.event_id == _IDENT).with_for_update(of=Violation),
    reason=_NAMED,
)
_WITH_CAMERA = unscoped(
    select(*_TOLD, *_PLACE)
    .join(Camera, Camera.id == Violation.camera_id)
    .where(Violation.event_id == _IDENT, Violation.node_id == bindparam("node_id"))
    .where(Camera.uid == bindparam("camera_uid"), Violation.started_at == bindparam("started_at"))
    .with_for_update(of=Violation),
    reason=_OWN,
)
_CAMERA = unscoped(
    select(*_PLACE)
    .join(CameraAssignment, CameraAssignment.camera_id == Camera.id)
    .where(Camera.uid == bindparam("camera_uid"), CameraAssignment.node_id == bindparam("node_id"))
    .where(open_assignment(bindparam("started_at", type_=UTCDateTime)))
    .limit(1),
    reason="a camera that was moved still sends what it saw",
)
_LOCK = cast(func.pg_advisory_xact_lock(func.hashtextextended(_IDENT, 0)), Text)
_LOCK_NAME = select(_LOCK)
_IS_KNOWN = unscoped(
    select(Violation.id).where(Violation.event_id == _IDENT),
    reason="an event id is unique, whose ever it is",
)
_DECLARED = unscoped(
    select(*(getattr(ViolationEvidence, name) for name in Declared.__slots__))
    .select_from(Violation)
    .outerjoin(
        ViolationEvidence,
        (ViolationEvidence.violation_id == Violation.id)
        & (ViolationEvidence.sha256 == bindparam("sha256")),
    )
    .where(Violation.event_id == _IDENT, Violation.node_id == bindparam("node_id"))
    .limit(1),
    reason=_OWN,
)
# Its file is not there yet: nothing is joined.
_EVIDENCE = unscoped(
    select(ViolationEvidence)
    .where(ViolationEvidence.violation_id == bindparam("violation_id"))
    .where(ViolationEvidence.sha256 == bindparam("sha256"))
    .options(lazyload(ViolationEvidence.attachment)),
    reason=_OWN,
)
_OTHER: Any = _TABLE.alias("other")
_NAMES_IT = exists().where(_OTHER.c.same_as == _IDENT)
_IS_NAMED = unscoped(select(_NAMES_IT), reason="within the same enterprise, next")


def revised_plainly(node_id: int, event: ViolationEvent, values: Mapping[str, Any]) -> int | None:
    """Write a later revision in one statement where nothing about it needs a closer look.

    The same node, camera, rule, zone and beginning, still going on, newer than what is known, of a
    node whose cameras need no lease, and no other camera's event is concerned. None otherwise.
    """
    asked = {
        "told_as": event.event_id,
        "told_by": node_id,
        "told_by_uid": event.node,
        "told_camera": event.camera_id,
        **values,
    }
    stmt = _revise_plainly(partitions.first_id_of(event.started_at))
    found: int | None = db.session.connection().execute(stmt, asked).scalar()
    return found


@functools.lru_cache(maxsize=24)  # months of which something is told just now
def _revise_plainly(month: int | None) -> Any:
    camera, node = Camera.__table__, VisionNode.__table__
    same = (_TABLE.c[name] == bindparam(name) for name in ("started_at", "rule_id", "rule_kind"))
    stmt = (
        update(_TABLE)
        .where(_TABLE.c.event_id == bindparam("told_as"), *same)
        .where(_TABLE.c.zone_id.is_not_distinct_from(bindparam("zone_id")))
        .where(_TABLE.c.revision < bindparam("revision"), _TABLE.c.phase != Phase.CLOSE)
        .where(_TABLE.c.same_as.is_(None), ~_TABLE.c.is_cut, _TABLE.c.lease == 0)
        .where(_TABLE.c.node_id == bindparam("told_by"), node.c.id == _TABLE.c.node_id)
        .where(node.c.uid == bindparam("told_by_uid"), node.c.lease_s == 0)
        .where(camera.c.id == _TABLE.c.camera_id, camera.c.uid == bindparam("told_camera"))
        .values({name: bindparam(name) for name in REVISED})
        .values(row_version=_TABLE.c.row_version + 1)
        .returning(_TABLE.c.id)
    )
    # Only the month in which it began is looked into.
    return stmt if month is None else stmt.where(partitions.of_month(_TABLE.c.id, month))


def place_of_new(node_id: int, event: ViolationEvent) -> Place | None:
    """The camera of an episode that seems new; None where a closer look is needed.

    That is: of no camera of this node's, of a node that shares its cameras, or under another's name.
    Where rows lie in months nobody else inserts the name from now on until the transaction ends.
    """
    asked = {
        "node_id": node_id,
        "camera_uid": event.camera_id,
        "started_at": event.started_at,
        "node_uid": event.node,
        "event_id": event.event_id,
    }
    row = db.session.execute(_place_of_new(partitions.in_months()), asked).first()
    return Place(*row[: len(_PLACE)]) if row is not None else None


@functools.cache
def _place_of_new(in_months: bool) -> Any:
    stmt = (
        _CAMERA.join(VisionNode, VisionNode.id == CameraAssignment.node_id)
        .where(VisionNode.uid == bindparam("node_uid"), VisionNode.lease_s == 0)
    )  # fmt: skip
    # The lock and what is read under it are two statements: each sees what is there as it begins.
    return stmt.add_columns(_LOCK) if in_months else stmt


def locked(event_id: str) -> Told | None:
    """The episode of this name, whose ever it is."""
    row = db.session.execute(_LOCKED, {"event_id": event_id}).first()
    return Told(*row) if row is not None else None


def locked_with_camera(node_id: int, event: ViolationEvent) -> tuple[Told, Place] | None:
    """The episode and its camera, where the message says the same of both as before."""
    asked = {
        "event_id": event.event_id,
        "node_id": node_id,
        "camera_uid": event.camera_id,
        "started_at": event.started_at,
    }
    row = db.session.execute(_WITH_CAMERA, asked).first()
    return (Told(*row[: len(_TOLD)]), Place(*row[len(_TOLD) :])) if row is not None else None


def camera_of(node_id: int, event: ViolationEvent) -> Place | None:
    """The camera, if it is (or was, when this began) the node's."""
    asked = {"node_id": node_id, "camera_uid": event.camera_id, "started_at": event.started_at}
    row = db.session.execute(_CAMERA, asked).first()
    return Place(*row) if row is not None else None


def add(values: Mapping[str, Any], *, is_locked: bool = False) -> tuple[int, bool] | None:
    """Insert the row: its id, and whether another says that it is the same; None: it is known.

    However many copies come at once, there is one: on SQLite, and within a month, the insert loses
    quietly against the first. Over months nobody else inserts the name until this transaction ends;
    ``is_locked``: that was seen to in a statement before.
    """
    in_months = partitions.in_months()
    if in_months and not is_locked:
        db.session.execute(_LOCK_NAME, {"event_id": values["event_id"]})
    own = partitions.own_id_values(values["started_at"])
    added = db.session.connection().execute(_insert(in_months), {**values, **own}).first()
    if added is None:
        return None
    if in_months:
        return added[0], bool(added[1])
    return added[0], bool(db.session.scalar(_IS_NAMED, {"event_id": values["event_id"]}))


@functools.cache
def _insert(in_months: bool) -> Any:
    given = {c.name: bindparam(c.name, type_=c.type) for c in _TABLE.columns if c.name in _FIRST}
    if not in_months:
        stmt = insert(Violation).values(given).on_conflict_do_nothing()
        return stmt.returning(_TABLE.c.id)
    # Each month keeps the name unique; that no other month holds it, none of them knows.
    own = {"id": partitions.own_id_given(_TABLE.name), **given}
    new = select(*(value.label(name) for name, value in own.items())).where(~_IS_KNOWN.exists())
    stmt = insert(Violation).from_select(list(own), new, include_defaults=True)
    return stmt.on_conflict_do_nothing().returning(_TABLE.c.id, _NAMES_IT)


def change(ident: int, values: Mapping[str, Any]) -> None:
    """What a later revision brings, over the row that is locked."""
    db.session.connection().execute(_UPDATE, {"ident": ident, **values})


# What every revision brings anew, and what only the first one does.
REVISED = (
    "revision", "phase", "rule_id", "rule_kind", "zone_id", "subject", "started_at", "seen_at",
    "ended_at", "score", "boxes", "snapshot_at", "frame_width", "frame_height", "model_name",
    "model_version", "model_sha256", "config_version", "detail", "same_as", "lease", "is_cut",
    "updated_at",
)  # fmt: skip
_FIRST = frozenset(REVISED) | {
    "event_id", "enterprise_id", "camera_id", "node_id", "zone_name", "zone_polygon", "merge_key",
    "status", "received_at", "verdict_by", "verdict_note", "is_apart", "severity", "row_version",
}  # fmt: skip
_UPDATE = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("ident"))
    .values({name: bindparam(name) for name in REVISED})
    .values(row_version=_TABLE.c.row_version + 1)
)


def declare(ident: int, refs: tuple[EvidenceRef, ...], revision: int) -> None:
    """Remember the files that a revision names. What was declared before stays declared."""
    if not refs:
        return
    rows = [
        {
            "violation_id": ident,
            "kind": ref.kind,
            "sha256": ref.sha256,
            "size": ref.size,
            "media_type": ref.media_type,
            "start_at": ref.start_at,
            "end_at": ref.end_at,
            "revision": revision,
        }
        for ref in refs
    ]
    db.session.connection().execute(_declare(db.engine.dialect.name), rows)


@functools.cache
def _declare(_dialect: str) -> Any:
    named = ["violation_id", "sha256"]
    return insert(ViolationEvidence).on_conflict_do_nothing(index_elements=named)


def declared(node_id: int, event_id: str, sha256: str) -> Declared | None:
    """A file of what the node has told; None where it has told no such event."""
    asked = {"node_id": node_id, "event_id": event_id, "sha256": sha256}
    row = db.session.execute(_DECLARED, asked).first()
    return Declared(*row) if row is not None else None


def evidence_of(violation_id: int, sha256: str) -> ViolationEvidence | None:
    """A declared file's row."""
    asked = {"violation_id": violation_id, "sha256": sha256}
    found: ViolationEvidence | None = db.session.scalars(_EVIDENCE, asked).first()
    return found


def loaded(ident: int) -> Violation:
    """The row whole, as the database has it now; its lock is held."""
    stmt = select(Violation).where(Violation.id == ident)
    stmt = stmt.execution_options(populate_existing=True)
    return db.session.scalars(unscoped(stmt, reason=_OWN)).one()
