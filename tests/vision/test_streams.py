"""What an operator is told of a stream that cannot be read, by servers that truly behave so."""

from __future__ import annotations

import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import av
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.vision.footage import make_clip
from tests.vision.rtsp import Camera, Clip
from vision import http_source, reach
from vision.config import ConfigError, VisionSettings
from vision.contract import StreamFault
from vision.opening import open_stream
from vision.reach import Trust, addresses, knock
from vision.streams import StreamError

HOSTS = ("127.0.0.1",)
PASSWORD, WRITTEN = "p@ss:/%ü", "p%40ss%3A%2F%25%C3%BC"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "gate.mp4"
    return make_clip(path, seconds=4, present=(0, 0))


@pytest.fixture
def serve(clip: Path) -> Iterator[Callable[..., Camera]]:
    started: list[Camera] = []

    def start(**how: Any) -> Camera:
        started.append(Camera(Clip(clip), **how).start())
        return started[-1]

    yield start
    for camera in started:
        camera.stop()


@pytest.fixture
def web_server(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Serves the folder by HTTP, or answers by ``handler``; returns the address of its root."""
    started: list[ThreadingHTTPServer] = []

    def start(handler: type[BaseHTTPRequestHandler] | None = None) -> str:
        chosen = handler or partial(_Quiet, directory=str(tmp_path))
        server = ThreadingHTTPServer(("127.0.0.1", 0), chosen)
        started.append(server)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        return


def frames_of(url: str, trust: Trust | None = None) -> int:
    with open_stream(url, HOSTS, trust=trust) as container:
        packets = (packet for packet in container.demux(video=0) if packet.size)
        return sum(len(next(packets).decode()) for _ in range(5))


def fault_of(url: str, **more: Any) -> tuple[StreamFault, str]:
    with pytest.raises(StreamError) as caught:
        open_stream(url, **{"hosts": HOSTS, **more})
    return caught.value.fault, str(caught.value)


@pytest.mark.parametrize("scheme", ["basic", "digest"])
def test_a_password_full_of_signs_opens_the_stream_and_a_wrong_one_is_tried_once(
    serve: Callable[..., Camera], scheme: str
) -> None:
    camera = serve(accepts=("anqi", PASSWORD), scheme=scheme)
    assert frames_of(camera.url(f"anqi:{WRITTEN}")) > 0
    camera.requests.clear()
    fault, detail = fault_of(camera.url("anqi:wrong"))
    assert fault is StreamFault.AUTHENTICATION
    assert "wrong" not in detail
    # The end of the connection before may still be on its way.
    tries = [verb for verb, given in list(camera.requests) if given and verb != "TEARDOWN"]
    assert len(tries) == 1, "each try counts for the lock"


def test_a_missing_stream_a_strange_codec_and_sound_alone_are_told_apart(
    serve: Callable[..., Camera],
) -> None:
    assert fault_of(serve(is_missing=True).url())[0] is StreamFault.NOT_FOUND
    assert fault_of(serve(media="audio", codec="PCMA").url())[0] is StreamFault.NO_VIDEO
    fault, detail = fault_of(serve(codec="X-SVAC").url())
    assert fault is StreamFault.CODEC
    assert "X-SVAC" in detail


def test_an_rtsp_redirect_is_followed_to_listed_hosts_and_to_no_other(
    serve: Callable[..., Camera],
) -> None:
    inner = serve()
    assert knock(serve(redirect=inner.url()).url(), HOSTS, Trust()).url == inner.url()
    inner.requests.clear()
    elsewhere = inner.url().replace("127.0.0.1", "127.0.0.2")
    plain = serve(redirect=elsewhere)
    behind_password = serve(redirect=elsewhere, redirect_late=True, accepts=("anqi", "right"))
    for url in (plain.url(), behind_password.url("anqi:right")):
        assert fault_of(url)[0] is StreamFault.HOST_NOT_ALLOWED
    assert not inner.requests
    ring = serve()
    ring.redirect = ring.url()
    assert fault_of(ring.url())[0] is StreamFault.OTHER


def test_a_certificate_of_the_cameras_own_is_refused_until_somebody_says_to_trust_it(
    serve: Callable[..., Camera], tmp_path: Path
) -> None:
    certificate, key = own_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    camera = serve(tls=context)
    fault, detail = fault_of(camera.url())
    assert (fault, "self-signed" in detail) == (StreamFault.TLS, True)
    assert not camera.requests, "nothing was said to a stranger"
    assert frames_of(camera.url(), Trust(ca_file=str(certificate))) > 0
    assert knock(camera.url(), HOSTS, Trust(verify=False)).codec == "H264"


def test_whose_certificates_are_believed_is_the_machines_setting(tmp_path: Path) -> None:
    certificate, _ = own_certificate(tmp_path)
    environ = {"ANQI_VISION_CA_FILE": str(certificate)}
    assert VisionSettings.from_env(environ).trust == Trust(str(certificate))
    assert not VisionSettings.from_env({"ANQI_VISION_TLS_VERIFY": "0"}).trust.verify
    for path in (tmp_path / "none.pem", make_clip(tmp_path / "no.mp4", seconds=1)):
        with pytest.raises(ConfigError, match=f"ANQI_VISION_CA_FILE: .*{path.name}"):
            VisionSettings.from_env({"ANQI_VISION_CA_FILE": str(path)})


@pytest.mark.parametrize(
    ("host", "hosts"),
    [
        ("localhost", ("*",)),
        ("localhost", ("local*",)),
        ("2130706433", ("*",)),
        ("127.0.0.1", ("*", "10.0.0.0/8")),
        ("169.254.169.254", ("169.*",)),
        ("100.100.100.200", ("*",)),
        ("::ffff:127.0.0.1", ("*",)),
    ],
)
def test_no_name_leads_to_the_machine_itself_or_to_a_clouds_metadata(
    host: str, hosts: tuple[str, ...]
) -> None:
    with pytest.raises(StreamError) as caught:
        addresses(host, 554, hosts)
    assert caught.value.fault is StreamFault.HOST_NOT_ALLOWED


def test_what_stands_on_the_list_as_an_address_may_be_dialled() -> None:
    assert addresses("localhost", 554, ("localhost",))
    assert addresses("127.0.0.1", 554, ("127.0.0.0/8",)) == ["127.0.0.1"]
    assert addresses("10.1.2.3", 554, ("10.0.0.0/8",)) == ["10.1.2.3"]


@pytest.mark.parametrize("suffix", ["flv", "m3u8", "ts"])
def test_streams_over_http_are_read(
    web_server: Callable[..., str], clip: Path, tmp_path: Path, suffix: str
) -> None:
    with av.open(str(clip)) as source, av.open(str(tmp_path / f"live.{suffix}"), "w") as out:
        copy = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = copy
                out.mux(packet)
    assert frames_of(f"{web_server()}/live.{suffix}") > 0
    assert fault_of(f"{web_server()}/none.{suffix}")[0] is StreamFault.NOT_FOUND


def test_no_list_of_pieces_leads_past_the_hosts_that_are_listed(
    web_server: Callable[..., str], tmp_path: Path
) -> None:
    asked: list[str] = []

    class Inner(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *args: object) -> None:
            return

    inner = web_server(Inner).replace("127.0.0.1", "localhost")
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:2", "#EXTINF:2.0,"]
    (tmp_path / "live.m3u8").write_text("\n".join((*lines, f"{inner}/inner.ts", "")))
    assert fault_of(f"{web_server()}/live.m3u8")[0] is StreamFault.HOST_NOT_ALLOWED
    (tmp_path / "file.m3u8").write_text("\n".join((*lines, f"file://{tmp_path}/live.ts", "")))
    assert fault_of(f"{web_server()}/file.m3u8")[0] is StreamFault.HOST_NOT_ALLOWED

    class Elsewhere(Inner):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", f"{inner}/inner.flv")
            self.end_headers()

    assert fault_of(f"{web_server(Elsewhere)}/live.flv")[0] is StreamFault.HOST_NOT_ALLOWED
    assert asked == []


def test_a_refused_password_over_http_is_told_as_such(web_server: Callable[..., str]) -> None:
    class Locked(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Digest realm="x", nonce="1", qop="auth"')
            self.end_headers()

        def log_message(self, *args: object) -> None:
            return

    url = web_server(Locked).replace("http://", "http://anqi:wrong@")
    assert fault_of(f"{url}/live.flv")[0] is StreamFault.AUTHENTICATION


@pytest.fixture
def says() -> Iterator[Callable[..., str]]:
    """A server that sends each caller these bytes, whatever is asked; returns its host and port."""
    servers: list[socketserver.ThreadingTCPServer] = []

    def start(words: bytes, *, endless: bytes = b"") -> str:
        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):
                    while self.request.recv(4096) and not endless:
                        self.request.sendall(words)
                    self.request.sendall(words)
                    while endless:
                        self.request.sendall(endless)
                        time.sleep(0.02)

        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return f"127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("words", ["RTSP/1.0 500 ", "HTTP/1.1 500 "])
def test_what_a_camera_says_for_a_reason_is_short_and_can_be_told(
    says: Callable[..., str], words: str
) -> None:
    place = says(words.encode() + b"a\x00b\x1b[2J" + b"c" * 5000 + b"\r\n\r\n")
    fault, detail = fault_of(f"{words[:4].lower()}://{place}/live")
    assert fault is StreamFault.OTHER
    assert detail.isprintable()
    assert len(detail) <= 300
    assert "a?b?[2J" in detail


@pytest.mark.parametrize("scheme", ["rtsp", "http"])
@pytest.mark.parametrize("words", [b"", b"HTTP/1.1 200 OK\r\nContent-Type: video/x-flv\r\n\r\nFLV"])
def test_a_server_that_drips_does_not_hold_up_its_thread(
    says: Callable[..., str], monkeypatch: pytest.MonkeyPatch, scheme: str, words: bytes
) -> None:
    monkeypatch.setattr(reach, "KNOCK_S", 0.3)
    monkeypatch.setattr(http_source, "OPEN_S", 0.3)
    place = says(words.replace(b"HTTP/1.1", scheme.upper().encode() + b"/1.1"), endless=b"x")
    assert fault_of(f"{scheme}://{place}/live")[0] is StreamFault.TIMEOUT


@pytest.mark.parametrize(
    "answer",
    [b"RTSP/1.0 302 x\r\nLocation: rtsp://[\r\n\r\n", b"RTSP/1.0 " + b"2" * 5000 + b" x\r\n\r\n"],
)
def test_an_answer_beyond_all_measure_is_a_fault_and_no_crash(
    says: Callable[..., str], answer: bytes
) -> None:
    fault, _ = fault_of(f"rtsp://{says(answer)}/live")
    assert fault in (StreamFault.NOT_FOUND, StreamFault.OTHER)


def own_certificate(folder: Path) -> tuple[Path, Path]:
    """As a camera makes one for itself; paths of the certificate and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "camera")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    paths = folder / "camera.pem", folder / "camera.key"
    paths[0].write_bytes(built.public_bytes(serialization.Encoding.PEM))
    secret = serialization.NoEncryption()
    kinds = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    paths[1].write_bytes(key.private_bytes(*kinds, secret))
    return paths
