"""How long evidence is kept, and what goes first when the room runs out. Pure.

Product defaults, no law: what nobody confirmed for a month, what was confirmed until three years
after its hazard was closed; what is held, always. The day of the event does not count, and years
end on the corresponding day, as periods of the Civil Code do (Art. 201, 202).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from supervision.core.workdays import add_days, add_months
from supervision.video.workflow import ReviewState

# Room is made ahead: from HIGH of what there is, down to LOW.
HIGH, LOW = 0.95, 0.90
# The same by what is free on the disk, in parts of what must stay free.
FREE_HIGH, FREE_LOW = 1.25, 1.5


class Stays(StrEnum):
    """Why a violation's evidence stays for now."""

    HELD = "held"
    PENDING = "pending"
    OPEN = "open"
    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Terms:
    """How long each class is kept: days after the episode, years after the closure."""

    unconfirmed_days: int
    confirmed_years: int

    def last_day_unconfirmed(self, seen_on: date) -> date:
        return add_days(seen_on, self.unconfirmed_days)

    def last_day_confirmed(self, over_on: date) -> date:
        return add_months(over_on, 12 * self.confirmed_years)

    def unconfirmed_before(self, today: date) -> date:
        """Seen before this day: no longer kept."""
        return add_days(today, -self.unconfirmed_days)

    def confirmed_before(self, today: date) -> date:
        """Closed before this day: no longer kept."""
        return add_months(today, -12 * self.confirmed_years)


@dataclass(frozen=True, slots=True)
class Matter:
    """What decides: the verdict on what counts (a duplicate's is its original's), and the hazard.

    ``over_on``: when the hazard was closed or declared invalid; None while it is open.
    """

    status: ReviewState
    seen_on: date
    is_held: bool = False
    over_on: date | None = None


@dataclass(frozen=True, slots=True)
class Keeping:
    """Why it stays, and the last day; None: without an end that is known now."""

    why: Stays
    until: date | None = None


def keeping_of(matter: Matter, terms: Terms) -> Keeping:
    """What the page says, and what the nightly job does once ``until`` has passed."""
    if matter.is_held:
        return Keeping(Stays.HELD)
    if matter.status in {ReviewState.PENDING, ReviewState.DUPLICATE}:
        # A chain of duplicates without a known end is no reason to remove anything.
        return Keeping(Stays.PENDING)
    if matter.status is ReviewState.CONFIRMED:
        if matter.over_on is None:
            return Keeping(Stays.OPEN)
        return Keeping(Stays.CONFIRMED, terms.last_day_confirmed(matter.over_on))
    return Keeping(Stays.UNCONFIRMED, terms.last_day_unconfirmed(matter.seen_on))


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes: of evidence, the limit for it (0: none), free on the disk, and what must stay free.

    ``free`` None: a storage that cannot tell.
    """

    used: int
    limit: int
    free: int | None
    least_free: int

    def takes(self, size: int) -> bool:
        """Whether a file of ``size`` bytes may still be stored."""
        if self.limit and self.used + size > self.limit:
            return False
        return self.free is None or self.free - size >= self.least_free

    @property
    def is_tight(self) -> bool:
        """Room is to be made now."""
        if self.limit and self.used > self.limit * HIGH:
            return True
        return self.free is not None and self.free < self.least_free * FREE_HIGH

    @property
    def is_easy(self) -> bool:
        """There is room again."""
        return self.missing == 0

    @property
    def missing(self) -> int:
        """How many bytes must go until there is room again."""
        over = self.used - int(self.limit * LOW) if self.limit else 0
        short = int(self.least_free * FREE_LOW) - self.free if self.free is not None else 0
        return max(0, over, short)
