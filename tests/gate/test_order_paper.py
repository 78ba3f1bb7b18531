"""An order that names what a camera saw says which record stands behind it, or that none does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.documents import render_again
from supervision.core.errors import NotFound
from supervision.gate import marks, queries, service
from supervision.inspection import onsite, recording, taking_up
from supervision.inspection import queries as inspections
from supervision.inspection.models import ItemResult
from supervision.video import queries as video
from supervision.video import service as verdicts
from tests.factories.gates import NOTICE, make_gate
from tests.factories.inspections import S as InspectionState
from tests.factories.inspections import facts, make_inspection, sign_all
from tests.factories.orders import S, load, make_order, prepare
from tests.factories.video import make_camera, make_node, make_violation
from tests.papers import in_words, said


@pytest.fixture(autouse=True)
def authority(cast):
    return prepare(cast)


def ticket(cast, node, camera, colour, *, is_marked):
    """The hazard of a confirmed sighting, marked as penalty evidence or not."""
    violation_id = make_violation(node, camera, with_files=False, colour=colour)
    with transaction():
        found = verdicts.confirm(violation_id, cast["district_officer"])
        hazard_id = found.hazard_id
    if is_marked:
        with transaction():
            marks.mark(violation_id, cast["district_officer"])
    return hazard_id


def inspected(cast, hazard_ids):
    """A recorded inspection that found these tickets again; its id."""
    officer = cast["district_officer"]
    ident = make_inspection(cast, InspectionState.ONGOING, failed=1)
    with transaction():
        found = inspections.get_inspection(ident, officer, lock=True)
        offered = {h.id for h in taking_up.choices(found, officer)}
        assert offered == set(hazard_ids)
        for hazard_id in hazard_ids:
            item = taking_up.take_up(found, officer, hazard_id)
            onsite.check_item(
                found, officer, item, result=ItemResult.FAIL, finding="Still without a helmet"
            )
        assert taking_up.choices(found, officer) == []
        facts(found, officer)
        sign_all(found, officer, cast)
        recording.record(found, officer)
    return ident


def test_the_order_says_which_record_stands_behind_its_evidence(app, cast):
    node = make_node(app)
    reviewed, plain = make_camera(cast, node), make_camera(cast, node, name="South gate")
    gate_id = make_gate(cast, reviewed)
    proved = ticket(cast, node, reviewed, "red", is_marked=True)
    lead = ticket(cast, node, plain, "navy", is_marked=False)
    ident = inspected(cast, [proved, lead])
    officer = cast["district_officer"]
    found = inspections.get_inspection(ident, officer)
    named = [item.hazard_id for item in found.items if item.result is ItemResult.FAIL]
    # The failed items keep their tickets: only the third, which no camera saw, opened one.
    assert [proved, lead] == named[1:]
    order_id = make_order(cast, S.ISSUED, inspection=(ident, named))
    order = load(order_id, cast)
    gate = queries.get_gate(gate_id, SYSTEM)
    words = said(order.document)
    published = in_words(clock.today() - timedelta(days=15))
    for part in (gate.number, "LEGAL-7", "TECH-9", published, NOTICE, "Line2north"):
        assert part.replace(" ", "") in words
    [evidence], [other] = order.document.data["evidence"], order.document.data["leads"]
    assert (evidence["no"], other) == (2, {"no": 3})
    assert "South gate" not in words
    # Frozen with the paper: a withdrawal changes nothing in what was issued.
    pdf = render_again(order.document)[0]
    db.session.rollback()
    with transaction():
        chief = cast["section_chief"]
        service.withdraw(queries.get_gate(gate_id, chief), chief, reason="Expired device")
    assert render_again(load(order_id, cast).document)[0] == pdf


def test_only_open_tickets_of_this_plants_cameras_are_taken_up(app, cast):
    node = make_node(app)
    far = make_camera(cast, node, enterprise_id=cast.far_plant_id, name="Far")
    violation_id = make_violation(node, far, with_files=False)
    with transaction():
        verdicts.confirm(violation_id, cast["other_district"])
    hazard_id = video.get_violation(violation_id, SYSTEM).hazard_id
    officer = cast["city_officer"]
    ident = make_inspection(cast, InspectionState.ONGOING)
    with pytest.raises(NotFound), transaction():
        found = inspections.get_inspection(ident, officer, lock=True)
        taking_up.take_up(found, officer, hazard_id)
