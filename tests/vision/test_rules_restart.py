"""A worker killed at any frame: what it takes up again raises what the uncut one would have."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vision.scenes import FLOOR, HELMET, INTRUSION, POST, Person, Scene, kinds, shape
from tests.vision.test_rules_invariance import SCENES
from vision.contract import Camera, Phase, RuleKind, ViewState
from vision.pipeline import KEEP_STATE_S, CameraPipeline
from vision.seen import FrameInfo

every_kind = pytest.mark.parametrize("kind", list(RuleKind), ids=str)


@every_kind
@settings(max_examples=10, deadline=None)
@given(st.floats(0.0, 0.5), st.floats(0.1, 20.0), st.booleans())
def test_killed_between_two_frames_it_misses_nothing_and_doubles_nothing(
    kind: RuleKind, off: float, cut: float, is_breach: bool
) -> None:
    whole, killed = SCENES[kind](off, is_breach), SCENES[kind](off, is_breach)
    killed.cut = cut
    assert shape(killed.run()) == shape(whole.run())
    assert killed.opened() == is_breach


# Where what happens lasts long enough to be seen on both sides of the hole.
LASTING = [kind for kind in RuleKind if kind not in {RuleKind.LINE_CROSSING, RuleKind.FALL}]


@pytest.mark.parametrize("kind", LASTING, ids=str)
@settings(max_examples=6, deadline=None)
@given(st.floats(0.1, 20.0), st.floats(0.0, 1.5), st.booleans())
def test_down_for_a_moment_it_tells_the_same_once(
    kind: RuleKind, cut: float, down: float, is_breach: bool
) -> None:
    killed = SCENES[kind](0.25, is_breach)
    killed.cut, killed.down = cut, down
    assert kinds(killed.run()) == [kind] * is_breach
    assert killed.opened() == is_breach


@settings(max_examples=10, deadline=None)
@given(st.floats(2.5, 20.0), st.floats(3.0, 15.0))
def test_down_for_seconds_it_still_knows_who_was_there(cut: float, down: float) -> None:
    """The tracker is long empty then: people are found again by their place."""
    standing = Person(x=0.6, speed=0.0, start=0.5, end=38.0)
    killed = Scene((standing,), (HELMET, INTRUSION), seconds=40, cut=cut, down=down)
    assert sorted(kinds(killed.run())) == [RuleKind.HELMET_MISSING, RuleKind.INTRUSION]
    assert killed.opened() == 2


def test_the_time_while_it_was_down_is_no_absence_but_what_was_seen_before_counts() -> None:
    there = Person(start=0.0, x=0.6, speed=0.0, end=3.0)
    back = Person(start=17.0, x=0.6, speed=0.0, end=30.0)
    missed = Scene((there, back), (POST,), seconds=20, cut=6.0, down=10.5)
    assert missed.run() == [], "3 s before, 0.5 s after"
    long = Scene((there,), (POST,), seconds=20, cut=6.0, down=10.5)
    (episode,) = long.run()
    assert episode.opened_t - long.shift == pytest.approx(18.8, abs=0.25)


def walked(rules: tuple, seconds: float) -> CameraPipeline:
    camera = Camera("c", "c", "", zones=(FLOOR,), rules=rules, analysed_fps=5.0)
    pipeline = CameraPipeline(camera, lambda: "e1")
    standing = Person(x=0.6, speed=0.0, end=1e9)
    for index in range(int(seconds * 5)):
        pipeline.step(FrameInfo(100 + index / 5, 1280, 720), standing.boxes(1 + index / 5))
    return pipeline


def test_an_old_state_is_not_taken_up() -> None:
    before = walked((HELMET,), 4.0)
    after = CameraPipeline(before.camera)
    assert not after.load(before.dump(), 104.0 + KEEP_STATE_S)
    assert not after.load({}, 104.0)
    assert after.load(before.dump(), 110.0)


def test_a_rule_that_was_changed_begins_anew_and_the_others_go_on() -> None:
    before = walked((HELMET, INTRUSION), 0.9)  # one vote is missing
    camera = Camera(
        "c",
        "c",
        "",
        zones=(FLOOR,),
        rules=(HELMET, replace(INTRUSION, zone_id=None)),
        analysed_fps=5.0,
    )
    after = CameraPipeline(camera)
    assert after.load(before.dump(), 101.0)
    opened = []
    for index in range(6, 9):
        frame = FrameInfo(100 + index / 5, 1280, 720)
        opened += after.step(frame, Person(x=0.6, speed=0.0).boxes(1.0 + index / 5))
    assert [(c.phase, c.episode.rule_id) for c in opened] == [(Phase.OPEN, "helmet")]


def test_a_dead_view_is_still_a_fault_after_a_week_without_the_worker() -> None:
    """Its state is too old by far; the episode is not, and ends with five seconds of a good view."""
    camera = Camera("c", "c", "", rules=(HELMET,), analysed_fps=5.0)
    first, second = CameraPipeline(camera), CameraPipeline(camera)
    for index in range(100):
        first.step(FrameInfo(100 + index / 5, 1280, 720, view=ViewState.BLACK), [])
    week = 7 * 86400.0
    assert not second.load(first.dump(), week)
    second.restore(first.book.live_episodes, week)
    assert second.book.expire(week + 100) == []
    states = [ViewState.BLACK] * 5 + [ViewState.OK] * 30
    closed = [
        (index, change.phase)
        for index, state in enumerate(states)
        for change in second.step(FrameInfo(week + 200 + index / 5, 1280, 720, view=state), [])
    ]
    assert closed == [(5 + 25, Phase.CLOSE)]


def test_what_a_camera_remembers_stays_small() -> None:
    """Three hundred people an hour must not be remembered for ever."""

    pipeline = CameraPipeline(Scene(rules=(HELMET, INTRUSION)).camera())
    sizes = []
    for index in range(500):
        person = Person(start=0.0, end=1e9, x=0.05 + 0.8 * (index // 20 % 2), speed=0.0)
        pipeline.step(FrameInfo(index * 0.6, 1280, 720), person.boxes(1.0))
        if index % 5 == 0:
            sizes.append(len(json.dumps(pipeline.dump())))
    assert max(sizes[50:]) <= 1.2 * max(sizes[:50])
    assert max(sizes) < 20_000
