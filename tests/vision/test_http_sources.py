"""Cameras that speak HTTP: one that sends pictures without times, one that sends a stream."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import pytest

from tests.vision.conftest import Workers, wait_until
from tests.vision.fakeweb import FakeWeb
from tests.vision.footage import camera, make_clip, node, scene
from vision.contract import CameraState, EvidenceKind, Phase

PRESENT = (3.0, 9.0)
SECONDS = 16
SIZE = (320, 192)
MJPEG_FPS = 5

# Content-Type, and the parts of the body with the second at which each is sent.
Source = tuple[str, Iterator[tuple[float, bytes]]]


def pictures(_folder: Path) -> Source:
    """What most cameras give to a browser: a JPEG after the other, five a second."""

    def parts() -> Iterator[tuple[float, bytes]]:
        for index in range(SECONDS * MJPEG_FPS):
            t = index / MJPEG_FPS
            jpeg = cv2.imencode(".jpg", scene(t, PRESENT, SIZE))[1].tobytes()
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
            yield t, head.encode() + jpeg + b"\r\n"

    return "multipart/x-mixed-replace; boundary=frame", parts()


def transport_stream(folder: Path) -> Source:
    """H.264 in MPEG-TS, sent as fast as it plays."""
    data = make_clip(folder / "live.ts", seconds=SECONDS, present=PRESENT).read_bytes()
    step = 188 * 4

    def parts() -> Iterator[tuple[float, bytes]]:
        for start in range(0, len(data), step):
            yield SECONDS * start / len(data), data[start : start + step]

    return "video/mp2t", parts()


@pytest.fixture
def http_camera(tmp_path: Path) -> Iterator[Callable[[Source], str]]:
    """Serves a source once, in its own time; returns its address."""
    servers: list[ThreadingHTTPServer] = []
    over = threading.Event()

    def serve(source: Source) -> str:
        content_type, parts = source

        class Camera(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", content_type)
                self.end_headers()
                began = time.monotonic()
                try:
                    for second, part in parts:
                        over.wait(max(0.0, began + second - time.monotonic()))
                        self.wfile.write(part)
                except OSError:
                    return

            def log_message(self, *args: object) -> None:
                return

        server = ThreadingHTTPServer(("127.0.0.1", 0), Camera)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/live"

    yield serve
    over.set()
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("source", [pictures, transport_stream])
def test_a_passage_before_an_http_camera_is_as_long_as_it_was(
    web: FakeWeb,
    workers: Workers,
    tmp_path: Path,
    http_camera: Callable[[Source], str],
    source: Callable[[Path], Source],
) -> None:
    url = http_camera(source(tmp_path))
    workers.start("--config", workers.config_file(node(camera(url))), ANQI_WEB_URL=web.url)

    def closed() -> bool:
        events = list(web.events.values())
        return bool(events) and all(
            event.phase is Phase.CLOSE
            and {ref.kind for ref in event.evidence if ref.sha256 in web.evidence}
            == {*EvidenceKind}
            for event in events
        )

    wait_until(closed)
    assert len(web.events) == 1
    event = next(iter(web.events.values()))
    assert event.ended_at is not None
    lasted = (event.ended_at - event.started_at).total_seconds()
    assert PRESENT[1] - PRESENT[0] - 1.5 < lasted < PRESENT[1] - PRESENT[0] + 1.5
    told = {c.state for beat in web.heartbeats for c in beat.cameras}
    assert CameraState.STALLED not in told
