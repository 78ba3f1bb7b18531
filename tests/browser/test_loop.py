"""The regulator's loop on phones, in Chinese: code at the gate, record, order, re-inspections."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from pypdf import PdfReader

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.hazard.workflow import HazardState
from supervision.inbox import jobs as inbox
from supervision.inspection import service as inspections
from supervision.inspection.models import ItemResult
from supervision.inspection.workflow import InspectionState
from supervision.order import queries as orders
from supervision.order import service as steps
from supervision.order.workflow import OrderState
from tests.browser.conftest import DESKTOP, PHONE, Visit, Visitor, visitors
from tests.browser.district import announced, district_of
from tests.browser.site import SitePage
from tests.cast import PASSWORD, Cast
from tests.factories.inspections import facts, load, make_inspection, sign_all
from tests.factories.orders import make_order

NUMBER = re.compile(r"（浙余）应急责改〔\d{4}〕1号")
SMALLEST_TAP = 40
FINDINGS = {
    1: "2 号冲床未安装防护罩",
    2: "配电箱门未关闭，无警示标志",
    4: "安全通道被半成品占用",
}
DAYS = (5, 10, 15)


@pytest.fixture
def district(guarded_app: Flask) -> Iterator[Cast]:
    with district_of(guarded_app) as cast:
        yield cast


@pytest.fixture
def visit(chromium, district: Cast, server: str) -> Iterator[Visit]:
    with visitors(chromium, server, PASSWORD) as make:
        yield make


def fresh(reader, ident, who=SYSTEM):
    """A row as the database has it now."""
    db.session.rollback()
    return reader(ident, who)


def taps_are_large(site: SitePage) -> None:
    """Every control that shows on the page on site is high and wide enough for a glove."""
    small = site.page.evaluate(
        """least => [...document.querySelectorAll(
             '#site a, #site button, #site summary, #site label:has(input), #site input, #site textarea')]
           .filter(e => e.checkVisibility() && !e.closest('label:has(input)') || e.matches('label'))
           .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
           .filter(([, box]) => box.width && (box.width < least || box.height < least))
           .map(([what, box]) => `${what} ${box.width} x ${box.height}`)""",
        SMALLEST_TAP,
    )
    assert not small, "\n".join(small)


def work_without_a_network(officer: Visitor, site: SitePage) -> None:
    """Every item answered, three of them not in order, one with a photo; then a reload."""
    site.is_kept_for_offline()
    with officer.offline():
        for number in range(1, site.page.locator("li[data-item]").count() + 1):
            found = FINDINGS.get(number, "")
            site.answer(number, "fail" if found else "pass", finding=found)
        site.photo(1)
        site.facts(
            party_name="沈国良",
            party_post="主要负责人",
            certificates_shown=True,
            recusal_told=True,
            situation="检查冲压车间设备 12 台，重点查看机械防护和用电安全。",
        )
        officer.look("site-offline")
        kept = site.waiting()
        assert kept > len(FINDINGS)
        site.reload()
        assert site.waiting() == kept
        assert site.item(1).locator("[data-finding]").input_value() == FINDINGS[1]
        assert site.item(1).locator("figure").count() == 1
    site.all_sent()
    # Once more, so that what came from the server and what the phone kept must not add up.
    site.reload().all_sent()


def arrived_once(inspection_id: int) -> None:
    found = fresh(load, inspection_id)
    assert {i.position: i.finding for i in found.items if i.finding} == FINDINGS
    assert [f.item_id for f in found.files] == [found.items[0].id]


def sign_and_record(officer: Visitor, site: SitePage, cast: Cast) -> str:
    """Three signatures on the screen, then the record; its number as the page shows it."""
    site.sign("party")
    for who in ("district_officer", "section_chief"):
        site.sign("officer", account=cast.accounts[who])
    assert site.missing() == []
    officer.look("site-signed")
    site.finish()
    site.page.locator("[data-banner-link]:visible").click()
    site.page.locator(".papers").wait_for()
    officer.look("inspection-recorded")
    found = fresh(load, site.inspection_id)
    assert found.status is InspectionState.RECORDED
    assert sorted(s.signer for s in found.signatures) == ["officer", "officer", "party"]
    number: str = found.document.number
    assert number in officer.page.locator(".papers").inner_text()
    return number


def draft_order(officer: Visitor) -> str:
    """From the record's page; every problem has a day of its own. Returns the order's address."""
    with officer.page.expect_navigation():
        officer.page.locator("a[href*='/orders/new/'][href*='rectify']").click()
    rows = officer.page.locator(".order-item")
    assert rows.count() == len(FINDINGS)
    for row, days in zip(rows.all(), DAYS, strict=True):
        due = clock.today() + timedelta(days=days)
        row.locator("input[type=date]").fill(due.isoformat())
    officer.page.fill("[name=interim_measures]", "整改完成前停止使用 2 号冲床。")
    officer.page.fill("[name=consequence]", "逾期未整改的，依法予以处罚。")
    officer.look("order-form")
    with officer.page.expect_navigation():
        officer.page.click("form[data-order-form] button[type=submit]")
    officer.look("order-draft")
    return re.search(r"/orders/\d+$", officer.page.url)[0]


def nothing(_form) -> None:
    """A step that asks for nothing but its button."""


def paper_text(person: Visitor, link) -> str:
    """What the PDF behind a link says."""
    answer = person.page.request.get(person.base + link.get_attribute("href"))
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-")
    pages = PdfReader(io.BytesIO(answer.body())).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def issue_and_serve(officer: Visitor, chief: Visitor, order: str) -> str:
    officer.press_step("submit", nothing)
    chief.go("/orders/")
    chief.page.locator(f"a[href='{order}']").first.click()
    chief.page.wait_for_url(f"**{order}")
    chief.look("order-to-approve")
    chief.press_step("approve", lambda form: form.locator("[name=note]").fill("同意下达"))

    officer.go(order)
    officer.press_step("issue", nothing)
    officer.look("order-issued")
    number = officer.page.locator("h1").inner_text().strip()
    assert NUMBER.fullmatch(number), number
    text = paper_text(officer, officer.page.locator(".paper-list a[href$='.pdf']").first)
    assert number in text
    assert "停止使用2号冲床" in text
    assert "杭州市余杭区人民法院" in text

    def served(form):
        form.locator("[name=method]").select_option("direct")
        form.locator("[name=receiver]").fill("沈国良")
        form.locator("[name=relation]").fill("主要负责人")
        form.locator("[name=place]").fill("示例五金办公室")

    officer.press_step("serve", served)
    officer.look("order-served")
    return number


def reinspect(officer: Visitor, order: str, offered: list[str], results: list[str], name: str):
    """Open the form, which must name ``offered`` alone; answer, sign, issue the opinion."""
    officer.go(order)
    with officer.page.expect_navigation():
        officer.page.click("a.order-go")
    rows = officer.page.locator(".order-item")
    assert rows.locator(".lead-text").all_inner_texts() == offered
    for row, result in zip(rows.all(), results, strict=True):
        row.locator(f"input[value={result}]").check()
        row.locator("textarea").fill({"done": "已整改到位", "not_done": "未整改"}.get(result, ""))
    officer.page.fill("[name=opinion]", f"现场复查：{name}")
    draw_signature(officer)
    officer.look(f"recheck-{name}")
    with officer.page.expect_navigation():
        officer.page.click("form[data-recheck-form] button[type=submit]")
    officer.look(f"rechecked-{name}")


def draw_signature(person: Visitor) -> None:
    canvas = person.page.locator("[data-sign-canvas]")
    canvas.scroll_into_view_if_needed()
    SitePage(person.page, person.base, 0).draw(canvas)
    assert person.page.locator("[name=signature]").input_value().startswith("data:image/png")


def apply(manager: Visitor, order: str, step: str, note: str) -> None:
    manager.go(order)
    manager.press_step(step, lambda form: form.locator("[name=note]").fill(note))
    manager.look(step)


def test_from_the_code_at_the_gate_to_a_closed_order_on_phones(district, visit):
    ident, token = announced(district)
    officer, chief = visit("district_officer", PHONE), visit("section_chief", PHONE)
    manager = visit("plant_manager", PHONE)

    officer.go(f"/scan/{token}")
    site = SitePage(officer.page, officer.base, ident).ready()
    officer.look("site-start")
    site.start()
    site.all_sent()
    taps_are_large(site)
    work_without_a_network(officer, site)
    taps_are_large(site)
    arrived_once(ident)
    sign_and_record(officer, site, district)

    order = draft_order(officer)
    order_id = int(order.rpartition("/")[2])
    manager.go("/orders/")
    assert manager.page.locator(f"a[href='{order}']").count() == 0, "nobody sees a draft"
    number = issue_and_serve(officer, chief, order)

    inbox.deliver(clock.now())
    manager.go("/inbox/")
    assert number in manager.page.locator("main").inner_text()
    manager.look("notices")
    apply(manager, order, "apply_recheck", "防护罩已安装，通道已清理。")
    texts = [item.text for item in fresh(orders.get_order, order_id).items]
    assert texts == list(FINDINGS.values())
    reinspect(officer, order, texts, ["done", "not_done", "open"], "一次复查")
    found = fresh(orders.get_order, order_id)
    assert found.status is OrderState.RECHECKED

    apply(manager, order, "apply_again", "配电箱已加锁并贴警示标志。")
    reinspect(officer, order, texts[1:], ["done", "done"], "二次复查")
    found = fresh(orders.get_order, order_id)
    assert found.status is OrderState.CLOSED
    assert {item.hazard.status for item in found.items} == {HazardState.CLOSED}
    opinions = [r.paper.document.number for r in found.rechecks]
    assert len(opinions) == 2
    said = paper_text(officer, officer.page.locator(".paper-list a[href$='.pdf']").first)
    assert FINDINGS[1] not in said or "二次复查" in said


def test_a_sign_in_that_ended_on_site_and_a_party_that_refuses_to_sign(district, visit):
    """Whoever must sign in again finds everything as it was; a witness takes the party's place."""
    ident = make_inspection(district, InspectionState.ONGOING, failed=1)
    officer = visit("district_officer", PHONE)
    site = SitePage(officer.page, officer.base, ident).open()
    site.is_kept_for_offline()
    with officer.offline():
        site.answer(2, "fail", finding="安全出口上锁")
        site.facts(party_name="沈国良", certificates_shown=True, recusal_told=True)
        for who in ("district_officer", "section_chief"):
            site.sign("officer", account=district.accounts[who])
        site.refuse("现场负责人拒绝签字，未说明理由", "社区网格员 何丽")
        site.sign("witness", name="社区网格员 何丽")
        kept = site.waiting()
        officer.page.context.clear_cookies()
    officer.page.locator("[data-sign-in]:visible").wait_for()
    officer.look("site-sign-in-ended")
    # With the session went its token, which is asked for first.
    assert officer.complained_of("400")
    assert site.waiting() == kept

    officer.page.click("[data-sign-in]")
    officer.fill_sign_in("district_officer", PASSWORD)
    site.ready().all_sent()
    assert site.missing() == []
    site.finish()
    site.page.locator("[data-banner-link]:visible").click()
    site.page.locator(".papers").wait_for()
    officer.look("inspection-refused")
    assert [i.finding for i in fresh(load, ident).items][1] == "安全出口上锁"
    record = officer.page.locator(".papers li", has_text="现场检查记录")
    text = paper_text(officer, record.locator("a[href$='.pdf']"))
    assert {"现场负责人拒绝签字", "何丽"} == {
        w for w in ("现场负责人拒绝签字", "何丽") if w in text
    }


