"""What becomes of judged frames: one violation stays one, over holes, kills and new rules."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from vision.contract import (
    Camera,
    ModelRef,
    NodeConfig,
    Phase,
    Rule,
    RuleKind,
    SpecialDay,
    ViewState,
)
from vision.detectors import RawBoxes
from vision.episodes import Change
from vision.inference.messages import Judged, pack
from vision.keeper import Identity, Keeper
from vision.outbox import Outbox
from vision.pipelines import Pipelines

CLASSES = ("person", "head", "fire")
RULES = (Rule("helmet", RuleKind.HELMET_MISSING),)
CAMERA = Camera("gate", "Gate", "rtsp://h/x", analysed_fps=5.0, rules=RULES, view_check=False)
T0 = 1_790_000_000.0


class Bench:
    """Pipelines over a real outbox; ``run`` starts them as a worker would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: list[Change] = []
        self.outbox = Outbox(folder / "outbox.db")
        self.run()

    def run(self, camera: Camera = CAMERA, now: float = T0) -> None:
        identity = Identity("node", ModelRef("m", "1", "0" * 64))
        keeper = Keeper(self.outbox, self.folder, identity)
        self.pipelines = Pipelines(keeper, self.outbox, self.told.append)
        self.pipelines.apply(NodeConfig("node", "1", (camera,)), now)
        self.pipelines.recover(now)

    def show(self, start: float, end: float, x: float = 0.2) -> bool:
        """A person with a bare head at five frames a second; whether more are wanted."""
        wanted = False
        for step in range(round((end - start) * 5)):
            wanted = self.pipelines.judge(judged(T0 + start + step / 5, x), CLASSES)
        return wanted

    @property
    def phases(self) -> list[Phase]:
        return [change.phase for change in self.told]


def judged(t: float, x: float | None = 0.2, score: float = 0.9) -> Judged:
    rows = [] if x is None else [(x, 0.15, x + 0.17, 0.9), (x + 0.03, 0.18, x + 0.14, 0.4)]
    raw = RawBoxes(
        np.array(rows, dtype=np.float32).reshape(-1, 4) * 640,
        np.full(len(rows), score, dtype=np.float32),
        np.arange(len(rows), dtype=np.int64),
    )
    size = (640, 640)
    return Judged("gate", t, 0.0, size, size, ViewState.OK, (), pack(raw), 0.01, 1, "cpu")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.outbox.close()


@pytest.mark.parametrize("hole_s", [3, 9, 19])
def test_a_hole_in_the_frames_makes_no_second_violation_of_the_same_person(
    bench: Bench, hole_s: int
) -> None:
    bench.show(0, 6)
    assert bench.phases == [Phase.OPEN]
    bench.show(6 + hole_s, 12 + hole_s)
    assert bench.phases == [Phase.OPEN]


def test_whoever_has_gone_in_the_hole_ends_and_another_begins(bench: Bench) -> None:
    bench.show(0, 6)
    bench.show(10, 36, x=0.8)
    bench.pipelines.save(T0 + 36)
    assert [(c.phase, c.episode.event_id) for c in bench.told] == [
        (Phase.OPEN, bench.told[0].episode.event_id),
        (Phase.OPEN, bench.told[1].episode.event_id),
        (Phase.CLOSE, bench.told[0].episode.event_id),
    ]


def test_a_clock_that_is_set_ends_no_episode_of_a_camera_that_still_counts_by_the_old_one(
    bench: Bench,
) -> None:
    bench.show(0, 6)
    bench.pipelines.save(T0 + 3606)
    assert bench.phases == [Phase.OPEN]


def test_a_kill_in_the_middle_goes_on_where_it_was(bench: Bench) -> None:
    bench.show(0, 6)
    bench.pipelines.save(T0 + 6)
    bench.run(now=T0 + 9)
    bench.show(9, 15)
    assert bench.phases == [Phase.OPEN]


def test_other_days_or_rules_do_not_disturb_what_goes_on(bench: Bench) -> None:
    bench.show(0, 6)
    more = Camera(**{**{f: getattr(CAMERA, f) for f in CAMERA.__slots__}, "name": "New name"})
    days = (SpecialDay("2026-10-01", is_rest=True),)
    bench.pipelines.apply(NodeConfig("node", "2", (more,), days=days), T0 + 6)
    bench.show(6, 12)
    assert bench.phases == [Phase.OPEN]
    bench.pipelines.apply(NodeConfig("node", "3"), T0 + 12)
    assert bench.phases == [Phase.OPEN, Phase.CLOSE]


def test_every_frame_is_wanted_while_somebody_is_in_view_and_none_after(bench: Bench) -> None:
    assert not bench.pipelines.judge(judged(T0 - 9, score=0.2), CLASSES)
    assert bench.pipelines.judge(judged(T0 - 8, score=0.3), CLASSES)
    left_s = bench.pipelines.judge(judged(T0 - 7, None), CLASSES)
    assert left_s == pytest.approx(1.0), "seen again within two seconds, it is the same person"
    assert not bench.pipelines.judge(judged(T0 - 6, None), CLASSES)
    assert bench.show(1, 4)
    assert bench.phases == [Phase.OPEN]
    assert bench.pipelines.judge(judged(T0 + 4.2, None), CLASSES), "the episode is still open"


def test_nothing_is_kept_of_a_camera_that_is_taken_away(bench: Bench) -> None:
    bench.show(0, 3)
    bench.pipelines.save(T0 + 3)
    assert "gate" in bench.outbox.states()
    bench.pipelines.apply(NodeConfig("node", "2", ()), T0 + 3)
    bench.pipelines.save(T0 + 4)
    assert "gate" not in bench.outbox.states()
    assert bench.phases == [Phase.OPEN, Phase.CLOSE]
