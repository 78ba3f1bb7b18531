"""Which documents an enterprise must have, and for how long: pure, over the list that ships."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from supervision.core.tables import read_table
from supervision.document import rules
from supervision.document.rules import GapReason, Profile

DAY = date(2026, 11, 2)
TABLE = Path(rules.__file__).parent / "data" / "kinds.tsv"


@pytest.fixture(scope="module")
def kinds():
    rows = read_table(TABLE)
    return {
        row["code"]: SimpleNamespace(
            **{**row, "required_headcount": int(row["required_headcount"])}
        )
        for row in rows
    }


def required(kinds, profile):
    return {code for code, kind in kinds.items() if rules.is_required(kind, profile)}


def test_a_small_workshop_needs_the_basic_rules_and_an_on_site_plan(kinds):
    needed = required(kinds, Profile("3311", 12))
    assert {"RESPONSIBILITY", "RULES", "PROCEDURES", "PLAN_ONSITE"} <= needed
    assert not needed & {"LIABILITY_INSURANCE", "SAFETY_EVALUATION", "PLAN_COMPREHENSIVE"}


@pytest.mark.parametrize("industry", ["2614", "3120", "0610", "4710"])
def test_sectors_of_high_risk_must_be_insured_and_plan_for_everything(kinds, industry):
    needed = required(kinds, Profile(industry, 12))
    assert {"LIABILITY_INSURANCE", "PLAN_COMPREHENSIVE", "INVESTMENT"} <= needed


def test_chemicals_ask_for_an_evaluation_whatever_the_sector(kinds):
    assert "SAFETY_EVALUATION" in required(kinds, Profile("5162", 5, frozenset({"chemicals"})))
    assert "SAFETY_EVALUATION" not in required(kinds, Profile("5162", 5))


def test_plans_are_filed_by_chemical_works_and_not_by_a_shop(kinds):
    plan = kinds["PLAN_ONSITE"]
    assert rules.must_be_filed(plan, Profile("2614", 12))
    assert rules.must_be_filed(plan, Profile("5162", 12, frozenset({"chemicals"})))
    assert not rules.must_be_filed(plan, Profile("5162", 12))


def test_a_headcount_is_asked_for_inclusively(kinds):
    kind = SimpleNamespace(**{**vars(kinds["RULES"]), "required_headcount": 100})
    assert not rules.is_required(kind, Profile("3311", 99))
    assert rules.is_required(kind, Profile("3311", 100))


def test_a_first_digit_is_not_taken_for_a_code_in_the_middle(kinds):
    """Industry 1425 is not 25."""
    assert "LIABILITY_INSURANCE" not in required(kinds, Profile("1425", 12))


def test_what_has_expired_is_told_from_what_was_never_there(kinds):
    profile = Profile("3311", 12)
    held = [("RULES", None), ("PROCEDURES", DAY), ("TRAINING_PLAN", date(2026, 11, 1))]
    found = rules.completeness(kinds.values(), profile, held, DAY)
    assert {"RULES", "PROCEDURES"} == set(found.held)
    assert found.gaps["TRAINING_PLAN"] is GapReason.EXPIRED
    assert found.gaps["RESPONSIBILITY"] is GapReason.MISSING
    assert len(found.required) == len(found.held) + len(found.gaps)
    assert not found.is_complete


def test_a_newer_one_that_holds_makes_up_for_one_that_has_expired(kinds):
    held = [("RULES", date(2020, 1, 1)), ("RULES", None)]
    found = rules.completeness([kinds["RULES"]], Profile("3311", 1), held, DAY)
    assert found.is_complete


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [
        (date(2024, 3, 1), 36, date(2027, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 27)),
        (date(2026, 1, 1), 12, date(2026, 12, 31)),
        (date(2026, 1, 1), None, None),
    ],
)
def test_a_term_ends_on_the_day_before_its_anniversary(start, months, last):
    assert rules.last_valid_day(start, months) == last


def test_every_kind_that_ships_says_where_it_comes_from(kinds):
    assert len(kinds) >= 15
    for code, kind in kinds.items():
        assert kind.certainty in {"H", "M", "L"}, code
        assert all((kind.source, kind.name, kind.name_en)), code
