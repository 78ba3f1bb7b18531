"""What the worker judges with: one pipeline for each camera, and what becomes of its changes."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from vision.contract import Camera, ModelRef, NodeConfig, OpenEpisode
from vision.detectors import to_detections
from vision.episodes import Change
from vision.inference.messages import Judged, unpack
from vision.keeper import Keeper, with_version
from vision.letterbox import Letterbox
from vision.merge import Merger
from vision.outbox import Outbox, State
from vision.pipeline import CameraPipeline
from vision.rules import VIEW_RULE, gap_for
from vision.seen import FIRE, PERSON, SMOKE, Detection, FrameInfo
from vision.taking_over import GRACE_S, TakingOver

log = logging.getLogger(__name__)
WANT_SCORE = 0.3
LIVE_S = 1.0  # after an episode whose subject is out of sight was last open
CREEP_S = 0.01  # by which instants may be moved that a stream says are one after the other
MERGER = "*"  # among the states of cameras, whose ids are never spelt so


class Pipelines:
    """Used by the worker's main thread only. ``tell`` hears of each change that was stored.

    ``epoch_of`` says under which term a camera is ours at this moment; while it says None nothing
    is decided of that camera, whatever frames there are.
    """

    def __init__(
        self,
        keeper: Keeper,
        outbox: Outbox,
        tell: Callable[[Change], None] = lambda _: None,
        epoch_of: Callable[[str], int | None] = lambda _: 0,
    ) -> None:
        self._keeper, self._outbox, self._tell = keeper, outbox, tell
        self._epoch_of, self._taking_over = epoch_of, TakingOver(outbox)
        self._pipelines: dict[str, CameraPipeline] = {}
        self._merger = Merger()
        self._stepped: set[str] = set()
        self._last_t: dict[str, float] = {}
        self._seen_t: dict[str, float] = {}
        self._judged_at: dict[str, float] = {}

    def recover(self, now: float) -> None:
        """Take up what a previous run knew, and the episodes that it left open."""
        states, stored = self._outbox.states(), self._outbox.live_episodes(now)
        for camera_id, pipeline in self._pipelines.items():
            pipeline.load(states.get(camera_id, {}), now)
        self._merger.load(states.get(MERGER, {}), [one.episode.event_id for one in stored])
        for one in stored:
            known = self._pipelines.get(one.camera_id)
            if known is None:
                # Its camera is not ours any more: a pipeline without rules closes it.
                lone = CameraPipeline(Camera(one.camera_id, "", ""))
                lone.restore([one.episode], now)
                self._record(lone, lone.book.close_all())
                continue
            known.restore([one.episode], now)
            log.info(
                "episode %s taken up after a restart",
                one.episode.event_id,
                extra={"camera_id": one.camera_id, "event_id": one.episode.event_id},
            )
        self._outbox.forget_states({*self._pipelines, MERGER})

    def recover_shared(self, now: float, cameras: Sequence[Camera]) -> None:
        """As :meth:`recover`, where cameras need leases: which are ours is not known yet."""
        states, stored = self._outbox.states(), self._outbox.live_episodes(now)
        self._merger.load(states.get(MERGER, {}), [one.episode.event_id for one in stored])
        self._taking_over.leave(sorted({one.camera_id for one in stored}))
        self._outbox.forget_states({MERGER, *(camera.camera_id for camera in cameras)})

    def leave(self, camera_ids: Sequence[str]) -> None:
        """These cameras are ours no more; what is open of them goes on elsewhere."""
        gone = [p for c in camera_ids if (p := self._pop(c)) is not None]
        self._keeper.save(
            [e for p in gone for e in p.book.live_episodes],
            {p.camera.camera_id: p.dump() for p in gone},
        )
        # A full disk: at the next start they count as left all the same.
        with suppress(sqlite3.OperationalError):
            self._taking_over.leave(camera_ids)

    def take_up(
        self, node: str, begun: Mapping[str, int], handed: Sequence[OpenEpisode], now: float
    ) -> None:
        """Go on with what is open of cameras that became ours; ``begun``: the epoch of each."""
        if not begun and not handed:
            return
        states = self._outbox.states() if begun else {}
        for camera_id, pipeline in self._pipelines.items():
            mine = [one for one in handed if one.camera_id == camera_id]
            epoch = self._epoch_of(camera_id)
            if epoch is None or not (mine or camera_id in begun):
                continue
            if camera_id in begun:
                pipeline.load(states.get(camera_id, {}), now)
            live = {episode.event_id for episode in pipeline.book.live_episodes}
            self._taking_over.take_up(camera_id, epoch, node=node, handed=mine, live=live, now=now)

    def _pop(self, camera_id: str) -> CameraPipeline | None:
        for known in (self._last_t, self._seen_t, self._judged_at):
            known.pop(camera_id, None)
        self._stepped.discard(camera_id)
        return self._pipelines.pop(camera_id, None)

    def apply(self, config: NodeConfig, now: float) -> None:
        """Follow a new configuration; what did not change is not disturbed."""
        self._keeper.hide(config.cameras)
        self._keeper.identity = with_version(
            replace(self._keeper.identity, node=config.node), config.config_version
        )
        wanted = {camera.camera_id: camera for camera in config.cameras}
        for camera_id in self._pipelines.keys() - wanted.keys():
            gone = self._pipelines[camera_id]
            self._pop(camera_id)
            self._record(gone, gone.book.close_all())
            # A full disk keeps it; the next start forgets it as well.
            with suppress(sqlite3.OperationalError):
                self._outbox.forget_state(camera_id)
        for camera_id, camera in wanted.items():
            before = self._pipelines.get(camera_id)
            if before is not None and before.days == config.days and _alike(before.camera, camera):
                before.camera = camera
                continue
            after = CameraPipeline(camera, days=config.days)
            self._pipelines[camera_id] = after
            if before is not None:
                self._hand_over(before, after, now)

    def judge(self, judged: Judged, classes: Sequence[str], model: ModelRef | None = None) -> float:
        """For how many seconds the camera's next frames are all of interest; 0 for not at all.

        ``classes`` and ``model`` are those of the weights that judged; None for the worker's own.
        """
        pipeline = self._pipelines.get(judged.camera_id)
        if pipeline is None or self._epoch_of(judged.camera_id) is None:
            return 0.0
        if taken_over := self._taking_over.at_first_frame(judged.camera_id, judged.t):
            pipeline.restore(taken_over, judged.t, GRACE_S)
        box = Letterbox(judged.source, judged.shape)
        detections = to_detections(unpack(judged.boxes), classes, box)
        frame = FrameInfo(judged.t, *judged.source, view=judged.view, changed=judged.changed)
        pipeline = self._over_hole(pipeline, judged.t)
        self._record(pipeline, pipeline.step(frame, detections), model)
        self._stepped.add(judged.camera_id)
        self._judged_at[judged.camera_id] = time.monotonic()
        if any(is_of_interest(one) and pipeline.heeds(one) for one in detections):
            self._seen_t[judged.camera_id] = judged.t
        return max(self._missed_s(pipeline, judged.t), LIVE_S if pipeline.is_live else 0.0)

    def _missed_s(self, pipeline: CameraPipeline, t: float) -> float:
        """For how long somebody who comes into sight again would be whoever was seen last."""
        camera = pipeline.camera
        seen_t, gap_s = self._seen_t.get(camera.camera_id), gap_for(camera.analysed_fps)
        left_s = 0.0 if seen_t is None else seen_t + gap_s - t
        # A clock that was set back leaves sights of the future behind.
        return left_s if CREEP_S < left_s < 2 * gap_s else 0.0

    @property
    def is_live(self) -> bool:
        """Whether any camera has an episode that goes on."""
        return any(pipeline.is_live for pipeline in self._pipelines.values())

    def save(self, now: float) -> None:
        """Once a second: end what nobody sees any more, keep what the rest knows."""
        for camera_id, episodes in self._taking_over.overdue().items():
            if camera_id in self._pipelines:
                self._pipelines[camera_id].restore(episodes, now, GRACE_S)
        for camera_id, pipeline in self._pipelines.items():
            if self._epoch_of(camera_id) is not None:
                self._record(pipeline, pipeline.book.expire(self._now_at(camera_id, now)))
        stepped = [p for c, p in self._pipelines.items() if c in self._stepped]
        states = {pipeline.camera.camera_id: pipeline.dump() for pipeline in stepped}
        self._keeper.save([e for p in stepped for e in p.book.live_episodes], states)
        self._stepped.clear()

    def _record(
        self, pipeline: CameraPipeline, changes: Sequence[Change], model: ModelRef | None = None
    ) -> None:
        camera = pipeline.camera
        epoch = self._epoch_of(camera.camera_id) if changes else None
        if epoch is None:
            return  # the camera is another's: whoever has it decides
        changes = self._merger.apply(camera, changes)
        states: dict[str, State] = {MERGER: self._merger.dump()}
        if camera.camera_id in self._pipelines:
            states[camera.camera_id] = pipeline.dump()
        self._keeper.record(camera.camera_id, changes, states, model, epoch)
        for change in changes:
            self._tell(change)

    def _now_at(self, camera_id: str, now: float) -> float:
        """The present by the camera's own count, which a clock that is set reaches later or sooner."""
        last_t, judged_at = self._last_t.get(camera_id), self._judged_at.get(camera_id)
        if last_t is None or judged_at is None:
            return now
        return last_t + time.monotonic() - judged_at

    def _over_hole(self, before: CameraPipeline, t: float) -> CameraPipeline:
        """The pipeline to go on with at ``t``: after a hole, one that looks for its subjects.

        While an episode is open all frames are judged; a hole then means that a stream was cut or
        that capture or detector was down. That is a restart as far as the rules can see, and is
        bridged the same way: else whoever stands there still would be a second violation.
        """
        camera_id, last_t = before.camera.camera_id, self._last_t.get(before.camera.camera_id, t)
        self._last_t[camera_id] = t
        if t - last_t <= gap_for(before.camera.analysed_fps) or not before.book.live_episodes:
            return before
        after = CameraPipeline(before.camera, days=before.days)
        after.load(before.dump(), t)
        after.restore(before.book.live_episodes, t)
        self._pipelines[camera_id] = after
        return after

    def _hand_over(self, before: CameraPipeline, after: CameraPipeline, now: float) -> None:
        """Open episodes go on under the new rules, or end where their rule is gone."""
        after.load(before.dump(), now)
        known = {rule.rule_id for rule in after.camera.rules}
        if after.camera.view_check:
            known.add(VIEW_RULE)
        after.restore([e for e in before.book.live_episodes if e.rule_id in known], now)
        self._record(before, [c for c in before.book.close_all() if c.episode.rule_id not in known])


def _alike(one: Camera, other: Camera) -> bool:
    """Whether the rules see no difference; who looks is not theirs to know."""
    return replace(one, model="") == replace(other, model="")


def is_of_interest(detection: Detection) -> bool:
    """Whether every frame should be seen while something like this is in view."""
    if detection.label == PERSON:
        return detection.score >= WANT_SCORE
    return detection.label in (FIRE, SMOKE)
