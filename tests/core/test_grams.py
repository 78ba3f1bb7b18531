"""What a search looks up: pairs, initials, numbers from one of their parts on."""

from __future__ import annotations

import pytest

from supervision.core import grams
from supervision.core.grams import Words


def finds(words, text, kind="x"):
    """Whether a row of ``words`` has every token that looking for ``text`` asks for."""
    held = grams.tokens(kind, "330110012", words).split()

    def has(wanted):
        if wanted.is_start:
            return any(token.startswith(wanted.token) for token in held)
        return wanted.token in held

    asked = grams.query(grams.terms(text))
    return bool(asked) and all(any(all(map(has, way)) for way in ways) for ways in asked)


PLANT = Words(
    texts=("Hangzhou BASF (East) No. 18", "\u676d\u5dde\u5316\u5de5\u6709\u9650"),
    readings=("\u676d\u5dde\u5316\u5de5\u6709\u9650",),
    codes=("91330110MA2B1XQ88K",),
)


@pytest.mark.parametrize(
    "text",
    [
        "\u5316\u5de5",
        "\u676d",
        "\u9650",
        "hzhg",
        "HZHG",
        "basf east",
        "\uff22\uff21\uff33\uff26",
        "no18",
        "91330110MA2B1XQ88K",
        "ma2b1",
        "Q88K",
        "\u5316\u5de5 basf",
    ],
)
def test_a_name_is_found_by_its_parts_its_initials_and_its_code(text):
    assert finds(PLANT, text)


@pytest.mark.parametrize(
    "text", ["\u5de5\u5316", "hghz", "", "  ", "%", "__", "\u5316\u5de5 bayer"]
)
def test_what_it_does_not_hold_does_not_find_it(text):
    assert not finds(PLANT, text)


@pytest.mark.parametrize(
    "text", ["YH-330110-2026-00123", "2026-00123", "00123", "123", "yh3301102026", "330110-2026"]
)
def test_a_number_is_found_from_each_of_its_parts_on(text):
    assert finds(Words(numbers=("YH-330110-2026-00123",)), text)


def test_a_short_run_of_digits_is_a_whole_part_of_a_number():
    """A third of all numbers begin with the year's first digits."""
    assert not finds(Words(numbers=("YH-330110-2026-00123",)), "0012")


def test_a_polyphone_is_read_as_in_its_word():
    assert grams.initials("\u91cd\u5e86\u957f\u5b89 A1") == "cqcaa1"


def test_a_row_that_moves_keeps_all_but_its_divisions():
    before = grams.tokens("hazard", "330110012", Words(numbers=("YH-1",)))
    after = grams.moved(before, "330113")
    assert set(before.split()) - set(after.split()) == {"r330110", "r330110012"}
    assert set(after.split()) - set(before.split()) == {"r330113"}


def test_both_languages_say_the_same():
    asked = grams.query(["ab"], kinds=["hazard", "order"], regions=["3301"])
    assert grams.as_fts5(asked) == (
        '(("61x62") OR ("nab") OR ("uab")) AND (("khazard") OR ("korder")) AND (("r3301"))'
    )
    assert grams.as_tsquery(asked) == (
        "(('61x62') | ('nab') | ('uab')) & (('khazard') | ('korder')) & (('r3301'))"
    )
