"""One frame per camera between the capture and the inference process: latest wins.

Shared memory with two slots. The writer fills the slot that is not the latest and then
publishes it. The reader looks at the pixels where they lie and asks afterwards whether they
are still the ones it took, so neither ever waits for the other, and whoever is killed
leaves no lock behind.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.shared_memory import SharedMemory
from typing import cast

import numpy as np

from vision.bell import Bell
from vision.contract import ViewState
from vision.letterbox import Image

# Zones beyond this many travel without a share of what changed in them.
MAX_ZONES = 64
_VIEWS = tuple(ViewState)
_HEAD_BYTES = 64
# Indices into the head, which is read and written in units of eight bytes.
_BEAT, _WANTED = 0, 1
_LATEST, _TAKEN, _DROPPED = 2, 3, 4
_BELL = 5
_SLOT = np.dtype(
    [
        ("seq", "u8"),
        ("t", "f8"),
        ("taken_at", "f8"),
        ("source", "i4", 2),
        ("shape", "i4", 2),
        ("view", "u4"),
        ("zones", "u4"),
        ("changed", "f4", MAX_ZONES),
    ]
)


@dataclass(frozen=True, slots=True)
class Mail:
    """One frame, as it lies in the slot; ask :meth:`Mailbox.is_intact` after reading ``image``.

    ``image`` (height, width, 3) BGR letterboxed, ``t`` UTC seconds, ``taken_at`` on the
    monotonic clock, ``source`` the camera's own (width, height). ``view`` and ``changed`` are
    those of :class:`vision.seen.FrameInfo`.
    """

    image: Image
    t: float
    taken_at: float
    source: tuple[int, int]
    view: ViewState = ViewState.OK
    changed: tuple[float, ...] = ()
    number: int = 0


class Mailbox:
    """``size`` bounds the frames (width, height); ``name`` None makes a new one.

    Whoever made it removes it from the system with :meth:`close`. One writer, one reader.
    """

    def __init__(self, size: tuple[int, int], name: str | None = None) -> None:
        self.size = size
        self._room = size[0] * size[1] * 3
        length = _HEAD_BYTES + 2 * (_SLOT.itemsize + self._room)
        self._memory = SharedMemory(name=name, create=name is None, size=length)
        self._owner = name is None
        self.bells: Sequence[Bell] = ()  # one of them is rung for each frame put
        buffer = cast("memoryview", self._memory.buf)
        head = buffer[:_HEAD_BYTES]
        # Indexing these is several times cheaper than a numpy scalar, and done for each packet.
        self._instants, self._counts = head.cast("d"), head.cast("Q")
        head.release()
        self._slots, self._pixels = [], []
        for index in range(2):
            start = _HEAD_BYTES + index * (_SLOT.itemsize + self._room)
            self._slots.append(np.ndarray((1,), _SLOT, buffer, start))
            self._pixels.append(np.ndarray((self._room,), np.uint8, buffer, start + _SLOT.itemsize))
        if self._owner:
            self.beat()

    @property
    def name(self) -> str:
        return self._memory.name

    @property
    def dropped(self) -> int:
        """Frames that were overtaken before anybody read them, or while they were read."""
        return self._counts[_DROPPED]

    def beat(self) -> None:
        """The capture thread is alive and not stuck in a native call."""
        self._instants[_BEAT] = time.monotonic()

    def beat_age(self) -> float:
        """Seconds since the last :meth:`beat`, by the monotonic clock that processes share."""
        return time.monotonic() - self._instants[_BEAT]

    def rings(self, number: int) -> None:
        """Reader: from now on that of the writer's bells is rung; whoever listens to it reads."""
        self._counts[_BELL] = number

    def want(self, seconds: float) -> None:
        """Reader: every frame is of interest for so long from now, whatever was said before."""
        self._instants[_WANTED] = time.monotonic() + seconds

    def is_wanted(self) -> bool:
        """Writer: whether the reader asked for every frame."""
        return time.monotonic() < self._instants[_WANTED]

    def put(
        self,
        t: float,
        source: tuple[int, int],
        shape: tuple[int, int],
        fill: Callable[[Image], object],
        *,
        view: ViewState = ViewState.OK,
        changed: Sequence[float] = (),
    ) -> None:
        """Publish a frame of ``shape`` (width, height) that ``fill`` writes into the given image.

        Raises :class:`ValueError` where the shape is larger than the box.
        """
        if shape[0] * shape[1] * 3 > self._room:
            raise ValueError(f"a frame of {shape} does not fit into {self.size}")
        number = self._counts[_LATEST] + 1
        slot = self._slots[number % 2]
        slot["seq"][0] = 0
        fill(self._image(number, shape))
        slot["t"][0], slot["taken_at"][0] = t, time.monotonic()
        slot["source"][0], slot["shape"][0] = source, shape
        known = changed[:MAX_ZONES]
        slot["view"][0], slot["zones"][0] = _VIEWS.index(view), len(known)
        if known:
            slot["changed"][0, : len(known)] = known
        slot["seq"][0] = number
        self._counts[_LATEST] = number
        if self.bells:
            self.bells[self._counts[_BELL]].ring()

    def is_taken(self) -> bool:
        """Writer: whether the newest frame was taken, so that another overtakes nobody."""
        return self._counts[_TAKEN] >= self._counts[_LATEST]

    def take(self) -> Mail | None:
        """Reader: the newest frame not yet taken; what was overtaken counts as dropped."""
        number, taken = self._counts[_LATEST], self._counts[_TAKEN]
        if number == taken:
            return None
        row = self._slots[number % 2][0].copy()
        if int(row["seq"]) != number or not self._holds(number):
            return None  # two newer ones came since: the next call gets the latest
        self._counts[_DROPPED] += number - taken - 1
        self._counts[_TAKEN] = number
        return self._mail(number, row)

    def is_intact(self, mail: Mail) -> bool:
        """Reader: whether the pixels of ``mail`` were its own until now; if not, it was dropped.

        To be asked once for each frame, when its pixels have been read.
        """
        if self._holds(mail.number):
            return True
        self._counts[_DROPPED] += 1
        return False

    def close(self) -> None:
        # Views pin the buffer; SharedMemory refuses to close under them.
        self._instants.release()
        self._counts.release()
        self._slots, self._pixels = [], []
        with suppress(BufferError):  # somebody still looks at a frame: the mapping ends with that
            self._memory.close()
        if self._owner:
            self._memory.unlink()

    def _holds(self, number: int) -> bool:
        return int(self._slots[number % 2]["seq"][0]) == number

    def _image(self, number: int, shape: tuple[int, int]) -> Image:
        width, height = shape
        return self._pixels[number % 2][: width * height * 3].reshape(height, width, 3)

    def _mail(self, number: int, row: np.void) -> Mail:
        width, height = (int(side) for side in row["shape"])
        source = row["source"]
        return Mail(
            self._image(number, (width, height)),
            float(row["t"]),
            float(row["taken_at"]),
            (int(source[0]), int(source[1])),
            _VIEWS[int(row["view"])],
            tuple(float(share) for share in row["changed"][: int(row["zones"])]),
            number,
        )
