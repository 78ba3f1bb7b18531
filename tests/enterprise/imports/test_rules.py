"""Headings and cells as people write them; no database."""

from __future__ import annotations

from decimal import Decimal

import pytest

from supervision.enterprise.imports import rules
from supervision.enterprise.rules import SizeClass


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("统一社会信用代码", "uscc"),
        (" 统一社会信用代码 * ", "uscc"),
        ("企业名称（全称）", "name"),
        ("Unified Social Credit Code", "uscc"),
        ("安全员联系电话", "safety_manager_phone"),
        ("联系电话", "principal_phone"),
        ("Lat", "latitude"),
        ("备注", ""),
        ("", ""),
    ],
)
def test_a_heading_is_known_by_its_usual_names(heading, field):
    assert rules.guess([heading], {}) == [field]


def test_a_field_goes_to_one_column_and_a_remembered_choice_wins():
    assert rules.guess(["名称", "企业名称"], {}) == ["name", ""]
    assert rules.guess(["名称", "企业名称"], {"名称": ""}) == ["", "name"]
    assert rules.guess(["x"], {"x": "no_such_field"}) == [""]


def test_the_headings_are_found_below_a_title():
    rows = [["企业台账"], [""], ["统一社会信用代码", "企业名称"], ["91", "x"]]
    assert rules.header_row(rows) == (2, 2)
    assert rules.header_row([[""], ["a", "b"]]) == (1, 0)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (13900000001.0, "13900000001"),
        (80, "80"),
        (0.5, "0.5"),
        (" a ", "a"),
        (True, "1"),
        (None, ""),
    ],
)
def test_a_cell_becomes_the_text_that_was_meant(cell, text):
    assert rules.cell_text(cell) == text


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("headcount", "1,200", 1200),
        ("headcount", "", None),
        ("size_class", "小型企业", SizeClass.SMALL),
        ("size_class", "LARGE", SizeClass.LARGE),
        ("is_key", "是", True),
        ("is_key", "", False),
        ("longitude", "119.9785", Decimal("119.9785")),
        ("industry_code", "33 金属制品业", "33"),
        ("region_code", "330110001 First Street", "330110001"),
        ("name", "33 Works", "33 Works"),
    ],
)
def test_a_text_becomes_a_value(field, text, value):
    assert rules.parse(field, text) == value


@pytest.mark.parametrize(
    ("field", "text"),
    [("headcount", "80.5"), ("headcount", "٣"), ("longitude", "NaN"), ("size_class", "huge")],
)
def test_what_cannot_be_read_is_said(field, text):
    with pytest.raises(rules.CellError):
        rules.parse(field, text)
