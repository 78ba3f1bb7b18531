"""Whom the form of a new inspection proposes, and why."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from supervision.core import clock
from supervision.enterprise import queries as enterprises
from supervision.inspection import assigning
from supervision.inspection.workflow import InspectionState
from tests.factories.authorities import certify, make_authority
from tests.factories.inspections import load, make_inspection, prepare


@pytest.fixture
def authority_id(cast):
    return prepare(cast)


def offered(cast, who="district_officer", day=None):
    plant = enterprises.get_enterprise(cast.plant_id, cast[who])
    return assigning.offer(plant, day or clock.today(), cast[who])


def test_the_officer_at_the_keyboard_and_a_second_one_with_a_certificate(cast, authority_id):
    found = offered(cast)
    wanted = (cast.accounts["district_officer"], cast.accounts["section_chief"])
    assert found.chosen == wanted
    assert len(found.reasons) == 2


def test_nobody_is_proposed_on_a_day_on_which_no_certificate_holds(cast, authority_id):
    found = offered(cast, day=clock.today() + timedelta(days=500))
    assert found.chosen == (cast.accounts["district_officer"],)
    assert found.reasons == ()


def test_an_officer_of_another_district_is_not_proposed(cast, authority_id):
    certify(cast, "other_district", authority_id)
    assert cast.accounts["other_district"] not in offered(cast).chosen


def test_open_inspections_weigh_as_open_work(cast, authority_id):
    make_inspection(cast, InspectionState.DRAFT)
    make_inspection(cast, InspectionState.RECORDED)
    officer = cast.accounts["district_officer"]
    assert assigning.open_loads([officer]) == {officer: 1}


def test_the_form_shows_who_is_proposed_and_ticks_them(cast, pages, authority_id):
    page = pages.as_("district_officer").get(f"/inspections/new/{cast.plant_id}")
    text = page.text
    for who in ("district_officer", "section_chief"):
        box = next(
            tag
            for tag in re.findall("<input[^>]+>", text)
            if f'value="{cast.accounts[who]}"' in tag
        )
        assert "checked" in box
        assert f"Proposed: {cast[who].name}." in text


def test_an_officer_with_certificates_of_two_authorities_inspects_by_the_right_one(
    cast, authority_id
):
    far = make_authority("330113")
    ahead = clock.today() + timedelta(days=900)
    certify(cast, "district_officer", far, valid_to=ahead, number="ZF-far")
    found = load(make_inspection(cast, InspectionState.APPROVED), cast["district_officer"])
    numbers = {o.account_id: o.certificate_no for o in found.officers}
    assert numbers[cast.accounts["district_officer"]] == "ZF-district_officer"
