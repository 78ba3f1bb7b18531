"""Fall (experimental): a person's box tips from upright to lying and stays down.

Judged from the shape of the box alone: somebody who lies down to work under a machine looks the
same. No camera has such a rule unless a person switches it on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from vision.contract import Box, Rule
from vision.rules.base import BySubject, Ground, Memories, Scene, Seen, Sighting, of_track
from vision.rules.votes import Limits, Spell, Stand
from vision.seen import Track
from vision.zones import foot

UPRIGHT = 1.3  # height over width, in pixels
LYING = 0.8
TIP_S = 3.0  # from upright to lying; slower is lying down
RISEN_S = 1.0
BLINK_S = 0.6  # one misjudged box between two lying ones


@dataclass(slots=True)
class Posture:
    upright_t: float | None = None
    fell: bool = False
    lying: Spell = field(default_factory=Spell)

    def step(self, t: float, shape: float, limits: Limits) -> Stand:
        """``shape`` is the box's height over its width, in pixels."""
        if shape >= UPRIGHT:
            self.upright_t = t
        down = shape <= LYING
        if down and self.lying.since is None:
            self.fell = self.upright_t is not None and t - self.upright_t <= TIP_S
        between = not down and shape < UPRIGHT
        # Neither lying nor upright: no evidence for either.
        return self.lying.step(t, None if between else down and self.fell, limits)

    def dump(self) -> dict[str, Any]:
        return {"upright_t": self.upright_t, "fell": self.fell, "lying": self.lying.dump()}

    def load(self, state: dict[str, Any]) -> None:
        self.upright_t, self.fell = state["upright_t"], state["fell"]
        self.lying.load(state["lying"])


class FallJudge(BySubject):
    def __init__(self, rule: Rule, ground: Ground) -> None:
        self.rule, self._ground = rule, ground
        self._limits = Limits(rule.dwell_s, BLINK_S, RISEN_S, ground.gap_s)
        self._subjects: Memories[Posture] = Memories(Posture, ground.gap_s)

    def step(self, scene: Scene) -> Iterable[Sighting]:
        for person in scene.persons:
            if not self._applies(person):
                continue
            posture = self._subjects.of(person.subject, scene.t)
            before = posture.lying.since
            stand = posture.step(scene.t, _shape(person.box, scene.aspect), self._limits)
            lying = posture.lying
            if lying.since is None and before is None:
                continue
            shows = lying.true_t == scene.t and lying.since is not None
            seen = Seen(person.score, person.box, "lying" if shows else "risen", shows)
            onset = scene.t if lying.since is None else lying.since
            ended = lying.true_t if stand is Stand.CLEAR else None
            yield of_track(self.rule, person, scene.t, seen, stand=stand, onset=onset, ended=ended)
        self._subjects.prune(scene.t)

    def _applies(self, person: Track) -> bool:
        x1, y1, x2, y2 = person.box
        is_large = max(x2 - x1, y2 - y1) >= self.rule.min_height
        is_sure = person.score >= self.rule.min_score
        return is_large and is_sure and self._ground.holds(self.rule.zone_id, foot(person.box))


def _shape(box: Box, aspect: float) -> float:
    x1, y1, x2, y2 = box
    return (y2 - y1) / max(1e-6, (x2 - x1) * aspect)
