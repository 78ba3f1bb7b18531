"""Reads of violations, cameras and nodes. Every one starts at ``visible()``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, load_only, selectinload

from supervision.account.models import ServiceToken
from supervision.core import clock, partitions
from supervision.core.actor import Actor
from supervision.core.counting import count_if
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import region_range, unscoped, visible
from supervision.core.search import contains
from supervision.enterprise.models import Enterprise
from supervision.video.models import Camera, ParkedEvent, Violation, VisionNode
from supervision.video.rules import Severity
from supervision.video.workflow import ReviewState
from vision.contract import RuleKind

NEAR = timedelta(hours=24)

SORTS = {
    "newest": (Violation.started_at.desc(), Violation.id.desc()),
    "oldest": (Violation.started_at, Violation.id),
}


@dataclass(frozen=True, slots=True)
class ViolationFilter:
    """What the queue is narrowed to; empty means all."""

    status: ReviewState | None = None
    severity: Severity | None = None
    rule_kind: RuleKind | None = None
    camera_id: int | None = None
    enterprise_id: int | None = None
    region: str = ""
    seen_from: date | None = None
    seen_to: date | None = None
    sort: str = "newest"


def list_violations(actor: Actor, wanted: ViolationFilter) -> Select[Any]:
    """The ordered statement behind the queue, enterprise and camera loaded along."""
    stmt = _narrowed(visible(Violation, actor), wanted).options(
        contains_eager(Violation.enterprise), joinedload(Violation.camera)
    )
    return stmt.order_by(*SORTS.get(wanted.sort, SORTS["newest"]))


def _narrowed(stmt: Select[Any], wanted: ViolationFilter) -> Select[Any]:
    stmt = stmt.join(Enterprise, Enterprise.id == Violation.enterprise_id)
    stmt = stmt.where(*conditions(wanted))
    if wanted.region:
        stmt = stmt.where(region_range(Enterprise.region_code, wanted.region))
    return stmt


def conditions(wanted: ViolationFilter) -> list[ColumnElement[bool]]:
    """What ``wanted`` asks of the violation itself; the region is its enterprise's."""
    found = [
        column == value
        for column, value in (
            (Violation.status, wanted.status),
            (Violation.severity, wanted.severity),
            (Violation.rule_kind, wanted.rule_kind),
            (Violation.camera_id, wanted.camera_id),
            (Violation.enterprise_id, wanted.enterprise_id),
        )
        if value
    ]
    if wanted.seen_from:
        found.append(Violation.started_at >= clock.start_of(wanted.seen_from))
    if wanted.seen_to:
        found.append(Violation.started_at < clock.end_of(wanted.seen_to))
    if wanted.seen_from or wanted.seen_to:
        found.append(
            partitions.within(
                Violation.id,
                clock.start_of(wanted.seen_from) if wanted.seen_from else None,
                clock.end_of(wanted.seen_to) if wanted.seen_to else None,
            )
        )
    return found


def neighbours(
    actor: Actor, violation: Violation, wanted: ViolationFilter
) -> tuple[int | None, int | None]:
    """Ids before and after this one in the filtered queue; it need not be in it itself."""
    ascending = wanted.sort == "oldest"
    return _beside(actor, violation, wanted, later=not ascending), _beside(
        actor, violation, wanted, later=ascending
    )


def _beside(
    actor: Actor, violation: Violation, wanted: ViolationFilter, *, later: bool
) -> int | None:
    at, ident = Violation.started_at, Violation.id
    here, number = violation.started_at, violation.id
    stmt = _narrowed(visible(Violation, actor, Violation.id), wanted)
    if later:
        stmt = stmt.where(or_(at > here, and_(at == here, ident > number))).order_by(at, ident)
    else:
        stmt = stmt.where(or_(at < here, and_(at == here, ident < number)))
        stmt = stmt.order_by(at.desc(), ident.desc())
    return db.session.scalars(stmt.limit(1)).first()


def next_after(actor: Actor, violation: Violation, wanted: ViolationFilter) -> int | None:
    """Where a verdict leads: the next of the queue, else the one before, else nothing is left."""
    before, after = neighbours(actor, violation, wanted)
    return after or before


def get_violation(violation_id: int, actor: Actor, *, for_update: bool = False) -> Violation:
    """One violation with all that its page shows. Raises NotFound out of scope."""
    stmt = (
        visible(Violation, actor)
        .where(Violation.id == violation_id)
        .options(
            joinedload(Violation.enterprise),
            joinedload(Violation.camera),
            joinedload(Violation.hazard),
            selectinload(Violation.evidence),
        )
        .execution_options(populate_existing=True)
    )
    if for_update:
        stmt = stmt.with_for_update(of=Violation)
    found: Violation | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def originals(violation: Violation, actor: Actor) -> Sequence[Violation]:
    """What this one may be a duplicate of: the same camera within a day, nearest in time first."""
    begin, end = violation.started_at - NEAR, violation.started_at + NEAR
    stmt = (
        visible(Violation, actor)
        .where(Violation.camera_id == violation.camera_id, Violation.id != violation.id)
        .where(Violation.status.in_((ReviewState.PENDING, ReviewState.CONFIRMED)))
        .where(Violation.started_at.between(begin, end))
        .where(partitions.within(Violation.id, begin, end))
        .order_by(
            case((Violation.rule_id == violation.rule_id, 0), else_=1),
            case((Violation.started_at <= violation.started_at, 0), else_=1),
            Violation.started_at.desc(),
        )
        .limit(20)
    )
    return db.session.scalars(stmt).all()


