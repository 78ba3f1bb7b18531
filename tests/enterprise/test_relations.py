"""Parks and agreements: both sides read them, one side keeps them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from supervision.core.notices import Notice
from supervision.enterprise import jobs, relation_queries, relations, service
from supervision.enterprise.relation_rules import next_check
from supervision.enterprise.uscc import demo_uscc
from tests.factories.roll import agreement, link, park
from tests.pages import error_text


def test_an_agreement_is_seen_from_both_sides_by_name_only(pages, cast):
    row = link(
        cast,
        cast.plant_id,
        "plant_manager",
        counterpart_name="Invented Plant 2",
        counterpart_uscc=demo_uscc("330110", 2),
    )
    other = pages.get("other_plant", f"/enterprises/links/{row}").get_data(as_text=True)
    assert "Invented Plant 1" in other
    assert f'href="/enterprises/{cast.plant_id}"' not in other
    assert "13800000001" not in other
    tab = error_text(pages.get("other_plant", f"/enterprises/{cast.other_plant_id}/tabs/relations"))
    assert "Works for" in tab
    assert pages.get("other_plant", f"/enterprises/{cast.plant_id}").status_code == 404
    assert pages.get("other_district", f"/enterprises/links/{row}").status_code == 404


def test_the_other_side_reads_and_does_not_write(pages, cast):
    row = link(
        cast,
        cast.plant_id,
        "plant_manager",
        counterpart_uscc=demo_uscc("330110", 2),
    )
    data = {"done_on": clock.today().isoformat(), "checked_by": "X", "findings": "Fine"}
    assert pages.post("other_plant", f"/enterprises/links/{row}/check", data).status_code == 403
    assert pages.post("plant_manager", f"/enterprises/links/{row}/check", data).status_code == 302
    with pytest.raises(Forbidden):
        link(cast, cast.other_plant_id, "plant_manager")


def test_a_check_sets_the_day_of_the_next(cast):
    today = clock.today()
    row = link(cast, cast.plant_id, "plant_manager", valid_from=today - timedelta(days=200))
    found = relation_queries.get_link(row, SYSTEM)
    assert found.is_check_overdue
    db.session.rollback()
    with transaction():
        found = relation_queries.get_link(row, cast["safety_manager"])
        relations.record_check(
            found, cast["safety_manager"], done_on=today, checked_by="S", findings="All well"
        )
    found = relation_queries.get_link(row, SYSTEM)
    assert found.next_check_on == next_check(today, 3, None)
    with pytest.raises(InvalidInput), transaction():
        found = relation_queries.get_link(row, SYSTEM)
        relations.record_check(
            found,
            cast["safety_manager"],
            done_on=today + timedelta(days=1),
            checked_by="S",
            findings="Seen already",
        )


def test_no_check_is_asked_for_beyond_the_agreements_end():
    today = clock.today()
    assert next_check(today, 3, today + timedelta(days=30)) is None


def test_an_ended_agreement_stays_and_takes_no_more_checks(pages, cast):
    row = link(cast, cast.plant_id, "plant_manager")
    url = f"/enterprises/links/{row}"
    assert pages.post("plant_manager", f"{url}/end", {"reason": "Work done"}).status_code == 302
    data = {"done_on": clock.today().isoformat(), "checked_by": "X", "findings": "Fine"}
    assert pages.post("plant_manager", f"{url}/check", data).status_code == 409
    assert "Work done" in error_text(pages.get("plant_manager", url))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"coordination": ""}, "coordination"),
        ({"valid_to": clock.today() - timedelta(days=1)}, "valid_to"),
        ({"counterpart_uscc": "91"}, "counterpart_uscc"),
        ({"counterpart_uscc": demo_uscc("330110", 1)}, "counterpart_uscc"),
        ({"check_months": 0}, "check_months"),
    ],
)
def test_an_agreement_that_does_not_fit_names_the_field(cast, changes, field):
    with pytest.raises(InvalidInput) as refused:
        link(cast, cast.plant_id, "plant_manager", **changes)
    assert refused.value.field == field


def test_each_alarm_of_an_agreement_is_told_once(cast):
    today = clock.today()
    link(cast, cast.plant_id, "plant_manager", valid_to=today + timedelta(days=20), check_months=12)
    link(cast, cast.plant_id, "plant_manager", valid_from=today - timedelta(days=200))
    assert jobs.tell_of_links(clock.now()) == 2
    assert jobs.tell_of_links(clock.now()) == 0
    kinds = set(db.session.scalars(db.select(Notice.kind)))
    assert {"link.ends", "link.check_late"} <= kinds


def test_a_park_holds_enterprises_as_far_as_one_sees_them(pages, cast):
    row = park(cast, "district_officer", "River Park", "330110")
    with transaction():
        service.change(cast.plant, SYSTEM, {"park_id": row})
    page = error_text(pages.get("district_officer", f"/enterprises/parks/{row}"))
    assert "Invented Plant 1" in page
    assert "River Park" in error_text(pages.get("plant_manager", f"/enterprises/{cast.plant_id}"))
    assert relation_queries.get_park(row, cast["plant_manager"]).name == "River Park"
    for who in ("other_plant", "other_district"):
        with pytest.raises(NotFound):
            relation_queries.get_park(row, cast[who])


def test_a_closed_park_takes_no_more_enterprises(pages, cast):
    row = park(cast, "district_officer", "Old Park", "330110")
    assert pages.post("district_officer", f"/enterprises/parks/{row}/close").status_code == 302
    assert "Old Park" not in error_text(
        pages.get("district_officer", f"/enterprises/{cast.plant_id}/edit")
    )
    with pytest.raises(Conflict), transaction():
        relations.close_park(relation_queries.get_park(row, SYSTEM), SYSTEM)


def test_a_park_lies_in_ones_own_region_and_has_a_name_of_its_own(cast):
    with pytest.raises(InvalidInput):
        park(cast, "district_officer", "Far Park", "330113")
    park(cast, "district_officer", "Twice", "330110")
    with pytest.raises(InvalidInput):
        park(cast, "district_officer", "Twice", "330110")


def test_an_agreement_from_the_form_is_in_the_file(pages, cast):
    terms = agreement()
    data = {
        name: str(getattr(terms, name) or "")
        for name in ("counterpart_name", "subject", "coordinator", "coordination", "check_months")
    }
    data |= {
        "kind": "lessee",
        "agreed_on": str(terms.agreed_on),
        "valid_from": str(terms.valid_from),
    }
    url = f"/enterprises/{cast.plant_id}/links/new"
    assert pages.post("plant_manager", url, data | {"subject": ""}).status_code == 422
    assert pages.post("plant_manager", url, data).status_code == 302
    assert "Lessee" in error_text(pages.get("district_officer", "/enterprises/links/?kind=lessee"))
    assert "Roof Builders" not in error_text(
        pages.get("district_officer", "/enterprises/links/?kind=contractor")
    )
