"""A node with a camera, as most of these tests begin."""

from __future__ import annotations

import pytest

from tests.factories.video import camera_uid, make_camera, make_node


@pytest.fixture
def node(app, cast):
    return make_node(app)


@pytest.fixture
def camera(cast, node):
    return camera_uid(make_camera(cast, node))
