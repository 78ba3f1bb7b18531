"""Verbs of a risk point. Each takes the actor, checks, audits, tells whom it concerns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from supervision.core import clock, numbering
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.enterprise.site_models import SiteArea, SitePlan
from supervision.risk import geometry, rules
from supervision.risk.journal import log, tell
from supervision.risk.models import RiskControl, RiskPoint
from supervision.risk.rules import ControlKind, FactorGroup, ReviewCause, RiskGrade
from supervision.risk.workflow import RISK_WORKFLOW, RiskState

MOST_CONTROLS = 40


@dataclass(frozen=True, slots=True)
class PointValues:
    """What the enterprise says of a risk. ``x`` and ``y`` are fractions of the plan's picture."""

    name: str
    place: str
    factor_group: FactorGroup
    factor: str
    number: str = ""
    accidents: tuple[str, ...] = ()
    people_exposed: int | None = None
    responsible_person: str = ""
    responsible_post: str = ""
    responsible_phone: str = ""
    plan_id: int | None = None
    area_id: int | None = None
    x: Decimal | None = None
    y: Decimal | None = None
    longitude: Decimal | None = None
    latitude: Decimal | None = None

    @property
    def columns(self) -> dict[str, Any]:
        return {**asdict(self), "accidents": list(self.accidents)}


def create(enterprise: Enterprise, actor: Actor, values: PointValues) -> RiskPoint:
    """A new point, a draft until it is filed. Without a number it gets the next one."""
    number = values.number or _next_number(enterprise.id)
    _refuse_known_number(enterprise.id, number)
    point = RiskPoint(
        **{**values.columns, **_placed(enterprise.id, values), "number": number},
        enterprise_id=enterprise.id,
        created_at=clock.now(),
        created_by=actor.name,
        controls=[],
    )
    db.session.add(point)
    db.session.flush()
    log(point, actor, "create")
    return point


