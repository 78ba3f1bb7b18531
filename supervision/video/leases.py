"""Verbs of leases: cameras given, renewed, handed over with what is open, and given back.

One statement renews all that is the asker's, one gives it all that is free; two that ask at once
meet at the rows' locks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Result, case, delete, func, select, update

from supervision.core import clock
from supervision.core.db import db
from supervision.core.scope import unscoped
from supervision.video import lease_rules
from supervision.video.lease_models import CameraLease, CameraLeaseTerm
from supervision.video.lease_rules import GUARD, Telling
from supervision.video.models import Camera, Violation, VisionNode
from supervision.video.upsert import insert
from vision import contract
from vision.contract import (
    MAX_LEASE_S,
    ContractError,
    LeaseAsk,
    LeaseGrant,
    ModelRef,
    OpenEpisode,
    Phase,
    ViolationEvent,
)

# What a worker left open longer ago is of no camera that anybody watched since.
HANDED_OVER = timedelta(days=31)
MOST_EPISODES = 2000
# A machine that was away for longer is not believed about its terms any more.
TERMS_KEPT = timedelta(days=90)
FORGOTTEN_AT_ONCE = 5000


def answer(node: VisionNode, ask: LeaseAsk) -> LeaseGrant:
    """Give what is free, renew what is the asker's, and say what is open where it begins anew.

    Raises ContractError where the node's cameras need no lease.
    """
    if not node.lease_s:
        raise ContractError("node", "shares its cameras with nobody")
    now = clock.now()
    known = _own_cameras(node, {*ask.cameras, *ask.release})
    ids = {uid: one.camera_id for uid, one in known.items()}
    _release(node, ask.holder, [ids[uid] for uid in ask.release if uid in ids], now)
    wanted = [known[uid] for uid in set(ask.cameras) - set(ask.release) if uid in known]
    mine = [one.camera_id for one in wanted if one.is_of(node, ask.holder)]
    # Whatever is another's for certain is not even asked for: that would make it wait.
    free = [one.camera_id for one in wanted if one.is_free(now) and one.camera_id not in set(mine)]
    if mine and free:
        _lock([*mine, *free])
    granted = _renew(node, ask.holder, mine, now) | _grant(node, ask.holder, free, now)
    given = {
        uid: granted[ident].epoch
        for uid, ident in ids.items()
        if ident in granted and uid in ask.cameras
    }
    begun = [ids[uid] for uid in ask.fresh if uid in given]
    new = [ident for ident, one in granted.items() if one.granted_at == now]
    _begin_terms(new)
    return LeaseGrant(
        node=node.uid,
        holder=ask.holder,
        lease_s=node.lease_s,
        leases=tuple(contract.CameraLease(uid, given[uid], node.lease_s) for uid in sorted(given)),
        refused=tuple(sorted(set(ask.cameras) - given.keys())),
        episodes=_hand_over(node, sorted({*begun, *new}), now),
    )


@dataclass(frozen=True, slots=True)
class _Given:
    epoch: int
    granted_at: datetime


@dataclass(frozen=True, slots=True)
class _Known:
    """A camera of the node, and its lease as it was a moment ago, if it ever had one."""

    camera_id: int
    node_id: int | None
    holder: str | None
    until: datetime | None

    def is_of(self, node: VisionNode, holder: str) -> bool:
        return (self.node_id, self.holder) == (node.id, holder)

    def is_free(self, now: datetime) -> bool:
        return self.until is None or self.until <= now - GUARD


def _own_cameras(node: VisionNode, uids: set[str]) -> dict[str, _Known]:
    """By uid, those of the named ones that this node is to watch."""
    lease = (CameraLease.node_id, CameraLease.holder, CameraLease.until)
    stmt = (
        select(Camera.uid, Camera.id, *lease)
        .outerjoin(CameraLease, CameraLease.camera_id == Camera.id)
        .where(Camera.node_id == node.id, Camera.is_enabled, Camera.uid.in_(uids))
    )
    rows = db.session.execute(unscoped(stmt, reason="the node's own cameras")).tuples()
    return {uid: _Known(ident, node_id, who, until) for uid, ident, node_id, who, until in rows}


def _lock(camera_ids: Sequence[int]) -> None:
    """In one order for everybody: renewing first and then asking for what another renews is a ring."""
    stmt = (
        select(CameraLease.id)
        .where(CameraLease.camera_id.in_(camera_ids))
        .order_by(CameraLease.camera_id)
        .with_for_update()
    )
    db.session.execute(stmt).all()


def _renew(
    node: VisionNode, holder: str, camera_ids: Sequence[int], now: datetime
) -> dict[int, _Given]:
    """What was the holder's a moment ago, if it still is: nearly all that is ever asked."""
    if not camera_ids:
        return {}
    until = now + timedelta(seconds=node.lease_s)
    # No lease lasts for longer: one that does is of a clock that was set back since.
    longest = now + timedelta(seconds=MAX_LEASE_S)
    is_later = CameraLease.until.between(until, longest)
    # Locked in one order for everybody, so that two holders cannot wait for each other in a ring.
    locked = (
        select(CameraLease.id)
        .where(CameraLease.camera_id.in_(camera_ids))
        .where(CameraLease.node_id == node.id, CameraLease.holder == holder)
        .order_by(CameraLease.camera_id)
        .with_for_update()
    )
    stmt = (
        update(CameraLease)
        .where(CameraLease.id.in_(locked))
        .where(CameraLease.node_id == node.id, CameraLease.holder == holder)
        .values(until=case((is_later, CameraLease.until), else_=until))
        .returning(CameraLease.camera_id, CameraLease.epoch, CameraLease.granted_at)
        .execution_options(synchronize_session=False)
    )
    return _given(db.session.execute(stmt))


