"""A camera is set up on a phone: zones are drawn as they are typed, and can be ticked at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from supervision.core.actor import SYSTEM
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.video.models import Camera
from tests.browser.conftest import PHONE, Visit, visitors
from tests.browser.district import district_of
from tests.cast import PASSWORD, Cast
from tests.factories.video import make_camera, make_node
from vision.contract import RuleKind


@pytest.fixture
def district(guarded_app: Flask) -> Iterator[Cast]:
    with district_of(guarded_app) as cast:
        yield cast


@pytest.fixture
def visit(chromium, district: Cast, server: str) -> Iterator[Visit]:
    with visitors(chromium, server, PASSWORD) as make:
        yield make


def test_a_zone_and_a_line_are_drawn_ticked_and_saved(guarded_app, district, visit):
    camera_id = make_camera(district, make_node(guarded_app), zones=(), rules=())
    chief = visit("section_chief", PHONE)
    page = chief.page
    chief.go(f"/video/cameras/{camera_id}/edit")
    page.fill("[name=zones]", "press | Press | 0.1,0.1 0.5,0.1 0.5,0.9\nhalf | Half | 0.5,0.5")
    page.fill("[name=lines]", "kerb | Kerb | 0.1,0.8 0.9,0.8")
    scene = page.locator("[data-scene]")
    assert (scene.locator("polygon").count(), scene.locator("line").count()) == (1, 1)
    page.fill("[name=zones]", "press | Press | 0.1,0.1 0.5,0.1 0.5,0.9")

    page.locator("summary", has=page.locator(".rule-title")).first.click()
    page.locator("tr[data-zone=press] [name=vest_missing_zones]").check()
    crossing = page.locator("details.rule-card:has([name=line_crossing_on])")
    crossing.locator("summary").first.click()
    crossing.locator("[name=line_crossing_on]").check()
    crossing.locator("[name=line_crossing_lines][value=kerb]").check()
    crossing.locator("[data-shift]").select_option("20:00-08:00")
    assert crossing.locator(".rule-on").is_visible()
    # Another word typed afterwards loses no tick.
    page.fill("[name=zones]", "press | Press 2 | 0.1,0.1 0.5,0.1 0.5,0.9")
    assert page.locator("tr[data-zone=press] [name=vest_missing_zones]").is_checked()
    chief.look("camera-form")
    with page.expect_navigation():
        page.locator(".camera-form .form-actions button").click()

    db.session.rollback()
    camera = db.session.scalars(visible(Camera, SYSTEM)).one()
    vest, crossed = camera.rule_list
    assert (vest.kind, vest.zone_id) == (RuleKind.VEST_MISSING, "press")
    assert (crossed.line_id, crossed.schedule.start_minute) == ("kerb", 20 * 60)
    assert camera.zone_list[0].name == "Press 2"
