"""Verbs: adopt and end a list, say that nothing was found, excuse a round."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from supervision.account.models import Membership
from supervision.core import audit, clock, notices
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.notices import Audience
from supervision.core.permissions import Permission
from supervision.core.scope import visible
from supervision.core.text import N_
from supervision.core.web.paging import capped_count
from supervision.enterprise.models import Enterprise
from supervision.selfcheck import making, months, queries, templates
from supervision.selfcheck.models import (
    MINUTES_OF_DAY,
    CheckAnswer,
    CheckPlan,
    CheckRound,
    CheckTemplate,
    ZeroReport,
)
from supervision.selfcheck.workflow import RoundState

LONGEST_BACK = 7


@dataclass(frozen=True, slots=True)
class PlanFields:
    """Which list, where, by whom (nothing: whoever comes first) and by which time of the day."""

    template_code: str
    begins_on: date
    area: str = ""
    account_id: int | None = None
    workdays_only: bool = False
    due_minute: int = MINUTES_OF_DAY


def adopt(enterprise: Enterprise, actor: Actor, fields: PlanFields) -> CheckPlan:
    """Walk a list from a day on; the rounds of this day are made at once."""
    _check_plan(enterprise, actor, fields)
    plan = CheckPlan(
        enterprise_id=enterprise.id,
        template_code=fields.template_code,
        area=fields.area,
        account_id=fields.account_id,
        workdays_only=fields.workdays_only,
        due_minute=fields.due_minute,
        begins_on=fields.begins_on,
        created_at=clock.now(),
        created_by=actor.name,
    )
    db.session.add(plan)
    audit.record(actor, "selfcheck.adopt", plan, list=plan.template_code, area=plan.area)
    making.make_between(plan.id, plan.id, clock.today())
    return plan


def _check_plan(enterprise: Enterprise, actor: Actor, fields: PlanFields) -> None:
    if fields.begins_on < clock.today():
        raise InvalidInput(N_("A list is walked from today on at the earliest."), field="begins_on")
    in_force = visible(CheckTemplate, actor, CheckTemplate.id).where(
        CheckTemplate.code == fields.template_code,
        or_(CheckTemplate.enterprise_id.is_(None), CheckTemplate.enterprise_id == enterprise.id),
        or_(CheckTemplate.effective_to.is_(None), CheckTemplate.effective_to >= fields.begins_on),
    )
    if db.session.scalar(in_force.limit(1)) is None:
        raise InvalidInput(N_("This list is not in force on that day."), field="template_code")
    _check_member(enterprise.id, fields.account_id)
    same = visible(CheckPlan, actor, CheckPlan.id).where(
        CheckPlan.enterprise_id == enterprise.id,
        CheckPlan.template_code == fields.template_code,
        CheckPlan.area == fields.area,
        or_(
            CheckPlan.ends_on.is_(None),
            CheckPlan.ends_on > fields.begins_on,
            CheckPlan.begins_on == fields.begins_on,
        ),
    )
    if db.session.scalar(same.limit(1)) is not None:
        raise InvalidInput(N_("This list is walked there already."), field="template_code")


def _check_member(enterprise_id: int, account_id: int | None) -> None:
    member = select(Membership.id).where(
        Membership.enterprise_id == enterprise_id, Membership.account_id == account_id
    )
    if account_id is not None and db.session.scalar(member) is None:
        raise InvalidInput(N_("This person does not belong to the enterprise."), field="account_id")


def change(
    plan: CheckPlan, actor: Actor, *, account_id: int | None, due_minute: int, workdays_only: bool
) -> None:
    """Somebody else walks it, or by another hour; rounds that are made keep their hour.

    The hour and days of a list that the authority has set are the authority's.
    """
    if plan.ends_on is not None:
        raise Conflict(N_("This list is not walked any more."))
    _check_member(plan.enterprise_id, account_id)
    new: dict[str, Any] = {"account_id": account_id}
    if plan.assignment_id is None:
        new |= {"due_minute": due_minute, "workdays_only": workdays_only}
    diff = {n: [getattr(plan, n), v] for n, v in new.items() if getattr(plan, n) != v}
    for name, (_before, after) in diff.items():
        setattr(plan, name, after)
    if diff:
        audit.record(actor, "selfcheck.change", plan, list=plan.template_code, changed=diff)


def end(plan: CheckPlan, actor: Actor, reason: str) -> None:
    """No further rounds; those whose time has not passed are excused with the same reason.

    One that was begun stays: what was found on it is no less there.
    """
    if plan.ends_on is not None:
        raise Conflict(N_("This list is not walked any more."))
    plan.ends_on = clock.today()
    running = visible(CheckRound, actor).where(
        CheckRound.plan_id == plan.id,
        CheckRound.status == RoundState.OPEN,
        CheckRound.due_at >= clock.now(),
        # Whoever is on the way finishes: what they found is not lost.
        CheckRound.started_at.is_(None),
    )
    begun = select(CheckAnswer.id).where(CheckAnswer.round_id == CheckRound.id)
    for one in db.session.scalars(running.where(~begun.exists())).all():
        _excuse(one, actor, reason)
    audit.record(actor, "selfcheck.end", plan, list=plan.template_code, reason=reason)
    if plan.assignment_id is not None:
        notices.queue(
            "selfcheck.ended",
            Audience.SUPERVISORS,
            plan.enterprise_id,
            link=f"/self-checks/enterprises/{plan.enterprise_id}/plans",
            but_not=actor.id,
            enterprise=plan.enterprise.display_name,
            list=templates.names({plan.template_code}, actor).get(plan.template_code, ""),
        )


def excuse(one: CheckRound, actor: Actor, reason: str) -> None:
    """Nobody works, or the round cannot be walked: said in time, with a reason the officer reads.

    What was missed stays so, whatever is said afterwards.
    """
    if one.status is not RoundState.OPEN:
        raise Conflict(N_("This round is not open any more."))
    if one.answers:
        raise Conflict(N_("This round was begun: finish it."))
    if not is_excusable(one):
        raise Conflict(N_("The time of this round has passed: walk it late."))
    _excuse(one, actor, reason)
    notices.queue(
        "selfcheck.excused",
        Audience.SUPERVISORS,
        one.enterprise_id,
        link=f"/self-checks/rounds/{one.id}",
        but_not=actor.id,
        enterprise=one.enterprise.display_name,
        day=one.ends_on.isoformat(),
    )


def is_excusable(one: CheckRound) -> bool:
    """Open, not begun, and its time has not passed."""
    return one.status is RoundState.OPEN and not one.answers and one.due_at >= clock.now()


def _excuse(one: CheckRound, actor: Actor, reason: str) -> None:
    if not reason.strip():
        raise InvalidInput(N_("Say why nobody can walk this round."), field="reason")
    one.status = RoundState.EXCUSED
    one.excuse = reason.strip()
    audit.record(actor, "selfcheck.excuse", one, reason=one.excuse)
    months.refresh(one.enterprise_id, one.ends_on)


def say_zero(enterprise: Enterprise, actor: Actor, day: date, note: str = "") -> ZeroReport:
    """The zero report of a day: refused while a round of the day is open or a hazard was found."""
    check_zero(enterprise.id, actor, day)
    said = ZeroReport(
        enterprise_id=enterprise.id,
        day=day,
        note=note.strip(),
        said_at=clock.now(),
        said_by_id=actor.id,
        said_by=actor.name,
    )
    db.session.add(said)
    audit.record(actor, "selfcheck.zero", said, day=day)
    months.refresh(enterprise.id, day)
    return said


def check_zero(enterprise_id: int, actor: Actor, day: date) -> None:
    """Raises InvalidInput that says what stands in the way of a day's zero report."""
    today = clock.today()
    if day > today or (today - day).days > LONGEST_BACK:
        raise InvalidInput(
            N_("A zero report is of today or of the last %(count)s days."),
            field="day",
            count=LONGEST_BACK,
        )
    if queries.zero_report(enterprise_id, day, actor) is not None:
        raise InvalidInput(N_("The zero report of this day is there already."), field="day")
    if count := queries.open_on(enterprise_id, day):
        raise InvalidInput(
            N_("Walk the rounds of this day first: %(count)s are open."), field="day", count=count
        )
    if queries.found_on(enterprise_id, day) is not None:
        raise InvalidInput(N_("A hazard of this day is on file."), field="day")


def may_do(actor: Actor) -> bool:
    """Whether ``actor`` walks rounds."""
    return actor.may(Permission.SELFCHECK_DO)


def plan_count(enterprise_id: int, actor: Actor) -> int:
    """How many lists an enterprise walks now: 0 means that it has not begun."""
    stmt = visible(CheckPlan, actor, CheckPlan.id).where(
        CheckPlan.enterprise_id == enterprise_id, CheckPlan.ends_on.is_(None)
    )
    return capped_count(stmt, 100)
