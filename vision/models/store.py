"""Weights that the web hands out, kept on this machine by their hash.

``directory/models/<sha256>.onnx`` is whole and was checked, or is not there: a file comes aside,
is hashed, looked at, and only then renamed. What fails costs nothing but itself: the cameras go on
with the model they have, and the heartbeat says why.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from vision import contract
from vision.contract import ModelHealth, ModelRef, ModelState
from vision.models import ModelError, ModelFile, read, sha256_of
from vision.models.onnx_file import check_facts, look_at
from vision.timing import Backoff
from vision.web import WebClient, WebRefusedError, WebUnavailableError

log = logging.getLogger(__name__)
FOLDER = "models"
MB = 1024 * 1024
NO_ROOM_S = 60.0
ABSENT_S = 120.0  # the web may be about to have it
REFUSED_S = 600.0  # other bytes may stand there by then
FOR_EVER = float("inf")
LOOK_S = 1.0
SWEEP_S = 3600.0
KEEP_S = 7 * 86_400.0  # a trial is rolled back within days
LONGEST_DETAIL = 500


class _NotYetError(Exception):
    """Why a model is not here; ``again_s`` until the next try, None for the back-off's word."""

    def __init__(self, state: ModelState, detail: str, again_s: float | None = None) -> None:
        super().__init__(detail)
        self.state, self.again_s = state, again_s


@dataclass(slots=True)
class _Entry:
    """One model that the configuration names, and where it stands."""

    file: contract.ModelFile
    state: ModelState = ModelState.FETCHING
    detail: str = "is waited for"
    usable: ModelFile | None = None
    note: str = ""
    try_at: float = 0.0
    backoff: Backoff = field(default_factory=lambda: Backoff(2.0, 60.0))


