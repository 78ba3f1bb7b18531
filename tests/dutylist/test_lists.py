"""Both lists: adopted, added to, assigned, done for a period, told of when late."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from supervision import seeds
from supervision.core import clock
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from supervision.core.notices import Audience, Notice
from supervision.core.spans import Frequency
from supervision.dutylist import jobs, panels, queries, service, supervising
from supervision.dutylist.models import DutyTemplate
from supervision.dutylist.rules import Standing
from supervision.dutylist.service import Evidence, Fields
from supervision.enterprise import queries as enterprises
from tests.factories.authorities import make_authority
from tests.factories.duties import adopt, line, load_duty
from tests.security.test_races import race


def plant(cast, who):
    return enterprises.get_enterprise(cast.plant_id, cast[who])


def told(kind):
    return db.session.scalars(db.select(Notice).where(Notice.kind == kind)).all()


def test_the_law_s_duties_are_adopted_in_one_step_each_with_its_clause_and_its_person(cast):
    ids = adopt(cast.plant_id, cast["safety_manager"])
    codes = set(ids)
    assert {f"ASL21_{n}" for n in range(1, 8)} <= codes
    assert {f"ASL25_{n}" for n in range(1, 8)} <= codes
    assert {"ASL28", "ASL46", "ASL51"} <= codes
    assert load_duty(ids["ASL21_1"]).account_id == cast.accounts["plant_manager"]
    assert load_duty(ids["ASL25_1"]).account_id == cast.accounts["safety_manager"]
    for wrong in (Conflict, Forbidden):
        who = "plant_manager" if wrong is Conflict else "section_chief"
        with pytest.raises(wrong), transaction():
            service.adopt(plant(cast, who), cast[who])
    with pytest.raises(Conflict), transaction():
        duty = queries.get_duty(ids["ASL28"], cast["plant_manager"], for_update=True)
        service.end(duty, cast["plant_manager"], reason="Too much work")


def test_a_changed_law_is_taken_over_as_a_new_line_and_the_person_stays(cast):
    ids = adopt(cast.plant_id, cast["plant_manager"])
    manager = cast["plant_manager"]
    with transaction():
        duty = queries.get_duty(ids["ASL51"], manager, for_update=True)
        service.assign(duty, manager, account_id=None, person="Bookkeeper")
        seeds.load_duties()
        old = db.session.scalars(db.select(DutyTemplate).filter_by(code="ASL51")).one()
        values = {
            c.key: getattr(old, c.key)
            for c in DutyTemplate.__mapper__.column_attrs
            if c.key != "id"
        }
        old.effective_to = clock.today() - timedelta(days=1)
        db.session.add(DutyTemplate(**values | {"effective_from": clock.today(), "what": "Insure"}))
    with transaction():
        assert service.adopt(plant(cast, "plant_manager"), manager) == 1
        now = {d.code: d for d in queries.live(cast.plant_id, manager)}
        assert (now["ASL51"].what, now["ASL51"].person) == ("Insure", "Bookkeeper")
    assert not load_duty(ids["ASL51"]).is_live


def test_a_duty_is_done_once_for_its_period_and_is_late_when_it_was_not(app, cast):
    manager = cast["safety_manager"]
    ids = adopt(cast.plant_id, manager)
    weekly = ids["ASL46"]
    first = clock.today() - timedelta(days=clock.today().weekday())
    with transaction():
        duty = queries.get_duty(weekly, manager, for_update=True)
        evidence = Evidence("Walked the halls", "/hazards/")
        service.complete(duty, manager, starts_on=first, given=evidence)
        assert duty.standing is Standing.DONE
        with pytest.raises(Conflict):
            service.complete(duty, manager, starts_on=first, given=evidence)
        with pytest.raises(InvalidInput) as refused:
            ahead = first + timedelta(days=7)
            service.complete(duty, manager, starts_on=ahead, given=evidence)
        assert refused.value.field == "period"
    with pytest.raises(Forbidden), transaction():
        officer = cast["district_officer"]
        duty = queries.get_duty(weekly, officer, for_update=True)
        service.complete(duty, officer, starts_on=first, given=Evidence("On your behalf"))
    with clock.frozen(clock.start_of(first + timedelta(days=14))):
        assert load_duty(weekly).standing is Standing.LATE
        with app.test_request_context():
            names = {d.label for d in panels.dues(manager, clock.today())}
        assert load_duty(weekly).what in names
        assert load_duty(ids["ASL21_1"]).what not in names  # the principal's
        assert jobs.watch(clock.now()) > 0
        assert jobs.watch(clock.now()) == 0
        assert {n.audience for n in told("dutylist.late")} == {Audience.ACCOUNT}
        month = queries.month_of(
            cast.plant_id, cast["district_officer"], (first + timedelta(days=13)).replace(day=1)
        )
        assert month.missed >= 1
        assert queries.month_of(cast.plant_id, cast["other_plant"], month.month) is None


def test_own_lines_name_a_person_of_the_house_and_end_with_a_reason(cast):
    manager = cast["plant_manager"]
    for person in ("other_plant", "worker"):
        with pytest.raises(InvalidInput) as refused, transaction():
            fields = Fields("Walk", Frequency.DAILY, account_id=cast.accounts[person])
            service.add(plant(cast, "plant_manager"), manager, fields)
        assert refused.value.field == "account_id"
    with transaction():
        fields = Fields("Walk", Frequency.DAILY, account_id=cast.accounts["safety_manager"])
        made = service.add(plant(cast, "plant_manager"), manager, fields).id
    assert [n.audience_id for n in told("dutylist.assigned")] == [cast.accounts["safety_manager"]]
    with pytest.raises(NotFound):
        load_duty(made, cast["other_plant"])
    with transaction():
        duty = queries.get_duty(made, manager, for_update=True)
        service.end(duty, manager, reason="The line was sold")
        with pytest.raises(Conflict):
            service.end(duty, manager, reason="Again")


def test_an_authority_s_line_is_changed_as_a_version_and_done_across_versions(cast):
    chief, officer = cast["section_chief"], cast["district_officer"]
    authority = make_authority("330110")
    with pytest.raises(Forbidden), transaction():
        supervising.add(authority, officer, line())
    with pytest.raises(Forbidden), transaction():
        supervising.add(authority, cast["plant_manager"], line())
    with transaction():
        first = supervising.add(authority, chief, line(account_id=officer.id))
        start = clock.today().replace(day=1)
        supervising.complete(first, officer, starts_on=start, note="Twelve checked", link="")
        second = supervising.change(first, chief, line(unit="Dust section"), reason="New section")
        assert (first.is_live, second.line, second.standing) == (False, first.id, Standing.DONE)
        with pytest.raises(Conflict):
            supervising.complete(second, officer, starts_on=start, note="Again", link="")
        with pytest.raises(Conflict):
            supervising.change(first, chief, line(unit="Third"), reason="Late")
        ident = second.id
    assert [v.unit for v in queries.versions(first.line, officer)] == [
        "Dust section",
        "Industry section",
    ]
    for who in ("other_district", "plant_manager"):
        with pytest.raises(NotFound):
            queries.get_supervision(ident, cast[who])


def test_two_people_who_say_at_once_what_they_did_are_both_counted(app, cast):
    ids = adopt(cast.plant_id)
    start = clock.today().replace(day=1)
    before = queries.month_of(cast.plant_id, cast["plant_manager"], start).done
    db.session.rollback()
    results = race(
        app,
        *(
            partial(do, cast[who], ids[code], start)
            for who, code in (("plant_manager", "ASL21_5"), ("safety_manager", "ASL41_2"))
        ),
    )
    assert results == [None, None]
    assert queries.month_of(cast.plant_id, cast["plant_manager"], start).done == before + 2


def do(actor, duty_id, start):
    duty = queries.get_duty(duty_id, actor, for_update=True)
    service.complete(duty, actor, starts_on=start, given=Evidence("Done"))
