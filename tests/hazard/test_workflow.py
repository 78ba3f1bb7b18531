"""The life of a ticket: who may take which step, and what each leaves behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.notices import Notice
from supervision.core.scope import UnscopedReadError, visible
from supervision.hazard import queries, service
from supervision.hazard.models import Hazard
from supervision.hazard.rules import Grade, InvalidReason
from supervision.hazard.workflow import HAZARD_WORKFLOW, OPEN, SETTLED, HazardState
from tests.factories.hazards import load, make_hazard, photo

S = HazardState


def test_a_hazard_goes_from_found_to_closed_with_every_step_recorded(cast):
    hazard = load(make_hazard(cast, S.CLOSED), cast["district_officer"])

    assert hazard.status is S.CLOSED
    assert hazard.verified_by == "District Officer"
    assert [e.action for e in hazard.events] == [
        "report", "grade", "assign", "start", "submit", "verify",
    ]  # fmt: skip
    assert all(e.actor_name and e.at for e in hazard.events)
    actions = db.session.scalars(
        visible(AuditEntry, SYSTEM, AuditEntry.action).where(AuditEntry.entity == "hazard")
    ).all()
    assert list(actions) == [f"hazard.{e.action}" for e in hazard.events]


def test_the_person_who_rectified_it_cannot_verify_it(cast):
    hazard_id = make_hazard(cast, S.SUBMITTED, by="plant_manager", rectifier="safety_manager")
    with pytest.raises(Forbidden, match="rectified"), transaction():
        service.verify(load(hazard_id, cast["safety_manager"]), cast["safety_manager"], note="fine")
    with transaction():
        service.verify(load(hazard_id, cast["plant_manager"]), cast["plant_manager"], note="fine")
    assert load(hazard_id, SYSTEM).status is S.CLOSED


def test_only_the_side_that_raised_it_verifies(cast):
    ours = make_hazard(cast, S.SUBMITTED)
    theirs = make_hazard(cast, S.SUBMITTED, by="plant_manager")
    with pytest.raises(Forbidden), transaction():
        service.verify(load(ours, cast["plant_manager"]), cast["plant_manager"], note="fine")
    with pytest.raises(Forbidden), transaction():
        service.verify(load(theirs, cast["district_officer"]), cast["district_officer"], note="ok")


def test_rectification_is_the_enterprises_own_part(cast):
    hazard_id = make_hazard(cast, S.ASSIGNED)
    officer = cast["district_officer"]
    with pytest.raises(Forbidden), transaction():
        service.start(load(hazard_id, officer), officer, measures="I do it myself")


def test_a_returned_hazard_goes_back_and_counts_it(cast):
    hazard_id = make_hazard(cast, S.SUBMITTED)
    officer, manager = cast["district_officer"], cast["safety_manager"]
    with transaction():
        service.send_back(load(hazard_id, officer), officer, reason="Guard is loose")
    hazard = load(hazard_id, officer)
    assert (hazard.status, hazard.returned_count, hazard.submitted_at) == (S.RECTIFYING, 1, None)
    with transaction():
        service.submit(load(hazard_id, manager), manager, note="Bolted", photos=[photo(manager)])
    assert load(hazard_id, officer).status is S.SUBMITTED


def test_a_deadline_in_the_past_is_refused_and_nothing_is_written(cast):
    hazard_id = make_hazard(cast, S.GRADED)
    officer = cast["district_officer"]
    with pytest.raises(InvalidInput) as refused, transaction():
        service.assign(
            load(hazard_id, officer),
            officer,
            responsible_person="S",
            due_on=clock.today() - timedelta(days=1),
        )
    assert refused.value.field == "due_on"
    hazard = load(hazard_id, officer)
    assert hazard.status is S.GRADED
    assert [e.action for e in hazard.events] == ["report", "grade"]


def test_a_major_hazard_needs_a_criterion_or_a_reason_and_then_a_plan_in_six_parts(cast):
    hazard_id = make_hazard(cast)
    officer, manager = cast["district_officer"], cast["safety_manager"]
    with pytest.raises(InvalidInput) as refused, transaction():
        service.grade(load(hazard_id, officer), officer, grade=Grade.MAJOR)
    assert refused.value.field == "criterion_id"
    with transaction():
        hazard = load(hazard_id, officer)
        service.grade(hazard, officer, grade=Grade.MAJOR, reason="Dust in the ducts")
        service.assign(hazard, officer, responsible_person="S", due_on=clock.today())
    with pytest.raises(InvalidInput) as refused, transaction():
        service.start(load(hazard_id, manager), manager, measures="Clean", plan="in one piece")
    assert refused.value.field == "goals"


def test_submitting_needs_a_photo_of_how_it_is_now(cast):
    hazard_id = make_hazard(cast, S.RECTIFYING)
    manager = cast["safety_manager"]
    with pytest.raises(InvalidInput) as refused, transaction():
        service.submit(load(hazard_id, manager), manager, note="done", photos=[])
    assert refused.value.field == "photos"


def test_declaring_invalid_for_another_reason_needs_words(cast):
    hazard_id = make_hazard(cast)
    officer = cast["district_officer"]
    with pytest.raises(InvalidInput), transaction():
        service.invalidate(load(hazard_id, officer), officer, invalid_reason=InvalidReason.OTHER)
    with transaction():
        service.invalidate(
            load(hazard_id, officer), officer, invalid_reason=InvalidReason.DUPLICATE
        )
    assert load(hazard_id, officer).status is S.INVALID


@pytest.mark.parametrize("state", sorted(SETTLED))
def test_nothing_leads_out_of_a_settled_state(state):
    assert not [t for t in HAZARD_WORKFLOW.transitions if state in t.sources]


@pytest.mark.parametrize("state", sorted(OPEN))
def test_every_open_state_has_a_way_on(state):
    assert [t for t in HAZARD_WORKFLOW.transitions if state in t.sources]


def test_a_second_press_of_the_same_button_is_a_conflict(cast):
    hazard_id = make_hazard(cast, S.SUBMITTED)
    officer = cast["district_officer"]
    with transaction():
        service.verify(load(hazard_id, officer), officer, note="fine")
    with pytest.raises(Conflict), transaction():
        service.verify(load(hazard_id, officer), officer, note="fine")


def test_overdue_is_derived_and_a_ticket_submitted_in_time_is_not_overdue(cast):
    due = clock.today() + timedelta(days=2)
    late = make_hazard(cast, S.RECTIFYING, due_on=due)
    waiting = make_hazard(cast, S.SUBMITTED, due_on=due)
    officer = cast["district_officer"]
    assert not load(late, officer).is_overdue
    with clock.frozen(clock.now() + timedelta(days=3)):
        assert load(late, officer).is_overdue
        assert not load(waiting, officer).is_overdue
        found = db.session.scalars(
            queries.list_hazards(officer, queries.HazardFilter(group="overdue"))
        ).all()
    assert [h.id for h in found] == [late]


def test_the_other_side_is_told(cast):
    make_hazard(cast, S.ASSIGNED)
    kinds = db.session.scalars(select(Notice.kind).order_by(Notice.id)).all()
    assert kinds == ["hazard.reported", "hazard.assigned"]


def test_a_bare_read_of_a_scoped_table_raises(cast):
    make_hazard(cast)
    with pytest.raises(UnscopedReadError, match="hazard"):
        db.session.scalars(select(Hazard)).all()
    with pytest.raises(UnscopedReadError, match="hazard"):
        db.session.get(Hazard, 1)


def test_numbers_are_gap_free_per_district_even_when_a_report_fails(cast):
    make_hazard(cast)
    with pytest.raises(InvalidInput), transaction():
        from supervision.enterprise import queries as enterprises
        from tests.factories.hazards import finding

        plant = enterprises.get_enterprise(cast.plant_id, SYSTEM)
        service.report(plant, cast["district_officer"], finding())
        raise InvalidInput("the rest of the step failed")
    second = load(make_hazard(cast), SYSTEM)
    year = clock.today().year
    assert second.number == f"YH-330110-{year}-00002"
