"""How much of a stream is decoded: everything, or key frames alone while nothing happens.

A key frame costs as much as one frame, and there is one in twenty or more; so an idle camera is
decoded at a twentieth of the price. The packets since the key frame before the last one stay in
memory: when something moves, they are decoded first, and who came between two key frames is
seen from the first step on. Where everything is decoded, a frame that is not looked at is decoded
for the sake of a later one only, and not at all where a key frame comes first.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from typing import TypeAlias, cast

import av

from vision.contract import Decoding

log = logging.getLogger(__name__)
LONGEST_GOP_S = 10.0  # key frames further apart show too little: everything is decoded
KEPT_BYTES = 8_000_000  # of two groups of pictures; a main stream of 8 Mb/s sends 2 s in them
CATCH_UP_S = 3.0
US = 1_000_000

# A string: only the type checker's packet takes a parameter.
Packet: TypeAlias = "av.Packet[av.VideoStream]"
Shown = tuple[float, av.VideoFrame]


def packets_of(
    container: av.container.InputContainer, stream: av.VideoStream
) -> AbstractContextManager[Generator[Packet, None, None]]:
    """The packets of one stream, in the order of decoding; to be left before the container is closed.

    Whoever reads some of them only and drops PyAV's own iterator loses 144 bytes for good (18.1).
    """
    return closing(cast("Generator[Packet, None, None]", container.demux(stream)))


@dataclass(frozen=True, slots=True)
class _Kept:
    packet: Packet
    us: int
    is_key: bool
    size: int


class _Store:
    """The packets since the last key frame but one, bounded in bytes and in seconds."""

    def __init__(self) -> None:
        self._kept: deque[_Kept] = deque()
        self._bytes = 0

    def add(self, kept: _Kept) -> None:
        if kept.is_key:
            self._forget_before(self._key_at())
        self._kept.append(kept)
        self._bytes += kept.size
        while self._kept and self._is_too_much():
            self._drop_group()

    def since(self, groups: int) -> list[_Kept]:
        """The packets of the last ``groups`` groups (1 or 2), from a key frame on."""
        keys = [index for index, kept in enumerate(self._kept) if kept.is_key]
        return list(self._kept)[keys[-min(groups, len(keys))] :] if keys else []

    def _key_at(self) -> int:
        """Index of the last key frame."""
        for back, kept in enumerate(reversed(self._kept)):
            if kept.is_key:
                return len(self._kept) - 1 - back
        return 0

    def _forget_before(self, index: int) -> None:
        for _ in range(index):
            self._bytes -= self._kept.popleft().size

    def _is_too_much(self) -> bool:
        span = self._kept[-1].us - self._kept[0].us
        return self._bytes > KEPT_BYTES or span > 2 * LONGEST_GOP_S * US

    def _drop_group(self) -> None:
        """The oldest group goes; one without its key frame cannot be decoded."""
        self._bytes -= self._kept.popleft().size
        while self._kept and not self._kept[0].is_key:
            self._bytes -= self._kept.popleft().size


class _Waiting:
    """Packets that are decoded as soon as a frame is asked for that is built on them.

    ``needs`` says of an instant (UTC seconds) whether its frame is asked for. A stream that sends
    its frames in another order than it shows them waits for nothing: what comes later may be older.
    """

    def __init__(self, needs: Callable[[float], bool]) -> None:
        self._needs = needs
        self._kept: list[tuple[Packet, int]] = []
        self._us = self._due_us = self._shown_us = -1
        self._steps_back = self._stepped_back = False

    def add(self, packet: Packet, us: int, is_key: bool) -> bool:
        """Whether packets were left out, so that the decoder must begin anew with this one."""
        is_left_out = is_key and bool(self._kept)
        if is_key:
            self._kept.clear()
            self._stepped_back, self._steps_back = self._steps_back, False
        self._steps_back = self._steps_back or us < self._us
        self._us = us
        self._kept.append((packet, us))
        return is_left_out

    def take(self) -> list[tuple[Packet, int]]:
        """What is to be decoded now."""
        is_shown = self._shown_us >= self._due_us
        if is_shown and self._needs(self._us / US):
            # A decoder may hold a frame back: until it is out, whatever comes is decoded.
            self._due_us, self._shown_us, is_shown = self._us, -1, False
        if is_shown and not (self._steps_back or self._stepped_back):
            return []
        taken, self._kept = self._kept, []
        return taken

    def shown(self, us: int) -> None:
        self._shown_us = us

    def clear(self) -> None:
        self._kept.clear()
        self._us = self._due_us = self._shown_us = -1


class Decoder:
    """One stream's decoder. ``gap_s``: key frames nearer than that are not all decoded in idle.

    ``needs`` says of an instant (UTC seconds) whether its frame will be looked at; others may come
    out too, or not. ``corrupt`` counts what came out broken and was dropped.
    """

    def __init__(
        self,
        context: av.VideoCodecContext,
        *,
        is_adaptive: bool,
        gap_s: float,
        name: str = "",
        needs: Callable[[float], bool] = lambda _t: True,
    ) -> None:
        self._context, self._is_adaptive, self._gap_s = context, is_adaptive, gap_s
        self._name = name
        self._store = _Store()
        self._waiting = _Waiting(needs)
        self._key_us: int | None = None
        self._shown_key_us: int | None = None
        self._gop_us: int | None = None
        self._is_long_said = self._awaits_key = False
        self.mode = Decoding.FULL
        self.corrupt = 0

    def feed(self, packet: Packet, t: float, is_key: bool) -> Iterator[Shown]:
        """The frames that ``packet``, of the instant ``t`` (UTC seconds), brings to light."""
        us = round(t * US)
        if self._is_adaptive:
            self._store.add(_Kept(packet, us, is_key, packet.size))
            self._measure(us, is_key)
        self._awaits_key = self._awaits_key and not is_key
        if self.mode is Decoding.FULL:
            if not self._awaits_key:
                yield from self._decode_needed(packet, us, is_key)
        elif is_key and self._is_due(us):
            self._shown_key_us = us
            yield from self._decode_alone(packet, us)
        elif not is_key and us - (self._key_us or us) > LONGEST_GOP_S * US:
            yield from self.wake(1)

    def wake(self, groups: int = 2) -> Iterator[Shown]:
        """From now on everything, and first what was not decoded since it was last looked at.

        ``groups`` 2 begins before the last key frame, 1 with it. The frames come in order. Where
        that takes longer than ``CATCH_UP_S``, it goes on with the last key frame.
        """
        if self.mode is not Decoding.KEY:
            return
        self.mode = Decoding.FULL
        until = time.monotonic() + CATCH_UP_S
        kept = self._store.since(groups)
        last_key = max((index for index, one in enumerate(kept) if one.is_key), default=0)
        self._awaits_key = not kept  # too large to keep: what follows has nothing to build on
        self._context.flush_buffers()
        for index, one in enumerate(kept):
            if index < last_key and time.monotonic() > until:
                self._context.flush_buffers()
                self._waiting.clear()
                kept = kept[last_key:]
                break
            yield from self._decode_needed(one.packet, one.us, one.is_key)
        else:
            return
        for one in kept:
            yield from self._decode_needed(one.packet, one.us, one.is_key)

    def rest(self) -> bool:
        """Key frames alone from now on; False where they are too far apart, or not known to be."""
        if not self._is_adaptive or self._gop_us is None or self.mode is Decoding.KEY:
            return self.mode is Decoding.KEY
        if self._gop_us > LONGEST_GOP_S * US:
            self._say_long(self._gop_us)
            return False
        self.mode = Decoding.KEY
        self._waiting.clear()
        return True

    def _measure(self, us: int, is_key: bool) -> None:
        if self._key_us is None:
            self._key_us = us if is_key else None
        elif is_key:
            self._gop_us, self._key_us = us - self._key_us, us
        elif us - self._key_us > LONGEST_GOP_S * US:
            self._gop_us = us - self._key_us

    def _say_long(self, gop_us: int) -> None:
        if not self._is_long_said:
            self._is_long_said = True
            log.warning(
                "camera %s sends a key frame every %.0f s: everything is decoded, at many times "
                "the cost; set it to 2 s",
                self._name,
                gop_us / US,
                extra={"camera_id": self._name},
            )

    def _is_due(self, us: int) -> bool:
        # Where every frame is a key frame (MJPEG), idle means fewer of them.
        last = self._shown_key_us
        return last is None or us < last or us - last >= self._gap_s * US * 0.999

    def _decode_needed(self, packet: Packet, us: int, is_key: bool) -> Iterator[Shown]:
        if self._waiting.add(packet, us, is_key):
            self._context.flush_buffers()
        for one, one_us in self._waiting.take():
            for t, frame in self._decode(one, one_us):
                self._waiting.shown(round(t * US))
                yield t, frame

    def _decode_alone(self, packet: Packet, us: int) -> Iterator[Shown]:
        """A key frame on its own, at once, whatever the decoder holds back to put in order."""
        self._context.flush_buffers()
        shown = list(self._decode(packet, us))
        if not shown:
            shown = list(self._decode(None, us))
        yield from shown

    def _decode(self, packet: Packet | None, us: int) -> Iterator[Shown]:
        if packet is not None:
            # The frame brings its time back with it. The ring has used up the packet's own.
            packet.pts = packet.dts = us
        try:
            frames = self._context.decode(packet)
        except (av.error.InvalidDataError, av.error.EOFError):
            self.corrupt += 1
            return
        for frame in frames:
            if frame.is_corrupt:
                self.corrupt += 1
            elif frame.pts is not None:
                yield frame.pts / US, frame
