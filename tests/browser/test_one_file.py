"""One enterprise, one file, in Chinese: what the two sides do with it at a desk and on a phone."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from PIL import Image, ImageDraw
from pypdf import PdfReader

from supervision import seeds
from supervision.atlas import jobs as atlas
from supervision.chemical import standards
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.scope import visible
from supervision.document.jobs import dossiers
from supervision.enterprise import service as registry
from supervision.licence import queries as licences
from supervision.licence.workflow import LicenceState
from supervision.risk import queries as risks
from supervision.risk.models import RiskPoint
from tests.browser.conftest import DESKTOP, PHONE, Visit, Visitor, visitors
from tests.browser.district import PLANT, district_of
from tests.cast import PASSWORD, Cast, enterprise_values
from tests.factories.licences import PDF, ending, make_licence

OLD, NEW = "浙AQ许证字〔2023〕0101号", "浙AQ许证字〔2026〕0101号"
SCAN = {"name": "licence.pdf", "mimeType": "application/pdf", "buffer": PDF}
CORNERS = ((20, 20), (60, 20), (60, 70), (20, 70))


@pytest.fixture
def district(guarded_app: Flask) -> Iterator[Cast]:
    with district_of(guarded_app) as cast:
        with transaction():
            seeds.load_licence_types()
            seeds.load_document_kinds()
            seeds.load_risk_tables()
            seeds.load_people_tables()
            standards.load_shipped()
        yield cast


@pytest.fixture
def visit(chromium, district: Cast, server: str) -> Iterator[Visit]:
    with visitors(chromium, server, PASSWORD) as make:
        yield make


def fill(form, **values: str) -> None:
    for name, value in values.items():
        control = form.locator(f"[name={name}]")
        if control.evaluate("e => e.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)


def save(person: Visitor, form) -> None:
    """Send a form; a page that comes back with errors says which."""
    with person.page.expect_navigation():
        form.locator("button.btn-primary[type=submit]").click()
    assert person.page.locator(".alert-danger").all_inner_texts() == []


def find_by_initials(officer: Visitor) -> str:
    """The list, searched by pinyin initials; returns the address of the file that was opened."""
    officer.go("/enterprises/")
    search = officer.page.locator("form.filters [name=text]")
    search.fill("slwj")
    with officer.page.expect_navigation():
        search.press("Enter")
    found = officer.page.locator("td.cell-main a")
    assert found.count() == 1
    officer.look("list-by-initials")
    with officer.page.expect_navigation():
        found.click()
    assert officer.page.locator("h1").inner_text().startswith(PLANT["name"])
    return re.search(r"/enterprises/\d+$", officer.page.url)[0]


def walk_the_tabs(person: Visitor, *, is_narrow: bool) -> None:
    """Every tab opens; where they do not fit an arrow says so, and keys reach the last one."""
    tabs = person.page.locator(".tabs .tab")
    addresses = tabs.evaluate_all("all => all.map(a => new URL(a.href).pathname)")
    assert len(addresses) >= 12
    more, before = person.page.locator(".tabs-after"), person.page.locator(".tabs-before")
    wide = person.page.locator(".tabs").evaluate("e => e.scrollWidth > e.clientWidth")
    assert wide or not is_narrow
    assert before.is_hidden()
    if wide:
        more.click()
        before.wait_for(state="visible")
    tabs.first.focus()
    person.page.keyboard.press("End")
    with person.page.expect_navigation():
        person.page.keyboard.press("Enter")
    assert person.page.url.endswith(addresses[-1])
    more.wait_for(state="hidden")
    assert before.is_visible() == wide
    for address in addresses:
        person.go(address)
        here = person.page.locator(".tab.active")
        assert here.evaluate("e => new URL(e.href).pathname") == address
        box, room = here.bounding_box(), person.page.viewport_size["width"]
        assert box["x"] >= 0, "the chosen tab is out of sight"
        assert box["x"] + box["width"] <= room, "the chosen tab is out of sight"
        assert person.page.evaluate("document.documentElement.scrollWidth") <= room, address


def renew(manager: Visitor, officer: Visitor, licence_id: int, old_end: date) -> None:
    """The application, then the renewed paper, then an officer who compares it with its scan."""
    manager.go(f"/licences/{licence_id}")
    manager.press_step("apply", lambda form: form.locator("[name=application_number]").fill("S-7"))
    with manager.page.expect_navigation():
        manager.page.locator("a[href$='/renewal']").click()
    form = manager.page.locator("form.form-page")
    begin = old_end + timedelta(days=1)
    fill(
        form,
        number=NEW,
        issuing_authority="浙江省应急管理厅",
        issued_on=clock.today().isoformat(),
        valid_from=begin.isoformat(),
        valid_to=begin.replace(year=begin.year + 3).isoformat(),
    )
    form.locator("input[type=file]").set_input_files([SCAN])
    manager.look("licence-renewal")
    save(manager, form)
    new_id = int(manager.page.url.rsplit("/", 1)[-1])
    officer.go(f"/licences/{new_id}")
    officer.press_step("verify", lambda form: form.locator("[name=means]").select_option("scan"))
    db.session.rollback()
    made = licences.get_licence(new_id, SYSTEM)
    assert (made.number, made.status, made.origin.value) == (NEW, LicenceState.VALID, "renewal")


def site_picture() -> dict[str, object]:
    image = Image.new("RGB", (900, 600), "#f5f1e6")
    ImageDraw.Draw(image).rectangle((150, 100, 560, 440), outline="#33415c", width=6)
    out = io.BytesIO()
    image.save(out, "PNG")
    return {"name": "site.png", "mimeType": "image/png", "buffer": out.getvalue()}


def press_at(person: Visitor, sheet, left: float, top: float) -> None:
    """Press ``left`` and ``top`` percent into a picture."""
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    sheet.click(position={"x": box["width"] * left / 100, "y": box["height"] * top / 100})


def draw_a_risk(manager: Visitor, enterprise_id: int) -> None:
    """A plan, an area drawn on it, a risk point pressed into the area, assessed by LEC."""
    page = manager.page
    manager.go(f"/risks/plans/of/{enterprise_id}")
    form = page.locator("form[action*='/risks/plans/of/']")
    fill(form, name="一号车间")
    form.locator("input[type=file]").set_input_files([site_picture()])
    save(manager, form)
    drawing = page.locator("[data-area-editor]")
    for left, top in CORNERS:
        press_at(manager, drawing, left, top)
    area = page.locator("form.plan-side")
    fill(area, name="冲压区")
    manager.look("area-drawn")
    save(manager, area)

    manager.go(f"/risks/new/{enterprise_id}")
    form = page.locator("form:has([data-spot-picker])")
    fill(form, name="2 号冲床", place="冲压车间", factor="手伸入模具之间")
    form.locator("[name=factor_group]").select_option(index=1)
    form.locator("[name=accidents]").first.check()
    press_at(manager, form.locator("[data-spot-plan]:visible img"), 40, 45)
    manager.look("risk-spot")
    save(manager, form)
    form = page.locator("form[data-assess]")
    for name in ("likelihood", "exposure", "severity"):
        choice = form.locator(f"[name={name}]")
        if choice.count():
            choice.select_option(index=2)
    form.locator("[name=reason]").fill("按岗位现状评估")
    save(manager, form)
    db.session.rollback()
    ident = db.session.scalars(visible(RiskPoint, SYSTEM, RiskPoint.id)).one()
    point = risks.get_point(ident, SYSTEM)
    place = (round(float(point.x), 2), round(float(point.y), 2))
    assert (point.area.name, place) == ("冲压区", (0.4, 0.45))
    manager.go(f"/risks/plans/{point.area.plan_id}")
    assert "2 号冲床" in page.locator(".plan-sheet").inner_html()
    manager.look("four-colours")


def enter_chlorine(manager: Visitor, enterprise_id: int) -> None:
    """62.5 t of chlorine (Q 5, β 4) beside 120 people (α 2): S 12.5, R 100, grade one."""
    manager.go(f"/chemicals/enterprises/{enterprise_id}/units/new")
    form = manager.page.locator("form.card")
    fill(form, name="液氯库", kind="storage", exposed_people="120")
    save(manager, form)
    with manager.page.expect_navigation():
        manager.page.locator("a[href$='/items/new']").first.click()
    form = manager.page.locator("form.card")
    manager.page.fill("#narrow-named", "7782-50-5")
    chlorine = form.locator("[name=named] option", has_text="7782-50-5")
    fill(form, named=chlorine.first.get_attribute("value"), purpose="storage", tonnes="62.5")
    save(manager, form)
    with manager.page.expect_navigation():
        manager.page.locator("a[href*='/chemicals/units/']:visible").first.click()
    text = "".join(manager.page.locator("main").inner_text().split())
    assert "S=Σq/Q=12.5" in text
    assert "R=α·Σβ·q/Q=2×50=100" in text
    assert "一级重大危险源" in text
    manager.look("gb18218")


def filter_the_timeline(officer: Visitor, file: str) -> None:
    officer.go(f"{file}/timeline")
    everything = officer.page.locator(".story > li").count()
    filters = officer.page.locator("form.filters details")
    if filters.get_attribute("open") is None:
        filters.locator("summary").click()
    officer.page.locator("[name=source]").select_option("chemical")
    with officer.page.expect_navigation():
        officer.page.locator(".filters-actions button").click()
    told = officer.page.locator("#timeline").inner_text()
    assert 0 < officer.page.locator(".story > li").count() < everything
    assert "液氯库" in told
    assert NEW not in told
    officer.look("timeline-chemical")


def order_the_dossier(officer: Visitor, file: str) -> None:
    """Asked for, waited for on its page, downloaded; it says what was entered a minute ago."""
    officer.go(file)
    with officer.page.expect_navigation():
        officer.page.locator("a[href*='/dossiers/enterprises/']").click()
    form = officer.page.locator("form.card")
    fill(form, reason="年度执法检查前查阅")
    form.locator("[name=with_files]").check()
    save(officer, form)
    officer.page.locator("[data-wait]").wait_for()
    officer.look("dossier-waits")
    assert dossiers.make_queued(clock.now()) == 1
    officer.page.locator("a[href$='/pdf']").wait_for()
    officer.look("dossier-ready")
    with officer.page.expect_download() as paper:
        officer.page.locator("a[href$='/pdf']").click()
    pages = PdfReader(io.BytesIO(paper.value.path().read_bytes())).pages
    text = "".join("".join(page.extract_text().split()) for page in pages)
    for word in (PLANT["name"], "液氯库", "2号冲床"):
        assert word in text
    with officer.page.expect_download() as bundle:
        officer.page.locator("a[href$='/bundle']").click()
    names = zipfile.ZipFile(io.BytesIO(bundle.value.path().read_bytes())).namelist()
    assert any("manifest" in name for name in names)


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_a_file_is_found_filled_read_and_printed(district, visit, screen):
    old_end = ending(20)
    licence_id = make_licence(district, number=OLD, valid_to=old_end)
    officer, manager = visit("district_officer", screen), visit("plant_manager", screen)

    file = find_by_initials(officer)
    assert re.search(r"138\*{4}\d{4}", officer.page.locator("main").inner_text())
    renew(manager, officer, licence_id, old_end)
    draw_a_risk(manager, district.plant_id)
    enter_chlorine(manager, district.plant_id)
    officer.go(file)
    walk_the_tabs(officer, is_narrow=screen is PHONE)
    filter_the_timeline(officer, file)
    order_the_dossier(officer, file)


def test_enterprises_at_one_place_are_one_mark_that_lists_them(district, visit):
    """Two in one building and one across the road: every one of them can be opened."""
    there = {"longitude": Decimal("119.9905"), "latitude": Decimal("30.3012")}
    near = there | {"longitude": Decimal("119.9906")}
    with transaction():
        registry.change(district.plant, SYSTEM, there)
        for serial, place in ((61, there), (62, near)):
            registry.register(SYSTEM, enterprise_values(serial, **place))
    atlas.keep_points(clock.now())
    officer = visit("district_officer", PHONE)
    officer.go("/map/")
    mark = officer.page.locator(".atlas-cluster")
    mark.wait_for()
    assert officer.page.locator(".atlas-mark").count() == 0
    mark.click()
    listed = officer.page.locator(".atlas-several a")
    listed.first.wait_for()
    names = {PLANT["name"], "Invented Plant 61", "Invented Plant 62"}
    assert set(listed.all_inner_texts()) == names
    officer.look("map-one-place")
    with officer.page.expect_navigation():
        listed.filter(has_text="61").click()
    assert officer.page.locator("h1").inner_text().startswith("Invented Plant 61")
