"""What is due for a person, gathered from every slice: late, today, the next days, done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.slice import Due, Duty
from supervision.core.web.nav import once_a_page
from supervision.slices import slices

AHEAD = timedelta(days=7)
# Of each part; who has more goes to the lists themselves.
MOST = 50


@dataclass(frozen=True, slots=True)
class Agenda:
    """Each part in the order in which one would do it."""

    late: Sequence[Due]
    today: Sequence[Due]
    soon: Sequence[Due]
    done: Sequence[Due]

    @property
    def open(self) -> int:
        return len(self.late) + len(self.today)

    def __bool__(self) -> bool:
        return bool(self.late or self.today or self.soon or self.done)


def agenda(actor: Actor) -> Agenda:
    """Everything up to a week ahead; asked once a page."""
    return once_a_page(("agenda", actor.id), lambda: _agenda(actor))


def _agenda(actor: Actor) -> Agenda:
    today, now = clock.today(), clock.now()
    until = today + AHEAD
    found = [d for m in slices() if m.dues for d in m.dues(actor, until) if d.on <= until]
    found.sort(key=lambda d: (d.on, d.at or clock.end_of(d.on), d.enterprise))
    left = [d for d in found if not d.done]
    late = [d for d in left if d.on < today or (d.at is not None and d.at <= now)]
    return Agenda(
        late=late[:MOST],
        today=[d for d in left if d.on == today and d not in late][:MOST],
        soon=[d for d in left if d.on > today][:MOST],
        done=[d for d in found if d.done][:MOST],
    )


def meanings(shown: Agenda) -> dict[str, Duty]:
    """The duties behind what is shown, by key."""
    every = (*shown.late, *shown.today, *shown.soon, *shown.done)
    wanted = {d.duty for d in every}
    return {duty.key: duty for m in slices() for duty in m.duties if duty.key in wanted}


def days_late(due: Due, today: date) -> int:
    """Full days since its last day; 0 where only the hour has passed."""
    return max(0, (today - due.on).days)


def has_hour(due: Due) -> bool:
    """Whether it is due before its last day ends; midnight is said as that day, not as 00:00."""
    return due.at is not None and due.at < clock.end_of(due.on)
