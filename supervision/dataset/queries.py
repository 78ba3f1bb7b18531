"""Reads of data sets and of the verdicts that they are made of. Every one starts at ``visible()``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import joinedload, selectinload

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.counting import count_if
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import region_range, unscoped, visible
from supervision.core.search import contains
from supervision.dataset.models import DatasetState, TrainingSet
from supervision.dataset.rules import Choice
from supervision.enterprise.models import Enterprise
from supervision.video.models import Camera, Violation, ViolationEvidence
from supervision.video.rules import RejectReason
from supervision.video.workflow import ReviewState
from vision.contract import EvidenceKind, RuleKind

BATCH = 200


def list_sets(actor: Actor, *, text: str = "", status: DatasetState | None = None) -> Select[Any]:
    """The newest first."""
    stmt = visible(TrainingSet, actor)
    for word in text.split():
        stmt = stmt.where(contains(word, TrainingSet.name, TrainingSet.purpose))
    if status is not None:
        stmt = stmt.where(TrainingSet.status == status)
    return stmt.order_by(TrainingSet.id.desc())


def get_set(set_id: int, actor: Actor, *, for_update: bool = False) -> TrainingSet:
    """With its file. Raises NotFound."""
    stmt = visible(TrainingSet, actor).where(TrainingSet.id == set_id)
    stmt = stmt.options(joinedload(TrainingSet.file)).execution_options(populate_existing=True)
    if for_update:
        stmt = stmt.with_for_update(of=TrainingSet)
    found: TrainingSet | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def _chosen(stmt: Select[Any], choice: Choice) -> Select[Any]:
    """Narrow violations to people's verdicts of ``choice``: the system's own teach it nothing."""
    wanted = [ReviewState.CONFIRMED] if choice.confirmed else []
    wanted += [ReviewState.REJECTED] if choice.rejected else []
    stmt = stmt.where(
        Violation.status.in_(wanted),
        Violation.is_automatic.is_(False),
        Violation.verdict_side.is_not(None),
        Violation.rule_kind.in_(choice.kinds),
        Violation.started_at >= clock.start_of(choice.since),
        Violation.started_at < clock.end_of(choice.until),
    )
    if choice.place or choice.region:
        stmt = stmt.join(Enterprise, Enterprise.id == Violation.enterprise_id)
    if choice.region:
        stmt = stmt.where(region_range(Enterprise.region_code, choice.region))
    if choice.place:
        stmt = stmt.join(Camera, Camera.id == Violation.camera_id)
        for word in choice.place.split():
            stmt = stmt.where(contains(word, Camera.name, Camera.place, Enterprise.name))
    return stmt


@dataclass(frozen=True, slots=True)
class Counted:
    """So many verdicts of one kind of rule that ended alike; ``pictured``: with a stored picture."""

    kind: RuleKind
    status: ReviewState
    reason: RejectReason | None
    count: int
    pictured: int


def counted(choice: Choice, actor: Actor) -> list[Counted]:
    """What the choice holds, in one statement."""
    has_picture = exists().where(
        ViolationEvidence.violation_id == Violation.id,
        ViolationEvidence.kind == EvidenceKind.SNAPSHOT,
        ViolationEvidence.attachment_id.is_not(None),
        ViolationEvidence.removed_at.is_(None),
    )
    keys = (Violation.rule_kind, Violation.status, Violation.reject_reason)
    stmt = visible(Violation, actor, *keys, func.count(), count_if(has_picture))
    rows = db.session.execute(_chosen(stmt, choice).group_by(*keys))
    return [Counted(*row) for row in rows.tuples()]


def cameras_of(choice: Choice, actor: Actor) -> int:
    """How many cameras the choice reaches."""
    stmt = visible(Violation, actor, func.count(func.distinct(Violation.camera_id)))
    return db.session.scalar(_chosen(stmt, choice)) or 0


def verdicts(choice: Choice, actor: Actor) -> Iterator[Sequence[Violation]]:
    """The newest first, so many at once, with all that is known of their files."""
    last: int | None = None
    while True:
        ids = _chosen(visible(Violation, actor, Violation.id), choice)
        if last is not None:
            ids = ids.where(Violation.id < last)
        page = db.session.scalars(ids.order_by(Violation.id.desc()).limit(BATCH)).all()
        if page:
            yield _whole(page)
        if len(page) < BATCH:
            return
        last = page[-1]


def _whole(ids: Sequence[int]) -> Sequence[Violation]:
    stmt = select(Violation).where(Violation.id.in_(ids)).options(selectinload(Violation.evidence))
    found = db.session.scalars(unscoped(stmt, reason="ids that visible() has just found")).all()
    return sorted(found, key=lambda violation: -violation.id)


def over(now: datetime, limit: int) -> Sequence[TrainingSet]:
    """Those whose time is over, with their files."""
    stmt = (
        select(TrainingSet)
        .where(TrainingSet.keep_until <= now)
        .options(joinedload(TrainingSet.file))
        .order_by(TrainingSet.id)
        .limit(limit)
    )
    return db.session.scalars(unscoped(stmt, reason="the scheduler throws away for all")).all()
