"""Settings, stream addresses, and what an operator is told."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.config import ConfigError, VisionSettings, load_file
from vision.contract import ContractError, Schedule, StreamFault, parse
from vision.streams import StreamError, check_url, classify, mask, open_options


def test_settings_come_from_the_environment() -> None:
    settings = VisionSettings.from_env(
        {
            "ANQI_WEB_URL": "http://web.example/",
            "ANQI_STREAM_HOSTS": "10.0.0.0/8, *.plant.example",
            "ANQI_VISION_THREADS": "2",
            "ANQI_VISION_STALE_S": "0.5",
        }
    )
    assert settings.web_url == "http://web.example"
    assert settings.stream_hosts == ("10.0.0.0/8", "*.plant.example")
    assert (settings.threads, settings.stale_s) == (2, 0.5)
    assert (settings.backend, settings.model.name) == ("onnx", "site-safety-v1.onnx")
    assert (settings.devices, settings.metrics) == (("cpu",), None)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("9464", ("127.0.0.1", 9464)),
        ("10.0.0.5:9464", ("10.0.0.5", 9464)),
        ("[::1]:9464", ("::1", 9464)),
    ],
)
def test_the_metrics_page_is_the_machines_own_unless_a_host_is_named(
    text: str, address: tuple[str, int]
) -> None:
    assert VisionSettings.from_env({"ANQI_VISION_METRICS": text}).metrics == address


def test_devices_come_as_a_list() -> None:
    settings = VisionSettings.from_env({"ANQI_VISION_DEVICES": "cuda:0, cpu,cpu"})
    assert settings.devices == ("cuda:0", "cpu", "cpu")


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"ANQI_VISION_THREDS": "2"}, "ANQI_VISION_THREDS"),
        ({"ANQI_VISION_THREADS": "many"}, "ANQI_VISION_THREADS"),
        ({"ANQI_VISION_THREADS": "0"}, "ANQI_VISION_THREADS"),
        ({"ANQI_BACKEND": "magic"}, "ANQI_BACKEND"),
        ({"ANQI_WEB_URL": "web.example"}, "ANQI_WEB_URL"),
        ({"ANQI_VISION_DEVICES": "cpu,tpu"}, "ANQI_VISION_DEVICES"),
        ({"ANQI_VISION_METRICS": "here"}, "ANQI_VISION_METRICS"),
        ({"ANQI_VISION_METRICS": "127.0.0.1:99999"}, "ANQI_VISION_METRICS"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(environ: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        VisionSettings.from_env(environ)


def test_the_token_is_not_in_the_settings_text() -> None:
    settings = VisionSettings.from_env({"ANQI_NODE_TOKEN": "geheim"})
    assert settings.node_token == "geheim"
    assert "geheim" not in repr(settings)


def test_a_camera_file_with_a_mistake_names_the_field(tmp_path: Path) -> None:
    path = tmp_path / "node.json"
    path.write_text('{"node": "n", "config_version": "1", "cameras": [{"camera_id": "c"}]}')
    with pytest.raises(ConfigError, match=r"cameras\[0\]\.name: is missing"):
        load_file(path)


@pytest.mark.parametrize("zone", ["Asia/Shangai", "../../etc/passwd", "", "Asia"])
def test_a_time_zone_that_nobody_knows_is_refused_before_a_rule_asks_for_it(zone: str) -> None:
    with pytest.raises(ContractError, match="timezone"):
        parse(Schedule, {"timezone": zone})


HOSTS = ("10.0.0.0/8", "*.plant.example", "127.0.0.1")


@pytest.mark.parametrize(
    "url",
    [
        "rtsp://user:secret@10.1.2.3:554/main",
        "http://cam1.plant.example/live.flv",
        "rtsps://127.0.0.1/x",
    ],
)
def test_listed_hosts_may_be_dialled(url: str) -> None:
    check_url(url, HOSTS)


@pytest.mark.parametrize(
    "url",
    [
        "rtsp://192.168.1.1/main",
        "http://169.254.169.254/latest/meta-data",
        "rtsp://127.0.0.1@evil.example/",
        "http://plant.example.evil.example/",
        "file:///etc/passwd",
        "concat:/etc/passwd|http://10.0.0.1/",
        "ftp://10.0.0.1/",
        "rtsp://[::1]/",
        "/etc/passwd",
        "",
        "rtsp://10.0.0.1:port/",
    ],
)
def test_everything_else_is_refused(url: str) -> None:
    with pytest.raises(StreamError):
        check_url(url, HOSTS)


def test_an_empty_list_allows_nothing() -> None:
    with pytest.raises(StreamError) as caught:
        check_url("rtsp://10.0.0.1/", ())
    assert caught.value.fault is StreamFault.HOST_NOT_ALLOWED


_words = st.text(st.sampled_from("abcXYZ019-_.!$&'()*+,;="), min_size=4, max_size=20)


@given(user=_words, password=_words.map(lambda text: f"S3CRET{text}"))
def test_no_password_survives_the_mask(user: str, password: str) -> None:
    masked = mask(f"rtsp://{user}:{password}@cam.example:554/live?token={password}")
    assert "S3CRET" not in masked
    assert "cam.example:554/live" in masked


def test_a_redirect_does_not_lead_past_the_list_of_hosts() -> None:
    asked: list[str] = []

    class Redirect(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/inner")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Redirect)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/live"
    try:
        with pytest.raises(av.FFmpegError):
            av.open(url, options=open_options(url), timeout=(3, 3))
    finally:
        server.shutdown()
        server.server_close()
    assert asked == ["/live"]


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (401, StreamFault.AUTHENTICATION),
        (403, StreamFault.AUTHENTICATION),
        (404, StreamFault.NOT_FOUND),
    ],
)
def test_what_a_camera_answers_is_put_in_an_operators_class(
    status: int, fault: StreamFault
) -> None:
    class Camera(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Camera)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/live"
    try:
        with pytest.raises(av.FFmpegError) as caught:
            av.open(url, options=open_options(url), timeout=(3, 3))
    finally:
        server.shutdown()
        server.server_close()
    assert classify(caught.value) is fault
