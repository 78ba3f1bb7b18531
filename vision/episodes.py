"""Violation episodes of one camera: when one opens, goes on and closes. Pure.

An episode is keyed by rule (and so by zone) and subject; the subject of a rule about a place is
the place. It opens once, goes on while its subject is seen, survives a change of the tracker's
number (the bridge), and is closed by the subject's leaving, by the breach's end, or by the cap;
after the cap it stays silent until its subject is gone, so a person who stays raises no second
alarm. A breach by the same subject within the cool-down goes on with the episode that has just
been closed: no second one is told, only a later end. The fault of a view has no cap: it ends
when the view is well.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from vision.contract import Box, Phase, RuleKind
from vision.rules import PLACE_KINDS, Sighting, Stand
from vision.seen import Detection, FrameInfo
from vision.subjects import OVERLAP_S, REACH, RESTART_GRACE_S
from vision.zones import centre, distance

CAP_S = 60.0  # from the opening: some rules speak only after a long dwell
COOL_S = 10.0
EVIDENCE_AFTER_S = 5.0
STALE_S = 30.0  # no frame at all for so long: the episode ends where it was last seen


@dataclass(frozen=True, slots=True)
class View:
    """The best look so far: the frame that becomes the snapshot, with its boxes as data."""

    t: float
    quality: float
    frame_size: tuple[int, int]
    boxes: tuple[Detection, ...]


@dataclass(slots=True)
class Episode:
    """One violation from its first sight to its end; times in seconds since the epoch.

    ``silent``: its end has been told, its subject is still there. ``resumed``: it came back within
    the cool-down, and a later end will be told. ``same_as``: the event of another camera that saw
    the same thing first.
    """

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
    resumed: bool = False
    detail: str = ""
    same_as: str | None = None

    @property
    def evidence_due_t(self) -> float:
        return self.opened_t + EVIDENCE_AFTER_S


_FIELDS = tuple(spec.name for spec in fields(Episode))


@dataclass(frozen=True, slots=True)
class Change:
    """Something to tell: ``episode`` is a copy, frozen at this moment."""

    phase: Phase
    episode: Episode


@dataclass(slots=True)
class EpisodeBook:
    """The open, the silent and the just closed episodes of one camera."""

    new_id: Callable[[], str]
    linger_s: float = 2.0
    cap_s: float = CAP_S
    stale_s: float = STALE_S
    heeds_view: bool = True
    _live: list[Episode] = field(default_factory=list)
    _recent: list[Episode] = field(default_factory=list)

    @property
    def live_episodes(self) -> list[Episode]:
        """The open ones, and the capped ones whose subject has not left yet."""
        return list(self._live)

    @property
    def is_live(self) -> bool:
        """Whether something is going on that is worth every frame; a dead view is not."""
        return any(not e.silent and e.rule_kind is not RuleKind.VIEW_FAULT for e in self._live)

    @property
    def recent_episodes(self) -> list[Episode]:
        """Those closed within the cool-down; kept over a restart with the camera's state."""
        return list(self._recent)

    def remember(self, recent: Sequence[Episode]) -> None:
        self._recent = list(recent)

    def restore(
        self,
        episodes: Sequence[Episode],
        now: float,
        known: Container[str] = (),
        grace_s: float = RESTART_GRACE_S,
    ) -> None:
        """Take up the episodes that were live when the worker died.

        ``known`` are the subjects whose names are still good; the others are looked for by place,
        for ``grace_s``.
        """
        for episode in episodes:
            keeps_name = episode.rule_kind in PLACE_KINDS or episode.subject in known
            subject = episode.subject if keeps_name else f"lost:{episode.event_id}"
            until = now + grace_s
            self._live.append(replace(episode, subject=subject, restored_until=until))
        taken = {episode.event_id for episode in self._live}
        self._recent = [e for e in self._recent if e.event_id not in taken]

    def step(
        self, frame: FrameInfo, sightings: Sequence[Sighting], boxes: Sequence[Detection]
    ) -> list[Change]:
        """Apply one frame's sightings; returns what opened and what closed."""
        changes: list[Change] = []
        self._recent = [e for e in self._recent if frame.t - e.seen_t <= COOL_S]
        seen = {(s.rule_id, s.subject) for s in sightings}
        for sighting in sightings:
            episode = self._find(self._live, sighting) or self._bridge(sighting, seen)
            if episode is None:
                if sighting.stand is Stand.BREACH and sighting.shows:
                    changes += self._begin(sighting, frame, boxes)
            elif sighting.stand is Stand.CLEAR:
                ended = sighting.ended if sighting.ended is not None else episode.seen_t
                changes += self._close(episode, ended)
            else:
                self._go_on(episode, sighting, frame, boxes)
        return changes + self._cap(frame.t) + self._drop_lost(frame.t)

    def expire(self, now: float) -> list[Change]:
        """Close what no frame has shown for long; call it also while no frames arrive.

        Not the fault of a view: that its camera sends nothing at all does not make it well.
        """
        changes: list[Change] = []
        for episode in list(self._live):
            limit = episode.restored_until or episode.seen_t + self.stale_s
            stays = episode.rule_kind is RuleKind.VIEW_FAULT and self.heeds_view
            if now > limit and not stays:
                changes += self._close(episode, episode.seen_t)
        return changes

    def close_all(self) -> list[Change]:
        """The camera is gone from the configuration: everything ends where it was seen."""
        changes = [c for e in list(self._live) for c in self._close(e, e.seen_t)]
        self._recent = []
        return changes

    def _find(self, among: Sequence[Episode], sighting: Sighting) -> Episode | None:
        for episode in among:
            if (episode.rule_id, episode.subject) == (sighting.rule_id, sighting.subject):
                return episode
        return None

    def _begin(
        self, sighting: Sighting, frame: FrameInfo, boxes: Sequence[Detection]
    ) -> list[Change]:
        """A new episode, or the same subject's that has only just been closed."""
        before = self._find(self._recent, sighting)
        if before is None:
            return [self._open(sighting, frame, boxes)]
        self._recent.remove(before)
        before.silent = True
        before.resumed = frame.t < _capped_t(before, self.cap_s)
        self._live.append(before)
        self._go_on(before, sighting, frame, boxes)
        return []

    def _bridge(self, sighting: Sighting, seen: set[tuple[str, str]]) -> Episode | None:
        """The episode whose lost subject this most likely is, under its new number."""
        if sighting.stand is Stand.CLEAR or sighting.kind in PLACE_KINDS:
            return None
        near = [
            (distance(centre(episode.body), centre(sighting.body)), episode)
            for episode in self._live
            if episode.rule_id == sighting.rule_id
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
            # A crossing is a moment: whoever comes next crosses for themself.
            if episode.rule_kind is RuleKind.LINE_CROSSING:
                return False
            # Someone who was in the picture all along is another person.
            is_new = sighting.since >= episode.seen_t - OVERLAP_S
            if not is_new or sighting.t - episode.seen_t > self.linger_s:
                return False
        x1, y1, x2, y2 = episode.body
        reach = REACH * max(x2 - x1, y2 - y1)
        return distance(centre(episode.body), centre(sighting.body)) <= reach

    def _open(self, sighting: Sighting, frame: FrameInfo, boxes: Sequence[Detection]) -> Change:
        episode = Episode(
            event_id=self.new_id(),
            rule_id=sighting.rule_id,
            rule_kind=sighting.kind,
            zone_id=sighting.zone_id,
            subject=sighting.subject,
            started_t=sighting.onset,
            opened_t=frame.t,
            seen_t=frame.t,
            score=sighting.score,
            why=sighting.why,
            body=sighting.body,
            best=_view(sighting, frame, boxes),
            detail=sighting.detail,
        )
        self._live.append(episode)
        return Change(Phase.OPEN, replace(episode))

    def _go_on(
        self, episode: Episode, sighting: Sighting, frame: FrameInfo, boxes: Sequence[Detection]
    ) -> None:
        episode.seen_t, episode.body = frame.t, sighting.body
        episode.restored_until = None
        if not sighting.shows:
            return
        episode.score = max(episode.score, sighting.score)
        view = _view(sighting, frame, boxes)
        # The snapshot is taken together with the clip; a later view cannot enter it.
        if frame.t <= episode.evidence_due_t and view.quality > episode.best.quality:
            episode.best, episode.why, episode.detail = view, sighting.why, sighting.detail

    def _close(self, episode: Episode, ended_t: float) -> list[Change]:
        self._live.remove(episode)
        self._recent.append(episode)
        if episode.silent and not episode.resumed:
            return []
        latest = _capped_t(episode, self.cap_s) if episode.resumed else ended_t
        episode.ended_t = max(min(ended_t, latest), episode.started_t)
        return [Change(Phase.CLOSE, replace(episode))]

    def _cap(self, t: float) -> list[Change]:
        changes: list[Change] = []
        for episode in self._live:
            capped_t = _capped_t(episode, self.cap_s)
            if t >= capped_t and (episode.resumed or not episode.silent):
                episode.ended_t = capped_t
                changes.append(Change(Phase.CLOSE, replace(episode)))
                episode.silent, episode.resumed = True, False
        return changes

    def _drop_lost(self, t: float) -> list[Change]:
        lost = [
            episode
            for episode in self._live
            if episode.restored_until is None and t - episode.seen_t > self.linger_s
        ]
        return [change for episode in lost for change in self._close(episode, episode.seen_t)]


def _capped_t(episode: Episode, cap_s: float) -> float:
    """When the end of ``episode`` is told at the latest."""
    if episode.rule_kind is RuleKind.VIEW_FAULT:
        return float("inf")
    return episode.opened_t + cap_s


def to_values(episode: Episode) -> dict[str, Any]:
    """As JSON values."""
    # By hand: done every second for each open episode, and asdict() takes ten times as long.
    values = {name: getattr(episode, name) for name in _FIELDS}
    best = episode.best
    boxes = [{"label": b.label, "score": b.score, "box": b.box} for b in best.boxes]
    values["best"] = {
        "t": best.t,
        "quality": best.quality,
        "frame_size": best.frame_size,
        "boxes": boxes,
    }
    return values


def from_values(values: dict[str, Any]) -> Episode:
    """Back from :func:`to_values`; fields that an older worker did not know get their defaults."""
    best = values["best"]
    boxes = tuple(Detection(b["label"], b["score"], _box(b["box"])) for b in best["boxes"])
    width, height = best["frame_size"]
    view = View(best["t"], best["quality"], (width, height), boxes)
    kind = RuleKind(values["rule_kind"])
    return Episode(**{**values, "best": view, "body": _box(values["body"]), "rule_kind": kind})


def _box(values: Sequence[float]) -> Box:
    x1, y1, x2, y2 = values
    return x1, y1, x2, y2


def _view(sighting: Sighting, frame: FrameInfo, boxes: Sequence[Detection]) -> View:
    """Quality: how sure, and how large the subject is (a larger box shows more)."""
    x1, y1, x2, y2 = sighting.box
    explicit = 1.0 if sighting.why != "positive_absent" else 0.5
    quality = explicit * sighting.score * max(x2 - x1, y2 - y1) ** 0.5
    return View(frame.t, quality, (frame.width, frame.height), tuple(boxes))
