"""The rules run over a recorded clip: the debug tool, and the test harness of the rules."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import av

from vision.contract import Camera, Phase, RuleKind, StreamFault
from vision.detectors import Detector, to_detections
from vision.episodes import Episode
from vision.letterbox import blank, fill
from vision.pipeline import CameraPipeline
from vision.ppe import Wear
from vision.rules import WearState
from vision.seen import FrameInfo
from vision.streams import StreamError, classify, explain
from vision.timing import Beat


@dataclass(slots=True)
class TrackStates:
    """What was said about one person over a whole clip."""

    subject: str
    start: float
    end: float
    frames: dict[RuleKind, Counter[Wear]] = field(default_factory=dict)
    voted: dict[RuleKind, list[Wear]] = field(default_factory=dict)

    def add(self, state: WearState) -> None:
        self.end = state.t
        self.frames.setdefault(state.item, Counter())[state.frame.wear] += 1
        voted = self.voted.setdefault(state.item, [])
        if not voted or voted[-1] is not state.voted:
            voted.append(state.voted)


@dataclass(frozen=True, slots=True)
class Replayed:
    """All that a clip raised, in order of closing, with times in seconds of the clip."""

    episodes: list[Episode]
    tracks: list[TrackStates]
    analysed: int
    corrupt: int


def replay(
    path: Path, camera: Camera, detector: Detector, *, size: tuple[int, int] | None = None
) -> Replayed:
    """Judge the clip at ``path``; raises :class:`StreamError` where it cannot be read."""
    if size is not None:
        camera = replace(camera, input_size=size)
    numbers = itertools.count(1)
    pipeline = CameraPipeline(camera, lambda: str(next(numbers)))
    closed: list[Episode] = []
    tracks: dict[str, TrackStates] = {}
    analysed = 0
    counts: Counter[str] = Counter()
    image = blank(camera.input_size)
    for t, frame in sampled_frames(path, camera.analysed_fps, counts):
        box = fill(frame, camera.input_size, image)
        raw = detector.detect([image])[0]
        detections = to_detections(raw, detector.classes, box)
        changes = pipeline.step(FrameInfo(t, frame.width, frame.height), detections)
        closed += [c.episode for c in changes if c.phase is Phase.CLOSE]
        for state in pipeline.wear:
            track = tracks.setdefault(state.subject, TrackStates(state.subject, t, t))
            track.add(state)
        analysed += 1
    closed += [change.episode for change in pipeline.book.close_all()]
    return Replayed(closed, list(tracks.values()), analysed, counts["corrupt"])


def sampled_frames(
    path: Path, fps: float, counts: Counter[str]
) -> Iterator[tuple[float, av.VideoFrame]]:
    """Frames of a clip at about ``fps``, with their time; corrupt ones are counted, not shown."""
    beat = Beat(fps)
    with open_clip(path) as container:
        try:
            for frame in container.decode(video=0):
                if frame.is_corrupt:
                    counts["corrupt"] += 1
                elif frame.time is not None and beat.is_due(frame.time):
                    yield frame.time, frame
        except av.FFmpegError as error:
            raise StreamError(classify(error), f"{path}: {explain(error)}") from error


@contextmanager
def open_clip(path: Path) -> Iterator[av.container.InputContainer]:
    """A clip with at least one video stream."""
    if not path.is_file():
        raise StreamError(StreamFault.NOT_FOUND, f"no such file: {path}")
    try:
        container = av.open(str(path))
    except av.FFmpegError as error:
        raise StreamError(classify(error), f"{path}: {explain(error)}") from error
    with container:
        if not container.streams.video:
            raise StreamError(StreamFault.NO_VIDEO, f"{path}: the clip has no video")
        yield container
