"""One violation that two cameras see: the later event names the earlier one. Pure.

Zones of several cameras that bear the same ``shared`` name are one place. An episode that opens
there while another camera's of the same kind goes on there, or began within ten seconds of it,
is taken for the same violation. Nothing is hidden: it is told like any other, with ``same_as``.
Each takes at most one partner of another camera at a time, so two people who are seen by two
cameras stay two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from vision.contract import Camera, Phase, RuleKind
from vision.episodes import Change, Episode

NEAR_S = 10.0
FORGET_S = 60.0


@dataclass(slots=True)
class _Known:
    """An episode in a shared place; ``same_as`` is empty for one that was seen first."""

    event_id: str
    camera_id: str
    kind: RuleKind
    place: str
    started_t: float
    ended_t: float | None = None
    same_as: str = ""


class Merger:
    """All cameras of one node. Feed it each camera's changes on their way to the keeper."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    def apply(self, camera: Camera, changes: Sequence[Change]) -> list[Change]:
        """The same changes; those that open what another camera has seen say so."""
        return [self._applied(camera, change) for change in changes]

    def _applied(self, camera: Camera, change: Change) -> Change:
        episode = change.episode
        known = self._known.get(episode.event_id)
        if change.phase is Phase.OPEN and known is None:
            known = self._note(camera, episode)
        elif known is not None and change.phase is Phase.CLOSE:
            known.ended_t = episode.ended_t
        if known is None or not known.same_as:
            return change
        return Change(change.phase, replace(episode, same_as=known.same_as))

    def _note(self, camera: Camera, episode: Episode) -> _Known | None:
        places = {zone.zone_id: zone.shared for zone in camera.zones}
        place = places.get(episode.zone_id or "", "")
        if not place:
            return None
        self._forget(episode.opened_t)
        new = _Known(
            episode.event_id,
            camera.camera_id,
            episode.rule_kind,
            place,
            episode.started_t,
        )
        first = self._first(new)
        new.same_as = first.event_id if first is not None else ""
        self._known[new.event_id] = new
        return new

    def _first(self, new: _Known) -> _Known | None:
        """The episode that ``new`` repeats: of those that may be it, the one that began nearest."""
        fitting = [
            known
            for known in self._known.values()
            if not known.same_as
            and known.camera_id != new.camera_id
            and (known.kind, known.place) == (new.kind, new.place)
            and _goes_together(known, new)
            and not self._has_partner(known, new.camera_id)
        ]
        return min(fitting, key=lambda known: abs(known.started_t - new.started_t), default=None)

    def _has_partner(self, first: _Known, camera_id: str) -> bool:
        return any(
            known.same_as == first.event_id
            and known.camera_id == camera_id
            and known.ended_t is None
            for known in self._known.values()
        )

    def _forget(self, now: float) -> None:
        for event_id, known in list(self._known.items()):
            if known.ended_t is not None and now - known.ended_t > FORGET_S:
                del self._known[event_id]

    def dump(self) -> dict[str, Any]:
        """All that is known, as JSON values."""
        return {"known": [asdict(known) for known in self._known.values()]}

    def load(self, state: dict[str, Any], live: Sequence[str] = ()) -> None:
        """Take up a :meth:`dump`; ``live`` are the ids of the episodes that go on.

        What is not among them ended while nobody looked, when the worker was down.
        """
        for values in state.get("known", ()):
            known = _Known(**{**values, "kind": RuleKind(values["kind"])})
            if known.ended_t is not None or known.event_id in live:
                self._known[known.event_id] = known


def _goes_together(first: _Known, new: _Known) -> bool:
    if abs(first.started_t - new.started_t) <= NEAR_S:
        return True
    return first.started_t < new.started_t and (
        first.ended_t is None or new.started_t <= first.ended_t
    )
