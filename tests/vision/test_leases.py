"""A camera that two machines may watch: one does, stops in time, and hands over what is open."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from supervision.video import lease_rules
from tests.vision.fakeweb import TOKEN, FakeWeb
from tests.vision.test_pipelines import CAMERA, CLASSES, T0, judged
from vision.contract import (
    CameraLease,
    LeaseAsk,
    LeaseGrant,
    ModelRef,
    NodeConfig,
    OpenEpisode,
    Phase,
    ViolationEvent,
    parse,
)
from vision.keeper import Identity, Keeper
from vision.leases import LeaseKeeper, holder_of
from vision.outbox import Outbox
from vision.pipelines import Pipelines
from vision.tenure import Tenure
from vision.web import WebClient, WebUnavailableError

LEASE_S = 6.0
CONFIG = NodeConfig("node", "1", (CAMERA,), lease_s=LEASE_S)


@dataclass
class Web:
    """The arbiter, by the rule of the real one, and what it has been told; its clock is ``now``."""

    now: float = 0.0
    held: dict[str, lease_rules.Term] = field(default_factory=dict)
    events: dict[str, ViolationEvent] = field(default_factory=dict)
    asked: list[LeaseAsk] = field(default_factory=list)
    reachable: set[str] = field(default_factory=set)

    def ask_leases(self, ask: LeaseAsk, _timeout_s: float) -> LeaseGrant:
        self.asked.append(ask)
        if ask.holder not in self.reachable:
            raise WebUnavailableError("cut off")
        now = datetime.fromtimestamp(T0, UTC) + timedelta(seconds=self.now)
        for camera_id in ask.release:
            if camera_id in self.held:
                self.held[camera_id] = lease_rules.release(self.held[camera_id], ask.holder, now)
        given = {}
        for camera_id in ask.cameras:
            term = lease_rules.decide(self.held.get(camera_id), ask.holder, now, LEASE_S)
            if term is not None:
                given[camera_id] = self.held[camera_id] = term
        return LeaseGrant(
            ask.node,
            ask.holder,
            LEASE_S,
            tuple(CameraLease(c, term.epoch, LEASE_S) for c, term in given.items()),
            tuple(c for c in ask.cameras if c not in given),
            tuple(self._open(set(ask.fresh) & given.keys())),
        )

    def _open(self, cameras: set[str]) -> Iterator[OpenEpisode]:
        for event in self.events.values():
            if event.phase is not Phase.CLOSE and event.camera_id in cameras:
                known = {name: getattr(event, name) for name in OpenEpisode.__slots__}
                yield OpenEpisode(**known)

    def take(self, event: ViolationEvent) -> None:
        known = self.events.get(event.event_id)
        newer = known is None or (event.lease, event.revision) > (known.lease, known.revision)
        if newer:
            self.events[event.event_id] = event


class Machine:
    """A worker's leases, rules and outbox, with time told by hand; no cameras, no threads."""

    def __init__(self, web: Web, folder: Path, name: str) -> None:
        self.web, self.name = web, name
        web.reachable.add(name)
        folder.mkdir(exist_ok=True)
        self.outbox = Outbox(folder / "outbox.db")
        self.keeper = Keeper(self.outbox, folder, Identity("node", ModelRef("m", "1", "0" * 64)))
        self.leases = LeaseKeeper(web, name, now=lambda: web.now)  # type: ignore[arg-type]
        self.tenure = Tenure(self.leases)
        self.pipelines = Pipelines(self.keeper, self.outbox, epoch_of=self.tenure.epoch_of)
        self.runs: set[str] = set()
        self.turn(CONFIG)

    def turn(self, fresh: NodeConfig | None = None) -> None:
        turn = self.tenure.turn(fresh)
        if turn is None:
            return
        now = T0 + self.web.now
        self.pipelines.leave(turn.lost)
        self.pipelines.apply(turn.config, now)
        self.pipelines.take_up(turn.config.node, turn.begun, turn.handed, now)
        self.runs = {camera.camera_id for camera in turn.config.cameras}
        self.tenure.done()

    def ask(self) -> float:
        wait = self.leases.step()
        self.turn()
        return wait

    def watch(self, seconds: float, x: float | None = 0.2, asks: bool = True) -> None:
        """Five frames a second, with a question every two seconds."""
        for step in range(round(seconds * 5)):
            if asks and step % 10 == 0:
                self.ask()
            self.web.now = round(self.web.now + 0.2, 3)
            self.pipelines.judge(judged(T0 + self.web.now, x), CLASSES)
            if step % 5 == 0:
                self.turn()
                self.pipelines.save(T0 + self.web.now)

    def told(self) -> list[tuple[Phase, int, int]]:
        """Phase, revision and term of each message so far, sent or not."""
        return [(event.phase, event.revision, event.lease) for _, event in self._queued()]

    def deliver(self) -> None:
        for row, event in self._queued():
            self.web.take(event)
            self.outbox.revisions_done([(row, "")])

    def _queued(self) -> list[tuple[int, ViolationEvent]]:
        rows = self.outbox._db.execute(
            "SELECT id, body FROM revision WHERE state = 'queued' ORDER BY id"
        ).fetchall()
        return [(row["id"], parse(ViolationEvent, json.loads(row["body"]))) for row in rows]


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
def a(web: Web, tmp_path: Path) -> Iterator[Machine]:
    made = Machine(web, tmp_path / "a", "a")
    yield made
    made.outbox.close()


