"""A plan from draft to publication and to its amendment; caps on the way."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from supervision.account.models import Account
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.notices import Notice
from supervision.core.scope import unscoped, visible
from supervision.enterprise import lineage
from supervision.inspection.models import Inspection
from supervision.plan import items, people, queries, service, targets
from supervision.plan.models import PlanTarget
from supervision.plan.rules import Selection
from supervision.plan.service import PlanFields
from supervision.plan.workflow import PlanState as S
from tests.factories.authorities import certified_district, certify
from tests.factories.months import on
from tests.factories.plans import (
    YEAR,
    drawn_fields,
    item_fields,
    item_id,
    load,
    make_cap,
    make_plan,
    more_enterprises,
)
from tests.factories.roll import propose_merger

TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def day():
    with on(TODAY):
        yield


@pytest.fixture
def authority(app, cast):
    return certified_district(cast)


def lines(plan_id: int) -> list[PlanTarget]:
    stmt = select(PlanTarget).where(PlanTarget.plan_id == plan_id).order_by(PlanTarget.id)
    return list(db.session.scalars(unscoped(stmt, reason="a test looks")))


def test_an_item_names_every_enterprise_of_its_class_over_its_months(cast, authority):
    more_enterprises(4)
    more_enterprises(1, "330113001")
    plan_id = make_plan(cast, authority, state=S.DRAFT)
    found = lines(plan_id)
    assert len(found) == 6  # the plant, its neighbour and four more; not the other district's
    assert sorted(t.month for t in found) == [3, 3, 6, 6, 12, 12]


def test_a_class_is_narrowed_by_industry_key_and_street(cast, authority):
    more_enterprises(2, industry_code="2610")
    with transaction():
        plant = cast.plant
        plant.is_key = True
    wanted = (
        item_fields(industry="26"),
        item_fields(industry="C"),
        item_fields(is_key=True),
        item_fields(is_key=False),
        item_fields(region_code="330110001"),
    )
    plan_id = make_plan(cast, authority, *wanted, state=S.DRAFT)
    counts = queries.target_counts(plan_id)
    assert [counts[i.id] for i in load(plan_id).items] == [2, 4, 1, 3, 4]
    nobody = item_fields(industry="77")
    with pytest.raises(InvalidInput, match="No enterprise in production"), transaction():
        items.add(load(plan_id), cast["section_chief"], nobody)


def test_named_enterprises_are_found_by_code_and_a_wrong_line_is_named(cast, authority):
    codes = (cast.plant.uscc, "91330110NOBODY0000")
    plan_id = make_plan(cast, authority, state=S.DRAFT)
    wanted = item_fields(selection=Selection.LISTED, listed=codes)
    with pytest.raises(InvalidInput, match="Line 2") as refused, transaction():
        items.add(load(plan_id), cast["section_chief"], wanted)
    assert refused.value.field == "listed"
    with transaction():
        wanted = item_fields(selection=Selection.LISTED, listed=codes[:1])
        items.add(load(plan_id), cast["section_chief"], wanted)
    assert [t.enterprise_id for t in lines(plan_id)].count(cast.plant_id) == 2


def test_an_enterprise_beyond_its_cap_is_refused_by_item_and_name(cast, authority):
    make_cap(1)
    plan_id = make_plan(cast, authority, state=S.DRAFT)
    refusal = pytest.raises(InvalidInput, match=r"Item 2, Invented Plant 1: .* 2 times")
    with refusal as refused, transaction():
        items.add(load(plan_id), cast["section_chief"], item_fields(months=(5,)))
    assert refused.value.params["cap"] == 1
    assert len(load(plan_id).items) == 1
    assert len(lines(plan_id)) == 2


def test_a_cap_that_is_not_published_binds_nobody(cast, authority):
    make_cap(0, published=False)
    assert load(make_plan(cast, authority)).status is S.PUBLISHED


def test_a_cap_that_was_lowered_meanwhile_stops_the_approval(cast, authority):
    plan_id = make_plan(cast, authority, state=S.SUBMITTED)
    make_cap(0)
    with pytest.raises(InvalidInput, match="Item 1"), transaction():
        service.approve(load(plan_id), SYSTEM)
    assert load(plan_id).status is S.SUBMITTED


def test_the_author_cannot_approve_and_others_are_told(cast, authority):
    plan_id = make_plan(cast, authority, state=S.SUBMITTED)
    with pytest.raises(Forbidden, match="Another person approves"), transaction():
        service.approve(load(plan_id), cast["section_chief"])
    with pytest.raises(Forbidden), transaction():
        service.approve(load(plan_id), cast["district_officer"])
    with transaction():
        service.reject(load(plan_id), SYSTEM, note="Too much in March")
    plan = load(plan_id)
    assert (plan.status, plan.decision_note) == (S.DRAFT, "Too much in March")
    kinds = [n.kind for n in db.session.scalars(select(Notice))]
    assert "plan.rejected" in kinds


def test_an_empty_plan_and_an_item_without_enterprises_are_not_submitted(cast, authority):
    plan_id = make_plan(cast, authority, state=S.DRAFT)
    with transaction():
        items.remove(load(plan_id).items[0], cast["section_chief"])
    with pytest.raises(InvalidInput, match="no item"), transaction():
        service.submit(load(plan_id), cast["section_chief"])
    assert lines(plan_id) == []


def test_a_year_has_one_plan_and_a_past_year_none(cast, authority):
    make_plan(cast, authority, state=S.DRAFT)
    with pytest.raises(InvalidInput, match="already"):
        make_plan(cast, authority, state=S.DRAFT)
    with pytest.raises(InvalidInput, match="this year"):
        make_plan(cast, authority, year=2025)
    make_plan(cast, authority, year=2027)


def test_a_published_plan_is_not_edited_but_amended_and_the_old_stays_readable(cast, authority):
    plan_id = make_plan(cast, authority)
    chief = cast["section_chief"]
    with pytest.raises(Conflict), transaction():
        service.edit(load(plan_id), chief, PlanFields("Other"))
    with pytest.raises(Conflict), transaction():
        items.change(load(plan_id).items[0], chief, item_fields(matter="Other"))
    with transaction():
        amended = service.amend(load(plan_id), chief, note="A new class").id
    with pytest.raises(Conflict, match="in the making"), transaction():
        service.amend(load(plan_id), chief, note="Once more")
    with transaction():
        items.change(load(amended).items[0], chief, item_fields(matter="Wood works"))
        service.submit(load(amended), chief)
        service.approve(load(amended), SYSTEM)
        service.publish(load(amended), chief)
    assert (load(plan_id).status, load(amended).status) == (S.SUPERSEDED, S.PUBLISHED)
    assert (load(plan_id).items[0].matter, load(amended).items[0].matter) == (
        "Metal works",
        "Wood works",
    )
    assert load(amended).version == 2
    assert len(lines(plan_id)) == len(lines(amended)) == 2


def test_what_was_begun_goes_on_under_the_amendment(cast, authority):
    plan_id = make_plan(cast, authority)
    chief = cast["section_chief"]
    with transaction():
        targets.name_officers(load(plan_id), chief)
    december = [t for t in lines(plan_id) if t.month == 3]
    with transaction():
        targets.make_inspections(load(plan_id), chief, 3)
        amended = service.amend(load(plan_id), chief, note="Another month").id
    with transaction():
        items.change(load(amended).items[0], chief, item_fields(months=(7,)))
        service.submit(load(amended), chief)
        service.approve(load(amended), SYSTEM)
        service.publish(load(amended), chief)
    begun = [t.inspection_id for t in lines(plan_id) if t.inspection_id]
    assert len(begun) == len(december) == 1
    carried = [(t.month, t.inspection_id) for t in lines(amended) if t.inspection_id]
    assert carried == [(3, begun[0])]


def test_a_withdrawn_draft_makes_room_for_another(cast, authority):
    plan_id = make_plan(cast, authority, state=S.DRAFT)
    with transaction():
        service.withdraw(load(plan_id), cast["section_chief"], note="Begun too early")
    again = make_plan(cast, authority, state=S.DRAFT)
    assert load(again).version == 2
    assert load(again).reason == "Begun too early"


def test_officers_are_named_evenly_and_never_whom_they_must_avoid(cast, authority):
    certify(cast, "city_officer", authority)
    more_enterprises(4)
    plan_id = make_plan(cast, authority)
    with transaction():
        accounts = queries.officer_ids(load(plan_id))
        officer = cast.accounts["city_officer"]
        stmt = visible(Account, SYSTEM).where(Account.id == officer)
        account = db.session.scalars(stmt).one()
        people.record(account, cast.plant, cast["section_chief"], reason="Kin")
    with transaction():
        assert targets.name_officers(load(plan_id), cast["section_chief"]) == 6
    load_of = queries.loads(plan_id)
    assert sum(load_of.values()) == 12
    assert max(load_of.values()) - min(load_of.values()) <= 2
    assert len(accounts) == 3
    for line in lines(plan_id):
        if line.enterprise_id == cast.plant_id:
            assert officer not in {line.first_officer_id, line.second_officer_id}


def test_inspections_are_drafted_by_month_with_their_officers_once(cast, authority):
    plan_id = make_plan(cast, authority, item_fields(months=(12,)))
    chief = cast["section_chief"]
    with transaction():
        made = targets.make_inspections(load(plan_id), chief, 12)
    assert made.count == 0
    assert [why for _name, why in made.problems] == ["no two officers are named"] * 2
    with transaction():
        targets.name_officers(load(plan_id), chief)
        assert targets.make_inspections(load(plan_id), chief, 12).count == 2
    with transaction():
        assert targets.make_inspections(load(plan_id), chief, 12).count == 0
    found = db.session.scalars(unscoped(select(Inspection), reason="a test looks")).all()
    assert {i.planned_on for i in found} == {date(2026, 12, 1)}
    assert {i.plan_item_id for i in found} == {item_id(plan_id)}
    assert all(len(i.officers) == 2 for i in found)
    with pytest.raises(Conflict, match="no longer"), transaction():
        line = queries.get_target(load(plan_id), lines(plan_id)[0].id, SYSTEM)
        targets.drop(line, chief, reason="x")


def test_an_item_that_is_drawn_has_no_line_before_its_draw(cast, authority):
    plan_id = make_plan(cast, authority, drawn_fields())
    assert lines(plan_id) == []
    assert load(plan_id).status is S.PUBLISHED
    assert load(plan_id).year == YEAR


def test_the_total_that_is_published_is_that_of_the_day_it_was_submitted(cast, authority):
    plan_id = make_plan(cast, authority, drawn_fields(quantity=None, ratio=50))
    more_enterprises(3)
    assert load(plan_id).items[0].class_size == 2


def test_no_inspection_is_drafted_of_an_enterprise_that_merged_since(cast, authority):
    plan_id = make_plan(cast, authority, item_fields(months=(12,)))
    chief = cast["section_chief"]
    with transaction():
        targets.name_officers(load(plan_id), chief)
    merger = propose_merger(cast, cast.other_plant_id, cast.plant_id, "district_officer")
    with transaction():
        row = lineage.get_restructuring(merger, chief)
        lineage.approve(row, chief, typed_name="Invented Plant 2")
        made = targets.make_inspections(load(plan_id), chief, 12)
    assert made.count == 1
    assert made.problems == [("Invented Plant 2", "it has merged or was split")]
