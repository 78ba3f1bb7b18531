"""One connection to one stream, from opening to its end: packets to the ring, frames to the box."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import av

from vision.contract import StreamFault
from vision.letterbox import fill, fitted_shape
from vision.mailbox import Mailbox
from vision.ring import RingWriter
from vision.streams import (
    CONNECT_S,
    NO_DATA,
    READ_S,
    StreamError,
    check_url,
    classify,
    explain,
    mask,
    open_options,
)
from vision.timing import Beat, PtsClock

NO_FRAME_S = 15.0  # packets may flow and still show nothing: a broken stream, or no key frames
_KNOWN_TIMES = 64
# These carry pictures and no times: FFmpeg counts 25 a second, whatever the camera sends.
_WITHOUT_TIMES = frozenset({"mpjpeg", "mjpeg", "h264", "hevc"})


@dataclass(frozen=True, slots=True)
class CameraSpec:
    """What a capture process needs to read one camera. ``url`` is a secret."""

    camera_id: str
    url: str
    input_size: tuple[int, int]
    analysed_fps: float
    ring: Path
    ring_s: float
    mailbox: str
    hosts: tuple[str, ...]
    allow_files: bool

    def __repr__(self) -> str:
        return f"CameraSpec({self.camera_id!r}, {mask(self.url)!r})"


@dataclass(slots=True)
class Tally:
    """Counted since the camera was started; survives reconnects."""

    frames: int = 0
    corrupt: int = 0
    last_frame_t: float | None = None


class Session:
    """Reads until the stream ends, fails or is stopped."""

    def __init__(
        self, spec: CameraSpec, mailbox: Mailbox, tally: Tally, stopped: Callable[[], bool]
    ) -> None:
        self._spec, self._mailbox, self._tally, self._stopped = spec, mailbox, tally, stopped
        self._clock, self._beat = PtsClock(), Beat(spec.analysed_fps)
        self._ring = RingWriter(spec.ring, spec.ring_s)
        self._times: dict[int, float] = {}
        self._paced = urlsplit(spec.url).scheme == "file"
        self._has_times = True
        self._started_at = time.monotonic()
        self._first_pts: float | None = None
        self._good_at = time.monotonic()

    def run(self) -> None:
        """Returns when the stream ends by itself or is stopped; raises :class:`StreamError`."""
        check_url(self._spec.url, self._spec.hosts, allow_files=self._spec.allow_files)
        try:
            with self._open() as container:
                self._read(container)
        except av.FFmpegError as error:
            raise StreamError(classify(error), explain(error)) from error
        finally:
            self._ring.close()

    def _open(self) -> av.container.InputContainer:
        url = file_path(self._spec.url) if self._paced else self._spec.url
        began, limits = time.monotonic(), (CONNECT_S, READ_S)
        try:
            container = av.open(url, options=open_options(self._spec.url), timeout=limits)
        except av.error.InvalidDataError as error:
            # An RTSP server that accepts and then says nothing ends like this, when time is up.
            if time.monotonic() - began >= CONNECT_S - 0.1:
                raise StreamError(StreamFault.TIMEOUT, NO_DATA) from error
            raise
        if not container.streams.video:
            container.close()
            raise StreamError(StreamFault.NO_VIDEO, "the stream carries no video")
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        stream.codec_context.thread_count = 1
        return container

    def _read(self, container: av.container.InputContainer) -> None:
        stream = container.streams.video[0]
        self._has_times = self._paced or container.format.name not in _WITHOUT_TIMES
        self._good_at = time.monotonic()
        for packet in container.demux(stream):
            self._mailbox.beat()
            if self._stopped():
                return
            t = self._instant(packet)
            self._decode(packet)
            if t is not None and packet.size:
                self._ring.write(packet, stream, t)
            if time.monotonic() - self._good_at > NO_FRAME_S:
                raise StreamError(StreamFault.TIMEOUT, f"no whole picture for {NO_FRAME_S:.0f} s")

    def _instant(self, packet: av.Packet[av.VideoStream]) -> float | None:
        """When the packet's picture was taken, in UTC seconds; also waits where a file is paced."""
        if packet.pts is None:
            return None
        order = packet.pts if packet.dts is None else packet.dts
        seconds = float(order * packet.time_base)
        if self._paced:
            self._pace(seconds)
        if not self._has_times:
            seconds = time.monotonic()  # the instant of arrival is the best there is
        utc = self._clock.utc(seconds, time.time()) + float((packet.pts - order) * packet.time_base)
        # Remembered, so that a frame and its packet in the ring have the very same instant.
        self._times[packet.pts] = utc
        while len(self._times) > _KNOWN_TIMES:
            del self._times[next(iter(self._times))]
        return utc

    def _pace(self, seconds: float) -> None:
        if self._first_pts is None:
            self._first_pts, self._started_at = seconds, time.monotonic()
        ahead = self._started_at + seconds - self._first_pts - time.monotonic()
        while ahead > 0 and not self._stopped():
            time.sleep(min(ahead, 0.25))
            self._mailbox.beat()
            ahead = self._started_at + seconds - self._first_pts - time.monotonic()

    def _decode(self, packet: av.Packet[av.VideoStream]) -> None:
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            self._tally.corrupt += 1
            return
        for frame in frames:
            if frame.is_corrupt:
                self._tally.corrupt += 1
            else:
                self._show(frame)

    def _show(self, frame: av.VideoFrame) -> None:
        t = self._times.get(frame.pts) if frame.pts is not None else None
        if t is None:
            return
        self._good_at = time.monotonic()
        self._tally.frames += 1
        self._tally.last_frame_t = t
        if self._beat.is_due(t):
            source = frame.width, frame.height
            shape = fitted_shape(source, self._spec.input_size)
            self._mailbox.put(t, source, shape, lambda image: fill(frame, shape, image))


def file_path(url: str) -> str:
    return unquote(urlsplit(url).path)


def loops(url: str) -> bool:
    """Whether a file source is to start again at its end (``?loop=1``)."""
    parts = urlsplit(url)
    return parts.scheme == "file" and parse_qs(parts.query).get("loop") == ["1"]
