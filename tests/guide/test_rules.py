"""The steps' order, and which lists are suggested."""

from __future__ import annotations

import pytest

from supervision.guide.rules import Step, is_complete, is_suggested, lines


def here(shown):
    return [line.step for line in shown if line.is_here]


def test_the_first_open_step_is_the_one_to_do():
    assert here(lines({}, set())) == [Step.FACTS]
    assert here(lines({Step.LISTS: True}, {Step.FACTS})) == [Step.COLLEAGUES]
    skipped = lines({Step.LISTS: True}, {Step.FACTS, Step.COLLEAGUES})
    assert here(skipped) == [Step.ROUND]
    assert [line.is_skipped for line in skipped] == [False, False, True, False, False]


def test_what_must_be_in_the_records_is_not_done_by_saying_so():
    shown = lines({Step.LISTS: False}, set(Step))
    assert here(shown) == [Step.LISTS]
    assert not is_complete(shown)
    assert is_complete(lines({Step.LISTS: True, Step.ROUND: True}, set(Step)))


@pytest.mark.parametrize(
    ("of_list", "post", "fits"),
    [("", "", True), ("", "Dust", False), ("34", "Leader", True), ("C", "", True), ("59", "", False)],
)  # fmt: skip
def test_a_list_is_suggested_to_its_industry_and_a_general_one_to_all(of_list, post, fits):
    assert is_suggested(of_list, post, "3411", "C") is fits
