"""What the worker costs, in CPU seconds for each second of each camera; `make bench-vision`.

    python -m bench.vision_cost [--modes adaptive,full,ungated,still] [--footage FOLDER] [--verbose]

Loopback RTSP cameras of ``bench.vision_loops``: people for a fifth of the time, 640 x 360 at 15
frames a second, 2 analysed a second, the model's input 320 x 192 in every mode.

adaptive  16 cameras, key frames alone while nothing moves, motion gate: the worker as it is
full      16 cameras, everything decoded, motion gate
ungated   4 cameras, everything decoded and every due frame judged
still     4 cameras of 1080p25 in which nothing moves, key frames alone

A mode is measured for one whole loop of the footage after it has settled. Its cost is the CPU time
of the worker's process tree; the server's and the web's are left out. ``ratio`` compares it with the
sum of decode, gate, pre-processing and inference, each measured alone (``bench.vision_parts``; decode
from live streams by a bare loop of PyAV, inference at the pace of the field) and taken as often as
the mode did them. Every passage of a person must raise the same kinds of
episodes in every mode, and begin no later or earlier than one group of pictures and a second.
``age_p95_s``: from the instant of a frame to its judgement; when a still camera wakes up, those of
the last seconds are judged after the fact, and they count.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import vision_loops as footage
from bench.replay_events import DATA
from bench.vision_live import INPUT, Parts, parts_of
from bench.vision_rig import Page, Server, Worker, running
from vision.rulesets import DEFAULT_RULES

ANALYSED_FPS = 2.0
SETTLE_S, TAIL_S = 14.0, 10.0
STILL_WINDOW_S = 40.0
SLACK_S = (
    footage.SUB.gop / footage.SUB.fps + 1.0
)  # between the beginnings of one episode in two modes
EARLY_S, LATE_S = 2.0, 2.0  # around a passage, what still belongs to it


@dataclass(frozen=True, slots=True)
class Mode:
    name: str
    cameras: int
    adaptive: bool
    gate: bool
    is_still: bool = False

    @property
    def kind(self) -> footage.Kind:
        return footage.STILL if self.is_still else footage.SUB


MODES = (
    Mode("adaptive", 16, adaptive=True, gate=True),
    Mode("full", 16, adaptive=False, gate=True),
    Mode("ungated", 4, adaptive=False, gate=False),
    Mode("still", 4, adaptive=True, gate=True, is_still=True),
)


@dataclass(slots=True)
class Passage:
    """Somebody walks by one camera once; the offset (s) at which each kind of episode began."""

    camera: str
    t: float
    walk: int
    episodes: dict[str, list[float]] = field(default_factory=dict)


@dataclass(slots=True)
class Ran:
    """What one mode came to. ``counts`` is the work done in the window."""

    mode: Mode
    seconds: float
    cpu_s: float
    by_kind: dict[str, float]
    counts: dict[str, float]
    age_p95_s: float
    passages: list[Passage]
    strays: int

    @property
    def per_camera_s(self) -> float:
        """CPU seconds for a second of one camera."""
        return self.cpu_s / self.seconds / self.mode.cameras

    def parts_s(self, parts: Parts) -> dict[str, float]:
        """The same, as the sum of its measured parts at the duty of this run."""
        counts = self.counts
        awake = counts["packets"] * (1 - counts["key_share"])
        # Of those that came while all might be decoded, what nobody looked at was only read.
        whole = min(awake, counts["decoded"] - counts["key_frames"])
        again = max(0.0, counts["decoded"] - counts["key_frames"] - awake)
        look = parts["thumbnail"] + parts["gate"]
        sums = {
            "decode": (counts["packets"] - whole) * parts["live_keys_per_input_frame"]
            + whole * parts["live_full_per_frame"]
            + again * parts["decode_full_per_frame"],
            "gate": counts["looked_at"] * look,
            "pre": counts["judged"] * parts["letterbox_and_fill"],
            "infer": counts["judged"] * parts["inference"],
        }
        times = 1 / self.seconds / self.mode.cameras
        return {name: times * ms / 1000 for name, ms in sums.items()}


def cameras_of(mode: Mode, server: Server) -> list[dict[str, Any]]:
    rules = json.loads(DEFAULT_RULES.read_text("utf-8"))["rules"]
    return [
        {
            "camera_id": f"cam{number:02}",
            "name": f"cam{number:02}",
            "url": server.url("still" if mode.is_still else f"cam{number:02}"),
            "input_size": INPUT,
            "analysed_fps": ANALYSED_FPS,
            "rules": rules,
            "adaptive": mode.adaptive,
            "gate": mode.gate,
        }
        for number in range(mode.cameras)
    ]


def run(mode: Mode, folder: Path, server: Server) -> Ran:
    """Start a worker in ``mode``, let it settle, watch it for a loop of the footage."""
    worker = Worker(folder / mode.name, cameras_of(mode, server))
    window_s = STILL_WINDOW_S if mode.is_still else footage.LOOP_S
    with running(worker):
        worker.await_all()
        up_at = time.time()
        time.sleep(SETTLE_S)
        before = worker.page()
        time.sleep(window_s)
        after = worker.page()
        if not mode.is_still:
            time.sleep(TAIL_S)
        ended_at = time.time()
    passages = [] if mode.is_still else passages_between(server, mode, up_at, ended_at)
    strays = settle(worker, passages, up_at, ended_at)
    return ran_of(mode, before, after, passages, strays)


def passages_between(server: Server, mode: Mode, up_at: float, ended_at: float) -> list[Passage]:
    """The passages that a mode had all of in view."""
    found = []
    for number in range(mode.cameras):
        name = f"cam{number:02}"
        for begun in server.begun().get(name, []):
            t = begun + footage.begins_s(number)
            if up_at < t and t + footage.PEOPLE_S < ended_at - 4.0:
                found.append(Passage(name, t, number % len(footage.PASSAGES_S)))
    return found


def settle(worker: Worker, passages: list[Passage], up_at: float, ended_at: float) -> int:
    """Give each passage its episodes; returns how many belong to none and should."""
    strays = 0
    for event in worker.events():
        t = event.started_at.timestamp()
        mine = [
            p
            for p in passages
            if p.camera == event.camera_id and -EARLY_S <= t - p.t <= footage.PEOPLE_S + LATE_S
        ]
        if mine:
            mine[0].episodes.setdefault(str(event.rule_kind), []).append(t - mine[0].t)
        elif up_at + footage.PEOPLE_S < t < ended_at - footage.PEOPLE_S - 4.0:
            strays += 1
            print(f"stray: {event.camera_id} {event.rule_kind} {event.detail}", file=sys.stderr)
    return strays


def ran_of(mode: Mode, before: Page, after: Page, passages: list[Passage], strays: int) -> Ran:
    def grew(name: str, **labels: str) -> float:
        return after.sum(name, **labels) - before.sum(name, **labels)

    seconds = after.at - before.at
    key_share = grew("decoding_seconds_total", mode="key") / (seconds * mode.cameras)
    packets = seconds * mode.cameras * mode.kind.fps
    decoded = grew("frames_decoded_total")
    key_frames = min(decoded, key_share * packets / mode.kind.gop)
    judged, gated = grew("frames_judged_total"), grew("frames_gated_total")
    counts = {
        "packets": packets,
        "decoded": decoded,
        "key_frames": key_frames,
        "looked_at": judged + gated,
        "judged": judged,
        "key_share": key_share,
        "overtaken": grew("frames_dropped_total", reason="overtaken"),
        "stale": grew("frames_dropped_total", reason="stale"),
        "corrupt": grew("frames_corrupt_total"),
    }
    kinds = after.by("process_cpu_seconds_total", "kind")
    kinds.subtract(before.by("process_cpu_seconds_total", "kind"))
    return Ran(
        mode,
        seconds,
        after.cpu_s - before.cpu_s,
        dict(kinds),
        counts,
        percentile(before, after, "frame_age_seconds", 0.95),
        passages,
        strays,
    )


def percentile(before: Page, after: Page, name: str, share: float) -> float:
    """Of a histogram's growth, interpolated within its bucket."""
    counts = after.by(f"{name}_bucket", "le")
    counts.subtract(before.by(f"{name}_bucket", "le"))
    bounds = sorted(counts, key=float)
    total, low, below = counts[bounds[-1]], 0.0, 0.0
    for bound in bounds:
        if counts[bound] >= share * total > 0:
            width = counts[bound] - below
            high = float(bound)
            part = (share * total - below) / width if width else 1.0
            return low if high == float("inf") else low + part * (high - low)
        low, below = float(bound), counts[bound]
    return 0.0


