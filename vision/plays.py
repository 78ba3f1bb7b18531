"""Who plays a platform's channel: one question at a time, kept while somebody reads, given back after.

A folder of lock files that the kernel minds, so that it holds whichever process is killed. A reader
holds ``<channel>.read`` shared while it has the stream open. Whoever asks the platform anything about
a channel holds ``<channel>.ask`` alone, and writes into it what is under way: the next one knows that
a killed one's question may still be at work, and waits. Capture processes play; their parent, who
outlives them, hangs up.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from vision.contract import NodeConfig, Platform, StreamFault, is_leased
from vision.platforms import ANSWER_S, ASIDE_S, Caller, Channel, Client, UnansweredError, order_of
from vision.reach import Trust
from vision.streams import StreamError
from vision.timing import Backoff

log = logging.getLogger(__name__)
TEND_S = 1.0
CLOSE_S = 6.0
# The same name as of a stream's own addresses; a folder of the worker's directory.
FOLDER = "plays"
_AT_ONCE = 16
_WAIT_S = 0.2
_ENDED = "it is being stopped"


@dataclass(frozen=True, slots=True)
class Places:
    """What a capture process needs to play channels. The platforms' keys are secrets."""

    folder: Path
    platforms: tuple[Platform, ...] = ()

    def platform_of(self, channel: Channel) -> Platform:
        for platform in self.platforms:
            if platform.platform_id == channel.platform_id:
                return platform
        detail = f"no platform called {channel.platform_id} is configured for this node"
        raise StreamError(StreamFault.NOT_FOUND, detail)


@dataclass(frozen=True, slots=True)
class _Mark:
    """What a channel's file says: until when (UTC) a question may be at work; what was answered."""

    asked_until: float = 0.0
    url: str = field(default="", repr=False)

    @classmethod
    def read(cls, handle: int) -> Self:
        try:
            told = json.loads(os.pread(handle, 8192, 0) or b"{}")
            return cls(float(told.get("asked_until", 0)), str(told.get("url", "")))
        except (ValueError, AttributeError, TypeError):
            return cls(time.time() + ANSWER_S)  # torn by a crash: as if it had just been asked

    def write(self, handle: int) -> None:
        text = json.dumps({"asked_until": self.asked_until, "url": self.url}).encode()
        os.ftruncate(handle, 0)
        os.pwrite(handle, text, 0)

    def waits_s(self) -> float:
        """How long an unanswered question may still be at work; a clock set back adds nothing."""
        return max(0.0, min(self.asked_until - time.time(), ANSWER_S))


class Play:
    """One reader's hold on a channel."""

    def __init__(
        self, url: str, places: Places, hosts: Sequence[str], caller: Caller | None = None
    ) -> None:
        """Raises :class:`StreamError` where ``url`` is none, or its platform is not known."""
        self._channel, self._caller = Channel.of(url), caller or Caller()
        platform = places.platform_of(self._channel)
        self._client = Client(platform, hosts, caller=self._caller)
        self._files = _Files(places.folder, self._channel)
        self._reading: int | None = None

    def start(self) -> str:
        """An address that plays now, shared with whoever reads this channel already.

        Raises :class:`StreamError`. Waits for others, and for the platform, beating all the time.
        """
        with self._files.asking(self._wait) as asked:
            mark = _Mark.read(asked)
            if not mark.url or self._files.is_unread():
                mark = self._ask(asked, mark)
            self._reading = self._files.hold()
        return mark.url

    def end(self) -> None:
        """Read no more; the parent sees to the rest."""
        if self._reading is not None:
            os.close(self._reading)
            self._reading = None

    def _ask(self, asked: int, before: _Mark) -> _Mark:
        until = time.monotonic() + before.waits_s()
        while time.monotonic() < until:
            self._wait()
        _Mark(time.time() + ANSWER_S).write(asked)
        try:
            mark = _Mark(url=self._client.start(self._channel, order_of()))
        except UnansweredError:
            raise  # the mark stays: nobody asks again before it must be over
        except StreamError:
            _Mark().write(asked)
            raise
        mark.write(asked)
        return mark

    def _wait(self) -> None:
        self._caller.beat()
        if self._caller.stopped():
            raise StreamError(StreamFault.OTHER, _ENDED)
        time.sleep(_WAIT_S)


