"""What two cameras saw of one thing: filed under the first by the system, taken apart by a person.

A node names the event of the other camera (``same_as``). That event may come later, or never: until
then the violation waits for a verdict like all others. Nothing is hidden: what was filed stands on
the page of its original, with its files.
"""

from __future__ import annotations

from sqlalchemy import select

from supervision.core import audit, clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db
from supervision.core.scope import unscoped
from supervision.video.models import Violation
from supervision.video.workflow import REVIEW_WORKFLOW, ReviewState

# Whose verdict is still to come, or has made it count: what was rejected says nothing of another
# camera's picture.
COUNTS = frozenset({ReviewState.PENDING, ReviewState.CONFIRMED})
MAX_WAITING = 50
_NAMED = "an event id is unique; it counts within one enterprise only"


def file(violation: Violation) -> bool:
    """File it under the violation that its node names, if that is there and counts."""
    if violation.status is not ReviewState.PENDING or violation.is_apart or not violation.same_as:
        return False
    original = _root(violation)
    if original is None:
        return False
    violation.status, violation.duplicate_of_id = ReviewState.DUPLICATE, original.id
    violation.verdict_at, violation.verdict_revision = clock.now(), violation.revision
    # No side: this is nobody's verdict.
    violation.verdict_by_id, violation.verdict_side = SYSTEM.id, None
    violation.verdict_by = SYSTEM.name
    audit.record(SYSTEM, "video.filed", violation, original=original.id, same_as=violation.same_as)
    return True


def _root(violation: Violation) -> Violation | None:
    """The violation that counts for the one that is named; None where there is none (yet)."""
    named = _find(Violation.event_id == violation.same_as)
    if named is None or named.same_as == violation.event_id:
        return None  # two that name each other both wait for a person
    found = _find(Violation.id == named.duplicate_of_id) if named.duplicate_of_id else named
    if found is None or found.id == violation.id or found.status not in COUNTS:
        return None
    # One thing is of one enterprise and of one kind, whatever a node says.
    is_one = (found.enterprise_id, found.rule_kind) == (
        violation.enterprise_id,
        violation.rule_kind,
    )
    return found if is_one else None


def _find(condition: object) -> Violation | None:
    stmt = select(Violation).where(condition).limit(1)  # type: ignore[arg-type]
    return db.session.scalars(unscoped(stmt, reason=_NAMED)).first()


def file_those_that_waited(original: Violation) -> None:
    """It has come after those that name it."""
    stmt = (
        select(Violation)
        .where(Violation.same_as == original.event_id, Violation.id != original.id)
        .where(Violation.enterprise_id == original.enterprise_id)
        .where(Violation.status == ReviewState.PENDING)
        .order_by(Violation.id)
        .limit(MAX_WAITING)
        .with_for_update(of=Violation)
        .execution_options(populate_existing=True)
    )
    for waiting in db.session.scalars(unscoped(stmt, reason=_NAMED)).all():
        file(waiting)


def release(rejected: Violation) -> None:
    """What the system filed under it waits for a verdict of its own: another picture may show it."""
    stmt = (
        select(Violation)
        .where(Violation.duplicate_of_id == rejected.id, Violation.verdict_side.is_(None))
        .where(Violation.status == ReviewState.DUPLICATE)
        .order_by(Violation.id)
        .with_for_update(of=Violation)
        .execution_options(populate_existing=True)
    )
    for filed in db.session.scalars(unscoped(stmt, reason="of the one that was just judged")).all():
        wait_again(filed)
        audit.record(SYSTEM, "video.released", filed, original=rejected.id)


def take_apart(violation: Violation, actor: Actor) -> None:
    """A person says that it is a thing of its own: it waits for a verdict again, and stays so."""
    step = REVIEW_WORKFLOW.check("take_apart", violation, actor)
    original = violation.duplicate_of_id
    wait_again(violation, step.target)
    violation.is_apart = True
    audit.record(actor, "video.take_apart", violation, original=original)


def wait_again(violation: Violation, state: ReviewState = ReviewState.PENDING) -> None:
    """It is filed under nothing any more."""
    violation.status = state
    violation.duplicate_of_id = violation.verdict_at = violation.verdict_revision = None
    violation.verdict_by_id, violation.verdict_by = None, ""
