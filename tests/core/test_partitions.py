"""Months in ids: which one an instant belongs to, which parts a query may leave out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from supervision.core.month_drop import MonthRule
from supervision.core.partitions import MONTHLY, SPAN, Month, Part, is_part


def part(name: str, since: int | None, until: int | None) -> Part:
    return Part("violation", name, 0, 0, since, until)


@pytest.mark.parametrize(
    ("instant", "code"),
    [
        (datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC), "2611"),
        (datetime(2026, 12, 1, 7, 59, tzinfo=timezone(timedelta(hours=8))), "2611"),
        (datetime(2026, 12, 1, 8, 0, tzinfo=timezone(timedelta(hours=8))), "2612"),
        (datetime(2000, 1, 1, tzinfo=UTC), "0001"),
        (datetime(1970, 1, 1, tzinfo=UTC), "0001"),
        (datetime(2126, 3, 1, tzinfo=UTC), "12603"),
    ],
)
def test_a_month_is_a_month_of_utc_from_the_year_2000_on(instant, code):
    assert Month.of(instant).code == code
    assert Month.parse(code) == Month.of(instant)


def test_ids_of_months_follow_each_other_and_fit_javascript():
    november = Month(2026, 11)
    assert november.first_id == 2611 * SPAN
    assert november.plus(2) == Month(2027, 1)
    assert november.plus(-11) == Month(2025, 12)
    months = [november.plus(n) for n in range(-30, 30)]
    assert [m.first_id for m in months] == sorted(m.first_id for m in months)
    assert Month(9999, 12).plus(1).first_id < 2**53


@pytest.mark.parametrize("code", ["2613", "2600", "26", "before", "-611", "26111111"])
def test_what_is_no_month_is_refused(code):
    with pytest.raises(ValueError, match=code):
        Month.parse(code)


def test_only_parts_of_tables_in_months_are_taken_for_parts():
    assert {"violation", "audit_entry"} <= set(MONTHLY)
    assert is_part("violation_2611")
    assert is_part("audit_entry_before")
    assert not is_part("violation")
    assert not is_part("violation_evidence")
    assert not is_part("camera_2611")


@pytest.mark.parametrize(
    ("kept", "is_due"), [(0, False), (35, True), (36, True), (37, False), (600, False)]
)
def test_a_month_may_go_when_all_of_it_is_older_than_what_is_kept(kept, is_due):
    rule = MonthRule("violation", "", months=lambda: kept)
    october = part("2310", 2310 * SPAN, 2311 * SPAN)
    assert rule.is_due(october, Month(2026, 11)) is is_due


def test_the_net_never_goes_and_what_is_older_than_the_first_month_does():
    rule = MonthRule("violation", "", months=lambda: 6)
    assert not rule.is_due(part("rest", None, None), Month(2026, 11))
    assert rule.is_due(part("before", None, 2605 * SPAN), Month(2026, 11))
    assert not rule.is_due(part("before", None, 2606 * SPAN), Month(2026, 11))
