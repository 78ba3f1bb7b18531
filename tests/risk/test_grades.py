"""Every score against the thresholds of FACTS 2.8, by arithmetic written down a second time."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest

from supervision.core.errors import InvalidInput
from supervision.core.tables import read_table
from supervision.risk import rules
from supervision.risk.rules import Band, RiskGrade
from supervision.seeds import ROOT

ROWS = read_table(ROOT / "risk" / "data" / "tables.tsv")


def bands(table):
    own = [r for r in ROWS if r["table"] == table and r["part"] == "band"]
    return [Band(RiskGrade(r["grade"]), Decimal(r["score"])) for r in own]


def scores(table, part):
    return [Decimal(r["score"]) for r in ROWS if r["table"] == table and r["part"] == part]


def letter(table, *values):
    return rules.grade_of(rules.product(map(Decimal, values)), bands(table)).value[0].upper()


def test_ls_grades_all_25_pairs_as_the_matrix_is_printed():
    # By severity 1 to 5.
    printed = {5: "BYORR", 4: "BBYOR", 3: "BBYYO", 2: "BBBBY", 1: "BBBBB"}
    found = {
        likelihood: "".join(letter("ls", likelihood, severity) for severity in range(1, 6))
        for likelihood in printed
    }
    assert found == printed


def test_ls_eight_is_low_and_leaves_no_gap():
    assert letter("ls", 2, 4) == letter("ls", 4, 2) == "B"
    assert letter("ls", 3, 3) == "Y"
    assert letter("ls", 3, 5) == letter("ls", 4, 4) == "O"
    assert letter("ls", 4, 5) == "R"


def test_lec_grades_every_triple_by_its_exact_product():
    axes = [scores("lec", part) for part in ("likelihood", "exposure", "severity")]
    assert [len(axis) for axis in axes] == [7, 6, 6]
    seen = set()
    for triple in product(*axes):
        exact = Fraction(1)
        for score in triple:
            exact *= Fraction(score)
        expected = "R" if exact >= 320 else "O" if exact >= 160 else "Y" if exact >= 70 else "B"
        assert letter("lec", *triple) == expected, triple
        seen.add(exact)
    # FACTS 2.8: of the thresholds only 70 can be met exactly.
    assert seen & {70, 160, 320} == {70}


@pytest.mark.parametrize(
    ("value", "grade"),
    [
        ("320", "red"),
        ("319.99", "orange"),
        ("160", "orange"),
        ("159.99", "yellow"),
        ("70", "yellow"),
        ("69.99", "blue"),
        ("0.005", "blue"),
    ],
)
def test_a_threshold_of_lec_belongs_to_the_higher_grade(value, grade):
    assert rules.grade_of(Decimal(value), bands("lec")).value == grade


def test_the_enterprise_matrix_grades_all_16_pairs():
    expected = {1: "B", 2: "B", 3: "B", 4: "Y", 6: "Y", 8: "O", 9: "O", 12: "R", 16: "R"}
    for likelihood, severity in product(range(1, 5), repeat=2):
        assert letter("matrix", likelihood, severity) == expected[likelihood * severity]


def test_small_scores_multiply_exactly():
    assert rules.product([Decimal("0.1"), Decimal("0.5"), Decimal(3)]) == Decimal("0.15")


def test_the_highest_risk_gives_the_colour_and_nothing_gives_none():
    assert rules.highest([RiskGrade.BLUE, None, RiskGrade.ORANGE]) is RiskGrade.ORANGE
    assert rules.highest([None]) is None


@pytest.mark.parametrize(
    "limits",
    [
        {"red": 20, "orange": 20, "yellow": 9, "blue": 0},
        {"red": 20, "orange": 15, "yellow": 16, "blue": 0},
        {"red": 20, "orange": 15, "yellow": 9},
        {"red": 20, "orange": 15, "yellow": 9, "blue": -1},
    ],
)
def test_thresholds_that_leave_a_grade_without_room_are_refused(limits):
    with pytest.raises(InvalidInput):
        rules.check_bands([Band(RiskGrade(g), Decimal(v)) for g, v in limits.items()])


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 31), 12, date(2027, 1, 31)),
    ],
)
def test_a_cycle_ends_on_the_same_day_or_the_last_of_a_shorter_month(day, months, expected):
    assert rules.months_after(day, months) == expected
