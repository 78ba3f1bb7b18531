"""Permits bend a rule for a time; what a node is given to run besides them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.workdays import WorkdayTable
from supervision.video import configuration, permits, queries, ticket_queries
from supervision.video.permits import PermitSpec
from supervision.video.ticket_models import CameraPermit
from tests.factories.video import URL, make_camera, make_node
from vision import contract
from vision.contract import Line, NodeConfig, SpecialDay, WindowEffect, Zone

NOON = datetime(2026, 10, 5, 4, tzinfo=UTC)  # 12:00 in Shanghai


@pytest.fixture
def node(app, cast):
    return make_node(app)


@pytest.fixture
def camera(cast, node):
    return make_camera(cast, node)


def spec(**changes):
    now = clock.now()
    values = {
        "rule_id": "intrusion:press",
        "effect": WindowEffect.OFF,
        "starts_at": now,
        "ends_at": now + timedelta(hours=8),
        "reason": "Hot work 2026-17",
    }
    return PermitSpec(**{**values, **changes})


def add(camera, actor, **changes):
    with transaction():
        return permits.add(queries.get_camera(camera, actor), actor, spec(**changes)).id


def remove(camera, ident, actor):
    with transaction():
        row = ticket_queries.get_permit(queries.get_camera(camera, actor), ident, actor)
        permits.remove(row, actor)


def told(node):
    """The configuration as the worker reads it."""
    return contract.parse(NodeConfig, node.call("GET", "/config").json)


def windows(node, rule_id="intrusion:press"):
    [camera] = told(node).cameras
    return next(rule.windows for rule in camera.rules if rule.rule_id == rule_id)


def test_a_permit_reaches_its_rule_alone_and_goes_when_it_is_removed(node, camera, cast):
    before = told(node).config_version
    ident = add(camera, cast["section_chief"])
    [window] = windows(node)
    assert window.effect is WindowEffect.OFF
    assert window.end - window.start == timedelta(hours=8)
    assert windows(node, "helmet_missing") == ()
    assert told(node).config_version != before
    assert node.beat().json["config_version"] == told(node).config_version
    remove(camera, ident, cast["section_chief"])
    assert (windows(node), told(node).config_version) == ((), before)
    with pytest.raises(Conflict):
        remove(camera, ident, cast["section_chief"])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"rule_id": "fall"}, "rule_id"),
        ({"ends_at": NOON - timedelta(days=900)}, "ends_at"),
        ({"starts_at": NOON - timedelta(days=9), "ends_at": NOON - timedelta(days=8)}, "ends_at"),
        ({"starts_at": NOON, "ends_at": NOON + timedelta(days=32)}, "ends_at"),
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 501}, "reason"),
    ],
)
def test_what_does_not_fit_a_permit_is_named(node, camera, cast, change, field):
    with clock.frozen(NOON), pytest.raises(InvalidInput) as refused:
        add(camera, cast["section_chief"], **change)
    assert refused.value.field == field
    assert windows(node) == ()


def test_who_may_not_change_a_camera_adds_no_permit(camera, cast):
    with pytest.raises(Forbidden):
        add(camera, cast["safety_manager"])


def test_a_rule_has_at_most_fifty_permits(node, camera, cast, monkeypatch):
    monkeypatch.setattr(permits, "MAX_WINDOWS", 2)
    add(camera, cast["section_chief"])
    add(camera, cast["section_chief"])
    with pytest.raises(InvalidInput, match="has 2 permits already"):
        add(camera, cast["section_chief"])


def permit(start, end, effect):
    hours = timedelta(hours=1)
    return CameraPermit(
        rule_id="r", starts_at=NOON + start * hours, ends_at=NOON + end * hours, effect=effect
    )


def test_what_lifted_a_rule_is_forgotten_the_next_day_and_what_let_it_be_on_is_not():
    """Else a rule that was to be on for an hour would be on for ever after."""
    off, only = WindowEffect.OFF, WindowEffect.ONLY
    rows = [permit(-50, -40, off), permit(-50, -45, only), permit(-40, -30, only)]
    rows.append(permit(-2, -1, off))
    with clock.frozen(NOON):
        kept = configuration.windows_of(rows, "r")
        assert configuration.windows_of(rows, "another") == ()
    assert [(w.effect, w.end) for w in kept] == [
        (only, NOON - timedelta(hours=30)),
        (off, NOON - timedelta(hours=1)),
    ]


def test_a_heartbeat_reads_no_permits_of_years_past(node, camera, cast):
    chief, day = cast["section_chief"], timedelta(days=1)
    only = {"effect": WindowEffect.ONLY}
    for number in range(4):
        with clock.frozen(NOON + number * day):
            last = add(camera, chief, **only)
    with clock.frozen(NOON + 9 * day):
        found = ticket_queries.permits_in_force(SYSTEM, [camera])
        assert [permit.id for permit in found[camera]] == [last]
        removed_before = windows(node)
        remove(camera, last, chief)
        assert [w.end for w in windows(node)] == [removed_before[0].end - day]


def test_no_number_of_permits_breaks_a_nodes_configuration():
    rows = [permit(n, n + 1, WindowEffect.OFF) for n in range(60)]
    with clock.frozen(NOON):
        assert len(configuration.windows_of(rows, "r")) == contract.MAX_WINDOWS


def test_the_calendars_exceptions_of_this_year_and_the_next_are_told():
    table = WorkdayTable(
        holidays=frozenset(
            {date(2026, 10, 1), date(2026, 10, 3), date(2025, 1, 1), date(2028, 1, 3)}
        ),
        makeup_days=frozenset({date(2026, 10, 10), date(2027, 2, 20)}),
        years=frozenset({2026}),
    )
    with clock.frozen(NOON):
        assert configuration.special_days(table) == (
            SpecialDay("2026-10-01", is_rest=True),  # the 3rd is a Saturday: no exception
            SpecialDay("2026-10-10", is_rest=False),
            SpecialDay("2027-02-20", is_rest=False),
        )


def test_a_node_is_told_all_that_a_camera_says(cast, node):
    make_camera(
        cast,
        node,
        sub_url=f"{URL}/sub",
        zones=(Zone("press", "Press", ((0, 0), (1, 0), (1, 1)), shared="gate"),),
        lines=(Line("gate", "Gate", (0.0, 0.5), (1.0, 0.5)),),
        adaptive=False,
        gate=False,
        scan_s=30.0,
        view_check=False,
    )
    [camera] = told(node).cameras
    assert (camera.sub_url, camera.lines[0].line_id) == (f"{URL}/sub", "gate")
    assert (camera.adaptive, camera.gate, camera.scan_s, camera.view_check) == (
        False, False, 30.0, False
    )  # fmt: skip
    # One node may serve two enterprises that use the same name for different places.
    assert camera.zones[0].shared == f"e{cast.plant_id}.gate"


def test_permits_are_added_and_removed_on_the_cameras_page(pages, node, camera):
    url = f"/video/cameras/{camera}/permits/"
    data = {
        "rule_id": "intrusion:press",
        "effect": "off",
        "starts_at": "2026-10-05T08:00",
        "ends_at": "2026-10-05T16:30",
        "reason": "Lift inside the barrier",
    }
    with clock.frozen(NOON):
        refused = pages.post("section_chief", url, {**data, "ends_at": "2026-10-05T07:00"})
        assert refused.status_code == 422
        assert pages.post("section_chief", url, data).location == url
        [row] = ticket_queries.permits_in_force(SYSTEM, [camera])[camera]
        assert row.ends_at == datetime(2026, 10, 5, 8, 30, tzinfo=UTC)
        assert "Lift inside the barrier" in pages.get("plant_manager", url).text
        assert "/remove" not in pages.get("plant_manager", url).text
        assert pages.post("section_chief", f"{url}{row.id}/remove").location == url
        assert "Lift inside the barrier" not in pages.get("plant_manager", url).text
