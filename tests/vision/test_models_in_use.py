"""Several models at once: a process for each, cameras that change from one to another."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.vision.conftest import wait_until
from tests.vision.fakeweb import TOKEN, FakeWeb
from tests.vision.footage import scene
from tests.vision.small_models import CLASSES, describe, make_model
from vision import contract
from vision.config import VisionSettings
from vision.contract import (
    Camera,
    ModelRef,
    ModelState,
    NodeConfig,
    Phase,
    Rule,
    RuleKind,
    ViewState,
    ViolationEvent,
    parse,
)
from vision.inference import supervisor
from vision.inference.messages import Follow, Judged
from vision.inference.supervisor import Detectors, Wanted
from vision.keeper import Identity, Keeper
from vision.mailbox import Mailbox
from vision.models import ModelFile
from vision.models.store import ModelStore, told
from vision.outbox import Outbox
from vision.pipelines import Pipelines
from vision.web import WebClient

SIZE = (320, 192)
T0 = 1_790_000_000.0


class Site:
    """Cameras as the fleet has them, the real detectors, and a clock that the test turns."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "models"
        self.folder.mkdir(exist_ok=True)
        make_model(folder / "own.onnx", scale=0.95)
        settings = VisionSettings(model=folder / "own.onnx", directory=folder, stale_s=60.0)
        self.detectors = Detectors(settings)
        self.own = self.detectors.start().model
        self.boxes: dict[str, Mailbox] = {}
        self.models: dict[str, str] = {}
        self.by: dict[str, list[str]] = {}
        self.judged: list[Judged] = []
        self.t = T0

    def add(self, *cameras: str, **models: str) -> None:
        for name in cameras:
            self.boxes[name], self.models[name] = Mailbox(SIZE), ""
            self.boxes[name].bells = self.detectors.bells[0]
        self.follow(**models)

    def follow(self, **models: str) -> None:
        self.models |= models
        self.detectors.follow(
            {
                name: Wanted(0, Follow(name, box.name, SIZE), self.models[name], box.rings)
                for name, box in self.boxes.items()
            }
        )

    def offer(self, *models: ModelFile) -> None:
        self.detectors.offer({model.ref.sha256: model for model in models})

    def model(self, name: str, **how: object) -> ModelFile:
        """One of the web's, fetched and checked."""
        path = self.folder / f"{name}.onnx"
        told: contract.ModelFile = make_model(path, **how)  # type: ignore[arg-type]
        ref = ModelRef(told.name, told.version, told.sha256)
        return ModelFile(path.rename(self.folder / f"{ref.sha256}.onnx"), ref, told.classes)

    def run(self, seconds: float = 0.0, *, someone: bool = True) -> list[Judged]:
        """Ten frames a second of footage time, as fast as they are judged."""
        found: list[Judged] = []
        for _ in range(max(1, round(10 * seconds))):
            self.t += 0.1
            picture = scene(5.0, (0, 9) if someone else (0, 0), SIZE)
            for box in self.boxes.values():
                box.put(self.t, SIZE, SIZE, lambda image, p=picture: np.copyto(image, p))
            until, missing = time.monotonic() + 0.5, set(self.boxes)
            while missing and time.monotonic() < until:
                came = self.detectors.take(0.05)
                found += came
                missing -= {judged.camera_id for judged in came}
            self.detectors.tick()
        return found

    def judges(self, camera: str) -> str:
        """Who judged the camera's last frame; the worker's own is told by its name."""
        mine = [judged for judged in self.run() if judged.camera_id == camera]
        return self.detectors.who(mine[-1]).model.name if mine else ""

    def close(self) -> None:
        self.detectors.close()
        for box in self.boxes.values():
            box.close()
        self.boxes.clear()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.close()


