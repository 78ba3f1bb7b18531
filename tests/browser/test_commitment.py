"""A commitment signed by hand on a phone, and read from the screen at the gate."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from supervision.core.actor import SYSTEM
from supervision.core.db import db
from tests.browser.conftest import DESKTOP, PHONE, PICTURES
from tests.browser.test_phone import sign_in
from tests.cast import Cast, assemble
from tests.conftest import _empty
from tests.factories import commitments as make


@pytest.fixture
def plant(guarded_app: Flask) -> Iterator[Cast]:
    with guarded_app.app_context():
        _empty()
        cast = assemble()
        make.owes_daily(cast.plant_id)
        yield cast
        db.session.rollback()
        db.session.remove()


def draw(page, strokes):
    """With the pointer, over the canvas; ``strokes`` are points in parts of its size."""
    canvas = page.locator("[data-sign-canvas]")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    for stroke in strokes:
        points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point, steps=4)
        page.mouse.up()


def test_the_principal_signs_with_a_finger_and_the_gate_shows_it(chromium, server, plant):
    key = make.setting_of(plant.plant_id).public_key
    db.session.rollback()
    context = chromium.new_context(**PHONE, locale="zh-CN")
    page = context.new_page()
    sign_in(page, server, "plant_manager")
    page.goto(f"{server}/commitments/enterprises/{plant.plant_id}")
    with page.expect_navigation():
        page.click("form[action$='/begin'] button")
    page.fill("[name=operation_hot_work]", "2")
    with page.expect_navigation():
        page.click("form[action$='/edit'] button[type=submit]")
    detail = page.url

    # A slip of the finger is no name, and what was cleared is not there any more.
    sign = page.locator("form[action$='/sign'] button[type=submit]")
    draw(page, [[(0.5, 0.5), (0.51, 0.5)]])
    assert page.input_value("[name=signature]") == ""
    draw(page, [[(0.1, 0.2), (0.4, 0.8), (0.7, 0.2)]])
    assert page.input_value("[name=signature]").startswith("data:image/png;base64,")
    page.click("[data-sign-clear]")
    assert page.input_value("[name=signature]") == ""
    with page.expect_navigation():
        sign.click()
    assert page.locator(".invalid-feedback, [id$='-error']").first.is_visible()

    draw(page, [[(0.1, 0.2), (0.3, 0.8), (0.5, 0.2)], [(0.6, 0.5), (0.9, 0.5)]])
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / "commitment-sign-390.png", full_page=True)
    with page.expect_navigation():
        page.locator("form[action$='/sign'] button[type=submit]").click()
    assert page.url == detail
    drawn = page.locator("img.commit-drawn")
    drawn.wait_for()
    assert page.evaluate("image => image.naturalWidth", drawn.element_handle()) > 200
    found = make.queries.get_commitment(int(detail.rsplit("/", 1)[1]), SYSTEM)
    assert found.signatures[0].attachment is not None
    db.session.rollback()
    context.close()

    gate = chromium.new_context(**DESKTOP, locale="zh-CN")
    screen = gate.new_page()
    screen.goto(f"{server}/commitments/shown/{key}")
    assert screen.locator(".gate-state").is_visible()
    # Read from across the road: the name, how it stands and the figures are large.
    sizes = [
        float(screen.evaluate("e => parseFloat(getComputedStyle(e).fontSize)", handle))
        for handle in (
            screen.locator(selector).first.element_handle()
            for selector in (".gate-title", ".gate-state", ".gate-counts b")
        )
    ]
    assert min(sizes) >= 30
    assert screen.evaluate("document.documentElement.scrollHeight") <= 900
    screen.screenshot(path=PICTURES / "commitment-gate-1280.png")
    gate.close()
