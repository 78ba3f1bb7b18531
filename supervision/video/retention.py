"""The nightly end of evidence whose time is over. In batches; killed and begun again, it goes on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from supervision.core import clock
from supervision.core.db import db
from supervision.core.scope import unscoped
from supervision.core.web.state import settings
from supervision.hazard.models import Hazard, HazardEvent
from supervision.hazard.workflow import HazardState
from supervision.video import holds, removal
from supervision.video.evidence_models import EvidenceHold
from supervision.video.keeping import Keeping, Matter, Terms, keeping_of
from supervision.video.models import Violation, ViolationEvidence
from supervision.video.workflow import ReviewState

BATCH = 50
# A duplicate's original may have become one itself; no chain is longer than a few.
DEEPEST = 10
_BY_JOB = "the job goes over all violations"


def terms() -> Terms:
    given = settings()
    return Terms(given.evidence_unconfirmed_days, given.evidence_confirmed_years)


@dataclass(frozen=True, slots=True)
class Ended:
    """One class of evidence whose time is over. ``choose`` looks closer at what was found."""

    why: str
    condition: ColumnElement[bool]
    choose: Callable[[Sequence[Violation]], Sequence[Violation]]


def ended(now: datetime) -> tuple[Ended, ...]:
    """What is no longer kept, class by class."""
    today = clock.day_of(now)
    seen = Violation.started_at < clock.start_of(terms().unconfirmed_before(today))
    rejected = and_(Violation.status == ReviewState.REJECTED, seen)
    filed = and_(Violation.status == ReviewState.DUPLICATE, seen)
    confirmed = and_(Violation.status == ReviewState.CONFIRMED, _over_before(today))
    return (
        Ended("rejected", rejected, lambda found: found),
        Ended("duplicate", filed, lambda found: _due(found, now)),
        Ended("confirmed", confirmed, lambda found: found),
    )


def remove_ended(kind: Ended, after: int) -> tuple[int, int | None]:
    """Remove the files of so many violations after this one.

    Returns how many files went, and the last violation; None: there are no more.
    """
    stmt = with_files(kind.condition).where(Violation.id > after)
    found = locked(stmt.order_by(Violation.id).limit(BATCH))
    files = removal.remove(kind.choose(found), kind.why).files
    return files, found[-1].id if len(found) == BATCH else None


def _over_before(today: date) -> ColumnElement[bool]:
    """The hazard was closed, or declared invalid, so long ago."""
    day = terms().confirmed_before(today)
    ended = (
        select(HazardEvent.id)
        .where(HazardEvent.hazard_id == Hazard.id)
        .where(HazardEvent.to_status == HazardState.INVALID)
        .where(HazardEvent.at < clock.start_of(day))
    )
    is_over = or_(Hazard.closed_on < day, and_(Hazard.status == HazardState.INVALID, exists(ended)))
    return exists(select(Hazard.id).where(Hazard.id == Violation.hazard_id, is_over))


def _due(found: Sequence[Violation], now: datetime) -> Sequence[Violation]:
    today, known = clock.day_of(now), keepings(found)
    return [one for one in found if (until := known[one.id].until) and until < today]


def with_files(condition: ColumnElement[bool]) -> Select[Any]:
    """Violations of which a file is stored, and on which no hold stands."""
    stored = select(ViolationEvidence.id).where(
        ViolationEvidence.violation_id == Violation.id, removal.is_kept()
    )
    held = select(EvidenceHold.id).where(
        EvidenceHold.violation_id == Violation.id, EvidenceHold.released_at.is_(None)
    )
    return select(Violation).where(condition, exists(stored), ~exists(held))


def locked(stmt: Select[Any]) -> Sequence[Violation]:
    """Nobody else changes them, or places a hold; what somebody works on waits for another night."""
    stmt = stmt.with_for_update(of=Violation, skip_locked=True)
    stmt = stmt.execution_options(populate_existing=True)
    return db.session.scalars(unscoped(stmt, reason=_BY_JOB)).all()


def keeping(violation: Violation) -> Keeping:
    """Why this one's evidence stays, and until when."""
    return keepings([violation])[violation.id]


def keepings(violations: Sequence[Violation]) -> dict[int, Keeping]:
    """The same for several, in a handful of statements. A duplicate follows what it is filed under."""
    roots = _roots(violations)
    ids = {one.id for one in violations} | {root.id for root in roots.values()}
    held = holds.held_among(ids)
    over = _over({root.hazard_id for root in roots.values() if root.hazard_id})
    span = terms()
    found = {}
    for violation in violations:
        root = roots[violation.id]
        matter = Matter(
            status=root.status,
            seen_on=clock.day_of(violation.started_at),
            is_held=violation.id in held or root.id in held,
            over_on=over.get(root.hazard_id or 0),
        )
        found[violation.id] = keeping_of(matter, span)
    return found


def _roots(violations: Sequence[Violation]) -> dict[int, Violation]:
    """For each what counts in its place: the end of its chain of originals."""
    roots = {one.id: one for one in violations}
    for _step in range(DEEPEST):
        named = {one.duplicate_of_id for one in roots.values() if one.duplicate_of_id}
        if not named:
            break
        stmt = select(Violation).where(Violation.id.in_(named))
        originals = {
            one.id: one for one in db.session.scalars(unscoped(stmt, reason="their originals"))
        }
        roots = {
            ident: originals[one.duplicate_of_id] if one.duplicate_of_id else one
            for ident, one in roots.items()
        }
    return roots


def _over(hazard_ids: Collection[int]) -> dict[int, Any]:
    """The day on which each hazard was closed or declared invalid; open ones are missing."""
    if not hazard_ids:
        return {}
    ended = (
        select(func.max(HazardEvent.at))
        .where(HazardEvent.hazard_id == Hazard.id, HazardEvent.to_status == HazardState.INVALID)
        .scalar_subquery()
    )
    stmt = select(Hazard.id, Hazard.status, Hazard.closed_on, ended).where(
        Hazard.id.in_(hazard_ids)
    )
    rows = db.session.execute(unscoped(stmt, reason="hazards of violations that were found"))
    over = {
        ident: closed_on or (clock.day_of(ended_at) if status is HazardState.INVALID else None)
        for ident, status, closed_on, ended_at in rows.tuples()
    }
    return {ident: day for ident, day in over.items() if day is not None}
