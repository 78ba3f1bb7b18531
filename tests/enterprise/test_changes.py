"""An enterprise asks for a change of its file: what it may do alone, what an officer decides."""

from __future__ import annotations

import pytest

from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.notices import Audience, Notice
from supervision.core.scope import visible
from supervision.enterprise import change_requests, queries, service
from supervision.enterprise.models import EnterpriseEvent, EventKind
from supervision.enterprise.request_models import ChangeRequest
from supervision.enterprise.uscc import demo_uscc
from supervision.enterprise.workflow import ChangeState
from tests.enterprise.test_registry import fields
from tests.factories.roll import ask_change
from tests.pages import error_text


def typed(cast, **changes):
    """What a browser sends when nothing was touched but ``changes``."""
    plant = cast.plant
    same = {
        name: str(getattr(plant, name) or "")
        for name in ("uscc", "name", "short_name", "address", "industry_code", "headcount")
    }
    people = ("legal_representative", "principal", "safety_manager")
    same |= {n: getattr(plant, n) for p in people for n in (p, f"{p}_phone")}
    same |= {"longitude": "", "latitude": "", "size_class": "small", "park_id": ""}
    same |= {"row_version": str(plant.row_version)}
    db.session.rollback()
    return {**fields(), **same, "reason": "", **changes}


def request_of(request_id):
    return db.session.scalars(visible(ChangeRequest, SYSTEM).filter_by(id=request_id)).one()


def post(pages, cast, **changes):
    url = f"/enterprises/{cast.plant_id}/changes/new"
    return pages.post("plant_manager", url, typed(cast, **changes))


def test_a_telephone_changes_at_once_and_needs_no_reason(pages, cast):
    assert post(pages, cast, principal_phone="13800000099").status_code == 302
    assert cast.plant.principal_phone == "13800000099"
    assert db.session.scalars(visible(ChangeRequest, SYSTEM)).all() == []


def test_a_name_waits_and_the_file_stays_as_it_is(pages, cast):
    answer = post(pages, cast, name="Renamed Works", headcount="90", reason="Resolution 3")
    assert "/changes/" in answer.location
    assert cast.plant.name == "Invented Plant 1"
    row = db.session.scalars(visible(ChangeRequest, SYSTEM)).one()
    assert row.base == {"name": "Invented Plant 1", "headcount": 80}
    assert row.wanted == {"name": "Renamed Works", "headcount": 90}
    told = db.session.scalars(
        db.select(Notice).where(Notice.kind == "change_request.proposed")
    ).one()
    assert (told.audience, told.audience_id) == (Audience.SUPERVISORS, cast.plant_id)
    kinds = visible(EnterpriseEvent, SYSTEM, EnterpriseEvent.kind)
    assert EventKind.CHANGE_REQUESTED in db.session.scalars(kinds).all()


def test_what_waits_needs_a_reason(pages, cast):
    page = post(pages, cast, name="Renamed Works", principal_phone="13800000099")
    assert page.status_code == 422
    # All or nothing: the telephone was not saved beside a request that failed.
    assert cast.plant.principal_phone == "13800000001"


def test_an_untouched_form_asks_for_nothing(pages, cast):
    assert post(pages, cast, reason="Just looking").status_code == 302
    assert db.session.scalars(visible(ChangeRequest, SYSTEM)).all() == []


def test_the_officer_approves_field_by_field_and_says_why(pages, cast):
    row = ask_change(cast, cast.plant_id, "plant_manager", name="Renamed", headcount=90)
    url = f"/enterprises/changes/{row}/approve"
    version = str(cast.plant.row_version)
    db.session.rollback()
    part = {"fields": ["headcount"], "file_version": version}
    assert pages.post("district_officer", url, part).status_code == 422
    assert (
        pages.post("district_officer", url, part | {"note": "Show the licence"}).status_code == 302
    )
    found = request_of(row)
    assert (found.status, found.applied) == (ChangeState.PARTLY, ["headcount"])
    assert (cast.plant.headcount, cast.plant.name) == (90, "Invented Plant 1")
    page = error_text(pages.get("plant_manager", f"/enterprises/changes/{row}"))
    assert "Show the licence" in page


