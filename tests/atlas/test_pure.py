"""Datum, grid and outlines: what the map reckons with. No database."""

from __future__ import annotations

import json
from itertools import product

import pytest

from supervision.atlas import grid, outlines
from supervision.atlas.datum import Datum, from_datum, to_datum
from supervision.core.errors import NotFound
from supervision.core.web.policy import with_tiles
from supervision.factory import POLICY

GCJ = Datum.GCJ02


def test_a_known_place_is_shifted_as_web_maps_shift_it():
    # Tiananmen: about 555 m east and 155 m north of where a GPS says.
    assert to_datum(116.404, 39.915, GCJ) == pytest.approx((116.41024, 39.91640), abs=1e-5)


@pytest.mark.parametrize("place", product((75.5, 104.1, 120.2, 134.0), (19.0, 30.3, 52.5)))
def test_there_and_back_is_the_same_place_to_a_centimetre(place):
    assert from_datum(*to_datum(*place, GCJ), GCJ) == pytest.approx(place, abs=1e-7)
    there = to_datum(*place, GCJ)
    assert 0.0005 < abs(there[0] - place[0]) + abs(there[1] - place[1]) < 0.02


def test_nothing_is_shifted_abroad_or_without_need():
    assert to_datum(2.35, 48.85, GCJ) == (2.35, 48.85)
    assert to_datum(120.2, 30.3, Datum.WGS84) == (120.2, 30.3)


def test_a_place_lies_in_its_step_of_the_grid():
    for place in ((120.2, 30.3), (-179.9, -80.0), (0.0, 0.0)):
        x, y = grid.to_grid(*place)
        assert grid.to_degrees(x + 0.5, y + 0.5) == pytest.approx(place, abs=3e-5)
    assert grid.to_grid(180.0, -90.0) == (grid.SPAN - 1, grid.SPAN - 1)


def test_a_window_never_asks_for_more_cells_than_an_answer_may_hold():
    for zoom in range(30):
        found = grid.window(-180, -85, 180, 85, zoom)
        cells = ((found.east - found.west) >> found.shift) + 1
        assert cells**2 <= grid.MOST_CELLS * 4
    assert grid.window(120, 30, 120.1, 30.1, 12).shift == grid.BITS - 14


@pytest.mark.parametrize(
    "corners", [(121, 30, 120, 31), (120, 31, 121, 30), (float("nan"), 1, 2, 3), (1, 2, 1, 3)]
)
def test_what_is_no_rectangle_is_no_window(corners):
    assert grid.window(*corners, 10) is None


def test_the_outlines_lie_where_the_provinces_lie():
    shape = json.loads(outlines.outline(33, Datum.WGS84))
    names = {f["properties"]["name"] for f in shape["features"]}
    assert len(names) == 11
    points = [
        p for f in shape["features"] for part in f["geometry"]["coordinates"] for p in part[0]
    ]
    assert min(p[0] for p in points) > 118
    assert max(p[0] for p in points) < 123
    assert min(p[1] for p in points) > 27
    assert max(p[1] for p in points) < 31.3
    shifted = json.loads(outlines.outline(33, GCJ))
    assert shifted != shape
    assert len(json.loads(outlines.outline(outlines.CHINA, Datum.WGS84))["features"]) >= 31
    with pytest.raises(NotFound):
        outlines.outline(99, Datum.WGS84)


def test_pictures_may_come_from_the_tiles_alone():
    assert with_tiles(POLICY, "") == POLICY
    allowed = with_tiles(POLICY, "https://{s}.tiles.example/{z}/{x}/{y}.png")
    assert "img-src 'self' https://*.tiles.example data:" in allowed
    assert "script-src 'self';" in allowed
    assert with_tiles(POLICY, "javascript:alert(1)") == POLICY
