"""What rules know, kept on disk with what was told: a kill between two saves doubles nothing."""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vision.scenes import Scene
from tests.vision.test_delivery import MODEL, T0, episode
from tests.vision.test_rules_invariance import SCENES
from vision.contract import Phase, RuleKind
from vision.episodes import Change
from vision.keeper import Identity, Keeper
from vision.leftovers import AFTER_S, sweep
from vision.outbox import Outbox
from vision.pipeline import CameraPipeline

KINDS = (RuleKind.HELMET_MISSING, RuleKind.LINE_CROSSING, RuleKind.POST_ABSENT, RuleKind.CROWDING)


class Node:
    """The part of a worker between the detector and the web, on one directory."""

    def __init__(self, folder: Path, scene: Scene, now: float) -> None:
        self.outbox = Outbox(folder / "outbox.db")
        self.keeper = Keeper(self.outbox, folder, Identity("n", MODEL))
        self.pipeline = CameraPipeline(scene.camera())
        self.pipeline.load(self.outbox.states().get("c", {}), now)
        live = self.outbox.live_episodes(now)
        self.pipeline.restore([stored.episode for stored in live], now)
        self.saved_t = now

    def see(self, scene: Scene, index: int) -> None:
        t = index / scene.fps
        frame = scene._frame(t)
        changes = self.pipeline.step(frame, scene._boxes(t, index))
        if changes:
            self.keeper.record("c", changes, {"c": self.pipeline.dump()})
        if frame.t >= self.saved_t + 1.0:
            self.saved_t = frame.t
            self.keeper.save(self.pipeline.book.live_episodes, {"c": self.pipeline.dump()})

    def kill(self) -> None:
        """Nothing is saved: the last second is known from disk or not at all."""
        self.keeper._maker.shutdown(wait=False)
        self.outbox.close()


def told(folder: Path) -> Counter[str]:
    with sqlite3.connect(folder / "outbox.db") as db:
        bodies = [json.loads(body) for (body,) in db.execute("SELECT body FROM revision")]
    return Counter(body["phase"] for body in bodies)


@pytest.mark.parametrize("kind", KINDS, ids=str)
@settings(max_examples=5, deadline=None)
@given(st.integers(1, 75), st.booleans())
def test_killed_anywhere_between_two_saves_each_violation_is_told_once(
    kind: RuleKind, cut: int, is_breach: bool
) -> None:
    scene = SCENES[kind](0.25, is_breach)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        node = Node(folder, scene, scene.shift)
        for index in range(int(scene.seconds * scene.fps)):
            if index == cut:
                node.kill()
                node = Node(folder, scene, scene.shift + index / scene.fps)
            node.see(scene, index)
        node.keeper.record("c", node.pipeline.book.close_all())
        node.kill()
        phases = told(folder)
    assert phases[Phase.OPEN] == is_breach
    assert phases[Phase.CLOSE] >= phases[Phase.OPEN]


def test_a_later_end_of_a_closed_episode_is_one_more_close(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.db")
    keeper = Keeper(outbox, tmp_path, Identity("n", MODEL))
    keeper.record("c", [Change(Phase.OPEN, episode())])
    ended = replace(episode(), ended_t=T0 + 5)
    keeper.record("c", [Change(Phase.CLOSE, ended)])
    keeper.record("c", [Change(Phase.CLOSE, ended)])
    assert told(tmp_path) == {"open": 1, "close": 1}, "told already"
    keeper.record("c", [Change(Phase.CLOSE, replace(ended, ended_t=T0 + 9, resumed=True))])
    assert told(tmp_path) == {"open": 1, "close": 2}
    stored = outbox.get("ev-1")
    assert stored is not None
    assert stored.episode.ended_t == T0 + 9


def test_states_are_kept_by_camera_and_forgotten_with_it(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.db")
    outbox.save([], {"a": {"t": 1.0}, "b": {"t": 1.0}})
    outbox.save([], {"a": {"t": 2.0}})
    outbox.forget_states({"a"})
    assert outbox.states() == {"a": {"t": 2.0}}


def test_footage_and_view_of_a_camera_that_is_gone_are_removed_after_a_day(tmp_path: Path) -> None:
    for camera in ("kept", "gone.1", "just-gone"):
        (tmp_path / "ring" / camera).mkdir(parents=True)
        (tmp_path / "ring" / camera / "0000000000001.nut").touch()
        (tmp_path / "view").mkdir(exist_ok=True)
        (tmp_path / "view" / f"{camera}.npz").touch()
        age = T0 - (0 if camera == "just-gone" else 2 * AFTER_S)
        for path in (tmp_path / "ring" / camera, tmp_path / "view" / f"{camera}.npz"):
            os.utime(path, (age, age))
    sweep(tmp_path, {"kept"}, T0 + 60)
    assert {path.name for path in (tmp_path / "ring").iterdir()} == {"kept", "just-gone"}
    assert {path.stem for path in (tmp_path / "view").iterdir()} == {"kept", "just-gone"}
    sweep(tmp_path / "nowhere", set(), T0)


def test_an_outbox_of_an_older_worker_is_taken_over(tmp_path: Path) -> None:
    """Its file has no table of states, and its episodes lack the newer fields."""
    first = Outbox(tmp_path / "outbox.db")
    keeper = Keeper(first, tmp_path, Identity("n", MODEL))
    keeper.record("c", [Change(Phase.OPEN, episode())])
    first.close()
    body = asdict(episode())
    for name in ("resumed", "detail", "same_as"):
        del body[name]
    with sqlite3.connect(tmp_path / "outbox.db") as db:
        db.execute("DROP TABLE state")
        db.execute("UPDATE episode SET body = ?", (json.dumps(body),))
    second = Outbox(tmp_path / "outbox.db")
    assert second.states() == {}
    (stored,) = second.live_episodes(T0 + 2)
    assert stored.episode == episode()
