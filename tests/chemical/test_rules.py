"""GB 18218-2018 on paper: every vector, every table row, the bounds. No database."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from supervision.chemical import cas
from supervision.chemical.rules import Grade, Rule, Standard, Substance, Table, assess, shown
from supervision.chemical.tables import shipped_standards
from supervision.core.errors import InvalidInput
from supervision.core.tables import read_table

GB: Standard = shipped_standards()[0].standard
VECTORS = read_table(Path(__file__).parent / "gb18218_test_vectors.tsv")
WORDS = {"一级": "first", "二级": "second", "三级": "third", "四级": "fourth", "": None}
# The substances of the vectors by what their row says: Q and beta.
BY_FIGURES = {
    ("10", "2"): {"named": 1},  # ammonia; ethylene oxide has the same two figures
    ("5", "4"): {"named": 12},  # chlorine
    ("50", "1.5"): {"named": 52, "classes": ("W2",)},  # LPG
    ("500", "1"): {"named": 65, "classes": ("W5.3",)},  # methanol, toluene
}


def substances(text):
    for part in text.split(";"):
        figures = dict(pair.split("=") for pair in part.split(","))
        what = BY_FIGURES[figures["Q"], figures["beta"]]
        yield Substance("x", Decimal(figures["q"]), **what), figures


@pytest.mark.parametrize("vector", VECTORS, ids=[v["case"] for v in VECTORS])
def test_a_vector_of_the_standard(vector):
    pairs = list(substances(vector["items"]))
    result = assess(GB, [s for s, _ in pairs], int(vector["people500m"]))
    for term, (_, figures) in zip(result.terms, pairs, strict=True):
        assert (term.critical.value, term.beta.value) == (
            Decimal(figures["Q"]),
            Decimal(figures["beta"]),
        )
    assert result.s == Fraction(vector["S"])
    assert result.is_major == (vector["is_major"] == "是")
    assert (result.grade.symbol if result.grade else None) == WORDS[vector["grade"]]
    if result.is_major:
        assert result.alpha.value == Decimal(vector["alpha"])
        assert result.r == Fraction(vector["R"])
    else:
        assert result.r is result.alpha is None


def test_every_cas_number_of_the_tables_has_its_check_digit():
    numbers = [n for row in GB.rows for n in row.cas]
    assert len(numbers) > 90
    assert [n for n in numbers if not cas.is_valid(n)] == []


@pytest.mark.parametrize(
    "number", ["7664-41-8", "7664-14-7", "664-41-7", "7664-41", "", "1-23-4", "77-x6-1"]
)
def test_a_cas_number_with_a_slip_is_refused(number):
    assert not cas.is_valid(number)


def test_a_cas_number_is_read_as_people_type_it():
    assert cas.normal(" 7664\u201041\u20137 ") == cas.normal("7664417") == "7664-41-7"


def test_the_tables_are_complete():
    counts = {table: len(GB.of(table)) for table in Table}
    assert list(counts.values()) == [85, 24, 14, 24, 5, 4]
    assert GB.symbols == tuple(r.symbol for r in GB.of(Table.BETA_CLASS))
    # The coefficients of Table 3 find their substance by number, whatever the name in Table 1.
    listed = {n for row in GB.of(Table.NAMED) for n in row.cas}
    missing = [r.cas for r in GB.of(Table.BETA_NAMED) if not listed & set(r.cas)]
    assert missing == [("630-08-0",)]  # carbon monoxide: in Table 1 only as gas (no. 13)


@pytest.mark.parametrize(
    ("people", "alpha"),
    [
        *((0, "0.5"), (1, "1"), (29, "1"), (30, "1.2"), (49, "1.2")),
        *((50, "1.5"), (99, "1.5"), (100, "2"), (5000, "2")),
    ],
)
def test_alpha_by_the_people_outside(people, alpha):
    found = assess(GB, [Substance("chlorine", Decimal(5), named=12)], people)
    assert found.alpha.value == Decimal(alpha)


@pytest.mark.parametrize(
    ("tonnes", "grade"),
    [
        *(("62.5", "first"), ("62.4999", "second"), ("31.25", "second")),
        *(("31.2499", "third"), ("6.25", "third"), ("6.2499", "fourth")),
    ],
)
def test_a_grade_begins_at_its_bound(tonnes, grade):
    found = assess(GB, [Substance("chlorine", Decimal(tonnes), named=12)], 100)
    assert found.grade.symbol == Grade(grade)


def test_three_thirds_of_a_critical_quantity_are_a_major_hazard_source():
    third = Substance("aerosol", Decimal(50), classes=("W3",))  # of 150 t
    assert sum([Decimal(50) / 150] * 3) < 1  # what rounded quotients make of it
    assert assess(GB, [third] * 3, 0).is_major


def test_table_1_wins_over_the_class_and_the_smallest_q_over_other_classes():
    listed = assess(GB, [Substance("methanol", Decimal(1), named=65, classes=("J1", "W5.3"))], 0)
    assert (listed.terms[0].critical.value, listed.terms[0].rule) == (500, Rule.LISTED)
    other = assess(GB, [Substance("x", Decimal(1), classes=("W5.4", "J5", "W9.2"))], 0).terms[0]
    assert (other.critical.symbol, other.rule) == ("W9.2", Rule.SMALLEST_CLASS)
    assert assess(GB, [Substance("x", Decimal(1), classes=("J5",))], 0).terms[0].rule is (
        Rule.ONLY_CLASS
    )


def test_of_several_classes_the_largest_coefficient_counts():
    term = assess(GB, [Substance("x", Decimal(1), classes=("W5.3", "J1"))], 0).terms[0]
    assert term.beta.value == 4


def test_a_gas_of_table_3_needs_no_class_and_anything_else_does():
    hcl = assess(GB, [Substance("HCl", Decimal(20), named=11)], 0)
    assert hcl.terms[0].beta.value == 3
    co = assess(GB, [Substance("CO", Decimal(20), named=13, cas="630-08-0")], 0)
    assert co.terms[0].beta.value == 2
    for bare in (Substance("methanol", Decimal(1), named=65), Substance("x", Decimal(1))):
        with pytest.raises(InvalidInput) as refused:
            assess(GB, [bare], 0)
        assert refused.value.field == "classes"


def test_a_figure_is_cut_off_so_that_it_never_seems_to_reach_a_bound():
    assert shown(Fraction(99999, 100000)) == Decimal("0.9999")
    assert shown(Fraction(100)) == 100


def test_an_empty_unit_is_no_source():
    assert assess(GB, [], 500).s == 0
