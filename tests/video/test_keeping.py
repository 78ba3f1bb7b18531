"""How long evidence is kept and when room is short: arithmetic, without a database."""

from __future__ import annotations

from datetime import date

import pytest

from supervision.video.keeping import Keeping, Matter, Room, Stays, Terms, keeping_of
from supervision.video.workflow import ReviewState

TERMS = Terms(unconfirmed_days=30, confirmed_years=3)
SEEN = date(2026, 1, 31)


@pytest.mark.parametrize(
    ("matter", "keeping"),
    [
        (Matter(ReviewState.PENDING, SEEN), Keeping(Stays.PENDING)),
        (Matter(ReviewState.REJECTED, SEEN), Keeping(Stays.UNCONFIRMED, date(2026, 3, 2))),
        (Matter(ReviewState.REJECTED, SEEN, is_held=True), Keeping(Stays.HELD)),
        (Matter(ReviewState.CONFIRMED, SEEN), Keeping(Stays.OPEN)),
        (
            Matter(ReviewState.CONFIRMED, SEEN, over_on=date(2024, 2, 29)),
            Keeping(Stays.CONFIRMED, date(2027, 2, 28)),
        ),
        (
            Matter(ReviewState.CONFIRMED, SEEN, is_held=True, over_on=date(2024, 2, 29)),
            Keeping(Stays.HELD),
        ),
    ],
)
def test_each_class_has_its_own_end(matter, keeping):
    assert keeping_of(matter, TERMS) == keeping


@pytest.mark.parametrize("over_on", [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)])
@pytest.mark.parametrize("today", [date(2027, 2, 28), date(2027, 3, 1), date(2027, 3, 2)])
def test_the_day_that_the_job_asks_for_is_the_day_after_the_one_on_the_page(over_on, today):
    last = TERMS.last_day_confirmed(over_on)
    assert (over_on < TERMS.confirmed_before(today)) == (last < today)


MB = 1024 * 1024


@pytest.mark.parametrize(
    ("room", "takes", "tight", "missing"),
    [
        (Room(90 * MB, 100 * MB, 10_000 * MB, 1000 * MB), True, False, 0),
        (Room(96 * MB, 100 * MB, 10_000 * MB, 1000 * MB), True, True, 6 * MB),
        (Room(99 * MB, 100 * MB, 10_000 * MB, 1000 * MB), False, True, 9 * MB),
        (Room(99 * MB, 0, 10_000 * MB, 1000 * MB), True, False, 0),
        (Room(99 * MB, 0, 1300 * MB, 1000 * MB), True, False, 200 * MB),
        (Room(99 * MB, 0, 1200 * MB, 1000 * MB), True, True, 300 * MB),
        (Room(99 * MB, 0, 1001 * MB, 1000 * MB), False, True, 499 * MB),
        (Room(99 * MB, 0, None, 1000 * MB), True, False, 0),
    ],
)
def test_room_is_made_before_there_is_none(room, takes, tight, missing):
    assert (room.takes(2 * MB), room.is_tight, room.missing) == (takes, tight, missing)
