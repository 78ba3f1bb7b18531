"""Who owes what by when, and who signs next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from supervision.commitment import rules
from supervision.commitment.rules import Period, Signed, Slot, Standing
from supervision.core.clock import SHANGHAI


@dataclass
class Standard:
    code: str = "S"
    period: Period = Period.DAILY
    industries: str = ""
    traits: str = ""
    due_days: int = 0
    due_minute: int = 600


def at(day, hour, minute=0):
    return datetime(2026, 1, day, hour, minute, tzinfo=SHANGHAI)


def test_a_day_is_due_at_ten_and_a_year_at_the_end_of_january():
    assert rules.due_at(Standard(), date(2026, 1, 5)) == at(5, 10)
    yearly = Standard(period=Period.YEARLY, due_days=30, due_minute=1440)
    assert rules.first_day(Period.YEARLY, date(2026, 7, 9)) == date(2026, 1, 1)
    due = rules.due_at(yearly, date(2026, 1, 1))
    assert due.astimezone(SHANGHAI).date() == date(2026, 1, 31)
    assert due + timedelta(seconds=1) == at(31, 0) + timedelta(days=1)


def test_who_comes_under_a_standard_later_has_as_long_from_then():
    yearly = Standard(period=Period.YEARLY, due_days=30, due_minute=1440)
    new_year = date(2026, 1, 1)
    assert rules.due_for(yearly, new_year, date(2026, 1, 30)) == rules.due_at(yearly, new_year)
    late = rules.due_for(yearly, new_year, date(2026, 7, 1))
    assert late.astimezone(SHANGHAI).date() == date(2026, 7, 31)
    monday = date(2026, 1, 5)
    assert rules.due_for(Standard(), monday, date(2026, 1, 4)) == at(5, 10)
    assert rules.due_for(Standard(), monday, monday) == at(6, 0) - timedelta(seconds=1)


def test_ten_sharp_is_on_time_and_a_second_later_is_not():
    due = at(5, 10)
    assert rules.standing(due, due, due) is Standing.KEPT
    assert rules.standing(due, due + timedelta(seconds=1), due) is Standing.LATE
    assert rules.standing(due, None, due) is Standing.OPEN
    assert rules.standing(due, None, due + timedelta(seconds=1)) is Standing.MISSED


def test_the_sector_comes_before_what_is_for_all_and_a_trait_is_enough():
    general = Standard(code="ALL", period=Period.YEARLY)
    chemical = Standard(code="CHEM", industries="25,26", traits="hazchem_production")
    both = [general, chemical]
    assert rules.choose(both, "2614", ()) is chemical
    assert rules.choose(both, "3311", {"hazchem_production"}) is chemical
    assert rules.choose(both, "3311", {"chemicals"}) is general
    assert rules.choose([chemical], "3311", ()) is None


def test_a_level_opens_when_everything_below_it_is_signed():
    first, second = Slot(0, "team", "A", 7), Slot(0, "team", "B", 8)
    workshop, last = Slot(1, "workshop", "W", 9), Slot(2, "principal", "", None)
    slots = [first, second, workshop, last]
    assert rules.open_slots(slots, []) == [first, second]
    signed = [Signed(0, "A", 7)]
    assert rules.open_slots(slots, signed) == [second]
    signed.append(Signed(0, "B", 8))
    assert rules.open_slots(slots, signed) == [workshop]
    # Somebody else's hand under a post is no signature of whoever answers for it now.
    assert rules.open_slots(slots, [*signed, Signed(1, "W", 7)]) == [workshop]
    assert rules.open_slots(slots, [*signed, Signed(1, "W", 9)]) == [last]
    assert rules.open_slots(slots, [*signed, Signed(1, "W", 9), Signed(2, "", 5)]) == []
