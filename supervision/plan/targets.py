"""Verbs of an item's enterprises: found, given officers and a month, dropped, inspected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import delete

from supervision.authority import queries as authorities
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.holidays import workday_table
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped
from supervision.core.text import N_
from supervision.core.workdays import next_workday
from supervision.enterprise.models import Enterprise
from supervision.enterprise.service import RESTRUCTURED
from supervision.inspection import service as inspections
from supervision.inspection.workflow import InspectionKind
from supervision.plan import capacity, queries, rules
from supervision.plan.draw import OFFICERS_EACH
from supervision.plan.journal import log
from supervision.plan.models import AnnualPlan, PlanItem, PlanTarget
from supervision.plan.rules import Selection
from supervision.plan.workflow import PlanState

MOST_FIXED = 5000
# Inspections made by one press of the button: a few seconds' work.
BATCH = 50


def choose(item: PlanItem, actor: Actor) -> None:
    """The enterprises of an item that are not drawn; officers that were named stay.

    Raises InvalidInput naming the code that nobody has, or the enterprise beyond its cap.
    """
    item.class_size = queries.class_size(item)
    known = {(t.enterprise_id, t.month): t for t in queries.kept_targets(item.id)}
    found = [] if item.selection is Selection.DRAWN else _fixed(item, actor)
    wanted = dict.fromkeys(
        (e.id, month) for e, month in zip(found, rules.spread(len(found), item.months), strict=True)
    )
    gone = [t.id for key, t in known.items() if key not in wanted]
    reason = "the enterprises of an item of a draft are found anew"
    for start in range(0, len(gone), 500):
        some = delete(PlanTarget).where(PlanTarget.id.in_(gone[start : start + 500]))
        db.session.execute(unscoped(some, reason=reason))
    for enterprise_id, month in wanted.keys() - known.keys():
        db.session.add(
            PlanTarget(
                plan_id=item.plan_id, item_id=item.id, enterprise_id=enterprise_id, month=month
            )
        )
    db.session.flush()
    if found:
        capacity.check_item(item, found)


def _fixed(item: PlanItem, actor: Actor) -> Sequence[Enterprise]:
    if item.selection is Selection.EVERY:
        found = queries.class_of(item, limit=MOST_FIXED + 1)
        if not found:
            raise InvalidInput(
                N_("No enterprise in production is of this class."), field="industry"
            )
        if len(found) > MOST_FIXED:
            raise InvalidInput(
                N_("More than %(count)s enterprises are of this class: narrow it, or draw."),
                field="industry",
                count=MOST_FIXED,
            )
        return found
    found = queries.by_codes(item.listed, item.plan.authority.region_code, actor)
    missing = [code for code in item.listed if code not in {e.uscc for e in found}]
    if missing:
        raise InvalidInput(
            N_("Line %(line)s: no enterprise of the authority has the code %(code)s."),
            field="listed",
            line=item.listed.index(missing[0]) + 1,
            code=missing[0],
        )
    return found


def change(
    target: PlanTarget, actor: Actor, *, month: int, first: int | None, second: int | None
) -> None:
    """Give a line another month or other officers, before its inspection is made."""
    _check_open(target, actor)
    if month not in range(1, 13):
        raise InvalidInput(N_("Choose at least one month."), field="month")
    if first is not None and first == second:
        raise InvalidInput(N_("The same person is named twice."), field="second")
    if (first is None) != (second is None):
        raise InvalidInput(N_("Name two officers, or none yet."), field="second")
    for field_name, officer in (("first", first), ("second", second)):
        if officer is not None and queries.avoids(officer, target.enterprise_id, clock.today()):
            raise InvalidInput(N_("This officer must avoid the enterprise."), field=field_name)
    if queries.is_planned(target, month):
        raise InvalidInput(N_("The item has this enterprise in that month already."), field="month")
    target.month, target.first_officer_id, target.second_officer_id = month, first, second
    log(
        target.item.plan,
        actor,
        "change_target",
        target_id=target.id,
        enterprise=target.enterprise_id,
        month=month,
        officers=[first, second],
    )


def drop(target: PlanTarget, actor: Actor, *, reason: str) -> None:
    """Take an enterprise out of a published plan, with the reason; the line stays readable."""
    _check_open(target, actor)
    if not reason:
        raise InvalidInput(N_("This field is required."), field="reason")
    target.dropped_at, target.dropped_reason = clock.now(), reason
    log(target.item.plan, actor, "drop_target", target_id=target.id, reason=reason)


def _check_open(target: PlanTarget, actor: Actor) -> None:
    if not actor.may(Permission.PLAN_EDIT):
        raise Forbidden
    editable = target.item.plan.status in {PlanState.DRAFT, PlanState.PUBLISHED}
    if not editable or target.inspection_id is not None or target.dropped_at is not None:
        raise Conflict(N_("This line can no longer be changed."))


def name_officers(plan: AnnualPlan, actor: Actor) -> int:
    """Two officers for each open line that has none, evenly; returns how many lines.

    Whoever must avoid an enterprise is not named for it; a line that finds no two stays empty.
    """
    if not actor.may(Permission.PLAN_EDIT):
        raise Forbidden
    if plan.status not in {PlanState.DRAFT, PlanState.PUBLISHED}:
        raise Conflict
    day = clock.today()
    officers = [c.account_id for c in authorities.certified_officers(plan.authority, day)]
    avoided = queries.avoided(officers, day)
    load = queries.loads(plan.id)
    named = 0
    for target in queries.without_officers(plan.id):
        free = [o for o in officers if (o, target.enterprise_id) not in avoided]
        if len(free) >= OFFICERS_EACH:
            pair = _least_busy(free, load, target.id)
            target.first_officer_id, target.second_officer_id = pair
            load.update(pair)
            named += 1
    log(plan, actor, "name_officers", lines=named)
    return named


def _least_busy(free: list[int], load: Counter[int], turn: int) -> tuple[int, int]:
    """The two with the fewest lines; ``turn`` varies who works with whom among equals."""
    first, second, *_rest = sorted(free, key=lambda o: (load[o], (o + turn) % len(free), o))
    return first, second


@dataclass(slots=True)
class Made:
    """What one press made, and by enterprise's name why the rest was not."""

    count: int = 0
    left: int = 0
    problems: list[tuple[str, str]] = field(default_factory=list)


