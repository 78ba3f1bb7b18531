"""What a person draws on a camera's picture, and what becomes of a clip under changed rules."""

from __future__ import annotations

import json
from math import cos, pi, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.core.errors import InvalidInput
from supervision.video import drawing, places
from supervision.video.comparing import Change, change_of, compare
from supervision.video.drawing import Drawing
from vision.contract import Line, Mask, Raised, Rule, RuleKind, Zone

PRESS = Zone("press", "Press", ((0.1, 0.1), (0.9, 0.1), (0.5, 0.9)), "gate-a")
KERB = Line("kerb", "Kerb", (0.1, 0.8), (0.9, 0.8))
DESK = Mask("desk", "Desk", ((0.7, 0.1), (0.9, 0.1), (0.9, 0.4), (0.7, 0.4)))
BOW = [[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]]


def test_a_drawing_survives_being_sent():
    drawn = Drawing((PRESS,), (KERB,), (DESK,))
    assert drawing.read(drawing.write(drawn)) == drawn
    assert drawing.read("{}") == Drawing()


def zone(**changes):
    return {"zone_id": "press", "name": "Press", "polygon": [[0, 0], [1, 0], [1, 1]]} | changes


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ("no JSON", "cannot be read"),
        ([], "cannot be read"),
        ({"zones": {}}, "cannot be read"),
        ({"cameras": []}, "cannot be read"),
        ({"zones": [zone(url="x")]}, "cannot be read"),
        ({"zones": [zone(), zone()]}, "cannot be read"),
        ({"zones": [zone(zone_id="a b")]}, "cannot be read"),
        ({"zones": [zone(polygon=[[0, 0], [1, 0]])]}, "Press: it needs three or more"),
        ({"zones": [zone(polygon=[[0, 0], [1, 0], [1, 1.01]])]}, "Press: it needs three or more"),
        ({"zones": [zone(polygon=BOW)]}, "Press: its outline crosses itself"),
        ({"zones": [zone(polygon=[[0, 0], [0.5, 0], [1, 0]])]}, "Press: it is too small"),
        ({"zones": [zone(polygon=[[0, i / 99] for i in range(41)])]}, "Press: at most 40 points"),
        ({"zones": [zone(name=" ")]}, "1 to 60 characters"),
        ({"zones": [zone(name="a|b")]}, "a|b: a name"),
        ({"zones": [zone(shared="gate a")]}, "Press: the shared name"),
        ({"zones": [zone(zone_id=f"z{i}") for i in range(21)]}, "At most 20"),
        ({"masks": [{"mask_id": "m", "name": "Desk", "polygon": BOW}]}, "Desk: its outline"),
        ({"lines": [{"line_id": "l", "name": "Kerb", "start": [0, 0], "end": [0, 0]}]},
         "Kerb: it needs two different points"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_by_its_shape(told, message):
    with pytest.raises(InvalidInput, match=message.replace("|", r"\|")) as refused:
        drawing.read(told if isinstance(told, str) else json.dumps(told))
    assert refused.value.field == "drawing"


@given(st.lists(st.integers(1, 50), min_size=3, max_size=12))
def test_an_outline_that_goes_once_round_a_point_never_crosses_itself(radii):
    steps = [2 * pi * i / len(radii) for i in range(len(radii))]
    around = [(r * cos(angle), r * sin(angle)) for r, angle in zip(radii, steps, strict=True)]
    assert not places.crosses_itself(around)


def test_touching_sides_are_a_crossing_and_neighbours_are_not():
    assert places.crosses_itself([(0, 0), (1, 0), (1, 1), (0.5, 0), (0, 1)])
    assert not places.crosses_itself([(0, 0), (1, 0), (1, 1), (0.5, 0.1), (0, 1)])


def test_masks_are_written_like_zones():
    assert places.parse_masks(places.format_masks([DESK])) == (DESK,)
    with pytest.raises(InvalidInput, match="Mask in line 2"):
        places.parse_masks("a | A | 0,0 1,0 1,1\nb | B | 0,0 1,0")


def test_rules_go_with_their_zone_or_line():
    helmet = Rule("helmet_missing", RuleKind.HELMET_MISSING)
    inside = Rule("intrusion:press", RuleKind.INTRUSION, "press")
    across = Rule("line_crossing:kerb", RuleKind.LINE_CROSSING, line_id="kerb")
    rules = (helmet, inside, across)
    assert drawing.lost_rules(rules, Drawing((PRESS,), (KERB,))) == ()
    assert drawing.lost_rules(rules, Drawing((), (KERB,))) == (inside,)
    assert drawing.lost_rules(rules, Drawing()) == (inside, across)


# ---- before and after -------------------------------------------------------------------------


def raised(start, end, rule="intrusion:press", kind=RuleKind.INTRUSION, zone_id="press"):
    return Raised(rule, kind, start, end, 0.8, zone_id)


def test_what_overlaps_or_is_near_in_time_is_the_same():
    before = [raised(0, 3), raised(10, 12), raised(20, 21)]
    after = [raised(4.9, 6), raised(14.1, 15), raised(20, 25)]
    found = compare(before, after)
    assert found.both_before == (before[0], before[2])
    assert found.both_after == (after[0], after[2])
    assert (found.lost, found.new) == ((before[1],), (after[1],))


def test_another_rule_or_zone_at_that_time_is_something_else():
    one = raised(0, 3)
    assert compare([one], [raised(0, 3, zone_id="gate")]).new
    assert compare([one], [raised(0, 3, rule="loitering:press")]).lost == (one,)


def test_one_long_episode_that_falls_in_two_is_no_difference():
    assert compare([raised(0, 20)], [raised(0, 5), raised(15, 20)]).is_none


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ([raised(0, 1)], [raised(5, 6)], Change.STAYS),
        ([raised(0, 1)], [], Change.SILENT),
        ([], [raised(0, 1)], Change.APPEARS),
        ([], [], Change.NEVER),
        # Another rule of the same kind is no help where the violation's own fell silent.
        ([raised(0, 1)], [raised(0, 1, "intrusion:gate")], Change.SILENT),
        # A rule that was renamed since: its kind says it.
        ([raised(0, 1, "intrusion:old")], [raised(0, 1, "intrusion:old")], Change.STAYS),
        ([raised(0, 1, "helmet", RuleKind.HELMET_MISSING)], [], Change.NEVER),
    ],
)
def test_what_becomes_of_the_violation_of_a_clip(before, after, change):
    assert change_of("intrusion:press", RuleKind.INTRUSION, before, after) is change
