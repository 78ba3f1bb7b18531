"""Files that may be one enterprise: found by night, judged by a person, not proposed again."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import Forbidden, NotFound
from supervision.core.scope import unscoped, visible
from supervision.enterprise import duplicates, jobs, queries, service
from supervision.enterprise.duplicate_rules import MOST_ALIKE, KeyKind, PairState
from supervision.enterprise.lineage_models import DuplicatePair, EnterpriseKey
from tests.cast import enterprise_values
from tests.factories.roll import twin


def pairs(**narrowed):
    stmt = visible(DuplicatePair, SYSTEM).filter_by(**narrowed).order_by(DuplicatePair.id)
    return db.session.scalars(stmt).all()


def test_a_second_file_of_an_enterprise_is_found_once(cast):
    other, _pair = twin(cast, cast.plant_id, 60)
    jobs.find_duplicates(clock.now())
    row = next(p for p in pairs() if p.second_id == other and p.first_id == cast.plant_id)
    assert KeyKind.PERSON_PLACE in row.reasons
    assert row.status is PairState.OPEN
    assert jobs.find_duplicates(clock.now()) == 0


def test_what_a_market_shares_tells_nothing(cast):
    with transaction():
        for serial in range(100, 101 + MOST_ALIKE):
            service.register(
                SYSTEM,
                enterprise_values(
                    serial,
                    name=f"Stall {'abcdefghij'[serial % 10] * 6}",
                    address="1 Market",
                    legal_representative=f"L {serial}",
                    principal_phone=f"1380000{serial}0",
                ),
            )
    jobs.find_duplicates(clock.now())
    found = pairs()
    assert not [p for p in found if KeyKind.PLACE in p.reasons]


def test_a_dismissed_pair_comes_back_for_a_new_reason_only(cast):
    other, pair = twin(cast, cast.plant_id, 60)
    with transaction():
        row = duplicates.get_pair(pair, cast["district_officer"])
        duplicates.dismiss(row, cast["district_officer"], note="Landlord and tenant")
    with transaction():
        one = queries.get_enterprise(other, SYSTEM)
        service.change(one, SYSTEM, {"short_name": "Another"})
    jobs.find_duplicates(clock.now())
    assert pairs(id=pair)[0].status is PairState.DISMISSED
    db.session.rollback()
    with transaction():
        for i in (other, cast.plant_id):
            one = queries.get_enterprise(i, SYSTEM)
            service.change(one, SYSTEM, {"legacy_reg_no": "330184000000001"})
    jobs.find_duplicates(clock.now())
    (again,) = pairs(id=pair)
    assert again.status is PairState.OPEN
    assert KeyKind.LEGACY in again.reasons


def test_a_pair_whose_likeness_was_mended_goes(cast):
    other, pair = twin(cast, cast.plant_id, 60)
    with transaction():
        service.change(
            queries.get_enterprise(other, SYSTEM),
            SYSTEM,
            {
                "address": "Quite elsewhere 9",
                "name": "Something Else",
                "legal_representative": "Z",
                "principal_phone": "13811111111",
            },
        )
    jobs.find_duplicates(clock.now())
    assert pairs(id=pair) == []


def test_only_who_sees_both_files_sees_the_pair(cast):
    """The city's officer sees a pair across districts, neither district's does."""
    with transaction():
        far = queries.get_enterprise(cast.far_plant_id, SYSTEM)
        near = cast.plant
        for one in (far, near):
            service.change(one, SYSTEM, {"legacy_reg_no": "330184000000002"})
    jobs.find_duplicates(clock.now())
    pair = next(p.id for p in pairs() if {p.first_id, p.second_id} == {near.id, far.id})
    assert duplicates.get_pair(pair, cast["city_officer"]).id == pair
    for who in ("district_officer", "other_district", "plant_manager"):
        with pytest.raises(NotFound):
            duplicates.get_pair(pair, cast[who])
    with pytest.raises(Forbidden), transaction():
        duplicates.dismiss(duplicates.get_pair(pair, cast["auditor"]), cast["auditor"], note="x")


def test_the_search_asks_no_more_for_many_files_than_for_few(cast):
    """One batch of statements, whatever the number of files in it."""
    asked = []

    def count(_connection, _cursor, statement, *_rest):
        if statement.startswith("SELECT"):
            asked.append(statement)

    with transaction():
        for serial in range(200, 260):
            service.register(SYSTEM, enterprise_values(serial))
    event.listen(db.engine, "before_cursor_execute", count)
    try:
        with transaction():
            handled, _last = duplicates.look()
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    assert handled == 63
    assert len(asked) < 15
    keys = unscoped(db.select(EnterpriseKey.enterprise_id).distinct(), reason="a test counts")
    assert len(db.session.scalars(keys).all()) == 63