class Plays:
    """The parent's side: ends what nobody reads and nobody is to read any more."""

    def __init__(self, folder: Path, trust: Trust | None = None) -> None:
        self._folder, self._trust = folder, trust or Trust.of()
        self._platforms: dict[str, Platform] = {}
        self._hosts: tuple[str, ...] = ()
        self._wanted: frozenset[Channel] = frozenset()
        self._later: dict[Channel, tuple[float, Backoff]] = {}
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def heed(self, config: NodeConfig, hosts: Sequence[str]) -> None:
        """Follow a configuration. A platform that is gone from it is still told to hang up."""
        self._hosts = tuple(hosts)
        self._platforms |= {platform.platform_id: platform for platform in config.platforms}
        urls = (url for camera in config.cameras for url in (camera.url, camera.sub_url))
        self._wanted = frozenset(_channels(url for url in urls if is_leased(url)))
        if self._thread is None and (self._wanted or self._folder.is_dir()):
            self._thread = threading.Thread(target=self._run, name="plays", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Hang up everywhere; all readers have ended. Bounded by ``CLOSE_S``."""
        self._over.set()
        if self._thread is None:
            return
        self._thread.join(ASIDE_S)
        until = time.monotonic() + CLOSE_S
        left = self._end_all(_known(self._folder))
        while left and time.monotonic() < until:
            time.sleep(_WAIT_S)
            left = self._end_all(left)
        # Better to hang up in the middle of an answer than not at all.
        for channel in self._end_all(left, in_doubt=True):
            log.warning("channel %s: nobody knows whether it plays on", channel.path)

    def _end_all(self, channels: Sequence[Channel], *, in_doubt: bool = False) -> list[Channel]:
        """Those that are left."""
        if not channels:
            return []
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            ended = pool.map(lambda one: self._end(one, 2.0, in_doubt=in_doubt), channels)
            return [one for one, is_ended in zip(channels, ended, strict=True) if not is_ended]

    def _run(self) -> None:
        while not self._over.wait(TEND_S):
            for channel in _known(self._folder):
                if channel in self._wanted or self._over.is_set():
                    continue
                try:
                    self._end(channel, ASIDE_S)
                except OSError as error:  # a full disk: the next round will do
                    log.warning("channel %s is not ended: %s", channel.path, error.strerror)

    def _end(self, channel: Channel, within_s: float, *, in_doubt: bool = False) -> bool:
        """Hang up unless somebody reads; True where nothing is left to be done.

        ``in_doubt``: even where a question may still be at work.
        """
        files = _Files(self._folder, channel)
        try:
            with files.asking(_give_up) as asked:
                mark = _Mark.read(asked)
                if (mark.waits_s() and not in_doubt) or not files.is_unread():
                    return False
                if (mark.url or mark.asked_until) and not self._hang_up(channel, within_s):
                    return False
                files.remove()
                return True
        except BlockingIOError:
            return False

    def _hang_up(self, channel: Channel, within_s: float) -> bool:
        platform = self._platforms.get(channel.platform_id)
        if platform is None:
            log.warning("channel %s: its platform is not known any more", channel.path)
            return True  # it hangs up by itself where nobody reads
        at, backoff = self._later.get(channel, (0.0, Backoff(5.0, 30.0)))
        if time.monotonic() < at and not self._over.is_set():
            return False
        try:
            Client(platform, self._hosts, self._trust).stop(channel, within_s)
        except StreamError as error:
            log.warning("channel %s is not ended: %s", channel.path, error)
            self._later[channel] = (time.monotonic() + backoff.next(), backoff)
            return error.fault in (StreamFault.AUTHENTICATION, StreamFault.HOST_NOT_ALLOWED)
        self._later.pop(channel, None)
        return True


class _Files:
    """The two files of one channel."""

    def __init__(self, folder: Path, channel: Channel) -> None:
        name = f"{channel.platform_id}.{channel.device_id}.{channel.channel_id}"
        self._asking, self._reading = folder / f"{name}.ask", folder / f"{name}.read"

    @contextmanager
    def asking(self, wait: Callable[[], None]) -> Iterator[int]:
        """Alone with the channel; ``wait`` is called again and again until then, and may raise."""
        while True:
            handle = _opened(self._asking)
            try:
                if _is_locked(handle, fcntl.LOCK_EX):
                    # What was removed meanwhile locks nobody out.
                    if os.fstat(handle).st_nlink:
                        yield handle
                        return
                    continue
            finally:
                os.close(handle)
            wait()

    def is_unread(self) -> bool:
        handle = _opened(self._reading)
        try:
            return _is_locked(handle, fcntl.LOCK_EX)
        finally:
            os.close(handle)

    def hold(self) -> int:
        """Read from now on, until the handle is closed or its process ends. Called while asking."""
        handle = _opened(self._reading)
        fcntl.flock(handle, fcntl.LOCK_SH)
        return handle

    def remove(self) -> None:
        for path in (self._reading, self._asking):
            path.unlink(missing_ok=True)


def _opened(path: Path) -> int:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _is_locked(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _give_up() -> None:
    raise BlockingIOError


def _known(folder: Path) -> list[Channel]:
    """The channels that were played and not yet ended."""
    names = [path.name.removesuffix(".ask") for path in folder.glob("*.ask")]
    parts = (name.rsplit(".", 2) for name in sorted(names))
    return [Channel(*part) for part in parts if len(part) == 3]


def _channels(urls: Iterator[str]) -> Iterator[Channel]:
    for url in urls:
        with suppress(StreamError):
            yield Channel.of(url)
