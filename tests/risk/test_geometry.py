"""Shapes on a plan: what is accepted, what lies in what, where a label goes."""

from __future__ import annotations

import pytest

from supervision.core.errors import InvalidInput
from supervision.risk.geometry import holds, middle, parse_polygon

# An L.
ANGLE = [(0.0, 0.0), (0.4, 0.0), (0.4, 0.2), (0.2, 0.2), (0.2, 0.4), (0.0, 0.4)]


def test_percent_become_fractions_and_a_closing_corner_is_dropped():
    assert parse_polygon("10,10 50,10 50,50 10,50 10,10") == [
        [0.1, 0.1],
        [0.5, 0.1],
        [0.5, 0.5],
        [0.1, 0.5],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10,10 20,20",
        "10,10 50,10 30",
        "10,10 50,10 nan,40",
        "10,10 150,10 50,50",
        "10,10 -1,10 50,50",
        "10,10 50,50 50,10 10,50",  # a bow tie
        "10,10 10.1,10 10.1,10.1",
        " ".join(f"{n},{n % 2}" for n in range(70)),
    ],
)
def test_what_is_no_shape_is_refused_at_its_field(text):
    with pytest.raises(InvalidInput) as error:
        parse_polygon(text)
    assert error.value.field == "polygon"


@pytest.mark.parametrize(
    ("point", "inside"),
    [((0.1, 0.1), True), ((0.3, 0.1), True), ((0.3, 0.3), False), ((0.5, 0.1), False)],
)
def test_a_corner_that_is_cut_out_lies_outside(point, inside):
    assert holds(ANGLE, point) is inside


def test_a_label_stands_within_its_area():
    assert holds(ANGLE, middle(ANGLE))
    assert middle([(0, 0), (1, 0), (1, 1), (0, 1)]) == pytest.approx((0.5, 0.5))
