"""A camera's view: frozen, black, covered, moved; and what stands in its zones."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from vision.contract import ViewState
from vision.gate import SIZE
from vision.planes import shrink
from vision.view import UNKNOWN, Seen, Watcher

ZONE = ((0.1, 0.3), (0.4, 0.3), (0.4, 0.95), (0.1, 0.95))


class Site:
    """A yard with walls, windows and a gate, seen by a sensor with noise; 320 x 180."""

    def __init__(self, seed: int = 7) -> None:
        self._chance = np.random.default_rng(seed)
        self.yard = self._draw()
        self._noise = [self._chance.normal(0, 2, (180, 320)).astype(np.float32) for _ in range(9)]
        self.light = 1.0
        self.shift = (0, 0)
        self.things: list[tuple[int, int, int, int, int]] = []  # x, y, width, height, grey

    def _draw(self) -> np.ndarray:
        yard = np.full((250, 450), 110, np.uint8)
        for _ in range(90):
            x, y = int(self._chance.integers(0, 425)), int(self._chance.integers(0, 225))
            width, height = (int(n) for n in self._chance.integers(10, 60, 2))
            grey = int(self._chance.integers(30, 220))
            cv2.rectangle(yard, (x, y), (x + width, y + height), grey, -1)
        return yard

    def frame(self) -> np.ndarray:
        x, y = 50 + self.shift[0], 30 + self.shift[1]
        seen = self.yard[y : y + 180, x : x + 320].astype(np.float32)
        for left, top, width, height, grey in self.things:
            seen[top : top + height, left : left + width] = grey
        noise = self._noise[int(self._chance.integers(len(self._noise)))]
        return np.clip(seen * self.light + noise, 0, 255).astype(np.uint8)


class Watched:
    """A watcher at a frame rate; its clock goes on from call to call."""

    def __init__(self, site: Site, fps: float = 4.0, **more) -> None:
        self.site, self.fps, self.t = site, fps, 1000.0
        self.watcher = Watcher(**more)

    def run(self, seconds: float, picture=None) -> list[Seen]:
        said = []
        for _ in range(round(seconds * self.fps)):
            self.t += 1 / self.fps
            frame = self.site.frame() if picture is None else picture
            said.append(self.watcher.look(shrink(frame, SIZE), self.t))
        return said


def states(said: list[Seen]) -> set[ViewState]:
    return {one.view for one in said}


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.mark.parametrize("fps", [0.5, 8.0])
def test_a_living_view_is_never_faulted(site, fps):
    watched = Watched(site, fps)
    assert states(watched.run(60)) == {ViewState.OK}
    site.things = [(150, 60, 35, 100, 200)]  # somebody walks in and stands
    site.light = 0.6  # a cloud
    assert states(watched.run(60)) == {ViewState.OK}


@pytest.mark.parametrize("fps", [0.5, 8.0])
def test_the_same_picture_over_and_over_is_frozen(site, fps):
    watched = Watched(site, fps)
    watched.run(40)
    still = site.frame()
    said = watched.run(60, still)
    assert said[-1].view is ViewState.FROZEN
    first = next(i for i, one in enumerate(said) if one.view is ViewState.FROZEN)
    assert 28 <= first / fps <= 34
    assert watched.run(6)[-1].view is ViewState.OK


def test_no_light_and_a_hand_on_the_lens(site):
    watched = Watched(site)
    watched.run(40)
    noise = np.random.default_rng(1)
    dark = [np.clip(noise.normal(8, 3, (180, 320)), 0, 255).astype(np.uint8) for _ in range(16)]
    said = [
        watched.watcher.look(shrink(f, SIZE), watched.t + 0.25 * i) for i, f in enumerate(dark, 1)
    ]
    assert said[-1].view is ViewState.BLACK
    watched.t += 4.0
    assert watched.run(5)[-1].view is ViewState.OK
    soft = [cv2.GaussianBlur(site.frame(), (0, 0), 20) for _ in range(32)]
    said = [
        watched.watcher.look(shrink(f, SIZE), watched.t + 0.25 * i) for i, f in enumerate(soft, 1)
    ]
    assert said[-1].view is ViewState.COVERED


def test_a_turned_camera_is_moved_until_it_looks_back(site):
    watched = Watched(site)
    watched.run(60)
    site.shift = (45, 20)
    assert watched.run(8)[-1].view is ViewState.OK, "a moment is no verdict"
    assert watched.run(200)[-1].view is ViewState.MOVED, "it is not forgotten"
    site.shift = (0, 0)
    assert watched.run(5)[-1].view is ViewState.OK


@pytest.mark.parametrize("light", [0.45, 1.5])
def test_light_switched_is_no_moved_camera(site, light):
    watched = Watched(site)
    watched.run(60)
    site.light = light
    assert states(watched.run(60)) == {ViewState.OK}


def test_what_stands_in_a_zone_stays_unlike_the_empty_one(site):
    watched = Watched(site, zones=(ZONE,))
    assert watched.run(20)[-1].changed == (UNKNOWN,), "nothing is known yet"
    assert watched.run(40)[-1].changed[0] < 0.05
    site.light = 0.7
    assert watched.run(20)[-1].changed[0] < 0.15, "a cloud blocks no exit"
    site.light = 1.0
    site.things = [(40, 70, 75, 90, 245)]  # pallets
    assert watched.run(30)[-1].changed[0] > 0.35
    watched.fps = 0.25
    assert watched.run(3600)[-1].changed[0] > 0.35, "an hour later they are still no wall"
    site.things = []
    assert watched.run(20)[-1].changed[0] < 0.05


def test_a_restart_forgets_nothing_and_a_person_may_say_so(site, tmp_path):
    kept = tmp_path / "gate.npz"
    watched = Watched(site, path=kept)
    watched.run(60)
    watched.watcher.close()
    site.shift = (45, 20)
    later = Watched(site, path=kept)
    later.t = watched.t
    assert later.run(20)[-1].view is ViewState.MOVED
    accepted = Watched(site, path=kept, valid_from=watched.t + 1)
    accepted.t = watched.t
    assert states(accepted.run(60)) == {ViewState.OK}
    kept.write_bytes(b"PK\x03\x04 half a file")
    broken = Watched(site, path=kept)
    assert states(broken.run(5)) == {ViewState.OK}
