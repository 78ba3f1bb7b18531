"""Plans brought to a state the way people bring them there; enterprises to draw from."""

from __future__ import annotations

from supervision.account.models import Account
from supervision.authority import queries as authorities
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.scope import visible
from supervision.core.statutory import Certainty
from supervision.enterprise import queries as registry
from supervision.enterprise import service as enterprises
from supervision.inspection.models import CapExemption, FrequencyCap
from supervision.plan import drawing, items, people, queries, service
from supervision.plan.items import ItemFields
from supervision.plan.rules import Method, SeedSource, Selection
from supervision.plan.service import PlanFields
from supervision.plan.workflow import PlanState
from tests.cast import Cast, enterprise_values

YEAR = 2026


def item_fields(**changes: object) -> ItemFields:
    values: dict[str, object] = {
        "matter": "Metal works",
        "basis": "Work Safety Law, art. 62",
        "content": "Guards of presses",
        "method": Method.ON_SITE,
        "months": (3, 6, 12),
        "selection": Selection.EVERY,
        "organizer": "Bureau",
        "frequency": "once a year",
    }
    return ItemFields(**{**values, **changes})  # type: ignore[arg-type]


def drawn_fields(**changes: object) -> ItemFields:
    return item_fields(**{"matter": "Draw", "selection": Selection.DRAWN, "quantity": 4, **changes})


def more_enterprises(count: int, region: str = "330110001", **changes: object) -> list[int]:
    """Ids of ``count`` further plants of the district."""
    with transaction():
        made = [
            enterprises.register(SYSTEM, enterprise_values(100 + n, region, **changes))
            for n in range(count)
        ]
        db.session.flush()
        return [e.id for e in made]


def make_cap(times: int, *, year: int = YEAR, published: bool = True, **changes: object) -> int:
    """A cap of the district for every enterprise; returns its id."""
    values: dict[str, object] = {"region_code": "330110", "industry": "", "is_key": False}
    with transaction():
        cap = FrequencyCap(
            year=year,
            level=0,
            times=times,
            published_on=clock.today() if published else None,
            source="Notice of the district",
            certainty=Certainty.LOW,
            **{**values, **changes},
        )
        db.session.add(cap)
        db.session.flush()
        return cap.id


def make_plan(
    cast: Cast,
    authority_id: int,
    *fields: ItemFields,
    state: PlanState = PlanState.PUBLISHED,
    year: int = YEAR,
    by: str = "section_chief",
) -> int:
    """A plan with these items in ``state``, approved by somebody else; returns its id."""
    author = cast[by]
    with transaction():
        authority = authorities.get_authority(authority_id)
        plan = service.draft(author, authority, year, PlanFields(f"Plan {year}", "Aims"))
        for wanted in fields or (item_fields(),):
            items.add(plan, author, wanted)
        if state is not PlanState.DRAFT:
            service.submit(plan, author)
        if state in {PlanState.APPROVED, PlanState.PUBLISHED}:
            service.approve(plan, SYSTEM, note="As discussed")
        if state is PlanState.PUBLISHED:
            service.publish(plan, author)
        return plan.id


def load(plan_id: int):
    return queries.get_plan(plan_id, SYSTEM)


def item_id(plan_id: int, at: int = 0) -> int:
    return load(plan_id).items[at].id


def a_plan(
    cast: Cast, authority_id: int, enterprise_id: int, officer: str, mark: str
) -> dict[str, int]:
    """A published plan with a line and a draw, a cap and an avoidance; ids by address."""
    with transaction():
        enterprise = registry.get_enterprise(enterprise_id, SYSTEM)
        plan = service.draft(
            SYSTEM,
            authorities.get_authority(authority_id),
            clock.today().year,
            PlanFields(f"{mark} plan", f"{mark} aims"),
        )
        listed = (enterprise.uscc,)
        named = item_fields(
            matter=f"{mark} matter", selection=Selection.LISTED, listed=listed, months=(12,)
        )
        items.add(plan, SYSTEM, named)
        items.add(plan, SYSTEM, drawn_fields(matter=f"{mark} draw", quantity=1))
        service.submit(plan, SYSTEM)
        service.approve(plan, cast["section_chief"])
        service.publish(plan, SYSTEM)
        pooled = drawing.make_pool(plan.items[1], SYSTEM)
        drawing.draw_now(pooled, SYSTEM, source=SeedSource.GENERATED)
        target = queries.kept_targets(plan.items[0].id)[0]
        held = visible(Account, SYSTEM).where(Account.id == cast.accounts[officer])
        person = db.session.scalars(held).one()
        avoidance = people.record(person, enterprise, SYSTEM, reason=f"{mark} kin")
        exemption = CapExemption(
            code=f"test_{enterprise_id}",
            name="A reported complaint",
            effective_from=clock.today(),
            source="Notice",
            certainty=Certainty.LOW,
        )
        db.session.add(exemption)
        db.session.flush()
        ids = {
            "plan.plan_id": plan.id,
            "plan.item_id": plan.items[0].id,
            "plan.target_id": target.id,
            "plan.draw_id": pooled.id,
            "plan.avoidance_id": avoidance.id,
            "plan.exemption_id": exemption.id,
        }
    region = registry.get_enterprise(enterprise_id, SYSTEM).region_code[:6]
    return ids | {"plan.cap_id": make_cap(9, year=clock.today().year + 1, region_code=region)}
