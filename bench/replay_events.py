"""The rules against what a person saw: replays the real clips and compares with events.tsv.

    python -m bench.replay_events [--data ../shared/data] [--size WxH]

Prints a row per expectation, then the figures as a JSON line, and ends non-zero where an
expectation is not met. All three clips run at one fixed setting,
``vision/rulesets/default.json``. The clips are not part of the project.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vision.contract import RuleKind
from vision.detectors import Detector, open_detector
from vision.episodes import Episode
from vision.models import DEFAULT_MODEL
from vision.ppe import Wear
from vision.replay import Replayed, replay
from vision.rulesets import DEFAULT_RULES, load_rules, with_zone

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
ONE_BY_ONE = "intel_one-by-one-person-detection.mp4"
WORKER_ZONE = "intel_worker-zone-detection_1080p.mp4"
PEDESTRIANS = "opencv_vtest_pedestrians.mp4"
PASSAGES_NEEDED = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One expectation about a figure: ``met`` None where it is only reported (a known miss)."""

    figure: str
    clip: str
    what: str
    expected: str
    found: int
    met: bool | None


def passages(data: Path, clip: str) -> list[tuple[float, float]]:
    """The spans (seconds) in which events.tsv says that somebody passes."""
    with (data / "clips" / "events.tsv").open(encoding="utf-8") as stream:
        rows = csv.DictReader(stream, delimiter="\t")
        return [(float(r["start_s"]), float(r["end_s"])) for r in rows if r["clip"] == clip]


def of_kind(replayed: Replayed, kind: RuleKind) -> list[Episode]:
    return [episode for episode in replayed.episodes if episode.rule_kind is kind]


def passage_of(episode: Episode, spans: Sequence[tuple[float, float]]) -> int | None:
    """Index of the span that holds most of the episode; None outside of all.

    One episode belongs to one passage, so that one that never ended cannot stand for two.
    """
    ended_t = episode.ended_t if episode.ended_t is not None else episode.seen_t
    shares = [min(ended_t, last) - max(episode.started_t, first) for first, last in spans]
    most = max(shares, default=-1.0)
    return shares.index(most) if most >= 0 else None


def check_one_by_one(replayed: Replayed, spans: Sequence[tuple[float, float]]) -> list[Row]:
    bare = of_kind(replayed, RuleKind.HELMET_MISSING)
    per_passage = Counter(passage_of(episode, spans) for episode in bare)
    outside = per_passage.pop(None, 0)
    hit, of = len(per_passage), len(spans)
    doubled = sum(number > 1 for number in per_passage.values())
    vests = len(of_kind(replayed, RuleKind.VEST_MISSING))
    clip = ONE_BY_ONE
    return [
        Row(
            "passages_found",
            clip,
            "passages with a helmet-missing episode",
            f">= {PASSAGES_NEEDED} of {of}",
            hit,
            hit >= PASSAGES_NEEDED,
        ),
        Row("doubled", clip, "passages with two episodes", "0", doubled, doubled == 0),
        Row("outside", clip, "episodes outside of a passage", "0", outside, outside == 0),
        Row("passing_vests", clip, "vest-missing episodes", "(reported)", vests, None),
    ]


def check_worker_zone(replayed: Replayed) -> list[Row]:
    bare = len(of_kind(replayed, RuleKind.HELMET_MISSING))
    entered = len(of_kind(replayed, RuleKind.INTRUSION))
    vests = len(of_kind(replayed, RuleKind.VEST_MISSING))
    worn = len(voted(replayed, RuleKind.HELMET_MISSING, Wear.WORN))
    clip = WORKER_ZONE
    return [
        Row("worker_bare", clip, "helmet-missing episodes", "0", bare, bare == 0),
        Row("intrusions", clip, "intrusions", "1", entered, entered == 1),
        Row("worker_worn", clip, "tracks with helmet voted worn", ">= 1", worn, worn > 0),
        Row("worker_vests", clip, "vest-missing episodes (known miss)", "(reported)", vests, None),
    ]


def check_pedestrians(replayed: Replayed) -> list[Row]:
    worn = len(voted(replayed, RuleKind.HELMET_MISSING, Wear.WORN))
    bare = len(of_kind(replayed, RuleKind.HELMET_MISSING))
    clip, judged = PEDESTRIANS, len(replayed.tracks)
    return [
        Row("worn_votes", clip, "tracks with helmet voted worn", "0", worn, worn == 0),
        Row("pedestrians_bare", clip, "helmet-missing episodes", "(reported)", bare, None),
        Row("pedestrians_judged", clip, "tracks judged", ">= 1", judged, judged > 0),
    ]


def voted(replayed: Replayed, item: RuleKind, wear: Wear) -> list[str]:
    """The tracks on which ``wear`` was ever decided."""
    return [track.subject for track in replayed.tracks if wear in track.voted.get(item, [])]


def run_all(data: Path, detector: Detector, size: tuple[int, int] | None = None) -> list[Row]:
    clips = data / "clips"
    camera = load_rules(DEFAULT_RULES)
    zoned = with_zone(camera, clips / "worker-zone.json")
    spans = passages(data, ONE_BY_ONE)
    return [
        *check_one_by_one(replay(clips / ONE_BY_ONE, camera, detector, size=size), spans),
        *check_worker_zone(replay(clips / WORKER_ZONE, zoned, detector, size=size)),
        *check_pedestrians(replay(clips / PEDESTRIANS, camera, detector, size=size)),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--size", default="")
    options = parser.parse_args()
    if not (options.data / "clips").is_dir():
        print(f"the clips are not at hand: {options.data}", file=sys.stderr)
        return 77
    width, _, height = options.size.partition("x")
    size = (int(width), int(height)) if options.size else None
    began = time.process_time()
    rows = run_all(options.data, open_detector("onnx", DEFAULT_MODEL), size)
    for row in rows:
        verdict = {True: "ok", False: "FAILED", None: "-"}[row.met]
        print(f"{verdict:7}{row.clip:42}{row.what:42}expected {row.expected:12}found {row.found}")
    failed = sum(row.met is False for row in rows)
    print(f"{failed} expectations not met; {time.process_time() - began:.1f} s of CPU")
    print(json.dumps({row.figure: row.found for row in rows}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
