"""The wall of live pictures: pictures of now come, age before one's eyes, and stop when hidden."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from supervision.core import clock
from supervision.core.db import db, transaction
from supervision.video import live
from supervision.video.job_models import LiveFrame
from tests.browser.conftest import DESKTOP, PHONE, Visit, visitors
from tests.browser.district import district_of
from tests.cast import PASSWORD, Cast
from tests.factories.hazards import picture
from tests.factories.video import camera_uid, make_camera, make_node, make_violation
from vision import contract
from vision.contract import CameraHealth, CameraState


@pytest.fixture
def district(guarded_app: Flask) -> Iterator[Cast]:
    with district_of(guarded_app) as cast:
        yield cast


@pytest.fixture
def visit(chromium, district: Cast, server: str) -> Iterator[Visit]:
    with visitors(chromium, server, PASSWORD) as make:
        yield make


@pytest.mark.parametrize("screen", [DESKTOP, PHONE])
def test_pictures_of_now_come_and_grow_old_before_one_s_eyes(guarded_app, district, visit, screen):
    node = make_node(guarded_app)
    cameras = [make_camera(district, node, name=f"Camera {n}") for n in range(3)]
    node.beat(*[CameraHealth(camera_uid(one), CameraState.RUNNING) for one in cameras])
    make_violation(node, cameras[0], with_files=False)

    def show(camera, colour, *, seconds=0):
        at = clock.now() - timedelta(seconds=seconds)
        headers = {contract.TAKEN_HEADER: at.isoformat()}
        answer = node.call("PUT", f"/live/{camera_uid(camera)}", data=picture(colour),
                           headers=headers)  # fmt: skip
        assert answer.status_code == 204

    operator = visit("video_operator", screen)
    page = operator.page
    operator.go("/live/wall?sort=name&tiles=4")
    tile = page.locator("article.tile")
    tile.nth(2).locator("[data-tile-empty]").wait_for()
    page.wait_for_timeout(500)  # the page has said that somebody looks
    for camera in cameras:
        show(camera, "green")
    tile.nth(1).locator("img:visible").wait_for()
    assert tile.nth(0).locator("[data-tile-count]").inner_text() == "1"
    before = tile.nth(1).locator("img").get_attribute("src")
    show(cameras[0], "red")
    show(cameras[1], "red", seconds=14)
    page.locator("article.tile-old").wait_for()
    assert page.locator("article.tile-old h2").all_inner_texts() == ["Camera 1"]
    assert tile.nth(1).locator("img").get_attribute("src") != before
    page.locator("article.tile:not(.tile-old) img:visible").nth(1).wait_for()
    operator.look("live-wall")
    if screen is DESKTOP:
        page.keyboard.press("f")
        page.wait_for_function("document.fullscreenElement?.matches('[data-wall-frame]')")
        operator.look("live-wall-full")
        page.keyboard.press("f")
        page.wait_for_function("!document.fullscreenElement")

    tile.nth(1).locator("a.tile-view").click()
    page.locator(".wall-1 img:visible").wait_for()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**/wall/{cameras[2]}?**")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(f"**/wall/{cameras[1]}?**")
    page.keyboard.press("Escape")
    page.wait_for_url("**/live/wall?**")


def test_nothing_is_asked_for_while_the_page_is_hidden(guarded_app, district, visit):
    node = make_node(guarded_app)
    camera = make_camera(district, node)
    node.beat(CameraHealth(camera_uid(camera), CameraState.RUNNING))
    operator = visit("video_operator", DESKTOP)
    page, asked = operator.page, []
    page.on("request", lambda request: asked.append(request.url))
    operator.go("/live/wall?tiles=4")
    page.wait_for_timeout(600)
    assert any("/live/look" in url for url in asked)
    hide = (
        "Object.defineProperty(document, 'visibilityState', {configurable: true, get: () => '%s'})"
    )
    hide += "; document.dispatchEvent(new Event('visibilitychange'))"
    page.evaluate(hide % "hidden")
    page.wait_for_timeout(300)
    asked.clear()
    page.wait_for_timeout(2500)
    assert asked == []
    with transaction():
        live.forget(camera)
    page.evaluate(hide % "visible")
    page.wait_for_timeout(600)
    assert any("/live/look" in url for url in asked)
    db.session.rollback()
    assert db.session.query(LiveFrame).one().wanted_until > clock.now() + timedelta(seconds=50)
