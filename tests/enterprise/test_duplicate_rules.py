"""What two files have in common, and what tells nothing."""

from __future__ import annotations

import pytest

from supervision.enterprise.duplicate_rules import (
    STRONG,
    Facts,
    KeyKind,
    core_name,
    keys,
    legacy_is_fit,
    reasons,
    score,
    similar,
)

PLACES = ("浙江省", "杭州市", "余杭区")


def facts(**changes):
    values = {
        "uscc": "91330110MA2DEM0015",
        "legacy_reg_no": "",
        "name": "杭州余杭示例化工有限公司",
        "address": "浙江省杭州市余杭区示例路1号",
        "region_code": "330110001",
        "legal_representative": "李示例",
        "phones": ("13900000001", "0571-8800001"),
        "places": PLACES,
    }
    return Facts(**{**values, **changes})


@pytest.mark.parametrize(
    "name",
    [
        "杭州余杭示例化工有限公司",
        "杭州市余杭区示例化工有限责任公司",
        "示例化工（集团）有限公司",
        " 示例化工　有限公司 ",
        "浙江示例化工股份有限公司",
    ],
)
def test_place_and_legal_form_do_not_tell_names_apart(name):
    assert core_name(name, PLACES).removesuffix("集团") == "示例化工"


def test_another_number_of_a_plant_is_another_name():
    assert core_name("示例一厂", PLACES) != core_name("示例二厂", PLACES)


def test_a_name_of_nothing_but_place_and_form_is_kept_whole():
    assert core_name("余杭有限公司", PLACES) == "余杭有限公司"


def test_a_divisions_name_in_the_address_makes_no_difference():
    short = facts(address="示例路 1号")
    assert set(keys(facts())) == set(keys(short))


def test_the_same_address_in_two_districts_is_two_addresses():
    other = facts(region_code="330113001")
    same = {kind for kind, _value in set(keys(facts())) & set(keys(other))}
    assert KeyKind.PLACE not in same
    assert KeyKind.PHONE in same


def test_the_country_code_does_not_tell_telephones_apart():
    one, other = facts(phones=("+86 139-0000-0001",)), facts(phones=("13900000001", "110"))
    phones = [{v for k, v in keys(f) if k is KeyKind.PHONE} for f in (one, other)]
    assert phones[0] == phones[1] == {"13900000001"}


def test_an_old_number_of_fifteen_digits_is_a_key_and_no_number_is_none():
    assert (KeyKind.LEGACY, "330184000000001") in keys(facts(legacy_reg_no="330184000000001"))
    assert not [k for k, _v in keys(facts()) if k is KeyKind.LEGACY]
    assert legacy_is_fit("330184000000001")
    assert not legacy_is_fit("33018400000001")


def test_a_similar_name_counts_beside_something_in_common_only():
    assert similar("示例化工", "示例化工厂")
    assert KeyKind.SIMILAR in reasons({KeyKind.PHONE}, "示例化工", "示例化工厂")
    assert KeyKind.SIMILAR not in reasons({KeyKind.PHONE}, "示例化工", "远方纺织")
    assert KeyKind.SIMILAR not in reasons({KeyKind.LEGACY}, "示例化工", "示例化工厂")


@pytest.mark.parametrize(
    ("found", "is_strong"),
    [
        ({KeyKind.PHONE}, False),
        ({KeyKind.PLACE, KeyKind.PHONE}, False),
        ({KeyKind.PERSON_PLACE, KeyKind.PLACE}, True),
        ({KeyKind.NAME}, True),
        ({KeyKind.LEGACY}, True),
    ],
)
def test_what_is_hardly_chance(found, is_strong):
    kinds = reasons(found, "a", "z")
    assert (score(kinds) >= STRONG) is is_strong
    assert len(set(kinds)) == len(kinds)
