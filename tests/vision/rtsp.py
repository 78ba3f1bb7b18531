"""A camera to test against: H.264 over RTSP (TCP), live, and as difficult as it is told to be.

It plays its clip in a loop against one clock for all its viewers, as a camera does: whoever comes
back after a while has missed something. ``python -m tests.vision.rtsp CLIP PORT [START]`` runs one
as a process, with its clip's beginning at that instant (seconds since the epoch).
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import socket
import ssl
import struct
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import av

CLOCK = 90_000
_CHUNK = 1400
_REALM, _NONCE = "camera", "5f1c2d"


@dataclass(frozen=True)
class Picture:
    """The NAL units of one coded picture."""

    units: tuple[bytes, ...]
    is_key: bool


class Clip:
    """An H.264 file as coded pictures; key pictures carry their parameter sets."""

    def __init__(self, path: Path) -> None:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            self.fps = float(stream.average_rate or 10)
            self.sets = _parameter_sets(bytes(stream.codec_context.extradata or b""))
            self.pictures = [
                Picture(
                    (*(self.sets if packet.is_keyframe else ()), *_units(bytes(packet))),
                    bool(packet.is_keyframe),
                )
                for packet in container.demux(stream)
                if packet.size
            ]

    @property
    def seconds(self) -> float:
        return len(self.pictures) / self.fps


@dataclass
class Camera:
    """A server on a port of ``host``; its attributes may be changed while it runs.

    ``accepts``: (user, password); ``scheme``: ``basic`` or ``digest``. ``redirect``: the address
    it sends everybody to, before or after it asked for the password. ``codec``: the name in the
    SDP. ``started_at``: when the clip began, seconds since the epoch; ``jump_s`` is added to the
    times of the stream. ``requests``: every method asked for, with its Authorization.
    """

    clip: Clip
    port: int = 0
    host: str = "127.0.0.1"
    accepts: tuple[str, str] | None = None
    scheme: str = "digest"
    redirect: str = ""
    redirect_late: bool = False
    is_missing: bool = False
    codec: str = "H264"
    media: str = "video"
    tls: ssl.SSLContext | None = None
    started_at: float = field(default_factory=time.time)
    jump_s: float = 0.0
    requests: list[tuple[str, str]] = field(default_factory=list)

    def start(self) -> Camera:
        self._viewers: set[socket.socket] = set()
        self._server = socket.create_server((self.host, self.port))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._server,), daemon=True).start()
        return self

    def stop(self) -> None:
        # A shutdown wakes the thread in accept(), which would otherwise keep the port open.
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self.drop()

    def drop(self) -> None:
        """Cut off everybody."""
        for viewer in list(self._viewers):
            with suppress(OSError):
                viewer.shutdown(socket.SHUT_RDWR)

    def url(self, user: str = "", path: str = "live") -> str:
        scheme, who = "rtsps" if self.tls else "rtsp", f"{user}@" if user else ""
        return f"{scheme}://{who}{self.host}:{self.port}/{path}"

    def asked(self, method: str) -> int:
        return sum(name == method for name, _ in self.requests)

    def _accept(self, server: socket.socket) -> None:
        while True:
            try:
                viewer, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(viewer,), daemon=True).start()

    def _serve(self, viewer: socket.socket) -> None:
        self._viewers.add(viewer)
        try:
            if self.tls is not None:
                viewer = self.tls.wrap_socket(viewer, server_side=True)
            viewer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _Viewer(self, viewer).run()
        except (OSError, ValueError):
            pass
        finally:
            self._viewers.discard(viewer)
            viewer.close()


class _Viewer:
    """One connection: requests in one thread, pictures in another."""

    def __init__(self, camera: Camera, connection: socket.socket) -> None:
        self._camera, self._connection = camera, connection
        self._lock = threading.Lock()
        self._over = threading.Event()

    def run(self) -> None:
        stream = self._connection.makefile("rb")
        try:
            while first := stream.readline():
                if first[:1] == b"$":  # a receiver report; all of them are shorter than a line
                    continue
                headers = {}
                while (line := stream.readline().strip()) != b"":
                    name, _, value = line.decode("latin-1").partition(":")
                    headers[name.strip().lower()] = value.strip()
                self._answer(first.decode("latin-1").split(" "), headers)
        finally:
            self._over.set()

    def _answer(self, request: list[str], headers: dict[str, str]) -> None:
        camera, method, url = self._camera, request[0], request[1]
        camera.requests.append((method, headers.get("authorization", "")))
        say = {"CSeq": headers.get("cseq", "0")}
        may = self._may(method, headers.get("authorization", ""))
        if camera.redirect and method == "DESCRIBE" and (may or not camera.redirect_late):
            self._say("302 Moved Temporarily", {**say, "Location": camera.redirect})
        elif method == "OPTIONS":
            self._say("200 OK", {**say, "Public": "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN"})
        elif not may:
            realm = f'realm="{_REALM}"'
            basic, digest = f"Basic {realm}", f'Digest {realm}, nonce="{_NONCE}"'
            challenge = basic if camera.scheme == "basic" else digest
            self._say("401 Unauthorized", {**say, "WWW-Authenticate": challenge})
        elif camera.is_missing:
            self._say("404 Not Found", say)
        elif method == "DESCRIBE":
            more = {"Content-Base": f"{url}/", "Content-Type": "application/sdp"}
            self._say("200 OK", {**say, **more}, self._sdp())
        elif method == "SETUP":
            transport = "RTP/AVP/TCP;unicast;interleaved=0-1"
            self._say("200 OK", {**say, "Transport": transport, "Session": "1;timeout=60"})
        else:
            self._say("200 OK", {**say, "Session": "1"})
            if method == "PLAY":
                threading.Thread(target=self._play, daemon=True).start()

    def _may(self, method: str, given: str) -> bool:
        camera = self._camera
        if camera.accepts is None:
            return True
        user, password = camera.accepts
        if camera.scheme == "basic":
            return given == "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        if not given.startswith("Digest "):
            return False
        told = dict(part.strip().split("=", 1) for part in given[7:].split(", "))
        told = {name: value.strip('"') for name, value in told.items()}
        secret = _md5(f"{user}:{_REALM}:{password}")
        wanted = _md5(f"{secret}:{_NONCE}:" + _md5(f"{method}:{told.get('uri', '')}"))
        return told.get("response") == wanted

    def _sdp(self) -> bytes:
        sets = ",".join(base64.b64encode(one).decode() for one in self._camera.clip.sets)
        lines = (
            "v=0",
            "o=- 0 0 IN IP4 127.0.0.1",
            "s=camera",
            "t=0 0",
            f"m={self._camera.media} 0 RTP/AVP 96",
            f"a=rtpmap:96 {self._camera.codec}/{CLOCK}",
            f"a=fmtp:96 packetization-mode=1; sprop-parameter-sets={sets}",
            "a=control:trackID=0",
        )
        return "\r\n".join((*lines, "")).encode()

    def _say(self, status: str, headers: dict[str, str], body: bytes = b"") -> None:
        if body:
            headers["Content-Length"] = str(len(body))
        lines = [f"RTSP/1.0 {status}", *(f"{name}: {value}" for name, value in headers.items())]
        self._send("\r\n".join((*lines, "", "")).encode() + body)

    def _send(self, data: bytes) -> None:
        with self._lock:
            self._connection.sendall(data)

    def _play(self) -> None:
        camera, sequence, is_on = self._camera, itertools.count(1), False
        number = int((time.time() - camera.started_at) * camera.clip.fps)
        with suppress(OSError):
            while not self._over.is_set():
                clip, number = camera.clip, number + 1
                due = camera.started_at + number / clip.fps
                self._over.wait(max(0.0, due - time.time()))
                picture = clip.pictures[number % len(clip.pictures)]
                is_on = is_on or picture.is_key
                if is_on:
                    ticks = round((number / clip.fps + camera.jump_s) * CLOCK) & 0xFFFFFFFF
                    self._send(b"".join(_packets(picture, ticks, sequence)))


def _packets(picture: Picture, ticks: int, sequence: itertools.count[int]) -> list[bytes]:
    """RTP of RFC 6184 in the interleaved frames of RFC 2326."""
    payloads: list[bytes] = []
    for unit in picture.units:
        if len(unit) <= _CHUNK:
            payloads.append(unit)
            continue
        kind, parts = unit[0], [unit[i : i + _CHUNK] for i in range(1, len(unit), _CHUNK)]
        for index, part in enumerate(parts):
            edge = 0x80 * (index == 0) | 0x40 * (index == len(parts) - 1)
            payloads.append(bytes((kind & 0xE0 | 28, edge | kind & 0x1F)) + part)
    last = len(payloads) - 1
    heads = (
        struct.pack("!BBHII", 0x80, 96 | 0x80 * (i == last), next(sequence) & 0xFFFF, ticks, 7)
        for i in range(len(payloads))
    )
    framed = (head + payload for head, payload in zip(heads, payloads, strict=True))
    return [struct.pack("!cBH", b"$", 0, len(one)) + one for one in framed]


def _units(data: bytes) -> list[bytes]:
    """The units of an MP4 sample, each after its length."""
    units, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        units.append(data[at + 4 : at + 4 + length])
        at += 4 + length
    return [unit for unit in units if unit[0] & 0x1F != 6]  # without the encoder's remarks


def _parameter_sets(extradata: bytes) -> tuple[bytes, ...]:
    """SPS and PPS of an avcC box."""
    found, at = [], 5
    for mask in (0x1F, 0xFF):
        count, at = extradata[at] & mask, at + 1
        for _ in range(count):
            length = int.from_bytes(extradata[at : at + 2], "big")
            found.append(extradata[at + 2 : at + 2 + length])
            at += 2 + length
    return tuple(found)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()  # noqa: S324 (RFC 2617 asks for it)


if __name__ == "__main__":
    started = [float(word) for word in sys.argv[3:4]]
    Camera(
        Clip(Path(sys.argv[1])), int(sys.argv[2]), started_at=(started or [time.time()])[0]
    ).start()
    threading.Event().wait()
