"""What of a camera's pictures is handed on to be judged."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import av
import numpy as np
import pytest

from vision.contract import ViewState
from vision.looking import Habits, Looker, Tally
from vision.mailbox import Mailbox
from vision.view import Watcher

T0 = 1_800_000_000.0
SIZE = (640, 360)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    made = Mailbox((320, 192))
    yield made
    made.close()


def looker(box: Mailbox, tally: Tally | None = None, *, watch: bool = False, **habits) -> Looker:
    return Looker(
        Habits(box.size, 2.0, **habits),
        box,
        tally or Tally(),
        new_watcher=Watcher if watch else None,
        now=lambda: T0,
    )


def frame(index: int = 0, *, size: tuple[int, int] = SIZE, person: bool = False) -> av.VideoFrame:
    """A room with a camera's noise, and perhaps somebody who is elsewhere each time."""
    width, height = size
    rng = np.random.default_rng(1)
    room = np.kron(rng.integers(60, 170, (9, 16)), np.ones((height // 9, width // 16)))
    noise = np.random.default_rng(index).normal(0, 2, room.shape)
    picture = np.clip(room + noise, 0, 255).astype(np.uint8)
    if person:
        left = (index * 40) % (width - 60)
        picture[height // 4 : height // 2, left : left + 40] = 20
    return av.VideoFrame.from_ndarray(picture, format="gray").reformat(format="yuv420p")


def show(
    eye: Looker, box: Mailbox, seconds: float, picture: Callable[[int], av.VideoFrame] = frame
) -> list[float]:
    """Ten frames a second; the seconds at which one was handed on."""
    came = []
    for index in range(round(seconds * 10)):
        eye.show(T0 + index / 10, picture(index))
        mail = box.take()
        if mail is not None:
            came.append(round(mail.t - T0, 1))
    return came


def test_an_empty_scene_is_judged_at_first_and_then_once_a_scan(box: Mailbox) -> None:
    tally = Tally()
    assert show(looker(box, tally, scan_s=4.0), box, 12.0) == [0.0, 4.0, 8.0]
    assert (tally.put, tally.gated) == (3, 21)
    assert tally.frame_size == SIZE


def test_motion_and_a_wish_let_every_due_frame_pass(box: Mailbox) -> None:
    came = show(looker(box), box, 6.0, lambda index: frame(index, person=20 <= index < 40))
    assert came == [0.0, 2.0, 2.5, 3.0, 3.5]
    box.want(60.0)
    assert show(looker(box), box, 3.0) == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]


def test_without_a_gate_everything_that_is_due_is_judged(box: Mailbox) -> None:
    assert len(show(looker(box, gate=False), box, 5.0)) == 10


def test_a_camera_that_changes_its_resolution_goes_on_in_its_new_shape(box: Mailbox) -> None:
    tally = Tally()
    eye = looker(box, tally)
    show(eye, box, 3.0)
    eye.show(T0 + 3.0, frame(30, size=(480, 360)))
    mail = box.take()
    assert mail is not None, "what it shows now is new, and looked at"
    assert (mail.source, mail.image.shape) == ((480, 360), (192, 256, 3))
    assert tally.frame_size == (480, 360)


def test_a_covered_view_is_told_soon_and_so_is_its_end(box: Mailbox) -> None:
    tally = Tally()
    eye = looker(box, tally, watch=True, scan_s=600.0)
    views: list[tuple[float, ViewState]] = []
    grey = av.VideoFrame.from_ndarray(np.full((360, 640), 90, np.uint8), format="gray")
    for index in range(0, 600, 5):
        t = index / 10
        picture = grey.reformat(format="yuv420p") if 20 <= t < 40 else frame(index)
        eye.show(T0 + t, picture)
        mail = box.take()
        if mail is not None:
            views.append((t, mail.view))
    covered = [t for t, view in views if view is ViewState.COVERED]
    assert 25 <= covered[0] < 28
    assert all(later - t <= 2.5 for t, later in itertools.pairwise(covered))
    well = next(t for t, view in views if t > covered[-1] and view is ViewState.OK)
    assert 40 < well < 46
    assert tally.view is ViewState.OK
    assert not [t for t, _ in views if t > well + 3], "and then there is nothing more to tell"


def test_a_key_frame_with_motion_waits_for_those_before_it(box: Mailbox) -> None:
    eye = looker(box, scan_s=600.0)
    for index in (0, 20, 40):
        eye.show(T0 + index / 10, frame(index), is_alone=True)
    first = box.take()
    assert first is not None
    assert first.t == T0
    eye.show(T0 + 6.0, frame(60, person=True), is_alone=True)
    assert eye.is_stirred
    assert box.take() is None
    eye.rewind()
    came = []
    for index in range(40, 65, 5):
        eye.show(T0 + index / 10, frame(index, person=index >= 50))
        mail = box.take()
        if mail is not None:
            came.append(round(mail.t - T0, 1))
    assert came == [5.0, 5.5, 6.0]
