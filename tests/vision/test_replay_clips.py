"""Real footage, judged by the real model, against what a person saw (skipped where absent)."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.replay_events import (
    ONE_BY_ONE,
    PEDESTRIANS,
    WORKER_ZONE,
    check_one_by_one,
    check_worker_zone,
    run_all,
)
from vision.contract import RuleKind
from vision.detectors import open_detector
from vision.episodes import Episode, View
from vision.models import DEFAULT_MODEL
from vision.replay import Replayed

SPANS = [(5.0, 10.0), (20.0, 30.0), (40.0, 50.0), (60.0, 70.0)]


def seen(*times: tuple[float, float], kind: RuleKind = RuleKind.HELMET_MISSING) -> Replayed:
    """A replay that raised an episode in each of these spans of seconds."""
    view = View(0.0, 1.0, (640, 384), ())
    whole = (0.0, 0.0, 1.0, 1.0)
    episodes = [
        Episode("1", "r", kind, None, "p", start, start, end, 0.9, "seen", whole, view, end)
        for start, end in times
    ]
    return Replayed(episodes, [], 100, 0)


def test_the_rules_see_what_a_person_saw(clips: Path) -> None:
    """All three clips at one fixed setting; bench/replay_events.py says what each row means."""
    rows = run_all(clips.parent, open_detector("onnx", DEFAULT_MODEL))
    judged = [row for row in rows if row.met is not None]
    assert {row.clip for row in judged} == {ONE_BY_ONE, WORKER_ZONE, PEDESTRIANS}
    assert [row for row in judged if not row.met] == []


@pytest.mark.parametrize(
    ("times", "figures", "short"),
    [
        ([(6, 9), (21, 25), (41, 45)], (3, 0, 0), []),
        ([(6, 9), (21, 25)], (2, 0, 0), ["passages_found"]),
        ([(6, 7), (8, 9), (21, 25), (41, 45)], (3, 1, 0), ["doubled"]),
        ([(6, 9), (21, 25), (41, 45), (12, 15)], (3, 0, 1), ["outside"]),
        # One that never ended stands for one passage, not for all that it lasts through.
        ([(6, 70)], (1, 0, 0), ["passages_found"]),
    ],
)
def test_each_way_of_missing_the_six_passages_is_told(
    times: list[tuple[float, float]], figures: tuple[int, int, int], short: list[str]
) -> None:
    rows = check_one_by_one(seen(*times), SPANS)
    found = {row.figure: row.found for row in rows}
    assert (found["passages_found"], found["doubled"], found["outside"]) == figures
    assert [row.figure for row in rows if row.met is False] == short


def test_a_second_intrusion_of_one_worker_is_told() -> None:
    rows = check_worker_zone(seen((3, 5), (6, 9), kind=RuleKind.INTRUSION))
    assert [(row.found, row.met) for row in rows if row.figure == "intrusions"] == [(2, False)]
