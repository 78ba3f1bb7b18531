"""The pure half: zones, tracks, equipment, votes and episodes, without a pixel."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vision.scenes import (
    FIRE,
    FLOOR,
    HELMET,
    INTRUSION,
    VEST,
    Flame,
    Person,
    Scene,
    kinds,
)
from vision.contract import Camera, Phase, RuleKind, Schedule
from vision.pipeline import CameraPipeline
from vision.seen import Detection, FrameInfo
from vision.tracking import Tracker
from vision.zones import foot, iou, is_inside


def test_a_bare_head_is_one_episode_from_first_to_last_sight() -> None:
    (episode,) = Scene((Person(),)).run()
    assert episode.started_t == pytest.approx(1.2, abs=0.21)
    assert episode.ended_t == pytest.approx(8.8, abs=0.21)
    assert episode.why == "negative_seen"


def test_a_worn_helmet_raises_nothing() -> None:
    assert Scene((Person(head="helmet"),)).run() == []


def test_a_head_too_small_to_judge_raises_nothing() -> None:
    assert Scene((Person(height=0.24),), size=(480, 360)).run() == []


def test_a_head_cut_by_the_pictures_edge_raises_nothing() -> None:
    assert Scene((Person(y=-0.01),)).run() == []


def test_absence_alone_convicts_nobody() -> None:
    assert Scene((Person(head=""),)).run() == []


def test_a_short_look_without_a_helmet_is_not_enough() -> None:
    assert Scene((Person(end=1.7),)).run() == []


def test_a_missing_vest_is_told_apart_from_a_worn_one() -> None:
    rules = (HELMET, VEST)
    without = Person(head="helmet", torso="no_vest")
    assert kinds(Scene((without,), rules).run()) == [RuleKind.VEST_MISSING]
    assert Scene((Person(head="helmet", torso="vest"),), rules).run() == []


def test_entering_the_zone_is_an_intrusion_from_the_step_over_its_edge() -> None:
    (episode,) = Scene((Person(x=0.2, speed=0.05, end=12),), (INTRUSION,)).run()
    # The foot (box centre) starts at 0.3 and reaches 0.5 four seconds after the start.
    assert episode.started_t == pytest.approx(5.0, abs=0.25)
    assert Scene((Person(x=0.0, speed=0.0),), (INTRUSION,)).run() == []


def test_fire_needs_no_person_and_must_last() -> None:
    assert kinds(Scene((Flame(),), (FIRE,)).run()) == [RuleKind.FIRE_SMOKE]
    assert Scene((Flame(end=1.5),), (FIRE,)).run() == []


def test_two_people_are_two_episodes() -> None:
    episodes = Scene((Person(speed=0.0), Person(x=0.7, speed=0.0))).run()
    assert len({episode.subject for episode in episodes}) == 2


def test_a_moment_out_of_sight_does_not_split_an_episode() -> None:
    assert len(Scene((Person(hidden=(4.0, 5.6)),)).run()) == 1


def test_a_new_track_number_in_the_same_place_goes_on_with_the_episode() -> None:
    """The tracker loses someone who jumps; the rule is still broken in the same place."""
    before, after = Person(end=5.0, speed=0.0), Person(start=5.2, speed=0.0, x=0.36)
    scene = Scene((before, after))
    assert len(scene.run()) == 1
    assert sum(change.phase is Phase.OPEN for change in scene.changes) == 1


def test_someone_who_was_there_all_along_does_not_inherit_an_episode() -> None:
    leaves = Person(end=5.0, speed=0.0)
    stays = Person(end=13.0, speed=0.0, x=0.45, head="")
    (episode,) = Scene((leaves, stays)).run()
    assert episode.ended_t == pytest.approx(4.8, abs=0.3)


def test_an_episode_is_capped_and_then_silent_while_its_subject_stays() -> None:
    scene = Scene((Person(end=150.0, speed=0.0),), seconds=160)
    (episode,) = scene.run()
    assert episode.ended_t - episode.opened_t + scene.shift == pytest.approx(60.0, abs=0.3)
    assert sum(change.phase is Phase.OPEN for change in scene.changes) == 1


def test_putting_a_helmet_on_ends_the_episode() -> None:
    bare = Person(end=5.0, speed=0.0)
    dressed = replace(bare, start=5.0, end=12.0, head="helmet")
    (episode,) = Scene((bare, dressed)).run()
    assert 4.5 < (episode.ended_t or 0) < 7.0


def test_a_clock_that_steps_back_blinds_nobody() -> None:
    camera = Camera("c", "c", "", rules=(HELMET,), analysed_fps=5.0)
    pipeline = CameraPipeline(camera)
    phases = []
    for base in (10_000.0, 6_400.0):
        for index in range(25):
            boxes = Person(speed=0.0).boxes(1.0 + index / 5)
            changes = pipeline.step(FrameInfo(base + index / 5, 1280, 720), boxes)
            phases += [change.phase for change in changes]
    assert phases == [Phase.OPEN, Phase.CLOSE, Phase.OPEN]


def test_an_episode_taken_up_after_a_restart_goes_on_under_its_own_name() -> None:
    camera = Camera("c", "c", "", rules=(HELMET,), analysed_fps=5.0)
    first = CameraPipeline(camera)
    for index in range(20):
        first.step(FrameInfo(100 + index / 5, 1280, 720), Person(speed=0.0).boxes(1 + index / 5))
    (opened,) = first.book.live_episodes

    second = CameraPipeline(camera)
    second.restore([opened], now=112.0)
    changes = []
    for index in range(20):
        info = FrameInfo(113 + index / 5, 1280, 720)
        changes += second.step(info, Person(speed=0.0).boxes(1 + index / 5))
    assert changes == []
    assert [e.event_id for e in second.book.live_episodes] == [opened.event_id]


def test_an_episode_whose_subject_is_gone_after_a_restart_ends_where_it_was_seen() -> None:
    camera = Camera("c", "c", "", rules=(HELMET,), analysed_fps=5.0)
    first = CameraPipeline(camera)
    for index in range(20):
        first.step(FrameInfo(100 + index / 5, 1280, 720), Person(speed=0.0).boxes(1 + index / 5))
    second = CameraPipeline(camera)
    second.restore(first.book.live_episodes, now=112.0)
    assert second.book.expire(120.0) == []
    (change,) = second.book.expire(133.0)
    assert (change.phase, change.episode.ended_t) == (Phase.CLOSE, pytest.approx(103.8))


def test_a_rule_out_of_hours_sees_nothing() -> None:
    never = replace(HELMET, schedule=Schedule(weekdays=()))
    assert Scene((Person(),), (never,)).run() == []


def test_a_track_keeps_its_number_through_crossing_and_weak_frames() -> None:
    tracker = Tracker("person")
    names: dict[str, set[str]] = {"left": set(), "right": set()}
    for index in range(30):
        t = index / 5
        left = (0.1 + 0.02 * index, 0.2, 0.2 + 0.02 * index, 0.6)
        right = (0.8 - 0.02 * index, 0.35, 0.9 - 0.02 * index, 0.75)
        score = 0.25 if index % 4 == 3 else 0.9
        tracks = tracker.update(t, [Detection("person", score, b) for b in (left, right)])
        for track in tracks:
            names["left" if iou(track.box, left) > 0.99 else "right"].add(track.subject)
    assert len(names["left"]) == 1
    assert len(names["right"]) == 1
    assert names["left"] != names["right"]


def test_the_tracker_forgets_and_stays_small() -> None:
    tracker = Tracker("person")
    for index in range(400):
        crowd = [Detection("person", 0.9, (x / 50, 0.1, x / 50 + 0.01, 0.2)) for x in range(40)]
        tracker.update(index * 3.0, crowd)
    assert len(tracker._live) <= 40


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_point_is_inside_the_floor_or_not(x: float, y: float) -> None:
    expected = 0.5 < x < 1.0 and 0.4 < y < 1.0
    edge = min(abs(x - 0.5), abs(x - 1), abs(y - 0.4), abs(y - 1)) < 1e-9
    assert edge or is_inside((x, y), FLOOR.polygon) is expected


def test_the_foot_is_the_bottom_centre() -> None:
    assert foot((0.2, 0.1, 0.4, 0.9)) == (pytest.approx(0.3), 0.9)
