"""Every kind of rule: neither the hour, the frame rate, a mirror nor jitter changes an episode."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vision.scenes import (
    CROSSING,
    CROWD,
    EXIT,
    FALL,
    FIRE,
    HELMET,
    INTRUSION,
    LOITERING,
    POST,
    VEST,
    Flame,
    Person,
    Scene,
    kinds,
    shape,
)
from vision.contract import Direction, RuleKind, ViewState

# Each scene is well clear of its rule's thresholds, so that what it raises is not a matter of one
# frame: what is drawn moves within a side of them.
near = st.floats(0.0, 0.5)


def helmet(off: float, is_breach: bool) -> Scene:
    return Scene((Person(start=0.5 + off, speed=0.02, head="head" if is_breach else "helmet"),))


def vest(off: float, is_breach: bool) -> Scene:
    torso = "no_vest" if is_breach else "vest"
    return Scene((Person(start=0.5 + off, speed=0.0, torso=torso),), (VEST,))


def intrusion(off: float, is_breach: bool) -> Scene:
    x = 0.203 if is_breach else 0.0  # no foot is ever on the very edge
    return Scene((Person(start=0.5 + off, x=x, speed=0.04, end=11.0),), (INTRUSION,))


def fire(off: float, is_breach: bool) -> Scene:
    return Scene((Flame(1 + off, 9.0 if is_breach else 1.6 + off),), (FIRE,))


def crossing(off: float, is_breach: bool) -> Scene:
    rule = replace(CROSSING, direction=Direction.TO_LEFT)
    walk = Person(start=0.5 + off, x=0.2, speed=0.06, end=12.0, height=0.55)
    back = replace(walk, x=0.75, speed=-0.06)
    return Scene((walk if is_breach else back,), (rule,))


def loitering(off: float, is_breach: bool) -> Scene:
    end = 12.0 if is_breach else 5.0
    return Scene((Person(start=0.5 + off, x=0.6, speed=0.0, end=end),), (LOITERING,))


def crowd(off: float, is_breach: bool) -> Scene:
    pair = (
        Person(start=0.5 + off, x=0.5, speed=0.0, end=10.0),
        Person(x=0.75, speed=0.0, end=10.0 if is_breach else 2.0),
    )
    return Scene(pair, (CROWD,), seconds=16)


def post(off: float, is_breach: bool) -> Scene:
    guard = Person(start=0.0, x=0.6, speed=0.0, end=3.0 + off)
    back = replace(guard, start=11.0 if is_breach else 6.5, end=30.0)
    return Scene((guard, back), (POST,), seconds=16)


def exit_(off: float, is_breach: bool) -> Scene:
    return Scene((), (EXIT,), blocked=[(1 + off, 10.0 if is_breach else 4.0)], seconds=16)


def fall(off: float, is_breach: bool) -> Scene:
    falls = 4.0 + off if is_breach else 1e9
    return Scene((Person(start=0.5, x=0.3, speed=0.0, end=12.0, falls=falls),), (FALL,), seconds=16)


def view(off: float, is_breach: bool) -> Scene:
    bad = [(1 + off, 14.0 if is_breach else 6.0)]
    return Scene((), (), bad=bad, fault=ViewState.COVERED, seconds=22)


SCENES: dict[RuleKind, Callable[[float, bool], Scene]] = {
    RuleKind.HELMET_MISSING: helmet,
    RuleKind.VEST_MISSING: vest,
    RuleKind.INTRUSION: intrusion,
    RuleKind.LINE_CROSSING: crossing,
    RuleKind.LOITERING: loitering,
    RuleKind.CROWDING: crowd,
    RuleKind.POST_ABSENT: post,
    RuleKind.EXIT_BLOCKED: exit_,
    RuleKind.FIRE_SMOKE: fire,
    RuleKind.FALL: fall,
    RuleKind.VIEW_FAULT: view,
}
every_kind = pytest.mark.parametrize("kind", list(RuleKind), ids=str)
few = settings(max_examples=6, deadline=None)


@every_kind
@few
@given(near, st.booleans())
def test_a_breach_is_told_once_and_its_opposite_never(
    kind: RuleKind, off: float, is_breach: bool
) -> None:
    assert kinds(SCENES[kind](off, is_breach).run()) == [kind] * is_breach


@every_kind
@few
@given(near, st.booleans(), st.integers(0, 2_000_000_000))
def test_the_hour_changes_nothing(kind: RuleKind, off: float, is_breach: bool, shift: int) -> None:
    here, there = SCENES[kind](off, is_breach), SCENES[kind](off, is_breach)
    there.shift = float(shift)
    assert shape(here.run()) == [
        (rule, pytest.approx(start, abs=2e-3), pytest.approx(end, abs=2e-3))
        for rule, start, end in shape(there.run())
    ]


@every_kind
@few
@given(near, st.booleans())
def test_a_mirror_changes_nothing_but_left_and_right(
    kind: RuleKind, off: float, is_breach: bool
) -> None:
    here, there = SCENES[kind](off, is_breach), SCENES[kind](off, is_breach)
    there.mirror = True
    plain, turned = here.run(), there.run()
    assert shape(plain) == shape(turned)
    opposite = {"to_left": "to_right"}
    assert [opposite.get(e.detail, e.detail) for e in plain] == [e.detail for e in turned]


@every_kind
@few
@given(near, st.booleans(), st.floats(2.0, 25.0))
def test_the_frame_rate_changes_nothing(
    kind: RuleKind, off: float, is_breach: bool, fps: float
) -> None:
    here, there = SCENES[kind](off, is_breach), SCENES[kind](off, is_breach)
    there.fps = fps
    plain, other = here.run(), there.run()
    assert kinds(plain) == kinds(other)
    for one, two in zip(plain, other, strict=True):
        assert one.started_t == pytest.approx(two.started_t, abs=2 / fps + 0.5)
        # A vote needs up to five frames to turn, and at two a second that is long.
        assert one.ended_t == pytest.approx(two.ended_t, abs=3 / fps + 1.2)


@every_kind
@few
@given(
    near,
    st.booleans(),
    st.lists(st.floats(-0.06, 0.06), min_size=17, max_size=17),
    st.lists(st.floats(-0.008, 0.008), min_size=13, max_size=13),
)
def test_trembling_times_and_boxes_change_nothing(
    kind: RuleKind, off: float, is_breach: bool, jitter: list[float], tremble: list[float]
) -> None:
    here, there = SCENES[kind](off, is_breach), SCENES[kind](off, is_breach)
    there.jitter, there.tremble = jitter, tremble
    plain, shaken = here.run(), there.run()
    assert kinds(plain) == kinds(shaken)
    for one, two in zip(plain, shaken, strict=True):
        assert one.started_t == pytest.approx(two.started_t, abs=0.7)


people = st.builds(
    Person,
    start=st.floats(0.5, 2.0),
    end=st.floats(6.0, 10.0),
    x=st.floats(0.05, 0.35),
    speed=st.floats(0.0, 0.04),
    height=st.floats(0.4, 0.7),
    head=st.sampled_from(["head", "helmet", ""]),
)


@settings(max_examples=20, deadline=None)
@given(people, st.booleans())
def test_any_walk_is_judged_alike_in_a_mirror(person: Person, at_night: bool) -> None:
    rules = (HELMET, INTRUSION, CROSSING, LOITERING)
    shift = 1e9 if at_night else 0.0
    plain = Scene((person,), rules, shift=shift).run()
    mirror = Scene((person,), rules, mirror=True, shift=shift).run()
    assert shape(plain) == [
        (rule, pytest.approx(start, abs=2e-3), pytest.approx(end, abs=2e-3))
        for rule, start, end in shape(mirror)
    ]