def test_a_file_that_changed_meanwhile_is_shown_before_it_is_overwritten(pages, cast):
    row = ask_change(cast, cast.plant_id, "plant_manager", headcount=90)
    seen = str(cast.plant.row_version)
    db.session.rollback()
    with transaction():
        service.change(cast.plant, SYSTEM, {"headcount": 85})
    page = error_text(pages.get("district_officer", f"/enterprises/changes/{row}"))
    assert "changed meanwhile" in page
    assert "When it was asked for: 80" in page
    stale = {"fields": ["headcount"], "file_version": seen}
    url = f"/enterprises/changes/{row}/approve"
    assert pages.post("district_officer", url, stale).status_code == 409
    assert cast.plant.headcount == 85


def test_only_one_request_waits_and_it_can_be_taken_back(pages, cast):
    row = ask_change(cast, cast.plant_id, "plant_manager", headcount=90)
    with pytest.raises(Conflict):
        ask_change(cast, cast.plant_id, "safety_manager", headcount=91)
    assert pages.post("plant_manager", f"/enterprises/changes/{row}/withdraw").status_code == 302
    assert request_of(row).status is ChangeState.WITHDRAWN
    db.session.rollback()
    assert ask_change(cast, cast.plant_id, "safety_manager", headcount=91) != row


def test_a_refused_request_has_its_reason(pages, cast):
    row = ask_change(cast, cast.plant_id, "plant_manager", headcount=90)
    url = f"/enterprises/changes/{row}/refuse"
    assert pages.post("district_officer", url).status_code == 422
    assert pages.post("district_officer", url, {"note": "Not shown"}).status_code == 302
    assert request_of(row).status is ChangeState.REFUSED
    assert cast.plant.headcount == 80


def test_neither_side_does_the_others_part(cast):
    row = ask_change(cast, cast.plant_id, "plant_manager", headcount=90)
    for who in ("plant_manager", "auditor"):
        with pytest.raises(Forbidden), transaction():
            plant = queries.get_enterprise(cast.plant_id, SYSTEM)
            change_requests.approve(request_of(row), plant, cast[who], fields=["headcount"])
    with pytest.raises(Forbidden):
        ask_change(cast, cast.plant_id, "district_officer", headcount=92)


def test_the_authoritys_own_fields_are_not_even_asked_for(pages, cast):
    answer = post(pages, cast, officer_id="1", is_key="y", supervising_unit="Nobody")
    assert answer.status_code == 302
    assert db.session.scalars(visible(ChangeRequest, SYSTEM)).all() == []
    assert not cast.plant.is_key
    with pytest.raises(ValueError, match="not fields"):
        ask_change(cast, cast.plant_id, "plant_manager", is_key=True)


def test_asking_for_anothers_code_tells_nothing_and_cannot_be_granted(cast):
    row = ask_change(cast, cast.plant_id, "plant_manager", uscc=demo_uscc("330110", 2))
    with pytest.raises(InvalidInput), transaction():
        plant = queries.get_enterprise(cast.plant_id, SYSTEM)
        change_requests.approve(request_of(row), plant, cast["district_officer"], fields=["uscc"])
    assert request_of(row).status is ChangeState.PENDING


def test_a_move_to_another_district_is_for_who_sees_both(pages, cast):
    row = ask_change(cast, cast.plant_id, "plant_manager", region_code="330113001")
    version = str(cast.plant.row_version)
    db.session.rollback()
    data = {"fields": ["region_code"], "file_version": version}
    url = f"/enterprises/changes/{row}/approve"
    assert pages.post("district_officer", url, data).status_code == 422
    assert pages.post("city_officer", url, data).status_code == 302
    assert cast.plant.region_code == "330113001"
