"""The draw in the plan: pool first, seed afterwards, result for ever, drawn again by anybody."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from supervision.account.models import Account
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, DomainError, InvalidInput
from supervision.core.scope import unscoped, visible
from supervision.enterprise.models import Enterprise, RollStatus
from supervision.plan import draw_queries, drawing, people, targets
from supervision.plan.models import PlanDrawRow, PlanTarget
from supervision.plan.rules import SeedSource
from tests.factories.authorities import certified_district, certify
from tests.factories.months import on
from tests.factories.plans import (
    drawn_fields,
    item_fields,
    load,
    make_cap,
    make_plan,
    more_enterprises,
)

TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def day():
    with on(TODAY):
        yield


@pytest.fixture
def authority(app, cast):
    return certified_district(cast)


def pooled(cast, plan_id: int, at: int = 0, *, reason: str = "") -> int:
    with transaction():
        return drawing.make_pool(load(plan_id).items[at], cast["section_chief"], reason=reason).id


def drawn(cast, draw_id: int, seed: str = "2026-11-22 06 11 17") -> None:
    with transaction():
        drawing.draw_now(
            draw_queries.get_draw(draw_id, SYSTEM, lock=True),
            cast["section_chief"],
            source=SeedSource.PUBLIC,
            seed=seed,
            note="Lottery of the day, before three enterprises",
        )


def get(draw_id: int):
    return draw_queries.get_draw(draw_id, SYSTEM)


def lines(draw_id: int) -> list[PlanTarget]:
    stmt = visible(PlanTarget, SYSTEM).where(PlanTarget.draw_id == draw_id)
    return list(db.session.scalars(stmt.order_by(PlanTarget.id)))


def account(cast, who: str) -> Account:
    stmt = visible(Account, SYSTEM).where(Account.id == cast.accounts[who])
    return db.session.scalars(stmt).one()


def test_a_draw_fills_the_plan_with_enterprises_months_and_two_officers(cast, authority):
    more_enterprises(8)
    plan_id = make_plan(cast, authority, drawn_fields())
    draw_id = pooled(cast, plan_id)
    before = get(draw_id)
    assert (before.seed, before.drawn_at, before.result_hash) == ("", None, "")
    assert len(before.pool["enterprises"]) == 10
    drawn(cast, draw_id)
    assert get(draw_id).pool_hash == before.pool_hash
    found = lines(draw_id)
    assert sorted(t.month for t in found) == [3, 3, 6, 12]
    officers = {cast.accounts["district_officer"], cast.accounts["section_chief"]}
    assert all({t.first_officer_id, t.second_officer_id} == officers for t in found)
    assert drawing.verify(get(draw_id)).reproduces
    with pytest.raises(Conflict, match="already"):
        drawn(cast, draw_id)


def test_a_share_is_rounded_up(cast, authority):
    more_enterprises(8)
    plan_id = make_plan(cast, authority, drawn_fields(quantity=None, ratio=25))
    assert get(pooled(cast, plan_id)).pool["quantity"] == 3


def test_a_generated_seed_is_long_and_another_each_time(cast, authority):
    plan_id = make_plan(cast, authority, drawn_fields(), drawn_fields(matter="Second"))
    seeds = set()
    for at in (0, 1):
        draw_id = pooled(cast, plan_id, at)
        with transaction():
            drawing.draw_now(get(draw_id), cast["section_chief"], source=SeedSource.GENERATED)
        seeds.add(get(draw_id).seed)
    assert len(seeds) == 2
    assert {len(s) for s in seeds} == {32}


@pytest.mark.parametrize(
    ("seed", "note", "field"),
    [("12345", "here", "seed"), ("1|23456", "here", "seed"), ("123456", "", "note")],
)
def test_a_public_seed_is_long_enough_and_says_where_it_was_named(
    cast, authority, seed, note, field
):
    draw_id = pooled(cast, make_plan(cast, authority, drawn_fields()))
    with pytest.raises(InvalidInput) as refused, transaction():
        drawing.draw_now(
            get(draw_id), cast["section_chief"], source=SeedSource.PUBLIC, seed=seed, note=note
        )
    assert refused.value.field == field
    assert get(draw_id).drawn_at is None


def test_who_is_left_out_of_the_pool_and_why(cast, authority):
    ids = more_enterprises(3)
    make_cap(2)
    make_cap(0, industry="33")
    plan_id = make_plan(cast, authority, drawn_fields())
    with transaction():
        for ident, changes in zip(
            ids,
            ({"industry_code": "2610"}, {"industry_code": "2610", "roll_status": RollStatus.SUSPENDED},
             {"industry_code": "2610"}),
            strict=True,
        ):  # fmt: skip
            row = db.session.scalars(
                visible(Enterprise, SYSTEM).where(Enterprise.id == ident)
            ).one()
            for name, value in changes.items():
                setattr(row, name, value)
        # Only two officers: an avoidance of one leaves the enterprise without two.
        people.record(account(cast, "district_officer"), row, cast["section_chief"], reason="Kin")
    found = get(pooled(cast, plan_id))
    reasons = sorted(why for _code, why in found.excluded)
    assert reasons == ["cap_reached", "cap_reached", "no_two_officers", "not_in_production"]
    assert len(found.pool["enterprises"]) == 1


def test_an_enterprise_that_the_plan_has_up_to_its_cap_is_not_drawn(cast, authority):
    more_enterprises(2)
    make_cap(1)
    first = item_fields(is_key=False, months=(3,), industry="C")
    plan_id = make_plan(cast, authority, first, drawn_fields())
    with pytest.raises(InvalidInput, match="No enterprise of the class can be drawn"):
        pooled(cast, plan_id, 1)


def test_officers_without_a_certificate_today_are_not_in_the_pool(cast, authority):
    certify(cast, "city_officer", authority, valid_to=TODAY - timedelta(days=1))
    found = get(pooled(cast, make_plan(cast, authority, drawn_fields())))
    assert found.pool["officers"] == ["ZF-district_officer", "ZF-section_chief"]


def test_only_a_published_plan_is_drawn(cast, authority):
    from supervision.plan.workflow import PlanState

    plan_id = make_plan(cast, authority, drawn_fields(), state=PlanState.APPROVED)
    with pytest.raises(Conflict, match="published"):
        pooled(cast, plan_id)


def test_drawing_again_needs_a_reason_and_keeps_the_first(cast, authority):
    more_enterprises(6)
    plan_id = make_plan(cast, authority, drawn_fields())
    first = pooled(cast, plan_id)
    with pytest.raises(Conflict, match="waits"):
        pooled(cast, plan_id)
    drawn(cast, first)
    with pytest.raises(InvalidInput, match="again"):
        pooled(cast, plan_id)
    second = pooled(cast, plan_id, reason="An officer fell ill")
    drawn(cast, second, "another seed")
    assert {t.dropped_reason for t in lines(first)} == {"An officer fell ill"}
    assert {t.dropped_reason for t in lines(second)} == {""}
    assert len(draw_queries.all_rows(first)) == 4
    assert drawing.verify(get(first)).reproduces
    assert drawing.verify(get(second)).reproduces


def test_a_draw_that_was_begun_is_not_replaced(cast, authority):
    plan_id = make_plan(cast, authority, drawn_fields(months=(12,)))
    draw_id = pooled(cast, plan_id)
    drawn(cast, draw_id)
    with transaction():
        assert targets.make_inspections(load(plan_id), cast["section_chief"], 12).count == 2
    with pytest.raises(Conflict, match="no longer be replaced"):
        pooled(cast, plan_id, reason="Again")


def test_a_result_or_a_pool_that_somebody_changed_does_not_reproduce(cast, authority):
    more_enterprises(4)
    draw_id = pooled(cast, make_plan(cast, authority, drawn_fields()))
    drawn(cast, draw_id)
    with transaction():
        row = db.session.scalars(
            visible(PlanDrawRow, SYSTEM).where(PlanDrawRow.draw_id == draw_id)
        ).first()
        row.month = 9
    verdict = drawing.verify(get(draw_id))
    assert (verdict.is_pool_intact, verdict.is_result_same) == (True, False)
    with transaction():
        found = get(draw_id)
        found.pool = {**found.pool, "quantity": 3}
    assert not drawing.verify(get(draw_id)).is_pool_intact


def test_of_two_who_draw_at_once_one_draws(app, cast, authority):
    more_enterprises(4)
    draw_id = pooled(cast, make_plan(cast, authority, drawn_fields()))
    start, outcomes = threading.Barrier(2), []

    def press(n: int) -> None:
        with app.app_context():
            start.wait()
            try:
                drawn(cast, draw_id, f"seed number {n}")
                outcomes.append("drawn")
            except DomainError as error:
                outcomes.append(type(error).__name__)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=press, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["Conflict", "drawn"]
    db.session.rollback()
    stmt = unscoped(select(PlanDrawRow).where(PlanDrawRow.draw_id == draw_id), reason="a test")
    assert len(db.session.scalars(stmt).all()) == 4
    assert drawing.verify(get(draw_id)).reproduces