class ModelStore:
    """:meth:`run` fetches in a thread of its own; all else may be called from any.

    ``own`` are the worker's built-in weights: named by the web, they are never fetched. ``in_use``
    tells by hash what processes run just now, whether or not it is still named.
    """

    def __init__(
        self,
        directory: Path,
        backend: str,
        own: ModelRef,
        in_use: Callable[[], Collection[str]] = tuple,
        *,
        free_mb: int = 0,
        free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free,
    ) -> None:
        self._folder = directory / FOLDER
        self._backend, self._own, self._in_use = backend, own, in_use
        self._free_mb, self._free = free_mb, free
        self._entries: dict[str, _Entry] = {}
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._sweep_at = time.monotonic()
        self._folder.mkdir(parents=True, exist_ok=True)

    def heed(self, models: Iterable[contract.ModelFile]) -> None:
        """These, and no others, are to be here."""
        with self._lock:
            known = self._entries
            self._entries = {
                model.sha256: entry
                if (entry := known.get(model.sha256)) is not None and entry.file == model
                else _Entry(model)
                for model in models
            }
        self._news.set()

    def usable(self) -> dict[str, ModelFile]:
        """What may be loaded, by hash."""
        with self._lock:
            here = {s: e.usable for s, e in self._entries.items() if e.usable is not None}
        here.pop(self._own.sha256, None)  # that is loaded from its own file
        return here

    def health(self) -> tuple[ModelHealth, ...]:
        with self._lock:
            return tuple(
                ModelHealth(sha256, entry.state, entry.detail[:LONGEST_DETAIL])
                for sha256, entry in self._entries.items()
            )

    def throw_away(self, sha256: str, why: str) -> None:
        """The file is not what it was: it is never loaded again, and fetched anew."""
        log.error("model %s is thrown away: %s", sha256[:12], why)
        with suppress(OSError):
            self._path(sha256).unlink()
        with self._lock:
            entry = self._entries.get(sha256)
            if entry is not None:
                entry.usable, entry.state, entry.try_at = None, ModelState.FETCHING, 0.0
                entry.detail = f"{why}; it is fetched anew"
                entry.note = f"was fetched anew, because {why}"
        self._news.set()

    def run(self, stop: threading.Event, web: WebClient | None) -> None:
        """Until ``stop``; without a web only what is here already is found."""
        while not stop.is_set():
            self.work(web, stop)
            if time.monotonic() >= self._sweep_at:
                self._sweep_at = time.monotonic() + SWEEP_S
                self.sweep(time.time())
            self._news.wait(LOOK_S)
            self._news.clear()

    def work(self, web: WebClient | None, stop: threading.Event) -> None:
        """Try once for each model that is due."""
        with self._lock:
            now = time.monotonic()
            due = [e for e in self._entries.values() if e.usable is None and now >= e.try_at]
        for entry in due:
            if not stop.is_set():
                self._try(entry, web, stop)

    def sweep(self, now: float) -> None:
        """Remove what nobody has named or run for a week; ``now`` in UTC seconds."""
        with self._lock:
            named = set(self._entries)
        keep = named | set(self._in_use())
        with suppress(OSError):
            for path in list(self._folder.iterdir()):
                if path.suffix not in (".onnx", ".part"):
                    continue
                if path.stem in keep:
                    if path.suffix == ".onnx":
                        os.utime(path, (now, now))
                elif now - path.stat().st_mtime > KEEP_S:
                    log.info("model file %s is not used any more", path.name)
                    path.unlink()

    def _try(self, entry: _Entry, web: WebClient | None, stop: threading.Event) -> None:
        try:
            usable = self._get(entry, web, stop)
        except _NotYetError as why:
            self._put_off(entry, why.state, str(why), why.again_s)
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            what = "no room on the node's disk" if full else f"{error.strerror}"
            if full:
                self._part(entry.file.sha256).unlink(missing_ok=True)
            self._put_off(entry, ModelState.FAILED, f"it cannot be stored: {what}", NO_ROOM_S)
        else:
            log.info("model %s %s is here", entry.file.name, entry.file.version)
            with self._lock:
                entry.usable, entry.state = usable, ModelState.READY
                entry.detail = entry.note
            entry.backoff.reset()

    def _put_off(
        self, entry: _Entry, state: ModelState, detail: str, again_s: float | None
    ) -> None:
        if (entry.state, entry.detail) != (state, detail):
            level = logging.WARNING if state is ModelState.FETCHING else logging.ERROR
            name = f"{entry.file.name} {entry.file.version}"
            log.log(level, "model %s is %s: %s", name, state, detail)
        with self._lock:
            entry.state, entry.detail = state, detail
            wait_s = entry.backoff.next() if again_s is None else again_s
            entry.try_at = time.monotonic() + wait_s

    def _get(self, entry: _Entry, web: WebClient | None, stop: threading.Event) -> ModelFile:
        wanted = entry.file
        ref = ModelRef(wanted.name, wanted.version, wanted.sha256)
        if wanted.sha256 == self._own.sha256:
            return ModelFile(Path(), self._own, wanted.classes)
        found = ModelFile(self._path(wanted.sha256), ref, wanted.classes)
        if found.path.exists():
            try:
                self._look_at(read(found), wanted)
            except ModelError as error:
                found.path.unlink(missing_ok=True)
                entry.note = f"was fetched anew, because {error}"
                log.warning("model %s on this machine is thrown away: %s", wanted.name, error)
            else:
                return found
        self._fetch(entry, web, stop)
        return found

    def _fetch(self, entry: _Entry, web: WebClient | None, stop: threading.Event) -> None:
        """Into its place, checked; raises :class:`_NotYetError` or :class:`OSError`."""
        wanted, part = entry.file, self._part(entry.file.sha256)
        if web is None:
            raise _NotYetError(ModelState.FAILED, "it is not here, and there is no web", FOR_EVER)
        have = part.stat().st_size if part.exists() else 0
        if have > wanted.size:
            part.unlink()
            have = 0
        self._check_room(wanted.size - have)
        if have < wanted.size:
            self._download(entry, web, part, stop)
        try:
            self._check(part, wanted)
        except _NotYetError:
            if not have:
                raise
            # The two halves may be of two files: once more, and whole.
            self._download(entry, web, part, stop)
            self._check(part, wanted)
        part.replace(self._path(wanted.sha256))
        _settle(self._folder)

    def _download(self, entry: _Entry, web: WebClient, part: Path, stop: threading.Event) -> None:
        wanted = entry.file

        def came(so_far: int) -> bool:
            if entry.state is ModelState.FETCHING:
                share = f"{so_far / MB:.1f} of {wanted.size / MB:.1f} MB"
                entry.detail = f"is being fetched: {share}"
            return not stop.is_set()

        try:
            answer = web.fetch_model(wanted.sha256, part, most=wanted.size, came=came)
        except WebRefusedError as error:
            raise _NotYetError(_still(entry), str(error), ABSENT_S) from error
        except WebUnavailableError as error:
            raise _NotYetError(_still(entry), str(error)) from error
        if answer.status == 413:
            part.unlink(missing_ok=True)
            detail = f"the web sends more than the {wanted.size} bytes it announced"
            raise _NotYetError(ModelState.REFUSED, detail, REFUSED_S)
        if answer.status not in (200, 206):
            part.unlink(missing_ok=True)
            detail = f"the web does not give it ({answer.status}): {answer.problem}"
            raise _NotYetError(ModelState.FAILED, detail, ABSENT_S)

    def _check(self, part: Path, wanted: contract.ModelFile) -> None:
        """Remove what is not ``wanted``, and say why."""
        digest = sha256_of(part)
        if digest != wanted.sha256:
            part.unlink()
            detail = f"the web's file has sha256 {digest}, expected {wanted.sha256}"
            raise _NotYetError(ModelState.REFUSED, detail, REFUSED_S)
        try:
            self._look_at(part.read_bytes(), wanted)
        except ModelError as error:
            part.unlink()
            # By its hash it will always be this file.
            raise _NotYetError(ModelState.REFUSED, str(error), FOR_EVER) from error

    def _look_at(self, data: bytes, wanted: contract.ModelFile) -> None:
        if self._backend != "scripted":  # tests' own; it reads nothing but JSON
            check_facts(look_at(data), wanted.classes)

    def _check_room(self, size: int) -> None:
        left = self._free(self._folder) - size
        if left < self._free_mb * MB:
            detail = f"no room on the node's disk for {size / MB:.1f} MB"
            raise _NotYetError(ModelState.FAILED, detail, NO_ROOM_S)

    def _path(self, sha256: str) -> Path:
        return self._folder / f"{sha256}.onnx"

    def _part(self, sha256: str) -> Path:
        return self._folder / f"{sha256}.part"


def told(
    kept: Iterable[ModelHealth], loading: Mapping[str, tuple[ModelState, str]]
) -> tuple[ModelHealth, ...]:
    """What the heartbeat says of each: a file that is here is ready once its process runs it."""
    return tuple(
        ModelHealth(one.sha256, *loading[one.sha256])
        if one.state is ModelState.READY and one.sha256 in loading
        else one
        for one in kept
    )


def _still(entry: _Entry) -> ModelState:
    """A web that is away makes nothing better that was refused before."""
    return entry.state if entry.state is ModelState.REFUSED else ModelState.FETCHING


def _settle(folder: Path) -> None:
    """The new name survives a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
