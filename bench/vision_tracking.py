"""Our tracker by TrackEval's measures, on invented people whose true paths are known.

    python -m bench.vision_tracking [--worlds 12] [--seconds 60]

Each world holds people who enter and leave at the edges, cross each other's way, stop, turn, and
vanish behind a pillar or a nearer person. A detector is imitated over them: it trembles, misses
boxes, scores the half hidden low, and sees some that are not there. The worlds are the same at
every rate; only those boxes that can be seen count as truth, so a person who comes out from
behind the pillar under a new name costs an identity switch. Prints a row for each rate, then the
figures as a JSON line: HOTA, DetA, AssA, IDF1 in per cent, identity switches per person. The
detector misses the half hidden, so no tracker could come near 100.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vision.contract import Box
from vision.rules import gap_for
from vision.seen import PERSON, Detection
from vision.subjects import Subjects
from vision.tracking import Tracker, iou_matrix
from vision.zones import share_inside

RATES = (2.0, 5.0, 10.0)
SKIPPED = 77
PILLAR: Box = (0.47, 0.0, 0.53, 1.0)
ASPECT = 16 / 9
HIDDEN = 0.65  # share of a body that must be covered before the detector sees nothing
HALF = 0.35


@dataclass(frozen=True, slots=True)
class Walker:
    """Somebody's way: from one edge over some points to the other, with a stop."""

    start: float
    points: tuple[tuple[float, float], ...]
    speed: float  # own heights a second
    height: float
    stop_at: float
    stop_s: float

    def box(self, t: float) -> Box | None:
        gone = t - self.start
        if gone < 0:
            return None
        gone -= min(max(0.0, gone - self.stop_at), self.stop_s)
        left = gone * self.speed * self.height
        for (x1, y1), (x2, y2) in zip(self.points, self.points[1:], strict=False):
            length = np.hypot((x2 - x1) * ASPECT, y2 - y1)
            if left <= length:
                share = left / length
                x, y = x1 + share * (x2 - x1), y1 + share * (y2 - y1)
                half = self.height / 6 / ASPECT * 1.2
                return float(x - half), float(y - self.height), float(x + half), float(y)
            left -= length
        return None


def world(seed: int, seconds: float) -> list[Walker]:
    """About one new person every four seconds."""
    draw = random.Random(seed)  # noqa: S311 (invented people, not a secret)
    walkers: list[Walker] = []
    t = 0.0
    while t < seconds:
        left_first = draw.random() < 0.5
        xs = [-0.05, draw.uniform(0.25, 0.75), 1.05]
        ys = [draw.uniform(0.55, 0.95) for _ in xs]
        points = tuple(zip(xs if left_first else xs[::-1], ys, strict=True))
        if draw.random() < 0.2:  # turns round in the middle
            points = (*points[:2], points[0])
        walkers.append(
            Walker(
                start=t,
                points=points,
                speed=draw.uniform(0.5, 0.95),
                height=draw.uniform(0.28, 0.42),
                stop_at=draw.uniform(1.0, 5.0),
                stop_s=draw.choice([0.0, 0.0, draw.uniform(1.0, 6.0)]),
            )
        )
        t += draw.expovariate(1 / 4.0)
    return walkers


def seen(
    walkers: Sequence[Walker], t: float, draw: random.Random
) -> tuple[list[tuple[int, Box]], list[Detection]]:
    """(who can truly be seen and where, what the detector makes of it)."""
    there = [(n, box) for n, walker in enumerate(walkers) if (box := walker.box(t)) is not None]
    truth: list[tuple[int, Box]] = []
    found: list[Detection] = []
    for number, box in there:
        nearer = [other for n, other in there if n != number and other[3] > box[3]]
        covered = max([share_inside(box, cover) for cover in (*nearer, PILLAR)], default=0.0)
        inside = share_inside(box, (0.0, 0.0, 1.0, 1.0))
        if covered > HIDDEN or inside < HALF:
            continue
        truth.append((number, box))
        if draw.random() < (0.25 if covered > HALF else 0.04):
            continue
        score = draw.uniform(0.2, 0.6) if covered > HALF else draw.uniform(0.5, 0.95)
        found.append(Detection(PERSON, score, _trembling(box, draw)))
    if draw.random() < 0.03:
        x, y = draw.uniform(0.05, 0.9), draw.uniform(0.2, 0.6)
        found.append(Detection(PERSON, draw.uniform(0.2, 0.6), (x, y, x + 0.06, y + 0.3)))
    return truth, found


