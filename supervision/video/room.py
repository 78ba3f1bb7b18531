"""Room for evidence: asked before a file is stored, made ahead by a job, and everybody told in time.

What nobody confirmed goes first; what is held or stands behind a hazard never goes for want of
room. When nothing more may go, nodes keep what they have (507) and stop recording before their own
disk is full: evidence is never lost in silence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from supervision.core import attachments, audit, notices
from supervision.core.actor import SYSTEM
from supervision.core.db import db
from supervision.core.notices import Audience
from supervision.core.scope import unscoped
from supervision.core.web.state import settings
from supervision.video import removal, retention
from supervision.video.evidence_models import EvidenceRoom
from supervision.video.keeping import Room, Stays
from supervision.video.models import Camera, Violation, ViolationEvidence, VisionNode
from supervision.video.workflow import ReviewState
from vision.contract import StorageHealth

MB = 1024 * 1024
BATCH = 25
_ALL = "a figure of the whole installation"
# What goes first: rejected, then duplicates of what nobody confirmed, then what nobody judged.
ORDER = (
    (ReviewState.REJECTED, "room"),
    (ReviewState.DUPLICATE, "room"),
    (ReviewState.PENDING, "room_pending"),
)


# The last violation that was looked at: its beginning and its number.
After = tuple[datetime, int] | None


@dataclass(frozen=True, slots=True)
class Evicted:
    """The room that there is after it, how many files went; ``last`` None: there are no more."""

    room: Room
    files: int
    last: After


def has_room(size: int) -> bool:
    """Whether a file of ``size`` bytes may still be stored. One small statement."""
    return room_now().takes(size)


def room_now() -> Room:
    """As counted within the last minutes, with what came since."""
    known = db.session.scalar(_KNOWN)
    return _room(_sum() if known is None else int(known))


def state() -> EvidenceRoom | None:
    """The row of the last count; None before the first."""
    return _row()


def _row() -> EvidenceRoom | None:
    return db.session.scalars(select(EvidenceRoom).order_by(EvidenceRoom.id).limit(1)).first()


def _sum() -> int:
    return int(db.session.scalar(_USED) or 0)


# Asked before every upload.
_USED = unscoped(
    select(func.coalesce(func.sum(ViolationEvidence.size), 0)).where(
        ViolationEvidence.attachment_id.is_not(None)
    ),
    reason=_ALL,
)
_CAME = _USED.where(ViolationEvidence.stored_at > EvidenceRoom.counted_at)
# None before the first count.
_KNOWN = unscoped(
    select(EvidenceRoom.used_bytes + _CAME.correlate(EvidenceRoom).scalar_subquery())
    .order_by(EvidenceRoom.id)
    .limit(1),
    reason=_ALL,
)


def _room(used: int) -> Room:
    given = settings()
    return Room(
        used=used,
        limit=given.evidence_limit_gb * 1024 * MB,
        free=attachments.storage().free(),
        least_free=given.evidence_free_mb * MB,
    )


def count(now: datetime) -> Room:
    """Count anew what is used, and keep the figure."""
    return _room(_count(now))


def _count(now: datetime) -> int:
    row, used = _row(), _sum()
    if row is None:
        row = EvidenceRoom(counted_at=now, used_bytes=used)
        db.session.add(row)
    row.counted_at, row.used_bytes = now, used
    db.session.flush()
    return used


def evict(room: Room, status: ReviewState, why: str, after: After = None) -> Evicted:
    """Give up evidence of this status, the oldest first and so many at once, until there is room."""
    found = retention.locked(_oldest(status, after))
    removed = removal.remove(_may_go(found, status), why, enough=room.missing)
    if status is ReviewState.PENDING:
        _tell_of_unjudged(found, removed.violation_ids)
    left = replace(room, used=room.used - removed.size)
    last = (found[-1].started_at, found[-1].id) if len(found) == BATCH else None
    return Evicted(left, removed.files, last)


def looked_at_again(room: Room) -> Room:
    """With what is free on the disk now."""
    return replace(room, free=attachments.storage().free())


def _oldest(status: ReviewState, after: After) -> Select[Any]:
    at, ident = Violation.started_at, Violation.id
    stmt = retention.with_files(Violation.status == status).order_by(at, ident).limit(BATCH)
    if after is None:
        return stmt
    return stmt.where(at >= after[0], (at > after[0]) | (ident > after[1]))


def _may_go(found: Sequence[Violation], status: ReviewState) -> Sequence[Violation]:
    """A duplicate of what was confirmed, or is held, stands behind it."""
    if status is not ReviewState.DUPLICATE:
        return found
    known = retention.keepings(found)
    stays = {Stays.UNCONFIRMED, Stays.PENDING}
    return [one for one in found if known[one.id].why in stays]


def _tell_of_unjudged(found: Sequence[Violation], gone: frozenset[int]) -> None:
    """Nobody can judge them any more: whoever should have is told."""
    counts = Counter(one.enterprise_id for one in found if one.id in gone)
    for enterprise_id, count in sorted(counts.items()):
        for audience in (Audience.SUPERVISORS, Audience.ENTERPRISE_PEOPLE):
            notices.queue(
                "video.evidence_unjudged",
                audience,
                enterprise_id,
                link="/video/?status=pending&sort=oldest",
                count=count,
            )


def follow(room: Room, now: datetime) -> None:
    """Tell everybody once that nothing more may go, and once that there is room again."""
    row = _row()
    if row is None:
        return
    if row.full_since is None and room.is_tight:
        row.full_since = now
        _tell_all("video.evidence_full", _with_cameras(), "/video/holds/")
        audit.record(SYSTEM, "video.evidence_full", row, used=room.used, free=room.free)
    elif row.full_since is not None and room.is_easy:
        row.full_since = None
        _tell_all("video.evidence_room_again", _with_cameras(), "/video/holds/")
        audit.record(SYSTEM, "video.evidence_room_again", row, used=room.used, free=room.free)


def follow_storage(why: str, now: datetime) -> bool:
    """Tell the administrators once that files cannot be written, and once that they can again.

    ``why`` is the reason, "" where they can; True when somebody was told.
    """
    row = _row()
    if row is None:
        _count(now)
        row = _row()
    assert row is not None
    if bool(why) == (row.unreachable_since is not None):
        return False
    kind = "video.storage_failing" if why else "video.storage_again"
    row.unreachable_since = now if why else None
    notices.queue(kind, Audience.ADMINISTRATORS, None, link="/video/holds/", why=why[:200])
    audit.record(SYSTEM, kind, row, why=why[:200])
    return True


def _with_cameras(node_id: int | None = None) -> list[int]:
    """Enterprises that are watched, by this node."""
    stmt = select(Camera.enterprise_id).where(Camera.is_enabled).distinct()
    if node_id is not None:
        stmt = stmt.where(Camera.node_id == node_id)
    return sorted(db.session.scalars(unscoped(stmt, reason="whoever is concerned is told")))


def _tell_all(kind: str, enterprises: Sequence[int], link: str, **params: object) -> None:
    given: dict[str, Any] = params
    notices.queue(kind, Audience.ADMINISTRATORS, None, link=link, **given)
    for enterprise_id in enterprises:
        for audience in (Audience.SUPERVISORS, Audience.ENTERPRISE_PEOPLE):
            notices.queue(kind, audience, enterprise_id, link=link, **given)


def follow_recording(node: VisionNode, storage: StorageHealth | None) -> None:
    """A node stopped recording for want of room, or records again: told once each time.

    ``node`` still holds what it said before.
    """
    if storage is None:
        return
    before = node.storage_health
    recorded = before is None or before.recording
    if recorded == storage.recording:
        return
    kind = "video.recording_again" if storage.recording else "video.recording_stopped"
    concerned = _with_cameras(node.id)
    _tell_all(kind, concerned, "/video/cameras/", name=node.name, free=storage.free_mb)
    audit.record(SYSTEM, kind, node, free_mb=storage.free_mb, waiting_mb=storage.waiting_mb)