def test_a_camera_changes_models_and_back_and_the_others_do_not_notice(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.add("a", "b")
    new = site.model("new", classes=("fire", "head", "person"))
    site.follow(a=new.ref.sha256)
    assert site.judges("a") == "own", "it is not here yet"
    site.offer(new)
    wait_until(lambda: site.judges("a") == "new", 20)
    assert site.judges("b") == "own"
    assert len(site.detectors.processes) == 2
    assert [h.model for h in site.detectors.health()] == ["", new.ref.sha256]
    assert site.detectors.states() == {}
    seen = {j.camera_id: j for j in site.run()}
    assert site.detectors.who(seen["a"]).classes == ("fire", "head", "person")
    assert site.detectors.who(seen["b"]).classes == CLASSES

    killed = site.detectors.processes[1]
    os.kill(killed, signal.SIGKILL)
    judged = site.run(1)
    assert sum(j.camera_id == "b" for j in judged) >= 9, "the other model's camera goes on"
    wait_until(lambda: site.judges("a") == "new", 20)
    assert killed not in site.detectors.processes

    monkeypatch.setattr(supervisor, "IDLE_S", 0.0)
    site.follow(a=site.own.sha256)  # by its hash, as the web may say it
    wait_until(lambda: (site.run(), len(site.detectors.processes) == 1)[1], 20)
    assert {site.judges("a"), site.judges("b")} == {"own"}


def test_the_model_before_is_known_after_a_restart_also_where_the_new_one_never_came(
    site: Site, tmp_path: Path
) -> None:
    site.add("a", "b")
    new = site.model("new")
    site.follow(a=new.ref.sha256)
    site.offer(new)
    wait_until(lambda: site.judges("a") == "new", 20)
    site.follow(a="e" * 64)
    assert site.judges("a") == "new"
    site.close()

    again = Site(tmp_path)
    again.add("a", "b", a="e" * 64)
    wait_until(lambda: again.judges("a") == "new", 20)
    assert again.judges("b") == "own"
    again.close()


def test_a_file_that_changes_on_the_disk_is_never_run(site: Site, tmp_path: Path) -> None:
    site.add("a")
    new = site.model("new")
    shutil.copy(new.path, tmp_path / "kept.onnx")
    make_model(new.path, scale=0.5)
    site.follow(a=new.ref.sha256)
    site.offer(new)
    spoilt = wait_until(lambda: (site.run(), site.detectors.spoilt())[1], 20)
    assert new.ref.sha256 in spoilt[new.ref.sha256]
    assert "has sha256" in spoilt[new.ref.sha256]
    assert site.judges("a") == "own"
    shutil.copy(tmp_path / "kept.onnx", new.path)
    site.offer(new)
    wait_until(lambda: site.judges("a") == "new", 20)


def test_a_model_that_cannot_judge_is_told_of_and_the_one_before_goes_on(site: Site) -> None:
    site.add("a")
    odd = site.model("odd", change=_multiply)
    site.follow(a=odd.ref.sha256)
    site.offer(odd)

    def why() -> str:
        site.run()
        state, detail = site.detectors.states().get(odd.ref.sha256, (None, ""))
        return detail if state is ModelState.FAILED else ""

    assert "scores do not lie between 0 and 1" in wait_until(why, 20)
    assert site.judges("a") == "own"
    assert len(site.detectors.processes) == 1


def test_wrong_bytes_from_the_web_are_refused_and_the_one_before_goes_on_until_they_are_right(
    site: Site, web: FakeWeb, tmp_path: Path
) -> None:
    site.add("a")
    right, wrong = tmp_path / "right.onnx", tmp_path / "wrong.onnx"
    wanted = make_model(right, scale=0.9)
    make_model(wrong, scale=0.8)
    web.models[wanted.sha256] = wrong.read_bytes()
    store = ModelStore(tmp_path, "onnx", site.own, site.detectors.in_use)
    store.heed([wanted])
    site.follow(a=wanted.sha256)
    client = WebClient(web.url, TOKEN)

    def look() -> contract.ModelHealth:
        """What the main loop does, and what its next heartbeat says."""
        store.work(client, threading.Event())
        site.detectors.offer(store.usable())
        site.run()
        return told(store.health(), site.detectors.states())[0]

    refused = look()
    assert refused.state is ModelState.REFUSED
    assert wanted.sha256 in refused.detail
    assert describe(wrong).sha256 in refused.detail
    assert site.judges("a") == "own"

    web.models[wanted.sha256] = right.read_bytes()
    store.heed([])
    store.heed([wanted])
    assert look().state is ModelState.FETCHING, "it is here, but no process runs it yet"
    wait_until(lambda: look().state is ModelState.READY, 20)
    assert site.judges("a") == "right"
    client.close()


def _multiply(model: object) -> None:
    """Scores that come out beyond 1, whatever is seen: no sigmoid, or another layout."""
    from onnx import numpy_helper

    for tensor in model.graph.initializer:  # type: ignore[attr-defined]
        if tensor.name == "table":
            table = numpy_helper.to_array(tensor).copy()
            table[0, 4:, 0] = 3.0
            tensor.CopyFrom(numpy_helper.from_array(table, "table"))


def test_a_change_in_the_middle_of_an_episode_is_one_episode_and_the_next_names_the_new_weights(
    site: Site, tmp_path: Path
) -> None:
    rules = (Rule("helmet", RuleKind.HELMET_MISSING),)
    camera = Camera("a", "Gate", "rtsp://h/x", SIZE, 10.0, rules=rules, view_check=False)
    outbox = Outbox(tmp_path / "outbox.db")
    pipelines = Pipelines(
        Keeper(outbox, tmp_path, Identity("n", site.own)), outbox, lambda change: None
    )
    new = site.model("new", classes=("fire", "head", "person"))

    def apply(model: str) -> None:
        one = replace(camera, model=model)
        told = contract.ModelFile(new.ref.sha256, "new", "2", 9, new.classes)
        pipelines.apply(NodeConfig("n", model or "0", (one,), models=(told,)), site.t)
        site.follow(a=model)

    def watch(seconds: float, *, someone: bool) -> set[str]:
        by: set[str] = set()
        for judged in site.run(seconds, someone=someone):
            who = site.detectors.who(judged)
            by.add(who.model.name)
            assert judged.view is ViewState.OK
            pipelines.judge(judged, who.classes, who.model)
        return by

    def events() -> list[ViolationEvent]:
        with outbox._lock:
            rows = outbox._db.execute("SELECT body FROM revision ORDER BY id").fetchall()
        return [parse(ViolationEvent, json.loads(body)) for (body,) in rows]

    site.add("a")
    apply("")
    assert watch(3, someone=True) == {"own"}
    assert [(e.phase, e.model.name) for e in events()] == [(Phase.OPEN, "own")]
    apply(new.ref.sha256)
    site.offer(new)
    wait_until(lambda: "new" in watch(0.5, someone=True), 20)
    assert watch(2, someone=True) == {"new"}
    watch(15, someone=False)
    told = events()
    assert [(e.phase, e.model.name) for e in told] == [(Phase.OPEN, "own"), (Phase.CLOSE, "own")]
    assert told[0].event_id == told[1].event_id
    watch(3, someone=True)
    last = events()[-1]
    assert (last.phase, last.model) == (Phase.OPEN, new.ref)
    assert {box.label for box in last.boxes} == {"person", "head"}
    outbox.close()
