"""Days, scopes and who needs what: rules without a database."""

from __future__ import annotations

from datetime import date

import pytest

from supervision.core.errors import Conflict, InvalidInput
from supervision.core.validity import Standing, standing
from supervision.licence import rules
from supervision.licence.rules import Item, Origin, Terms
from supervision.licence.workflow import LicenceState as S

WORK_SAFETY = Terms(term_months=36, apply_months=3, is_extendable=True)
DAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("end", "last_day"),
    [
        (date(2027, 2, 28), date(2026, 11, 28)),
        (date(2026, 5, 31), date(2026, 2, 28)),
        (date(2027, 1, 1), date(2026, 10, 1)),
    ],
)
def test_a_renewal_is_applied_for_three_months_before_the_end(end, last_day):
    assert rules.apply_by(WORK_SAFETY, end) == last_day


def test_a_paper_is_red_the_day_after_its_last_day_to_apply_though_it_is_valid_for_months():
    end = date(2027, 2, 1)
    paper = rules.validity(date(2024, 2, 2), end, rules.apply_by(WORK_SAFETY, end))
    assert standing(paper, date(2026, 11, 1)) is Standing.DUE
    assert standing(paper, date(2026, 11, 2)) is Standing.LATE_TO_APPLY
    assert standing(paper, date(2026, 11, 2), applied=True) is Standing.OK
    assert standing(paper, date(2027, 2, 2)) is Standing.EXPIRED


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"issued_on": date(2026, 11, 3)}, "issued_on"),
        ({"issued_on": date(1989, 1, 1)}, "issued_on"),
        ({"valid_to": date(2026, 1, 1)}, "valid_to"),
        ({"valid_to": date(2029, 6, 2)}, "valid_to"),
        ({"valid_to": None}, "valid_to"),
        ({"valid_to": date(2200, 1, 1)}, "valid_to"),
    ],
)
def test_days_that_no_paper_of_the_type_has_are_refused_at_their_field(changes, field):
    days = {
        "issued_on": date(2026, 6, 1),
        "valid_from": date(2026, 6, 1),
        "valid_to": date(2029, 6, 1),
    }
    rules.check_days(WORK_SAFETY, DAY, **days)
    with pytest.raises(InvalidInput) as refused:
        rules.check_days(WORK_SAFETY, DAY, **{**days, **changes})
    assert refused.value.field == field


def test_a_paper_without_a_term_needs_no_end():
    rules.check_days(Terms(), DAY, issued_on=DAY, valid_from=DAY, valid_to=None)
    assert rules.apply_by(Terms(), None) is None


def test_a_scope_is_read_line_by_line_and_a_wrong_digit_is_named():
    text = "67-56-1 Methanol\n\n  7782\u201050\u20105   Chlorine, liquid "
    assert rules.read_scope(text) == (
        Item("67-56-1", "Methanol"),
        Item("7782-50-5", "Chlorine, liquid"),
    )
    for wrong, line in (("67-56-1 A\n67-56-2 B", 2), ("Methanol", 1), ("67-56-1", 1)):
        with pytest.raises(InvalidInput) as refused:
            rules.read_scope(wrong)
        assert refused.value.field == "items"
        assert refused.value.params["line"] == line
    with pytest.raises(InvalidInput):
        rules.read_scope("67-56-1 Methanol\n67-56-1 Methyl alcohol")


def test_what_was_written_is_read_again():
    items = (Item("67-56-1", "Methanol"), Item("7782-50-5", "Chlorine"))
    assert rules.read_scope(rules.written_scope(items)) == items


def test_the_ledger_is_compared_with_the_scope_by_number_not_by_name():
    scope = [Item("67-56-1", "Methanol"), Item("71-43-2", "Benzene")]
    held = [Item("67-56-1", "Methyl alcohol"), Item("7782-50-5", "Chlorine")]
    gap = rules.compare(scope, held)
    assert [i.cas for i in gap.beyond] == ["7782-50-5"]
    assert [i.cas for i in gap.not_held] == ["71-43-2"]
    assert rules.compare([], held).beyond == tuple(held)


@pytest.mark.parametrize(
    ("industries", "purposes", "industry", "held", "needs"),
    [
        (("06", "2672"), (), "0610", set(), True),
        (("06", "2672"), (), "2671", set(), False),
        (("26",), ("product",), "2614", {"product", "raw"}, True),
        (("26",), ("product",), "2614", {"raw"}, False),
        (("26",), ("product",), "3311", {"product"}, False),
        (("51",), ("*",), "5169", {"storage"}, True),
        (("51",), ("*",), "5169", set(), False),
        ((), ("storage",), "8830", {"storage"}, True),
        ((), (), "2614", {"product"}, False),
    ],
)
def test_who_needs_a_licence_of_a_type(industries, purposes, industry, held, needs):
    assert rules.is_needed(industries, purposes, industry, held) is needs


def test_only_a_licence_in_force_without_a_successor_is_followed():
    assert rules.origins(S.VALID, WORK_SAFETY, has_successor=True) == ()
    assert rules.origins(S.EXPIRED, WORK_SAFETY, has_successor=False) == (Origin.RENEWAL,)
    assert rules.origins(S.REVOKED, WORK_SAFETY, has_successor=False) == ()
    assert Origin.EXTENSION not in rules.origins(S.VALID, Terms(36, 3), has_successor=False)
    with pytest.raises(Conflict):
        rules.check_successor(
            Origin.RENEWAL, S.VALID, WORK_SAFETY, has_successor=True, is_clean=True
        )


def test_without_a_review_it_is_extended_only_after_a_term_without_a_fatal_accident():
    with pytest.raises(InvalidInput) as refused:
        rules.check_successor(
            Origin.EXTENSION, S.VALID, WORK_SAFETY, has_successor=False, is_clean=False
        )
    assert refused.value.field == "is_clean"


@pytest.mark.parametrize(
    ("code", "industries", "purposes", "field"),
    [
        ("work", "", "", "code"),
        ("WORK", "06 2A", "", "industries"),
        ("WORK", "06", "eaten", "purposes"),
    ],
)
def test_a_type_that_cannot_be_reckoned_with_is_refused(code, industries, purposes, field):
    with pytest.raises(InvalidInput) as refused:
        rules.check_type(code, industries, purposes, {"raw", "product"})
    assert refused.value.field == field
