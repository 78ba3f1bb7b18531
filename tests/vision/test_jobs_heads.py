"""Whose head is hidden in a copy, by boxes alone."""

from __future__ import annotations

import pytest

from vision.contract import Box
from vision.jobs.faces import CARRY_S, Heads
from vision.seen import HEAD, HELMET, PERSON, Detection

TALL = 0.6


def at(x: float, *, label: str = PERSON) -> Detection:
    """Somebody, or somebody's head, whose middle is at ``x``."""
    if label == PERSON:
        return Detection(PERSON, 0.9, (x - 0.06, 0.2, x + 0.06, 0.2 + TALL))
    return Detection(label, 0.8, (x - 0.03, 0.21, x + 0.03, 0.3))


def frames(*walks: dict[float, float], seconds: float = 4.0) -> list[tuple[float, list[Detection]]]:
    """Ten a second; each walk is {time: x} with its ends, straight in between, unseen outside."""
    found = []
    for t in (n / 10 for n in range(int(seconds * 10))):
        seen = []
        for walk in walks:
            (t0, x0), (t1, x1) = sorted(walk.items())
            if t0 <= t <= t1:
                x = x0 + (x1 - x0) * (t - t0) / (t1 - t0)
                seen += [at(x), at(x, label=HEAD)]
        found.append((t, seen))
    return found


def is_hidden(heads: Heads, x: float, t: float, y: float = 0.25) -> bool:
    return any(b[0] <= x <= b[2] and b[1] <= y <= b[3] for b in heads.hidden(t))


def test_everybody_is_hidden_but_who_is_to_be_seen() -> None:
    scene = frames({0: 0.2, 4: 0.3}, {0: 0.8, 4: 0.7})
    nobody = Heads(scene)
    one = Heads(scene, [at(0.25).box], 2.0)
    for t, first, second in ((0.0, 0.2, 0.8), (1.95, 0.249, 0.751), (3.9, 0.297, 0.703)):
        assert is_hidden(nobody, first, t)
        assert is_hidden(nobody, second, t)
        assert not is_hidden(one, first, t)
        assert is_hidden(one, second, t)


def test_a_head_alone_tells_who_is_to_be_seen() -> None:
    scene = frames({0: 0.2, 4: 0.3}, {0: 0.8, 4: 0.7})
    heads = Heads(scene, [at(0.25, label=HEAD).box], 2.0)
    assert not is_hidden(heads, 0.25, 2.0)
    assert is_hidden(heads, 0.75, 2.0)


def test_after_two_have_crossed_nobody_is_sure_who_is_who() -> None:
    heads = Heads(frames({0: 0.2, 4: 0.8}, {0: 0.8, 4: 0.2}), [at(0.23).box], 0.2)
    assert not is_hidden(heads, 0.29, 0.6)
    assert is_hidden(heads, 0.5, 2.0)
    assert is_hidden(heads, 0.74, 3.6)
    assert is_hidden(heads, 0.26, 3.6)


def test_what_the_model_misses_for_a_moment_stays_hidden() -> None:
    """All between two boxes, and a second before the first and after the last."""
    heads = Heads(frames({1: 0.2, 1.3: 0.2}) + frames({2.3: 0.26, 2.6: 0.26})[20:])
    for t, x in ((0.2, 0.2), (1.1, 0.2), (1.8, 0.23), (2.5, 0.26), (2.5 + CARRY_S, 0.26)):
        assert is_hidden(heads, x, t), f"seen at {t} s"


@pytest.mark.parametrize("label", [HEAD, HELMET, PERSON])
def test_one_box_on_one_frame_is_enough(label: str) -> None:
    heads = Heads([(0.0, []), (0.1, [at(0.5, label=label)]), (0.2, [])])
    assert is_hidden(heads, 0.5, 0.1)


def test_without_a_place_to_be_seen_all_are_hidden() -> None:
    elsewhere: Box = (0.0, 0.0, 0.05, 0.2)
    heads = Heads(frames({0: 0.2, 4: 0.3}), [elsewhere], 1.0)
    assert is_hidden(heads, 0.225, 1.0)
    assert is_hidden(Heads(frames({0: 0.2, 4: 0.3}), [at(0.2).box], None), 0.2, 0.0)
