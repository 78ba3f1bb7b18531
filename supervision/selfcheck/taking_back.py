"""A list that was set for many is taken back: the plans that came of it end, batch by batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, delete, func, update

from supervision.core import audit, clock, notices
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db
from supervision.core.errors import Conflict
from supervision.core.notices import Audience
from supervision.core.scope import unscoped, visible
from supervision.core.text import N_
from supervision.selfcheck import assigning, excuses, months
from supervision.selfcheck.models import (
    AssignmentState,
    CheckAssignment,
    CheckPlan,
    CheckRound,
)
from supervision.selfcheck.workflow import RoundState

_WHY = "the plans were read by who takes them back"


def of(assignment: CheckAssignment, actor: Actor) -> CheckAssignment | None:
    """What took this one back."""
    stmt = visible(CheckAssignment, actor).where(CheckAssignment.undo_of_id == assignment.id)
    found: CheckAssignment | None = db.session.scalars(stmt).first()
    return found


def count(assignment: CheckAssignment, actor: Actor) -> int:
    """How many enterprises walk the list because of this one, and would not any more."""
    return db.session.scalar(_running(assignment.id, actor, func.count(CheckPlan.id))) or 0


def ask(assignment: CheckAssignment, actor: Actor) -> CheckAssignment:
    """End it for all that took it up; the scheduler does it. Raises Conflict for nothing to end."""
    if assignment.status is AssignmentState.WAITING or assignment.undo_of_id is not None:
        raise Conflict(N_("There is nothing to be taken back."))
    if of(assignment, actor) is not None:
        raise Conflict(N_("This was taken back already."))
    total = count(assignment, actor)
    if not total:
        raise Conflict(N_("There is nothing to be taken back."))
    copied = ("template_code", "region", "industry", "workdays_only", "due_minute")
    back = CheckAssignment(
        **{name: getattr(assignment, name) for name in copied},
        begins_on=clock.today(),
        asked_by_id=actor.id,
        asked_by=actor.name,
        asked_at=clock.now(),
        total=total,
        undo_of_id=assignment.id,
    )
    db.session.add(back)
    audit.record(actor, "selfcheck.assign_undo", back, of=assignment.id, count=total)
    return back


def _running(assignment_id: int | None, actor: Actor, *columns: Any) -> Select[Any]:
    stmt = visible(CheckPlan, actor, *columns).where(CheckPlan.assignment_id == assignment_id)
    return stmt.where(CheckPlan.ends_on.is_(None))


def step(back: CheckAssignment, actor: Actor) -> int:
    """The next batch of plans; the last one ends it. Returns how many.

    What has not begun is taken away, so that the list can be set anew from the same day on.
    """
    stmt = _running(back.undo_of_id, actor, CheckPlan.id, CheckPlan.enterprise_id)
    stmt = stmt.where(CheckPlan.id > back.cursor).order_by(CheckPlan.id).limit(assigning.BATCH)
    found = db.session.execute(stmt.with_for_update()).tuples().all()
    plans: dict[int, int] = dict(found)
    if plans:
        _end(list(plans))
        _excuse(list(plans))
        audit.record(actor, "selfcheck.unassign", back, enterprises=list(plans.values()))
    name = assigning.name_of(back.template_code)
    for enterprise_id in plans.values():
        notices.queue(
            "selfcheck.unassigned",
            Audience.ENTERPRISE_PEOPLE,
            enterprise_id,
            link=f"/self-checks/enterprises/{enterprise_id}/plans",
            list=name,
        )
    back.done += len(plans)
    back.taken += len(plans)
    back.cursor = max(plans, default=back.cursor)
    if len(plans) < assigning.BATCH:
        assigning.finish(back, "selfcheck.unassign_done")
    db.session.flush()
    return len(plans)


def _end(plans: Sequence[int]) -> None:
    theirs, today = CheckPlan.id.in_(plans), clock.today()
    to_come = delete(CheckPlan).where(theirs, CheckPlan.begins_on > today)
    db.session.execute(unscoped(_apart(to_come), reason=_WHY))
    stmt = update(CheckPlan).where(theirs)
    stmt = stmt.values(ends_on=today, row_version=CheckPlan.row_version + 1)
    db.session.execute(unscoped(_apart(stmt), reason=_WHY))


def _excuse(plans: Sequence[int]) -> None:
    """Rounds that nobody has begun and whose time has not passed."""
    waiting = (
        visible(CheckRound, SYSTEM, CheckRound.id)
        .add_columns(CheckRound.enterprise_id, CheckRound.ends_on)
        .where(CheckRound.plan_id.in_(plans), CheckRound.status == RoundState.OPEN)
        .where(CheckRound.started_at.is_(None), CheckRound.due_at >= clock.now())
        .with_for_update()
    )
    found = db.session.execute(waiting).tuples().all()
    stmt = update(CheckRound).where(CheckRound.id.in_([row[0] for row in found]))
    stmt = stmt.values(status=RoundState.EXCUSED, excuse=excuses.TAKEN_BACK)
    db.session.execute(unscoped(_apart(stmt), reason=_WHY))
    by_month: dict[date, set[int]] = defaultdict(set)
    for _id, enterprise_id, ends_on in found:
        by_month[months.month_of(ends_on)].add(enterprise_id)
    for month, enterprises in by_month.items():
        months.refresh_many(enterprises, month)


def _apart(stmt: Any) -> Any:
    return stmt.execution_options(synchronize_session=False)
