"""Gaps of the roll: counted, listed, each as far as one sees the files."""

from __future__ import annotations

from datetime import timedelta

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.enterprise import coverage, queries, service
from supervision.enterprise.models import RollStatus
from supervision.inspection import queries as inspections
from supervision.inspection.workflow import InspectionState
from tests.factories.inspections import make_inspection, prepare
from tests.pages import error_text


def gap(name, actor, *checked, days=90):
    condition = coverage.gap(name, clock.now(), days, checked)
    rows = db.session.scalars(coverage.list_gap(actor, condition)).all()
    assert coverage.count_gap(actor, condition) == len(rows)
    return {row.id for row in rows}


def age(enterprise_id, days):
    then = clock.now() - timedelta(days=days)
    with transaction():
        queries.get_enterprise(enterprise_id, SYSTEM).updated_at = then


def test_who_has_no_officer_and_no_place(cast):
    assert gap("no_officer", cast["district_officer"]) == {cast.other_plant_id}
    assert gap("no_coordinates", cast["other_district"]) == {cast.far_plant_id}


def test_what_has_ended_needs_nobody(cast):
    with transaction():
        one = queries.get_enterprise(cast.other_plant_id, SYSTEM)
        service.set_roll_status(one, SYSTEM, RollStatus.MOVED, reason="Gone")
    assert gap("no_officer", cast["district_officer"]) == set()
    assert gap("moved", cast["district_officer"]) == {cast.other_plant_id}
    assert gap("not_located", cast["district_officer"]) == set()


def test_a_file_is_stale_only_where_nothing_was_checked_either(cast):
    for plant in (cast.plant_id, cast.other_plant_id):
        age(plant, 100)
    officer = cast["district_officer"]
    assert gap("stale", officer) == {cast.plant_id, cast.other_plant_id}
    prepare(cast)
    make_inspection(cast, InspectionState.ONGOING)
    age(cast.plant_id, 100)
    assert gap("stale", officer, inspections.checked_since) == {cast.other_plant_id}
    assert gap("stale", officer, days=180) == set()


def test_the_page_counts_and_lists(pages, cast):
    page = error_text(pages.get("district_officer", "/enterprises/coverage?show=no_officer"))
    assert "Invented Plant 2" in page
    assert "Invented Plant 3" not in page
    assert pages.get("auditor", "/enterprises/coverage?show=nonsense&days=x").status_code == 200
    assert pages.get("plant_manager", "/enterprises/coverage").status_code == 403


def test_the_list_is_narrowed_to_a_gap(pages, cast):
    page = error_text(pages.get("district_officer", "/enterprises/?gap=no_officer&days=90"))
    assert "Invented Plant 2" in page
    assert "Invented Plant 1" not in page
    assert pages.get("district_officer", "/enterprises/?gap=x&days=x").status_code == 200
