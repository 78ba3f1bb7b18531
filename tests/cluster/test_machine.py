"""What a machine of a cluster does without Ray: its token, its mark, what was left on its disk."""

from __future__ import annotations

import fcntl
import threading
from pathlib import Path

import pytest

from tests.vision.fakeweb import TOKEN, FakeWeb
from tests.vision.test_delivery import add_evidence, evidence, open_event
from vision.__main__ import main
from vision.cluster import late
from vision.cluster.child import WANTED, Share
from vision.cluster.group import machine_key
from vision.cluster.raylet import Here, token_file
from vision.cluster.status import text_of
from vision.config import ConfigError
from vision.outbox import Outbox
from vision.web import WebClient


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """A group's directory with an event and its file that nobody has sent."""
    folder = tmp_path / "groups" / "all-1"
    outbox = Outbox(folder / "outbox.db")
    open_event(outbox)
    add_evidence(outbox, evidence(folder))
    outbox.close()
    return folder


@pytest.fixture
def web():
    server = FakeWeb().start()
    yield server
    server.stop()


def deliver(folder: Path, web: FakeWeb) -> None:
    late.deliver(folder, lambda: WebClient(web.url, TOKEN), threading.Event())


def test_what_a_group_left_behind_is_told_with_its_files(left, web):
    deliver(left, web)
    assert [(e.event_id, e.revision) for e in web.events.values()] == [("ev-1", 2)]
    assert len(web.evidence) == 1
    told = len(web.received)
    deliver(left, web)
    assert len(web.received) == told, "once"


def test_the_directory_of_a_group_that_runs_is_left_alone(left, web):
    with (left / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        deliver(left, web)
    (left / WANTED).touch()
    deliver(left, web)
    assert not web.events


def test_an_emptied_directory_goes_after_a_day(left, web, monkeypatch):
    deliver(left, web)
    assert left.exists()
    monkeypatch.setattr(late, "KEEP_S", -1.0)
    deliver(left, web)
    assert not left.exists()


def test_a_machine_keeps_its_mark_and_no_other_has_it(tmp_path):
    mark = machine_key(tmp_path / "a")
    assert machine_key(tmp_path / "a") == mark
    assert machine_key(tmp_path / "b") != mark
    assert len(mark) == 8


def test_the_token_is_made_by_the_head_alone_and_for_nobody_elses_eyes(tmp_path):
    path = tmp_path / "cluster" / "token"
    with pytest.raises(ConfigError, match="copy the head's token"):
        token_file(path, may_make=False)
    made = token_file(path, may_make=True).read_text()
    assert len(made) == 64
    assert path.stat().st_mode & 0o777 == 0o600
    assert token_file(path, may_make=True).read_text() == made
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        token_file(path, may_make=False)


def test_a_name_that_cannot_be_a_label_is_refused_by_name():
    here = Here("10.0.0.1:6379", "10.0.0.2", "gate house", "k1")
    with pytest.raises(ConfigError, match=r"anqi-machine.*gate house"):
        here.labels()
    coordinator = Here("10.0.0.1:6379", "10.0.0.1", "head", "k1", cameras=0)
    assert "anqi-runs" not in coordinator.labels()


def test_a_groups_share_is_what_it_was_told_last():
    share = Share()
    assert share.ids() == frozenset()
    share.change(["a", "b"])
    assert share.ids() == {"a", "b"}


def test_status_says_what_is_wrong_and_where_each_group_runs():
    machine = {
        "machine": "gate", "site": "3301", "gpu": False, "capacity": 32, "cameras": 20,
        "leaving": False, "node": "n1",
    }  # fmt: skip
    groups = [
        {
            "group": "3301-1",
            "cameras": 20,
            "node": "n1",
            "starts": 3,
            "exit_code": 4,
            "running": 18,
        },
        {"group": "all-1", "cameras": 5},
    ]
    text = text_of({"problem": "no lease", "machines": [machine], "groups": groups})
    lines = text.splitlines()
    assert lines[0] == "! no lease"
    assert any("gate" in line and "20/32" in line for line in lines)
    assert any(
        line.split()
        == ["3301-1", "gate", "18/20", "started", "3", "times,", "last", "exit", "code", "4"]
        for line in lines
    )
    assert any("all-1" in line and "(waits for a machine)  0/5" in line for line in lines)


def test_a_cluster_without_a_web_is_refused(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("ANQI_VISION_DIR", str(tmp_path))
    monkeypatch.delenv("ANQI_WEB_URL", raising=False)
    assert main(["cluster", "status"]) == 2
    assert "ANQI_WEB_URL" in capsys.readouterr().err
