"""One frame per camera between the capture and the detector process: latest wins.

Shared memory with two slots. The writer fills the slot that is not the latest and then
publishes it; the reader checks the slot's number before and after copying, so neither
ever waits for the other, and a killed writer leaves no lock behind.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.shared_memory import SharedMemory

import numpy as np

from vision.letterbox import Image

_HEAD = np.dtype([("beat", "f8"), ("latest", "u8")])
_SLOT = np.dtype(
    [("seq", "u8"), ("t", "f8"), ("taken_at", "f8"), ("width", "i8"), ("height", "i8")]
)


@dataclass(frozen=True, slots=True)
class Mail:
    """A copy of one frame.

    ``image`` (height, width, 3) BGR letterboxed, ``t`` UTC seconds, ``taken_at`` on the
    monotonic clock, ``source`` the camera's own (width, height).
    """

    image: Image
    t: float
    taken_at: float
    source: tuple[int, int]


class Mailbox:
    """``size`` is the model's input (width, height); ``name`` None makes a new one."""

    def __init__(self, size: tuple[int, int], name: str | None = None) -> None:
        self.size = size
        pixels = size[0] * size[1] * 3
        length = _HEAD.itemsize + 2 * (_SLOT.itemsize + pixels)
        self._memory = SharedMemory(name=name, create=name is None, size=length)
        self._owner = name is None
        buffer = self._memory.buf
        self._head = np.ndarray((1,), _HEAD, buffer)
        self._slots, self._images = [], []
        for index in range(2):
            start = _HEAD.itemsize + index * (_SLOT.itemsize + pixels)
            self._slots.append(np.ndarray((1,), _SLOT, buffer, start))
            shape = (size[1], size[0], 3)
            self._images.append(np.ndarray(shape, np.uint8, buffer, start + _SLOT.itemsize))
        self._taken = 0
        self.dropped = 0
        if self._owner:
            self.beat()

    @property
    def name(self) -> str:
        return self._memory.name

    def beat(self) -> None:
        """The capture thread is alive and not stuck in a native call."""
        self._head["beat"][0] = time.monotonic()

    def beat_age(self) -> float:
        """Seconds since the last :meth:`beat`, by the monotonic clock both processes share."""
        return time.monotonic() - float(self._head["beat"][0])

    def put(self, t: float, source: tuple[int, int], fill: Callable[[Image], object]) -> None:
        """Publish a frame that ``fill`` writes into the given image."""
        number = int(self._head["latest"][0]) + 1
        slot = self._slots[number % 2]
        slot["seq"][0] = 0
        fill(self._images[number % 2])
        slot["t"][0], slot["taken_at"][0] = t, time.monotonic()
        slot["width"][0], slot["height"][0] = source
        slot["seq"][0] = number
        self._head["latest"][0] = number

    def take(self) -> Mail | None:
        """The newest frame not yet taken; what was overtaken is counted in ``dropped``."""
        number = int(self._head["latest"][0])
        slot = self._slots[number % 2]
        if number == self._taken or int(slot["seq"][0]) != number:
            return None
        image = self._images[number % 2].copy()
        source = int(slot["width"][0]), int(slot["height"][0])
        mail = Mail(image, float(slot["t"][0]), float(slot["taken_at"][0]), source)
        if int(slot["seq"][0]) != number:
            return None  # overwritten while copying: the next call gets the newer one
        self.dropped += max(0, number - self._taken - 1)
        self._taken = number
        return mail

    def close(self) -> None:
        # numpy views pin the buffer; SharedMemory refuses to close under them.
        del self._head
        self._slots, self._images = [], []
        self._memory.close()
        if self._owner:
            self._memory.unlink()
