"""The record: what it needs, what it makes, and that it is made once."""

from __future__ import annotations

from supervision.hazard import queries as hazards
from supervision.hazard.rules import Grade, Source
from supervision.inspection.workflow import InspectionState
from tests.factories.inspections import (
    load,
    make_inspection,
    prepare,
)

S = InspectionState


def test_a_recorded_inspection_has_its_number_paper_and_a_hazard_for_each_failure(app, cast):
    prepare(cast)
    done = load(make_inspection(cast, S.RECORDED, failed=2), cast["district_officer"])
    assert done.document.number.endswith("1号")
    assert min(done.document.pdf.size, done.document.docx.size) > 1000
    tickets = [hazards.get_hazard(i.hazard_id, cast["plant_manager"]) for i in done.items]
    assert [t.source for t in tickets] == [Source.INSPECTION] * 2
    assert [t.grade for t in tickets] == [Grade.GENERAL] * 2
    assert tickets[0].description == "Guard 1 is missing"
