"""What a verdict says of a box, and what is put aside for looking."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.dataset.rules import OCCASION, LeftOut, accused, splits, verdict_of
from supervision.video.rules import RejectReason as R
from supervision.video.workflow import ReviewState as S
from vision.contract import BoxVerdict as B
from vision.contract import DetectedBox, RuleKind, Split

HELMET, INTRUSION = RuleKind.HELMET_MISSING, RuleKind.INTRUSION
DAY = datetime(2026, 11, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "reason", "kind", "said"),
    [
        (S.CONFIRMED, None, HELMET, B.RIGHT),
        (S.REJECTED, R.WRONG_OBJECT, HELMET, B.NOTHING),
        # The helmet is worn: what was taken for a bare head is one with a helmet on it.
        (S.REJECTED, R.COMPLIANT, HELMET, B.INSTEAD),
        (S.REJECTED, R.COMPLIANT, RuleKind.VEST_MISSING, B.INSTEAD),
        # Somebody was there, and kept the rule: nothing was wrong with the box.
        (S.REJECTED, R.COMPLIANT, INTRUSION, None),
        (S.REJECTED, R.PERMITTED, HELMET, None),
        (S.REJECTED, R.TEST, HELMET, None),
        (S.REJECTED, R.UNCLEAR, HELMET, None),
        (S.REJECTED, R.OTHER, HELMET, None),
        (S.DUPLICATE, None, HELMET, None),
        (S.PENDING, None, HELMET, None),
    ],
)
def test_a_false_alarm_teaches_only_where_it_is_one_of_the_picture(status, reason, kind, said):
    assert verdict_of(status, reason, kind) is said


def box(label, score):
    return DetectedBox(label, score, (0.1, 0.1, 0.2, 0.2))


def test_the_accused_box_is_the_only_one_or_the_one_with_the_episodes_score():
    person, sure, less = box("person", 0.9), box("head", 0.8123), box("head", 0.6)
    assert accused(HELMET, [person, sure], 0.5) == sure
    assert accused(HELMET, [person, sure, less], 0.81234) == sure
    assert accused(HELMET, [sure, less], 0.95) is LeftOut.AMBIGUOUS
    assert accused(HELMET, [sure, box("head", 0.8121)], 0.8122) is LeftOut.AMBIGUOUS
    # The helmet was not seen, but no bare head either: the detector missed something.
    assert accused(HELMET, [person], 0.5) is LeftOut.NO_BOX
    fire, smoke = box("fire", 0.5), box("smoke", 0.6)
    assert accused(RuleKind.FIRE_SMOKE, [fire, smoke], 0.9, "smoke") == smoke


moments = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 3000)), min_size=1, max_size=40, unique=True
)


@settings(max_examples=60, deadline=None)
@given(moments)
def test_nothing_put_aside_was_taken_beside_something_to_learn_from(taken):
    told = {str(n): (camera, DAY + timedelta(minutes=m)) for n, (camera, m) in enumerate(taken)}
    found = splits(told)
    assert set(found) == set(told)
    for one, (camera, at) in told.items():
        for other, (its, then) in told.items():
            if camera == its and abs(at - then) <= OCCASION:
                assert found[one] == found[other]
            if camera == its and found[one][0] is Split.VAL and found[other][0] is Split.TRAIN:
                assert at > then


def test_a_fifth_is_put_aside_the_newest_of_each_camera():
    told = {f"{n:02}": ("gate", DAY + n * timedelta(hours=1)) for n in range(10)}
    val = [name for name, (split, _occasion) in splits(told).items() if split is Split.VAL]
    assert val == ["08", "09"]
    alone = {f"{n}": (f"camera {n}", DAY) for n in range(10)}
    assert sum(split is Split.VAL for split, _o in splits(alone).values()) == 2
