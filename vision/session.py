"""One connection to one stream, from opening to its end: packets to the ring, frames to the eye."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, urlsplit

import av

from vision.contract import Camera, Decoding, Point, RuleKind, StreamFault, is_leased
from vision.decoding import Decoder, Packet, Shown, packets_of
from vision.looking import Habits, Looker, Tally
from vision.mailbox import Mailbox
from vision.opening import open_stream
from vision.platforms import Caller
from vision.plays import Places, Play
from vision.ring import RingWriter
from vision.streams import StreamError, classify, explain, mask
from vision.timing import REANCHOR_S, PtsClock, WallClock
from vision.view import Watcher

GATHER_S = 0.2  # how long packets gather in the socket; frames come so much later at most
FRESH_PACKET_S = 0.03
NO_FRAME_S = 15.0  # packets may flow and still show nothing: a broken stream, or no key frames
# These carry pictures and no times: FFmpeg counts 25 a second, whatever the camera sends.
_WITHOUT_TIMES = frozenset({"mpjpeg", "mjpeg", "h264", "hevc"})


@dataclass(frozen=True, slots=True)
class CameraSpec:
    """What a capture process needs to read one camera. ``url`` and ``sub_url`` are secrets.

    ``watched`` holds the polygons whose emptiness is of interest, in the order of the camera's
    zones; ``reference`` is where the learnt view is kept, ``view_from`` what makes it void.
    ``places``: where an address that a platform leases is asked for.
    """

    camera_id: str
    url: str
    input_size: tuple[int, int]
    analysed_fps: float
    ring: Path
    ring_s: float
    mailbox: str
    hosts: tuple[str, ...]
    allow_files: bool
    adaptive: bool = True
    gate: bool = True
    scan_s: float = 10.0
    sub_url: str = ""
    view_check: bool = True
    watched: tuple[tuple[Point, ...], ...] = ()
    reference: Path | None = None
    view_from: datetime | None = None
    places: Places | None = None

    @classmethod
    def of(
        cls,
        camera: Camera,
        *,
        ring: Path,
        ring_s: float,
        mailbox: str,
        hosts: tuple[str, ...],
        allow_files: bool,
        reference: Path | None = None,
        places: Places | None = None,
    ) -> CameraSpec:
        watches = any(rule.kind is RuleKind.EXIT_BLOCKED for rule in camera.rules)
        return cls(
            camera.camera_id,
            camera.url,
            camera.input_size,
            camera.analysed_fps,
            ring,
            ring_s,
            mailbox,
            hosts,
            allow_files,
            camera.adaptive,
            camera.gate,
            camera.scan_s,
            camera.sub_url,
            camera.view_check,
            tuple(zone.polygon for zone in camera.zones) if watches else (),
            reference,
            camera.view_from,
            places,
        )

    @property
    def judged_url(self) -> str:
        return self.sub_url or self.url

    @property
    def habits(self) -> Habits:
        return Habits(self.input_size, self.analysed_fps, self.gate, self.scan_s)

    def __repr__(self) -> str:
        return f"CameraSpec({self.camera_id!r}, {mask(self.url)!r})"


class Stream:
    """An open stream whose packets come with the instant they were taken at."""

    def __init__(
        self,
        url: str,
        spec: CameraSpec,
        *,
        beat: Callable[[], None],
        stopped: Callable[[], bool],
        now: Callable[[], float],
        waits: Callable[[], None] | None = None,
    ) -> None:
        """``beat`` is called for each packet, ``waits`` while none can come yet."""
        self._url, self._spec, self._beat, self._stopped, self._now = url, spec, beat, stopped, now
        self._waits = waits or beat
        self._play: Play | None = None
        self._clock = PtsClock()
        self._offset: float | None = None
        self._paced = urlsplit(url).scheme == "file"
        self._has_times = True
        self._tick_s = 0.0
        self._started_at = time.monotonic()
        self._first_pts: float | None = None

    def read(self, take: Callable[[Packet, float, float], None]) -> None:
        """Give each packet, its instant (UTC seconds) and the lag from decode time to ``take``.

        Returns when the stream ends or is stopped; raises :class:`StreamError`.
        """
        try:
            with packets_of(self._container, self.video) as packets:
                for packet in packets:
                    self._beat()
                    if self._stopped():
                        return
                    if packet.size:
                        t, lag = self._instant(packet)
                        take(packet, t, lag)
                        self._rest(t - lag)
        except av.FFmpegError as error:
            raise StreamError(classify(error), explain(error)) from error

    def __enter__(self) -> Self:
        spec = self._spec
        try:
            url = self._url if not is_leased(self._url) else self._played(spec)
            self._container = open_stream(url, spec.hosts, allow_files=spec.allow_files)
        except BaseException:
            self._end_play()
            raise
        self.video = self._container.streams.video[0]
        self._tick_s = float(self.video.time_base or 0)
        self._has_times = self._paced or self._container.format.name not in _WITHOUT_TIMES
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()
        self._end_play()

    def _played(self, spec: CameraSpec) -> str:
        """The address that is good for this connection."""
        places = spec.places or Places(Path())
        self._play = Play(self._url, places, spec.hosts, Caller(self._waits, self._stopped))
        return self._play.start()

    def _end_play(self) -> None:
        if self._play is not None:
            self._play.end()

    def _instant(self, packet: Packet) -> tuple[float, float]:
        """When the picture was taken, and by how much it is decoded earlier than shown (s)."""
        pts, dts = packet.pts, packet.dts
        if not self._has_times or (pts is None and dts is None):
            # The instant of arrival is the best there is.
            return self._utc(time.monotonic()), 0.0
        pts = dts if pts is None else pts
        order = pts if dts is None else dts
        assert pts is not None
        assert order is not None
        seconds, lag = order * self._tick_s, (pts - order) * self._tick_s
        if self._paced:
            self._pace(seconds)
        return self._utc(seconds) + lag, lag

    def _utc(self, seconds: float) -> float:
        """The instant of a time of the stream; a clock that was set moves it at once, and whole."""
        now = self._now()
        offset = now - time.monotonic()
        if self._offset is not None and abs(offset - self._offset) > REANCHOR_S:
            self._clock.shift(offset - self._offset)
        self._offset = offset
        return self._clock.utc(seconds, now)

    def _rest(self, t: float) -> None:
        """Let packets gather: a thread that is woken for each of them pays for cold caches.

        Only after a packet that has just come; whoever lags behind reads on.
        """
        if not self._paced and 0 <= self._now() - t < FRESH_PACKET_S:
            time.sleep(GATHER_S)

    def _pace(self, seconds: float) -> None:
        """A file is played in its own time."""
        if self._first_pts is None:
            self._first_pts, self._started_at = seconds, time.monotonic()
        ahead = self._started_at + seconds - self._first_pts - time.monotonic()
        if ahead > 0:
            ahead += GATHER_S
        while ahead > 0 and not self._stopped():
            time.sleep(min(ahead, 0.25))
            self._beat()
            ahead = self._started_at + seconds + GATHER_S - self._first_pts - time.monotonic()


class Session:
    """One connection to the stream that is judged; also kept for evidence where it is the only."""

    def __init__(
        self,
        spec: CameraSpec,
        mailbox: Mailbox,
        tally: Tally,
        stopped: Callable[[], bool],
        *,
        beat: Callable[[], None] | None = None,
        clock: WallClock | None = None,
    ) -> None:
        self._spec, self._mailbox, self._tally, self._stopped = spec, mailbox, tally, stopped
        self._beat = beat or mailbox.beat
        self._now = _present(clock or WallClock(), mailbox)
        # Nothing in here may point back at the session: it would hold on to the scene it has learnt
        # until Python looks for such rings everywhere, which in a process so quiet takes hours.
        self._looker = Looker(
            spec.habits,
            mailbox,
            tally,
            new_watcher=partial(_watcher_of, spec) if spec.view_check or spec.watched else None,
            now=self._now,
        )
        self._decoder: Decoder | None = None
        self._good_at = time.monotonic()

    @property
    def decoding(self) -> Decoding:
        decoder = self._decoder
        return Decoding.NONE if decoder is None else decoder.mode

    def run(self) -> None:
        """Returns when the stream ends by itself or is stopped; raises :class:`StreamError`."""
        spec = self._spec
        keeps = not spec.sub_url
        ring = RingWriter(spec.ring, spec.ring_s) if keeps else None
        stream = Stream(
            spec.judged_url, spec, beat=self._beat, stopped=self._stopped, now=self._now
        )
        try:
            with stream:
                self._good_at = time.monotonic()
                self._decoder = decoder = Decoder(
                    stream.video.codec_context,
                    is_adaptive=spec.adaptive,
                    gap_s=1.0 / spec.analysed_fps,
                    name=spec.camera_id,
                    needs=self._looker.needs,
                )

                def take(packet: Packet, t: float, lag: float) -> None:
                    is_key = packet.is_keyframe
                    if ring is not None:
                        ring.write(packet, stream.video, t, lag)
                    self._take(decoder, packet, t, is_key)

                stream.read(take)
        finally:
            self._decoder = None
            self._looker.close()
            if ring is not None:
                ring.close()

    def _take(self, decoder: Decoder, packet: Packet, t: float, is_key: bool) -> None:
        looker, corrupt = self._looker, decoder.corrupt
        self._show(decoder, decoder.feed(packet, t, is_key))
        if decoder.mode is Decoding.KEY:
            if looker.is_stirred or looker.is_awake:
                groups = 2 if looker.is_stirred else 1
                looker.rewind()
                self._show(decoder, decoder.wake(groups))
        elif not looker.is_awake:
            decoder.rest()
            looker.is_stirred = False
        self._tally.corrupt += decoder.corrupt - corrupt
        if time.monotonic() - self._good_at > NO_FRAME_S:
            raise StreamError(StreamFault.TIMEOUT, f"no whole picture for {NO_FRAME_S:.0f} s")

    def _show(self, decoder: Decoder, shown: Iterable[Shown]) -> None:
        for t, frame in shown:
            self._good_at = time.monotonic()
            self._looker.show(t, frame, is_alone=decoder.mode is Decoding.KEY)
            if self._stopped():
                return


def _present(clock: WallClock, mailbox: Mailbox) -> Callable[[], float]:
    # Nobody's stay in view is bent by a clock that is set.
    return lambda: clock.now(may_step=not mailbox.is_wanted())


def _watcher_of(spec: CameraSpec) -> Watcher:
    since = spec.view_from
    return Watcher(spec.watched, spec.reference, since.timestamp() if since else None)


def keep_evidence(
    spec: CameraSpec,
    stopped: Callable[[], bool],
    beat: Callable[[], None],
    now: Callable[[], float],
    waits: Callable[[], None] | None = None,
) -> None:
    """One connection to the main stream of a camera whose small one is judged: nothing is decoded.

    Returns when the stream ends by itself or is stopped; raises :class:`StreamError`.
    """
    ring = RingWriter(spec.ring, spec.ring_s)
    try:
        stream = Stream(spec.url, spec, beat=beat, stopped=stopped, now=now, waits=waits)
        with stream:
            stream.read(lambda packet, t, lag: ring.write(packet, stream.video, t, lag))
    finally:
        ring.close()


def loops(url: str) -> bool:
    """Whether a file source is to start again at its end (``?loop=1``)."""
    parts = urlsplit(url)
    return parts.scheme == "file" and parse_qs(parts.query).get("loop") == ["1"]
