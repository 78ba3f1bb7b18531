"""One camera's judgement: detections of a frame in, episode changes out. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

from vision.contract import Camera
from vision.episodes import Change, Episode, EpisodeBook
from vision.rules import RuleEngine, WearState, gap_for
from vision.seen import FIRE, PERSON, SMOKE, Detection, FrameInfo
from vision.tracking import Tracker

STEP_BACK_S = 5.0
FIRE_HIGH_SCORE = 0.3  # fire and smoke score lower than people; the rule's votes decide


class CameraPipeline:
    """Trackers, rules and episodes of one camera; holds no pixels."""

    def __init__(self, camera: Camera, new_id: Callable[[], str] | None = None) -> None:
        self.camera = camera
        self.book = EpisodeBook(new_id or new_event_id, linger_s=gap_for(camera.analysed_fps))
        self._begin()

    def _begin(self) -> None:
        gap_s = gap_for(self.camera.analysed_fps)
        self._trackers = (
            Tracker(PERSON, lost_s=gap_s),
            Tracker(FIRE, lost_s=gap_s, high_score=FIRE_HIGH_SCORE),
            Tracker(SMOKE, lost_s=gap_s, high_score=FIRE_HIGH_SCORE),
        )
        self._rules = RuleEngine(self.camera)
        self._t = float("-inf")

    @property
    def wear(self) -> list[WearState]:
        """What the last frame said about each person's equipment."""
        return self._rules.wear

    def restore(self, episodes: Sequence[Episode], now: float) -> None:
        self.book.restore(episodes, now)

    def step(self, frame: FrameInfo, detections: Sequence[Detection]) -> list[Change]:
        """Judge one frame.

        A frame slightly out of order is ignored. After a clock that stepped back, what is
        open is closed and all begins anew: waiting for the old time would be blindness.
        """
        ended: list[Change] = []
        if frame.t < self._t - STEP_BACK_S:
            ended = self.book.close_all()
            self._begin()
        if frame.t <= self._t:
            return []
        self._t = frame.t
        tracks = [t for tracker in self._trackers for t in tracker.update(frame.t, detections)]
        sightings = self._rules.step(frame, tracks, detections)
        return ended + self.book.step(frame, sightings, detections)


def new_event_id() -> str:
    return f"ev-{uuid.uuid4().hex}"
