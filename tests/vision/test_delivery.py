"""The outbox and its publisher: nothing lost, nothing doubled, nothing sent for ever in vain."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.vision.fakeweb import TOKEN, FakeWeb
from vision.contract import (
    MAX_EVENTS,
    EvidenceKind,
    EvidenceRef,
    ModelRef,
    NodeConfig,
    Phase,
    RuleKind,
)
from vision.episodes import Episode, View
from vision.events import first_revision, next_revision
from vision.office import ConfigWatch
from vision.outbox import KEEP_SENT_S, Outbox, QueuedRevision
from vision.patience import MOST_REST_S, REST_TIMES, Patience
from vision.publisher import (
    ALONE_S,
    IDLE_S,
    IDLE_SPREAD,
    LINGER_S,
    MOST_BYTES,
    REFUSED_PROBE_S,
    Publisher,
    idle_s,
    that_fit,
)
from vision.recorder import EvidenceFile
from vision.seen import Detection
from vision.web import Answer, WebClient, WebRefusedError

T0 = 1_800_000_000.0
MODEL = ModelRef("scripted", "1", "0" * 64)


def episode(number: int = 1) -> Episode:
    head = Detection("head", 0.8, (0.2, 0.2, 0.3, 0.3))
    return Episode(
        event_id=f"ev-{number}",
        rule_id="helmet",
        rule_kind=RuleKind.HELMET_MISSING,
        zone_id=None,
        subject="person-1",
        started_t=T0,
        opened_t=T0 + 1,
        seen_t=T0 + 1,
        score=0.8,
        why="negative_seen",
        body=(0.1, 0.2, 0.4, 0.9),
        best=View(T0 + 1, 0.5, (1280, 720), (head,)),
    )


def open_event(outbox: Outbox, number: int = 1) -> None:
    one = episode(number)
    event = first_revision(one, node="n", camera_id="c", model=MODEL, config_version="7")
    outbox.put(event, one, None)


def evidence(folder: Path) -> EvidenceFile:
    path = folder / "clip.mp4"
    path.write_bytes(b"not really a clip")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    now = datetime.fromtimestamp(T0, UTC)
    size = path.stat().st_size
    return EvidenceFile(EvidenceRef(EvidenceKind.CLIP, digest, size, "video/mp4", now, now), path)


def add_evidence(outbox: Outbox, file: EvidenceFile, number: int = 1) -> None:
    stored = outbox.get(f"ev-{number}")
    assert stored is not None
    event = next_revision(stored, stored.episode, is_closed=False, evidence=[file.ref])
    outbox.put(event, stored.episode, [file])


def close_event(outbox: Outbox, number: int = 1) -> None:
    stored = outbox.get(f"ev-{number}")
    assert stored is not None
    ended = replace(stored.episode, ended_t=T0 + 9, seen_t=T0 + 9)
    outbox.put(next_revision(stored, ended, is_closed=True), ended, None)


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "outbox.db")


def still() -> float:
    """No time passes: every answer comes at once, and nobody rests after it."""
    return T0


def next_due(outbox: Outbox, now: float) -> QueuedRevision | None:
    return next(iter(outbox.next_revisions(now, 1)), None)


def drain(publisher: Publisher, steps: int = 30) -> float:
    return [publisher.step() for _ in range(steps)][-1]


def test_revisions_go_in_order_and_files_after_the_revision_that_declares_them(
    outbox: Outbox, web: FakeWeb, tmp_path: Path
) -> None:
    open_event(outbox)
    add_evidence(outbox, evidence(tmp_path))
    close_event(outbox)
    drain(Publisher(outbox, WebClient(web.url, TOKEN), now=still))
    assert web.received == [("ev-1", 1), ("ev-1", 2), ("ev-1", 3)]
    final = web.events["ev-1"]
    assert (final.phase, len(final.evidence)) == (Phase.CLOSE, 1)
    assert list(web.evidence.values()) == [b"not really a clip"]
    assert outbox.queue_length() == 0


def test_evidence_made_after_the_close_comes_with_another_close(
    outbox: Outbox, tmp_path: Path
) -> None:
    open_event(outbox)
    close_event(outbox)
    stored = outbox.get("ev-1")
    assert stored is not None
    assert not stored.is_open
    file = evidence(tmp_path)
    event = next_revision(stored, stored.episode, is_closed=True, evidence=[file.ref])
    assert (event.phase, event.revision) == (Phase.CLOSE, 3)
    assert event.ended_at == datetime.fromtimestamp(T0 + 9, UTC)


def test_what_is_queued_survives_the_process(tmp_path: Path, web: FakeWeb) -> None:
    first = Outbox(tmp_path / "outbox.db")
    open_event(first)
    # No close(): the process is gone.
    second = Outbox(tmp_path / "outbox.db")
    (stored,) = second.live_episodes(T0 + 2)
    assert stored.episode == episode()
    drain(Publisher(second, WebClient(web.url, TOKEN), now=still))
    assert web.received == [("ev-1", 1)]


def test_a_refused_token_stops_delivery_and_keeps_everything(
    outbox: Outbox, web: FakeWeb, caplog: pytest.LogCaptureFixture
) -> None:
    open_event(outbox)
    publisher = Publisher(outbox, WebClient(web.url, "expired"), now=still)
    assert publisher.step() == REFUSED_PROBE_S
    assert publisher.refused
    assert "token expired" in caplog.text
    assert outbox.queue_length() == 1


def test_a_message_against_the_contract_is_parked_and_the_next_goes_on(
    outbox: Outbox, web: FakeWeb
) -> None:
    open_event(outbox, 1)
    publisher = Publisher(outbox, WebClient(web.url, TOKEN), now=still)
    web.park_all = True
    publisher.step()
    web.park_all = False
    open_event(outbox, 2)
    drain(publisher)
    assert web.received == [("ev-2", 1)]
    assert outbox.queue_length() == 0


def test_one_event_that_the_web_chokes_on_holds_up_no_other(outbox: Outbox, web: FakeWeb) -> None:
    now = [T0]
    publisher = Publisher(outbox, WebClient(web.url, TOKEN), now=lambda: now[0])
    open_event(outbox, 1)
    web.fail_with = 500
    assert publisher.step() > 0
    web.fail_with = None
    open_event(outbox, 2)
    drain(publisher, 3)
    assert web.received == [("ev-2", 1)]
    now[0] += 60
    drain(publisher, 3)
    assert web.received == [("ev-2", 1), ("ev-1", 1)]


def test_a_file_for_an_event_the_web_does_not_have_is_tried_again(
    outbox: Outbox, web: FakeWeb, tmp_path: Path
) -> None:
    now = [T0]
    publisher = Publisher(outbox, WebClient(web.url, TOKEN), now=lambda: now[0])
    open_event(outbox)
    add_evidence(outbox, evidence(tmp_path))
    drain(publisher, 1)
    known = web.events.pop("ev-1")  # the web came back from a backup
    drain(publisher, 2)
    assert (web.evidence, outbox.queue_length()) == ({}, 1)
    web.events["ev-1"] = known
    now[0] += 60
    drain(publisher, 2)
    assert len(web.evidence) == 1
    assert outbox.queue_length() == 0


def test_a_file_that_the_web_contradicts_is_parked(
    outbox: Outbox, web: FakeWeb, tmp_path: Path
) -> None:
    file = evidence(tmp_path)
    open_event(outbox)
    add_evidence(outbox, file)
    file.path.write_bytes(b"changed on disk")
    drain(Publisher(outbox, WebClient(web.url, TOKEN), now=still))
    assert (web.evidence, outbox.queue_length()) == ({}, 0)


def test_what_was_put_off_by_a_clock_that_was_set_back_since_is_due(
    outbox: Outbox, tmp_path: Path
) -> None:
    open_event(outbox)
    add_evidence(outbox, evidence(tmp_path))
    years = 30 * 365 * 86_400.0
    for _ in range(2):
        queued = next_due(outbox, T0)
        assert queued is not None
        outbox.revision_later(queued.row_id, T0 + 10, "")
        assert next_due(outbox, T0) is None
        outbox.revision_later(queued.row_id, T0 + years, "")
        assert next_due(outbox, T0) == queued
        outbox.revisions_done([(queued.row_id, "")])
    file = outbox.next_evidence(T0)
    assert file is not None
    outbox.evidence_later(file.row_id, T0 + 5, "")
    assert outbox.next_evidence(T0) is None
    outbox.evidence_later(file.row_id, T0 + years, "")
    assert outbox.next_evidence(T0) == file


def test_what_was_delivered_is_forgotten_after_a_week_and_not_before(
    outbox: Outbox, web: FakeWeb, tmp_path: Path
) -> None:
    open_event(outbox)
    add_evidence(outbox, evidence(tmp_path))
    close_event(outbox)
    late = T0 + KEEP_SENT_S + 60
    assert outbox.forget_sent(late) == [], "not delivered yet"
    drain(Publisher(outbox, WebClient(web.url, TOKEN), now=still))
    assert outbox.forget_sent(T0 + 60) == []
    assert outbox.forget_sent(late) == [tmp_path / "clip.mp4"]
    assert outbox.get("ev-1") is None


def test_a_week_of_delivered_events_makes_no_second_dearer(outbox: Outbox, tmp_path: Path) -> None:
    file, now = evidence(tmp_path), T0 + 3600.0

    def work() -> int:
        """Steps of the database's machine, in hundreds, for what is asked again and again."""
        steps = [0]

        def count() -> int:
            steps[0] += 1
            return 0

        outbox._db.set_progress_handler(count, 100)
        assert outbox.due_evidence(now) == []
        assert next_due(outbox, now) is None
        assert outbox.next_evidence(now) is None
        assert outbox.queue_length() == 0
        assert outbox.backlog().queued == 0
        outbox._db.set_progress_handler(None, 0)
        return steps[0]

    def deliver(numbers: range) -> None:
        for number in numbers:
            open_event(outbox, number)
            add_evidence(outbox, file, number)
        while (revision := next_due(outbox, now)) is not None:
            outbox.revisions_done([(revision.row_id, "")])
        while (one := outbox.next_evidence(now)) is not None:
            outbox.evidence_done(one.row_id)

    deliver(range(1, 3))
    few = work()
    deliver(range(3, 43))
    assert work() <= few + 1


