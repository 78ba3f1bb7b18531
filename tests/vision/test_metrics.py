"""The Prometheus page of a real worker, and a detector that dies in the middle of an episode."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import requests
from prometheus_client.parser import text_string_to_metric_families

from tests.vision.conftest import Workers, wait_until
from tests.vision.fakeweb import FakeWeb
from tests.vision.footage import camera, make_clip, node
from tests.vision.test_worker import free_port, only_event, whole
from vision.contract import CameraState
from vision.metrics import Usage, usage_of

SECRET = "rtsp://admin:ge%40heim@127.0.0.1:1/live?token=verborgen"
Page = dict[tuple[str, str], float]


def scraper(port: int) -> Callable[[], Page]:
    def scrape() -> Page:
        try:
            text = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=5).text
        except requests.ConnectionError:
            return {}
        assert "heim" not in text
        assert "verborgen" not in text
        assert "127.0.0.1" not in text
        return {
            (
                sample.name.removeprefix("anqi_vision_"),
                ",".join(v for k, v in sample.labels.items() if k != "model"),
            ): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    return scrape


def test_a_detector_killed_in_an_episode_costs_no_event_and_the_page_tells_of_it(
    web: FakeWeb, workers: Workers, tmp_path: Path
) -> None:
    port = free_port()
    scrape = scraper(port)
    clip = make_clip(tmp_path / "gate.mp4", seconds=14, present=(2, 10))
    cameras = camera(f"file://{clip}", "gate"), camera(SECRET, "refused")
    config = workers.config_file(node(*cameras))
    workers.start(
        "--config",
        config,
        ANQI_WEB_URL=web.url,
        ANQI_VISION_METRICS=str(port),
        ANQI_VISION_LOG_FORMAT="json",
    )
    wait_until(lambda: list(web.events.values()))
    (detector,) = _children("inference", workers.log)
    os.kill(detector, signal.SIGKILL)
    wait_until(lambda: scrape().get(("detector_restarts_total", "cpu")) == 1)
    wait_until(lambda: scrape().get(("detector_up", "cpu")) == 1)
    running = wait_until(lambda: page if (page := scrape())[("camera_up", "gate")] == 1 else None)
    wait_until(lambda: whole(web), 60)

    event = only_event(web)
    assert event.frame_size == (320, 192)
    assert [d.restarts for d in web.heartbeats[-1].detectors] == [1]
    health = {c.camera_id: c for c in web.heartbeats[-1].cameras}
    assert health["gate"].judged > 20
    assert health["refused"].state is CameraState.FAILED

    page = scrape()
    assert page[("model_info", "scripted,1")] == 1
    assert page[("camera_state", "refused,failed")] == 1
    assert running[("camera_state", "gate,running")] == 1
    assert running[("camera_view", "gate,ok")] == 1
    assert page[("frames_judged_total", "gate")] > 20
    assert page[("frame_age_seconds_count", "gate")] > 20
    assert page[("detector_image_seconds_count", "cpu")] > 20
    assert page[("reconnects_total", "refused,refused")] >= 1
    assert page[("episodes_opened_total", "helmet_missing")] == 1
    assert page[("episodes_closed_total", "helmet_missing")] == 1
    assert page[("decoding_seconds_total", "gate,full")] > 5
    wait_until(lambda: scrape()[("outbox_queued", "")] == 0)
    assert page[("outbox_parked", "")] == 0
    assert page[("recording", "")] == 1
    assert page[("disk_free_bytes", "")] > page[("disk_used_bytes", "")] > 0
    for kind in ("worker", "capture", "inference"):
        assert page[("process_cpu_seconds_total", kind)] > 0
        assert page[("process_resident_bytes", kind)] > 10e6
    log = workers.log.read_text()
    assert '"camera_id": "refused", "fault": "refused"' in log
    assert "heim" not in log
    assert "verborgen" not in log


def _children(kind: str, log: Path) -> list[int]:
    """The worker's processes of one kind, as its log names them."""
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return [line["pid"] for line in lines if line.get("kind") == kind]


def test_a_model_that_cannot_be_loaded_ends_the_start_with_its_own_code(workers: Workers) -> None:
    broken = workers.folder / "broken.json"
    broken.write_text("{}")
    config = workers.config_file(node())
    process = workers.start("--config", config, ANQI_MODEL=str(broken))
    assert process.wait(30) == 4
    assert "not a script of blocks" in workers.log.read_text()
    assert "Traceback" not in workers.log.read_text()


def test_a_metrics_address_that_is_taken_is_said(web: FakeWeb, workers: Workers) -> None:
    config = workers.config_file(node())
    process = workers.start("--config", config, ANQI_VISION_METRICS=f"127.0.0.1:{web.port}")
    assert process.wait(30) == 2
    assert "ANQI_VISION_METRICS: 127.0.0.1" in workers.log.read_text()


def test_what_an_ended_process_used_stays_counted() -> None:
    until = time.process_time() + 0.05
    while time.process_time() < until:
        pass
    usage = Usage()

    def seconds(pids: list[int]) -> float:
        cpu, *_ = usage.read({"capture": pids})
        return cpu.samples[0].value

    first = seconds([os.getpid()])
    assert first > 0
    assert seconds([]) == first
    assert usage_of(-1) is None