def same_camera(violation: Violation, actor: Actor) -> tuple[int | None, int | None]:
    """The violation before and the one after on the same camera, by time."""
    wanted = ViolationFilter(camera_id=violation.camera_id, sort="oldest")
    return neighbours(actor, violation, wanted)


@dataclass(frozen=True, slots=True)
class Counts:
    """Figures of the queue."""

    pending: int
    confirmed: int
    rejected: int
    duplicate: int
    oldest_pending: datetime | None


def counts(actor: Actor, enterprise_id: int | None = None) -> Counts:
    """All figures in one statement; verdicts of the last 30 days, everything that is pending."""
    since = clock.now() - timedelta(days=30)

    pending = Violation.status == ReviewState.PENDING
    stmt = visible(
        Violation,
        actor,
        count_if(pending),
        count_if(Violation.status == ReviewState.CONFIRMED),
        count_if(Violation.status == ReviewState.REJECTED),
        count_if(Violation.status == ReviewState.DUPLICATE),
        func.min(case((pending, Violation.started_at))),
    ).where(or_(pending, Violation.verdict_at >= since))
    if enterprise_id is not None:
        stmt = stmt.where(Violation.enterprise_id == enterprise_id)
    return Counts(*db.session.execute(stmt).one())


def count(actor: Actor, wanted: ViolationFilter) -> int:
    """How many the filter finds."""
    stmt = _narrowed(visible(Violation, actor, func.count(Violation.id)), wanted)
    return db.session.scalar(stmt) or 0


def pending_count(actor: Actor, *, cap: int) -> int:
    """How many wait, up to ``cap``: on every page, so it must not grow with the queue."""
    some = visible(Violation, actor, Violation.id)
    some = some.where(Violation.status == ReviewState.PENDING).limit(cap)
    stmt = select(func.count()).select_from(some.subquery())
    return db.session.scalar(stmt.execution_options(**some.get_execution_options())) or 0


def latest(actor: Actor, *, enterprise_id: int, limit: int) -> Sequence[Violation]:
    """An enterprise's newest violations, camera loaded."""
    wanted = ViolationFilter(enterprise_id=enterprise_id)
    return db.session.scalars(list_violations(actor, wanted).limit(limit)).unique().all()


def of_hazard(hazard_id: int, actor: Actor, *, limit: int) -> Sequence[Violation]:
    """The newest sightings that were confirmed into a ticket, with camera and evidence."""
    stmt = (
        visible(Violation, actor)
        .where(Violation.hazard_id == hazard_id)
        .options(joinedload(Violation.camera), selectinload(Violation.evidence))
        .order_by(Violation.started_at.desc(), Violation.id.desc())
        .limit(limit)
    )
    return db.session.scalars(stmt).all()


def count_of_hazard(hazard_id: int, actor: Actor) -> int:
    """How many sightings a ticket joins."""
    stmt = visible(Violation, actor, func.count(Violation.id))
    return db.session.scalar(stmt.where(Violation.hazard_id == hazard_id)) or 0


def verdicts_of_enterprise(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int
) -> Sequence[Violation]:
    """Confirmed and rejected ones, newest verdict first, for the file's timeline."""
    stmt = (
        visible(Violation, actor)
        .where(Violation.enterprise_id == enterprise_id)
        .where(Violation.status.in_((ReviewState.CONFIRMED, ReviewState.REJECTED)))
        .options(joinedload(Violation.camera))
        .order_by(Violation.verdict_at.desc(), Violation.id.desc())
        .limit(limit)
    )
    if before is not None:
        stmt = stmt.where(Violation.verdict_at < before)
    return db.session.scalars(stmt).unique().all()


def list_cameras(
    actor: Actor, *, text: str = "", enterprise_id: int | None = None, node_id: int | None = None
) -> Select[Any]:
    """Cameras with enterprise, node and health loaded, by enterprise and name."""
    stmt = (
        visible(Camera, actor)
        .join(Enterprise, Enterprise.id == Camera.enterprise_id)
        .options(
            contains_eager(Camera.enterprise), joinedload(Camera.node), joinedload(Camera.health)
        )
        .order_by(Enterprise.name, Camera.name, Camera.id)
    )
    if text:
        columns = (Camera.name, Camera.place, Enterprise.name)
        stmt = stmt.where(contains(text, *columns))
    if enterprise_id:
        stmt = stmt.where(Camera.enterprise_id == enterprise_id)
    if node_id:
        stmt = stmt.where(Camera.node_id == node_id)
    return stmt


