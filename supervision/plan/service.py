"""Verbs of a plan: drawn up, submitted, approved by another person, published, amended.

Services flush; the edge commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from supervision.authority.models import Authority
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.plan import capacity, queries, rules, targets
from supervision.plan.journal import log, tell
from supervision.plan.models import AnnualPlan, PlanItem, PlanTarget
from supervision.plan.rules import Selection
from supervision.plan.workflow import PLAN_WORKFLOW

# Columns that an amendment carries over; targets of fixed items come along too.
_COPIED = (
    "position", "matter", "basis", "content", "method", "frequency", "months", "organizer",
    "is_joint", "note", "selection", "industry", "region_code", "is_key", "listed", "quantity",
    "ratio", "key_weight", "class_size", "checklist_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlanFields:
    title: str
    summary: str = ""


def draft(actor: Actor, authority: Authority, year: int, wanted: PlanFields) -> AnnualPlan:
    """The first version of an authority's plan of a year."""
    if not actor.may(Permission.PLAN_EDIT):
        raise Forbidden
    rules.check_year(year, clock.today())
    last = queries.last_version(authority.id, year)
    if queries.has_plan(authority.id, year):
        raise InvalidInput(N_("There is a plan of this year already: open it."), field="year")
    plan = AnnualPlan(
        authority=authority,
        authority_id=authority.id,
        year=year,
        # A withdrawn plan keeps its number.
        version=1 if last is None else last.version + 1,
        reason="" if last is None else last.decision_note,
        title=wanted.title,
        summary=wanted.summary,
        author_id=actor.id,
        author=actor.name,
        created_at=clock.now(),
    )
    db.session.add(plan)
    db.session.flush()
    log(plan, actor, "draft", title=plan.title)
    return plan


def edit(plan: AnnualPlan, actor: Actor, wanted: PlanFields) -> None:
    """Change the head of a draft."""
    PLAN_WORKFLOW.check("edit", plan, actor)
    plan.title, plan.summary = wanted.title, wanted.summary
    log(plan, actor, "edit", title=plan.title, summary=plan.summary)


def submit(plan: AnnualPlan, actor: Actor) -> None:
    """Ask another person to approve; no enterprise may be planned beyond its cap."""
    step = PLAN_WORKFLOW.check("submit", plan, actor)
    if not plan.items:
        raise InvalidInput(N_("The plan has no item yet."))
    counts = queries.target_counts(plan.id)
    for item in plan.items:
        item.class_size = queries.class_size(item)
        if item.selection is not Selection.DRAWN and not counts.get(item.id):
            raise InvalidInput(N_("Item %(position)s names no enterprise."), position=item.position)
    capacity.check_plan(plan)
    plan.status, plan.submitted_at = step.target, clock.now()
    plan.submitted_by_id, plan.submitted_by = actor.id, actor.name
    log(plan, actor, "submit")
    tell(plan, actor, "plan.submitted", queries.approver_ids(plan.authority.region_code))


def approve(plan: AnnualPlan, actor: Actor, *, note: str = "") -> None:
    """Another person says yes. Caps are looked at again: they may have changed meanwhile."""
    step = PLAN_WORKFLOW.check("approve", plan, actor)
    capacity.check_plan(plan)
    plan.status, plan.decision_note = step.target, note
    plan.approved_at, plan.approved_by_id, plan.approved_by = clock.now(), actor.id, actor.name
    log(plan, actor, "approve", note=note)
    tell(plan, actor, "plan.approved", _authors(plan))


def reject(plan: AnnualPlan, actor: Actor, *, note: str) -> None:
    """Another person says no, and why: it is a draft again."""
    step = PLAN_WORKFLOW.check("reject", plan, actor, {"note": note})
    people = _authors(plan)
    plan.status, plan.decision_note = step.target, note
    plan.submitted_at, plan.submitted_by_id, plan.submitted_by = None, None, ""
    log(plan, actor, "reject", note=note)
    tell(plan, actor, "plan.rejected", people)


def _authors(plan: AnnualPlan) -> list[int]:
    return [i for i in (plan.author_id, plan.submitted_by_id) if i is not None]


def withdraw(plan: AnnualPlan, actor: Actor, *, note: str) -> None:
    """Give up a version that was never published; it stays readable."""
    step = PLAN_WORKFLOW.check("withdraw", plan, actor, {"note": note})
    plan.status, plan.decision_note = step.target, note
    log(plan, actor, "withdraw", note=note)


def publish(plan: AnnualPlan, actor: Actor, *, day: date | None = None) -> None:
    """Put a version in force; the one before is superseded and hands on what it has begun."""
    step = PLAN_WORKFLOW.check("publish", plan, actor)
    before = queries.published(plan.authority_id, plan.year)
    if before is not None:
        before.status = PLAN_WORKFLOW.check("supersede", before, actor).target
        db.session.flush()  # one is in force: the old one goes first
        targets.hand_on(plan)
        log(before, actor, "supersede")
    plan.status, plan.published_on = step.target, day or clock.today()
    log(plan, actor, "publish")
    tell(plan, actor, "plan.published", queries.officer_ids(plan))


def amend(plan: AnnualPlan, actor: Actor, *, note: str) -> AnnualPlan:
    """A draft of the next version, with the reason; the present one stays in force meanwhile."""
    PLAN_WORKFLOW.check("amend", plan, actor, {"note": note})
    last = queries.last_version(plan.authority_id, plan.year)
    if last is None or queries.open_version(plan.authority_id, plan.year) is not None:
        raise Conflict(N_("An amendment of this plan is in the making already."))
    amended = AnnualPlan(
        authority=plan.authority,
        authority_id=plan.authority_id,
        year=plan.year,
        version=last.version + 1,
        title=plan.title,
        summary=plan.summary,
        reason=note,
        author_id=actor.id,
        author=actor.name,
        created_at=clock.now(),
    )
    db.session.add(amended)
    db.session.flush()
    for item in plan.items:
        copy = PlanItem(plan=amended, origin_id=item.id, **{n: getattr(item, n) for n in _COPIED})
        db.session.add(copy)
        db.session.flush()
        _copy_fixed(item, copy)
    log(amended, actor, "amend", reason=note)
    return amended


def _copy_fixed(item: PlanItem, copy: PlanItem) -> None:
    """Enterprises that were not drawn; what came of a draw is handed on at publication."""
    for old in queries.kept_targets(item.id):
        if old.draw_id is None:
            db.session.add(
                PlanTarget(
                    plan_id=copy.plan_id,
                    item_id=copy.id,
                    enterprise_id=old.enterprise_id,
                    month=old.month,
                    first_officer_id=old.first_officer_id,
                    second_officer_id=old.second_officer_id,
                )
            )
