"""Working days by the mainland's table of holidays and make-up days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.core.tables import TableError, read_table
from supervision.core.workdays import (
    WorkdayTable,
    add_months,
    add_workdays,
    count_period,
    is_workday,
    mainland_table,
    next_workday,
    workdays_between,
)

TABLE = mainland_table()


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 2, 14), True),  # a Saturday worked for Spring Festival
        (date(2026, 2, 15), False),
        (date(2026, 2, 24), True),
        (date(2026, 2, 28), True),
        (date(2026, 10, 1), False),
        (date(2026, 10, 10), True),
        (date(2026, 10, 11), False),
        (date(2026, 11, 20), True),
        (date(2026, 11, 22), False),
        (date(2025, 10, 8), False),
        (date(2024, 5, 11), True),
    ],
)
def test_holidays_rest_and_makeup_saturdays_work(day, worked):
    assert is_workday(day, TABLE) is worked


def test_seven_working_days_over_national_day_skip_the_holidays_and_count_the_makeup_saturday():
    # 1-7 October off, Saturday the 10th worked.
    assert add_workdays(date(2026, 9, 30), 7, TABLE).day == date(2026, 10, 15)
    assert not add_workdays(date(2026, 9, 30), 7, TABLE).provisional


def test_the_day_of_the_event_is_not_counted():
    assert add_workdays(date(2026, 11, 16), 1, TABLE).day == date(2026, 11, 17)
    assert add_workdays(date(2026, 11, 16), 0, TABLE).day == date(2026, 11, 16)


def test_working_days_count_backwards_for_notices_before_a_hearing():
    assert add_workdays(date(2026, 10, 12), -4, TABLE).day == date(2026, 9, 30)


def test_a_year_without_a_table_counts_weekends_only_and_says_so():
    counted = add_workdays(date(2026, 12, 30), 3, TABLE)
    assert counted.day == date(2027, 1, 4)  # 1 January counts: nobody has published 2027 yet
    assert counted.provisional


def test_the_provisional_mark_goes_once_the_year_is_listed():
    later = WorkdayTable.of_rows(
        [
            *read_table_rows(),
            {"day": "2027-01-01", "kind": "holiday"},
        ]
    )
    counted = add_workdays(date(2026, 12, 30), 3, later)
    assert (counted.day, counted.provisional) == (date(2027, 1, 5), False)


def read_table_rows():
    from supervision.core.workdays import HOLIDAYS

    return read_table(HOLIDAYS)


def test_a_period_of_months_ends_on_the_corresponding_or_last_day():
    assert add_months(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert add_months(date(2026, 1, 15), -3) == date(2025, 10, 15)


@pytest.mark.parametrize(
    ("value", "unit", "day_type", "end"),
    [
        (10, "day", "calendar", date(2026, 10, 10)),
        (10, "day", "working", date(2026, 10, 20)),
        (6, "month", "calendar", date(2027, 3, 30)),
        (-10, "day", "calendar", date(2026, 9, 20)),
    ],
)
def test_a_rule_row_is_counted_by_its_own_unit_and_day_type(value, unit, day_type, end):
    assert count_period(date(2026, 9, 30), value, unit, day_type, TABLE).day == end


def test_hours_cannot_be_counted_as_days():
    with pytest.raises(ValueError, match="cannot be counted in days"):
        count_period(date(2026, 9, 30), 24, "hour", "calendar", TABLE)


def test_a_day_listed_twice_with_different_kinds_is_refused():
    rows = [{"day": "2027-01-01", "kind": "holiday"}, {"day": "2027-01-01", "kind": "workday"}]
    with pytest.raises(TableError, match="2027-01-01"):
        WorkdayTable.of_rows(rows)


def test_a_row_with_a_lost_tab_is_refused(tmp_path):
    table = tmp_path / "rules.tsv"
    table.write_text("day\tkind\n2027-01-01 holiday\n", "utf-8")
    with pytest.raises(TableError, match=r"rules\.tsv line 2"):
        read_table(table)


days = st.dates(date(2024, 1, 1), date(2027, 6, 30))


@given(days, st.integers(1, 60))
def test_counting_forward_ends_on_a_working_day_with_just_as_many_between(start, count):
    end = add_workdays(start, count, TABLE).day
    assert is_workday(end, TABLE)
    assert workdays_between(start, end, TABLE) == count


@given(days)
def test_the_next_working_day_leaves_out_no_working_day(day):
    end = next_workday(day, TABLE).day
    skipped = [day + timedelta(days=n) for n in range((end - day).days)]
    assert is_workday(end, TABLE)
    assert not any(is_workday(each, TABLE) for each in skipped)