def camera_choices(actor: Actor, limit: int = 200) -> list[tuple[int, str]]:
    """For a filter: the cameras that have a violation in view, by name."""
    stmt = (
        visible(Camera, actor, Camera.id, Camera.name, Enterprise.short_name)
        .join(Enterprise, Enterprise.id == Camera.enterprise_id)
        .order_by(Enterprise.name, Camera.name)
        .limit(limit)
    )
    return [
        (row[0], f"{row[2]} · {row[1]}" if row[2] else row[1]) for row in db.session.execute(stmt)
    ]


def get_camera(camera_id: int, actor: Actor) -> Camera:
    """One camera with enterprise, node and health. Raises NotFound out of scope."""
    stmt = (
        visible(Camera, actor)
        .where(Camera.id == camera_id)
        .options(joinedload(Camera.enterprise), joinedload(Camera.node), joinedload(Camera.health))
    )
    found: Camera | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def cameras_of_node(actor: Actor) -> Sequence[Camera]:
    """What the node that asks is to run now."""
    stmt = visible(Camera, actor).where(Camera.is_enabled).order_by(Camera.id)
    return db.session.scalars(stmt).all()


def get_node(node_id: int, actor: Actor) -> VisionNode:
    stmt = visible(VisionNode, actor).where(VisionNode.id == node_id)
    found: VisionNode | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


_WHY = "a node sees itself: its token said who it is"
_SPEAKER = unscoped(select(VisionNode).where(VisionNode.id == bindparam("ident")), reason=_WHY)
# What its cameras see says nothing of the machine: the few columns that are looked at.
_SPEAKER_IN_SHORT = _SPEAKER.options(
    load_only(
        VisionNode.uid, VisionNode.name, VisionNode.lease_s, VisionNode.skew_s, VisionNode.speaks
    )
)


def speaker(actor: Actor, *, in_short: bool = False) -> VisionNode:
    """The node that speaks; asked with every message. Raises NotFound for one that is gone."""
    stmt = _SPEAKER_IN_SHORT if in_short else _SPEAKER
    found: VisionNode | None = db.session.scalars(stmt, {"ident": actor.node_id}).first()
    if found is None:
        raise NotFound
    return found


def list_nodes(actor: Actor) -> Select[Any]:
    return visible(VisionNode, actor).order_by(VisionNode.name, VisionNode.id)


def camera_counts(actor: Actor, node_ids: Sequence[int]) -> dict[int, int]:
    """How many cameras each node of a page has."""
    stmt = (
        visible(Camera, actor, Camera.node_id, func.count(Camera.id))
        .where(Camera.node_id.in_(node_ids))
        .group_by(Camera.node_id)
    )
    return {int(row[0]): int(row[1]) for row in db.session.execute(stmt)}


def tokens_of(node: VisionNode, actor: Actor, limit: int = 100) -> Sequence[ServiceToken]:
    stmt = (
        visible(ServiceToken, actor)
        .where(ServiceToken.node_id == node.id)
        .order_by(ServiceToken.id.desc())
        .limit(limit)
    )
    return db.session.scalars(stmt).all()


def get_token(node: VisionNode, token_id: int, actor: Actor) -> ServiceToken:
    stmt = visible(ServiceToken, actor).where(
        ServiceToken.node_id == node.id, ServiceToken.id == token_id
    )
    found: ServiceToken | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def list_parked(actor: Actor, node_id: int | None = None) -> Select[Any]:
    stmt = (
        visible(ParkedEvent, actor)
        .options(joinedload(ParkedEvent.node))
        .order_by(ParkedEvent.last_at.desc(), ParkedEvent.id.desc())
    )
    return stmt.where(ParkedEvent.node_id == node_id) if node_id else stmt


def parked_count(actor: Actor) -> int:
    return db.session.scalar(visible(ParkedEvent, actor, func.count(ParkedEvent.id))) or 0


def silent_nodes(actor: Actor, now: datetime, silent_seconds: int) -> Sequence[VisionNode]:
    """Nodes whose last heartbeat is too old; never-seen ones are not silent but not yet set up."""
    stmt = visible(VisionNode, actor).where(
        VisionNode.last_seen_at < now - timedelta(seconds=silent_seconds)
    )
    return db.session.scalars(stmt.order_by(VisionNode.id).limit(50)).all()


def newly_silent(now: datetime, silent_seconds: int, limit: int) -> Sequence[VisionNode]:
    """Those of :func:`silent_nodes` that nobody was told of yet."""
    stmt = (
        select(VisionNode)
        .where(VisionNode.last_seen_at < now - timedelta(seconds=silent_seconds))
        .where(VisionNode.silence_told_at.is_(None))
        .order_by(VisionNode.id)
        .limit(limit)
        .with_for_update(of=VisionNode, skip_locked=True)
    )
    return db.session.scalars(unscoped(stmt, reason="the watch goes over all nodes")).all()
