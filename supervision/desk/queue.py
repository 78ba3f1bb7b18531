"""The queue in its order: the most severe first, then what has waited longest.

A place in it is that of a violation, so a page that is open stays right while others work: what was
decided leaves no gap to fall into. Every read starts at ``visible()``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, union_all

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.scope import region_range, visible
from supervision.core.web.paging import COUNT_CAP, capped_counts
from supervision.desk.models import DeskViewing, SecondOpinion
from supervision.desk.workflow import OpinionState
from supervision.enterprise.models import Enterprise
from supervision.video import queries
from supervision.video.models import Violation
from supervision.video.queries import ViolationFilter
from supervision.video.rules import Severity
from supervision.video.workflow import ReviewState

# Of a browser's word that it still shows a violation; it is renewed every ten seconds.
VIEWING = timedelta(seconds=30)
MOST_SEVERE_FIRST = sorted(Severity, reverse=True)


class OpinionFilter(StrEnum):
    """``ASKED``: of oneself, or of whoever comes; ``MINE``: what one waits for oneself."""

    ASKED = "asked"
    MINE = "mine"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class DeskFilter:
    """What the queue is narrowed to; of violations that wait for a verdict."""

    wanted: ViolationFilter = field(
        default_factory=lambda: ViolationFilter(status=ReviewState.PENDING)
    )
    opinion: OpinionFilter | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a violation stands in the queue, decided or not."""

    severity: int
    started_at: datetime
    id: int


def place_of(violation_id: int, actor: Actor) -> Place | None:
    """None where there is no such violation, or none that ``actor`` may know of."""
    stmt = visible(Violation, actor, Violation.severity, Violation.started_at, Violation.id)
    row = db.session.execute(stmt.where(Violation.id == violation_id)).first()
    return Place(*row) if row else None


def walk(
    actor: Actor,
    wanted: DeskFilter,
    *conditions: ColumnElement[bool],
    limit: int,
    after: Place | None = None,
    before: Place | None = None,
) -> Sequence[int]:
    """Ids of the next ``limit`` in the queue's order, or of those just ``before`` a place.

    One range of the index for each degree of severity: no database walks an index that descends
    in one column and ascends in the next.
    """
    base = _narrowed(actor, wanted).where(*conditions)
    edge, back = (before, True) if before is not None else (after, False)
    parts = [
        _ordered(base.where(Violation.severity == level.value, *_beyond(level, edge, back)), back)
        .limit(limit)
        .subquery()
        for level in _levels(wanted, edge, back)
    ]
    if not parts:
        return ()
    whole = union_all(*(select(*part.c) for part in parts)).subquery()
    degree, at, ident = whole.c.severity, whole.c.started_at, whole.c.id
    order = (degree, at.desc(), ident.desc()) if back else (degree.desc(), at, ident)
    stmt = select(ident).order_by(*order).limit(limit)
    found = db.session.scalars(stmt.execution_options(**base.get_execution_options())).all()
    return found[::-1] if back else found


def _ordered(stmt: Select[Any], back: bool) -> Select[Any]:
    at, ident = Violation.started_at, Violation.id
    return stmt.order_by(at.desc(), ident.desc()) if back else stmt.order_by(at, ident)


def _levels(wanted: DeskFilter, edge: Place | None, back: bool) -> list[Severity]:
    asked = wanted.wanted.severity
    levels = [level for level in MOST_SEVERE_FIRST if asked in {None, level}]
    if edge is None:
        return levels
    return [i for i in levels if (i >= edge.severity if back else i <= edge.severity)]


def _beyond(level: Severity, edge: Place | None, back: bool) -> list[ColumnElement[bool]]:
    """Past ``edge`` within its own degree, said as a range that the index begins at."""
    if edge is None or level != edge.severity:
        return []
    at, ident = Violation.started_at, Violation.id
    if back:
        return [at <= edge.started_at, or_(at < edge.started_at, ident < edge.id)]
    return [at >= edge.started_at, or_(at > edge.started_at, ident > edge.id)]


def _narrowed(actor: Actor, wanted: DeskFilter) -> Select[Any]:
    """Severity, instant and id of what the filter finds; the degree itself is the walk's."""
    stmt = visible(Violation, actor, Violation.severity, Violation.started_at, Violation.id)
    stmt = stmt.where(*queries.conditions(wanted.wanted))
    if wanted.wanted.region:
        inside = region_range(Enterprise.region_code, wanted.wanted.region)
        owner = select(1).where(Enterprise.id == Violation.enterprise_id, inside)
        stmt = stmt.where(owner.exists())
    if wanted.opinion is not None:
        stmt = stmt.where(_has_opinion(actor, wanted.opinion))
    return stmt


def _has_opinion(actor: Actor, wanted: OpinionFilter) -> ColumnElement[bool]:
    asked = SecondOpinion.asked_of_id
    of_me = or_(asked == actor.id, and_(asked.is_(None), SecondOpinion.asked_by_id != actor.id))
    conditions = {
        OpinionFilter.ASKED: (SecondOpinion.status == OpinionState.OPEN, of_me),
        OpinionFilter.MINE: (
            SecondOpinion.status == OpinionState.OPEN,
            SecondOpinion.asked_by_id == actor.id,
        ),
        OpinionFilter.ANSWERED: (SecondOpinion.status == OpinionState.ANSWERED,),
    }[wanted]
    return (
        select(1)
        .where(SecondOpinion.violation_id == Violation.id)
        .where(SecondOpinion.asked_side == actor.side, *conditions)
        .exists()
    )


def viewed_by_others(actor: Actor) -> ColumnElement[bool]:
    """Somebody else of one's own side has it on the screen."""
    return (
        select(1)
        .where(DeskViewing.violation_id == Violation.id, DeskViewing.account_id != actor.id)
        .where(DeskViewing.side == actor.side, DeskViewing.seen_at > clock.now() - VIEWING)
        .exists()
    )


def ahead(
    actor: Actor,
    wanted: DeskFilter,
    *,
    after: Place | None,
    without: Collection[int],
    limit: int,
) -> list[int]:
    """What to look at next, round the end of the queue to its beginning.

    What somebody else looks at comes only when nothing else is left; what one has asked a second
    opinion of does not come at all before it was given.
    """
    waiting = _has_opinion(actor, OpinionFilter.MINE)
    fixed = () if wanted.opinion is OpinionFilter.MINE else (~waiting,)
    for others in ((~viewed_by_others(actor),), ()):
        found: list[int] = []
        for place in (after, None):
            known = [*without, *found, *([after.id] if after else [])]
            unknown = (Violation.id.not_in(known),) if known else ()
            rest = limit - len(found)
            found += walk(actor, wanted, *fixed, *others, *unknown, limit=rest, after=place)
            if len(found) >= limit or after is None:
                break
        if found:
            return found
    return []


def counts(actor: Actor, wanted: DeskFilter) -> dict[Severity, int]:
    """How many wait in each degree; beyond ``COUNT_CAP`` nobody needs the rest."""
    base = _narrowed(actor, wanted).with_only_columns(Violation.id)
    stmts = [base.where(Violation.severity == level.value) for level in MOST_SEVERE_FIRST]
    return dict(zip(MOST_SEVERE_FIRST, capped_counts(stmts, COUNT_CAP), strict=True))


def last_seen(actor: Actor) -> datetime | None:
    """When the newest violation of all began, for a desk that is empty."""
    stmt = visible(Violation, actor, Violation.started_at).order_by(Violation.started_at.desc())
    return db.session.scalars(stmt.limit(1)).first()
