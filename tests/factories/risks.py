"""Risk points and site plans brought to a state the way people bring them there."""

from __future__ import annotations

import io
from decimal import Decimal

from PIL import Image

from supervision import seeds
from supervision.core import clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import transaction
from supervision.enterprise import queries as enterprises
from supervision.risk import assessing, queries, service, sites
from supervision.risk.assessing import Scoring
from supervision.risk.rules import Axis, ControlKind, FactorGroup, Method, Stage
from supervision.risk.service import PointValues
from supervision.risk.workflow import RiskState
from tests.cast import Cast

SQUARE = [[0.1, 0.1], [0.5, 0.1], [0.5, 0.5], [0.1, 0.5]]
# Scores of LEC by the colour that they come to.
LEC_OF = {"red": (10, 6, 7), "orange": (6, 6, 7), "yellow": (10, 1, 7), "blue": (1, 1, 1)}


def plan_picture(size: tuple[int, int] = (400, 300)) -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, "PNG")
    out.seek(0)
    return out


def values(**changes: object) -> PointValues:
    known: dict[str, object] = {
        "name": "Press 3",
        "place": "Workshop 1",
        "factor_group": FactorGroup.OBJECT,
        "factor": "A hand gets under the ram",
        "accidents": ("03",),
        "responsible_person": "T. Leader",
    }
    return PointValues(**{**known, **changes})  # type: ignore[arg-type]


def lec(colour: str = "orange", stage: Stage = Stage.INHERENT, **changes: object) -> Scoring:
    scores = dict(zip(Axis, map(Decimal, LEC_OF[colour]), strict=True))
    known: dict[str, object] = {
        "stage": stage,
        "method": Method.LEC,
        "assessed_on": clock.today(),
        "scores": scores,
    }
    return Scoring(**{**known, **changes})  # type: ignore[arg-type]


def make_point(
    cast: Cast,
    state: RiskState = RiskState.FILED,
    colour: str = "orange",
    *,
    by: Actor | None = None,
    enterprise_id: int | None = None,
    **changes: object,
) -> int:
    """A risk point of the plant in ``state``; returns its id."""
    actor = by or SYSTEM
    with transaction():
        seeds.load_risk_tables()
        plant = enterprises.get_enterprise(enterprise_id or cast.plant_id, SYSTEM)
        point = service.create(plant, actor, values(**changes))
        assessing.assess(point, actor, lec(colour))
        service.add_control(
            point,
            actor,
            kind=ControlKind.ENGINEERING,
            text="Light curtain",
            responsible_post="Team",
        )
        if state is not RiskState.DRAFT:
            service.file(point, actor)
        if state is RiskState.CONFIRMED:
            service.confirm(point, SYSTEM, note="Seen on site")
        if state is RiskState.RETURNED:
            service.send_back(point, SYSTEM, reason="The light curtain is off")
        if state is RiskState.RETIRED:
            service.retire(point, actor, reason="Sold")
        return point.id


def make_plan(
    cast: Cast, *, enterprise_id: int | None = None, name: str = "Ground floor"
) -> tuple[int, int]:
    """Ids of a plan and of the one area on it."""
    with transaction():
        plant = enterprises.get_enterprise(enterprise_id or cast.plant_id, SYSTEM)
        picture = sites.store_picture(SYSTEM, plan_picture(), "floor.png")
        plan = sites.add_plan(plant, SYSTEM, name=name, picture=picture)
        area = sites.add_area(plan, SYSTEM, name=f"{name} hall", polygon=SQUARE)
        return plan.id, area.id


def a_risk(cast: Cast, enterprise_id: int, mark: str) -> dict[str, int]:
    """Ids under the names that addresses give them."""
    plan_id, area_id = make_plan(cast, enterprise_id=enterprise_id, name=f"{mark} floor")
    point_id = make_point(
        cast,
        colour="red",
        enterprise_id=enterprise_id,
        name=f"{mark} press",
        place=f"{mark} hall",
        area_id=area_id,
    )
    control_id = queries.get_point(point_id, SYSTEM).controls[0].id
    return {
        "risk.plan_id": plan_id,
        "risk.area_id": area_id,
        "risk.point_id": point_id,
        "risk.control_id": control_id,
    }