@pytest.fixture
def b(web: Web, tmp_path: Path) -> Iterator[Machine]:
    made = Machine(web, tmp_path / "b", "b")
    yield made
    made.outbox.close()


def test_a_camera_is_run_only_while_its_lease_lasts(a: Machine, b: Machine, web: Web) -> None:
    assert a.runs == set()
    a.ask()
    b.ask()
    assert (a.runs, b.runs) == ({"gate"}, set())
    web.reachable.remove("a")
    web.now = 5.0
    a.ask()
    assert a.runs == {"gate"}
    web.now = 5.5  # a moment before the web would give it to another
    a.turn()
    assert a.runs == set()
    b.ask()
    assert b.runs == set()
    web.now = 6.5
    b.ask()
    assert b.runs == {"gate"}


def test_a_lease_counts_from_when_it_was_asked_for(a: Machine, web: Web) -> None:
    """The answer may take its time; the web counts from the answer, so we end before it does."""
    answer = web.ask_leases

    def slow(ask: LeaseAsk, timeout_s: float) -> LeaseGrant:
        web.now += 4.0
        return answer(ask, timeout_s)

    web.ask_leases = slow  # type: ignore[method-assign]
    a.ask()
    assert a.leases.epoch("gate") == 1
    web.now = 5.5
    assert a.leases.epoch("gate") is None


def test_what_another_has_is_asked_for_every_second_and_what_is_ours_thrice_a_lease(
    a: Machine, b: Machine
) -> None:
    assert a.ask() == 2.0
    assert b.ask() == 1.0


def test_the_question_says_what_is_not_held_and_gives_back_what_is_not_wanted(
    a: Machine, web: Web
) -> None:
    a.ask()
    assert web.asked[-1].fresh == ("gate",)
    a.ask()
    assert web.asked[-1].fresh == ()
    a.turn(replace(CONFIG, cameras=()))
    a.ask()
    assert (web.asked[-1].cameras, web.asked[-1].release) == ((), ("gate",))
    assert a.leases.step() == 1.0  # nothing to ask for
    assert len(web.asked) == 3


def test_at_the_end_everything_is_given_back(a: Machine, b: Machine, web: Web) -> None:
    a.ask()
    a.leases.give_all_back()
    web.now = 0.5
    b.ask()
    assert b.runs == {"gate"}


def test_the_question_goes_over_the_network_and_does_not_wait_for_long() -> None:
    """An answer that comes when the lease is over is of no use to anybody."""
    real, never = FakeWeb().start(), threading.Event()
    client = WebClient(real.url, TOKEN)
    keeper = LeaseKeeper(client, "a")
    keeper.follow("node", ["gate"], LEASE_S)
    try:
        real.fail_with = 503
        assert keeper.step() == 1.0
        real.fail_with, real.config["lease_s"] = None, LEASE_S
        assert keeper.step() == 2.0
        assert keeper.news() == ({"gate": 1}, [])
        grant = real.grant
        real.grant = lambda ask: (never.wait(5), grant(ask))[1]  # type: ignore[method-assign]
        asked_at = time.monotonic()
        with pytest.raises(WebUnavailableError):
            client.ask_leases(LeaseAsk("node", "a", ("gate",)), 0.2)
        assert time.monotonic() - asked_at < 3
    finally:
        never.set()
        real.stop()


def test_more_cameras_than_one_question_may_name(web: Web) -> None:
    keeper = LeaseKeeper(web, "a", now=lambda: web.now)  # type: ignore[arg-type]
    web.reachable.add("a")
    keeper.follow("node", [f"cam-{number}" for number in range(600)], LEASE_S)
    keeper.step()
    assert len(keeper.news()[0]) == 600
    assert len(web.asked) == 3


