"""What the files held at a month's end, reckoned from rows without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from supervision.report.holdings import (
    CertificateFact,
    ChemicalFact,
    LicenceFact,
    RiskFact,
    SourceFact,
    holdings,
)
from supervision.report.rules import Period, ReconciliationError

OCTOBER = Period(2026, 10, date(2026, 11, 5))
LICENCE = LicenceFact(
    1, "WS", "1", "Plant", "U", date(2026, 9, 1), date(2027, 9, 1), date(2027, 6, 1)
)
RISK = RiskFact(1, "R1", "Press", "Hall", 1, "Plant", "U", "red", "P", date(2027, 1, 1))


def figures(**rows):
    return holdings(OCTOBER, **rows).figures


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({}, (1, 0, 0, 1)),
        ({"since": date(2026, 10, 31)}, (0, 1, 0, 1)),
        ({"since": date(2026, 11, 1)}, (0, 0, 0, 0)),
        ({"left_on": date(2026, 9, 30)}, (0, 0, 0, 0)),
        ({"left_on": date(2026, 10, 1)}, (1, 0, 1, 0)),
        ({"left_on": date(2026, 10, 31)}, (1, 0, 1, 0)),
        ({"left_on": date(2026, 11, 1)}, (1, 0, 0, 1)),
    ],
)
def test_a_licence_counts_from_its_verification_to_its_last_day(changes, where):
    found = figures(licences=[replace(LICENCE, **changes)])
    counted = (
        found.licences_opening,
        found.licences_new,
        found.licences_ended,
        found.licences_closing,
    )
    assert counted == where


@pytest.mark.parametrize(
    ("changes", "late"),
    [
        ({"apply_by": date(2026, 10, 30)}, 1),
        ({"apply_by": date(2026, 10, 31)}, 0),
        ({"apply_by": None}, 0),
        ({"apply_by": date(2026, 10, 1), "settled_on": date(2026, 10, 31)}, 0),
        ({"apply_by": date(2026, 10, 1), "settled_on": date(2026, 11, 1)}, 1),
        ({"apply_by": date(2026, 10, 1), "left_on": date(2026, 10, 20)}, 0),
    ],
)
def test_late_is_who_had_not_applied_by_the_last_day_at_the_month_s_end(changes, late):
    assert figures(licences=[replace(LICENCE, **changes)]).licences_late == late


def test_everything_else_is_counted_as_it_stands_at_the_end():
    seen = CertificateFact(1, "Plant", "U", "W**", "Welding", "T", None, None, date(2026, 10, 31))
    chlorine = ChemicalFact(1, 1, "Plant", "U", "Tank", "Chlorine", "7782-50-5", "J1", Decimal(5))
    source = SourceFact(
        1, "Tank", "Plant", "U", "second", Decimal(70), date(2024, 1, 2), None, "BA-1"
    )
    there = holdings(
        OCTOBER,
        certificates=[seen, replace(seen, id=2, next_on=date(2026, 10, 30))],
        risks=[RISK, replace(RISK, id=2, grade="blue", next_review_on=date(2026, 10, 31))],
        chemicals=[chlorine, replace(chlorine, id=2, unit="Line")],
        sources=[source],
    )
    found = there.figures
    assert (found.certificates_soon, found.certificates_expired) == (1, 1)
    assert (found.risks_red, found.risks_blue, found.risks_late) == (1, 1, 1)
    assert (found.chemicals, found.sources_second) == (2, 1)
    (line,), (ledger,) = there.risk_lines, there.chemical_lines
    assert (line.red, line.blue, line.late) == (1, 1, 1)
    assert (ledger.lines, ledger.substances) == (2, 1)


@pytest.mark.parametrize(
    "rows",
    [
        {"licences": [LICENCE, LICENCE]},
        {"risks": [replace(RISK, grade="pink")]},
    ],
)
def test_rows_that_do_not_add_up_make_no_package(rows):
    with pytest.raises(ReconciliationError):
        holdings(OCTOBER, **rows)
