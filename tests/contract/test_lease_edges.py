"""Leases where clocks are set back, cameras change their node, and two holders ask at once."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.video import equipment, leases, queries
from tests.contract.test_leases import (  # noqa: F401 - the fixture
    LEASE_S,
    ask,
    epochs,
    seen,
    send,
    site,
    terms,
)
from tests.factories.video import camera_uid, closed, make_camera, make_node, violation
from vision import contract
from vision.contract import LeaseAsk, Phase


def test_a_clock_that_was_set_back_keeps_nobody_from_what_was_given_back(site):  # noqa: F811
    ask(site, "a", 5)
    ask(site, "a", 4, release=(site.camera,))
    assert epochs(ask(site, "b", 6)) == {site.camera: 2}
    begun = site.start + timedelta(seconds=5)
    assert terms() == [(1, "a", begun), (2, "b", None)]


def test_a_clock_that_was_set_back_by_an_hour_does_not_leave_a_dead_holders_cameras_alone(site):  # noqa: F811
    ask(site, "a", 3600)
    ask(site, "a", 2)  # by its own count it has the camera until 8 at most
    assert epochs(ask(site, "b", 9)) == {site.camera: 2}


def test_what_another_node_left_open_is_not_handed_over_and_ends_as_it_says(app, site):  # noqa: F811
    ask(site, "a", 0)
    opened = seen(site, 2, 1)
    assert send(site, opened, 2) == 201
    other = make_node(app, "Other cluster")
    with transaction(), clock.frozen(site.start + timedelta(seconds=3)):
        node = queries.get_node(other.id, SYSTEM)
        equipment.share(node, SYSTEM, LEASE_S)
        camera = queries.get_camera(site.camera_id, SYSTEM)
        moved = replace(equipment.spec_of(camera), node=node)
        equipment.change_camera(camera, SYSTEM, moved, stream_hosts=())
    body = LeaseAsk(other.uid, "b", (site.camera,), (), (site.camera,))
    with clock.frozen(site.start + timedelta(seconds=20)):
        answer = other.call("POST", "/leases", json=contract.to_json(body))
    assert answer.json["leases"]
    assert answer.json["episodes"] == []
    last = site.start + timedelta(seconds=5)
    late = closed(opened, lease=1, seen_at=last, ended_at=last)
    assert send(site, late, 30) in (200, 201)
    assert violation(opened.event_id).phase is Phase.CLOSE


def test_two_whose_leases_have_run_out_do_not_wait_for_each_other_in_a_ring(
    cast,
    site,  # noqa: F811
    monkeypatch,
):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer")
    second = camera_uid(make_camera(cast, site.node, name="Second"))
    ask(site, "a", 0, site.camera)
    ask(site, "b", 0, second)
    # Each has renewed its own before either asks for the other's, where nothing else orders them.
    both, real = threading.Barrier(2), leases._grant

    def grant(*args):
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(0.5)
        return real(*args)

    monkeypatch.setattr(leases, "_grant", grant)
    answers = {}

    def one(holder):
        body = contract.to_json(LeaseAsk(site.node.uid, holder, (site.camera, second)))
        answers[holder] = site.node.call("POST", "/leases", json=body).status_code

    threads = [threading.Thread(target=one, args=(holder,)) for holder in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {"a": 200, "b": 200}