def test_the_last_configuration_serves_while_the_web_is_down(web: FakeWeb, tmp_path: Path) -> None:
    cache = tmp_path / "config.json"
    web.config = {"node": "node-1", "config_version": "9", "cameras": []}
    first = ConfigWatch(WebClient(web.url, TOKEN), cache, 5.0).first()
    assert cache.stat().st_mode & 0o077 == 0, "it holds stream passwords"
    web.stop()
    second = ConfigWatch(WebClient(web.url, TOKEN), cache, 5.0).first()
    assert isinstance(second, NodeConfig)
    assert second == first


def test_an_unchanged_configuration_is_not_taken_twice(web: FakeWeb, tmp_path: Path) -> None:
    watch = ConfigWatch(WebClient(web.url, TOKEN), tmp_path / "config.json", 5.0)
    assert watch.first() is not None
    watch.poll()
    assert watch.take() is None
    web.config = {"node": "node-1", "config_version": "1", "cameras": []}
    watch.poll()
    fresh = watch.take()
    assert fresh is not None
    assert fresh.config_version == "1"


def test_a_heartbeat_that_was_answered_spares_a_question(web: FakeWeb, tmp_path: Path) -> None:
    watch = ConfigWatch(WebClient(web.url, TOKEN), tmp_path / "config.json", 0.6)
    asked: list[float] = []
    watch.poll = lambda: asked.append(time.monotonic())  # type: ignore[method-assign]
    stop = threading.Event()
    thread = threading.Thread(target=watch.run, args=(stop,))
    thread.start()
    begun = time.monotonic()
    while time.monotonic() < begun + 1.5:
        watch.heard()
        time.sleep(0.05)
    spared = len(asked)
    watch.hurry()
    deadline = time.monotonic() + 5
    while len(asked) == spared and time.monotonic() < deadline:
        time.sleep(0.02)
    stop.set()
    thread.join(5)
    assert (spared, len(asked) > spared) == (1, True)


