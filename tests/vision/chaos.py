"""A proxy between a camera and its viewer that harms what passes, when it is told to.

RTSP over TCP is one connection for everything, so faults of bytes are enough. ``mode`` may be
changed at any time and holds for connections that are open as well as for new ones.
"""

from __future__ import annotations

import random
import socket
import struct
import threading
import time
from contextlib import suppress
from enum import StrEnum

_ABORT = struct.pack("ii", 1, 0)  # linger on, no time: the close is a reset


class Mode(StrEnum):
    """What is done to the bytes on their way from the camera."""

    CLEAN = "clean"
    STALL = "stall"  # nothing comes any more, and nobody says so
    CORRUPT = "corrupt"
    THROTTLE = "throttle"
    DELAY = "delay"
    REFUSE = "refuse"  # accepted and closed at once


class Chaos:
    """``value``: bytes a second for throttle, seconds for delay, share of the chunks for corrupt."""

    def __init__(self, upstream: int) -> None:
        self.upstream, self.mode, self.value = upstream, Mode.CLEAN, 0.0
        self.connections = 0
        self._open: set[socket.socket] = set()
        self._random = random.Random(7)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def set(self, mode: Mode, value: float = 0.0) -> None:
        self.value, self.mode = value, mode
        if mode is Mode.REFUSE:
            self.cut()

    def cut(self) -> None:
        """Reset every connection there is; new ones are served."""
        for one in list(self._open):
            with suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            if self.mode is Mode.REFUSE:
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self.upstream), 5)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            self._open |= {near, far}
            for source, target, is_down in ((far, near, True), (near, far, False)):
                pump = (source, target, is_down)
                threading.Thread(target=self._pump, args=pump, daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, is_down: bool) -> None:
        with suppress(OSError):
            while data := source.recv(16_384):
                target.sendall(self._harmed(data) if is_down else data)
        for one in (source, target):
            self._open.discard(one)
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _harmed(self, data: bytes) -> bytes:
        while self.mode is Mode.STALL:
            time.sleep(0.05)
        if self.mode is Mode.THROTTLE:
            time.sleep(len(data) / self.value)
        elif self.mode is Mode.DELAY:
            time.sleep(self.value)
        elif self.mode is Mode.CORRUPT and len(data) > 64 and self._random.random() < self.value:
            harmed = bytearray(data)
            for _ in range(3):
                harmed[self._random.randrange(40, len(harmed))] ^= 0xFF
            return bytes(harmed)
        return data
