"""The motion gate on made thumbnails, at every pace of frames that it may be given."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.gate import FLOOD, MOMENT_S, SIZE, Gate, Look

WIDTH, HEIGHT = SIZE
Scene = Callable[[float], np.ndarray]
PACES = [0.5, 2.0, 10.0]


def room(seed: int = 1) -> np.ndarray:
    """A scene with some texture, grey levels as floats."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(60, 170, (9, 16))
    return np.kron(coarse, np.ones((HEIGHT // 9, WIDTH // 16)))


def looks(
    scene: Scene, fps: float, seconds: float, noise: float = 3.0
) -> Iterator[tuple[float, Look]]:
    gate, rng = Gate(), np.random.default_rng(2)
    for index in range(int(seconds * fps)):
        t = 1e9 + index / fps
        picture = scene(index / fps) + rng.normal(0, noise, (HEIGHT, WIDTH))
        yield index / fps, gate.look(np.clip(picture, 0, 255).astype(np.uint8), t)


def walker(
    start: float, end: float, *, speed: float = 20.0, height: int = 9, grey: float = 30.0
) -> Scene:
    """Somebody a tenth of the picture high (all numbers in thumbnail pixels and seconds)."""
    empty = room()

    def scene(t: float) -> np.ndarray:
        picture = empty.copy()
        if start <= t < end:
            left = int(10 + speed * (t - start)) % (WIDTH - 10)
            picture[40 : 40 + height, left : left + max(3, height // 3)] = grey
        return picture

    return scene


@pytest.mark.parametrize("fps", PACES)
@pytest.mark.parametrize("noise", [0.0, 8.0])
def test_an_empty_room_does_not_move_whatever_the_noise(fps: float, noise: float) -> None:
    empty = room()
    found = [look for _, look in looks(lambda t: empty, fps, 30.0, noise)]
    assert found[0].is_flood, "the first frame is always worth a scan"
    assert not any(look.is_motion or look.is_flood for look in found[1:])


@pytest.mark.parametrize("fps", PACES)
def test_a_small_person_who_walks_is_seen_and_leaves_no_trace(fps: float) -> None:
    found = list(looks(walker(10.0, 20.0), fps, 40.0))
    inside = [look for t, look in found if 10.0 <= t < 20.0]
    after = [look for t, look in found if t >= 20.0 + 2 * MOMENT_S + 1 / fps]
    before = [look for t, look in found if 0 < t < 10.0]
    assert sum(look.is_motion for look in inside) >= 0.9 * len(inside)
    assert not any(look.is_motion for look in before + after)


@pytest.mark.parametrize("fps", PACES)
def test_a_light_that_is_switched_floods_once_and_is_no_motion(fps: float) -> None:
    empty = room()
    found = list(looks(lambda t: empty * (1.7 if t >= 10.0 else 1.0) / 1.7, fps, 30.0))
    floods = [t for t, look in found if look.is_flood]
    assert len(floods) == 2
    assert floods[1] == pytest.approx(10.0, abs=1 / fps)
    assert not any(look.is_motion for _, look in found)


@pytest.mark.parametrize("fps", [2.0, 10.0])
def test_a_cloud_is_no_motion(fps: float) -> None:
    empty = room()
    found = list(looks(lambda t: empty + 20 * np.sin(t / 3), fps, 40.0))
    assert not any(look.is_motion for _, look in found)


def test_a_barrow_that_is_left_standing_moves_only_until_it_stands() -> None:
    empty = room()

    def scene(t: float) -> np.ndarray:
        picture = empty.copy()
        if t >= 10.0:
            picture[30:60, 50:80] = 20
        return picture

    moving = [t for t, look in looks(scene, 4.0, 30.0) if look.is_motion]
    assert moving
    assert moving[0] == 10.0
    assert moving[-1] <= 10.0 + 2 * MOMENT_S


def test_somebody_who_fills_half_of_the_view_is_motion_and_no_flood() -> None:
    found = dict(looks(walker(10.0, 20.0, height=120), 4.0, 20.0))
    near = [look for t, look in found.items() if 11 < t < 20]
    assert all(look.is_motion and look.share < FLOOD for look in near)


@settings(max_examples=10, deadline=None)
@given(
    fps=st.floats(2, 25),
    speed=st.floats(8, 40),
    height=st.integers(9, 60),
    darker=st.floats(40, 55),
    seed=st.integers(0, 99),
)
def test_a_person_is_seen_at_every_rate_speed_and_size(
    fps: float, speed: float, height: int, darker: float, seed: int
) -> None:
    empty = room(seed)

    def scene(t: float) -> np.ndarray:
        picture = empty.copy()
        if t >= 5.0:
            left = int(speed * (t - 5.0)) % (WIDTH - 20)
            picture[20 : 20 + height, left : left + max(4, height // 3)] -= darker
        return picture

    found = list(looks(scene, fps, 9.0))
    first = next((t for t, look in found if look.is_motion), 99.0)
    assert 5.0 <= first <= 6.0 + 1 / fps


def test_an_older_frame_is_judged_but_teaches_nothing() -> None:
    gate, empty = Gate(), room().astype(np.uint8)
    for index in range(40):
        gate.look(empty, 100.0 + index / 4)
    with_person = walker(0.0, 99.0)(1.0).astype(np.uint8)
    for _ in range(50):
        assert gate.look(with_person, 90.0).is_motion
    assert not gate.look(empty, 110.0).is_motion
