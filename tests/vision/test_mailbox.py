"""Frames between two processes: zero-copy, latest wins, and nothing left behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from vision.contract import ViewState
from vision.mailbox import MAX_ZONES, Mailbox

SPAWN = multiprocessing.get_context("spawn")
SIZE = (64, 32)
SHARED = Path("/dev/shm")


def write_value(box: Mailbox, value: int, shape: tuple[int, int] = SIZE) -> None:
    box.put(float(value), (640, 320), shape, lambda image: image.fill(value))


def write_for_ever(name: str, pipe: Connection) -> None:
    """A capture process: every frame is of one value, larger by one each time."""
    box, value = Mailbox(SIZE, name), 0
    pipe.send("writes")
    while not pipe.poll():
        value += 1
        box.beat()
        write_value(box, value % 250 + 1)
    pipe.send(value)


def hang_in_the_middle_of_a_frame(name: str, pipe: Connection) -> None:
    box = Mailbox(SIZE, name)

    def fill(image: object) -> None:
        pipe.send("half way")
        time.sleep(60)

    box.put(1.0, SIZE, SIZE, fill)


def read_and_want(name: str, pipe: Connection) -> None:
    """An inference process: what it saw, whether it was whole; then it waits to be killed."""
    box = Mailbox(SIZE, name)
    mail = box.take()
    assert mail is not None
    pixels = mail.image.copy()
    box.want(30.0)
    pipe.send((pixels.shape, int(pixels.min()), int(pixels.max()), box.is_intact(mail), mail.t))
    time.sleep(60)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    made = Mailbox(SIZE)
    yield made
    made.close()


def test_the_latest_frame_is_handed_over_once_and_the_rest_is_counted(box: Mailbox) -> None:
    other = Mailbox(SIZE, box.name)
    assert box.take() is None
    for value in (1, 2, 3):
        write_value(other, value)
    assert not other.is_taken()
    mail = box.take()
    assert mail is not None
    assert (mail.t, int(mail.image.max()), mail.source) == (3.0, 3, (640, 320))
    assert (mail.view, mail.changed) == (ViewState.OK, ())
    assert box.dropped == 2
    assert other.is_taken()
    assert box.take() is None
    del mail
    other.close()


def test_a_frame_has_the_shape_of_its_picture_and_what_is_known_of_its_view(box: Mailbox) -> None:
    box.put(
        1.5,
        (100, 300),
        (32, 32),
        lambda image: image.fill(7),
        view=ViewState.COVERED,
        changed=(0.25, -1.0),
    )
    mail = box.take()
    assert mail is not None
    assert mail.image.shape == (32, 32, 3)
    assert (mail.view, mail.changed) == (ViewState.COVERED, (0.25, -1.0))
    assert box.is_intact(mail)
    with pytest.raises(ValueError, match="does not fit"):
        write_value(box, 1, (96, 32))
    box.put(2.0, SIZE, SIZE, lambda image: image.fill(0), changed=[0.5] * (MAX_ZONES + 9))
    last = box.take()
    assert last is not None
    assert last.changed == (0.5,) * MAX_ZONES


def test_pixels_that_were_written_over_while_being_read_are_said_to_be_lost(box: Mailbox) -> None:
    write_value(box, 1)
    mail = box.take()
    assert mail is not None
    write_value(box, 2)
    assert box.is_intact(mail), "the other slot was written"
    write_value(box, 3)
    assert not box.is_intact(mail)
    assert box.dropped == 1
    following = box.take()
    assert following is not None
    assert following.t == 3.0
    assert box.dropped == 2, "one lost while it was read, one never read"


def test_a_reader_in_another_process_never_sees_half_a_frame(box: Mailbox) -> None:
    ours, theirs = SPAWN.Pipe()
    writer = SPAWN.Process(target=write_for_ever, args=(box.name, theirs))
    writer.start()
    assert ours.recv() == "writes"
    whole, until = 0, time.monotonic() + 30
    while whole < 30 and time.monotonic() < until:
        whole += read_whole(box)
    ours.send("enough")
    written = ours.recv()
    writer.join()
    whole += read_whole(box)
    assert whole >= 30
    assert whole + box.dropped == written, "every frame was read or counted"
    assert box.beat_age() < 60


def read_whole(box: Mailbox) -> bool:
    """Whether there was a frame that stayed whole while it was read."""
    mail = box.take()
    if mail is None:
        return False
    pixels = mail.image.copy()
    intact = box.is_intact(mail)
    assert not intact or pixels.min() == pixels.max() == mail.t
    return intact


def test_a_killed_writer_and_a_killed_reader_leave_nothing_behind(box: Mailbox) -> None:
    ours, theirs = SPAWN.Pipe()
    writer = SPAWN.Process(target=hang_in_the_middle_of_a_frame, args=(box.name, theirs))
    writer.start()
    assert ours.recv() == "half way"
    os.kill(writer.pid or 0, signal.SIGKILL)
    writer.join()
    assert box.take() is None, "half a frame is no frame"
    write_value(box, 9)

    reader = SPAWN.Process(target=read_and_want, args=(box.name, theirs))
    reader.start()
    assert ours.recv() == ((32, 64, 3), 9, 9, True, 9.0)
    assert box.is_wanted()
    os.kill(reader.pid or 0, signal.SIGKILL)
    reader.join()
    write_value(box, 10)
    mail = box.take()
    assert mail is not None, "the next reader goes on where the killed one was"
    assert (mail.t, box.dropped) == (10.0, 0)
    del mail


@pytest.mark.skipif(not SHARED.is_dir(), reason="this system does not show its shared memory")
def test_a_closed_box_is_gone_from_the_system() -> None:
    made = Mailbox(SIZE)
    kept = SHARED / made.name.lstrip("/")
    assert kept.exists()
    made.close()
    assert not kept.exists()


def test_a_wish_ends_by_itself_or_by_the_next(box: Mailbox) -> None:
    assert not box.is_wanted()
    box.want(0.05)
    assert box.is_wanted()
    time.sleep(0.06)
    assert not box.is_wanted()
    box.want(30.0)
    box.want(0.0)
    assert not box.is_wanted()
