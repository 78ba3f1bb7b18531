"""Turns episode changes into stored revisions, and has their evidence made in time."""

from __future__ import annotations

import errno
import logging
import shutil
import sqlite3
import time
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from vision.contract import Camera, Mask, ModelRef, Phase, ViolationEvent
from vision.episodes import EVIDENCE_AFTER_S, Change, Episode
from vision.events import first_revision, next_revision
from vision.mask_file import keep, of_span
from vision.outbox import Outbox, State, StoredEpisode
from vision.recorder import EvidenceError, EvidenceFile, make_clip, make_snapshot
from vision.ring import secure

log = logging.getLogger(__name__)
PRE_S = 5.0
SETTLE_S = 1.0  # packets of the last second may still be on their way to the ring
# Changes that may wait in memory for a disk that cannot be written; then the worker gives up.
MOST_HELD = 10_000
ROOM_S = 5.0  # before files are tried anew on a full disk
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who judges: goes into each event. ``model`` is the worker's own."""

    node: str
    model: ModelRef
    config_version: str = ""


@dataclass(frozen=True, slots=True)
class _Held:
    """What one frame changed, not stored yet, and by which model it was judged."""

    camera_id: str
    changes: tuple[Change, ...]
    states: Mapping[str, State]
    model: ModelRef
    lease: int


