"""From tracked boxes to "this rule is being broken by this subject". Pure.

Time is the frame's own time, never a count of frames. A rule speaks only after it was broken on
enough judged frames *and* for ``dwell_s``; leaving a decided state takes more than entering it
(hysteresis), and a frame that cannot be judged does not vote at all.

A judge for each kind of rule; :class:`RuleEngine` runs all of a camera's. To add a kind: a class
with the manner of :class:`vision.rules.base.Judge`, and its row in :data:`vision.rules.kinds.JUDGES`.
"""

from __future__ import annotations

from vision.rules.base import PLACE_KINDS, Sighting, gap_for
from vision.rules.engine import RuleEngine
from vision.rules.schedules import Calendar, is_lifted, is_on, rule_is_on
from vision.rules.view import VIEW_RULE, ViewWatch
from vision.rules.votes import Ballot, Stand, Vote
from vision.rules.wear import WearState

__all__ = [
    "PLACE_KINDS",
    "VIEW_RULE",
    "Ballot",
    "Calendar",
    "RuleEngine",
    "Sighting",
    "Stand",
    "ViewWatch",
    "Vote",
    "WearState",
    "gap_for",
    "is_lifted",
    "is_on",
    "rule_is_on",
]
