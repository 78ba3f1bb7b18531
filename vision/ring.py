"""The last minute of a camera, as it came: compressed packets on disk, in short segments.

On disk, because the pre-roll of an episode must survive a killed worker. Each segment is
a NUT file (keeps any codec's packets with exact times, every packet is flushed, a cut-off
tail costs nothing but itself) that starts at a key frame and is named after its first
instant in UTC milliseconds. Times inside count from that instant, after ``BASE_S``.
"""

from __future__ import annotations

import itertools
import logging
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from vision.mask_file import NAME as MASKS

log = logging.getLogger(__name__)
TICKS = 90_000
TIME_BASE = Fraction(1, TICKS)
BASE_S = 10  # room for decode times before the first presentation time
MIN_SEGMENT_S = 1.0
SUFFIX = ".nut"
FULL = ".full"  # a file beside the cameras' folders: nothing more is to be written (vision.room)
_INDEX_CODE = b"NX\xdd\x67\x2f\x23\xe6\x4e"  # of the NUT specification
_INDEX_REACH = 65_536


@dataclass(frozen=True, slots=True)
class Segment:
    """A file of the ring; ``start_t`` in seconds since the epoch."""

    start_t: float
    path: Path


class RingWriter:
    """Writes one camera's packets; used by one thread."""

    def __init__(self, folder: Path, keep_s: float) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._keep_s, self._full = folder, keep_s, folder.parent / FULL
        self._container: av.container.OutputContainer | None = None
        self._stream: av.VideoStream | None = None
        self._start_t = 0.0
        self._failed = False

    def write(
        self,
        packet: av.Packet[av.VideoStream],
        template: av.VideoStream,
        t: float,
        lag: float | None = None,
    ) -> None:
        """Append a packet whose presentation instant is ``t``; its time fields are rewritten.

        ``lag``: seconds from its decode time to its presentation; worked out where not given.
        """
        if packet.is_keyframe and self._wants_new(t):
            self._rotate(template, t)
        if self._container is None:
            return
        if lag is None:
            lag = _lag_of(packet)
        ticks = round((t - self._start_t + BASE_S) * TICKS)
        packet.time_base = TIME_BASE
        packet.pts, packet.dts = ticks, ticks - round(lag * TICKS)
        if self._stream is not None:
            packet.stream = self._stream
        try:
            self._container.mux_one(packet)
            self._failed = False
        except ValueError:
            self.close()  # decode times that step back: a jump in the stream; wait for a key frame
        except (av.FFmpegError, OSError) as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        """A full disk must not stop the judging; but evidence is being lost, and that is said."""
        if not self._failed:
            log.warning("no video is kept in %s: %s", self._folder, error)
        self._failed = True
        self.close()

    def close(self) -> None:
        container, self._container, self._stream = self._container, None, None
        if container is not None:
            try:
                container.close()
            except (av.FFmpegError, OSError):
                return  # every packet was flushed; only the index is lost

    def _wants_new(self, t: float) -> bool:
        return self._container is None or not 0 <= t - self._start_t < MIN_SEGMENT_S

    def _rotate(self, template: av.VideoStream, t: float) -> None:
        self.close()
        prune(self._folder, t - self._keep_s)
        if self._full.exists():
            return
        path = f"{self._folder}/{_name(round(t * 1000))}"
        try:
            self._container = av.open(path, "w", format="nut", options={"flush_packets": "1"})
            self._stream = self._container.add_stream_from_template(template)
            self._stream.time_base = TIME_BASE
        except (av.FFmpegError, OSError) as error:
            self._fail(error)
            return
        self._start_t = round(t * 1000) / 1000


def _lag_of(packet: av.Packet[av.VideoStream]) -> float:
    if packet.pts is None or packet.dts is None:
        return 0.0
    return float((packet.pts - packet.dts) * packet.time_base)


def is_closed(path: Path) -> bool:
    """Whether a segment was finished: an index stands at the end of a finished NUT file."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _INDEX_REACH))
        return _INDEX_CODE in stream.read()


def segments(folder: Path) -> list[Segment]:
    """The segments of a folder, oldest first."""
    return _segments(folder, _instants(folder))


def newest(folder: Path, count: int) -> list[Segment]:
    """The last ``count`` segments of a folder, oldest first."""
    return _segments(folder, _instants(folder)[-count:])


def _segments(folder: Path, instants: Iterable[int]) -> list[Segment]:
    # Only for those that are asked for: every name of a path enters the interpreter's table of names.
    return [Segment(at / 1000, folder / _name(at)) for at in instants]


def _instants(folder: Path) -> list[int]:
    """When the segments of a folder begin, in UTC milliseconds, in order."""
    stems = [name[: -len(SUFFIX)] for name in _names(folder) if name.endswith(SUFFIX)]
    return sorted(int(stem) for stem in stems if stem.isdigit())


def _name(at: int) -> str:
    return f"{at:013d}{SUFFIX}"


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208
    except OSError:
        return []  # a folder that cannot be read holds nothing; writing to it says why


def covering(folder: Path, start_t: float, end_t: float) -> list[Segment]:
    """The segments that hold ``start_t`` to ``end_t``, from the key frame before the start."""
    known = [at for at in _instants(folder) if at / 1000 <= end_t]
    before = [i for i, at in enumerate(known) if at / 1000 <= start_t]
    return _segments(folder, known[before[-1] :] if before else known)


def prune(folder: Path, older_than_t: float) -> None:
    """Delete segments that end before ``older_than_t``: a segment ends where the next starts."""
    # At each new segment of each camera: plain names are ten times as fast as paths, which besides
    # enter every name into the interpreter's table of names, which grows by that.
    for at, following in itertools.pairwise(_instants(folder)):
        if following < 1000 * older_than_t:
            with suppress(FileNotFoundError):
                os.unlink(f"{folder}/{_name(at)}")  # noqa: PTH108


def secure(folder: Path, start_t: float, end_t: float, into: Path) -> list[Path]:
    """Hard-link what covers the span into ``into``, out of the reach of :func:`prune`.

    And what hides it, as it is now: neither file is ever written to again.
    """
    into.mkdir(parents=True, exist_ok=True)
    for path in (folder / MASKS, *(s.path for s in covering(folder, start_t, end_t))):
        try:
            os.link(path, into / path.name)
        except (FileExistsError, FileNotFoundError):
            continue
    return [segment.path for segment in segments(into)]