class Keeper:
    """Used by the worker's main thread; only the making of files runs beside it."""

    def __init__(self, outbox: Outbox, directory: Path, identity: Identity) -> None:
        self._outbox, self._directory = outbox, directory
        self.identity = identity
        self._maker = ThreadPoolExecutor(1, thread_name_prefix="recorder")
        self._making: dict[str, Future[list[EvidenceFile]]] = {}
        self._held: deque[_Held] = deque()
        self._is_full = False
        self._files_at = 0.0
        self._unmasked: dict[str, tuple[Mask, ...]] = {}
        (directory / "evidence").mkdir(parents=True, exist_ok=True)

    def hide(self, cameras: Sequence[Camera]) -> None:
        """Keep what is hidden of each camera beside its video, before any is kept.

        Evidence of a camera whose masks cannot be stored waits until they are.
        """
        self._unmasked |= {camera.camera_id: camera.masks for camera in cameras}
        self._keep_masks()

    def _keep_masks(self) -> None:
        for camera_id, masks in list(self._unmasked.items()):
            try:
                keep(self._ring(camera_id), masks)
            except OSError as error:
                self._complain(error)
            else:
                del self._unmasked[camera_id]

    def record(
        self,
        camera_id: str,
        changes: Sequence[Change],
        states: Mapping[str, State] | None = None,
        model: ModelRef | None = None,
        lease: int = 0,
    ) -> None:
        """Store a revision for each change, together with what the rules know after it.

        ``model`` is the one that judged; None for the worker's own. An event keeps the one that its
        episode was opened by. ``lease``: the term under which it was.

        In one transaction: a restart must not judge anew what has been told. What a full disk does
        not take waits in memory, in order, until it does.
        """
        by = model or self.identity.model
        self._held.append(_Held(camera_id, tuple(changes), states or {}, by, lease))
        self._store()

    def save(self, episodes: Sequence[Episode], states: Mapping[str, State] | None = None) -> None:
        """Keep the state of open episodes and rules, for the case that this process dies now."""
        if not self._store():
            return
        try:
            self._outbox.save(episodes, states or {})
        except sqlite3.OperationalError as error:
            self._complain(error)

    def make_due(self, now: float) -> None:
        """Start what is due and store what is made; never waits."""
        if not self._store():
            return
        try:
            for event_id in [e for e, future in self._making.items() if future.done()]:
                self._finish(event_id, self._making[event_id])
                del self._making[event_id]
            if time.monotonic() >= self._files_at:
                self._keep_masks()
                for stored in self._outbox.due_evidence(now - SETTLE_S):
                    self._start(stored)
        except sqlite3.OperationalError as error:
            self._complain(error)
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise
            self._await_room(error)

    def _store(self) -> bool:
        """Write what is held, oldest first; whether nothing is held any more."""
        while self._held:
            held = self._held[0]
            try:
                self._write(held)
            except sqlite3.OperationalError as error:
                self._complain(error)
                if len(self._held) > MOST_HELD:
                    raise
                return False
            self._held.popleft()
        self._is_full = False
        return True

    def _write(self, held: _Held) -> None:
        told: list[tuple[ViolationEvent, Episode]] = []
        for change in held.changes:
            episode = change.episode
            if change.phase is Phase.OPEN:
                told.append((self._opening(held, episode), episode))
            else:
                event = self._closing(episode, held.lease)
                told += [] if event is None else [(event, episode)]
        if told:
            self._outbox.put_all(told, held.states)

    def _complain(self, error: Exception) -> None:
        """Once for each time that the disk cannot be written."""
        if not self._is_full:
            log.error("nothing can be stored, it is held in memory until it can: %s", error)
        self._is_full = True

    def _await_room(self, error: Exception) -> None:
        self._complain(error)
        self._files_at = time.monotonic() + ROOM_S

    def secure_due(self, now: float) -> None:
        """After a restart, before capture may prune the ring: put pending evidence aside."""
        for stored in self._outbox.due_evidence(now + EVIDENCE_AFTER_S + SETTLE_S):
            self._secure(stored)

    def finish(self, timeout_s: float) -> None:
        """Let files in the making come to their end."""
        for event_id, future in list(self._making.items()):
            try:
                future.exception(timeout_s)
            except TimeoutError:
                continue  # its row stays due: the next start makes it anew
            try:
                self._finish(event_id, self._making.pop(event_id))
            except sqlite3.OperationalError as error:
                self._complain(error)
        self._maker.shutdown(wait=False, cancel_futures=True)

    def _opening(self, held: _Held, episode: Episode) -> ViolationEvent:
        camera_id = held.camera_id
        log.info(
            "episode %s opens: %s by %s on %s",
            episode.event_id,
            episode.rule_id,
            episode.subject,
            camera_id,
            extra={"event_id": episode.event_id, "camera_id": camera_id},
        )
        return first_revision(
            episode,
            node=self.identity.node,
            camera_id=camera_id,
            model=held.model,
            config_version=self.identity.config_version,
            lease=held.lease,
        )

    def _closing(self, episode: Episode, lease: int) -> ViolationEvent | None:
        """The message of an end; None where it has been told and nothing came after it."""
        stored = self._outbox.get(episode.event_id)
        if stored is None or not (stored.is_open or episode.resumed):
            return None
        log.info(
            "episode %s closes: %s",
            episode.event_id,
            episode.rule_id,
            extra={"event_id": episode.event_id, "camera_id": stored.camera_id},
        )
        return next_revision(stored, episode, is_closed=True, lease=lease)

    def _start(self, stored: StoredEpisode) -> None:
        event_id = stored.episode.event_id
        if event_id in self._making or stored.camera_id in self._unmasked:
            return
        segments = self._secure(stored)
        out = self._directory / "evidence"
        masked = self._ring(stored.camera_id), self._pending(event_id)
        self._making[event_id] = self._maker.submit(
            make_files, segments, stored.episode, out, masked
        )

    def _secure(self, stored: StoredEpisode) -> list[Path]:
        episode = stored.episode
        start_t, end_t = clip_span(episode)
        into = self._pending(episode.event_id)
        return secure(self._ring(stored.camera_id), min(start_t, episode.best.t), end_t, into)

    def _finish(self, event_id: str, future: Future[list[EvidenceFile]]) -> None:
        stored = self._outbox.get(event_id)
        if stored is None:
            return
        error = future.exception()
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            self._await_room(error)
            return  # its row stays due: it is made anew where there is room
        if error is not None:
            log.error("evidence of %s failed: %s", event_id, error)
        files = [] if error is not None else future.result()
        refs = [file.ref for file in files]
        event = next_revision(stored, stored.episode, is_closed=not stored.is_open, evidence=refs)
        self._outbox.put(event, stored.episode, files)
        shutil.rmtree(self._pending(event_id), ignore_errors=True)
        log.info("evidence of %s: %s", event_id, ", ".join(ref.kind for ref in refs) or "none")

    def _ring(self, camera_id: str) -> Path:
        return self._directory / "ring" / camera_id

    def _pending(self, event_id: str) -> Path:
        return self._directory / "pending" / event_id


def clip_span(episode: Episode) -> tuple[float, float]:
    return episode.opened_t - PRE_S, episode.opened_t + EVIDENCE_AFTER_S


def make_files(
    segments: Sequence[Path], episode: Episode, out: Path, masked: Sequence[Path]
) -> list[EvidenceFile]:
    """Snapshot and clip; one without the other is better than neither.

    Hidden is what the folders ``masked`` know of; raises :class:`vision.mask_file.MasksError`
    where they do not.
    """
    made: list[EvidenceFile] = []
    start_t, end_t = clip_span(episode)
    masks = of_span(masked, min(start_t, episode.best.t))
    try:
        made.append(make_snapshot(segments, episode.best.t, out, masks))
    except EvidenceError as error:
        log.warning("no snapshot for %s: %s", episode.event_id, error)
    try:
        made.append(make_clip(segments, start_t, end_t, out, masks))
    except EvidenceError as error:
        log.warning("no clip for %s: %s", episode.event_id, error)
    return made


def with_version(identity: Identity, config_version: str) -> Identity:
    return replace(identity, config_version=config_version)
