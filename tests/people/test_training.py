"""Trainings: participants, results, hours against the rule; staffing reckoned from it all."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.enterprise import queries as enterprises
from supervision.enterprise import service as registry
from supervision.people import jobs, queries, ruletables, training, training_queries
from supervision.people.rules import Result
from supervision.people.ruletables import Head
from supervision.people.tables import RuleTable
from supervision.people.training_queries import HoursFilter, StaffingFilter
from supervision.people.workflow import SessionState
from tests.factories.people import make_certificate, make_person, make_session, resident_id


def get(session_id):
    return training_queries.get_session(session_id, SYSTEM)


def balance(person_id):
    return training_queries.balances(queries.get_person(person_id, SYSTEM), SYSTEM)[0]


def test_hours_count_once_passed_and_on_record(app, cast):
    passed, failed, absent = (make_person(cast, n) for n in (1, 2, 3))
    session = make_session(cast, [passed, failed, absent], hours=5, recorded=False)
    assert balance(passed).had == 0
    with transaction():
        results = {passed: (Result.PASSED, Decimal(90)), failed: (Result.FAILED, Decimal(40))}
        training.set_results(get(session), SYSTEM, results)
    with pytest.raises(Forbidden, match="needs a result"), transaction():
        training.record(get(session), SYSTEM)
    with transaction():
        training.set_results(get(session), SYSTEM, {absent: (Result.ABSENT, None)})
        training.record(get(session), SYSTEM)
    assert [balance(p).had for p in (passed, failed, absent)] == [5, 0, 0]
    assert (balance(passed).required, balance(passed).missing) == (8, 3)
    with transaction():
        training.void(get(session), SYSTEM, reason="Sign-in sheet was forged")
    assert balance(passed).had == 0


def test_what_is_on_record_is_not_changed(app, cast):
    person = make_person(cast, 1)
    session = make_session(cast, [person])
    with pytest.raises(Conflict), transaction():
        training.set_results(get(session), SYSTEM, {person: (Result.FAILED, None)})
    with pytest.raises(Conflict), transaction():
        training.remove(get(session), SYSTEM, person)
    assert get(session).status is SessionState.RECORDED


def test_nothing_is_put_on_record_before_it_was_held(app, cast):
    person = make_person(cast, 1)
    session = make_session(cast, [person], days_ago=-2, recorded=False)
    with transaction():
        training.set_results(get(session), SYSTEM, {person: (Result.PASSED, None)})
    with pytest.raises(Conflict, match="not been held"), transaction():
        training.record(get(session), SYSTEM)


def test_nobody_of_another_enterprise_takes_part(app, cast):
    stranger = make_person(cast, 1, enterprise_id=cast.other_plant_id)
    with pytest.raises(InvalidInput, match="of this enterprise"):
        make_session(cast, [stranger])


def test_pasted_names_are_all_taken_or_none(app, cast):
    first = make_person(cast, 1, name="Ann")
    twin, other = make_person(cast, 2, name="Bob"), make_person(cast, 3, name="Bob")
    session = make_session(cast, [], recorded=False)
    with transaction():
        taken, wrong = training.paste(get(session), SYSTEM, "Ann\nBob\nCid")
    assert taken == 0
    assert [(e.line, e.value) for e in wrong] == [(2, "Bob"), (3, "Cid")]
    assert get(session).attendances == []
    text = f"Ann\t55\nBob\t{resident_id(2)[-4:]}\t80"
    with transaction():
        taken, wrong = training.paste(get(session), SYSTEM, text, pass_mark=Decimal(60))
    assert (taken, wrong) == (2, [])
    results = {a.person_id: a.result for a in get(session).attendances}
    assert results == {first: Result.FAILED, twin: Result.PASSED}
    assert other not in results


def test_the_list_of_the_short_ones_shows_by_how_much(app, cast):
    new = make_person(cast, 1, "new_worker", employed_from=clock.today() - timedelta(days=5))
    old = make_person(cast, 2)
    far = make_person(cast, 3, enterprise_id=cast.far_plant_id)
    make_session(cast, [old], hours=8)
    officer = cast["district_officer"]
    short = list(db.session.scalars(training_queries.list_hours(officer, HoursFilter())))
    assert [(b.person_id, b.missing) for b in short] == [(new, 24)]
    late = training_queries.list_hours(officer, HoursFilter(state="late"))
    assert [b.person_id for b in db.session.scalars(late)] == [new]
    assert training_queries.hours_counts(officer).late == 1
    everybody = training_queries.list_hours(cast["city_officer"], HoursFilter(state="all"))
    assert {b.person_id for b in db.session.scalars(everybody)} == {new, old, far}


def test_a_new_year_begins_with_the_yearly_hours(app, cast):
    person = make_person(cast, 1, employed_from=clock.today())
    assert balance(person).is_first
    make_session(cast, [person], hours=24, days_ago=0)
    with clock.frozen(clock.now() + timedelta(days=366)):
        assert jobs.reckon_all(clock.now()) > 0
        assert jobs.reckon_all(clock.now()) == 0
        fresh = balance(person)
        assert (fresh.year, fresh.required, fresh.had) == (clock.today().year, 8, 0)


def test_a_managers_hours_follow_from_the_post(app, cast):
    person = make_person(cast, 1, "safety_manager_full")
    assert balance(person).required == 12
    assert balance(person).rule.code == "MANAGEMENT"


def gaps(actor, **wanted):
    return {
        row.enterprise_id: row.gaps
        for row in db.session.scalars(
            training_queries.list_staffing(actor, StaffingFilter(**wanted))
        )
    }


def test_the_authoritys_list_shows_who_lacks_staff_and_closes_gaps_at_once(app, cast):
    jobs.reckon_all(clock.now())
    officer = cast["district_officer"]
    assert gaps(officer) == {cast.plant_id: 2, cast.other_plant_id: 2}
    assert cast.far_plant_id in gaps(cast["city_officer"])
    make_person(cast, 1, "principal")
    make_person(cast, 2, "safety_manager_part")
    assert gaps(officer) == {cast.other_plant_id: 2}
    assert gaps(officer, state="nobody") == {cast.other_plant_id: 2}
    assert gaps(cast["plant_manager"], state="all") == {cast.plant_id: 0}


def test_a_certificate_that_ends_opens_a_gap_overnight(app, cast):
    for serial, post in enumerate(("principal", "safety_manager_part", "special_operations")):
        person = make_person(cast, serial + 1, post)
    make_certificate(person, ends=1)
    assert gaps(cast["plant_manager"], state="all") == {cast.plant_id: 0}
    with clock.frozen(clock.now() + timedelta(days=2)):
        jobs.reckon_all(clock.now())
        assert gaps(cast["plant_manager"], state="all") == {cast.plant_id: 1}


def test_a_headcount_above_a_hundred_asks_for_full_time_staff_the_next_day(app, cast):
    make_person(cast, 1, "principal")
    make_person(cast, 2, "safety_manager_part")
    with transaction():
        plant = enterprises.get_enterprise(cast.plant_id, SYSTEM)
        registry.change(plant, SYSTEM, {"headcount": 101})
    jobs.reckon_all(clock.now())
    assert gaps(cast["plant_manager"]) == {cast.plant_id: 1}


def head(base, **changes):
    values = {
        "name": base.name,
        "name_en": base.name_en,
        "effective_from": clock.today() + timedelta(days=1),
        "source": base.source,
        "certainty": base.certainty,
        "note": "Local rule",
        "values": base.values,
    }
    return Head(**{**values, **changes})


def test_a_new_version_of_the_hours_changes_nothing_before_its_day(app, cast):
    person = make_person(cast, 1)
    chief = cast["section_chief"]
    base = ruletables.rule_on(RuleTable.HOURS, "WORKER", clock.today())
    with transaction():
        old = ruletables.get(base.id)
        made = ruletables.new_version(
            old, chief, head(old, values={**old.values, "yearly_hours": 10})
        ).id
    jobs.reckon_all(clock.now())
    assert (balance(person).required, balance(person).rule_id) == (8, base.id)
    with clock.frozen(clock.now() + timedelta(days=1)):
        jobs.reckon_all(clock.now())
        now = balance(person)
        assert now.year != clock.today().year or (now.required, now.rule_id) == (10, made)


def test_only_chiefs_and_administrators_change_a_table_and_never_one_in_force(app, cast):
    base = ruletables.rule_on(RuleTable.HOURS, "WORKER", clock.today())
    for who in ("district_officer", "plant_manager"):
        with pytest.raises(Forbidden), transaction():
            old = ruletables.get(base.id)
            ruletables.new_version(old, cast[who], head(old))
    with pytest.raises(InvalidInput, match="tomorrow"), transaction():
        old = ruletables.get(base.id)
        ruletables.new_version(old, cast["section_chief"], head(old, effective_from=clock.today()))
    with pytest.raises(Conflict), transaction():
        ruletables.discard(ruletables.get(base.id), cast["section_chief"])
    with transaction():
        old = ruletables.get(base.id)
        made = ruletables.new_version(old, cast["administrator"], head(old))
        db.session.flush()
        ruletables.discard(made, cast["administrator"])
    assert ruletables.get(base.id).effective_to is None
