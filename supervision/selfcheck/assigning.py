"""The authority sets a list for all enterprises of a region and sector: a job, batch by batch.

The scheduler runs one job of a name at a time, and each batch moves the cursor in the transaction
that writes: a run that was killed goes on behind its last whole batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from supervision.core import audit, clock, notices
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, InvalidInput, NotFound
from supervision.core.notices import Audience
from supervision.core.scope import region_range, unscoped, visible
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise, RollStatus
from supervision.enterprise.queries import in_industry
from supervision.selfcheck.models import (
    MINUTES_OF_DAY,
    AssignmentState,
    CheckAssignment,
    CheckPlan,
    CheckTemplate,
)

BATCH = 500
MOST_ATTEMPTS = 5
_WHY = "the scheduler works for everybody"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which list, for whom (empty: for all that one sees) and from when on."""

    template_code: str
    begins_on: date
    region: str = ""
    industry: str = ""
    workdays_only: bool = False
    due_minute: int = MINUTES_OF_DAY


def whom(actor: Actor, region: str, industry: str, *columns: Any) -> Select[Any]:
    """The enterprises in production that ``actor`` sees there."""
    stmt = visible(Enterprise, actor, *columns)
    stmt = stmt.where(Enterprise.roll_status == RollStatus.IN_PRODUCTION)
    if region:
        stmt = stmt.where(region_range(Enterprise.region_code, region))
    if industry:
        stmt = stmt.where(in_industry(industry))
    return stmt


def _walks(code: str, begins_on: date) -> Any:
    """The enterprise walks the list on that day, wherever."""
    return exists(
        select(CheckPlan.id).where(
            CheckPlan.enterprise_id == Enterprise.id,
            CheckPlan.template_code == code,
            or_(CheckPlan.ends_on.is_(None), CheckPlan.ends_on >= begins_on),
        )
    )


def count(actor: Actor, wanted: Wanted) -> tuple[int, int]:
    """How many enterprises there are, and how many of them walk the list already."""
    had = _walks(wanted.template_code, wanted.begins_on)
    stmt = whom(actor, wanted.region, wanted.industry, func.count(Enterprise.id))
    total = db.session.scalar(stmt) or 0
    return total, db.session.scalar(stmt.where(had)) or 0


def ask(actor: Actor, wanted: Wanted, *, expected: int) -> CheckAssignment:
    """Set the list; the scheduler does it. ``expected`` is how many the actor confirmed.

    Raises Conflict where there are others now, InvalidInput for a list that is not the authority's
    or a day that is not to come.
    """
    _check(wanted)
    total, _had = count(actor, wanted)
    if not total:
        raise InvalidInput(N_("No enterprise is chosen."), field="region")
    if total != expected:
        raise Conflict(N_("The list has changed meanwhile. Look at it again."))
    made = CheckAssignment(
        template_code=wanted.template_code,
        region=wanted.region,
        industry=wanted.industry,
        begins_on=wanted.begins_on,
        workdays_only=wanted.workdays_only,
        due_minute=wanted.due_minute,
        asked_by_id=actor.id,
        asked_by=actor.name,
        asked_at=clock.now(),
        total=total,
    )
    db.session.add(made)
    audit.record(actor, "selfcheck.assign_ask", made, list=made.template_code, count=total)
    return made


def _check(wanted: Wanted) -> None:
    if wanted.begins_on <= clock.today():
        raise InvalidInput(N_("It begins tomorrow at the earliest."), field="begins_on")
    stmt = select(CheckTemplate.id).where(
        CheckTemplate.code == wanted.template_code,
        CheckTemplate.enterprise_id.is_(None),
        or_(CheckTemplate.effective_to.is_(None), CheckTemplate.effective_to >= wanted.begins_on),
    )
    if db.session.scalar(unscoped(stmt.limit(1), reason="the authority's own lists")) is None:
        raise InvalidInput(N_("This list is not in force on that day."), field="template_code")


def get(assignment_id: int, actor: Actor) -> CheckAssignment:
    """Raises NotFound for another's."""
    stmt = visible(CheckAssignment, actor).where(CheckAssignment.id == assignment_id)
    found: CheckAssignment | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def latest(actor: Actor) -> Select[Any]:
    """What was set, the newest first."""
    return visible(CheckAssignment, actor).order_by(CheckAssignment.id.desc())


def cancel(assignment: CheckAssignment, actor: Actor) -> None:
    """Stop after the batch that is under way; who has taken the list up keeps it."""
    if assignment.status is not AssignmentState.WAITING:
        raise Conflict(N_("This has ended already."))
    audit.record(actor, "selfcheck.assign_cancel", assignment, done=assignment.done)
    assignment.status, assignment.finished_at = AssignmentState.CANCELLED, clock.now()


