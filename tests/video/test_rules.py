"""The pure rules: decisions, addresses, zones, states."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.core.errors import InvalidInput
from supervision.video import labels, places, rules
from supervision.video.policy import Decision, decide, merge_key
from supervision.video.rules import LiveState, NodeState, Severity, TicketFault
from vision.contract import CameraState, Line, RuleKind, StreamFault, Zone

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
    assert places.parse_zones(places.format_zones(zones)) == zones


@given(st.lists(st.tuples(st.tuples(unit, unit), st.tuples(unit, unit)), max_size=5))
def test_lines_survive_being_written_and_read(ends):
    lines = tuple(
        Line(f"l{i}", f"Line {i}", *pair) for i, pair in enumerate(ends) if len({*pair}) > 1
    )
    assert places.parse_lines(places.format_lines(lines)) == lines


def test_a_shared_name_survives_being_written_and_read():
    zones = (Zone("z", "Gate", ((0, 0), (1, 0), (1, 1)), shared="gate-a"),)
    assert places.parse_zones(places.format_zones(zones)) == zones


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("zones", "lane | Lane | 0.1,0.1 0.2,0.2 5,5", "Zone in line 1: it needs three or more"),
        ("zones", "a b | Lane | 0,0 1,0 1,1", "Zone in line 1: an id has letters"),
        ("zones", "lane", "Zone in line 1: write"),
        ("zones", "a | A | 0,0 1,0 1,1\na | B | 0,0 1,0 1,1", "Two zones have the same id"),
        ("zones", f"{'a' * 41} | A | 0,0 1,0 1,1", "Zone in line 1: an id has"),
        ("zones", "\na | A | 0,0 1,0 1,1 | two words", "Zone in line 2: the shared name"),
        ("zones", "a | A | 0,0 1,0 1,1 | b | c", "Zone in line 1: write"),
        ("zones", "\n".join(f"z{n} | Z | 0,0 1,0 1,1" for n in range(21)), "At most 20 zones"),
        ("lines", "gate | Gate | 0.1,0.8", "Line 1: write id"),
        ("lines", "a | A | 0,0 1,0\n\nb | B | 0,0 0,0", "Line 3: it needs two different"),
        ("lines", "a | A | 0,0 1,0\na | B | 0,0 1,1", "Two lines have the same id"),
        ("lines", "a | A | 0,0 nan,1", "Line 1: it needs two"),
        ("lines", "a, | A | 0,0 0,1", "Line 1: an id has"),
    ],
)
def test_a_place_that_cannot_be_read_is_named_with_its_line(field, text, message):
    read = {"zones": places.parse_zones, "lines": places.parse_lines}[field]
    with pytest.raises(InvalidInput) as refused:
        read(text)
    assert refused.value.field == field
    assert str(refused.value).startswith(message)


def minutes(count):
    return NOW - timedelta(minutes=count)


@pytest.mark.parametrize(
    ("state", "known", "since"),
    [
        (CameraState.FAILED, None, NOW),
        (CameraState.STALLED, minutes(3), minutes(3)),
        (CameraState.STARTING, minutes(3), minutes(3)),
        (CameraState.STARTING, None, None),
        (CameraState.RUNNING, minutes(3), None),
        (CameraState.STOPPED, minutes(3), None),
    ],
)
def test_trouble_lasts_until_the_camera_runs(state, known, since):
    assert rules.failing_since(state, known, NOW) == since


@pytest.mark.parametrize(
    ("fault", "since", "ticket"),
    [
        (None, None, None),
        (StreamFault.AUTHENTICATION, NOW, TicketFault.AUTHENTICATION),
        (StreamFault.TLS, NOW, TicketFault.TLS),
        (StreamFault.TIMEOUT, minutes(9), None),
        (StreamFault.TIMEOUT, minutes(11), TicketFault.TIMEOUT),
        (None, minutes(11), TicketFault.OTHER),
    ],
)
def test_a_fault_that_nobody_mends_by_waiting_needs_somebody_at_once(fault, since, ticket):
    assert rules.stream_fault_of(fault, since, NOW) is ticket


@pytest.mark.parametrize(
    ("detail", "fault"),
    [("covered", TicketFault.COVERED), ("ok", TicketFault.OTHER), ("tls", TicketFault.OTHER)],
)
def test_an_event_names_the_fault_of_the_view(detail, fault):
    assert rules.fault_of_detail(detail) is fault


def test_every_fault_has_a_name_and_says_what_to_do():
    assert set(labels.TICKET_FAULT_LABELS) == set(labels.ADVICE) == set(TicketFault)
    assert {TicketFault(fault) for fault in StreamFault} == rules.STREAM_FAULTS


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


@pytest.mark.parametrize(
    ("kind", "detail", "told", "severity"),
    [
        (RuleKind.FIRE_SMOKE, "", "", Severity.CRITICAL),
        (RuleKind.HELMET_MISSING, "", "", Severity.GENERAL),
        (RuleKind.INTRUSION, "", "general", Severity.SERIOUS),
        (RuleKind.HELMET_MISSING, "", "critical", Severity.CRITICAL),
        (RuleKind.FIRE_SMOKE, "", "serious", Severity.SERIOUS),
        (RuleKind.VIEW_FAULT, "covered", "", Severity.SERIOUS),
        (RuleKind.VIEW_FAULT, "black", "", Severity.GENERAL),
    ],
)
def test_what_an_administrator_set_goes_before_what_the_kind_says(kind, detail, told, severity):
    assert rules.severity_of(kind, detail, told) is severity