def _release(node: VisionNode, holder: str, camera_ids: Sequence[int], now: datetime) -> None:
    if not camera_ids:
        return
    stmt = (
        update(CameraLease)
        .where(CameraLease.camera_id.in_(camera_ids), CameraLease.until > now)
        .where(CameraLease.node_id == node.id, CameraLease.holder == holder)
        .values(until=now)
    )
    db.session.execute(unscoped(stmt, reason="the holder's own leases"))


def _grant(
    node: VisionNode, holder: str, camera_ids: Sequence[int], now: datetime
) -> dict[int, _Given]:
    """What seemed free, as :func:`lease_rules.decide` says; what is another's by now is not in it."""
    if not camera_ids:
        return {}
    until = now + timedelta(seconds=node.lease_s)
    rows = [
        {
            "camera_id": camera_id,
            "node_id": node.id,
            "holder": holder,
            "epoch": 1,
            "until": until,
            "granted_at": now,
        }
        for camera_id in sorted(camera_ids)
    ]
    stmt = insert(CameraLease).values(rows)
    changed: dict[str, Any] = {
        "node_id": node.id,
        "holder": holder,
        "epoch": CameraLease.epoch + 1,
        "until": stmt.excluded.until,
        "granted_at": stmt.excluded.granted_at,
        "last_until": CameraLease.until,
    }
    stmt = stmt.on_conflict_do_update(
        index_elements=[CameraLease.camera_id],
        set_=changed,
        where=CameraLease.until <= now - GUARD,
    )
    columns = (CameraLease.camera_id, CameraLease.epoch, CameraLease.granted_at)
    return _given(db.session.execute(stmt.returning(*columns)))


def _given(result: Result[Any]) -> dict[int, _Given]:
    rows: Sequence[Any] = result.all()
    return {row[0]: _Given(row[1], row[2]) for row in rows}


