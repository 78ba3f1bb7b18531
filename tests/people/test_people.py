"""People and their posts: entered once, masked everywhere, seen in full with a reason."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from supervision.core.scope import unscoped
from supervision.enterprise import queries as enterprises
from supervision.enterprise import service as registry
from supervision.licence.workflow import LicenceState
from supervision.people import identity, queries, service, training_queries
from supervision.people.jobs import reckon_all
from supervision.people.queries import PersonFilter
from supervision.people.service import PostFields
from tests.factories.licences import make_licence
from tests.factories.people import (
    make_certificate,
    make_person,
    make_session,
    person_fields,
    resident_id,
)


def get(person_id, actor=SYSTEM):
    return queries.get_person(person_id, actor)


def found(actor, **wanted):
    return [p.id for p in db.session.scalars(queries.list_people(actor, PersonFilter(**wanted)))]


def test_numbers_are_not_in_the_database_as_they_are(app, cast):
    person = make_person(cast, 7)
    row = db.session.execute(
        unscoped(text("SELECT * FROM person WHERE id = :id"), reason="a test looks"), {"id": person}
    ).one()
    stored = " ".join(str(value) for value in row)
    assert resident_id(7) not in stored
    assert "19900000007" not in stored
    assert get(person).id_masked == "000" + "*" * 13 + resident_id(7)[-2:]
    assert get(person).phone_masked == "199****0007"
    assert get(person).birth_year == 1980


def test_one_person_is_on_an_enterprises_file_once(app, cast):
    make_person(cast, 7)
    with pytest.raises(InvalidInput, match="on the file already"):
        make_person(cast, 7, name="Another name")
    assert make_person(cast, 7, enterprise_id=cast.other_plant_id)


def test_a_number_under_an_older_key_is_found_all_the_same(app, cast, monkeypatch):
    make_person(cast, 7)
    keys = identity.settings().data_key
    newer = "bmV3ZXIga2V5IG9mIDMyIGJ5dGVzIGZvciBhIHRlc3Q="
    with monkeypatch.context() as patch:
        rotated = SimpleNamespace(data_key=f"{newer},{keys}")
        patch.setattr(identity, "settings", lambda: rotated)
        with pytest.raises(InvalidInput, match="on the file already"):
            make_person(cast, 7)


def test_whoever_left_is_taken_back_and_not_entered_twice(app, cast):
    person = make_person(cast, 7)
    today = clock.today()
    with transaction():
        service.leave(get(person), SYSTEM, day=today - timedelta(days=1))
    assert get(person).current_posts == []
    with pytest.raises(InvalidInput, match="those who left"):
        make_person(cast, 7)
    with pytest.raises(Conflict), transaction():
        service.hold(get(person), SYSTEM, PostFields("worker", "", today))
    with transaction():
        service.take_back(get(person), SYSTEM, day=today)
    assert get(person).employed_from == today
    assert training_queries.balances(get(person), SYSTEM)[0].is_first


def test_only_the_own_enterprise_and_its_officers_know_a_person(app, cast):
    person = make_person(cast, 7)
    for who in ("plant_manager", "district_officer", "city_officer", "auditor"):
        assert get(person, cast[who]).id == person
    for who in ("other_plant", "other_district", "worker", "video_operator", "no_role"):
        with pytest.raises(NotFound):
            get(person, cast[who])
        assert found(cast[who]) == []


def test_an_employee_sees_the_record_linked_to_the_account_and_no_other(app, cast):
    own = make_person(cast, 1, account_id=cast.accounts["worker"])
    make_person(cast, 2)
    certificate = make_certificate(own)
    assert found(cast["worker"]) == [own]
    assert queries.get_certificate(certificate, cast["worker"]).person_id == own
    assert [p.id for p in queries.own_records(cast["worker"])] == [own]
    assert queries.own_records(cast["other_plant"]) == []


def test_an_account_is_linked_to_one_person_of_its_own_enterprise(app, cast):
    make_person(cast, 1, account_id=cast.accounts["worker"])
    for wanted in ("worker", "other_plant"):
        with pytest.raises(InvalidInput) as error:
            make_person(cast, 2, account_id=cast.accounts[wanted])
        assert error.value.field == "account_id"


def test_viewing_in_full_needs_a_reason_and_stays_on_the_trail(app, cast):
    person = make_person(cast, 7)
    officer = cast["district_officer"]
    with pytest.raises(InvalidInput), transaction():
        service.reveal(get(person), officer, reason="")
    with pytest.raises(Forbidden), transaction():
        service.reveal(get(person), cast["auditor"], reason="curious")
    with transaction():
        shown = service.reveal(get(person, officer), officer, reason="Accident report")
    assert (shown.id_number, shown.phone) == (resident_id(7), "19900000007")
    stmt = db.select(AuditEntry).where(AuditEntry.action == "people.reveal")
    entry = db.session.scalars(unscoped(stmt, reason="a test looks")).one()
    assert (entry.actor_id, entry.entity_id) == (officer.id, person)
    assert entry.data["note"] == "Accident report"
    assert resident_id(7) not in str(entry.data)


def test_a_change_keeps_the_numbers_that_nobody_typed(app, cast):
    person = make_person(cast, 7)
    with transaction():
        wanted = person_fields(7, id_number="", phone="", name="Renamed")
        service.change(get(person), SYSTEM, wanted)
    after = get(person)
    assert (after.name, after.phone_masked) == ("Renamed", "199****0007")
    with transaction():
        wanted = person_fields(7, id_number=resident_id(8), phone="", forget_phone=True)
        service.change(get(person), SYSTEM, wanted)
    assert get(person).phone_masked == ""
    assert get(person).id_hash in identity.fingerprints(resident_id(8))


def test_the_second_of_two_editors_is_told(app, cast):
    person = make_person(cast, 7)
    with pytest.raises(Conflict), transaction():
        service.change(get(person), SYSTEM, person_fields(7, name="X"), expected=99)


def test_a_post_is_held_once_at_a_time_and_not_before_employment(app, cast):
    person = make_person(cast, 7, "worker")
    came = get(person).employed_from
    with pytest.raises(InvalidInput, match="holds this post already"), transaction():
        service.hold(get(person), SYSTEM, PostFields("worker", "", came))
    with pytest.raises(InvalidInput, match="not employed yet"), transaction():
        service.hold(get(person), SYSTEM, PostFields("principal", "", came - timedelta(days=1)))
    with transaction():
        one = get(person)
        service.end_post(one, SYSTEM, one.current_posts[0], day=clock.today())
        service.hold(one, SYSTEM, PostFields("worker", "Night shift", clock.today()))
    assert [p.title for p in get(person).current_posts] == ["Night shift"]


def test_the_list_is_narrowed_by_post_number_and_missing_certificate(app, cast):
    officer = cast["district_officer"]
    welder = make_person(cast, 1, "special_operations", name="Welder")
    plain = make_person(cast, 2, "worker", name="Plain")
    assert found(officer, post="special_operations") == [welder]
    assert found(officer, text=resident_id(2)) == [plain]
    assert found(officer, text="weld") == [welder]
    assert found(officer, without="special_operations") == [welder]
    make_certificate(welder, ends=-1)
    assert found(officer, without="special_operations") == [welder]
    make_certificate(welder, "SO-HEIGHT", ends=10)
    assert found(officer, without="special_operations") == []


def test_the_story_of_the_file_masks_names_for_those_who_may_not_know_them(app, cast):
    from supervision.people import panels

    make_person(cast, 7, name="Longname")
    make_session(cast, [], recorded=False)
    with app.test_request_context():
        full = panels.timeline(cast.plant_id, cast["district_officer"], None, 10)
        masked = panels.timeline(cast.plant_id, cast["auditor"], None, 10)
        assert panels.timeline(cast.plant_id, cast["worker"], None, 10) == []
    assert any("Longname" in str(item.title) for item in full)
    assert not any("Longname" in str(item.title) for item in masked)
    assert any("L*******" in str(item.title) for item in masked)


def test_a_sector_is_settled_by_an_officer_with_a_reason(app, cast):
    make_person(cast, 1, "principal")
    with pytest.raises(Forbidden), transaction():
        plant = enterprises.get_enterprise(cast.plant_id, SYSTEM)
        service.settle_sector(plant, cast["plant_manager"], "mine", reason="no")
    with transaction():
        plant = enterprises.get_enterprise(cast.plant_id, SYSTEM)
        service.settle_sector(plant, cast["district_officer"], "hazchem_storage", reason="Depot")
    standing = training_queries.standing_of(cast.plant_id, SYSTEM)
    assert standing.sector == "hazchem_storage"
    assert training_queries.settled_sector(cast.plant_id, SYSTEM).reason == "Depot"
    with transaction():
        plant = enterprises.get_enterprise(cast.plant_id, SYSTEM)
        service.settle_sector(plant, cast["district_officer"], "", reason="Closed depot")
    assert training_queries.standing_of(cast.plant_id, SYSTEM).sector == "other"


def test_who_is_licensed_for_hazardous_chemicals_is_of_that_sector_whatever_its_code(app, cast):
    # Registered as road freight, headcount 80.
    with transaction():
        registry.change(
            enterprises.get_enterprise(cast.plant_id, SYSTEM), SYSTEM, {"industry_code": "5430"}
        )
    make_licence(cast, type_code="HAZCHEM_OPERATING", number="TRADE")
    reckon_all(clock.now())
    assert training_queries.standing_of(cast.plant_id, SYSTEM).sector == "hazchem_operation"
    make_licence(cast, type_code="HAZCHEM_PRODUCTION", number="MAKE")
    hope = {"by": "other_plant", "enterprise_id": cast.other_plant_id}
    make_licence(cast, LicenceState.DRAFT, type_code="HAZCHEM_PRODUCTION", number="HOPE", **hope)
    reckon_all(clock.now())
    assert training_queries.standing_of(cast.plant_id, SYSTEM).sector == "hazchem_production"
    assert training_queries.standing_of(cast.other_plant_id, SYSTEM).sector == "other"
    # A mine stays one, and an officer has the last word.
    with transaction():
        registry.change(
            enterprises.get_enterprise(cast.plant_id, SYSTEM), SYSTEM, {"industry_code": "0610"}
        )
        other = enterprises.get_enterprise(cast.other_plant_id, SYSTEM)
        service.settle_sector(other, cast["district_officer"], "hazchem_storage", reason="Depot")
    reckon_all(clock.now())
    assert training_queries.standing_of(cast.plant_id, SYSTEM).sector == "coal_mine"
    assert training_queries.standing_of(cast.other_plant_id, SYSTEM).sector == "hazchem_storage"
