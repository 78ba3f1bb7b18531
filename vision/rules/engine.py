"""All rules of one camera, frame by frame."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from vision.contract import Camera, Rule
from vision.rules.base import Ground, Judge, Scene, Sighting
from vision.rules.kinds import JUDGES
from vision.rules.schedules import Calendar, is_lifted, rule_is_on
from vision.rules.wear import ITEMS, Matrix, WearJudge, WearState
from vision.seen import PERSON, Detection, FrameInfo, Track


class RuleEngine:
    """Feed it frames in order; an older frame is ignored."""

    def __init__(self, camera: Camera, calendar: Calendar | None = None) -> None:
        self._ground = Ground(camera)
        self._calendar = calendar or Calendar()
        self._judges: list[Judge] = [JUDGES[rule.kind](rule, self._ground) for rule in camera.rules]
        self._matrix = Matrix(self._ground)
        self._prints = {rule.rule_id: _fingerprint(rule, camera) for rule in camera.rules}
        self._t = float("-inf")

    @property
    def wear(self) -> list[WearState]:
        """What the last frame said about each person's equipment."""
        return [w for judge in self._judges if isinstance(judge, WearJudge) for w in judge.wear]

    def step(
        self, frame: FrameInfo, tracks: Sequence[Track], detections: Sequence[Detection]
    ) -> list[Sighting]:
        """Every subject that a rule can see on this frame, and where it stands."""
        if frame.t <= self._t:
            return []
        self._t = frame.t
        on = [judge for judge in self._judges if rule_is_on(judge.rule, frame.t, self._calendar)]
        scene = Scene(frame, tracks, detections, self._claims(on, frame.t, tracks))
        for judge in self._judges:
            if judge not in on:
                judge.forget()
        return [sighting for judge in on for sighting in judge.step(scene)]

    def _claims(
        self, on: Sequence[Judge], t: float, tracks: Sequence[Track]
    ) -> dict[tuple[Any, str], str]:
        asked = [judge.rule for judge in self._judges if judge.rule.kind in ITEMS]
        active = {id(judge.rule) for judge in on}
        ruling = [rule for rule in asked if id(rule) in active or is_lifted(rule, t)]
        return self._matrix.claims(ruling, [track for track in tracks if track.label == PERSON])

    def dump(self) -> dict[str, Any]:
        """All that the rules remember, as JSON values."""
        rules = {
            judge.rule.rule_id: {"print": self._prints[judge.rule.rule_id], "state": judge.dump()}
            for judge in self._judges
        }
        return {"rules": rules, "matrix": self._matrix.dump()}

    def load(self, state: dict[str, Any]) -> None:
        """Take up a :meth:`dump`; a rule that was changed since then begins anew."""
        for judge in self._judges:
            kept = state["rules"].get(judge.rule.rule_id)
            if kept is not None and kept["print"] == self._prints[judge.rule.rule_id]:
                judge.load(kept["state"])
        self._matrix.load(state["matrix"])


def _fingerprint(rule: Rule, camera: Camera) -> str:
    """Changes whenever the rule, its zone or its line does."""
    zones = [zone.polygon for zone in camera.zones if zone.zone_id == rule.zone_id]
    lines = [(line.start, line.end) for line in camera.lines if line.line_id == rule.line_id]
    return hashlib.sha256(repr((rule, zones, lines)).encode()).hexdigest()[:16]
