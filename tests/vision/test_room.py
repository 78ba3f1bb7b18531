"""A disk that fills up: recording stops in time, what waits for the web stays, byte for byte."""

from __future__ import annotations

import hashlib
import itertools
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import pytest

from tests.vision.conftest import wait_until
from tests.vision.fakeweb import TOKEN, FakeWeb
from tests.vision.footage import make_noise
from tests.vision.test_delivery import MODEL, T0, drain, episode
from tests.vision.test_evidence import fill_ring
from vision.contract import Camera, Phase
from vision.episodes import Change
from vision.keeper import Identity, Keeper
from vision.leftovers import AFTER_S, sweep_cut_off
from vision.outbox import Outbox
from vision.publisher import ROOM_LONGEST_S, Publisher
from vision.ring import RingWriter, segments
from vision.room import MB, Limits, Room, Taken, is_enough
from vision.web import WebClient

LATE = T0 + 3600


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_noise(tmp_path_factory.mktemp("footage") / "in.mp4", (960, 576))


class Node:
    """The worker's directory with all that writes to it, but the streams and the model."""

    def __init__(self, folder: Path, web: FakeWeb, footage: Path) -> None:
        self.folder, self.ring, self._footage = folder, folder / "ring" / "c", footage
        self.outbox = Outbox(folder / "outbox.db")
        self.keeper = Keeper(self.outbox, folder, Identity("n", MODEL))
        self.keeper.hide([Camera("c", "c", "rtsp://h/x")])
        self.now = LATE
        self.publisher = Publisher(self.outbox, WebClient(web.url, TOKEN), now=lambda: self.now)

    def record(self, at: float = T0) -> None:
        """Twelve seconds of the camera, into the ring as capture would."""
        writer = RingWriter(self.ring, 60.0)
        with av.open(str(self._footage)) as container:
            stream = container.streams.video[0]
            for packet in container.demux(stream):
                if packet.pts is not None:
                    writer.write(packet, stream, at + float(packet.pts * packet.time_base))
        writer.close()

    def see(self, number: int, at: float = T0) -> None:
        """A passage, opened seven seconds into what :meth:`record` wrote, with its evidence."""
        one = episode(number)
        best = replace(one.best, t=at + 7)
        one = replace(one, opened_t=at + 7, started_t=at + 6, seen_t=at + 7, best=best)
        self.keeper.record("c", [Change(Phase.OPEN, one)])
        self.keeper.record("c", [Change(Phase.CLOSE, replace(one, ended_t=at + 9, seen_t=at + 9))])

        def made() -> bool:
            self.keeper.make_due(at + 60)
            return not self.outbox.due_evidence(at + 60)

        wait_until(made)

    def evidence(self) -> dict[str, str]:
        """The hash of what each file truly holds, by the name that promises it."""
        files = (self.folder / "evidence").iterdir()
        return {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    def used(self) -> int:
        room = Room(self.folder, self.outbox, Limits())
        room.look(LATE)
        return room.taken.used


@pytest.fixture
def node(tmp_path: Path, web: FakeWeb, footage: Path) -> Iterator[Node]:
    made = Node(tmp_path / "node", web, footage)
    yield made
    made.keeper.finish(1.0)
    made.outbox.close()


def test_recording_stops_before_evidence_is_lost_and_goes_on_when_the_web_has_it(
    node: Node, web: FakeWeb, caplog: pytest.LogCaptureFixture
) -> None:
    web.is_full = True
    node.record()
    node.see(1)
    kept = node.evidence()
    assert len(kept) == 2
    drain(node.publisher, 4)
    room = Room(node.folder, node.outbox, Limits(most=node.used()))
    room.look(LATE)
    health = room.health()
    assert not health.recording
    assert sum("recording stops" in line for line in caplog.messages) == 1

    before = len(segments(node.ring))
    node.record(T0 + 30)
    assert len(segments(node.ring)) <= before, "no segment is written"
    node.see(2, T0 + 30)
    drain(node.publisher, 4)
    assert set(web.events) == {"ev-1", "ev-2"}, "what is seen is told all the same"
    assert web.events["ev-2"].evidence == ()
    for _ in range(3):
        room.look(LATE)
    assert node.evidence() == kept == {name: name for name in kept}
    assert not web.evidence

    web.is_full = False
    node.now += ROOM_LONGEST_S
    drain(node.publisher, 6)
    assert set(web.evidence) == set(kept)
    room.look(LATE)
    assert room.health().recording
    assert node.evidence() == {}, "the web has it"
    node.record(T0 + 120)
    node.see(3, T0 + 120)
    assert len(node.evidence()) == 2


def test_what_was_sent_goes_before_recording_stops(node: Node, web: FakeWeb) -> None:
    node.record()
    node.see(1)
    drain(node.publisher, 8)
    assert len(web.evidence) == 2
    node.see(2)  # the same frame: the same snapshot, which waits for the web a second time
    waiting = {path.name for path in node.folder.glob("evidence/*")} & node.outbox.unsent_files()
    room = Room(node.folder, node.outbox, Limits(most=round(node.used() / 0.9) - 1000))
    room.look(LATE)
    assert {path.name for path in node.folder.glob("evidence/*")} == waiting != set()
    room = Room(node.folder, node.outbox, Limits(most=10 * MB))
    room.look(LATE)
    assert room.health().recording


def test_what_the_web_refused_is_not_forgotten_for_room(node: Node, web: FakeWeb) -> None:
    node.record()
    node.see(1)
    web.park_all = True
    drain(node.publisher, 8)
    Room(node.folder, node.outbox, Limits(most=1)).look(LATE)
    assert len(node.evidence()) == 2


def test_a_web_without_room_is_not_asked_hot_and_hears_of_events(
    node: Node, web: FakeWeb, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    web.is_full = True
    node.record()
    node.see(1)
    tries = []
    put = node.publisher._web.put_evidence

    def counted(*file: object) -> object:
        tries.append(node.now)
        return put(*file)  # type: ignore[arg-type]

    node.publisher._web.put_evidence = counted  # type: ignore[method-assign,assignment]
    for _ in range(1200):
        node.now += 3.0
        node.publisher.step()
    pauses = [later - sooner for sooner, later in itertools.pairwise(tries)]
    assert 10 <= len(tries) <= 40, "an hour"
    assert max(pauses) > 5 * pauses[0]
    assert node.outbox.queue_length() == 2, "snapshot and clip"
    assert sum("no room for evidence" in line for line in caplog.messages) == 1


def test_room_that_was_taken_by_the_ring_is_not_room() -> None:
    limits = Limits(most=100, free=10)
    assert is_enough(Taken(90, 50, 0, 99), limits, records=True)
    assert not is_enough(Taken(91, 50, 0, 99), limits, records=True)
    assert not is_enough(Taken(45, 4, 0, 99), limits, records=False, again=46), "it would flap"
    assert is_enough(Taken(30, 4, 0, 99), limits, records=False, again=46)
    assert not is_enough(Taken(0, 0, 0, 9), limits, records=True)
    assert not is_enough(Taken(0, 0, 0, 12), limits, records=False)
    assert is_enough(Taken(10**9, 0, 0, 13), Limits(free=10), records=False), "no quota"


def test_a_ring_that_stopped_gives_no_picture_of_another_time(node: Node) -> None:
    fill_ring(node.ring, node._footage)
    node.see(1, T0 + 40)
    assert node.evidence() == {}


def test_what_a_kill_left_behind_goes_after_a_day_and_nothing_else(node: Node) -> None:
    node.record()
    node.see(1)
    known = node.evidence()
    strays = (node.folder / "evidence" / ".clip-1-1.000.part", node.folder / "pending" / "ev-0")
    for stray in strays:
        (stray / "1.nut").mkdir(parents=True)
    due = node.folder / "pending" / "ev-9"
    due.mkdir()
    now = due.stat().st_mtime
    for at in (now, now + 2 * AFTER_S):
        assert all(stray.exists() for stray in strays), "not yet"
        sweep_cut_off(node.folder, node.outbox.known_files(), {"ev-9"}, at)
    assert not any(stray.exists() for stray in strays)
    assert due.exists()
    assert node.evidence() == known