def waiting() -> list[tuple[int, int]]:
    """What is to be done and for whom: ids of assignments and of who asked, the oldest first."""
    stmt = select(CheckAssignment.id, CheckAssignment.asked_by_id)
    stmt = stmt.where(CheckAssignment.status == AssignmentState.WAITING)
    stmt = stmt.order_by(CheckAssignment.id)
    return list(db.session.execute(unscoped(stmt, reason=_WHY)).tuples())


def held(assignment_id: int) -> CheckAssignment | None:
    """One that still waits, locked; None once it was stopped."""
    stmt = select(CheckAssignment).where(
        CheckAssignment.id == assignment_id, CheckAssignment.status == AssignmentState.WAITING
    )
    stmt = stmt.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(unscoped(stmt, reason=_WHY)).first()


def step(assignment: CheckAssignment, actor: Actor) -> int:
    """The next batch, of those that ``actor`` sees still; the last one ends it. Returns how many."""
    stmt = whom(actor, assignment.region, assignment.industry, Enterprise.id)
    stmt = stmt.where(Enterprise.id > assignment.cursor).order_by(Enterprise.id).limit(BATCH)
    ids = list(db.session.scalars(stmt))
    taken = _take_up(assignment, ids) if ids else []
    for enterprise_id in taken:
        notices.queue(
            "selfcheck.assigned",
            Audience.ENTERPRISE_PEOPLE,
            enterprise_id,
            link=f"/self-checks/enterprises/{enterprise_id}/plans",
            list=name_of(assignment.template_code),
            day=assignment.begins_on.isoformat(),
        )
    if taken:
        audit.record(actor, "selfcheck.assign", assignment, enterprises=taken)
    assignment.done += len(ids)
    assignment.taken += len(taken)
    assignment.cursor = ids[-1] if ids else assignment.cursor
    if len(ids) < BATCH:
        finish(assignment, "selfcheck.assign_done")
    db.session.flush()
    return len(ids)


def _take_up(assignment: CheckAssignment, ids: list[int]) -> list[int]:
    """Plans of those that do not walk the list yet; returns whose."""
    fixed = {
        "template_code": assignment.template_code,
        "area": "",
        "workdays_only": assignment.workdays_only,
        "due_minute": assignment.due_minute,
        "begins_on": assignment.begins_on,
        "created_at": clock.now(),
        "created_by": assignment.asked_by[:40],
        "assignment_id": assignment.id,
        "row_version": 1,
    }
    columns = [literal(value, getattr(CheckPlan, name).type) for name, value in fixed.items()]
    new = select(Enterprise.id, *columns).where(
        Enterprise.id.in_(ids), ~_walks(assignment.template_code, assignment.begins_on)
    )
    insert: Any = postgres_insert if db.engine.dialect.name == "postgresql" else sqlite_insert
    stmt = insert(CheckPlan).from_select(["enterprise_id", *fixed], new)
    # Taken up and ended on the same day: it stays ended.
    db.session.execute(stmt.on_conflict_do_nothing())
    made = select(CheckPlan.enterprise_id).where(
        CheckPlan.assignment_id == assignment.id, CheckPlan.enterprise_id.in_(ids)
    )
    return list(db.session.scalars(unscoped(made.order_by(CheckPlan.enterprise_id), reason=_WHY)))


def name_of(code: str) -> str:
    """What the newest version of a list is called."""
    stmt = select(CheckTemplate.name).where(CheckTemplate.code == code)
    stmt = stmt.order_by(CheckTemplate.effective_from.desc()).limit(1)
    return db.session.scalar(unscoped(stmt, reason="the authority's own lists")) or code


def finish(assignment: CheckAssignment, kind: str) -> None:
    """All is done: who asked is told."""
    assignment.status, assignment.finished_at = AssignmentState.DONE, clock.now()
    notices.queue(
        kind,
        Audience.ACCOUNT,
        assignment.asked_by_id,
        link=f"/self-checks/assignments/{assignment.id}",
        list=name_of(assignment.template_code),
        count=assignment.taken,
    )


def fail(assignment: CheckAssignment, message: str, *, again: bool) -> None:
    """Note what went wrong; ``again``: the machine's fault, worth another attempt."""
    assignment.message = message[:2000] or "?"
    assignment.attempts += 1
    if again and assignment.attempts < MOST_ATTEMPTS:
        return
    assignment.status, assignment.finished_at = AssignmentState.FAILED, clock.now()
