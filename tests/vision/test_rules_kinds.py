"""Each kind of rule by itself: what raises an episode, and what must not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.vision.scenes import (
    CROSSING,
    CROWD,
    EXIT,
    FALL,
    FLOOR,
    HELMET,
    INTRUSION,
    LOITERING,
    POST,
    VEST,
    Person,
    Scene,
    kinds,
)
from vision.contract import (
    Camera,
    Direction,
    Phase,
    RuleKind,
    ViewState,
    Window,
    WindowEffect,
    Zone,
)
from vision.episodes import Episode
from vision.pipeline import CameraPipeline
from vision.seen import FrameInfo

WALK = Person(x=0.2, speed=0.06, end=12.0)  # its foot, at x + 0.1, meets the line at 4.3 s
ON_FLOOR = Person(x=0.6, speed=0.0)


def one(scene: Scene) -> Episode:
    (episode,) = scene.run()
    assert scene.opened() == 1
    return episode


# ---- line crossing ---------------------------------------------------------------------------
def test_walking_over_the_line_is_told_once_at_the_moment_and_with_its_direction() -> None:
    episode = one(Scene((WALK,), (CROSSING,)))
    assert episode.started_t == pytest.approx(4.33, abs=0.05)
    assert episode.detail == Direction.TO_LEFT


@pytest.mark.parametrize(
    ("direction", "speed", "told"),
    [
        (Direction.TO_LEFT, 0.06, 1),
        (Direction.TO_RIGHT, 0.06, 0),
        (Direction.TO_RIGHT, -0.06, 1),
        (Direction.TO_LEFT, -0.06, 0),
    ],
)
def test_only_the_asked_direction_counts(direction: Direction, speed: float, told: int) -> None:
    x = 0.2 if speed > 0 else 0.65
    rule = replace(CROSSING, direction=direction)
    assert len(Scene((replace(WALK, x=x, speed=speed, end=8.0),), (rule,)).run()) == told


def test_standing_on_the_line_crosses_nothing() -> None:
    standing = Person(x=0.4, speed=0.0, end=13.0)
    assert Scene((standing,), (CROSSING,), tremble=(-0.02, 0.02, 0.01, -0.015)).run() == []


def test_touching_the_line_and_turning_back_crosses_nothing() -> None:
    shy = replace(WALK, turn=4.6)  # its foot gets 0.016 beyond
    assert Scene((shy,), (CROSSING,)).run() == []


def test_walking_round_the_end_of_the_line_crosses_nothing() -> None:
    behind = replace(WALK, y=0.02, height=0.25)  # its foot is at 0.27, the line begins at 0.3
    assert Scene((behind,), (CROSSING,)).run() == []


def test_a_new_number_beyond_the_line_is_still_the_one_who_crossed() -> None:
    """Lost on this side, found on the other by another number: nobody slips through."""
    before = Person(x=0.2, speed=0.05, end=4.2)
    after = Person(start=4.9, x=0.46, speed=0.05, end=9.0)
    assert one(Scene((before, after), (CROSSING,))).detail == Direction.TO_LEFT


def test_two_who_cross_one_behind_the_other_are_two() -> None:
    second = replace(WALK, start=2.4, end=13.0)
    assert len(Scene((WALK, second), (CROSSING,)).run()) == 2


def test_there_and_back_within_the_cool_down_is_one_ticket() -> None:
    back = replace(WALK, turn=6.5)
    episode = one(Scene((back,), (CROSSING,)))
    assert episode.started_t == pytest.approx(4.33, abs=0.05)
    assert (episode.ended_t or 0) > 8.0, "the end of the second crossing was told"


# ---- loitering -------------------------------------------------------------------------------
def test_staying_too_long_is_loitering_from_the_moment_of_entering() -> None:
    episode = one(Scene((Person(x=0.6, speed=0.0, end=12.0),), (LOITERING,)))
    assert episode.started_t == pytest.approx(1.2, abs=0.21)
    assert episode.opened_t - 1_000_000 == pytest.approx(7.2, abs=0.41)


def test_walking_through_is_no_loitering() -> None:
    assert Scene((Person(x=0.4, speed=0.1, end=6.0),), (LOITERING,)).run() == []


def test_leaving_for_a_moment_does_not_start_the_stay_anew() -> None:
    # In the zone from 0.8 s, out of it by 0.06 between 3 and 5 s, then in again.
    first = Person(x=0.42, speed=0.0, end=3.0)
    out = replace(first, start=3.0, end=4.6, x=0.33)
    again = replace(first, start=4.6, end=11.0)
    assert one(Scene((first, out, again), (LOITERING,))).started_t == pytest.approx(1.2, abs=0.21)


def test_leaving_for_good_ends_the_stay() -> None:
    first = Person(x=0.42, speed=0.0, end=5.0)
    out = replace(first, start=5.0, end=9.5, x=0.3)
    again = replace(first, start=9.5, end=13.0)
    assert Scene((first, out, again), (LOITERING,)).run() == []


def test_swaying_over_the_edge_of_the_zone_is_staying() -> None:
    edge = Person(x=0.41, speed=0.0, end=12.0)
    assert len(Scene((edge,), (LOITERING,), tremble=(-0.04, 0.0, -0.04, 0.01)).run()) == 1


# ---- crowding --------------------------------------------------------------------------------
PAIR = (ON_FLOOR, replace(ON_FLOOR, x=0.8))


def test_a_crowd_is_one_episode_of_its_place_with_its_number() -> None:
    episode = one(Scene(PAIR, (CROWD,)))
    assert (episode.subject, episode.detail) == ("zone:floor", "2")
    assert episode.ended_t == pytest.approx(9.0, abs=1.5)


def test_fewer_people_or_people_elsewhere_are_no_crowd() -> None:
    assert Scene((ON_FLOOR,), (CROWD,)).run() == []
    assert Scene((ON_FLOOR, Person(x=0.1, speed=0.0)), (CROWD,)).run() == []


def test_a_crowd_that_parts_at_once_is_none() -> None:
    assert Scene((ON_FLOOR, replace(PAIR[1], end=2.8)), (CROWD,)).run() == []


def test_people_who_change_places_are_the_same_crowd() -> None:
    third = replace(ON_FLOOR, start=4.0, x=0.7)
    assert one(Scene((replace(ON_FLOOR, end=5.0), PAIR[1], third), (CROWD,))).detail in {"2", "3"}


# ---- absent from post ------------------------------------------------------------------------
def test_a_post_left_for_too_long_is_told_from_its_last_manned_moment() -> None:
    episode = one(Scene((replace(ON_FLOOR, start=0.0, end=3.0),), (POST,)))
    assert episode.subject == "zone:floor"
    assert episode.started_t == pytest.approx(3.0, abs=0.21)
    assert episode.opened_t - 1_000_000 == pytest.approx(8.0, abs=0.21)


def test_a_post_left_for_a_moment_is_fine() -> None:
    back = (replace(ON_FLOOR, start=0.0, end=3.0), replace(ON_FLOOR, start=7.0, end=14.0))
    assert Scene(back, (POST,)).run() == []


def test_whoever_comes_back_ends_the_absence() -> None:
    back = replace(ON_FLOOR, start=9.0, end=20.0)
    episode = one(Scene((back,), (POST,), seconds=20))
    assert episode.ended_t == pytest.approx(8.8, abs=0.21)


def test_seconds_without_frames_are_no_absence() -> None:
    there = replace(ON_FLOOR, start=0.0, end=3.0)
    back = replace(ON_FLOOR, start=9.0, end=14.0)
    assert Scene((there, back), (POST,), missing=[(3.2, 8.8)]).run() == []


def test_a_covered_camera_sees_no_absence() -> None:
    there = replace(ON_FLOOR, start=0.0, end=3.0)
    back = replace(ON_FLOOR, start=9.0, end=14.0)
    assert Scene((there, back), (POST,), bad=[(3.0, 9.0)]).run() == []


def test_whoever_is_late_for_a_shift_has_the_dwell_to_come() -> None:
    start = datetime.fromtimestamp(1_000_006, UTC)
    shift = Window(start, start + timedelta(hours=8), WindowEffect.ONLY)
    rule = replace(POST, windows=(shift,))
    late = replace(ON_FLOOR, start=9.0, end=30.0)
    assert Scene((late,), (rule,), seconds=20).run() == []
    episode = one(Scene((), (rule,), seconds=20))
    assert (episode.started_t, episode.opened_t - 1_000_000) == (6.0, pytest.approx(11.0))


def test_an_empty_post_is_seen_by_a_gated_camera_that_judges_one_frame_in_five_seconds() -> None:
    """Nothing moves where nobody is: the forced scans alone must tell."""
    scene = Scene((), (replace(POST, dwell_s=20.0),), fps=0.2, seconds=90, gate=True, scan_s=5.0)
    assert one(scene).started_t == 0.0


def test_two_guards_are_asked_and_one_is_not_enough() -> None:
    rule = replace(POST, min_count=2)
    guard = replace(ON_FLOOR, start=0.0, end=14.0)
    assert one(Scene((guard,), (rule,))).detail == "1"
    assert Scene((guard, replace(guard, x=0.8)), (rule,)).run() == []


# ---- blocked exit ----------------------------------------------------------------------------
def test_something_left_in_an_exit_is_told_and_ends_when_it_is_gone() -> None:
    episode = one(Scene((), (EXIT,), blocked=[(2.0, 12.0)], seconds=20))
    assert episode.started_t == pytest.approx(2.0, abs=0.21)
    assert episode.ended_t == pytest.approx(11.8, abs=0.21)
    assert episode.detail == "0.60"


def test_a_moment_of_change_blocks_nothing() -> None:
    assert Scene((), (EXIT,), blocked=[(2.0, 6.0)]).run() == []


def test_people_who_pass_through_an_exit_do_not_block_it() -> None:
    stream = [Person(start=n * 2.0, x=0.2, speed=0.14, end=n * 2.0 + 5) for n in range(6)]
    assert Scene(stream, (EXIT,), blocked=[(1.0, 13.0)]).run() == []


def test_someone_who_stays_in_an_exit_blocks_it() -> None:
    stays = replace(ON_FLOOR, end=13.0)
    episode = one(Scene((stays,), (EXIT,), blocked=[(1.0, 13.0)], seconds=18))
    assert episode.started_t == pytest.approx(1.2, abs=0.21)


def test_what_stands_behind_a_passer_by_still_blocks() -> None:
    passer = Person(start=3.0, x=0.4, speed=0.12, end=7.0)
    assert len(Scene((passer,), (EXIT,), blocked=[(1.0, 18.0)], seconds=20).run()) == 1


def test_an_exit_of_which_nothing_is_known_is_not_blocked() -> None:
    pipeline = CameraPipeline(Camera("c", "c", "", zones=(FLOOR,), rules=(EXIT,)))
    for second in range(30):
        for changed in ((), (-1.0,)):
            t = 100.0 + second + len(changed) / 2
            assert pipeline.step(FrameInfo(t, 1280, 720, changed=changed), []) == []


# ---- fall ------------------------------------------------------------------------------------
STANDING = Person(x=0.3, speed=0.0, end=13.0)


def test_someone_who_falls_and_stays_down_is_told() -> None:
    episode = one(Scene((replace(STANDING, falls=4.0),), (FALL,)))
    assert episode.started_t == pytest.approx(4.0, abs=0.41)


def test_someone_who_gets_up_again_at_once_is_not() -> None:
    assert Scene((replace(STANDING, falls=4.0, rises=5.4),), (FALL,)).run() == []


def test_someone_who_lay_there_from_the_first_has_not_fallen() -> None:
    assert Scene((replace(STANDING, falls=0.0),), (FALL,)).run() == []


def test_getting_up_ends_it() -> None:
    episode = one(Scene((replace(STANDING, falls=4.0, rises=8.0),), (FALL,)))
    assert episode.ended_t == pytest.approx(7.8, abs=0.41)


# ---- equipment by zone -----------------------------------------------------------------------
WIDE = Zone("wide", "wide", ((0.0, 0.3), (1.0, 0.3), (1.0, 1.0), (0.0, 1.0)))
WIDE_HELMET = replace(HELMET, rule_id="wide-helmet", zone_id="wide")
FLOOR_HELMET = replace(HELMET, rule_id="floor-helmet", zone_id="floor")
WHOLE_HELMET = replace(HELMET, rule_id="whole-helmet")


def test_one_missing_helmet_in_overlapping_zones_is_one_violation_of_the_smallest() -> None:
    rules = (WHOLE_HELMET, WIDE_HELMET, FLOOR_HELMET)
    scene = Scene((ON_FLOOR,), rules, zones=(WIDE, FLOOR))
    assert one(scene).rule_id == "floor-helmet"


def test_the_zone_that_holds_the_foot_decides_what_is_asked() -> None:
    rules = (FLOOR_HELMET, replace(VEST, rule_id="wide-vest", zone_id="wide"))
    bare = Person(x=0.6, speed=0.0, torso="no_vest")
    found = Scene((bare,), rules, zones=(WIDE, FLOOR)).run()
    assert sorted(e.rule_id for e in found) == ["floor-helmet", "wide-vest"]
    elsewhere = replace(bare, x=0.1)
    found = Scene((elsewhere,), rules, zones=(WIDE, FLOOR)).run()
    assert [e.rule_id for e in found] == ["wide-vest"]


def test_a_step_within_overlapping_zones_is_not_told_twice() -> None:
    """From the wide zone alone into the overlap: the rule that spoke goes on."""
    walker = Person(x=0.2, speed=0.04, end=12.0)
    scene = Scene((walker,), (WIDE_HELMET, FLOOR_HELMET), zones=(WIDE, FLOOR))
    assert one(scene).rule_id == "wide-helmet"


# ---- the view --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("fault", "seconds", "told"),
    [
        (ViewState.BLACK, 9.0, 0),
        (ViewState.BLACK, 11.0, 1),
        (ViewState.COVERED, 11.0, 1),
        (ViewState.MOVED, 11.0, 1),
        (ViewState.FROZEN, 29.0, 0),
        (ViewState.FROZEN, 31.0, 1),
    ],
)
def test_a_bad_view_is_a_fault_after_its_time(fault: ViewState, seconds: float, told: int) -> None:
    bad = [(5.0, 5.0 + seconds)]
    found = Scene((), (), bad=bad, fault=fault, seconds=60, fps=2.0).run()
    assert [(e.rule_id, e.detail) for e in found] == [("view_fault", fault)] * told
    for episode in found:
        assert episode.started_t == 5.0
        assert episode.ended_t == pytest.approx(5.0 + seconds, abs=0.6)


def test_a_flicker_neither_ends_a_fault_nor_makes_another() -> None:
    bad = [(5.0, 20.0), (22.0, 30.0), (33.0, 40.0)]
    episode = one(Scene((), (), bad=bad, seconds=60))
    assert (episode.started_t, episode.ended_t) == (5.0, pytest.approx(39.8, abs=0.01))


def test_a_fault_lasts_as_long_as_the_view_is_bad_with_or_without_frames() -> None:
    episode = one(Scene((), (), bad=[(5.0, 400.0)], missing=[(60.0, 300.0)], seconds=420, fps=2.0))
    assert episode.ended_t == pytest.approx(399.5)


def test_an_open_violation_ends_where_it_was_seen_when_the_view_goes_bad() -> None:
    scene = Scene((Person(end=30.0, speed=0.0),), bad=[(6.0, 25.0)], seconds=33)
    by_rule = {e.rule_id: e for e in sorted(scene.run(), key=lambda e: -e.started_t)}
    assert by_rule["helmet"].started_t == pytest.approx(1.2, abs=0.21)
    assert by_rule["helmet"].ended_t == pytest.approx(5.8)
    assert by_rule["view_fault"].ended_t == pytest.approx(24.8)


def test_a_camera_that_does_not_check_its_view_judges_on() -> None:
    scene = Scene((Person(),), bad=[(0.0, 14.0)], view_check=False)
    assert kinds(scene.run()) == [RuleKind.HELMET_MISSING]


# ---- episodes --------------------------------------------------------------------------------
def test_a_breach_that_returns_within_the_cool_down_is_no_second_ticket() -> None:
    bare = Person(end=4.0, speed=0.0)
    dressed = replace(bare, start=4.0, end=7.0, head="helmet")
    again = replace(bare, start=7.0, end=12.0)
    scene = Scene((bare, dressed, again), seconds=20)
    episode = one(scene)
    assert episode.ended_t == pytest.approx(11.8, abs=0.01), "its later end is told"
    phases = [change.phase for change in scene.changes]
    assert phases == [Phase.OPEN, Phase.CLOSE, Phase.CLOSE]


def test_the_cap_counts_from_the_opening_not_from_a_dwell_longer_than_itself() -> None:
    stays = Person(x=0.6, speed=0.0, end=100.0)
    scene = Scene((stays,), (replace(LOITERING, dwell_s=70.0),), seconds=110, fps=2.0)
    episode = one(scene)
    assert episode.opened_t - scene.shift == pytest.approx(71.5, abs=0.6)
    assert episode.ended_t == pytest.approx(99.5, abs=0.1)


def test_a_breach_that_returns_after_the_cool_down_is_another() -> None:
    bare = Person(end=4.0, speed=0.0)
    dressed = replace(bare, start=4.0, end=20.0, head="helmet")
    again = replace(bare, start=20.0, end=24.0)
    assert len(Scene((bare, dressed, again), seconds=30).run()) == 2


def test_a_camera_is_live_while_a_violation_is_open_and_not_while_its_view_is_bad() -> None:
    pipeline = CameraPipeline(Scene(rules=(INTRUSION,)).camera())
    for index in range(30):
        pipeline.step(FrameInfo(index / 5, 1280, 720), ON_FLOOR.boxes(1.0))
    assert pipeline.is_live
    for index in range(30, 200):
        pipeline.step(FrameInfo(index / 5, 1280, 720, view=ViewState.BLACK), [])
    assert [e.rule_id for e in pipeline.book.live_episodes] == ["view_fault"]
    assert not pipeline.is_live
