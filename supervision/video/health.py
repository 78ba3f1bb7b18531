"""What a heartbeat leaves behind: the node's last word, its cameras', and tickets for the unwell."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from supervision.core import clock
from supervision.core.db import db
from supervision.core.scope import unscoped
from supervision.video import days, groups, maintenance, room, rules, weights
from supervision.video.days import COUNTERS, Report
from supervision.video.messages import LARGEST_INT
from supervision.video.models import Camera, CameraHealth, VisionNode
from supervision.video.rules import LARGEST_SIDE, TicketFault
from supervision.video.upsert import among, upsert
from vision import contract
from vision.contract import CameraState, Heartbeat, ViewState

MAX_DETECTORS = 32


def take_heartbeat(node: VisionNode, beat: Heartbeat) -> None:
    """Keep the node's last word, and that of its cameras. Cameras that are not its own are passed over."""
    now, restarted = clock.now(), node.started_at not in {None, beat.started_at}
    weights.tell_of_refused(node, beat)
    values = _node_values(beat, now)
    if beat.group:
        restarted = groups.take(node, beat, values, now)
    else:
        room.follow_recording(node, beat.storage)
        _keep_node(node, values)
    _take_cameras(node, beat, now, restarted=restarted)


def _keep_node(node: VisionNode, values: Mapping[str, Any]) -> None:
    # A plain UPDATE: heartbeats never conflict with anybody's edit.
    db.session.connection().execute(_node_update(tuple(values)), {"ident": node.id, **values})


@functools.cache
def _node_update(names: tuple[str, ...]) -> Any:
    table: Any = VisionNode.__table__
    given: dict[str, Any] = {name: bindparam(name) for name in names}
    return update(table).where(table.c.id == bindparam("ident")).values(given)


def _take_cameras(node: VisionNode, beat: Heartbeat, now: datetime, *, restarted: bool) -> None:
    own = _own_cameras(node, [line.camera_id for line in beat.cameras])
    rows = {
        camera_id: _health_values(
            node, line, camera_id, known.failing_since if known else None, now
        )
        | {"group_name": beat.group[: groups.LONGEST_NAME]}
        for line in beat.cameras
        if line.camera_id in own
        for camera_id, known in [own[line.camera_id]]
    }
    if not rows:
        return
    days.add(_gains(rows, dict(own.values()), restarted=restarted))
    # In one order for everybody, so that two heartbeats cannot wait for each other in a ring.
    _upsert_health([rows[key] for key in sorted(rows)])
    maintenance.follow(
        {camera_id: faults for camera_id, row in rows.items() if (faults := _faults(row, now))},
        {camera_id: well for camera_id, row in rows.items() if (well := _well(row))},
        now,
    )


def _node_values(beat: Heartbeat, now: datetime) -> dict[str, Any]:
    model = beat.model
    return {
        "last_seen_at": now,
        "skew_s": (beat.at - now).total_seconds(),
        "started_at": beat.started_at,
        "worker_version": beat.worker_version[:40],
        "backend": beat.backend[:40],
        "model_name": model.name[:80] if model else "",
        "model_version": model.version[:40] if model else "",
        "model_sha256": model.sha256 if model else "",
        "config_version": beat.config_version[:64],
        "queue_length": _clamp(beat.queue_length),
        "storage": contract.to_json(beat.storage) if beat.storage else None,
        "speaks": beat.contract,
        "models": weights.told_models(beat),
        "detectors": [contract.to_json(one) for one in beat.detectors[:MAX_DETECTORS]],
        "silence_told_at": None,
    }


@dataclass(frozen=True, slots=True)
class _Known:
    """What this node said of a camera before; ``report`` is what of it is added up."""

    failing_since: datetime | None
    report: Report
    group_name: str = ""


@functools.cache
def _own_cameras_of(_dialect: str) -> Any:
    stmt = (
        select(Camera.uid, Camera.id, CameraHealth.reported_at, CameraHealth.failing_since)
        .add_columns(CameraHealth.group_name, *(getattr(CameraHealth, name) for name in COUNTERS))
        .outerjoin(
            CameraHealth,
            (CameraHealth.camera_id == Camera.id) & (CameraHealth.node_id == bindparam("node_id")),
        )
        .where(Camera.node_id == bindparam("node_id"), among(Camera.uid, "told"))
    )
    return unscoped(stmt, reason="the node's own cameras")


