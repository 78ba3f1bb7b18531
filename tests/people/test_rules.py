"""Numbers, days, hours and staffing without a database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from supervision import seeds
from supervision.core.errors import InvalidInput
from supervision.core.tables import read_table
from supervision.people import rules, tables
from supervision.people.rules import IdKind, Present
from supervision.people.tables import Group, HoursRule, RuleTable, Trainee
from tests.factories.people import resident_id

FOLDER = seeds.ROOT / "people" / "data"
TODAY = date(2026, 11, 23)


def shipped(kind):
    rows = read_table(FOLDER / f"{kind}.tsv")
    return {row["code"]: tables.read_values(kind, row) for row in rows}


@pytest.fixture(scope="module")
def staffing_rules():
    found = shipped(RuleTable.STAFFING)
    return [(n, tables.as_staffing(values)) for n, values in enumerate(found.values())], list(found)


@pytest.fixture(scope="module")
def sectors():
    return {code: tables.as_sector(v) for code, v in shipped(RuleTable.SECTOR).items()}


def test_an_identity_number_tells_the_year_of_birth():
    assert rules.check_resident_id(resident_id(7, "19901231"), TODAY) == 1990


@pytest.mark.parametrize(
    "wrong",
    [
        resident_id(7)[:17],
        resident_id(7)[:17] + ("0" if resident_id(7)[17] != "0" else "1"),
        resident_id(7, "19900231"),
        resident_id(7, "20300101"),
    ],
    ids=["short", "check", "no such day", "unborn"],
)
def test_a_wrong_identity_number_is_named(wrong):
    with pytest.raises(InvalidInput) as error:
        rules.check_resident_id(wrong, TODAY)
    assert error.value.field == "id_number"


def test_a_number_is_compared_in_capitals_without_blanks():
    assert rules.normal_id(IdKind.OTHER, " e12 34x ") == "E1234X"


def test_months_end_with_their_last_day():
    assert rules.months_later(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert rules.months_later(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert rules.last_day(date(2020, 6, 1), 72) == date(2026, 5, 31)


def test_a_review_binds_before_the_end():
    assert rules.next_day(date(2028, 1, 1), date(2026, 1, 1)) == date(2026, 1, 1)
    assert rules.next_day(None, None) is None


# FACTS 2.11, as shipped.
@pytest.mark.parametrize(
    ("trainee", "high", "first", "yearly"),
    [
        ("management", False, 32, 12),
        ("management", True, 48, 16),
        ("worker", False, 24, 8),
        ("worker", True, 72, 20),
    ],
)
def test_the_shipped_hours_are_those_of_order_3(trainee, high, first, yearly):
    found = [tables.as_hours(v) for v in shipped(RuleTable.HOURS).values()]
    rule = next(r for r in found if (r.trainee, r.high_risk) == (trainee, high))
    assert (rule.first_hours, rule.yearly_hours) == (first, yearly)


def test_the_first_year_asks_for_the_first_training_and_later_ones_for_the_yearly():
    rule = HoursRule(Trainee.MANAGEMENT, False, 32, 12, 183)
    first = rules.hours_of_year(rule, date(2026, 3, 1), 2026, Decimal(20))
    assert (first.missing, first.due_on, first.is_first) == (12, date(2026, 8, 31), True)
    later = rules.hours_of_year(rule, date(2025, 3, 1), 2026, Decimal(20))
    assert (later.missing, later.due_on, later.is_first) == (0, date(2026, 12, 31), False)


def test_a_worker_is_late_the_day_after_beginning_untrained():
    rule = HoursRule(Trainee.WORKER, False, 24, 8, 0)
    hours = rules.hours_of_year(rule, date(2026, 3, 1), 2026, Decimal(0))
    assert not hours.is_late(date(2026, 3, 1))
    assert hours.is_late(date(2026, 3, 2))


@pytest.mark.parametrize(
    ("industry", "sector"),
    [
        ("0610", "coal_mine"),
        ("1011", "mine"),
        ("3120", "metal_smelting"),
        ("3130", "other"),
        ("4790", "construction"),
        ("5430", "transport"),
        ("5942", "hazchem_storage"),
        ("5990", "other"),
        ("2671", "hazchem_production"),
        ("2672", "fireworks"),
        ("3484", "other"),
    ],
)
def test_the_longest_prefix_of_the_industry_code_tells_the_sector(sectors, industry, sector):
    assert rules.sector_of(industry, sectors) == sector


def names(found, staffing_rules, *, missing_only=True):
    codes = staffing_rules[1]
    return {codes[r.rule_id] for r in found if r.missing or not missing_only}


# Work Safety Law, art. 24: "more than 100" and "up to 100", which includes 100.
@pytest.mark.parametrize(
    ("headcount", "post", "lacks"),
    [
        (100, "safety_manager_part", set()),
        (100, "", {"ANY-UP-TO-100"}),
        (101, "safety_manager_part", {"FULL-TIME-OVER-100"}),
        (101, "safety_manager_full", set()),
        (101, "safety_body_head", set()),
    ],
)
def test_headcount_decides_between_full_and_part_time(staffing_rules, headcount, post, lacks):
    present = [Present(1, "principal", frozenset())]
    present += [Present(2, post, frozenset())] if post else []
    found = rules.staffing(staffing_rules[0], "other", headcount, present)
    assert names(found, staffing_rules) == lacks


def test_a_listed_sector_needs_full_time_staff_whatever_its_headcount(staffing_rules):
    present = [Present(1, "safety_manager_part", frozenset({Group.ASSESSMENT}))]
    present += [Present(2, "principal", frozenset({Group.ASSESSMENT}))]
    found = rules.staffing(staffing_rules[0], "construction", 8, present)
    assert names(found, staffing_rules) == {"FULL-TIME-LISTED"}


def test_smelting_needs_a_registered_engineer_whose_registration_holds(staffing_rules):
    held = frozenset({Group.ASSESSMENT})
    present = [Present(1, "principal", held), Present(2, "safety_manager_full", held)]
    lacking = rules.staffing(staffing_rules[0], "metal_smelting", 300, present)
    assert names(lacking, staffing_rules) == {"ENGINEER"}
    present += [Present(3, "registered_safety_engineer", frozenset())]
    assert names(
        rules.staffing(staffing_rules[0], "metal_smelting", 300, present), staffing_rules
    ) == {"ENGINEER"}
    present[-1] = Present(3, "registered_safety_engineer", frozenset({Group.ENGINEER}))
    assert not names(
        rules.staffing(staffing_rules[0], "metal_smelting", 300, present), staffing_rules
    )


def test_each_special_operations_worker_is_counted_once_and_needs_a_certificate(staffing_rules):
    certified = frozenset({Group.SPECIAL_OPERATIONS})
    present = [
        Present(n, "special_operations", certified if n < 3 else frozenset()) for n in range(5)
    ]
    present += [
        Present(9, "principal", frozenset()),
        Present(9, "safety_manager_full", frozenset()),
    ]
    found = rules.staffing(staffing_rules[0], "other", 50, present)
    assert names(found, staffing_rules) == {"SPECIAL-OPERATIONS"}
    row = next(r for r in found if r.missing)
    assert (row.required, row.present, row.missing) == (5, 3, 2)


def test_pasted_lines_may_carry_the_end_of_the_number_and_a_score():
    lines, errors = rules.read_pasted("Ann\nBob\t123X\t88.5\n\nCid,90\n")
    assert errors == []
    assert [(x.line, x.name, x.tail, x.score) for x in lines] == [
        (1, "Ann", "", None),
        (2, "Bob", "123X", Decimal("88.5")),
        (4, "Cid", "", Decimal(90)),
    ]


@pytest.mark.parametrize("text", ["\t88", "Ann\tgood", "Ann\t88\t77"])
def test_a_pasted_line_that_cannot_be_read_is_named(text):
    lines, errors = rules.read_pasted(f"Bob\n{text}")
    assert len(lines) == 1
    assert [e.line for e in errors] == [2]


def test_values_of_a_table_are_read_or_refused_by_name():
    values = tables.read_values(
        RuleTable.STAFFING,
        {
            "sectors": "mine, other",
            "headcount_from": "10",
            "headcount_to": "",
            "posts": "principal",
            "measure": "count",
            "minimum": 1,
        },
    )
    assert tables.as_staffing(values).sectors == ("mine", "other")
    for name, wrong in (("measure", "some"), ("posts", " "), ("headcount_to", "5")):
        with pytest.raises(InvalidInput) as error:
            tables.read_values(RuleTable.STAFFING, {**values, name: wrong})
        assert error.value.field == name