def test_a_worker_keeps_its_name_over_starts_and_two_folders_have_two(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    first = holder_of(tmp_path / "one", "host")
    assert holder_of(tmp_path / "one", "host") == first
    assert holder_of(tmp_path / "two", "host") != first


def test_the_next_machine_goes_on_with_the_same_violation(a: Machine, b: Machine, web: Web) -> None:
    a.watch(6)
    a.deliver()
    web.reachable.remove("a")
    web.now += 8
    b.watch(6)
    assert b.told() == []  # it is the same person
    b.watch(25, x=None)
    assert b.told() == [(Phase.CLOSE, 2, 2)]
    b.deliver()
    assert [event.phase for event in web.events.values()] == [Phase.CLOSE]


def test_what_is_open_ends_where_it_was_seen_though_nobody_comes_back(
    a: Machine, b: Machine, web: Web
) -> None:
    a.watch(6)
    a.deliver()
    seen = next(iter(web.events.values())).seen_at
    web.now += 8
    b.watch(30, x=None)
    b.deliver()
    [event] = web.events.values()
    assert (event.phase, event.seen_at) == (Phase.CLOSE, seen)


def test_evidence_is_made_by_the_next_machine_where_there_is_none_yet(
    a: Machine, b: Machine, web: Web
) -> None:
    a.watch(4)
    a.deliver()
    web.now += 8
    b.watch(3)
    [due] = b.outbox.due_evidence(T0 + web.now + 10)
    first_frame = T0 + web.now - 3
    assert abs(due.episode.opened_t - first_frame) < 0.5
    assert due.episode.best.t >= due.episode.opened_t


def test_a_machine_that_stood_still_says_nothing_when_it_wakes(
    a: Machine, b: Machine, web: Web
) -> None:
    """It was stopped in the middle of an episode; the frames before it slept are still to judge."""
    a.watch(6)
    a.deliver()
    before = web.now
    web.now += 8
    b.watch(30)  # for so long that any worker would end what it has not seen since
    a.pipelines.judge(judged(T0 + before + 0.2, None), CLASSES)
    a.pipelines.save(T0 + web.now)
    a.turn()
    a.pipelines.save(T0 + web.now + 60)
    assert a.told() == []
    a.ask()
    assert (a.runs, b.runs) == (set(), {"gate"})


def test_it_says_nothing_either_where_it_was_given_the_camera_anew_before_it_looked(
    a: Machine, b: Machine, web: Web
) -> None:
    a.watch(6)
    a.deliver()
    web.now += 8
    b.watch(2)
    web.now += 20
    a.leases.step()  # its thread is the first that wakes
    assert a.leases.epoch("gate") == 3
    a.pipelines.save(T0 + web.now)
    a.pipelines.judge(judged(T0 + web.now, None), CLASSES)
    assert a.told() == []
    a.turn()
    a.watch(4)
    assert a.told() == []
    a.watch(25, x=None)
    assert a.told() == [(Phase.CLOSE, 2, 3)]


def test_whoever_nobody_followed_goes_on_with_its_own(a: Machine, web: Web) -> None:
    """Cut off for longer than a lease, before the web knew of the episode."""
    a.watch(6)
    web.reachable.remove("a")
    a.watch(9)
    assert a.runs == set()
    web.reachable.add("a")
    a.watch(6)
    assert a.runs == {"gate"}
    assert a.told() == [(Phase.OPEN, 1, 1)]
    a.watch(25, x=None)
    assert a.told() == [(Phase.OPEN, 1, 1), (Phase.CLOSE, 2, 1)]


def test_the_end_that_the_web_never_heard_of_is_told_again_by_whoever_told_it(
    a: Machine, b: Machine, web: Web
) -> None:
    """It ended, nobody could be told; another had the camera, and gave it back at once."""
    a.watch(4)
    a.deliver()
    a.watch(4, x=None)
    assert a.told() == [(Phase.CLOSE, 2, 1)]
    web.reachable.remove("a")
    web.now += 8
    a.turn()
    b.ask()
    b.leases.give_all_back()
    web.now += 1
    web.reachable.add("a")
    a.watch(25, x=None)
    a.deliver()
    [event] = web.events.values()
    assert (event.phase, event.lease) == (Phase.CLOSE, 3)


def test_a_restart_waits_for_its_leases_and_ends_nothing_before(
    a: Machine, web: Web, tmp_path: Path
) -> None:
    a.watch(6)
    a.deliver()
    again = Machine(web, tmp_path / "a", "a")
    again.pipelines.recover_shared(T0 + web.now, CONFIG.cameras)
    again.pipelines.save(T0 + web.now + 120)
    assert again.told() == []
    again.watch(4)
    assert again.told() == []
    again.watch(25, x=None)
    assert again.told() == [(Phase.CLOSE, 2, 1)]
    again.outbox.close()


def test_files_of_what_has_passed_on_are_told_without_an_end(a: Machine, web: Web) -> None:
    a.watch(2)
    web.reachable.remove("a")
    web.now += 8
    a.turn()
    a.keeper.make_due(T0 + web.now)
    a.keeper.finish(10)
    assert [phase for phase, _, _ in a.told()] == [Phase.OPEN, Phase.UPDATE]


def test_a_camera_that_was_taken_off_the_node_is_ended_as_ever(a: Machine, web: Web) -> None:
    a.watch(6)
    a.turn(replace(CONFIG, cameras=()))
    assert a.told() == [(Phase.OPEN, 1, 1), (Phase.CLOSE, 2, 1)]


def test_a_node_that_shares_with_nobody_needs_no_lease(a: Machine, web: Web) -> None:
    a.ask()
    a.turn(replace(CONFIG, lease_s=0.0))
    asked = len(web.asked)
    a.leases.step()
    assert (a.runs, len(web.asked)) == ({"gate"}, asked)
    a.watch(6, asks=False)
    a.watch(4, x=None, asks=False)
    assert a.told() == [(Phase.OPEN, 1, 0), (Phase.CLOSE, 2, 0)]
