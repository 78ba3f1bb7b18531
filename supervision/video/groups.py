"""Groups of a cluster: what their heartbeats leave, who of them is silent, where they run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, delete, exists, func, select, update

from supervision.core import audit, clock, notices
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.notices import Audience
from supervision.core.scope import unscoped, visible
from supervision.video.group_models import VisionGroup
from supervision.video.models import Camera, CameraHealth, VisionNode
from supervision.video.rules import NodeState
from supervision.video.upsert import insert
from vision.contract import CameraState, Heartbeat

_OWN = "a node's own groups, found by its token"
_WATCH = "the watch goes over all groups"
LONGEST_NAME, LONGEST_MACHINE = 40, 80
MOST_GROUPS = 2000  # of one node on its page: 64,000 cameras
# A heartbeat of the node itself is of no use more often; its row is everybody's.
NODE_EVERY = timedelta(seconds=5)
# Of a group that an earlier incarnation of it still reports for, elsewhere.
STALE_AFTER = timedelta(seconds=30)


def take(node: VisionNode, beat: Heartbeat, values: Mapping[str, Any], now: datetime) -> bool:
    """Keep a group's word beside the others'; ``values`` are a node's own columns.

    Returns whether it is another run of the group than that which spoke last. An older run that
    still speaks, because its machine was only thought dead, leaves the group's row alone; what it
    says of cameras holds, since it speaks of those alone whose leases it has.
    """
    name = beat.group[:LONGEST_NAME]
    stmt = select(VisionGroup.started_at, VisionGroup.last_seen_at).where(
        VisionGroup.node_id == node.id, VisionGroup.name == name
    )
    known = db.session.execute(unscoped(stmt, reason=_OWN)).tuples().first()
    if known and known[0] > beat.started_at and known[1] > now - STALE_AFTER:
        return True
    columns = VisionGroup.__table__.columns.keys()
    row = {key: value for key, value in values.items() if key in columns}
    row |= {"node_id": node.id, "name": name, "machine": beat.machine[:LONGEST_MACHINE]}
    put = insert(VisionGroup).values(row)
    changed = {key: put.excluded[key] for key in row if key not in {"node_id", "name"}}
    db.session.execute(put.on_conflict_do_update(index_elements=["node_id", "name"], set_=changed))
    _keep_node(node, values, now)
    return known is not None and known[0] != beat.started_at


# What of a group's word holds for its node as well; each group has its own disk.
_OF_NODE = (
    "last_seen_at", "worker_version", "backend", "model_name", "model_version", "model_sha256",
    "config_version", "speaks", "silence_told_at",
)  # fmt: skip


def _keep_node(node: VisionNode, values: Mapping[str, Any], now: datetime) -> None:
    seen = VisionNode.last_seen_at
    waits = func.coalesce(func.sum(VisionGroup.queue_length), 0)
    queue = select(waits).where(VisionGroup.node_id == node.id).scalar_subquery()
    stmt = (
        update(VisionNode)
        .where(VisionNode.id == node.id, func.coalesce(seen < now - NODE_EVERY, True))
        .values({name: values[name] for name in _OF_NODE if name in values})
        .values(queue_length=queue)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(unscoped(stmt, reason=_OWN))


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group as the node's page shows it."""

    group: VisionGroup
    cameras: int
    running: int


@dataclass(slots=True)
class MachineLine:
    """The groups that said last that they run on one machine."""

    name: str
    groups: list[GroupLine] = field(default_factory=list)

    @property
    def cameras(self) -> int:
        return sum(line.cameras for line in self.groups)

    @property
    def running(self) -> int:
        return sum(line.running for line in self.groups)

    @property
    def queue_length(self) -> int:
        return sum(line.group.queue_length for line in self.groups)

    def state(self, silent_seconds: int) -> NodeState:
        """Silent where none of its groups speaks; its groups may be elsewhere soon."""
        states = {line.group.state(silent_seconds) for line in self.groups}
        return NodeState.ONLINE if NodeState.ONLINE in states else NodeState.OFFLINE


