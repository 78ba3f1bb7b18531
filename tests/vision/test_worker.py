"""The whole worker, as a process: real streams, a real web, and things going wrong."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import av
import pytest

from tests.vision.conftest import ROOT, Workers, wait_until
from tests.vision.fakeweb import FakeWeb
from tests.vision.footage import camera, make_clip, node
from vision.contract import CameraState, EvidenceKind, Phase, StreamFault, ViolationEvent


def only_event(web: FakeWeb) -> ViolationEvent:
    assert len(web.events) == 1, f"one passage, but {len(web.events)} events"
    return next(iter(web.events.values()))


def whole(web: FakeWeb) -> bool:
    """Whether every event is closed, declares snapshot and clip, and the web has both."""
    events = list(web.events.values())
    return bool(events) and all(
        event.phase is Phase.CLOSE
        and len(event.evidence) == 2
        and all(ref.sha256 in web.evidence for ref in event.evidence)
        for event in events
    )


def test_a_passage_becomes_one_event_with_snapshot_and_clip(
    web: FakeWeb, workers: Workers, tmp_path: Path
) -> None:
    clip = make_clip(tmp_path / "gate.mp4", seconds=13, present=(3, 10))
    config = workers.config_file(node(camera(f"file://{clip}")))
    workers.start("--config", config, ANQI_WEB_URL=web.url)

    first = wait_until(lambda: list(web.events.values()))[0]
    assert (first.phase, first.evidence) == (Phase.OPEN, ()), "open is sent at once"
    wait_until(lambda: whole(web), 60)

    event = only_event(web)
    assert 5.5 < (event.ended_at - event.started_at).total_seconds() < 8.5
    assert {box.label for box in event.boxes} == {"person", "head"}
    assert event.frame_size == (320, 192)
    refs = {ref.kind: ref for ref in event.evidence}
    span = refs[EvidenceKind.CLIP]
    # One second of breach before opening, so the clip's 5 s before reach the scene's start.
    assert 7.5 < (span.end_at - span.start_at).total_seconds() < 11.5
    with av.open(io.BytesIO(web.evidence[span.sha256])) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        times = [frame.time for frame in container.decode(video=0)]
    assert times == sorted(times)
    assert len(times) > 70
    picture = av.open(io.BytesIO(web.evidence[refs[EvidenceKind.SNAPSHOT].sha256]))
    assert next(picture.decode(video=0)).width == 320
    beat = wait_until(lambda: [b for b in web.heartbeats if b.cameras][-1])
    assert beat.backend == "scripted"
    assert beat.storage is not None
    assert beat.storage.recording
    assert beat.storage.free_mb > 500
    kept = [path for path in workers.directory.rglob("*") if path.exists()]
    assert any(path.suffix == ".jpg" for path in kept)
    assert not [path for path in kept if path.stat().st_mode & 0o077], "footage is for its owner"


def test_a_web_that_is_down_for_a_while_loses_and_doubles_nothing(
    web: FakeWeb, workers: Workers, tmp_path: Path
) -> None:
    clip = make_clip(tmp_path / "gate.mp4", seconds=12, present=(2, 8))
    config = workers.config_file(node(camera(f"file://{clip}")))
    web.fail_with = 503
    workers.start("--config", config, ANQI_WEB_URL=web.url)
    time.sleep(5)
    web.stop()  # from "answers badly" to "not there at all"
    time.sleep(6)
    web.fail_with = None
    web.start()
    wait_until(lambda: whole(web), 60)

    event = only_event(web)
    assert sorted(set(web.received)) == sorted(web.received), "no revision was taken twice"
    assert web.received == [(event.event_id, n) for n in range(1, event.revision + 1)]


def test_a_worker_killed_in_the_middle_of_an_episode_brings_it_to_its_end(
    web: FakeWeb, workers: Workers, tmp_path: Path
) -> None:
    clip = make_clip(tmp_path / "gate.mp4", seconds=14, present=(2, 10))
    right = {"mask_id": "m", "name": "bed", "polygon": [[0.8, 0], [1, 0], [1, 1], [0.8, 1]]}
    config = workers.config_file(node(camera(f"file://{clip}", masks=[right])))
    killed = workers.start("--config", config, ANQI_WEB_URL=web.url)
    opened = wait_until(lambda: list(web.events.values()))[0]
    time.sleep(2)  # in the middle: open, and no evidence yet
    killed.send_signal(signal.SIGKILL)
    killed.wait()

    # Somebody has taken the mask away meanwhile; what was seen behind it stays hidden.
    workers.config_file(node(camera(f"file://{clip}"), version="2"))
    workers.start("--config", config, ANQI_WEB_URL=web.url)
    wait_until(lambda: whole(web), 60)

    event = only_event(web)
    for ref in event.evidence:
        with av.open(io.BytesIO(web.evidence[ref.sha256])) as container:
            for frame in container.decode(video=0):
                picture = frame.to_ndarray(format="bgr24")
                assert picture[:, 264:].max() <= 12
                assert picture[:, :240].max(axis=2).min() > 50
    assert event.event_id == opened.event_id
    assert event.started_at == opened.started_at
    span = next(ref for ref in event.evidence if ref.kind is EvidenceKind.CLIP)
    assert span.start_at < opened.started_at, "the pre-roll survived the kill"
    assert sorted(set(web.received)) == sorted(web.received)


def test_a_killed_worker_leaves_no_capture_process_behind(workers: Workers, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "gate.mp4", seconds=30, present=(0, 0))
    config = workers.config_file(node(camera(f"file://{clip}?loop=1")))
    killed = workers.start("--config", config)
    children = wait_until(lambda: _capture_processes(killed.pid))
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    wait_until(lambda: not any(Path(f"/proc/{pid}/stat").exists() for pid in children), 10)


def test_a_capture_process_that_is_killed_or_frozen_is_replaced(
    web: FakeWeb, workers: Workers, tmp_path: Path
) -> None:
    clip = make_clip(tmp_path / "gate.mp4", seconds=30, present=(0, 0))
    config = workers.config_file(node(camera(f"file://{clip}?loop=1")))
    worker = workers.start(
        "--config",
        config,
        ANQI_WEB_URL=web.url,
        ANQI_VISION_WATCHDOG_S="3",
        ANQI_VISION_FREE_MB="900000000",
    )
    wait_until(lambda: _states(web)[-1:] == [CameraState.RUNNING])
    known = _capture_processes(worker.pid)
    for harm in (signal.SIGKILL, signal.SIGSTOP):
        said = len(_states(web))
        os.kill(known[-1], harm)
        fresh = wait_until(lambda known=known: set(_capture_processes(worker.pid)) - set(known))
        assert len(fresh) == 1
        wait_until(lambda said=said: CameraState.FAILED in _states(web)[said:])
        wait_until(lambda: _states(web)[-1] is CameraState.RUNNING)
        known += fresh
    storage = web.heartbeats[-1].storage
    assert storage is not None
    assert not storage.recording
    assert not list(workers.directory.rglob("*.nut")), "a disk without room: judged, not recorded"


def test_cameras_come_change_and_go_without_a_restart(
    web: FakeWeb, workers: Workers, tmp_path: Path
) -> None:
    port = free_port()
    for name in ("a", "b"):
        make_clip(tmp_path / f"{name}.mp4", seconds=10, present=(0, 0))
    server = rtsp_server(tmp_path, port)
    try:
        first, second = (
            camera(f"rtsp://127.0.0.1:{port}/{name}.mp4?play_count=0", name) for name in "ab"
        )
        web.config = node(first, version="1")
        workers.start(ANQI_WEB_URL=web.url)
        wait_until(lambda: _running(web) == {"a"})
        web.config = node(first, second, version="2")
        wait_until(lambda: _running(web) == {"a", "b"})
        web.config = node(second, version="3")
        wait_until(lambda: _running(web) == {"b"})
        assert web.heartbeats[-1].config_version == "3"
        assert web.heartbeats[-1].cameras[0].reconnects == 0, "the other camera was not disturbed"
    finally:
        server.kill()
        server.wait()


def test_an_rtsp_server_that_stops_and_comes_back_is_found_again(
    web: FakeWeb, workers: Workers, tmp_path: Path
) -> None:
    port = free_port()
    make_clip(tmp_path / "gate.mp4", seconds=10, present=(0, 0))
    server = rtsp_server(tmp_path, port)
    config = workers.config_file(
        node(camera(f"rtsp://user:geheim@127.0.0.1:{port}/gate.mp4?play_count=0"))
    )
    try:
        workers.start("--config", config, ANQI_WEB_URL=web.url)
        wait_until(lambda: _states(web)[-1:] == [CameraState.RUNNING])
        server.kill()
        server.wait()
        wait_until(lambda: _states(web)[-1] is CameraState.FAILED)
        server = rtsp_server(tmp_path, port)
        wait_until(lambda: _states(web)[-1] is CameraState.RUNNING)
        assert web.heartbeats[-1].cameras[0].reconnects >= 1
    finally:
        server.kill()
        server.wait()
    assert "geheim" not in workers.log.read_text()


def test_a_broken_address_is_a_failed_camera_and_disturbs_no_other(
    web: FakeWeb, workers: Workers, tmp_path: Path
) -> None:
    clip = make_clip(tmp_path / "gate.mp4", seconds=20, present=(0, 0))
    config = node(
        camera(f"file://{clip}?loop=1", "good"),
        camera("rtsp://127.0.0.1:1/nothing", "refused"),
        camera("rtsp://192.0.2.1/elsewhere", "stranger"),
        camera("ftp://127.0.0.1/clip", "scheme"),
    )
    workers.start("--config", workers.config_file(config), ANQI_WEB_URL=web.url)

    def faults() -> dict[str, StreamFault | None]:
        return {c.camera_id: c.fault for c in web.heartbeats[-1].cameras} if web.heartbeats else {}

    wait_until(
        lambda: (
            faults()
            == {
                "good": None,
                "refused": StreamFault.REFUSED,
                "stranger": StreamFault.HOST_NOT_ALLOWED,
                "scheme": StreamFault.HOST_NOT_ALLOWED,
            }
        )
    )
    wait_until(lambda: _running(web) == {"good"})


def test_an_expired_token_ends_the_start_with_a_clear_message(
    web: FakeWeb, workers: Workers
) -> None:
    process = workers.start(ANQI_WEB_URL=web.url, ANQI_NODE_TOKEN="expired")
    assert process.wait(20) == 5
    log = workers.log.read_text()
    assert "refused the node token (401): token expired" in log
    assert "Traceback" not in log


def test_a_second_worker_on_the_same_directory_is_refused(workers: Workers, tmp_path: Path) -> None:
    config = workers.config_file(node())
    workers.start("--config", config)
    wait_until((workers.directory / "outbox.db").exists)
    second = workers.start("--config", config)
    assert second.wait(20) == 2
    assert "another worker runs in" in workers.log.read_text()


def _states(web: FakeWeb) -> list[CameraState]:
    return [camera.state for beat in web.heartbeats for camera in beat.cameras]


def _running(web: FakeWeb) -> set[str]:
    beats = web.heartbeats[-1:]
    return {c.camera_id for b in beats for c in b.cameras if c.state is CameraState.RUNNING}


def _capture_processes(pid: int) -> list[int]:
    """The worker's living capture processes, by the kernel's own list."""
    listing = Path(f"/proc/{pid}/task/{pid}/children")
    if not Path("/proc/self/task").is_dir():
        pytest.skip("this system keeps no /proc")
    children = listing.read_text().split() if listing.exists() else []
    return [int(child) for child in children if "spawn_main" in _command(child)]


def _command(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def rtsp_server(folder: Path, port: int) -> subprocess.Popen[bytes]:
    pytest.importorskip("aio_rtsp_toolkit", reason="the loopback server is in the demo extra")
    server = subprocess.Popen(
        [sys.executable, str(ROOT / "tests/vision/rtsp_server.py"), str(folder), str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def answers() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_until(answers, 15)
    return server


def test_a_server_that_accepts_and_says_nothing_is_a_timeout_and_not_a_hang(
    web: FakeWeb, workers: Workers
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"rtsp://127.0.0.1:{silent.getsockname()[1]}/live"
        workers.start("--config", workers.config_file(node(camera(url))), ANQI_WEB_URL=web.url)
        failed = wait_until(
            lambda: [c for b in web.heartbeats for c in b.cameras if c.fault is not None], 60
        )[0]
    assert (failed.state, failed.fault) == (CameraState.FAILED, StreamFault.TIMEOUT)
    assert failed.fault_detail == "no data within the time limit"
