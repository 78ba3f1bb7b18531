"""One camera's judgement: detections of a frame in, episode changes out. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from vision.contract import Camera, SpecialDay, ViewState
from vision.episodes import STALE_S, Change, Episode, EpisodeBook, from_values, to_values
from vision.rules import Calendar, RuleEngine, ViewWatch, WearState, gap_for
from vision.rules.base import Ground
from vision.seen import FIRE, PERSON, SMOKE, Detection, FrameInfo
from vision.subjects import RESTART_GRACE_S, Subjects
from vision.tracking import Tracker
from vision.zones import share_in_any

STEP_BACK_S = 5.0
FIRE_HIGH_SCORE = 0.3  # fire and smoke score lower than people; the rule's votes decide
KEEP_STATE_S = 60.0  # an older state tells nothing of what the camera sees now
STATE_VERSION = 1
HIDDEN_SHARE = 0.5  # of a box behind privacy masks, from which no evidence could show it


class CameraPipeline:
    """Trackers, rules and episodes of one camera; holds no pixels.

    ``days`` are the exceptions of the official calendar, for schedules.
    """

    def __init__(
        self,
        camera: Camera,
        new_id: Callable[[], str] | None = None,
        *,
        days: Sequence[SpecialDay] = (),
    ) -> None:
        self.camera = camera
        self.days = tuple(days)
        self._hidden = tuple(mask.polygon for mask in camera.masks)
        self._patience_s = Ground(camera).patience_s
        self.book = EpisodeBook(
            new_id or new_event_id,
            linger_s=gap_for(camera.analysed_fps),
            stale_s=max(STALE_S, 2 * self._patience_s),
            heeds_view=camera.view_check,
        )
        self._begin()

    def _begin(self) -> None:
        gap_s = gap_for(self.camera.analysed_fps)
        self._trackers = (
            Tracker(PERSON, lost_s=gap_s),
            Tracker(FIRE, lost_s=gap_s, high_score=FIRE_HIGH_SCORE),
            Tracker(SMOKE, lost_s=gap_s, high_score=FIRE_HIGH_SCORE),
        )
        self._subjects = Subjects(gap_s)
        self._rules = RuleEngine(self.camera, Calendar.of(self.days))
        self._view = ViewWatch(self._patience_s)
        self._t = float("-inf")

    @property
    def wear(self) -> list[WearState]:
        """What the last frame said about each person's equipment."""
        return self._rules.wear

    @property
    def is_live(self) -> bool:
        """Whether an episode is open for which every frame counts."""
        return self.book.is_live

    def restore(
        self, episodes: Sequence[Episode], now: float, grace_s: float = RESTART_GRACE_S
    ) -> None:
        """Take up live episodes; after :meth:`load`, where there is a state."""
        self.book.restore(episodes, now, self._subjects, grace_s)

    def heeds(self, detection: Detection) -> bool:
        """Whether it is judged: not what lies mostly behind privacy masks."""
        return not self._hidden or share_in_any(detection.box, self._hidden) <= HIDDEN_SHARE

    def step(self, frame: FrameInfo, detections: Sequence[Detection]) -> list[Change]:
        """Judge one frame.

        A frame slightly out of order is ignored. After a clock that stepped back, what is
        open is closed and all begins anew: waiting for the old time would be blindness.
        While the view is not OK no rule judges anything but the view itself.
        """
        ended: list[Change] = []
        if frame.t < self._t - STEP_BACK_S:
            ended = self.book.close_all()
            self._begin()
        if frame.t <= self._t:
            return []
        self._t = frame.t
        detections = [one for one in detections if self.heeds(one)]
        sightings = [self._view.step(frame)] if self.camera.view_check else []
        if frame.view is ViewState.OK or not self.camera.view_check:
            tracks = [t for tracker in self._trackers for t in tracker.update(frame.t, detections)]
            tracks = self._subjects.name(frame.t, tracks)
            sightings += self._rules.step(frame, tracks, detections)
        return ended + self.book.step(frame, sightings, detections)

    def dump(self) -> dict[str, Any]:
        """All that is known but the live episodes, as JSON values; empty before the first frame."""
        if self._t == float("-inf"):
            return {}
        return {
            "version": STATE_VERSION,
            "t": self._t,
            "trackers": [tracker.dump() for tracker in self._trackers],
            "subjects": self._subjects.dump(),
            "rules": self._rules.dump(),
            "view": self._view.dump(),
            "recent": [to_values(episode) for episode in self.book.recent_episodes],
        }

    def load(self, state: dict[str, Any], now: float) -> bool:
        """Take up a :meth:`dump`, before :meth:`restore`; False where it is too old to be used."""
        if state.get("version") != STATE_VERSION:
            return False
        oldest_s = max(KEEP_STATE_S, 1.5 * self._patience_s)
        if not -STEP_BACK_S <= now - state["t"] <= oldest_s:
            return False
        self._t = state["t"]
        for tracker, known in zip(self._trackers, state["trackers"], strict=True):
            tracker.load(known)
        self._subjects.load(state["subjects"], now)
        self._rules.load(state["rules"])
        self._view.load(state["view"])
        self.book.remember([from_values(values) for values in state["recent"]])
        return True


def new_event_id() -> str:
    return f"ev-{uuid.uuid4().hex}"
