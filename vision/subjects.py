"""Who is who: names for tracks that outlive the tracker's numbers. Pure.

A restart takes seconds, and the tracker then gives everybody a new number. Here a new number that
appears where somebody was when the worker died takes over that name, so that votes, dwells and
lines go on for the same person. While the worker runs, whom the tracker loses and finds at the
very same place (somebody who fell) keeps the name too; to reach further there merges more people
than it mends (bench/vision_tracking.py: HOTA at five frames a second falls from 70 to 66).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from vision.contract import Box
from vision.seen import Track
from vision.zones import centre, distance, iou

OVERLAP_S = 1.0  # both numbers may live for a moment before the old one is lost
REACH = 0.75  # of the box's longer side
RESTART_GRACE_S = 20.0  # after a restart, how long a subject may take to be seen again
SAME_PLACE = 0.5  # overlap of somebody lost and somebody new while the worker runs
KEEP_S = 10.0


@dataclass(slots=True)
class _Known:
    """``number`` is the track that bears the name; ``until`` the grace after a restart."""

    label: str
    number: str
    box: Box
    first_t: float
    seen_t: float
    until: float = 0.0


class Subjects:
    """The named subjects of one camera."""

    def __init__(self, gap_s: float) -> None:
        self._gap_s = gap_s
        self._next = 1
        self._known: dict[str, _Known] = {}

    def __contains__(self, subject: object) -> bool:
        return subject in self._known

    def name(self, t: float, tracks: Sequence[Track]) -> list[Track]:
        """``tracks`` of one frame under their lasting names, in the same order."""
        bearers = {known.number: name for name, known in self._known.items()}
        named = {
            track.subject: bearers[track.subject] for track in tracks if track.subject in bearers
        }
        fresh = [track for track in tracks if track.subject not in named]
        named |= self._bridge(t, fresh, taken=set(named.values()))
        for track in tracks:
            if track.subject not in named:
                named[track.subject] = self._new(track)
            known = self._known[named[track.subject]]
            known.number, known.box, known.seen_t, known.until = track.subject, track.box, t, 0.0
        self._prune(t)
        return [
            replace(t_, subject=name, first_t=self._known[name].first_t)
            for t_ in tracks
            if (name := named[t_.subject])
        ]

    def _bridge(self, t: float, fresh: Sequence[Track], taken: set[str]) -> dict[str, str]:
        """New number -> the name of somebody lost nearby; the nearest pairs first."""
        pairs = sorted(
            (distance(centre(known.box), centre(track.box)), name, track.subject)
            for name, known in self._known.items()
            if name not in taken
            for track in fresh
            if self._may_be(t, known, track)
        )
        found: dict[str, str] = {}
        for _, name, number in pairs:
            if number not in found and name not in found.values():
                found[number] = name
        return found

    def _may_be(self, t: float, known: _Known, track: Track) -> bool:
        if known.label != track.label or t > max(known.seen_t + self._gap_s, known.until):
            return False
        # Someone who was in the picture all along is another person.
        if track.first_t < known.seen_t - OVERLAP_S:
            return False
        if t > known.until:
            return iou(known.box, track.box) >= SAME_PLACE
        x1, y1, x2, y2 = known.box
        reach = REACH * max(x2 - x1, y2 - y1)
        return distance(centre(known.box), centre(track.box)) <= reach

    def _new(self, track: Track) -> str:
        name = f"{track.label}-{self._next}"
        self._next += 1
        self._known[name] = _Known(
            track.label, track.subject, track.box, track.first_t, track.first_t
        )
        return name

    def _prune(self, t: float) -> None:
        keep_s = max(KEEP_S, 2 * self._gap_s)
        for name in [n for n, k in self._known.items() if t > max(k.seen_t + keep_s, k.until)]:
            del self._known[name]

    def dump(self) -> dict[str, Any]:
        known = {name: asdict(one) for name, one in self._known.items()}
        return {"next": self._next, "known": known}

    def load(self, state: dict[str, Any], now: float) -> None:
        """Take up a :meth:`dump`; whoever it knows may be seen again for a while from ``now``."""
        self._next = int(state["next"])
        for name, one in state["known"].items():
            known = _Known(**{**one, "box": tuple(one["box"])})
            known.until = now + RESTART_GRACE_S
            self._known[name] = known