def make_inspections(plan: AnnualPlan, actor: Actor, month: int) -> Made:
    """Draft inspections of a month's lines, at most :data:`BATCH` at once.

    A line without two officers who hold a certificate on the day, or of an enterprise that has
    ended, is left out and named.
    """
    if not actor.may(Permission.PLAN_EDIT) or not actor.may(Permission.INSPECTION_MAKE):
        raise Forbidden
    if plan.status is not PlanState.PUBLISHED:
        raise Conflict(N_("Only a published plan is carried out."))
    day = day_of(plan.year, month, clock.today())
    lines = queries.to_make(plan.id, month, actor, limit=BATCH + 1)
    held = authorities.certificates_on(
        day, {i for t in lines for i in (t.first_officer_id, t.second_officer_id) if i}
    )
    made = Made(left=max(0, len(lines) - BATCH))
    for target in lines[:BATCH]:
        pair = [i for i in (target.first_officer_id, target.second_officer_id) if i is not None]
        if target.enterprise.roll_status in RESTRUCTURED:
            made.problems.append((target.enterprise.name, N_("it has merged or was split")))
        elif len(pair) < OFFICERS_EACH:
            made.problems.append((target.enterprise.name, N_("no two officers are named")))
        elif not all(i in held and held[i].authority_id == plan.authority_id for i in pair):
            made.problems.append(
                (target.enterprise.name, N_("an officer holds no certificate on the day"))
            )
        else:
            _make(target, actor, day, pair)
            made.count += 1
    log(plan, actor, "make_inspections", month=month, made=made.count)
    return made


def _make(target: PlanTarget, actor: Actor, day: date, officers: list[int]) -> None:
    item = target.item
    task = inspections.Task(
        kind=InspectionKind.ADMINISTRATIVE,
        subject=item.matter,
        planned_on=day,
        officer_ids=officers,
        basis=item.basis,
        checklist=item.checklist,
        plan_item_id=item.id,
    )
    target.inspection_id = inspections.create(target.enterprise, actor, task).id


def day_of(year: int, month: int, today: date) -> date:
    """The first working day of the month, or today once that has passed."""
    day = max(date(year, month, 1), today)
    return next_workday(day, workday_table()).day


def hand_on(plan: AnnualPlan) -> None:
    """What the superseded version has begun goes on under the new one, line by line.

    The old version keeps its lines as they were. A line that was drawn, or that has an
    inspection, is carried on under the item that continues its own.
    """
    for item in plan.items:
        if item.origin_id is None:
            continue
        known = {(t.enterprise_id, t.month): t for t in queries.kept_targets(item.id)}
        for old in queries.kept_targets(item.origin_id):
            here = known.get((old.enterprise_id, old.month))
            if here is not None:
                here.inspection_id, here.draw_id = old.inspection_id, old.draw_id
            elif old.inspection_id is not None or old.draw_id is not None:
                db.session.add(_carried(old, item))
    db.session.flush()


def _carried(old: PlanTarget, item: PlanItem) -> PlanTarget:
    return PlanTarget(
        plan_id=item.plan_id,
        item_id=item.id,
        enterprise_id=old.enterprise_id,
        month=old.month,
        draw_id=old.draw_id,
        first_officer_id=old.first_officer_id,
        second_officer_id=old.second_officer_id,
        inspection_id=old.inspection_id,
    )
