"""Plans of the site: areas, points that lie in them, newer pictures, colours and papers."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from pypdf import PdfReader

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.notices import Notice
from supervision.enterprise import queries as enterprises
from supervision.risk import assessing, coloured, jobs, papers, queries, service, sites
from supervision.risk.rules import RiskGrade, Stage
from supervision.risk.workflow import RiskState
from tests.factories.risks import lec, make_plan, make_point, plan_picture, values

AT = {"x": Decimal("0.3"), "y": Decimal("0.3")}


def drawn(plan_id, stage=Stage.RESIDUAL):
    plan = queries.get_plan(plan_id, SYSTEM)
    return coloured.colour(plan, queries.points_on(plan_id, SYSTEM), stage)


def test_the_area_follows_from_the_position_and_has_the_colour_of_its_worst_point(cast):
    plan_id, area_id = make_plan(cast)
    assert drawn(plan_id).areas[0].grade is None
    first = make_point(cast, colour="yellow", plan_id=plan_id, **AT)
    make_point(cast, colour="orange", area_id=area_id)
    make_point(cast, RiskState.DRAFT, "red", plan_id=plan_id, **AT)
    outside = make_point(cast, colour="red", plan_id=plan_id, x=Decimal("0.9"), y=Decimal("0.9"))
    assert queries.get_point(first, SYSTEM).area_id == area_id
    assert queries.get_point(outside, SYSTEM).area_id is None
    (area,) = drawn(plan_id).areas
    assert area.grade is RiskGrade.ORANGE
    assert area.counts == {RiskGrade.ORANGE: 1, RiskGrade.YELLOW: 1}
    assert [p.is_draft for p in drawn(plan_id).points].count(True) == 1
    assert len(drawn(plan_id).unplaced) == 1


def test_before_controls_and_with_them_the_plan_has_two_colourings(cast):
    plan_id, area_id = make_plan(cast)
    point_id = make_point(cast, colour="red", area_id=area_id)
    with transaction():
        point = queries.get_point(point_id, SYSTEM)
        assessing.assess(point, SYSTEM, lec("blue", Stage.RESIDUAL))
    assert drawn(plan_id).areas[0].grade is RiskGrade.BLUE
    assert drawn(plan_id, Stage.INHERENT).areas[0].grade is RiskGrade.RED


def test_a_newer_picture_takes_areas_and_points_over_and_the_old_plan_stays(cast):
    plan_id, area_id = make_plan(cast)
    point_id = make_point(cast, plan_id=plan_id, **AT)
    with transaction():
        plan = queries.get_plan(plan_id, SYSTEM)
        picture = sites.store_picture(SYSTEM, plan_picture((800, 600)), "new.png")
        new_id = sites.replace_picture(plan, SYSTEM, picture, keep_areas=True).id
    point = queries.get_point(point_id, SYSTEM)
    assert (point.plan_id, point.x) == (new_id, Decimal("0.3"))
    assert point.area_id not in {None, area_id}
    assert [p.id for p in queries.plans_of(cast.plant_id, SYSTEM)] == [new_id]
    assert [a.area.id for a in drawn(plan_id).areas] == [area_id]
    with pytest.raises(Conflict), transaction():
        sites.rename_plan(queries.get_plan(plan_id, SYSTEM), SYSTEM, "Other")


def test_a_removed_area_leaves_its_points_on_the_plan(cast):
    plan_id, area_id = make_plan(cast)
    point_id = make_point(cast, plan_id=plan_id, **AT)
    with transaction():
        sites.remove_area(queries.get_area(plan_id, area_id, SYSTEM), SYSTEM)
    point = queries.get_point(point_id, SYSTEM)
    assert (point.area_id, point.plan_id) == (None, plan_id)
    # Drawn anew, it takes in what lies in it.
    with transaction():
        plan = queries.get_plan(plan_id, SYSTEM)
        made = sites.add_area(plan, SYSTEM, name="Hall", polygon=[[0, 0], [1, 0], [1, 1], [0, 1]])
        made_id = made.id
    assert queries.get_point(point_id, SYSTEM).area_id == made_id


def test_another_enterprises_area_cannot_be_chosen(cast):
    plan_id, area_id = make_plan(cast, enterprise_id=cast.other_plant_id)
    for wrong in ({"area_id": area_id}, {"plan_id": plan_id, **AT}):
        with pytest.raises(InvalidInput) as error, transaction():
            plant = enterprises.get_enterprise(cast.plant_id, SYSTEM)
            service.create(plant, cast["safety_manager"], values(**wrong))
        assert error.value.field == "area_id"


def test_a_picture_is_encoded_anew_and_a_stamp_is_refused(cast):
    with transaction():
        with pytest.raises(InvalidInput, match="too small"):
            sites.store_picture(SYSTEM, plan_picture((100, 900)), "x.png")
        with pytest.raises(InvalidInput, match="not a picture"):
            sites.store_picture(SYSTEM, io.BytesIO(b"%PDF-1.7"), "x.png")
        kept = sites.store_picture(SYSTEM, plan_picture((400, 300)), "floor.png")
        assert (kept.media_type, kept.width, kept.height) == ("image/jpeg", 400, 300)


def test_the_plan_is_one_sheet_of_a3_with_its_legend_and_its_numbers(app, cast):
    plan_id, _area = make_plan(cast)
    point_id = make_point(cast, colour="red", plan_id=plan_id, **AT)
    with app.test_request_context():
        data = papers.plan_pdf(drawn(plan_id))
        assert papers.plan_pdf(drawn(plan_id)) == data
    (page,) = PdfReader(io.BytesIO(data)).pages
    assert round(float(page.mediabox.width)) == 1191
    text = page.extract_text()
    assert "Ground floor" in text
    assert queries.get_point(point_id, SYSTEM).number in text


def test_who_must_assess_anew_is_told_once_a_step_and_again_for_a_new_day(cast):
    point_id = make_point(cast, colour="red")
    due = queries.get_point(point_id, SYSTEM).next_review_on

    def told(day):
        with clock.frozen(clock.start_of(day) + timedelta(hours=7)):
            return jobs.remind(clock.now())

    assert told(due - timedelta(days=91)) == 0
    assert told(due - timedelta(days=30)) == 1
    assert told(due - timedelta(days=29)) == 0
    assert told(due + timedelta(days=1)) == 1
    kinds = db.session.scalars(db.select(Notice.kind).where(Notice.kind.startswith("risk.review")))
    # Late, the supervisors of a major risk hear of it too.
    assert sorted(kinds) == ["risk.review_due", "risk.review_late", "risk.review_late"]
