"""Frame time: anchored to UTC, deaf to the network, faithful to the stream."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.timing import REANCHOR_S, WRAPS_S, Backoff, Beat, PtsClock, WallClock

NOW = 1_800_000_000.0
ULP = 1e-5  # of a float that counts seconds since 1970, and then some


def test_frame_time_follows_the_stream_and_not_the_network() -> None:
    clock = PtsClock()
    assert clock.utc(0.0, 1000.0) == 1000.0
    assert clock.utc(1.0, 1003.0) == pytest.approx(1001.0, abs=0.001), "two seconds late"
    assert clock.utc(4.0, 1004.1) == pytest.approx(1004.0, abs=0.001), "and it caught up"
    assert clock.utc(5.0, 1004.5) == 1004.5, "a frame cannot come from the future"


def test_frame_time_moves_to_a_clock_that_stays_away() -> None:
    clock = PtsClock()
    clock.utc(0.0, 1000.0)
    times = [clock.utc(float(s), 1003.0 + s) for s in range(1, 15)]
    assert times[0] == pytest.approx(1001.0, abs=0.001)
    assert times[-1] == pytest.approx(1017.0, abs=0.01)


def test_a_jump_of_the_streams_own_time_starts_a_new_count() -> None:
    clock = PtsClock()
    clock.utc(95_000.0, 1000.0)
    assert clock.utc(0.0, 1000.2) == 1000.2
    assert clock.utc(500_000.0, 1000.4) == 1000.4
    assert clock.utc(500_000.2, 1000.6) == pytest.approx(1000.6)


@settings(max_examples=30, deadline=None)
@given(
    ppm=st.floats(-100, 100),
    jitter=st.floats(0, 0.3),
    start=st.sampled_from([0.0, 12_345.0, WRAPS_S[0] - 900, WRAPS_S[1] - 900]),
    seed=st.integers(0, 99),
)
def test_a_drifting_camera_on_a_shaky_network_stays_within_half_a_second_for_a_day(
    ppm: float, jitter: float, start: float, seed: int
) -> None:
    clock, rng = PtsClock(), random.Random(seed)
    # The count turns over where its 33 or 32 bits end, as the stream would have it.
    wrap = next((w for w in WRAPS_S if start == w - 900), 10.0**9)
    last = 0.0
    for step in range(0, 86_400, 4):
        taken = NOW + step
        pts = (start + step * (1 + ppm / 1e6)) % wrap
        got = clock.utc(pts, taken + 0.02 + rng.uniform(0, jitter))
        assert abs(got - taken) <= REANCHOR_S
        assert got > last - 0.35, "time does not run backwards beyond what the network shook"
        last = got


@given(late=st.lists(st.floats(0, 3.0), min_size=30, max_size=60))
def test_lateness_that_passes_bends_no_duration(late: list[float]) -> None:
    clock = PtsClock()
    clock.utc(0.0, NOW)
    got = []
    for index, delay in enumerate(late):
        t = (index + 1) * 0.2
        # Every second frame is on time, so no lateness lasts.
        got.append(clock.utc(t, NOW + t + (delay if index % 2 else 0.0)))
    wanted = [NOW + (index + 1) * 0.2 for index in range(len(late))]
    assert got == pytest.approx(wanted, abs=0.01)


@given(
    jump=st.one_of(st.floats(-90_000, -1.0), st.floats(1.0, 90_000)),
    delay=st.floats(0, 0.2),
)
def test_a_jump_of_the_count_is_no_jump_of_the_time(jump: float, delay: float) -> None:
    clock, offset = PtsClock(), 100_000.0
    for index in range(200):
        if index == 100:
            offset += jump
        taken = NOW + index * 0.2
        got = clock.utc(offset + index * 0.2, taken + delay)
        assert abs(got - taken - delay) <= 0.01


def test_two_streams_of_one_camera_agree_within_half_a_second() -> None:
    main, sub, rng = PtsClock(), PtsClock(), random.Random(1)
    for step in range(7200):
        taken = NOW + step
        one = main.utc(step * 1.00002 + 77, taken + 0.15 + rng.uniform(0, 0.3))
        other = sub.utc(step * 0.99998 + 5000, taken + 0.02 + rng.uniform(0, 0.1))
        assert abs(one - other) < 0.5


@settings(max_examples=40)
@given(step=st.floats(-1e6, 1e6).filter(lambda s: abs(s) > 1), lasts=st.floats(0.5, 25.0))
def test_a_wall_clock_that_is_wrong_for_a_moment_moves_no_event(step: float, lasts: float) -> None:
    clock = WallClock()
    for tick in range(600):
        monotonic = tick / 10
        wrong = 20 <= monotonic < 20 + lasts
        got = clock.at(monotonic, NOW + monotonic + (step if wrong else 0.0))
        assert got == pytest.approx(NOW + monotonic, abs=ULP)


@given(step=st.floats(-1e6, 1e6).filter(lambda s: abs(s) > 1))
def test_a_clock_that_was_set_is_followed_when_it_lasts_and_nobody_is_in_view(
    step: float,
) -> None:
    clock = WallClock()
    clock.at(0.0, NOW)
    steps = [clock.at(float(s), NOW + s + step, may_step=s >= 120) - s - NOW for s in range(1, 200)]
    assert steps[:115] == pytest.approx([0.0] * 115, abs=ULP)
    assert steps[-1] == pytest.approx(step, abs=ULP)
    assert sum(abs(a - b) > 0.5 for a, b in itertools.pairwise(steps)) == 1


@given(step=st.floats(-1e6, 1e6))
def test_a_step_of_the_wall_clock_moves_a_streams_times_at_once_and_by_that_alone(
    step: float,
) -> None:
    clock = PtsClock()
    for index in range(100):
        if index == 50:
            clock.shift(step)
        t, moved = index / 10, step if index >= 50 else 0.0
        assert clock.utc(t, NOW + t + moved) == pytest.approx(NOW + t + moved, abs=0.01)


def test_slewing_is_followed_and_never_a_step() -> None:
    clock, last = WallClock(), NOW
    for second in range(1, 5000):
        got = clock.at(float(second), NOW + second * 1.0005)
        assert got == pytest.approx(NOW + second * 1.0005, abs=ULP)
        assert 0.99 < got - last < 1.01
        last = got


@pytest.mark.parametrize(("source", "wanted"), [(25.0, 4.0), (10.0, 4.0), (15.0, 2.0)])
def test_sampling_keeps_the_asked_rate(source: float, wanted: float) -> None:
    beat = Beat(wanted)
    taken = sum(beat.is_due(index / source) for index in range(int(60 * source)))
    assert taken == pytest.approx(60 * wanted, abs=2)


def test_waits_grow_to_a_minute_and_start_again_after_success() -> None:
    backoff = Backoff()
    waits = [backoff.next() for _ in range(12)]
    assert 0.5 <= waits[0] <= 1.0
    assert all(30.0 <= wait <= 60.0 for wait in waits[-4:])
    backoff.reset()
    assert backoff.next() <= 1.0
