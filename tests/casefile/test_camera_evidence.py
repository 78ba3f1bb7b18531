"""Penalty Law, art. 41: what our own cameras recorded stands in a case only under a mark."""

from __future__ import annotations

import pytest

from supervision.casefile import evidence
from supervision.casefile.rules import EvidenceKind
from supervision.casefile.workflow import CaseState
from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.gate import marks, queries
from supervision.hazard import queries as tickets
from supervision.video import service as verdicts
from tests.factories.cases import load_case, make_case
from tests.factories.gates import make_gate
from tests.factories.video import make_camera, make_node, make_violation


def test_a_case_uses_a_cameras_file_only_under_its_mark(app, cast, district):
    """Whatever reference somebody types: of our own cameras only a mark counts."""
    node = make_node(app)
    camera = make_camera(cast, node)
    gate = queries.get_gate(make_gate(cast, camera), SYSTEM)
    officer = cast["district_officer"]
    violation_id = make_violation(node, camera)
    with transaction():
        hazard_id = verdicts.confirm(violation_id, officer).hazard_id
    case_id = make_case(cast, CaseState.FILED)
    said = {"name": "Clip", "source": "Camera", "review_reference": "Review 9"}

    def add(kind):
        with transaction():
            clip = tickets.get_hazard(hazard_id, officer).files[0]
            shown = evidence.Exhibit(**said, kind=kind, hazard_file=clip)
            row = evidence.add(load_case(case_id, officer), officer, shown)
            return row.is_usable, row.review_reference

    with pytest.raises(InvalidInput) as refused:
        add(EvidenceKind.DOCUMENTARY)
    assert refused.value.field == "kind"
    assert add(EvidenceKind.AUDIOVISUAL) == (False, "")
    with transaction():
        marks.mark(violation_id, officer)
    assert add(EvidenceKind.AUDIOVISUAL) == (True, gate.number)
