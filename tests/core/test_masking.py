"""What remains of personal data."""

from __future__ import annotations

import pytest

from supervision.core.masking import masked_id, masked_name, masked_phone


@pytest.mark.parametrize(("name", "shown"), [("", ""), ("A", "A"), (" Li Lei ", "L*****")])
def test_a_name_keeps_its_first_character(name, shown):
    assert masked_name(name) == shown


def test_numbers_keep_their_ends_and_their_length():
    assert masked_id("330110199001011234") == "330*************34"
    assert masked_phone("13800001234") == "138****1234"


@pytest.mark.parametrize("short", ["", "1", "1234567"])
def test_what_is_too_short_for_both_ends_is_hidden_whole(short):
    assert masked_phone(short) == "*" * len(short)
