"""The worker's threads for jobs against a real web, and the worker as a whole."""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest

from tests.vision.conftest import Workers, wait_until
from tests.vision.fakeweb import TOKEN, FakeWeb
from tests.vision.footage import SCRIPT, camera, make_clip, node
from vision.config import VisionSettings
from vision.contract import EvidenceKind, JobKind, LiveWant, NodeConfig, NodeJob, SourceFile, parse
from vision.jobs import client, lane
from vision.jobs.client import Jobs
from vision.jobs.live import OLDEST_S, Wanted
from vision.ring import SUFFIX
from vision.web import WebClient

SOON = datetime(2099, 1, 1, tzinfo=UTC)
LEFT_HALF = {"mask_id": "m", "name": "m", "polygon": [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]}


def live(camera_id: str = "gate", width: int = 160, every_s: float = 1.0) -> LiveWant:
    return LiveWant(camera_id, SOON, width, every_s)


def copy_of(film: bytes, job_id: str) -> NodeJob:
    source = SourceFile(EvidenceKind.CLIP, hashlib.sha256(film).hexdigest(), len(film))
    return NodeJob(job_id, JobKind.COPY, "gate", source)


class Threads:
    """Both threads as the worker runs them, with a web and a folder of their own."""

    def __init__(self, web: FakeWeb, folder: Path) -> None:
        self.folder = folder / "vision"
        self.script = folder / "script.json"
        self.script.write_text(json.dumps(SCRIPT))
        settings = VisionSettings(backend="scripted", model=self.script, directory=self.folder)
        self.jobs = Jobs(settings, lambda: WebClient(web.url, TOKEN, read_s=2))
        self.jobs.heed(parse(NodeConfig, node(camera("file:///none"))))
        self.stop = threading.Event()
        self._threads = [
            threading.Thread(target=run, args=(self.stop,))
            for run in (self.jobs.ask_and_show, self.jobs.do_jobs)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self.stop.set()
        for thread in self._threads:
            thread.join(10)
        assert not any(thread.is_alive() for thread in self._threads)


@pytest.fixture
def threads(web: FakeWeb, tmp_path: Path) -> Iterator[Threads]:
    made = Threads(web, tmp_path)
    yield made
    made.end()


def children() -> list[int]:
    """This process's living children for jobs, by the kernel's own list."""
    found = []
    for listing in Path("/proc/self/task").glob("*/children"):
        found += [int(pid) for pid in listing.read_text().split()]
    return [pid for pid in found if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text()]


def test_a_job_that_kills_or_hangs_its_process_is_told_and_the_next_one_is_done(
    web: FakeWeb, threads: Threads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane, "_SLICE_S", 0.1)
    film = make_clip(tmp_path / "in.mp4", seconds=2, present=(0, 2)).read_bytes()
    hangs = json.loads(threads.script.read_text())
    hangs["blocks"][0]["hangs"] = True
    threads.script.write_text(json.dumps(hangs))
    web.jobs = [copy_of(film, "killed"), copy_of(film, "slow")]
    web.sources = dict.fromkeys(("killed", "slow", "good"), film)
    before = set(children())
    threads.start()
    threads.jobs.ring()
    [pid] = wait_until(lambda: set(children()) - before)
    mine = os.getpriority(os.PRIO_PROCESS, 0)
    wait_until(lambda: os.getpriority(os.PRIO_PROCESS, pid) == min(19, mine + 10))
    monkeypatch.setattr(client, "JOB_S", 2.5)
    os.kill(pid, signal.SIGKILL)
    assert "ended with -9" in wait_until(lambda: web.results.get("killed")).problem
    assert "more than 2 s" in wait_until(lambda: web.results.get("slow")).problem

    monkeypatch.setattr(client, "JOB_S", 60.0)
    threads.script.write_text(json.dumps(SCRIPT))
    web.jobs = [copy_of(film, "good"), copy_of(film, "withdrawn"), copy_of(b"other", "damaged")]
    threads.jobs.ring()
    result = wait_until(lambda: web.results.get("good"))
    assert result.ok, result.problem
    assert result.sha256 == hashlib.sha256(web.files["good"]).hexdigest()
    wait_until(lambda: not list((threads.folder / "jobs").iterdir()))
    assert set(web.results) == {"killed", "slow", "good"}


def test_nothing_is_asked_of_an_idle_web_and_a_refusal_is_not_tried_hot(
    web: FakeWeb, threads: Threads, caplog: pytest.LogCaptureFixture
) -> None:
    threads.start()
    time.sleep(0.7)
    assert web.asked == 0
    web.fail_with = 403
    for _ in range(4):
        threads.jobs.ring()
        time.sleep(0.2)
    assert sum("refused the node token" in line for line in caplog.messages) == 1


def test_a_picture_is_due_by_the_web_s_own_list(tmp_path: Path) -> None:
    wanted = Wanted()
    assert wanted.pace_s is None
    wanted.heed([live("a", every_s=5.0), live("b", every_s=0.5)], 100.0)
    assert wanted.pace_s == 1.0, "never more than once a second"
    assert [want.camera_id for want in wanted.due(100.0)] == ["a", "b"]
    wanted.sent(live("a", every_s=5.0), 50.0, 100.0)
    wanted.heed([live("a", every_s=5.0)], 101.0)
    assert wanted.due(104.9) == []
    wanted.heed([live("a", every_s=5.0, width=1920)], 102.0)
    assert len(wanted.due(102.0)) == 1, "somebody wants to see it larger"
    wanted.heed([], 103.0)
    assert wanted.pace_s is None


def test_only_what_is_newer_than_the_last_picture_and_not_old_is_shown(tmp_path: Path) -> None:
    now_t = 1_800_000_000.0
    for back_s in (40, 16, 8, 2):
        (tmp_path / f"{round((now_t - back_s) * 1000):013d}{SUFFIX}").touch()
    wanted = Wanted()
    wanted.heed([live("a")], 0.0)
    assert [now_t - one.start_t for one in wanted.fresh("a", tmp_path, now_t)] == [2, 8]
    wanted.sent(live("a"), now_t - 8, 0.0)
    assert [now_t - one.start_t for one in wanted.fresh("a", tmp_path, now_t)] == [2]
    assert wanted.fresh("a", tmp_path, now_t - 2 + OLDEST_S) == []


def test_the_worker_shows_what_it_sees_now_and_proves_it_masked(
    web: FakeWeb, workers: Workers, tmp_path: Path
) -> None:
    clip = make_clip(tmp_path / "gate.mp4", seconds=30, present=(0, 30))
    watched = camera(f"file://{clip}?loop=1", masks=[LEFT_HALF])
    web.wants = [live()]
    web.jobs = [NodeJob("proof", JobKind.CLIP, "gate", seconds=2.0)]
    workers.start("--config", workers.config_file(node(watched)), ANQI_WEB_URL=web.url)

    def shown() -> list[tuple[str, str, bytes]]:
        return list(web.lives)

    pictures = wait_until(lambda: shown() if len(shown()) >= 2 else [])
    taken = [datetime.fromisoformat(at) for _, at, _ in pictures]
    assert taken == sorted(set(taken)), "no picture twice"
    assert timedelta() <= datetime.now(UTC) - taken[-1] < timedelta(seconds=15)
    for _, _, jpeg in pictures:
        with av.open(io.BytesIO(jpeg)) as container:
            picture = next(container.decode(video=0)).to_ndarray(format="bgr24")
        assert picture.shape == (96, 160, 3)
        assert picture[:, :80].max() < 12
        assert 60 < picture[:, 90:].mean() < 120
    wait_until(lambda: "proof" in web.results)
    if not web.results["proof"].ok:  # asked for before there was anything on the ring
        web.jobs = [NodeJob("again", JobKind.CLIP, "gate", seconds=2.0)]
        assert wait_until(lambda: web.results.get("again")).ok
    web.wants = []
    time.sleep(1.2)
    before, asked = len(web.lives), web.asked
    time.sleep(1.2)
    assert (len(web.lives), web.asked) == (before, asked), "nobody looks: nothing is asked or sent"