def differences(one: Ran, other: Ran) -> list[str]:
    """Passages of which two modes tell different things."""
    found = []
    theirs: dict[str, Passage] = {}
    for passage in other.passages:
        theirs.setdefault(passage.camera, passage)
    for passage in one.passages:
        peer = theirs.get(passage.camera)
        if peer is None:
            continue
        for kind in {*passage.episodes, *peer.episodes}:
            mine, its = passage.episodes.get(kind, []), peer.episodes.get(kind, [])
            if len(mine) != len(its) or any(
                abs(a - b) > SLACK_S for a, b in zip(sorted(mine), sorted(its), strict=False)
            ):
                found.append(
                    f"{passage.camera} {kind}: {one.mode.name} {_show(mine)}, "
                    f"{other.mode.name} {_show(its)}"
                )
    return found


def lost_and_doubled(ran: Ran, runs: Sequence[Ran]) -> tuple[int, int]:
    """Episodes that a mode's passages lack, or have twice, of those that such a passage raises.

    What the same walk raises most of the time, in any mode and on any camera, it must always raise.
    """
    told: dict[int, list[set[str]]] = {}
    for passage in (p for each in runs for p in each.passages):
        told.setdefault(passage.walk, []).append(set(passage.episodes))
    wanted = {
        walk: {kind for kind in set().union(*sets) if 2 * sum(kind in s for s in sets) > len(sets)}
        for walk, sets in told.items()
    }
    lost = sum(len(wanted[p.walk] - set(p.episodes)) for p in ran.passages)
    doubled = sum(len(offsets) - 1 for p in ran.passages for offsets in p.episodes.values())
    return lost, doubled


