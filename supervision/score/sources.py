"""Where points come from: one function per source key, for many enterprises at once.

Each takes what is looked at and the parameters of its line, and returns a reading for those of
``view.ids`` of which it can say something; of the others nothing was there to measure. A key that
has no function was not yet measured: no points, and out of the sum.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from supervision.score import source_acts, source_file, source_self
from supervision.score.rules import Group, Reading
from supervision.score.source_view import View

Read = Callable[[View, Mapping[str, Any]], Mapping[int, Reading]]

GIVES = frozenset({Group.BASE, Group.POSITIVE})
TAKES = frozenset({Group.BASE, Group.NEGATIVE, Group.VETO})


@dataclass(frozen=True, slots=True)
class Source:
    """``groups``: which lines it can serve; ``params``: what it asks for, as a new line has it."""

    read: Read
    groups: frozenset[Group] = GIVES
    params: Mapping[str, Any] = field(default_factory=dict)


_YEAR: Mapping[str, Any] = {"months": 12}
_LEVELS = {"1": "1", "2": "0.7", "3": "0.4"}
_POLICY: Mapping[str, Any] = {"each": "0.2", "categories": ["plan", "policy"]}

SOURCES: dict[str, Source] = {
    "posts_filled": Source(source_file.posts_filled),
    "assessments_valid": Source(source_file.assessments_valid),
    "staffing_met": Source(source_file.staffing_met),
    "special_valid": Source(source_file.special_valid),
    "training_hours": Source(source_file.training_hours),
    "licences_valid": Source(source_file.licences_valid),
    "documents_valid": Source(source_file.documents_valid, GIVES | TAKES, _POLICY),
    "insurance": Source(source_file.insurance),
    "standardization": Source(source_file.standardization, GIVES, {"levels": _LEVELS}),
    "emergency_document": Source(source_file.documents_held, GIVES, {"kinds": ["RISK_RESOURCES"]}),
    "risks_assessed": Source(source_file.risks_assessed),
    "hazards_in_time": Source(source_acts.hazards_in_time),
    "hazards_overdue": Source(source_acts.hazards_overdue, GIVES | TAKES, {"each": "0.25"}),
    "own_rectified_early": Source(source_acts.own_rectified_early),
    "major_after_order": Source(source_acts.major_after_order, TAKES),
    "orders_overdue": Source(source_acts.orders_overdue, TAKES),
    "penalties": Source(source_acts.penalties, TAKES, _YEAR),
    "fact": Source(source_acts.facts, TAKES, {"kind": "injury", **_YEAR}),
    "awards": Source(source_acts.awards, frozenset({Group.POSITIVE}), _YEAR),
    "rounds_done": Source(source_self.rounds_done),
    "zero_reports": Source(source_self.zero_reports),
    "returns_in_time": Source(source_self.returns_in_time, GIVES, _YEAR),
    "commitments_in_time": Source(source_self.commitments_in_time),
    "commitments_complete": Source(source_self.commitments_complete),
}


def read(key: str, view: View, params: Mapping[str, Any]) -> Mapping[int, Reading] | None:
    """None: this installation does not measure it yet."""
    source = SOURCES.get(key)
    return None if source is None else source.read(view, params)