def _own_cameras(node: VisionNode, told: Collection[str]) -> dict[str, tuple[int, _Known | None]]:
    """Of those ``told``, by uid: the camera's id, and the last that this node said of it."""
    asked = {"node_id": node.id, "told": list(told)}
    found: dict[str, tuple[int, _Known | None]] = {}
    stmt = _own_cameras_of(db.engine.dialect.name)
    for uid, ident, at, since, group, *counts in db.session.execute(stmt, asked).tuples():
        report = Report(at, ran=True, counters=dict(zip(COUNTERS, counts, strict=True)))
        found[uid] = (ident, _Known(since, report, group) if at else None)
    return found


def _gains(
    rows: Mapping[int, dict[str, Any]], known: Mapping[int, _Known | None], *, restarted: bool
) -> dict[int, dict[date, dict[str, float]]]:
    """What this heartbeat adds to the days of its cameras."""
    found = {}
    for camera_id, row in rows.items():
        ran = row["state"] is CameraState.RUNNING and row["view"] is ViewState.OK
        report = Report(row["reported_at"], ran, {name: row[name] for name in COUNTERS})
        before = known[camera_id]
        # Another group counts from its own beginning.
        passed_on = before is not None and before.group_name != row["group_name"]
        found[camera_id] = days.added(
            before.report if before else None, report, restarted=restarted or passed_on
        )
    return found


def _health_values(
    node: VisionNode,
    line: contract.CameraHealth,
    camera_id: int,
    known: datetime | None,
    now: datetime,
) -> dict[str, Any]:
    width, height = line.frame_size or (None, None)
    return {
        "camera_id": camera_id,
        "node_id": node.id,
        "reported_at": now,
        "state": line.state,
        "last_frame_at": line.last_frame_at,
        "fps": line.fps,
        "frame_age_s": line.frame_age_s,
        "reconnects": _clamp(line.reconnects),
        "dropped": _clamp(line.dropped),
        "fault": line.fault,
        "fault_detail": line.fault_detail[:200],
        "failing_since": rules.failing_since(line.state, known, now),
        "view": line.view,
        "view_since": line.view_since,
        "decoding": line.decoding,
        "corrupt": _clamp(line.corrupt),
        "judged": _clamp(line.judged),
        "frame_width": _side(width),
        "frame_height": _side(height),
    }


def _clamp(number: int) -> int:
    return max(0, min(number, LARGEST_INT))


def _side(pixels: int | None) -> int | None:
    return pixels if pixels and 0 < pixels <= LARGEST_SIDE else None


def _upsert_health(rows: list[dict[str, Any]]) -> None:
    upsert(CameraHealth, tuple(rows[0]), ("camera_id",), _as_told, rows)


def _as_told(stmt: Any) -> Mapping[str, Any]:
    told = (c.name for c in CameraHealth.__table__.columns if c.name not in {"id", "camera_id"})
    return {name: stmt.excluded[name] for name in told}


def _faults(row: dict[str, Any], now: datetime) -> dict[TicketFault, datetime]:
    """What this camera needs somebody for, and since when."""
    found: dict[TicketFault, datetime] = {}
    since = row["failing_since"]
    if stream := rules.stream_fault_of(row["fault"], since, now):
        found[stream] = since
    elif row["state"] is CameraState.RUNNING and (
        view := rules.view_fault_of(row["view"], row["view_since"], now)
    ):
        found[view] = row["view_since"]
    return found


def _well(row: dict[str, Any]) -> frozenset[TicketFault]:
    """The faults that this camera certainly does not have now."""
    if row["state"] is not CameraState.RUNNING:
        return frozenset()
    if row["view"] is ViewState.OK:
        return rules.STREAM_FAULTS | rules.VIEW_FAULTS
    return (rules.STREAM_FAULTS | rules.VIEW_FAULTS) - {TicketFault(row["view"])}
