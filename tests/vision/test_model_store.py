"""Weights on their way from the web: whole and right, or not there at all."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.vision.fakeweb import TOKEN, FakeWeb
from tests.vision.small_models import make_model
from vision import contract
from vision.contract import ModelHealth, ModelRef, ModelState
from vision.models import MODELS_DIR
from vision.models.store import KEEP_S, ModelStore, told
from vision.web import WebClient

OWN = ModelRef("own", "1", "f" * 64)


class Bench:
    """A store, the web it asks, and one model that the web has."""

    def __init__(self, folder: Path, web: FakeWeb) -> None:
        self.folder, self.web = folder / "models", web
        self.source = folder / "gate.onnx"
        self.model = make_model(self.source, change=_fatten)
        web.models[self.model.sha256] = self.source.read_bytes()
        self.client = WebClient(web.url, TOKEN)
        self.running: set[str] = set()
        self.store = self.another()

    def another(self, **more: object) -> ModelStore:
        """A store on the same folder, as after a restart."""
        return ModelStore(self.folder.parent, "onnx", OWN, lambda: self.running, **more)  # type: ignore[arg-type]

    def fetch(self, *models: contract.ModelFile) -> ModelHealth:
        """Ask for these once; what is said of the first."""
        self.store.heed(models or [self.model])
        self.store.work(self.client, threading.Event())
        return self.store.health()[0]

    def again(self) -> ModelHealth:
        """The time of the next try has come."""
        for entry in self.store._entries.values():
            entry.try_at = 0.0
        self.store.work(self.client, threading.Event())
        return self.store.health()[0]

    @property
    def files(self) -> list[str]:
        return sorted(path.suffix for path in self.folder.iterdir())


@pytest.fixture
def bench(tmp_path: Path, web: FakeWeb) -> Iterator[Bench]:
    made = Bench(tmp_path, web)
    yield made
    made.client.close()


def test_the_right_bytes_are_kept_and_found_again_without_the_web(bench: Bench) -> None:
    assert bench.fetch() == ModelHealth(bench.model.sha256, ModelState.READY)
    (file,) = bench.store.usable().values()
    assert file.path.read_bytes() == bench.source.read_bytes()
    assert (file.ref.name, file.ref.version) == ("gate", "2")
    bench.store = bench.another()
    bench.store.heed([bench.model])
    bench.store.work(None, threading.Event())
    assert list(bench.store.usable()) == [bench.model.sha256]
    assert len(bench.web.ranges) == 1


def test_other_bytes_are_refused_and_both_hashes_named(bench: Bench, tmp_path: Path) -> None:
    other = make_model(tmp_path / "other.onnx", scale=0.5, change=_fatten)
    assert other.size == bench.model.size
    bench.web.models[bench.model.sha256] = (tmp_path / "other.onnx").read_bytes()
    health = bench.fetch()
    assert health.state is ModelState.REFUSED
    assert bench.model.sha256 in health.detail
    assert other.sha256 in health.detail
    assert bench.store.usable() == {}
    assert bench.files == []
    bench.web.models[bench.model.sha256] = bench.source.read_bytes()
    assert bench.again().state is ModelState.READY, "and taken as soon as they are right"


def test_a_pickle_under_the_name_of_a_model_is_refused(bench: Bench) -> None:
    data = (MODELS_DIR / "site-safety-v1.pt").read_bytes()
    path = bench.folder.parent / "weights.onnx"
    path.write_bytes(data)
    model = replace(bench.model, sha256=_sha256(data), size=len(data))
    bench.web.models[model.sha256] = data
    health = bench.fetch(model)
    assert health.state is ModelState.REFUSED
    assert "only ONNX files are run" in health.detail
    assert bench.files == []


def test_another_list_of_classes_is_refused(bench: Bench) -> None:
    health = bench.fetch(replace(bench.model, classes=("head", "person", "fire")))
    assert health.state is ModelState.REFUSED
    assert "its classes are person, head, fire; the web says head" in health.detail


def test_what_was_cut_off_goes_on_where_it_ended(bench: Bench) -> None:
    bench.web.cut_at = 300_000
    health = bench.fetch()
    assert health.state is ModelState.FETCHING
    assert "broke off" in health.detail
    assert bench.files == [".part"]
    bench.store = bench.another()
    assert bench.fetch().state is ModelState.READY
    assert bench.web.ranges == ["", "bytes=262144-"]
    assert bench.files == [".onnx"]


def test_two_halves_of_two_files_are_fetched_once_more_and_whole(bench: Bench) -> None:
    part = bench.folder / f"{bench.model.sha256}.part"
    part.write_bytes(b"x" * 300)
    assert bench.fetch().state is ModelState.READY
    assert bench.web.ranges == ["bytes=300-", ""]


def test_more_bytes_than_were_announced_are_not_waited_for(bench: Bench) -> None:
    health = bench.fetch(replace(bench.model, size=bench.model.size - 1))
    assert health.state is ModelState.REFUSED
    assert "more than" in health.detail
    assert bench.files == []


def test_a_model_that_the_web_does_not_have_is_said(bench: Bench) -> None:
    bench.web.models.clear()
    health = bench.fetch()
    assert health.state is ModelState.FAILED
    assert "(404): no such model" in health.detail


def test_a_web_that_is_away_is_asked_again(bench: Bench) -> None:
    bench.web.fail_with = 503
    assert bench.fetch().state is ModelState.FETCHING
    bench.web.fail_with = None
    assert bench.again().state is ModelState.READY


def test_a_disk_without_room_is_said_and_nothing_is_left_on_it(bench: Bench) -> None:
    bench.store = bench.another(free_mb=500, free=lambda _: 500 * 1024 * 1024)
    health = bench.fetch()
    assert (health.state, health.detail) == (
        ModelState.FAILED,
        "no room on the node's disk for 0.6 MB",
    )
    if Path("/dev/full").exists():
        bench.store = bench.another()
        (bench.folder / f"{bench.model.sha256}.part").symlink_to("/dev/full")
        health = bench.fetch()
        assert health.detail == "it cannot be stored: no room on the node's disk"
    assert bench.files == []


def test_a_file_that_was_changed_on_this_machine_is_fetched_anew_and_told(bench: Bench) -> None:
    bench.fetch()
    (file,) = bench.store.usable().values()
    data = file.path.read_bytes()
    file.path.write_bytes(data.replace(b"blueness", b"redness!"))
    bench.store.throw_away(bench.model.sha256, "the model file has another sha256")
    (health,) = bench.store.health()
    assert health.state is ModelState.FETCHING
    assert bench.store.usable() == {}
    assert bench.again().state is ModelState.READY
    assert "was fetched anew, because the model file has" in bench.store.health()[0].detail

    file.path.write_bytes(data[:-1])
    bench.store = bench.another()
    assert bench.fetch().state is ModelState.READY
    assert "was fetched anew, because the model file has sha256" in bench.store.health()[0].detail
    assert file.path.read_bytes() == data


def test_the_workers_own_weights_are_never_fetched(bench: Bench) -> None:
    health = bench.fetch(replace(bench.model, sha256=OWN.sha256))
    assert health.state is ModelState.READY
    assert bench.web.ranges == []


def test_what_nobody_needs_any_more_is_swept_after_a_week(bench: Bench) -> None:
    bench.fetch()
    old = time.time() - KEEP_S - 60
    for name in ("a" * 64 + ".onnx", "b" * 64 + ".onnx", "c" * 64 + ".part"):
        (bench.folder / name).write_bytes(b"x")
        os.utime(bench.folder / name, (old, old))
    bench.running = {"a" * 64}
    bench.store.sweep(time.time())
    left = {path.name for path in bench.folder.iterdir()}
    assert left == {f"{bench.model.sha256}.onnx", "a" * 64 + ".onnx"}
    bench.store.heed([])
    bench.store.sweep(time.time() + KEEP_S / 2)
    kept = bench.folder / f"{bench.model.sha256}.onnx"
    assert kept.exists(), "a trial may be taken up again"
    bench.store.sweep(time.time() + 2 * KEEP_S)
    assert not kept.exists()


def test_a_model_is_called_ready_once_its_process_runs_it() -> None:
    here = ModelHealth("a" * 64, ModelState.READY)
    wrong = ModelHealth("b" * 64, ModelState.REFUSED, "wrong")
    loading = {s * 64: (ModelState.FAILED, "it ended") for s in "ab"}
    assert told([here, wrong], {}) == (here, wrong)
    assert told([here, wrong], loading) == (
        ModelHealth("a" * 64, ModelState.FAILED, "it ended"),
        wrong,
    )


def _fatten(model: Any) -> None:
    model.metadata_props.add(key="padding", value="x" * 600_000)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