def test_a_phone_whose_colleague_was_first_says_so_and_loses_nothing(district, visit):
    """The record was made while this phone had no network; the order was issued from another."""
    ident = make_inspection(district, InspectionState.ONGOING, failed=1)
    officer = visit("district_officer", PHONE)
    site = SitePage(officer.page, officer.base, ident).open()
    site.is_kept_for_offline()
    with officer.offline():
        site.answer(2, "fail", finding="安全出口上锁")
        colleague = district["section_chief"]
        with transaction():
            found = load(ident, colleague)
            facts(found, colleague)
            sign_all(found, colleague, district)
            inspections.record(found, colleague)
    officer.page.locator("[data-problem]:visible").wait_for()
    officer.look("site-colleague-recorded")
    officer.complained_of("409")
    assert site.waiting() == 1
    assert site.item(2).locator("[data-finding]").input_value() == "安全出口上锁"
    assert [i.result for i in fresh(load, ident).items] == [ItemResult.FAIL, ItemResult.PASS]

    order_id = make_order(district, OrderState.APPROVED)
    officer.go(f"/orders/{order_id}")
    with transaction():
        steps.issue(orders.get_order(order_id, colleague), colleague)
    officer.press_step("issue", nothing)
    officer.look("order-colleague-issued")
    assert officer.complained_of("409")
    assert fresh(orders.get_order, order_id).serial == 1


KEY_PAGES = {
    "district_officer": "/inspections/ /inspections/{inspection} /inspections/{inspection}/site "
    "/orders/ /orders/{order} /orders/{order}/recheck /orders/new/{recorded}",
    "plant_manager": "/orders/ /orders/{order} /inspections/{recorded}",
}


@pytest.mark.parametrize(
    ("scheme", "language"), [("light", "zh-CN"), ("dark", "zh-CN"), ("dark", "en")]
)
def test_key_pages_at_a_desk(district, visit, scheme, language):
    ids = {
        "inspection": make_inspection(district, InspectionState.ONGOING, failed=1),
        "order": make_order(district, OrderState.SERVED),
        "recorded": make_inspection(district, InspectionState.RECORDED, failed=2),
    }
    for who, addresses in KEY_PAGES.items():
        person = visit(who, DESKTOP, scheme=scheme, language=language)
        for address in addresses.split():
            person.go(address.format(**ids))
            assert person.page.locator("h1").count() == 1, address
            person.look(re.sub(r"\W+", "-", address).strip("-"))
