"""Where points come from: one function per source key, for many enterprises at once.

Each takes what is looked at and the parameters of its line, and returns a reading for those of
``view.ids`` of which it can say something; of the others nothing was there to measure. A key that
has no function was not yet measured: no points, and out of the sum.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from supervision.score import source_acts, source_file, source_self
from supervision.score.rules import Reading
from supervision.score.source_view import View

Source = Callable[[View, Mapping[str, Any]], Mapping[int, Reading]]

SOURCES: dict[str, Source] = {
    "posts_filled": source_file.posts_filled,
    "assessments_valid": source_file.assessments_valid,
    "staffing_met": source_file.staffing_met,
    "special_valid": source_file.special_valid,
    "training_hours": source_file.training_hours,
    "licences_valid": source_file.licences_valid,
    "documents_valid": source_file.documents_valid,
    "insurance": source_file.insurance,
    "standardization": source_file.standardization,
    "emergency_document": source_file.documents_held,
    "risks_assessed": source_file.risks_assessed,
    "hazards_in_time": source_acts.hazards_in_time,
    "hazards_overdue": source_acts.hazards_overdue,
    "own_rectified_early": source_acts.own_rectified_early,
    "major_after_order": source_acts.major_after_order,
    "orders_overdue": source_acts.orders_overdue,
    "penalties": source_acts.penalties,
    "fact": source_acts.facts,
    "rounds_done": source_self.rounds_done,
    "zero_reports": source_self.zero_reports,
    "returns_in_time": source_self.returns_in_time,
    "commitments_in_time": source_self.commitments_in_time,
    "commitments_complete": source_self.commitments_complete,
}


def read(key: str, view: View, params: Mapping[str, Any]) -> Mapping[int, Reading] | None:
    """None: this installation does not measure it yet."""
    source = SOURCES.get(key)
    return None if source is None else source(view, params)
