"""The rules run over a recorded clip: the debug tool, and the test harness of the rules.

Looking at a clip (the model, once for each frame) and judging it (the rules) are two steps, so
that several sets of rules judge the same detections.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import av

from vision.contract import Camera, Phase, RuleKind, SpecialDay, StreamFault, ViewState
from vision.detectors import Detector, to_detections
from vision.episodes import Episode
from vision.gate import SIZE
from vision.letterbox import blank, fill
from vision.pipeline import CameraPipeline
from vision.planes import Plane, thumbnail
from vision.ppe import Wear
from vision.rules import WearState
from vision.seen import Detection, FrameInfo
from vision.streams import StreamError, classify, explain
from vision.timing import Beat
from vision.view import Seen, Watcher

Size = tuple[int, int]


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


@dataclass(frozen=True, slots=True)
class Looked:
    """One sampled frame as the rules need it. ``luma``: its brightness, for the view's watcher."""

    frame: FrameInfo
    detections: Sequence[Detection]
    luma: Plane | None = None


def replay(path: Path, camera: Camera, detector: Detector, *, size: Size | None = None) -> Replayed:
    """Judge the clip at ``path``; raises :class:`StreamError` where it cannot be read."""
    if size is not None:
        camera = replace(camera, input_size=size)
    counts: Counter[str] = Counter()
    looked = look(path, detector, camera.analysed_fps, lambda _: camera.input_size, counts=counts)
    return replace(judge(looked, camera), corrupt=counts["corrupt"])


def look(
    path: Path,
    detector: Detector,
    fps: float,
    shape_of: Callable[[Size], Size],
    *,
    counts: Counter[str] | None = None,
    with_luma: bool = False,
) -> Iterator[Looked]:
    """What the model sees at about ``fps``, with times in seconds of the clip.

    ``shape_of`` gives the model's input (width, height) for a picture's size. Raises
    :class:`StreamError` where the clip cannot be read.
    """
    for t, frame in sampled_frames(path, fps, Counter() if counts is None else counts):
        found = found_on(frame, detector, shape_of((frame.width, frame.height)))
        luma = thumbnail(frame, SIZE) if with_luma else None
        yield Looked(FrameInfo(t, frame.width, frame.height), found, luma)


def found_on(frame: av.VideoFrame, detector: Detector, shape: Size) -> list[Detection]:
    """What the model sees on one frame with an input of ``shape`` (width, height)."""
    image = blank(shape)
    box = fill(frame, shape, image)
    return to_detections(detector.detect([image])[0], detector.classes, box)


def judge(looked: Iterable[Looked], camera: Camera, days: Sequence[SpecialDay] = ()) -> Replayed:
    """The camera's rules over what was seen; schedules go by the frames' own times."""
    numbers = itertools.count(1)
    pipeline = CameraPipeline(camera, lambda: str(next(numbers)), days=days)
    closed: list[Episode] = []
    tracks: dict[str, TrackStates] = {}
    analysed = 0
    for one in looked:
        changes = pipeline.step(one.frame, one.detections)
        closed += [c.episode for c in changes if c.phase is Phase.CLOSE]
        for state in pipeline.wear:
            t = one.frame.t
            track = tracks.setdefault(state.subject, TrackStates(state.subject, t, t))
            track.add(state)
        analysed += 1
    closed += [change.episode for change in pipeline.book.close_all()]
    return Replayed(closed, list(tracks.values()), analysed, 0)


def watched(looked: Sequence[Looked], camera: Camera, reference: Path | None) -> list[Looked]:
    """``looked`` with what the view's watcher says of each frame.

    ``reference`` is the learnt view; it is read and left as it is. Where the clip does not fit
    it (the camera looks elsewhere by now, or what is hidden has changed), the clip stands alone.
    """
    found = _watch(looked, camera, reference)
    if reference is not None and any(seen.view is not ViewState.OK for seen in found):
        found = _watch(looked, camera, None)
    return [
        replace(one, frame=replace(one.frame, view=seen.view, changed=seen.changed))
        for one, seen in zip(looked, found, strict=True)
    ]


def _watch(looked: Sequence[Looked], camera: Camera, reference: Path | None) -> list[Seen]:
    valid_from = camera.view_from.timestamp() if camera.view_from else None
    # Never closed: what it learns from this clip must not be kept.
    watcher = Watcher([zone.polygon for zone in camera.zones], reference, valid_from)
    return [
        Seen(ViewState.OK) if one.luma is None else watcher.look(one.luma, one.frame.t)
        for one in looked
    ]


def sampled_frames(
    path: Path, fps: float, counts: Counter[str]
) -> Iterator[tuple[float, av.VideoFrame]]:
    """Frames of a clip at about ``fps``, with their time; corrupt ones are counted, not shown."""
    beat = Beat(fps)
    for t, frame in all_frames(path, counts):
        if beat.is_due(t):
            yield t, frame


def all_frames(path: Path, counts: Counter[str]) -> Iterator[tuple[float, av.VideoFrame]]:
    """Every frame of a clip or picture with its time; raises :class:`StreamError`."""
    with open_clip(path) as container:
        try:
            for frame in container.decode(video=0):
                if frame.is_corrupt:
                    counts["corrupt"] += 1
                elif frame.time is not None:
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