def test_a_refused_token_is_told_at_the_start(web: FakeWeb, tmp_path: Path) -> None:
    with pytest.raises(WebRefusedError, match="401"):
        ConfigWatch(WebClient(web.url, "expired"), tmp_path / "config.json", 5.0).first()


def test_what_waits_together_travels_together(outbox: Outbox, web: FakeWeb, tmp_path: Path) -> None:
    for number in range(3):
        open_event(outbox, number)
    add_evidence(outbox, evidence(tmp_path), 0)
    close_event(outbox, 0)
    drain(Publisher(outbox, WebClient(web.url, TOKEN), now=still), 3)
    assert web.posts == [5]
    assert web.received == [("ev-0", 1), ("ev-1", 1), ("ev-2", 1), ("ev-0", 2), ("ev-0", 3)]
    assert (len(web.evidence), outbox.queue_length()) == (1, 0)


def test_what_only_adds_waits_for_company_and_what_is_new_does_not(
    outbox: Outbox, web: FakeWeb
) -> None:
    now = [T0]
    publisher = Publisher(outbox, WebClient(web.url, TOKEN), now=lambda: now[0])
    open_event(outbox, 1)
    drain(publisher, 2)
    assert web.posts == [1]
    close_event(outbox, 1)
    drain(publisher, 2)
    assert web.posts == [1]
    now[0] += LINGER_S - 0.1
    drain(publisher, 2)
    assert web.posts == [1]
    now[0] += 0.2
    drain(publisher, 2)
    assert (web.posts, web.received[-1]) == ([1, 1], ("ev-1", 2))
    open_event(outbox, 2)
    drain(publisher, 2)
    close_event(outbox, 2)
    drain(publisher, 2)
    open_event(outbox, 3)
    drain(publisher, 2)
    assert (web.posts, outbox.queue_length()) == ([1, 1, 1, 2], 0)


