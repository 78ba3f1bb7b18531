"""The inference process: fair turns, batches of one shape, and a process that dies or hangs."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vision.conftest import wait_until
from vision.bell import Bell
from vision.config import VisionSettings
from vision.contract import ViewState
from vision.detectors import RawBoxes, open_detector
from vision.inference.messages import Follow, Judged, pack, unpack
from vision.inference.process import Judge
from vision.inference.supervisor import Detectors, Wanted, names_of
from vision.inference.turns import Turns
from vision.mailbox import Mailbox
from vision.models import ModelError

BLUE, RED = (200, 0, 0), (0, 0, 200)
SIZE = (64, 64)


@given(
    cameras=st.integers(1, 6),
    brought=st.lists(st.sets(st.integers(0, 5)), min_size=1, max_size=40),
)
def test_whoever_waits_is_passed_over_by_each_other_at_most_once(
    cameras: int, brought: list[set[int]]
) -> None:
    turns = Turns()
    for number in range(cameras):
        turns.join(str(number))
    ready: set[str] = set()
    passed: dict[str, list[str]] = {}
    for news in brought:
        ready |= {str(number) for number in news if number < cameras}
        served = next((name for name in turns if name in ready), None)
        if served is None:
            continue
        turns.served(served)
        ready.discard(served)
        passed.pop(served, None)
        for name in ready:
            passed.setdefault(name, []).append(served)
            assert len(set(passed[name])) == len(passed[name])


@given(st.integers(0, 5))
def test_boxes_come_out_of_the_packing_as_they_went_in(count: int) -> None:
    raw = RawBoxes(
        np.arange(4 * count, dtype=np.float32).reshape(-1, 4) + 0.25,
        np.linspace(0.1, 0.9, count, dtype=np.float32),
        np.arange(count, dtype=np.int64),
    )
    again = unpack(pack(raw))
    assert np.array_equal(again.xyxy, raw.xyxy)
    assert np.array_equal(again.scores, raw.scores)
    assert np.array_equal(again.classes, raw.classes)


class Boxes:
    """Mailboxes as the fleet makes them, and frames as capture puts them."""

    def __init__(self) -> None:
        self.made: dict[str, Mailbox] = {}

    def open(self, camera_id: str, size: tuple[int, int] = SIZE) -> Follow:
        self.made[camera_id] = Mailbox(size)
        return Follow(camera_id, self.made[camera_id].name, size)

    def put(self, camera_id: str, colour: tuple[int, int, int] = BLUE, t: float = 1.0) -> None:
        box = self.made[camera_id]

        def paint(image: np.ndarray) -> None:
            image[:] = 114
            image[10:30, 20:40] = colour

        box.put(t, (640, 640), box.size, paint, view=ViewState.MOVED, changed=(0.5,))

    def close(self) -> None:
        for box in self.made.values():
            box.close()


@pytest.fixture
def boxes() -> Iterator[Boxes]:
    made = Boxes()
    yield made
    made.close()


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "script.json"
    blocks = [
        {"label": "person", "bgr": BLUE, "score": 0.9},
        {"label": "fire", "bgr": RED, "score": 0.9, "hangs": True},
    ]
    path.write_text(json.dumps({"blocks": blocks}))
    return path


@pytest.fixture
def judge(script: Path, boxes: Boxes) -> Iterator[Judge]:
    detector = open_detector("scripted", script)
    judge = Judge(detector, stale_s=2.0)
    yield judge
    judge.close()


def run_all(judge: Judge) -> list[list[str]]:
    batches = []
    judge.sweep()
    while judge.due_in(time.monotonic()) is not None:
        batches.append([judged.camera_id for judged in judge.run()])
        judge.sweep()
    return batches


def test_a_frame_is_judged_with_all_that_was_said_of_it(judge: Judge, boxes: Boxes) -> None:
    judge.follow(boxes.open("a"))
    boxes.put("a", t=7.5)
    judge.sweep()
    (judged,) = judge.run()
    assert (judged.camera_id, judged.t, judged.source) == ("a", 7.5, (640, 640))
    assert (judged.shape, judged.view, judged.changed) == (SIZE, ViewState.MOVED, (0.5,))
    raw = unpack(judged.boxes)
    assert raw.xyxy.tolist() == [[20, 10, 40, 30]]
    assert judge.due_in(time.monotonic()) is None, "a frame is judged once"


def test_frames_of_one_shape_go_together_and_none_waits_for_another_shape(
    judge: Judge, boxes: Boxes
) -> None:
    for name, size in (("a", SIZE), ("wide", (96, 64)), ("b", SIZE), ("c", SIZE)):
        judge.follow(boxes.open(name, size))
        boxes.put(name)
    batches = run_all(judge)
    assert sorted(map(sorted, batches)) == [["a", "b", "c"], ["wide"]]


def test_a_device_that_likes_batches_waits_a_moment_for_more(judge: Judge, boxes: Boxes) -> None:
    for name in "abcd":
        judge.follow(boxes.open(name))
    boxes.put("a")
    judge.sweep()
    due = judge.due_in(time.monotonic())
    assert due is not None
    assert 0 < due <= 0.030
    for name in "bcd":
        boxes.put(name)
    judge.sweep()
    assert judge.due_in(time.monotonic()) == 0.0, "full"


def test_a_frame_that_is_too_old_is_counted_and_not_judged(script: Path, boxes: Boxes) -> None:
    judge = Judge(open_detector("scripted", script), stale_s=-1.0)
    judge.follow(boxes.open("a"))
    boxes.put("a")
    judge.sweep()
    assert judge.due_in(time.monotonic()) is None
    assert judge.stale() == {"a": 1}
    assert judge.stale() == {}
    judge.close()


def test_a_frame_overwritten_while_it_is_read_is_not_judged(
    judge: Judge, boxes: Boxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge.follow(boxes.open("a"))
    boxes.put("a", t=1.0)
    prepare, newer = judge._detector.prepare, iter((2.0, 3.0))

    def overtaken(image: np.ndarray) -> np.ndarray:
        for t in newer:
            boxes.put("a", t=t)
        return prepare(image)

    monkeypatch.setattr(judge._detector, "prepare", overtaken)
    judge.sweep()
    assert [judged.t for judged in judge.run()] == [3.0]
    assert boxes.made["a"].dropped == 2


def test_a_camera_that_went_meanwhile_is_no_trouble(judge: Judge, boxes: Boxes) -> None:
    order = boxes.open("a")
    boxes.made.pop("a").close()
    judge.follow(order)
    judge.forget("a")
    judge.sweep()
    assert judge.due_in(time.monotonic()) is None


def test_a_bell_wakes_and_is_hushed() -> None:
    bell = Bell()
    for _ in range(3):
        bell.ring()
    assert os.eventfd_read(bell.fileno()) == 3
    bell.hush()
    bell.close()


def test_two_processes_on_one_device_have_two_names() -> None:
    assert names_of(["cpu", "cuda:0", "cpu"]) == ["cpu", "cuda:0", "cpu#2"]


@pytest.fixture
def detectors(script: Path) -> Iterator[Detectors]:
    settings = VisionSettings(backend="scripted", model=script, detector_watchdog_s=2.0)
    made = Detectors(settings)
    yield made
    made.close()


def next_judged(detectors: Detectors, seconds: float = 30.0) -> Judged:
    def look() -> list[Judged]:
        found = detectors.take(0.1)
        assert all(detectors.who(judged).classes for judged in found)
        detectors.tick()
        return found

    return wait_until(look, seconds)[-1]


def test_a_process_that_is_killed_or_hangs_is_replaced_and_judging_goes_on(
    detectors: Detectors, boxes: Boxes, script: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def restarts() -> int:
        return detectors.health()[0].restarts

    ready = detectors.start()
    assert ready.classes == ("person", "fire")
    detectors.follow({name: Wanted(0, boxes.open(name)) for name in "ab"})
    stop = threading.Event()

    def film() -> None:
        while not stop.wait(0.1):
            boxes.put("a")
            detectors.bells[0][0].ring()

    camera = threading.Thread(target=film)
    camera.start()
    try:
        assert next_judged(detectors).camera_id == "a"
        (first,) = detectors.processes
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: next_judged(detectors) and detectors.processes not in ([], [first]))
        assert detectors.health()[0].restarts == 1

        (second,) = detectors.processes
        boxes.put("b", RED)  # the scripted detector never comes back from this picture
        wait_until(lambda: (detectors.take(0.1), detectors.tick(), detectors.processes)[2] == [])
        assert not detectors.health()[0].is_up, "and health says so"
        assert next_judged(detectors).camera_id == "a"
        assert detectors.processes != [second]
        health = detectors.health()[0]
        assert (health.device, health.is_up, health.restarts) == ("cpu", True, 2)
        assert detectors.judged("a") > 2
        assert detectors.judged("b") == 0

        # Events name the weights that judged, so a file that was changed meanwhile is not run.
        script.write_text(script.read_text() + " ")
        os.kill(detectors.processes[0], signal.SIGKILL)
        told: list[Judged] = []
        wait_until(lambda: (told.extend(detectors.take(0.1)), detectors.tick(), restarts())[2] >= 4)
        assert {judged.model for judged in told} <= {ready.model.sha256}, "not even at once"
        assert not detectors.health()[0].is_up
        assert "the model file is not what it was at start" in caplog.text
    finally:
        stop.set()
        camera.join()


def test_a_model_that_cannot_be_used_ends_the_start(tmp_path: Path) -> None:
    path = tmp_path / "script.json"
    path.write_text("{}")
    with pytest.raises(ModelError, match="not a script of blocks"):
        Detectors(VisionSettings(backend="scripted", model=path)).start()