def change(point: RiskPoint, actor: Actor, values: PointValues) -> None:
    """Everything but the grade, which only an assessment gives."""
    _refuse_retired(point)
    number = values.number or point.number
    if number != point.number:
        _refuse_known_number(point.enterprise_id, number)
    wanted = {**values.columns, **_placed(point.enterprise_id, values), "number": number}
    changed = [name for name, value in wanted.items() if getattr(point, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(point, name, wanted[name])
    log(point, actor, "change", fields=", ".join(changed))


def _placed(enterprise_id: int, values: PointValues) -> dict[str, Any]:
    """Plan, area and position that belong together; the area follows from the position."""
    plan_id, area_id, x, y = values.plan_id, values.area_id, values.x, values.y
    if area_id is not None:
        area = _area(enterprise_id, area_id)
        if plan_id not in {None, area.plan_id}:
            # The position was tapped on another plan than the area is drawn on.
            raise InvalidInput(N_("This area lies on another plan."), field="area_id")
        plan_id = area.plan_id
    if plan_id is None or x is None or y is None:
        return {"plan_id": plan_id, "area_id": area_id, "x": None, "y": None}
    areas = _areas(enterprise_id, plan_id)
    if not areas and not _is_own_plan(enterprise_id, plan_id):
        raise InvalidInput(N_("Choose one of the list."), field="area_id")
    if area_id is None:
        spot = (float(x), float(y))
        area_id = next((a.id for a in areas if geometry.holds(a.polygon, spot)), None)
    return {"plan_id": plan_id, "area_id": area_id, "x": x, "y": y}


def _areas(enterprise_id: int, plan_id: int) -> list[SiteArea]:
    """Smallest first: an area within an area is the nearer one."""
    stmt = select(SiteArea).where(
        SiteArea.enterprise_id == enterprise_id,
        SiteArea.plan_id == plan_id,
        SiteArea.retired_at.is_(None),
    )
    found = db.session.scalars(unscoped(stmt, reason="areas of an enterprise that was read"))
    return sorted(found, key=lambda a: abs(geometry.signed_area(a.polygon)))


def _area(enterprise_id: int, area_id: int) -> SiteArea:
    stmt = select(SiteArea).where(
        SiteArea.id == area_id,
        SiteArea.enterprise_id == enterprise_id,
        SiteArea.retired_at.is_(None),
    )
    found = db.session.scalars(unscoped(stmt, reason="of an enterprise that was read")).first()
    if found is None:
        raise InvalidInput(N_("Choose one of the list."), field="area_id")
    return found


def _is_own_plan(enterprise_id: int, plan_id: int) -> bool:
    stmt = select(SitePlan.id).where(
        SitePlan.id == plan_id,
        SitePlan.enterprise_id == enterprise_id,
        SitePlan.retired_at.is_(None),
    )
    return db.session.scalar(unscoped(stmt, reason="of an enterprise that was read")) is not None


def _next_number(enterprise_id: int) -> str:
    """R001 and on; a number that somebody chose by hand is passed over."""
    while True:
        number = f"R{numbering.next_serial(f'risk:{enterprise_id}', 0):03d}"
        if not _has_number(enterprise_id, number):
            return number


def _has_number(enterprise_id: int, number: str) -> bool:
    stmt = select(RiskPoint.id).where(
        RiskPoint.enterprise_id == enterprise_id, RiskPoint.number == number
    )
    return db.session.scalar(unscoped(stmt, reason="a number is taken whoever asks")) is not None


def _refuse_known_number(enterprise_id: int, number: str) -> None:
    if _has_number(enterprise_id, number):
        raise InvalidInput(N_("This number is taken already."), field="number")


def _refuse_retired(point: RiskPoint) -> None:
    if point.status is RiskState.RETIRED:
        raise Conflict(N_("This risk point is retired. Restore it to change it."))


# --- controls ------------------------------------------------------------------------------------


def add_control(
    point: RiskPoint, actor: Actor, *, kind: ControlKind, text: str, responsible_post: str
) -> RiskControl:
    _refuse_retired(point)
    if len(standing_controls(point)) >= MOST_CONTROLS:
        raise InvalidInput(N_("At most %(count)s controls."), field="text", count=MOST_CONTROLS)
    control = RiskControl(kind=kind, text=text, responsible_post=responsible_post)
    point.controls.append(control)
    log(point, actor, "control", note=text, kind=kind)
    return control


def remove_control(point: RiskPoint, actor: Actor, control: RiskControl) -> None:
    """Taken off; the history keeps what it said. A filed point keeps at least one."""
    _refuse_retired(point)
    if control.removed_at is not None:
        raise Conflict
    if point.is_counted and len(standing_controls(point)) == 1:
        raise InvalidInput(
            N_("A risk point on file keeps at least one control: add another first.")
        )
    control.removed_at = clock.now()
    log(point, actor, "control_removed", note=control.text, kind=control.kind)


def standing_controls(point: RiskPoint) -> list[RiskControl]:
    return [c for c in point.controls if c.removed_at is None]


# --- steps ---------------------------------------------------------------------------------------


def file(point: RiskPoint, actor: Actor) -> None:
    """Put it on file; a major one then waits for the authority."""
    step = RISK_WORKFLOW.check("file", point, actor, _filing(point))
    point.status, point.return_reason = step.target, ""
    point.filed_at = point.filed_at or clock.now()
    point.confirmed_at, point.confirmed_by = None, ""
    log(point, actor, "file", grade=point.grade)
    if point.grade is RiskGrade.RED:
        tell(point, actor, "risk.filed_major")


def missing(point: RiskPoint) -> list[str]:
    """What filing still waits for, by name."""
    return [name for name, value in _filing(point).items() if not value]


def _filing(point: RiskPoint) -> Mapping[str, object]:
    return {
        "grade": point.grade,
        "responsible_person": point.responsible_person,
        "controls": standing_controls(point),
    }


def confirm(point: RiskPoint, actor: Actor, *, note: str) -> None:
    """The authority has looked at a major risk and its controls."""
    step = RISK_WORKFLOW.check("confirm", point, actor)
    point.status, point.confirmed_at, point.confirmed_by = step.target, clock.now(), actor.name
    log(point, actor, "confirm", note=note)
    tell(point, actor, "risk.confirmed")


def send_back(point: RiskPoint, actor: Actor, *, reason: str) -> None:
    step = RISK_WORKFLOW.check("return", point, actor, {"reason": reason})
    point.status, point.return_reason = step.target, reason
    log(point, actor, "return", note=reason)
    tell(point, actor, "risk.returned")


def comment(point: RiskPoint, actor: Actor, *, text: str) -> None:
    """A word of one side to the other; it changes nothing."""
    log(point, actor, "comment", note=text)
    tell(point, actor, "risk.comment")


def retire(point: RiskPoint, actor: Actor, *, reason: str) -> None:
    """The risk is gone: the machine is sold, the process has ended."""
    step = RISK_WORKFLOW.check("retire", point, actor, {"reason": reason})
    point.status, point.retired_at = step.target, clock.now()
    log(point, actor, "retire", note=reason, grade=point.grade)


def restore(point: RiskPoint, actor: Actor) -> None:
    """Back as a draft, to be filed anew."""
    step = RISK_WORKFLOW.check("restore", point, actor)
    point.status, point.retired_at = step.target, None
    log(point, actor, "restore")


def ask_review(
    point: RiskPoint, actor: Actor, *, cause: ReviewCause, due_on: date, note: str
) -> None:
    """A risk is assessed anew after an accident, a major hazard or a change.

    FACTS 2.8 names the periodic assessment; either side may ask for an earlier one.
    """
    _refuse_retired(point)
    if not actor.may(Permission.RISK_EDIT):
        raise Forbidden
    rules.check_review_day(due_on, clock.today())
    if point.next_review_on is None:
        raise Conflict(N_("This risk has not been assessed yet."))
    if point.next_review_on < due_on:
        raise InvalidInput(
            N_("It is to be assessed by %(day)s already."), field="due_on", day=point.next_review_on
        )
    point.next_review_on, point.review_cause = due_on, cause
    log(point, actor, "ask_review", note=note, cause=cause, due_on=due_on)
    tell(point, actor, "risk.review_asked")
