"""Violation episodes of one camera: when one opens, goes on and closes. Pure.

An episode is keyed by rule (and so by zone) and subject. It opens once, goes on while
its subject is seen, survives a change of the tracker's number (the bridge), and is
closed by the subject's leaving, by the breach's end, or by the cap; after the cap it
stays silent until its subject is gone, so a person who stays raises no second alarm.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from vision.contract import Box, Phase, RuleKind
from vision.rules import Sighting, Stand
from vision.seen import Detection, FrameInfo
from vision.zones import centre, distance

CAP_S = 60.0
EVIDENCE_AFTER_S = 5.0
STALE_S = 30.0  # no frame at all for so long: the episode ends where it was last seen
RESTART_GRACE_S = 20.0  # after a restart, how long a subject may take to be seen again
BRIDGE_OVERLAP_S = 1.0  # both numbers may live for a moment before the old one is lost
BRIDGE_REACH = 0.75  # of the box's longer side


@dataclass(frozen=True, slots=True)
class View:
    """The best look so far: the frame that becomes the snapshot, with its boxes as data."""

    t: float
    quality: float
    frame_size: tuple[int, int]
    boxes: tuple[Detection, ...]


@dataclass(slots=True)
class Episode:
    """One violation from its first sight to its end; times in seconds since the epoch."""

    event_id: str
    rule_id: str
    rule_kind: RuleKind
    zone_id: str | None
    subject: str
    started_t: float
    opened_t: float
    seen_t: float
    score: float
    why: str
    body: Box
    best: View
    ended_t: float | None = None
    silent: bool = False
    restored_until: float | None = None

    @property
    def evidence_due_t(self) -> float:
        return self.opened_t + EVIDENCE_AFTER_S


@dataclass(frozen=True, slots=True)
class Change:
    """Something to tell: ``episode`` is a copy, frozen at this moment."""

    phase: Phase
    episode: Episode


@dataclass(slots=True)
class EpisodeBook:
    """The open and the silent episodes of one camera."""

    new_id: Callable[[], str]
    linger_s: float = 2.0
    cap_s: float = CAP_S
    _live: list[Episode] = field(default_factory=list)

    @property
    def live_episodes(self) -> list[Episode]:
        """The open ones, and the capped ones whose subject has not left yet."""
        return list(self._live)

    def restore(self, episodes: Sequence[Episode], now: float) -> None:
        """Take up the episodes that were live when the worker died."""
        for episode in episodes:
            lost = f"lost:{episode.event_id}"
            self._live.append(replace(episode, subject=lost, restored_until=now + RESTART_GRACE_S))

    def step(
        self, frame: FrameInfo, sightings: Sequence[Sighting], boxes: Sequence[Detection]
    ) -> list[Change]:
        """Apply one frame's sightings; returns what opened and what closed."""
        changes: list[Change] = []
        seen = {(s.rule.rule_id, s.subject) for s in sightings}
        for sighting in sightings:
            episode = self._find(sighting) or self._bridge(sighting, seen)
            if episode is None:
                if sighting.stand is Stand.BREACH and sighting.shows:
                    changes.append(self._open(sighting, frame, boxes))
            elif sighting.stand is Stand.CLEAR:
                changes += self._close(episode, episode.seen_t)
            else:
                self._go_on(episode, sighting, frame, boxes)
        return changes + self._cap(frame.t) + self._drop_lost(frame.t)

    def expire(self, now: float) -> list[Change]:
        """Close what no frame has shown for long; call it also while no frames arrive."""
        changes: list[Change] = []
        for episode in list(self._live):
            limit = episode.restored_until or episode.seen_t + STALE_S
            if now > limit:
                changes += self._close(episode, episode.seen_t)
        return changes

    def close_all(self) -> list[Change]:
        """The camera is gone from the configuration: everything ends where it was seen."""
        return [c for episode in list(self._live) for c in self._close(episode, episode.seen_t)]

    def _find(self, sighting: Sighting) -> Episode | None:
        for episode in self._live:
            if (episode.rule_id, episode.subject) == (sighting.rule.rule_id, sighting.subject):
                return episode
        return None

    def _bridge(self, sighting: Sighting, seen: set[tuple[str, str]]) -> Episode | None:
        """The episode whose lost subject this most likely is, under its new number."""
        if sighting.stand is Stand.CLEAR:
            return None
        near = [
            (distance(centre(episode.body), centre(sighting.body)), episode)
            for episode in self._live
            if episode.rule_id == sighting.rule.rule_id
            and (episode.rule_id, episode.subject) not in seen
            and self._in_reach(episode, sighting)
        ]
        if not near:
            return None
        episode = min(near, key=lambda pair: pair[0])[1]
        episode.subject, episode.restored_until = sighting.subject, None
        return episode

    def _in_reach(self, episode: Episode, sighting: Sighting) -> bool:
        if episode.restored_until is None:
            # Someone who was in the picture all along is another person.
            is_new = sighting.since >= episode.seen_t - BRIDGE_OVERLAP_S
            if not is_new or sighting.t - episode.seen_t > self.linger_s:
                return False
        x1, y1, x2, y2 = episode.body
        reach = BRIDGE_REACH * max(x2 - x1, y2 - y1)
        return distance(centre(episode.body), centre(sighting.body)) <= reach

    def _open(self, sighting: Sighting, frame: FrameInfo, boxes: Sequence[Detection]) -> Change:
        rule = sighting.rule
        episode = Episode(
            event_id=self.new_id(),
            rule_id=rule.rule_id,
            rule_kind=rule.kind,
            zone_id=rule.zone_id,
            subject=sighting.subject,
            started_t=sighting.onset,
            opened_t=frame.t,
            seen_t=frame.t,
            score=sighting.score,
            why=sighting.why,
            body=sighting.body,
            best=_view(sighting, frame, boxes),
        )
        self._live.append(episode)
        return Change(Phase.OPEN, replace(episode))

    def _go_on(
        self, episode: Episode, sighting: Sighting, frame: FrameInfo, boxes: Sequence[Detection]
    ) -> None:
        episode.seen_t, episode.body = frame.t, sighting.body
        if not sighting.shows:
            return
        episode.score = max(episode.score, sighting.score)
        view = _view(sighting, frame, boxes)
        # The snapshot is taken together with the clip; a later view cannot enter it.
        if frame.t <= episode.evidence_due_t and view.quality > episode.best.quality:
            episode.best, episode.why = view, sighting.why

    def _close(self, episode: Episode, ended_t: float) -> list[Change]:
        self._live.remove(episode)
        if episode.silent:
            return []
        ended = replace(episode, ended_t=max(ended_t, episode.started_t))
        return [Change(Phase.CLOSE, ended)]

    def _cap(self, t: float) -> list[Change]:
        changes: list[Change] = []
        for episode in self._live:
            if not episode.silent and t - episode.started_t >= self.cap_s:
                episode.silent = True
                episode.ended_t = min(t, episode.started_t + self.cap_s)
                changes.append(Change(Phase.CLOSE, replace(episode)))
        return changes

    def _drop_lost(self, t: float) -> list[Change]:
        lost = [
            episode
            for episode in self._live
            if episode.restored_until is None and t - episode.seen_t > self.linger_s
        ]
        return [change for episode in lost for change in self._close(episode, episode.seen_t)]


def _view(sighting: Sighting, frame: FrameInfo, boxes: Sequence[Detection]) -> View:
    """Quality: how sure, and how large the subject is (a larger box shows more)."""
    x1, y1, x2, y2 = sighting.box
    explicit = 1.0 if sighting.why != "positive_absent" else 0.5
    quality = explicit * sighting.score * max(x2 - x1, y2 - y1) ** 0.5
    return View(frame.t, quality, (frame.width, frame.height), tuple(boxes))
