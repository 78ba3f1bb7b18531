"""Instants that no month holds: a node's clock may say anything."""

from __future__ import annotations

from datetime import timedelta

import pytest

from supervision.core import clock, partitions
from supervision.core.db import db, transaction
from tests.factories.video import camera_uid, make_camera, make_event, make_node, violation


def test_a_node_from_the_future_keeps_no_month_from_being_made(app, cast):
    """A row in the net is in the way of its month: whoever sends some would end all months."""
    if not partitions.in_months():
        pytest.skip("SQLite keeps the table in one piece")
    node = make_node(app)
    far = clock.now() + timedelta(days=200)
    event = make_event(node, camera_uid(make_camera(cast, node)), started_at=far)
    assert node.send(event).status_code == 201
    assert violation(event.event_id).started_at == far
    db.session.rollback()
    assert partitions.in_the_net() == {}
    with transaction():
        partitions.make_ahead(far)
    names = {part.name for part in partitions.parts("violation")}
    assert partitions.Month.of(far).code in names
