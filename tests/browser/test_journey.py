"""The whole loop as people do it, in Chinese: on a desk, then on a phone."""

from __future__ import annotations

import io
import re
import time
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from PIL import Image

from supervision.core import clock
from supervision.demo.build import enterprise_rows
from tests.browser.conftest import DESKTOP, PHONE


def wait_for_violation(operator):
    """The queue, read again until something waits that has its clip; returns its address."""
    deadline = time.monotonic() + 150
    while time.monotonic() < deadline:
        operator.go("/video/?status=pending&sort=newest")
        links = operator.page.locator("a[href^='/video/']").evaluate_all(
            "all => all.map(a => new URL(a.href).pathname)"
        )
        for path in dict.fromkeys(p for p in links if re.fullmatch(r"/video/\d+", p)):
            operator.go(path)
            if (
                operator.page.locator("video").count()
                and operator.page.locator("[data-key=y]").count()
            ):
                return path
        time.sleep(2)
    raise AssertionError("no violation with a clip came within 150 s")


def clip_plays(page):
    page.evaluate("document.querySelector('video').play()")
    # Not wait_for_function: it evaluates text in the page, which the content policy refuses.
    for _ in range(100):
        if page.evaluate("document.querySelector('video').currentTime") > 0.5:
            break
        page.wait_for_timeout(100)
    assert page.evaluate("document.querySelector('video').currentTime") > 0.5, "the clip stands"
    assert page.evaluate("document.querySelector('video').videoWidth") > 0


def confirm(operator):
    """Confirm by the Y key; returns the ticket's path."""
    path = wait_for_violation(operator)
    clip_plays(operator.page)
    operator.look("violation")
    with operator.page.expect_navigation():
        operator.page.keyboard.press("y")
    operator.go(f"{path}?status=")
    link = operator.page.locator("a[href^='/hazards/']").evaluate_all(
        "all => all.map(a => new URL(a.href).pathname).find(p => /^\\/hazards\\/\\d+$/.test(p))"
    )
    assert link, "the confirmed violation names no hazard"
    return link


def offered(person, step):
    return person.page.locator(f"#step-{step}").count() > 0


def after_photo():
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "seagreen").save(out, "JPEG")
    return {"name": "after.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_from_a_violation_on_a_real_stream_to_the_months_package(visit, screen):
    operator = visit("operator", screen)
    ticket = confirm(operator)

    inspector = visit("inspector", screen)
    inspector.go(ticket)
    inspector.look("ticket-new")
    number = inspector.page.locator("h1").inner_text().strip()
    if offered(inspector, "grade"):
        inspector.press_step("grade", lambda form: form.locator("[value=general]").check())
    if offered(inspector, "assign"):
        due = (clock.today() + timedelta(days=7)).isoformat()
        inspector.press_step("assign", lambda form: form.locator("[name=due_on]").fill(due))

    safety = visit("safety", screen)
    safety.go(ticket)
    assert not offered(safety, "verify")
    if offered(safety, "start"):
        safety.press_step(
            "start", lambda form: form.locator("[name=measures]").fill("补发安全帽并逐人检查")
        )
    safety.look("ticket-rectifying")

    def rectified(form):
        form.locator("[name=note]").fill("已补发安全帽，班前会逐人检查")
        form.locator("input[type=file]").set_input_files([after_photo()])

    safety.press_step("submit", rectified)
    assert not offered(safety, "submit"), safety.page.locator(".alert-danger").all_inner_texts()

    inspector.go(ticket)
    inspector.press_step(
        "verify", lambda form: form.locator("[name=note]").fill("现场复查，整改到位，同意销号")
    )
    inspector.go(ticket)
    assert not inspector.page.locator(".step").count(), "a closed ticket offers nothing"
    inspector.look("ticket-closed")

    package = make_package(inspector)
    inspector.look("package")
    with inspector.page.expect_download() as download:
        inspector.page.locator(f"a[href*='{package}/files/xlsx']").first.click()
    book = load_workbook(io.BytesIO(download.value.path().read_bytes()))
    cells = {str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value}
    assert number in cells


def make_package(inspector):
    """Ask for this month's package of the demonstration's enterprise; returns its path."""
    today = clock.today()
    inspector.go("/reports/make")
    form = inspector.page.locator("form[action$='/reports/make']")
    month = form.locator("[name=month]")
    value = f"{today.year}-{today.month:02d}"
    if month.evaluate("e => e.tagName") == "SELECT":
        month.select_option(value)
    else:
        month.fill(value)
    form.locator("[name=enterprise]").fill(enterprise_rows()[0]["name"])
    form.locator("button[type=submit], button:not([type])").last.click()
    inspector.page.wait_for_url(re.compile(r"/reports/\d+$"), timeout=90_000)
    return re.search(r"/reports/\d+", inspector.page.url)[0]


PAGES = {
    "inspector": (
        "/ /enterprises/ /enterprises/1 /hazards/ /hazards/?group=overdue /hazards/report/1 /video/ "
        "/video/cameras/ /reports/ /inbox/ /account/profile "
        "/inspections/ /orders/ /cases/ /listings/ /clocks/"
    ),
    "chief": (
        "/ /plans/ /plans/caps /orders/?group=to_approve /inspections/checklists /clocks/ladder "
        "/clocks/log /hazards/assignment-rules /authorities/certificates /statutes/"
    ),
    "admin": "/ /account/people /video/nodes/ /audit/ /enterprises/new /channels/ /channels/deliveries/",
    "safety": "/ /enterprises/1 /hazards/ /video/ /reports/ /orders/ /inspections/ /account/notices/",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("who", sorted(PAGES))
def test_every_page_fits_its_screen_and_says_nothing_wrong(visit, who, screen, scheme):
    person = visit(who, screen, scheme=scheme)
    for path in PAGES[who].split():
        person.go(path)
        assert person.page.locator("h1").count() == 1, path
        person.look(re.sub(r"\W+", "-", path).strip("-") or "start")