class Waited(WebClient):
    """A web behind a clock: each answer takes ``took`` seconds by it."""

    def __init__(self, web: FakeWeb) -> None:
        super().__init__(web.url, TOKEN)
        self.now, self.took = T0, 0.3

    def post_event(self, body: str) -> Answer:
        self.now += self.took
        return super().post_event(body)

    def post_events(self, bodies: Sequence[str]) -> list[Answer] | None:
        self.now += self.took
        return super().post_events(bodies)


def test_a_web_that_answers_slower_than_it_can_is_told_less_often_and_more(
    outbox: Outbox, web: FakeWeb
) -> None:
    client = Waited(web)
    publisher = Publisher(outbox, client, now=lambda: client.now)
    # A far line: it takes as long whoever is busy.
    for number in range(2):
        open_event(outbox, number)
        drain(publisher, 2)
    assert web.posts == [1, 1]
    client.took = 0.4
    open_event(outbox, 2)
    drain(publisher, 2)
    for number in range(3, 6):
        open_event(outbox, number)
        drain(publisher, 2)
    assert web.posts == [1, 1, 1]
    client.now += REST_TIMES * 0.1 * 1.5
    drain(publisher, 2)
    assert web.posts == [1, 1, 1, 3]
    # However slow: no longer than that, and not at all with a request that is full.
    client.took = 60.0
    client.now += MOST_REST_S
    open_event(outbox, 6)
    drain(publisher, 2)
    open_event(outbox, 7)
    drain(publisher, 2)
    assert web.posts[4:] == [1]
    client.now += MOST_REST_S + 0.1
    drain(publisher, 2)
    assert web.posts[4:] == [1, 1]
    for number in range(8, 8 + MAX_EVENTS):
        open_event(outbox, number)
    drain(publisher, 2)
    assert web.posts[4:] == [1, 1, MAX_EVENTS]


def test_a_clock_that_is_set_back_ends_a_rest(outbox: Outbox, web: FakeWeb) -> None:
    client = Waited(web)
    publisher = Publisher(outbox, client, now=lambda: client.now)
    for number, took in enumerate((0.1, 9.0)):
        client.took = took
        open_event(outbox, number)
        publisher.step()
    client.now -= 3600
    open_event(outbox, 2)
    publisher.step()
    assert len(web.received) == 3


