"""Live pictures: who looks at which cameras, and what was seen last.

A node sends pictures only while somebody looks, so whoever shows them says so again every
:data:`RENEW_S` seconds with :func:`look`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, update

from supervision.core import audit, clock, partitions
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Forbidden, InvalidInput, NotFound
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped, visible
from supervision.core.text import N_
from supervision.video import node_jobs
from supervision.video.job_models import LiveFrame
from supervision.video.models import Camera

RENEW_S = 20.0
# A renewal may come late: a browser in the background, a slow line.
WANTED_FOR = timedelta(seconds=60)
# An older picture is not shown at all: it is of another hour, or from before a mask was drawn.
OLDEST = timedelta(minutes=5)
AUDITED_EVERY = timedelta(minutes=10)
MOST_AT_ONCE = 16
WIDTHS = (480, 960, 1920)
ACTION = "video.live"


@dataclass(frozen=True, slots=True)
class Picture:
    """A camera's newest JPEG; ``data`` empty where only its date was asked for."""

    camera_id: int
    taken_at: datetime
    received_at: datetime
    data: bytes = b""

    @property
    def etag(self) -> str:
        return f"{self.camera_id}-{self.received_at.timestamp():.6f}"


def look(
    actor: Actor, camera_ids: Sequence[int], *, width: int = 480, every_s: float = 5.0
) -> None:
    """``actor`` looks at these cameras for a minute from now. In the caller's transaction.

    ``width`` in pixels of the widest picture wanted, ``every_s`` between two. Raises Forbidden
    without the permission, NotFound where one of the cameras is none of the actor's,
    InvalidInput for more than :data:`MOST_AT_ONCE`.
    """
    if not actor.may(Permission.VIDEO_LIVE):
        raise Forbidden
    wanted = sorted(set(camera_ids))
    if len(wanted) > MOST_AT_ONCE:
        raise InvalidInput(
            N_("At most %(count)s cameras at a time."), field="camera", count=MOST_AT_ONCE
        )
    if not wanted:
        return
    cameras = db.session.scalars(visible(Camera, actor).where(Camera.id.in_(wanted))).all()
    if len(cameras) != len(wanted):
        raise NotFound
    now = clock.now()
    noted = _noted(actor, wanted, now)
    for camera in cameras:
        if camera.id not in noted:
            audit.record(actor, ACTION, camera)
    node_jobs.want_live(wanted, until=now + WANTED_FOR, width=width, every_s=every_s)


def _noted(actor: Actor, camera_ids: Sequence[int], now: datetime) -> set[int | None]:
    """Of which cameras the trail says already that this actor looks."""
    stmt = select(audit.AuditEntry.entity_id).where(
        audit.AuditEntry.entity == Camera.__tablename__,
        audit.AuditEntry.entity_id.in_(camera_ids),
        audit.AuditEntry.action == ACTION,
        audit.AuditEntry.actor_kind == actor.kind,
        audit.AuditEntry.actor_id == actor.id,
        audit.AuditEntry.at > now - AUDITED_EVERY,
        partitions.within(audit.AuditEntry.id, now - AUDITED_EVERY, None),
    )
    return set(db.session.scalars(unscoped(stmt, reason="what this actor did a moment ago")))


def note(actor: Actor, camera_id: int) -> None:
    """Whoever is shown a picture stands in the trail, also one that somebody else asked for.

    In the caller's transaction; nothing is written where :func:`is_noted`.
    """
    camera = db.session.scalars(visible(Camera, actor).where(Camera.id == camera_id)).one()
    if not is_noted(actor, camera_id):
        audit.record(actor, ACTION, camera)


def is_noted(actor: Actor, camera_id: int) -> bool:
    return bool(_noted(actor, [camera_id], clock.now()))


def picture(actor: Actor, camera_id: int) -> Picture | None:
    """The newest picture of a camera, with its bytes; None while there is none.

    Raises NotFound for a camera that is none of the actor's.
    """
    stmt = _fresh(actor, Camera.id, LiveFrame.taken_at, LiveFrame.received_at, LiveFrame.data)
    row = db.session.execute(stmt.where(Camera.id == camera_id)).tuples().first()
    if row is not None:
        return Picture(*row)
    known = visible(Camera, actor, func.count(Camera.id)).where(Camera.id == camera_id)
    if not db.session.scalar(known):
        raise NotFound
    return None


def dates(actor: Actor, camera_ids: Sequence[int]) -> dict[int, Picture]:
    """Of which of these cameras there is a picture, without its bytes."""
    stmt = _fresh(actor, Camera.id, LiveFrame.taken_at, LiveFrame.received_at)
    rows = db.session.execute(stmt.where(Camera.id.in_(camera_ids))).tuples()
    return {row[0]: Picture(*row) for row in rows}


def _fresh(actor: Actor, *columns: Any) -> Select[Any]:
    return (
        visible(Camera, actor, *columns)
        .join(LiveFrame, LiveFrame.camera_id == Camera.id)
        .where(LiveFrame.received_at > clock.now() - OLDEST)
    )


def forget(camera_id: int) -> None:
    """The picture that is kept of a camera is not shown again: a mask was drawn, say."""
    _drop(LiveFrame.camera_id == camera_id)


def forget_old(now: datetime) -> int:
    """Nobody keeps pictures of people for having looked; returns how many were dropped."""
    return _drop(LiveFrame.received_at < now - OLDEST)


def _drop(which: ColumnElement[bool]) -> int:
    stmt = (
        update(LiveFrame)
        .where(which, LiveFrame.received_at.is_not(None))
        .values(data=None, taken_at=None, received_at=None, width=None, height=None)
        .execution_options(synchronize_session=False)
    )
    done = db.session.execute(unscoped(stmt, reason="pictures that nobody may see any more"))
    return int(done.rowcount)  # type: ignore[attr-defined]
