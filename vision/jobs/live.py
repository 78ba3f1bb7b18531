"""Which cameras somebody looks at, and which picture of each is due. Touches no pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from vision.contract import LiveWant
from vision.ring import newest

OLDEST_S = 15.0  # a picture older than this is not of now: better none
QUICKEST_S = 1.0
RETRY_S = 1.0  # before looking again for a picture that was not there


@dataclass(frozen=True, slots=True)
class Fresh:
    """A segment of the ring that may hold a newer picture than the last one sent."""

    start_t: float
    path: Path

    @property
    def taken_at(self) -> datetime:
        return datetime.fromtimestamp(self.start_t, UTC)


@dataclass(slots=True)
class _Looked:
    want: LiveWant
    due_at: float
    sent_t: float = float("-inf")


class Wanted:
    """The web's list is the truth: clocks differ, so nobody's ``until`` is compared with ours.

    Times ``now`` are monotonic, those of pictures UTC seconds.
    """

    def __init__(self) -> None:
        self._looked: dict[str, _Looked] = {}

    @property
    def pace_s(self) -> float | None:
        """How often to ask whether somebody still looks; None while nobody does."""
        paces = [looked.want.every_s for looked in self._looked.values()]
        return max(QUICKEST_S, min(paces)) if paces else None

    def heed(self, wants: Sequence[LiveWant], now: float) -> None:
        """Take over the web's list; what is wanted anew, or larger, is due at once."""
        before, self._looked = self._looked, {}
        for want in wants:
            known = before.get(want.camera_id)
            if known is None or want.width > known.want.width:
                known = _Looked(want, now)
            known.want = want
            known.due_at = min(known.due_at, now + self._every(want))
            self._looked[want.camera_id] = known

    def due(self, now: float) -> list[LiveWant]:
        return [looked.want for looked in self._looked.values() if looked.due_at <= now]

    def next_at(self, latest: float) -> float:
        return min([latest, *(looked.due_at for looked in self._looked.values())])

    def fresh(self, camera_id: str, ring: Path, now_t: float) -> list[Fresh]:
        """Segments newer than the picture sent last, newest first; the two newest at most."""
        after_t = max(self._looked[camera_id].sent_t, now_t - OLDEST_S)
        last = reversed(newest(ring, 2))
        return [Fresh(one.start_t, one.path) for one in last if one.start_t > after_t]

    def sent(self, want: LiveWant, t: float, now: float) -> None:
        looked = self._looked[want.camera_id]
        looked.sent_t, looked.due_at = t, now + self._every(want)

    def nothing_new(self, camera_id: str, now: float) -> None:
        self._looked[camera_id].due_at = now + RETRY_S

    def drop(self, camera_id: str) -> None:
        """Nobody looks any more; the next list says when somebody does."""
        self._looked.pop(camera_id, None)

    @staticmethod
    def _every(want: LiveWant) -> float:
        return max(QUICKEST_S, want.every_s)
