"""Codes of an enterprise: what is accepted, and what a person is told when one is not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.enterprise.rules import (
    RegionLevel,
    SizeClass,
    industry_problems,
    industry_section,
    region_ancestors,
    region_level,
    region_problems,
    size_class,
)
from supervision.enterprise.uscc import (
    USCC_ALPHABET,
    demo_uscc,
    is_uscc,
    make_uscc,
    normalise_uscc,
    uscc_problems,
)

VALID = (
    "91350100M000100Y43",
    "91330424MA28AQAQXU",
    "91330100799655058B",
    "91440300708461136T",
    "9144030071526726XG",
    "91110108551385082Q",
)


def codes_of(code):
    return [problem.code for problem in uscc_problems(code)]


@pytest.mark.parametrize("code", VALID)
def test_a_code_in_public_use_is_valid(code):
    assert uscc_problems(code) == ()


@pytest.mark.parametrize(
    ("code", "problems"),
    [
        ("9133042MA28AQAQXU", ["uscc_length"]),
        ("91330424MA28AQAQXV", ["uscc_alphabet"]),
        ("91330424MA28AQAQX0", ["uscc_check"]),
        ("91330424MA28AQAQ0U", ["uscc_organisation_check", "uscc_check"]),
        ("91330100799655508B", ["uscc_organisation_check", "uscc_check"]),
        ("", ["uscc_length"]),
        ("91A30424MA28AQAQXU", ["uscc_region", "uscc_check"]),
    ],
)
def test_each_fault_is_named(code, problems):
    assert codes_of(code) == problems


def test_the_message_says_which_character_was_expected():
    (problem,) = uscc_problems("91330424MA28AQAQX0")
    assert "Character 18" in str(problem)
    assert "“0”" in str(problem)
    assert "“U”" in str(problem)
    organisation, _ = uscc_problems("91330424MA28AQAQ0U")
    assert "Character 17" in str(organisation)
    assert "“X”" in str(organisation)


def test_the_message_names_the_character_that_cannot_occur_and_its_place():
    (problem,) = uscc_problems("91330424MA28AQAQXV")
    assert "Character 18, “V”," in str(problem)


def test_the_message_counts_the_characters():
    (problem,) = uscc_problems("9133042MA28AQAQXU")
    assert "this one has 17" in str(problem)


def test_codes_are_accepted_as_people_paste_them():
    pasted = " ９１３３０４２４ma28-aqaqxu\u3000"
    assert normalise_uscc(pasted) == "91330424MA28AQAQXU"
    assert is_uscc(normalise_uscc(pasted))


bodies = st.text(alphabet=USCC_ALPHABET, min_size=8, max_size=8)
regions = st.sampled_from(["330110", "330113", "110108", "440300", "100000"])


@given(regions, bodies)
def test_every_code_that_is_made_is_valid(region, body):
    code = make_uscc(region, body)
    assert uscc_problems(code) == ()
    assert code[2:8] == region


@given(regions, bodies, st.integers(8, 17), st.sampled_from(USCC_ALPHABET))
def test_one_wrong_character_is_always_noticed(region, body, place, char):
    code = make_uscc(region, body)
    wrong = code[:place] + char + code[place + 1 :]
    assert is_uscc(wrong) is (wrong == code)


@given(regions, bodies, st.integers(8, 14))
def test_two_neighbours_exchanged_are_always_noticed(region, body, place):
    code = make_uscc(region, body)
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert is_uscc(wrong) is (wrong == code)


def test_demonstration_codes_differ_and_stay_in_their_invented_series():
    made = {demo_uscc("330110", serial) for serial in range(200)}
    assert len(made) == 200
    assert all(code[8:11] == "XAQ" and is_uscc(code) for code in made)


@pytest.mark.parametrize(
    ("region", "body"),
    [("33011", "XAQ00001"), ("990110", "XAQ00001"), ("330110", "XAQ0001"), ("330110", "XAO00001")],
)
def test_no_code_is_made_from_an_impossible_beginning(region, body):
    with pytest.raises(ValueError, match=r".+"):
        make_uscc(region, body)


@pytest.mark.parametrize(
    ("code", "level", "above"),
    [
        ("330000", RegionLevel.PROVINCE, ()),
        ("330100", RegionLevel.CITY, ("330000",)),
        ("330110", RegionLevel.DISTRICT, ("330000", "330100")),
        ("330110012", RegionLevel.STREET, ("330000", "330100", "330110")),
    ],
)
def test_a_region_knows_its_level_and_what_it_lies_in(code, level, above):
    assert region_level(code) is level
    assert region_ancestors(code) == above


@pytest.mark.parametrize("code", ["", "3301", "33011O", "990110", "330110 ", "３３０１１０"])
def test_a_region_code_of_the_wrong_shape_is_refused(code):
    assert region_problems(code)


@pytest.mark.parametrize(
    ("code", "section"), [("3311", "C"), ("06", "B"), ("46", "D"), ("97", "T"), ("8310", "P")]
)
def test_an_industry_code_lies_in_its_section_of_2017(code, section):
    assert industry_problems(code) == ()
    assert industry_section(code).section == section


@pytest.mark.parametrize("code", ["", "3", "00", "98", "9900", "C33", "33111"])
def test_an_industry_code_that_cannot_exist_is_refused(code):
    assert industry_problems(code)


@pytest.mark.parametrize(
    ("headcount", "revenue", "size"),
    [
        (1000, 400_000_000, SizeClass.LARGE),
        (1000, 399_999_999, SizeClass.MEDIUM),
        (999, 400_000_000, SizeClass.MEDIUM),
        (300, 20_000_000, SizeClass.MEDIUM),
        (5000, 3_000_000, SizeClass.SMALL),
        (19, 400_000_000, SizeClass.MICRO),
        (20, 2_999_999, SizeClass.MICRO),
    ],
)
def test_a_plant_has_to_reach_both_limits_of_a_size_class(headcount, revenue, size):
    assert size_class("3311", headcount, Decimal(revenue)) is size


def test_an_industry_without_limits_has_no_size_class():
    assert size_class("5220", 50, Decimal(10_000_000)) is None
