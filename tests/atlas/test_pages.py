"""The map as it is read: who sees what, what is gathered, plans with cameras."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from supervision.atlas import jobs, queries
from supervision.atlas.models import MapPoint
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.scope import visible
from supervision.enterprise import queries as enterprises
from supervision.enterprise import service as registry
from supervision.enterprise.models import RollStatus
from supervision.enterprise.site_models import SitePlan
from supervision.hazard.workflow import HazardState
from tests.cast import enterprise_values
from tests.factories.chemicals import a_source
from tests.factories.hazards import make_hazard, photo
from tests.factories.video import make_camera, make_node
from tests.pages import error_text

WINDOW = "bbox=119.5,29.9,120.8,30.8&zoom=11"


@pytest.fixture
def located(cast):
    """The three plants have positions; the first has an overdue hazard and a source."""
    for number, ident in enumerate((cast.plant_id, cast.other_plant_id, cast.far_plant_id)):
        with transaction():
            plant = enterprises.get_enterprise(ident, SYSTEM)
            place = {
                "longitude": Decimal("120.1") + Decimal(number) / 10,
                "latitude": Decimal("30.3"),
            }
            registry.change(plant, SYSTEM, place)
    jobs.keep_points(clock.now())
    return cast


def asked(pages, who, query=WINDOW):
    answer = pages.get(who, f"/map/data.json?{query}")
    assert answer.status_code == 200
    return json.loads(answer.data)


def point_of(enterprise_id):
    db.session.rollback()
    stmt = visible(MapPoint, SYSTEM).where(MapPoint.enterprise_id == enterprise_id)
    return db.session.scalars(stmt).first()


def test_each_sees_the_points_of_their_own_region_or_enterprise(pages, located):
    def names(who):
        return {m[5] for m in asked(pages, who)["marks"]}

    assert names("district_officer") == {"Invented Plant 1", "Invented Plant 2"}
    assert names("other_district") == {"Invented Plant 3"}
    assert names("plant_manager") == {"Invented Plant 1"}
    assert len(names("city_officer")) == 3
    assert pages.get("worker", f"/map/data.json?{WINDOW}").status_code == 403


def test_the_colours_follow_hazards_and_sources_and_a_second_run_writes_nothing(pages, located):
    cast = located
    a_source(cast.plant_id, cast["safety_manager"])
    make_hazard(cast, HazardState.ASSIGNED)
    later = clock.now() + 90 * clock.DAY
    with clock.frozen(later):
        assert jobs.keep_points(later) == 1
        assert jobs.keep_points(later) == 0
        found = asked(pages, "district_officer", f"{WINDOW}&measure=overdue&level=1")
    assert [(m[5], m[3]) for m in found["marks"]] == [("Invented Plant 1", 1)]
    assert point_of(cast.plant_id).source == 4  # grade one
    wide = asked(pages, "district_officer", f"{WINDOW}&measure=source&level=4&region=330110")
    assert wide["total"] == 1


def test_who_left_the_roll_or_lost_its_position_leaves_the_map(located):
    cast = located
    with transaction():
        plant = enterprises.get_enterprise(cast.plant_id, SYSTEM)
        registry.set_roll_status(plant, SYSTEM, RollStatus.CLOSED, reason="closed")
        other = enterprises.get_enterprise(cast.other_plant_id, SYSTEM)
        registry.change(other, SYSTEM, {"longitude": None, "latitude": None})
    jobs.keep_points(clock.now())
    assert point_of(cast.plant_id) is point_of(cast.other_plant_id) is None
    assert point_of(cast.far_plant_id) is not None


def test_many_are_gathered_in_cells_that_add_up(pages, located):
    with transaction():
        for number in range(queries.MOST_SINGLE):
            values = enterprise_values(500 + number) | {
                "longitude": Decimal("120.15") + Decimal(number % 20) / 1000,
                "latitude": Decimal("30.35") + Decimal(number // 20) / 1000,
            }
            registry.register(SYSTEM, values)
    jobs.keep_points(clock.now())
    near = asked(pages, "district_officer", "bbox=119.5,29.9,120.8,30.8&zoom=9")
    assert near["total"] == sum(m[2] for m in near["marks"]) == queries.MOST_SINGLE + 2
    assert len(near["marks"]) < 30
    part = asked(pages, "city_officer", "bbox=119.5,29.9,120.8,30.8&zoom=9&region=330110")
    whole = asked(pages, "administrator", "bbox=119.5,29.9,120.8,30.8&zoom=9&region=3301")
    assert part["total"] == near["total"] <= whole["total"]
    alone = [m for m in near["marks"] if m[2] == 1]
    assert all(m[4] and m[5] for m in alone)
    close = asked(pages, "district_officer", "bbox=120.1499,30.3499,120.1511,30.3511&zoom=19")
    assert close["total"] == len(close["marks"]) == 4


@pytest.mark.parametrize(
    "query", ["", "bbox=1,2,3", "bbox=a,b,c,d", "bbox=5,5,1,1", "bbox=nan,1,2,3"]
)
def test_a_window_that_is_none_is_refused(pages, cast, query):
    assert pages.get("district_officer", f"/map/data.json?{query}").status_code == 422


def test_rough_arguments_narrow_nothing(pages, located):
    rough = f"{WINDOW}&measure=x&level=99&region=abc&zoom=zz&text=%25"
    assert asked(pages, "district_officer", rough)["marks"] == []
    assert asked(pages, "district_officer", rough.replace("&text=%25", ""))["total"] == 2


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_map_has_its_list_its_legend_and_the_note(pages, located, language):
    page = pages.get("district_officer", "/map/?measure=overdue", language=language)
    text = error_text(page)
    assert "Plant 1" in text
    if language == "en":
        assert "approved by the surveying authority" in text
    in_view = pages.get("district_officer", "/map/?bbox=120.05,30.2,120.12,30.4")
    assert "Plant 1" in error_text(in_view)
    assert "Plant 2" not in error_text(in_view)
    assert pages.get("district_officer", "/map/outlines/33.json").is_json
    assert pages.get("district_officer", "/map/outlines/99.json").status_code == 404


@pytest.fixture
def plan_id(cast):
    with transaction():
        actor = cast["safety_manager"]
        picture = photo(actor)
        plan = SitePlan(
            enterprise_id=cast.plant_id,
            name="Ground floor",
            picture_id=picture.id,
            width=100,
            height=80,
            created_at=clock.now(),
            created_by_id=actor.id,
        )
        db.session.add(plan)
        db.session.flush()
        return plan.id


def test_a_camera_is_hung_on_the_plan_moved_and_taken_off(app, cast, pages, plan_id):
    camera = make_camera(cast, make_node(app, "N"), name="Gate camera")
    url = f"/map/plans/{plan_id}"
    place = {"camera_id": str(camera), "x": "12.5", "y": "80"}
    assert pages.post("plant_manager", f"{url}/cameras", place).status_code == 403
    assert pages.post("section_chief", f"{url}/cameras", {**place, "x": "101"}).status_code == 422
    assert pages.post("section_chief", f"{url}/cameras", {**place, "x": "NaN"}).status_code == 422
    assert pages.post("section_chief", f"{url}/cameras", place).status_code == 302
    shown = pages.get("plant_manager", url)
    assert "Gate camera" in error_text(shown)
    assert b"left: 12.5" in shown.data
    assert pages.get("plant_manager", f"{url}/picture").status_code == 200
    tab = error_text(pages.get("plant_manager", f"/enterprises/{cast.plant_id}/tabs/plans"))
    assert "Ground floor" in tab
    assert "1 camera" in tab
    off = f"{url}/cameras/{camera}/take-off"
    assert pages.post("section_chief", off).status_code == 302
    assert pages.post("section_chief", off).status_code == 409


def test_a_plan_of_another_enterprise_is_not_there(app, cast, pages, plan_id):
    for who in ("other_plant", "other_district"):
        assert pages.get(who, f"/map/plans/{plan_id}").status_code == 404
    foreign = make_camera(
        cast, make_node(app, "N2"), name="Elsewhere", enterprise_id=cast.other_plant_id
    )
    place = {"camera_id": str(foreign), "x": "1", "y": "1"}
    assert pages.post("section_chief", f"/map/plans/{plan_id}/cameras", place).status_code == 422
