"""What an hour of footage raises, against what a person saw in it.

    python -m bench.vision_events [--data ../shared/data]

The three clips of people one after another, over and over, until an hour is full; each clip is a
camera of its own at ``vision/rulesets/default.json``. An episode is right where it overlaps a noted
event of its kind by a temporal IoU of 0.3; a second one for the same event is a duplicate; any
other is a false alarm. Pedestrians too far to be judged (no noted helmet or vest) count neither
way. The known miss of our model (an orange vest called none, events.tsv) counts as a false alarm and
is printed apart. The clips are not part of the project.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import statistics
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.replay_events import DATA, ONE_BY_ONE, PEDESTRIANS, WORKER_ZONE
from vision.contract import Camera, Phase, RuleKind
from vision.detectors import Detector, open_detector, to_detections
from vision.episodes import Episode
from vision.letterbox import blank, fill
from vision.models import DEFAULT_MODEL
from vision.pipeline import CameraPipeline
from vision.replay import sampled_frames
from vision.rulesets import DEFAULT_RULES, load_rules, with_zone
from vision.seen import Detection, FrameInfo

HOUR_S = 3600.0
PAUSE_S = 40.0  # between two showings, so that nobody is taken for the one before
IOU = 0.3
CLIPS = (ONE_BY_ONE, WORKER_ZONE, PEDESTRIANS)
# Which words of events.tsv's truth stand for an event of which kind.
NOTED = {
    "helmet missing": RuleKind.HELMET_MISSING,
    "vest missing": RuleKind.VEST_MISSING,
    "intrusion": RuleKind.INTRUSION,
}


@dataclass(frozen=True, slots=True)
class Truth:
    """One noted event, in seconds of the hour."""

    clip: str
    kind: RuleKind
    start: float
    end: float


@dataclass(slots=True)
class Footage:
    """One clip as the detector saw it; it sees the same at every showing."""

    camera: Camera
    seconds: float = 0.0
    frames: list[tuple[FrameInfo, list[Detection]]] = field(default_factory=list)


@dataclass(slots=True)
class Score:
    truths: list[Truth]
    found: dict[Truth, list[Episode]] = field(default_factory=dict)
    false: list[tuple[str, Episode]] = field(default_factory=list)
    neutral: int = 0

    def add(self, clip: str, episode: Episode) -> None:
        fits = [(overlap(truth, episode), truth) for truth in self.truths if truth.clip == clip]
        mine = [pair for pair in fits if pair[1].kind is episode.rule_kind and pair[0] >= IOU]
        if mine:
            self.found.setdefault(max(mine, key=lambda pair: pair[0])[1], []).append(episode)
        elif clip == PEDESTRIANS:
            self.neutral += 1
        else:
            self.false.append((clip, episode))


def overlap(truth: Truth, episode: Episode) -> float:
    """Temporal intersection over union."""
    end = episode.ended_t if episode.ended_t is not None else episode.seen_t
    shared = min(truth.end, end) - max(truth.start, episode.started_t)
    return max(0.0, shared) / (max(truth.end, end) - min(truth.start, episode.started_t))


def noted(data: Path) -> dict[str, list[Truth]]:
    """The events of each clip, in its own seconds."""
    found: dict[str, list[Truth]] = {clip: [] for clip in CLIPS}
    with (data / "clips" / "events.tsv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            for words, kind in NOTED.items():
                if words in row["truth"] and row["clip"] in found:
                    span = float(row["start_s"]), float(row["end_s"])
                    found[row["clip"]].append(Truth(row["clip"], kind, *span))
    return found


def seen(path: Path, camera: Camera, detector: Detector) -> Footage:
    """Every analysed frame of a clip with its detections."""
    footage = Footage(camera)
    image = blank(camera.input_size)
    counts: Counter[str] = Counter()
    for t, frame in sampled_frames(path, camera.analysed_fps, counts):
        box = fill(frame, camera.input_size, image)
        shown = detector.detect([image])[0]
        info = FrameInfo(t, frame.width, frame.height)
        footage.frames.append((info, to_detections(shown, detector.classes, box)))
        footage.seconds = t
    return footage


def showings(footages: dict[str, Footage]) -> Iterator[tuple[str, float]]:
    """Which clip begins at which second, until the hour is full."""
    t = 0.0
    for clip in itertools.cycle(footages):
        if t + footages[clip].seconds > HOUR_S:
            return
        yield clip, t
        t += footages[clip].seconds + PAUSE_S


def play(footages: dict[str, Footage], truths: dict[str, list[Truth]]) -> tuple[Score, float]:
    """The hour through one pipeline a camera; the score and the seconds of footage in it."""
    numbers = itertools.count(1)
    pipelines = {
        clip: CameraPipeline(f.camera, lambda: str(next(numbers))) for clip, f in footages.items()
    }
    raised: list[tuple[str, Episode]] = []
    score, seconds = Score([]), 0.0
    for clip, start in showings(footages):
        moved = [replace(x, start=x.start + start, end=x.end + start) for x in truths[clip]]
        score.truths += moved
        seconds += footages[clip].seconds
        for info, detections in footages[clip].frames:
            changes = pipelines[clip].step(replace(info, t=info.t + start), detections)
            raised += [(clip, c.episode) for c in changes if c.phase is Phase.CLOSE]
        # As the worker does while a camera sends nothing.
        book = pipelines[clip].book
        silent = book.expire(start + footages[clip].seconds + book.stale_s + 1.0)
        raised += [(clip, change.episode) for change in silent]
    for clip, pipeline in pipelines.items():
        raised += [(clip, change.episode) for change in pipeline.book.close_all()]
    for clip, episode in raised:
        score.add(clip, episode)
    return score, seconds


def figures(score: Score, seconds: float) -> dict[str, float]:
    """Shares 0..1, seconds, and false alarms an hour of footage."""
    hits = sum(bool(score.found.get(truth)) for truth in score.truths)
    doubled = sum(len(episodes) - 1 for episodes in score.found.values())
    right = hits + doubled
    delays = [e[0].opened_t - truth.start for truth, e in score.found.items()]
    vests = sum(1 for clip, e in score.false if clip == WORKER_ZONE)
    return {
        "precision": right / max(1, right + len(score.false)),
        "recall": hits / max(1, len(score.truths)),
        "duplicates": doubled,
        "delay_s": statistics.median(delays) if delays else -1.0,
        "false_per_hour": len(score.false) * 3600 / seconds,
        "known_miss_per_hour": vests * 3600 / seconds,
        "events": len(score.truths),
        "neutral": score.neutral,
    }


def show(score: Score) -> None:
    kinds: Sequence[RuleKind] = list(dict.fromkeys(truth.kind for truth in score.truths))
    print(f"{'kind':20}{'noted':>7}{'found':>7}{'twice':>7}{'false':>7}")
    for kind in kinds:
        mine = [truth for truth in score.truths if truth.kind is kind]
        hits = [score.found.get(truth, []) for truth in mine]
        false = sum(e.rule_kind is kind for _clip, e in score.false)
        twice = sum(max(0, len(h) - 1) for h in hits)
        print(f"{kind:20}{len(mine):7}{sum(map(bool, hits)):7}{twice:7}{false:7}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    options = parser.parse_args()
    clips = options.data / "clips"
    if not clips.is_dir():
        print(f"the clips are not at hand: {options.data}", file=sys.stderr)
        return 77
    detector = open_detector("onnx", DEFAULT_MODEL)
    plain = load_rules(DEFAULT_RULES)
    cameras = dict.fromkeys(CLIPS, plain)
    cameras[WORKER_ZONE] = with_zone(plain, clips / "worker-zone.json")
    footages = {clip: seen(clips / clip, camera, detector) for clip, camera in cameras.items()}
    score, seconds = play(footages, noted(options.data))
    show(score)
    for clip, episode in score.false[:20]:
        print(f"false: {clip} {episode.rule_kind} {episode.started_t:.1f}-{episode.ended_t:.1f}")
    print(json.dumps({name: round(value, 3) for name, value in figures(score, seconds).items()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
