"""Grading a point: scores, rules, before and with its controls, and what the history keeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.notices import Notice
from supervision.core.statutory import Certainty
from supervision.risk import assessing, figures, queries, rules, service, tables
from supervision.risk.rules import Axis, ControlLevel, Method, ReviewCause, RiskGrade, Stage
from supervision.risk.table_rules import Part, TableCode
from supervision.risk.workflow import RiskState
from tests.factories.risks import lec, make_point


def load(point_id):
    return queries.get_point(point_id, SYSTEM)


def grade(point_id, actor, *given):
    with transaction():
        for one in given:
            assessing.assess(load(point_id), actor, one)


def test_seventy_is_a_general_risk_and_follows_the_levels_in_force(cast):
    point_id = make_point(cast, RiskState.DRAFT, "yellow")
    point = load(point_id)
    assert (point.grade, point.assessments[0].value) == (RiskGrade.YELLOW, Decimal(70))
    assert point.control_level is ControlLevel.TEAM
    assert point.next_review_on == rules.months_after(clock.today(), 12)


def test_with_its_controls_a_risk_is_lower_and_never_worse(cast):
    point_id = make_point(cast, RiskState.DRAFT, "orange")
    grade(point_id, cast["safety_manager"], lec("blue", Stage.RESIDUAL))
    point = load(point_id)
    assert (point.inherent, point.residual, point.grade) == ("orange", "blue", "blue")
    with pytest.raises(InvalidInput, match="cannot be worse"):
        grade(point_id, cast["safety_manager"], lec("red", Stage.RESIDUAL))
    # Anew without its controls: what was said of them no longer stands.
    grade(point_id, cast["safety_manager"], lec("red"))
    point = load(point_id)
    assert (point.inherent, point.residual, point.grade) == ("red", None, "red")
    assert [a.grade for a in point.assessments] == ["red", "blue", "orange"]


def test_what_a_rule_grades_no_control_lowers(cast):
    point_id = make_point(cast, RiskState.DRAFT, "blue")
    by_rule = {"direct_code": "TEN-PEOPLE", "reason": "Twelve people at the spray booth"}
    grade(point_id, cast["safety_manager"], lec("blue", **by_rule), lec("blue", Stage.RESIDUAL))
    point = load(point_id)
    assert point.grade is RiskGrade.RED
    residual, inherent, _first = point.assessments
    assert (residual.scored_grade, residual.grade) == ("blue", "red")
    assert residual.direct_code == "TEN-PEOPLE"
    version = tables.table_on(TableCode.DIRECT, clock.today())
    assert inherent.direct_table_id == version.id
    assert inherent.reason == "Twelve people at the spray booth"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"direct_code": "LAW"}, "reason"),
        ({"direct_code": "NO-SUCH", "reason": "why"}, "direct_code"),
        ({"method": Method.DIRECT, "scores": {}}, "direct_code"),
        ({"scores": {Axis.LIKELIHOOD: Decimal(10), Axis.SEVERITY: Decimal(7)}}, "exposure"),
        ({"scores": dict.fromkeys(Axis, Decimal(7))}, "likelihood"),
    ],
)
def test_what_no_table_offers_is_refused_at_its_field(cast, given, field):
    point_id = make_point(cast, RiskState.DRAFT)
    with pytest.raises(InvalidInput) as error:
        grade(point_id, cast["safety_manager"], lec("blue", **given))
    assert error.value.field == field


def test_a_day_to_come_is_no_day_of_an_assessment(cast):
    point_id = make_point(cast, RiskState.DRAFT)
    with pytest.raises(InvalidInput, match="future"):
        tomorrow = clock.today() + timedelta(days=1)
        grade(point_id, cast["safety_manager"], lec("blue", assessed_on=tomorrow))


def changed(code, part, at, **changes):
    """The lines in force with one of them changed."""
    table = tables.table_on(code, clock.today())
    lines = [replace(x, **changes) if (x.part, x.score) == (part, at) else x for x in table.values]
    return table, lines


def test_a_new_threshold_moves_no_grade_that_was_given_and_says_what_it_would_move(cast):
    yellow, blue = make_point(cast, colour="yellow"), make_point(cast, colour="blue")
    make_point(cast, RiskState.DRAFT, "yellow")  # counts nowhere yet
    old, lines = changed(TableCode.LEC, Part.BAND, Decimal(70), score=Decimal(71))
    found = tables.impact(TableCode.LEC, lines)
    assert [(m.before, m.after, m.count) for m in found.moves] == [("yellow", "blue", 1)]
    assert (found.points, found.unscored) == (2, 0)
    with transaction():
        base = tables.table_on(TableCode.LEC, clock.today())
        head = tables.Head("Decision 3 of the district", Certainty.MEDIUM, "Local standard")
        new = tables.save(cast["section_chief"], base, head, lines).id
    assert load(yellow).grade is RiskGrade.YELLOW
    assert load(yellow).assessments[0].table_id == old.id
    # The next assessment is by the new version.
    grade(yellow, cast["safety_manager"], lec("yellow"))
    again = load(yellow)
    assert (again.grade, again.assessments[0].table_id) == (RiskGrade.BLUE, new)
    assert load(blue).assessments[0].table_id == old.id


def test_a_page_of_the_table_before_is_told_so(cast):
    point_id = make_point(cast, RiskState.DRAFT)
    with pytest.raises(Conflict, match="table was changed"):
        grade(point_id, cast["safety_manager"], lec("blue", table_id=10**6))


def test_scores_that_are_taken_away_are_counted(cast):
    make_point(cast, colour="red")
    table = tables.table_on(TableCode.LEC, clock.today())
    lines = [x for x in table.values if (x.part, x.score) != (Part.EXPOSURE, Decimal(6))]
    assert tables.impact(TableCode.LEC, lines).unscored == 1


def test_a_point_is_filed_once_it_is_complete(cast):
    point_id = make_point(cast, RiskState.DRAFT, responsible_person="")
    assert service.missing(load(point_id)) == ["responsible_person"]
    with pytest.raises(InvalidInput), transaction():
        service.file(load(point_id), cast["safety_manager"])


def test_only_a_major_risk_waits_for_the_authority(cast):
    orange, red = make_point(cast, colour="orange"), make_point(cast, colour="red")
    with pytest.raises(Forbidden), transaction():
        service.confirm(load(orange), cast["district_officer"], note="")
    with pytest.raises(Forbidden), transaction():
        service.confirm(load(red), cast["safety_manager"], note="")
    assert queries.counts(cast["district_officer"]).to_confirm == 1
    with transaction():
        service.confirm(load(red), cast["district_officer"], note="Seen")
    assert load(red).status is RiskState.CONFIRMED
    # Graded anew it is another statement: the authority looks again.
    grade(red, cast["safety_manager"], lec("red"))
    assert load(red).status is RiskState.FILED


def test_after_a_major_hazard_the_risk_is_to_be_assessed_sooner(cast):
    point_id = make_point(cast)
    soon = clock.today() + timedelta(days=14)
    with transaction():
        service.ask_review(
            load(point_id),
            cast["district_officer"],
            cause=ReviewCause.MAJOR_HAZARD,
            due_on=soon,
            note="YH-1",
        )
    assert (load(point_id).next_review_on, load(point_id).review_cause) == (soon, "major_hazard")
    told = db.session.scalars(db.select(Notice).where(Notice.kind == "risk.review_asked")).one()
    assert (told.audience_id, told.params["due_on"]) == (cast.plant_id, soon.isoformat())
    grade(point_id, cast["safety_manager"], lec("orange"))
    assert load(point_id).review_cause is None


def test_a_point_on_file_keeps_its_last_control(cast):
    point_id = make_point(cast)
    with pytest.raises(InvalidInput, match="at least one control"), transaction():
        point = load(point_id)
        service.remove_control(point, cast["safety_manager"], point.controls[0])


def test_numbers_are_given_in_turn_and_none_twice(cast):
    make_point(cast, number="R002")
    first, second = make_point(cast), make_point(cast)
    assert [load(i).number for i in (first, second)] == ["R001", "R003"]
    with pytest.raises(InvalidInput, match="taken"):
        make_point(cast, number="R001")
    other = make_point(cast, enterprise_id=cast.other_plant_id)
    assert load(other).number == "R001"


def test_figures_of_a_month_do_not_change_with_the_next_one(cast):
    start = clock.now() - timedelta(minutes=1)
    point_id = make_point(cast, colour="red")
    make_point(cast, colour="blue")
    make_point(cast, RiskState.DRAFT)
    end = clock.now()
    with clock.frozen(end + timedelta(days=40)):
        grade(point_id, cast["safety_manager"], lec("yellow"))
        later = clock.now() + timedelta(minutes=1)
        now = figures.risk_counts(SYSTEM, end, later)
    then = figures.risk_counts(SYSTEM, start, end)
    assert (then["risks_red"], then["risks_blue"], then["risks_filed"]) == (1, 1, 2)
    assert (now["risks_red"], now["risks_yellow"], now["risks_filed"]) == (0, 1, 0)
    rows = list(figures.risk_rows(cast["district_officer"], end))
    assert [row.grade for row in rows] == ["red", "blue"]
    assert not list(figures.risk_rows(cast["other_district"], end))
