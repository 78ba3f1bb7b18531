"""The rules against what a person saw: replays the real clips and compares with events.tsv.

    python -m bench.replay_events [--data ../shared/data] [--size WxH]

Prints a row per expectation and ends non-zero where one is not met. All three clips run at
one fixed setting, ``vision/rulesets/default.json``. The clips are not part of the project.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
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
    """One expectation: ``met`` None where it is only reported (a known miss)."""

    clip: str
    what: str
    expected: str
    found: str
    met: bool | None


def passages(data: Path, clip: str) -> list[tuple[float, float]]:
    """The spans (seconds) in which events.tsv says that somebody passes."""
    with (data / "clips" / "events.tsv").open(encoding="utf-8") as stream:
        rows = csv.DictReader(stream, delimiter="\t")
        return [(float(r["start_s"]), float(r["end_s"])) for r in rows if r["clip"] == clip]


def of_kind(replayed: Replayed, kind: RuleKind) -> list[Episode]:
    return [episode for episode in replayed.episodes if episode.rule_kind is kind]


def touches(episode: Episode, span: tuple[float, float]) -> bool:
    ended_t = episode.ended_t if episode.ended_t is not None else episode.seen_t
    return episode.started_t <= span[1] and ended_t >= span[0]


def check_one_by_one(replayed: Replayed, spans: Sequence[tuple[float, float]]) -> list[Row]:
    bare = of_kind(replayed, RuleKind.HELMET_MISSING)
    in_span = [[e for e in bare if touches(e, span)] for span in spans]
    hit = [number for number, found in enumerate(in_span, 1) if found]
    most = max(len(found) for found in in_span)
    outside = [e for e in bare if not any(touches(e, span) for span in spans)]
    vests = len(of_kind(replayed, RuleKind.VEST_MISSING))
    return [
        Row(
            ONE_BY_ONE,
            "passages with a helmet-missing episode",
            f">= {PASSAGES_NEEDED} of {len(spans)}",
            f"{len(hit)} {hit}",
            len(hit) >= PASSAGES_NEEDED,
        ),
        Row(ONE_BY_ONE, "episodes in one passage, at most", "1", str(most), most <= 1),
        Row(ONE_BY_ONE, "episodes outside of a passage", "0", str(len(outside)), not outside),
        Row(ONE_BY_ONE, "vest-missing episodes", "(reported)", str(vests), None),
    ]


def check_worker_zone(replayed: Replayed) -> list[Row]:
    bare = of_kind(replayed, RuleKind.HELMET_MISSING)
    entered = of_kind(replayed, RuleKind.INTRUSION)
    vests = len(of_kind(replayed, RuleKind.VEST_MISSING))
    worn = voted(replayed, RuleKind.HELMET_MISSING, Wear.WORN)
    return [
        Row(WORKER_ZONE, "helmet-missing episodes", "0", str(len(bare)), not bare),
        Row(WORKER_ZONE, "intrusions", "1", str(len(entered)), len(entered) == 1),
        Row(WORKER_ZONE, "tracks with helmet voted worn", ">= 1", str(len(worn)), bool(worn)),
        Row(WORKER_ZONE, "vest-missing episodes (known miss)", "(reported)", str(vests), None),
    ]


def check_pedestrians(replayed: Replayed) -> list[Row]:
    worn = voted(replayed, RuleKind.HELMET_MISSING, Wear.WORN)
    bare = of_kind(replayed, RuleKind.HELMET_MISSING)
    return [
        Row(PEDESTRIANS, "tracks with helmet voted worn", "0", str(len(worn)), not worn),
        Row(PEDESTRIANS, "helmet-missing episodes", "(reported)", str(len(bare)), None),
        Row(PEDESTRIANS, "tracks judged", "(reported)", str(len(replayed.tracks)), None),
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
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
