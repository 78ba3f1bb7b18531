"""A camera whose picture shows nothing that could be judged: an episode without a rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from vision.contract import RuleKind, ViewState
from vision.rules.base import WHOLE, Sighting
from vision.rules.votes import Limits, Spell, Stand
from vision.seen import FrameInfo

VIEW_RULE = "view_fault"
FAULT_S = 10.0
FROZEN_S = 30.0  # a still life may last; an encoder that hangs does not come back
WELL_S = 5.0
FLICKER_S = 2.0


@dataclass(slots=True)
class ViewWatch:
    """Opens after ten seconds of a bad view (frozen: thirty), closes after five of a good one."""

    patience_s: float
    _bad: Spell = field(default_factory=Spell)
    _fault: ViewState = ViewState.OK

    def step(self, frame: FrameInfo) -> Sighting:
        """On every frame: a fault that was open before a restart waits for its end as well."""
        is_bad = frame.view is not ViewState.OK
        if is_bad and not self._bad.is_open:
            self._fault = frame.view
        dwell_s = FROZEN_S if self._fault is ViewState.FROZEN else FAULT_S
        # An open fault stays open until frames say otherwise, however long there are none.
        gap_s = float("inf") if self._bad.is_open else self.patience_s
        stand = self._bad.step(frame.t, is_bad, Limits(dwell_s, FLICKER_S, WELL_S, gap_s))
        return self._sighting(frame, stand, is_bad)

    def _sighting(self, frame: FrameInfo, stand: Stand, is_bad: bool) -> Sighting:
        return Sighting(
            rule_id=VIEW_RULE,
            kind=RuleKind.VIEW_FAULT,
            zone_id=None,
            subject="view",
            t=frame.t,
            stand=stand,
            onset=frame.t if self._bad.since is None else self._bad.since,
            score=1.0,
            box=WHOLE,
            why=str(self._fault),
            shows=is_bad,
            body=WHOLE,
            since=0.0,
            detail=str(self._fault),
            ended=self._bad.true_t if stand is Stand.CLEAR and self._bad.true_t else None,
        )

    def dump(self) -> dict[str, Any]:
        return {"bad": self._bad.dump(), "fault": self._fault}

    def load(self, state: dict[str, Any]) -> None:
        self._bad.load(state["bad"])
        self._fault = ViewState(state["fault"])
