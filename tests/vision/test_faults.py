"""Cameras that fail, come late and change, beside others that must not notice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.vision.chaos import Chaos, Mode
from tests.vision.conftest import Workers, wait_until
from tests.vision.fakeweb import FakeWeb
from tests.vision.footage import camera, make_clip, node
from tests.vision.rtsp import Camera, Clip
from vision.contract import CameraHealth, CameraState, StreamFault

LARGER = (480, 288)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as held:
        yield held


def test_each_camera_of_a_group_fails_changes_and_comes_back_on_its_own(
    web: FakeWeb, workers: Workers, tmp_path: Path, stack: ExitStack
) -> None:
    clip = Clip(make_clip(tmp_path / "a.mp4", seconds=8, present=(0, 0)))
    larger = Clip(make_clip(tmp_path / "b.mp4", seconds=8, present=(0, 0), size=LARGER))
    known = {name: Camera(clip).start() for name in ("locked", "late", "resized", "harmed")}
    for one in known.values():
        stack.callback(one.stop)
    known["locked"].accepts = ("anqi", "right")
    known["late"].stop()
    harm = Chaos(known["harmed"].port)
    stack.callback(harm.close)
    urls = {name: one.url() for name, one in known.items()}
    urls["harmed"] = f"rtsp://127.0.0.1:{harm.port}/live"

    def watched(password: str) -> None:
        urls["locked"] = known["locked"].url(f"anqi:{password}")
        streams = (camera(url, name, adaptive=False) for name, url in urls.items())
        web.config = node(*streams, version=password)

    watched("wrong")
    workers.start(ANQI_WEB_URL=web.url)
    wait_until(lambda: {"resized", "harmed"} <= running(web))
    wait_until(lambda: health(web)["late"].fault is StreamFault.REFUSED)
    assert health(web)["locked"].fault is StreamFault.AUTHENTICATION
    assert health(web)["locked"].state is CameraState.FAILED

    known["late"].start()
    known["resized"].clip = larger
    known["resized"].drop()
    harm.set(Mode.CORRUPT, 0.5)
    wait_until(lambda: health(web)["harmed"].corrupt > 0)
    harm.set(Mode.CLEAN)
    wait_until(lambda: health(web)["resized"].frame_size == LARGER)
    wait_until(lambda: {"late", "resized", "harmed"} <= running(web))
    tries = [given for _, given in known["locked"].requests if given]
    assert len(tries) == 1, "a camera locks the account of whoever asks again and again"

    watched("right")
    changed = time.monotonic()
    wait_until(lambda: "locked" in running(web))
    assert time.monotonic() - changed < 60, "a corrected password is not kept waiting"
    assert known["late"].asked("PLAY") == 1, "who was well was not disturbed"


def health(web: FakeWeb) -> dict[str, CameraHealth]:
    return {c.camera_id: c for beat in web.heartbeats[-1:] for c in beat.cameras}


def running(web: FakeWeb) -> set[str]:
    return {name for name, told in health(web).items() if told.state is CameraState.RUNNING}
