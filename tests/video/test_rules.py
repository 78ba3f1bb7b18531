"""The pure rules: decisions, addresses, zones, states."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.core.errors import InvalidInput
from supervision.video import rules
from supervision.video.policy import Decision, decide, merge_key
from supervision.video.rules import LiveState, NodeState
from vision.contract import CameraState, Zone

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("confirmed", "has_open", "automatic", "decision"),
    [
        (False, False, False, Decision.HOLD),
        (False, True, False, Decision.HOLD),
        (True, False, False, Decision.OPEN),
        (True, True, False, Decision.MERGE),
        (False, False, True, Decision.OPEN),
        (False, True, True, Decision.MERGE),
    ],
)
def test_what_becomes_of_a_violation(confirmed, has_open, automatic, decision):
    assert decide(confirmed=confirmed, has_open_ticket=has_open, automatic=automatic) is decision


def test_a_merge_key_tells_camera_rule_and_zone_apart():
    keys = {merge_key(c, r, z) for c in "ab" for r in "rs" for z in (None, "z", "y")}
    assert len(keys) == 12


def test_the_longest_merge_key_fits_the_tickets_column():
    from supervision.hazard.models import Hazard

    longest = merge_key("cam-" + "0" * 10, "r" * 64, "z" * 64)
    assert len(longest) <= Hazard.__table__.c.merge_key.type.length


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("rtsp://10.1.2.3:554/a", ("10.0.0.0/8",)),
        ("RTSPS://Cam.Plant.Example/a", ("*.plant.example",)),
        ("http://user:p@cameras.example/live.flv?x=1", ("cameras.example",)),
        ("rtsp://[::1]:8554/a", ("::1",)),
    ],
)
def test_addresses_on_the_list_may_be_dialled(url, hosts):
    rules.check_stream_url(url, hosts)


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("rtsp://10.1.2.3/a", ()),
        ("rtsp://11.1.2.3/a", ("10.0.0.0/8",)),
        ("rtsp://plant.example.evil.example/a", ("*.plant.example", "plant.example")),
        ("rtsp://169.254.169.254/latest", ("10.0.0.0/8", "*.example")),
        ("rtsp://10.1.2.3:99999/a", ("10.0.0.0/8",)),
    ],
)
def test_other_addresses_may_not(url, hosts):
    with pytest.raises(InvalidInput) as refused:
        rules.check_stream_url(url, hosts)
    assert refused.value.field == "stream_url"


def test_the_masked_address_holds_no_secret():
    url = "rtsps://admin:pa%40ss@[fe80::1]:554/token/abc?key=def"
    assert rules.mask_url(url) == "rtsps://[fe80::1]:554"


unit = st.floats(0, 1).map(lambda x: float(f"{x:g}"))


@given(st.lists(st.lists(st.tuples(unit, unit), min_size=3, max_size=8), max_size=5))
def test_zones_survive_being_written_and_read(polygons):
    zones = tuple(Zone(f"z{i}", f"Zone {i}", tuple(p)) for i, p in enumerate(polygons))
    assert rules.parse_zones(rules.format_zones(zones)) == zones


@pytest.mark.parametrize(
    ("age", "state"),
    [
        (None, NodeState.NEVER),
        (0, NodeState.ONLINE),
        (90, NodeState.ONLINE),
        (91, NodeState.OFFLINE),
    ],
)
def test_a_node_is_online_while_it_is_heard(age, state):
    seen = None if age is None else NOW - timedelta(seconds=age)
    assert rules.node_state(seen, NOW, 90) is state


@pytest.mark.parametrize(
    ("enabled", "node", "reported", "state"),
    [
        (False, NodeState.ONLINE, CameraState.RUNNING, LiveState.DISABLED),
        (True, None, CameraState.RUNNING, LiveState.UNASSIGNED),
        (True, NodeState.OFFLINE, CameraState.RUNNING, LiveState.NODE_OFFLINE),
        (True, NodeState.NEVER, None, LiveState.NODE_OFFLINE),
        (True, NodeState.ONLINE, None, LiveState.WAITING),
        *((True, NodeState.ONLINE, state, LiveState(state.value)) for state in CameraState),
    ],
)
def test_a_camera_is_shown_running_only_while_its_node_says_so(enabled, node, reported, state):
    assert rules.live_state(enabled=enabled, node=node, reported=reported) is state
