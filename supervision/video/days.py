"""What a camera did on each day of ours, added up from its node's heartbeats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.video.models import Camera, CameraDay
from supervision.video.upsert import upsert

# A node speaks every few seconds. Of a longer silence nobody knows what the camera did in it, but
# for the last minute before it spoke again.
LONGEST_STEP = timedelta(seconds=60)
COUNTERS = ("reconnects", "dropped", "corrupt", "judged")


@dataclass(frozen=True, slots=True)
class Report:
    """A camera's line of a heartbeat as far as it is added up. ``ran``: and could be judged."""

    at: datetime
    ran: bool
    counters: Mapping[str, int]


def shares(since: datetime, until: datetime) -> dict[date, float]:
    """Seconds from ``since`` to ``until`` by our day; of a long gap only its last minute."""
    begin = max(since, until - LONGEST_STEP)
    if begin >= until:
        return {}
    midnight = clock.start_of(clock.day_of(until))
    parts = ((begin, min(until, midnight)), (max(begin, midnight), until))
    return {clock.day_of(a): (b - a).total_seconds() for a, b in parts if a < b}


def gained(before: int, now: int, *, restarted: bool = False) -> int:
    """What a counter rose by. A worker that began anew counts from zero, and so does one that fell."""
    return now if restarted or now < before else now - before


def added(
    before: Report | None, report: Report, *, restarted: bool = False
) -> dict[date, dict[str, float]]:
    """What ``report`` adds to each day; nothing where it is the same again."""
    found: dict[date, dict[str, float]] = {}
    if report.ran and before is not None:
        for day, seconds in shares(before.at, report.at).items():
            found[day] = {"running_s": seconds}
    risen = {
        name: gained(before.counters[name] if before else 0, report.counters[name],
                     restarted=restarted)
        for name in COUNTERS
    }  # fmt: skip
    if any(risen.values()):
        found.setdefault(clock.day_of(report.at), {}).update(risen)
    return found


def add(gains: Mapping[int, Mapping[date, Mapping[str, float]]]) -> None:
    """Add to the days of cameras, by id; one statement for all of them."""
    rows = [
        {"camera_id": camera_id, "day": day, "running_s": 0.0, **dict.fromkeys(COUNTERS, 0), **more}
        # In one order for everybody, so that two heartbeats cannot wait for each other in a ring.
        for camera_id in sorted(gains)
        for day, more in sorted(gains[camera_id].items())
    ]
    if not rows:
        return
    upsert(CameraDay, ("camera_id", "day", *_SUMMED), ("camera_id", "day"), _summed, rows)


_SUMMED = ("running_s", *COUNTERS)


def _summed(stmt: Any) -> Mapping[str, Any]:
    return {name: getattr(CameraDay, name) + stmt.excluded[name] for name in _SUMMED}


def of_cameras(
    actor: Actor, camera_ids: Sequence[int], first: date, last: date
) -> dict[int, dict[date, CameraDay]]:
    """The days from ``first`` to ``last`` of some cameras, by camera and day."""
    stmt = (
        visible(Camera, actor, CameraDay)
        .join(CameraDay, CameraDay.camera_id == Camera.id)
        .where(CameraDay.camera_id.in_(camera_ids), CameraDay.day.between(first, last))
    )
    found: dict[int, dict[date, CameraDay]] = {}
    for row in db.session.scalars(stmt):
        found.setdefault(row.camera_id, {})[row.day] = row
    return found
