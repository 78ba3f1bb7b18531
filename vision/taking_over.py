"""What other machines, or this one before, left open of cameras that became ours."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from vision.contract import OpenEpisode, ViolationEvent, parse
from vision.episodes import Episode
from vision.events import from_handed
from vision.outbox import Outbox, StoredEpisode
from vision.rules import PLACE_KINDS

log = logging.getLogger(__name__)
# Whoever another machine saw may stand anywhere by now, so it is not looked for for long: the next
# to come into view would be taken for them.
GRACE_S = 6.0
ANYWHERE = (0.0, 0.0, 1.0, 1.0)
# A camera that shows nothing for so long: what was open ends where it was seen last.
BLIND_S = 60.0


@dataclass(slots=True)
class _Waiting:
    """Of one camera; its grace begins with the first frame, however long that takes."""

    since: float
    episodes: list[Episode] = field(default_factory=list)


class TakingOver:
    """Used by the worker's main thread only. Until a camera's first frame its episodes wait here."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._waiting: dict[str, _Waiting] = {}

    def leave(self, camera_ids: Sequence[str]) -> None:
        """They are another machine's now: what is open is not ours to end."""
        for camera_id in camera_ids:
            self._waiting.pop(camera_id, None)
        self._outbox.leave(camera_ids)

    def take_up(
        self,
        camera_id: str,
        epoch: int,
        *,
        node: str,
        handed: Sequence[OpenEpisode],
        live: Collection[str],
        now: float,
    ) -> None:
        """``handed`` is what the web says is open; ``live`` the events that go on here already."""
        left = {s.episode.event_id: s for s in self._outbox.left_episodes(camera_id, now)}
        found: list[Episode] = []
        for one in handed:
            if one.event_id not in live:
                found += self._go_on(node, epoch, one, now)
                left.pop(one.event_id, None)
        for stored in left.values():
            # Nobody had the camera in between; the web may not even know of this one yet.
            if _lease_of(stored) == epoch and stored.episode.event_id not in live:
                self._outbox.return_to(stored.episode.event_id, parse_event(stored))
                found.append(stored.episode)
        if not found:
            return
        waiting = self._waiting.setdefault(camera_id, _Waiting(time.monotonic()))
        known = {episode.event_id for episode in waiting.episodes}
        waiting.episodes += [_lost(e) for e in found if e.event_id not in known]
        for episode in found:
            log.info(
                "episode %s taken over",
                episode.event_id,
                extra={"camera_id": camera_id, "event_id": episode.event_id},
            )

    def at_first_frame(self, camera_id: str, t: float) -> list[Episode]:
        """What goes on from this frame on; what has no evidence yet gets it from here."""
        waiting = self._waiting.pop(camera_id, None)
        if waiting is None:
            return []
        for episode in waiting.episodes:
            if episode.best.quality < 0:
                episode.opened_t, episode.best = t, replace(episode.best, t=t, boxes=())
                self._outbox.due_at(episode)
        return waiting.episodes

    def overdue(self) -> dict[str, list[Episode]]:
        """By camera, what has waited for a frame in vain."""
        now = time.monotonic()
        late = [c for c, waiting in self._waiting.items() if now - waiting.since > BLIND_S]
        return {camera_id: self._waiting.pop(camera_id).episodes for camera_id in late}

    def _go_on(self, node: str, epoch: int, one: OpenEpisode, now: float) -> list[Episode]:
        stored = self._outbox.get(one.event_id)
        if stored is None:
            has_evidence = bool(one.evidence)
            event, episode = from_handed(
                one, node=node, lease=epoch, opened_t=None if has_evidence else now
            )
            due_t = None if has_evidence else now + BLIND_S
            self._outbox.take_up(event, episode, due_t)
            return [episode]
        if not stored.is_open and _lease_of(stored) == epoch:
            return []  # it ended here, and the message is on its way
        event = replace(
            parse_event(stored), lease=epoch, revision=max(stored.revision, one.revision)
        )
        self._outbox.return_to(one.event_id, event, is_open=True)
        return [replace(stored.episode, ended_t=None, silent=False, resumed=False)]


def parse_event(stored: StoredEpisode) -> ViolationEvent:
    return parse(ViolationEvent, stored.event)


def _lease_of(stored: StoredEpisode) -> int:
    return int(stored.event.get("lease", 0))


def _lost(episode: Episode) -> Episode:
    """Whoever it was has moved on, and bears another name when seen again."""
    if episode.rule_kind in PLACE_KINDS:
        return episode
    return replace(episode, subject="", body=ANYWHERE)
