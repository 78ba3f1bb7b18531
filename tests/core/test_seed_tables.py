"""The tables of law that ship: complete, dated, sourced, and never two versions at once."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

import supervision
from supervision.core.tables import read_table

ROOT = Path(supervision.__file__).parent
CRITERIA = {
    # 64 items and the catch-all of Art. 14; 20 and the successor that is not at hand; 20.
    "hazard/data/criteria_trades.tsv": 65,
    "hazard/data/criteria_chemical.tsv": 21,
    "hazard/data/criteria_fireworks.tsv": 20,
}
DATED = [*CRITERIA, "core/data/statutory_rules.tsv"]


def rows_of(name):
    return read_table(ROOT / name)


def in_force(rows, day):
    return [
        row
        for row in rows
        if date.fromisoformat(row["effective_from"]) <= day
        and (not row["effective_to"] or day <= date.fromisoformat(row["effective_to"]))
    ]


@pytest.mark.parametrize(("name", "count"), CRITERIA.items())
def test_every_criterion_is_there_once_with_its_text(name, count):
    rows = rows_of(name)
    assert len(rows) == len({row["code"] for row in rows}) == count
    assert all(row["text"] and row["sector"] and row["article"] for row in rows)


def test_the_trades_have_as_many_items_by_article_as_the_order_lists():
    articles = Counter(
        row["code"].split("-")[1] for row in rows_of("hazard/data/criteria_trades.tsv")
    )
    assert [articles[f"{n:02d}"] for n in range(3, 15)] == [3, 8, 13, 8, 7, 7, 2, 2, 10, 2, 2, 1]


def test_the_chemical_criteria_change_hands_between_29_and_30_september_2026():
    rows = rows_of("hazard/data/criteria_chemical.tsv")
    assert len(in_force(rows, date(2026, 9, 29))) == 20
    after = in_force(rows, date(2026, 9, 30))
    assert [(row["code"], row["certainty"]) for row in after] == [("AQ3067-2026", "L")]


@pytest.mark.parametrize("name", DATED)
def test_every_row_has_dates_a_source_and_a_certainty(name):
    for row in rows_of(name):
        assert date.fromisoformat(row["effective_from"])
        assert not row["effective_to"] or row["effective_to"] > row["effective_from"]
        assert row["source"]
        assert row["certainty"] in {"H", "M", "L"}


def test_a_clock_has_one_version_on_any_day_without_a_gap_between_versions():
    by_code = {}
    for row in rows_of("core/data/statutory_rules.tsv"):
        by_code.setdefault(row["code"], []).append(row)
    for versions in by_code.values():
        versions.sort(key=lambda row: row["effective_from"])
        for older, newer in pairwise(versions):
            gap = date.fromisoformat(newer["effective_from"]) - date.fromisoformat(
                older["effective_to"]
            )
            assert gap.days == 1, older["code"]
        assert versions[-1]["effective_to"] == ""


def test_clocks_of_the_repealed_order_end_with_january_2026_and_go_on_as_uncertain():
    rows = rows_of("core/data/statutory_rules.tsv")
    before = {row["code"]: row for row in in_force(rows, date(2026, 1, 31))}
    after = {row["code"]: row for row in in_force(rows, date(2026, 2, 1))}
    for code in ("RECHECK", "EXT_APPLY", "EXT_REPLY", "PENALTY_FILE_BACKFILL", "STATEMENT"):
        assert (before[code]["certainty"], after[code]["certainty"]) == ("H", "L")
        assert before[code]["value"] == after[code]["value"]


def test_short_periods_of_the_penalty_and_compulsion_laws_are_working_days():
    rows = {row["code"]: row for row in rows_of("core/data/statutory_rules.tsv")}
    working = {code for code, row in rows.items() if row["day_type"] == "working"}
    assert {"HEARING_REQUEST", "HEARING_NOTICE", "SERVICE", "EVIDENCE_KEEP", "URGE"} <= working
    assert not {"CASE_DECISION", "PAY", "REVIEW_RIGHT", "RECHECK"} & working


def test_units_and_day_types_are_those_that_the_product_can_count():
    for row in rows_of("core/data/statutory_rules.tsv"):
        assert int(row["value"]) > 0
        assert row["unit"] in {"day", "hour", "month", "day_of_month"}
        assert row["day_type"] in {"calendar", "working"}
        assert row["direction"] in {"after", "before"}


def test_each_year_of_holidays_has_the_eleven_or_thirteen_days_of_the_state_council():
    # 11 statutory days until 2024, 13 since 2025, plus the weekend days exchanged.
    years = Counter((row["day"][:4], row["kind"]) for row in rows_of("core/data/holidays.tsv"))
    assert {year for year, _ in years} == {"2024", "2025", "2026"}
    assert (years["2026", "holiday"], years["2026", "workday"]) == (33, 6)
    assert (years["2025", "holiday"], years["2025", "workday"]) == (28, 5)
    assert (years["2024", "holiday"], years["2024", "workday"]) == (28, 8)
