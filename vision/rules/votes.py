"""When a thing is decided: by votes of frames (N of M), or by how long it lasts. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

# Votes nearer together than this are one vote: 25 frames a second must not make six
# votes out of a quarter of a second.
VOTE_SPACING_S = 0.19
# After a restart: how old what was known before it may be. The time between counts for nothing.
RESUME_S = 90.0


class Stand(StrEnum):
    """Where one subject stands with one rule."""

    BREACH = "breach"
    CLEAR = "clear"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Vote:
    """One judged frame. ``explicit`` is false where a breach is only inferred from absence."""

    t: float
    is_breach: bool
    explicit: bool = True


@dataclass(slots=True)
class Ballot:
    """The votes of one subject under one rule."""

    needed: int
    window: int
    dwell_s: float
    gap_s: float
    voted: Stand = Stand.UNDECIDED
    onset: float = 0.0
    votes: deque[Vote] = field(default_factory=deque)

    def cast(self, vote: Vote) -> None:
        last = self.votes[-1] if self.votes else None
        if last and vote.t - last.t < VOTE_SPACING_S:
            return
        if last and vote.t - last.t > self.gap_s:
            self.votes.clear()
            self.voted = Stand.UNDECIDED
        self.votes.append(vote)
        while len(self.votes) > self.window:
            self.votes.popleft()
        self._count()

    def _count(self) -> None:
        breaches = [vote for vote in self.votes if vote.is_breach]
        clears = len(self.votes) - len(breaches)
        explicit = sum(vote.explicit for vote in breaches)
        leave = min(self.needed + 1, self.window)
        enter = self.needed if self.voted is Stand.UNDECIDED else leave
        if self.voted is not Stand.BREACH and len(breaches) >= enter:
            # Absence alone convicts nobody: half of the needed votes must be explicit.
            if explicit >= max(1, self.needed // 2):
                self.voted, self.onset = Stand.BREACH, breaches[0].t
        elif self.voted is not Stand.CLEAR and clears >= enter:
            self.voted = Stand.CLEAR

    def stand(self, t: float) -> Stand:
        """The decided state; a breach counts once it has lasted ``dwell_s``."""
        if self.voted is Stand.BREACH and t - self.onset < self.dwell_s:
            return Stand.UNDECIDED
        return self.voted

    def onset_at(self, t: float) -> float:
        return self.onset if self.voted is Stand.BREACH else t

    def dump(self) -> dict[str, Any]:
        votes = [[vote.t, vote.is_breach, vote.explicit] for vote in self.votes]
        return {"voted": self.voted, "onset": self.onset, "votes": votes}

    def load(self, state: dict[str, Any]) -> None:
        self.voted, self.onset = Stand(state["voted"]), float(state["onset"])
        self.votes = deque(Vote(*vote) for vote in state["votes"])


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: how long a thing must last, may be interrupted, must be over, may go unseen."""

    dwell_s: float
    slack_s: float
    clear_s: float
    gap_s: float


@dataclass(slots=True)
class Spell:
    """How long a condition has lasted, for things too slow to be put to the vote.

    Frames that cannot be judged neither lengthen nor end it. An interruption under ``slack_s``
    does not end it; once it has lasted ``dwell_s`` it is a breach until it was over for
    ``clear_s``. A hole without any frame longer than ``gap_s`` starts all anew: what nobody saw
    does not count.
    """

    since: float | None = None
    lasted: float = 0.0
    true_t: float = 0.0
    false_from: float | None = None
    frame_t: float | None = None
    judged_t: float | None = None
    is_open: bool = False
    resumed: bool = False

    def step(self, t: float, holds: bool | None, limits: Limits) -> Stand:
        self._bridge_gap(t, limits)
        self.frame_t = t
        if holds is None:
            self.judged_t = None
        else:
            self._judge(t, holds, limits)
        return self._stand(t, limits)

    def _bridge_gap(self, t: float, limits: Limits) -> None:
        if self.frame_t is None or t - self.frame_t <= limits.gap_s:
            self.resumed = False
            return
        if self.resumed and t - self.frame_t <= RESUME_S:
            self.judged_t, self.resumed = None, False
            return
        self.begin()

    def begin(self) -> None:
        """Forget all: nothing is known."""
        self.since = self.false_from = self.frame_t = self.judged_t = None
        self.lasted, self.is_open, self.resumed = 0.0, False, False

    def _judge(self, t: float, holds: bool, limits: Limits) -> None:
        if self.since is not None and self.judged_t is not None:
            self.lasted += t - self.judged_t
        self.judged_t = t
        if holds:
            if self.since is None:
                self.since, self.lasted = t, 0.0
            self.true_t, self.false_from = t, None
            self.is_open = self.is_open or self.lasted >= limits.dwell_s
            return
        if self.false_from is None:
            self.false_from = t
        over_for = t - self.false_from
        if over_for >= (limits.clear_s if self.is_open else limits.slack_s):
            self.since, self.lasted, self.is_open = None, 0.0, False

    def _stand(self, t: float, limits: Limits) -> Stand:
        if self.is_open:
            return Stand.BREACH
        over = self.false_from is not None and t - self.false_from >= limits.clear_s
        return Stand.CLEAR if self.since is None and over else Stand.UNDECIDED

    def dump(self) -> dict[str, Any]:
        return asdict(self)

    def load(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value)
        self.resumed = True
