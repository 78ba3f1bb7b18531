"""A disk that takes nothing more: what is to be told waits, in order, and is told."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.vision.test_delivery import MODEL, T0, episode
from vision.contract import NodeConfig, Phase
from vision.episodes import Change
from vision.keeper import Identity, Keeper
from vision.office import ConfigWatch
from vision.outbox import Outbox
from vision.web import WebClient


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    opened = Outbox(tmp_path / "outbox.db")
    yield opened
    opened.close()


def limit_pages(outbox: Outbox, pages: int) -> None:
    """SQLite says "database or disk is full" beyond that; never less than there are."""
    with outbox._lock:
        outbox._db.execute(f"PRAGMA max_page_count = {pages}")


def phases(folder: Path) -> list[tuple[str, str]]:
    with sqlite3.connect(folder / "outbox.db") as db:
        rows = db.execute(
            "SELECT event_id, json_extract(body, '$.phase') FROM revision ORDER BY id"
        ).fetchall()
    return [(str(event_id), str(phase)) for event_id, phase in rows]


def test_nothing_is_lost_or_told_twice_while_the_disk_is_full(
    outbox: Outbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = Keeper(outbox, tmp_path, Identity("n", MODEL))
    limit_pages(outbox, 1)
    wanted = []
    for number in range(40):
        opened = episode(number)
        keeper.record("c", [Change(Phase.OPEN, opened)])
        ended = replace(opened, seen_t=T0 + 9, ended_t=T0 + 9)
        keeper.record("c", [Change(Phase.CLOSE, ended)])
        keeper.save([], {"c": {"t": number}})
        wanted += [(opened.event_id, "open"), (opened.event_id, "close")]
    assert len(phases(tmp_path)) < len(wanted), "the disk was not full"
    assert sum("held in memory" in line for line in caplog.messages) == 1

    limit_pages(outbox, 100_000)
    keeper.make_due(T0)
    assert phases(tmp_path) == wanted


def test_evidence_that_found_no_room_is_made_when_there_is(
    outbox: Outbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def make_files(*_: object) -> list[object]:
        tries.append(1)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("vision.keeper.make_files", make_files)
    keeper = Keeper(outbox, tmp_path, Identity("n", MODEL))
    keeper.record("c", [Change(Phase.OPEN, episode())])
    late = T0 + 60
    keeper.make_due(late)
    keeper.finish(5.0)
    assert tries
    assert [stored.episode.event_id for stored in outbox.due_evidence(late)] == ["ev-1"]


def test_a_configuration_that_cannot_be_kept_is_followed_all_the_same(tmp_path: Path) -> None:
    class Web(WebClient):
        def fetch_config(self, etag: str) -> tuple[NodeConfig, str]:
            return NodeConfig("n", "7"), '"7"'

    watch = ConfigWatch(Web("http://127.0.0.1:1", "t"), tmp_path / "none" / "config.json", 5.0)
    watch.poll()
    taken = watch.take()
    assert taken is not None
    assert taken.config_version == "7"