def _trembling(box: Box, draw: random.Random) -> Box:
    size = 0.02 * (box[3] - box[1])
    x1, y1, x2, y2 = (side + draw.gauss(0, size) for side in box)
    return x1, y1, max(x2, x1 + 0.01), max(y2, y1 + 0.01)


def tracked(seed: int, seconds: float, fps: float) -> dict[str, object]:
    """One world at one rate, in the shape in which TrackEval's metrics read it."""
    walkers = world(seed, seconds)
    draw = random.Random(seed * 1000 + int(fps))  # noqa: S311
    tracker, subjects = Tracker(PERSON, lost_s=gap_for(fps)), Subjects(gap_for(fps))
    names: dict[str, int] = {}
    truth_ids, our_ids, overlaps = [], [], []
    for index in range(int(seconds * fps)):
        t = index / fps
        truth, found = seen(walkers, t, draw)
        tracks = subjects.name(t, tracker.update(t, found))
        truth_ids.append(np.array([number for number, _ in truth], dtype=int))
        ours = [names.setdefault(track.subject, len(names)) for track in tracks]
        our_ids.append(np.array(ours, dtype=int))
        both = truth and tracks
        overlaps.append(
            iou_matrix([box for _, box in truth], [track.box for track in tracks])
            if both
            else np.zeros((len(truth), len(tracks)))
        )
    return {
        "gt_ids": _dense(truth_ids),
        "tracker_ids": our_ids,
        "similarity_scores": overlaps,
        "num_gt_ids": len({int(i) for ids in truth_ids for i in ids}),
        "num_tracker_ids": len(names),
        "num_gt_dets": sum(len(ids) for ids in truth_ids),
        "num_tracker_dets": sum(len(ids) for ids in our_ids),
        "num_timesteps": len(truth_ids),
    }


def _dense(frames: list[np.ndarray]) -> list[np.ndarray]:
    """Numbers without holes: somebody who was never seen has none."""
    order = {
        number: place for place, number in enumerate(sorted({int(i) for f in frames for i in f}))
    }
    return [np.array([order[int(i)] for i in frame], dtype=int) for frame in frames]


def measure(worlds: int, seconds: float, fps: float) -> dict[str, float]:
    from trackeval.metrics import CLEAR, HOTA, Identity

    metrics = (HOTA(), Identity({"PRINT_CONFIG": False}), CLEAR({"PRINT_CONFIG": False}))
    runs = [tracked(seed, seconds, fps) for seed in range(worlds)]
    hota, identity, clear = (
        metric.combine_sequences({str(n): metric.eval_sequence(run) for n, run in enumerate(runs)})
        for metric in metrics
    )
    people = sum(int(str(run["num_gt_ids"])) for run in runs)
    return {
        "hota": round(100 * float(np.mean(hota["HOTA"])), 1),
        "deta": round(100 * float(np.mean(hota["DetA"])), 1),
        "assa": round(100 * float(np.mean(hota["AssA"])), 1),
        "idf1": round(100 * float(identity["IDF1"]), 1),
        "switches_per_person": round(float(clear["IDSW"]) / people, 3),
        "people": people,
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.vision_tracking")
    parser.add_argument("--worlds", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=60.0)
    asked = parser.parse_args()
    try:
        import trackeval  # noqa: F401
    except ModuleNotFoundError:
        print("trackeval is not installed: make tracking")
        return SKIPPED
    figures: dict[str, float] = {}
    print(f"{'fps':>4} {'HOTA':>6} {'DetA':>6} {'AssA':>6} {'IDF1':>6} {'switches/person':>16}")
    for fps in RATES:
        row = measure(asked.worlds, asked.seconds, fps)
        print(
            f"{fps:>4g} {row['hota']:>6} {row['deta']:>6} {row['assa']:>6} {row['idf1']:>6}"
            f" {row['switches_per_person']:>16}"
        )
        figures |= {f"{key}_{fps:g}fps": value for key, value in row.items()}
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