def _begin_terms(camera_ids: Sequence[int]) -> None:
    """The terms of what was just given, and the ends of those before."""
    if not camera_ids:
        return
    here = CameraLease.camera_id == CameraLeaseTerm.camera_id
    since = CameraLeaseTerm.since
    # A clock that was set back meanwhile makes no term end before it began.
    end = case((CameraLease.last_until < since, since), else_=CameraLease.last_until)
    last = select(end).where(here).correlate(CameraLeaseTerm).scalar_subquery()
    present = select(CameraLease.epoch).where(here).scalar_subquery()
    ended = (
        update(CameraLeaseTerm)
        .where(CameraLeaseTerm.camera_id.in_(camera_ids), CameraLeaseTerm.until.is_(None))
        .where(CameraLeaseTerm.epoch < present)
        .values(until=last)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(unscoped(ended, reason="terms of the node's own cameras"))
    source = select(
        CameraLease.camera_id,
        CameraLease.epoch,
        CameraLease.node_id,
        CameraLease.holder,
        CameraLease.granted_at,
    ).where(CameraLease.camera_id.in_(camera_ids))
    columns = ["camera_id", "epoch", "node_id", "holder", "since"]
    stmt = insert(CameraLeaseTerm).from_select(columns, source)
    db.session.execute(stmt.on_conflict_do_nothing())


def _hand_over(
    node: VisionNode, camera_ids: Sequence[int], now: datetime
) -> tuple[OpenEpisode, ...]:
    """What is open of these cameras; it stands under their present terms from now on.

    So a late revision of the holder before, whatever its number, writes nothing over. What another
    node left open, from which the camera has come, nobody but that node can go on with.
    """
    if not camera_ids:
        return ()
    is_open = (
        Violation.camera_id.in_(camera_ids),
        Violation.node_id == node.id,
        Violation.phase != Phase.CLOSE,
        Violation.started_at > now - HANDED_OVER,
    )
    here = CameraLease.camera_id == Violation.camera_id
    epoch = select(CameraLease.epoch).where(here).scalar_subquery()
    moved = (
        update(Violation)
        .where(*is_open)
        .values(lease=epoch)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(unscoped(moved, reason="what the node's own cameras saw"))
    stmt = (
        select(Violation, Camera.uid)
        .join(Camera, Camera.id == Violation.camera_id)
        .where(*is_open)
        .order_by(Violation.id)
        .limit(MOST_EPISODES)
        .options(db.selectinload(Violation.evidence))
        .execution_options(populate_existing=True)
    )
    found = db.session.execute(unscoped(stmt, reason="what the node's own cameras saw")).tuples()
    return tuple(_episode(violation, uid) for violation, uid in found)


def _episode(violation: Violation, camera_uid: str) -> OpenEpisode:
    size = (violation.frame_width, violation.frame_height)
    return OpenEpisode(
        event_id=violation.event_id,
        revision=violation.revision,
        camera_id=camera_uid,
        rule_id=violation.rule_id,
        rule_kind=violation.rule_kind,
        started_at=violation.started_at,
        seen_at=violation.seen_at,
        score=violation.score,
        model=ModelRef(violation.model_name, violation.model_version, violation.model_sha256),
        zone_id=violation.zone_id,
        subject=violation.subject,
        boxes=tuple(contract.parse(contract.DetectedBox, box) for box in violation.boxes),
        snapshot_at=violation.snapshot_at,
        frame_size=(size[0], size[1]) if size[0] and size[1] else None,
        same_as=violation.same_as,
        detail=violation.detail,
        config_version=violation.config_version,
        evidence=tuple(
            contract.EvidenceRef(
                one.kind, one.sha256, one.size, one.media_type, one.start_at, one.end_at
            )
            for one in violation.evidence
        ),
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """What an event may do; ``taken_over``: when the camera passed to its present holder."""

    telling: Telling
    taken_over: datetime | None = None


def standing_of(node: VisionNode, camera_id: int, event: ViolationEvent) -> Standing:
    """By the term that the event names. Before any of the camera's violations is locked.

    The camera does not pass on until this is stored, and of one camera's events one is stored after
    the other: else two that belong together might not see each other. Leases are locked before
    violations by everybody, so that a hand-over and a message wait in one direction only.
    """
    if event.lease == 0 and not node.lease_s:
        return Standing(Telling.PRESENT)
    row = db.session.execute(
        select(CameraLease.epoch, CameraLease.granted_at).where(CameraLease.camera_id == camera_id)
    ).first()
    present, taken_over = (row[0], row[1]) if row is not None else (0, None)
    seen_at = event.seen_at - timedelta(seconds=max(0.0, node.skew_s))
    term = _term(node, camera_id, event.lease)
    told = lease_rules.telling(event.lease, seen_at, present, term)
    return Standing(told, taken_over)


def _term(node: VisionNode, camera_id: int, epoch: int) -> tuple[datetime, datetime | None] | None:
    """Beginning and end of a term of this node; of "none" (0): the time before the first."""
    stmt = select(CameraLeaseTerm.since, CameraLeaseTerm.until)
    if epoch:
        stmt = stmt.where(CameraLeaseTerm.epoch == epoch, CameraLeaseTerm.node_id == node.id)
    stmt = stmt.where(CameraLeaseTerm.camera_id == camera_id)
    row = db.session.execute(stmt.order_by(CameraLeaseTerm.epoch).limit(1)).first()
    if row is None:
        return None
    return (row[0], row[1]) if epoch else (row[0], row[0])


def forget_old_terms(now: datetime) -> int:
    """Drop terms that ended long ago; returns how many."""
    old = (
        select(CameraLeaseTerm.id)
        .where(CameraLeaseTerm.until < now - TERMS_KEPT)
        .order_by(CameraLeaseTerm.id)
        .limit(FORGOTTEN_AT_ONCE)
    )
    stmt = delete(CameraLeaseTerm).where(CameraLeaseTerm.id.in_(old))
    done = db.session.execute(unscoped(stmt, reason="history of machines, by the clock alone"))
    return int(done.rowcount)  # type: ignore[attr-defined]


def holders(node: VisionNode, now: datetime) -> Sequence[tuple[str, int]]:
    """Who holds how many of the node's cameras just now, for its page."""
    stmt = (
        select(CameraLease.holder, func.count(CameraLease.id))
        .where(CameraLease.node_id == node.id, CameraLease.until > now)
        .group_by(CameraLease.holder)
        .order_by(CameraLease.holder)
        .limit(200)
    )
    return db.session.execute(stmt).tuples().all()