def machines_of(node: VisionNode, actor: Actor, silent_seconds: int) -> Sequence[MachineLine]:
    """Machines of a cluster with their groups, by name; empty for a plain node.

    Of a silent group nobody knows that anything runs.
    """
    stmt = (
        visible(VisionGroup, actor)
        .where(VisionGroup.node_id == node.id)
        .order_by(VisionGroup.machine, VisionGroup.name)
        .limit(MOST_GROUPS)
    )
    found = db.session.scalars(stmt).all()
    counts = _counts(node.id, actor) if found else {}
    machines: dict[str, MachineLine] = {}
    for group in found:
        line = machines.setdefault(group.machine, MachineLine(group.machine))
        count, running = counts.get(group.name, (0, 0))
        is_heard = group.state(silent_seconds) is NodeState.ONLINE
        line.groups.append(GroupLine(group, count, running if is_heard else 0))
    return list(machines.values())


def _counts(node_id: int, actor: Actor) -> dict[str, tuple[int, int]]:
    """By group: the cameras that it reported last, and those of them that run."""
    running = func.sum((CameraHealth.state == CameraState.RUNNING).cast(Integer))
    stmt = (
        visible(Camera, actor, CameraHealth.group_name, func.count(), running)
        .join(CameraHealth, CameraHealth.camera_id == Camera.id)
        .where(Camera.node_id == node_id, CameraHealth.node_id == node_id, Camera.is_enabled)
        .group_by(CameraHealth.group_name)
    )
    rows = db.session.execute(stmt).tuples()
    return {name: (count, int(runs or 0)) for name, count, runs in rows}


def newly_silent(now: datetime, silent_seconds: int, limit: int) -> Sequence[VisionGroup]:
    """Groups that went silent with cameras which nobody took over, and of which nobody was told."""
    stmt = (
        select(VisionGroup)
        .where(VisionGroup.last_seen_at < now - timedelta(seconds=silent_seconds))
        .where(VisionGroup.silence_told_at.is_(None), exists(_cameras()))
        .order_by(VisionGroup.id)
        .limit(limit)
        .with_for_update(of=VisionGroup, skip_locked=True)
    )
    return db.session.scalars(unscoped(stmt, reason=_WATCH)).all()


def tell_of_silence(group: VisionGroup, actor: Actor) -> None:
    """Tell the administrators, once for each silence."""
    stmt = select(VisionNode).where(VisionNode.id == group.node_id)
    node = db.session.scalars(unscoped(stmt, reason=_WATCH)).one()
    group.silence_told_at = clock.now()
    notices.queue(
        "video.group_silent",
        Audience.ADMINISTRATORS,
        None,
        link=f"/video/nodes/{node.id}",
        name=node.name,
        group=group.name,
        machine=group.machine,
        since=clock.day_of(group.last_seen_at),
    )
    audit.record(
        actor, "video.group_silent", node, group=group.name, last_seen_at=group.last_seen_at
    )


def forget_gone(now: datetime, silent_seconds: int) -> int:
    """Drop silent groups whose cameras all speak through others by now; how many there were."""
    stmt = (
        delete(VisionGroup)
        .where(VisionGroup.last_seen_at < now - timedelta(seconds=silent_seconds))
        .where(~exists(_cameras()))
        .returning(VisionGroup.id)
        .execution_options(synchronize_session=False)
    )
    return len(db.session.scalars(unscoped(stmt, reason=_WATCH)).all())


def _cameras() -> Any:
    """The cameras that a group was the last to report, and that still are its node's."""
    stmt = select(CameraHealth.id).join(Camera, Camera.id == CameraHealth.camera_id)
    return unscoped(stmt.where(_is_of_group()), reason=_WATCH)


def _is_of_group() -> ColumnElement[bool]:
    return and_(
        CameraHealth.node_id == VisionGroup.node_id,
        CameraHealth.group_name == VisionGroup.name,
        Camera.node_id == VisionGroup.node_id,
        Camera.is_enabled,
    )