def test_a_rest_is_the_longer_the_slower_and_by_chance() -> None:
    patience = Patience()
    assert patience.rest_s(0.2) == patience.rest_s(0.1) == patience.rest_s(-5.0) == 0
    rests = {patience.rest_s(0.15) for _ in range(50)}
    assert len(rests) > 40
    assert min(rests) > REST_TIMES * 0.049 * 0.5
    assert max(rests) < REST_TIMES * 0.051 * 1.5
    assert patience.rest_s(60) == MOST_REST_S


def test_a_clock_that_is_set_back_makes_nothing_wait_longer(outbox: Outbox, web: FakeWeb) -> None:
    now = [T0]
    publisher = Publisher(outbox, WebClient(web.url, TOKEN), now=lambda: now[0])
    open_event(outbox)
    publisher.step()
    close_event(outbox)
    publisher.step()
    now[0] -= 3600
    publisher.step()
    assert web.received == [("ev-1", 1), ("ev-1", 2)]


def test_one_of_several_that_the_web_refuses_is_parked_alone(outbox: Outbox, web: FakeWeb) -> None:
    for number in range(3):
        open_event(outbox, number)
    web.park = {"ev-1"}
    drain(Publisher(outbox, WebClient(web.url, TOKEN), now=still), 2)
    assert web.received == [("ev-0", 1), ("ev-2", 1)]
    backlog = outbox.backlog()
    assert (backlog.queued, backlog.parked) == (0, 1)


@pytest.mark.parametrize("status", [None, 400, 413])
def test_a_web_that_takes_no_batch_is_told_one_by_one(
    outbox: Outbox, web: FakeWeb, status: int | None
) -> None:
    web.takes_batches, web.fail_batches_with = status is not None, status
    for number in range(3):
        open_event(outbox, number)
    drain(Publisher(outbox, WebClient(web.url, TOKEN), now=still), 5)
    assert web.posts == [1, 1, 1]
    assert outbox.queue_length() == 0


def test_a_web_that_chokes_on_several_is_told_one_by_one_for_a_while(
    outbox: Outbox, web: FakeWeb
) -> None:
    now = [T0]
    publisher = Publisher(outbox, WebClient(web.url, TOKEN), now=lambda: now[0])
    for number in range(3):
        open_event(outbox, number)
    web.fail_batches_with = 500
    assert publisher.step() > 0
    drain(publisher, 3)
    assert web.posts == [1, 1, 1]
    web.fail_batches_with = None
    now[0] += ALONE_S + 1
    open_event(outbox, 4)
    open_event(outbox, 5)
    drain(publisher, 2)
    assert web.posts == [1, 1, 1, 2]


def test_a_delivery_that_was_not_noted_is_made_again(
    outbox: Outbox, web: FakeWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a kill between the web's answer and our own note of it."""
    open_event(outbox, 1)
    open_event(outbox, 2)
    with monkeypatch.context() as broken:
        broken.setattr(Outbox, "revisions_done", lambda *_: 1 / 0)
        Publisher(outbox, WebClient(web.url, TOKEN), now=still).step()
    assert outbox.queue_length() == 2
    drain(Publisher(outbox, WebClient(web.url, TOKEN), now=still), 2)
    assert web.posts == [2, 2]
    assert sorted(web.events) == ["ev-1", "ev-2"]
    assert outbox.queue_length() == 0


def test_a_long_outbox_goes_in_requests_of_bounded_size(outbox: Outbox, web: FakeWeb) -> None:
    for number in range(MAX_EVENTS + 5):
        open_event(outbox, number)
    drain(Publisher(outbox, WebClient(web.url, TOKEN), now=still), 3)
    assert web.posts == [MAX_EVENTS, 5]
    body = outbox.next_revisions(T0, 1)
    assert body == []
    big = [QueuedRevision(n, f"ev-{n}", 1, "x" * 400_000) for n in range(4)]
    assert [one.row_id for one in that_fit(big)] == [0, 1]
    assert that_fit([QueuedRevision(1, "ev", 1, "x" * (MOST_BYTES + 1))])


def test_workers_that_waited_for_one_web_do_not_go_on_in_step() -> None:
    waits = [idle_s() for _ in range(200)]
    assert IDLE_S * (1 - IDLE_SPREAD) <= min(waits) < max(waits) <= IDLE_S * (1 + IDLE_SPREAD)
    assert max(waits) - min(waits) > IDLE_S * IDLE_SPREAD