def _show(offsets: Sequence[float]) -> str:
    return ", ".join(f"{offset:.1f}" for offset in offsets) or "none"


def figures_of(ran: Ran, parts: Parts) -> dict[str, float]:
    held = ran.parts_s(parts)
    sums = sum(held.values())
    name = ran.mode.name
    print(
        f"\n{name}: {ran.mode.cameras} cameras, {ran.seconds:.0f} s, "
        f"{1000 * ran.per_camera_s:.1f} millicores a camera, {1 / ran.per_camera_s:.1f} a core"
    )
    shares = {
        k: round(1000 * v / ran.seconds / ran.mode.cameras, 2) for k, v in ran.by_kind.items()
    }
    print(f"  by process {shares}")
    print(f"  sum of parts {1000 * sums:.1f}: { {k: round(1000 * v, 2) for k, v in held.items()} }")
    print(f"  counts { {k: round(v, 2) for k, v in ran.counts.items()} }")
    print(f"  age p95 {ran.age_p95_s:.2f} s; passages {len(ran.passages)}, strays {ran.strays}")
    for passage in ran.passages:
        told = "; ".join(f"{k} {_show(v)}" for k, v in sorted(passage.episodes.items()))
        print(f"    {passage.camera} {told or 'nothing'}")
    figures = {
        "millicores": round(1000 * ran.per_camera_s, 2),
        "cameras_per_core": round(1 / ran.per_camera_s, 1),
        "ratio": round(ran.per_camera_s / sums, 2),
        "age_p95_s": round(ran.age_p95_s, 2),
        "frames_dropped": ran.counts["overtaken"] + ran.counts["stale"],
    }
    return {f"{name}_{figure}": value for figure, value in figures.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--modes", default=",".join(mode.name for mode in MODES))
    parser.add_argument("--footage", type=Path, help="where it is kept; a temporary folder else")
    options = parser.parse_args()
    if not footage.is_at_hand():
        print(f"the clips are not at hand: {DATA}", file=sys.stderr)
        return 77
    chosen = [mode for mode in MODES if mode.name in options.modes.split(",")]
    with tempfile.TemporaryDirectory(prefix="anqi-bench-") as scratch:
        folder = Path(scratch)
        clips = options.footage or folder / "footage"
        footage.make(clips)
        still = footage.make_still(clips)
        figures: dict[str, float] = {}
        parts = {
            kind: parts_of(kind, path, folder)
            for kind, path in ((footage.SUB, clips / "loop0.mp4"), (footage.STILL, still))
            if any(mode.kind is kind for mode in chosen)
        }
        runs = []
        for mode in chosen:
            server = Server(clips, folder / f"{mode.name}.server.log")
            try:
                runs.append(run(mode, folder, server))
            finally:
                server.close()
            figures |= figures_of(runs[-1], parts[mode.kind])
    moving = [ran for ran in runs if not ran.mode.is_still]
    apart = [text for ran in moving[1:] for text in differences(moving[0], ran)]
    for text in apart:
        print(f"apart: {text}")
    figures["episodes"] = sum(
        len(e) for r in moving for p in r.passages for e in p.episodes.values()
    )
    for ran in moving:
        lost, doubled = lost_and_doubled(ran, moving)
        events = {"events_lost": lost, "events_doubled": doubled}
        figures |= {f"{ran.mode.name}_{figure}": count for figure, count in events.items()}
    figures["modes_apart"] = len(apart)
    figures["strays"] = sum(ran.strays for ran in runs)
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
