"""A safety officer who has never seen the system: from an invitation to an accepted return."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from supervision import seeds
from supervision.account.models import Account
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.scope import unscoped, visible
from supervision.enterprise import service as registry
from supervision.hazard.models import Hazard
from supervision.hazard.workflow import HazardState
from supervision.returns import jobs as returns
from supervision.returns.models import PeriodReturn
from supervision.returns.workflow import ReturnState
from supervision.selfcheck import jobs as selfcheck
from supervision.selfcheck import queries as rounds
from tests.browser.conftest import PHONE, Visit, Visitor, visitors
from tests.browser.district import district_of
from tests.browser.site import SitePage, camera_photo, served
from tests.browser.test_walk import WalkPage
from tests.cast import PASSWORD, Cast

NEWCOMER, OWN_PASSWORD = "zhoumin", "wo de mima 2026"
# A Monday morning: the weekly round is not due yet, the quarter ends in the same week.
FIRST_DAY = datetime(2026, 9, 28, 1, 0, tzinfo=UTC)
QUARTER = date(2026, 7, 1), date(2026, 9, 30)
FINDINGS = {
    1: ("东侧安全出口被成品堵住", "装配车间"),
    3: ("2 号冲床光电保护不起作用", "冲压车间"),
    0: ("危险品柜没有上锁", "油漆间"),
}
# Every word of the page, its dialogs included, in the web font: kept along with the page.
READABLE = """() => {
  const words = [...document.querySelectorAll("#walk, dialog")].map((e) => e.innerText || e.textContent);
  return document.fonts.load("16px 'Noto Sans SC Variable'", words.join(""))
    .then((faces) => faces.length > 0 && faces.every((face) => face.status === "loaded"), () => false);
}"""
# From the link to the end of the first round, photos and both words of each finding included.
MOST_TAPS = 30


class Time:
    """What the server takes for the time; it runs on from wherever a test sets it."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.at(FIRST_DAY)

    def at(self, instant: datetime) -> None:
        self.begun, self.since = instant, time.monotonic()

    @property
    def now(self) -> datetime:
        return self.begun + timedelta(seconds=time.monotonic() - self.since)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        with clock.frozen(self.now):
            return self.app(environ, start_response)


@pytest.fixture
def times(guarded_app: Flask) -> Time:
    return Time(guarded_app)


@pytest.fixture
def server(times: Time) -> Iterator[str]:
    with served(times) as url:  # type: ignore[arg-type]
        yield url


@pytest.fixture
def district(guarded_app: Flask, times: Time) -> Iterator[Cast]:
    """A small plant that has its principal and nobody else, in a district that has its rules."""
    with clock.frozen(FIRST_DAY), district_of(guarded_app) as cast:
        with transaction():
            seeds.load_selfchecks()
            seeds.load_duties()
            seeds.load_commitments()
            seeds.load_score_table()
            registry.change(cast.plant, SYSTEM, {"safety_manager": "周敏"})
            for who in ("safety_manager", "worker"):
                wanted = db.select(Account).where(Account.id == cast.accounts[who])
                left = db.session.scalars(unscoped(wanted, reason="a test lets people leave"))
                left.one().is_active = False
        yield cast


@pytest.fixture
def visit(chromium, district: Cast, server: str) -> Iterator[Visit]:
    with visitors(chromium, server, PASSWORD) as make:
        yield make


@dataclass
class Person:
    """Somebody at a phone, who finds everything by what stands on it. Every touch is counted."""

    visitor: Visitor
    taps: int = 0

    @property
    def page(self) -> Any:
        return self.visitor.page

    def look(self, what: str, *, whole: bool = True) -> None:
        self.visitor.look(what, whole=whole)

    def tap(self, name: str, *, within: Any = None, leaves: bool = False) -> None:
        """A button or a link that shows, by its words; ``leaves``: another page comes."""
        place = within or self.page
        named = re.compile(re.escape(name))
        found = place.get_by_role("button", name=named).or_(place.get_by_role("link", name=named))
        target = found.and_(self.page.locator(":visible")).first
        self.taps += 1
        if leaves:
            with self.page.expect_navigation():
                target.click()
        else:
            target.click()

    def write(self, label: str, text: str, *, within: Any = None) -> None:
        self.taps += 1
        (within or self.page).get_by_label(label, exact=True).fill(text)

    def photograph(self, label: str, *, within: Any) -> None:
        self.taps += 1
        with self.page.expect_file_chooser() as chooser:
            within.get_by_text(label).click()
        chooser.value.set_files([camera_photo()])

    def choose(self, label: str, *, within: Any) -> None:
        self.taps += 1
        within.locator("label", has_text=label).click()

    def agree(self) -> None:
        """Say yes where the page asks."""
        self.taps += 1
        with self.page.expect_navigation():
            self.page.locator("dialog#confirm[open] button[value=yes]").click()

    def come_back(self) -> None:
        """To the page that one's phone keeps: today's."""
        self.visitor.go("/today")


def test_a_newcomer_from_the_invitation_to_an_accepted_return(district, visit, times):
    principal = Person(visit("plant_manager", PHONE))
    link = invite(principal)
    newcomer = Person(visit(NEWCOMER, PHONE, signs_in=False))
    open_account(newcomer, link)
    be_led(newcomer)
    first_round(newcomer)
    print(f"first_round_taps: {newcomer.taps}")
    assert newcomer.taps <= MOST_TAPS
    arrived_once(district)
    rectify_all(newcomer, principal, district)
    assert {h.status for h in hazards_of(district)} == {HazardState.CLOSED}

    next_day(times, FIRST_DAY + timedelta(days=1))
    zero_report(newcomer, district)

    # The night after the quarter, then the first working day after the holidays.
    times.at(datetime(2026, 9, 30, 16, 50, tzinfo=UTC))
    with clock.frozen(times.now):
        returns.make(clock.now())
    next_day(times, datetime(2026, 10, 9, 1, 0, tzinfo=UTC))
    quarterly_return(newcomer, principal, Person(visit("district_officer", PHONE)))
    settled(district)


def invite(principal: Person) -> str:
    """The principal makes a link for the new safety officer; returns it."""
    principal.visitor.go("/invitations/")
    principal.tap("邀请人员", leaves=True)
    principal.write("姓名", "周敏")
    principal.write("手机号码", "13800000077")
    principal.page.get_by_label("角色").select_option(label="安全生产管理人员")
    principal.look("invite")
    principal.tap("生成链接", leaves=True)
    principal.look("invitation")
    link: str = principal.page.get_by_label("仅链接").input_value()
    return link


def open_account(newcomer: Person, link: str) -> None:
    newcomer.page.goto(link)
    newcomer.look("01-link")
    newcomer.write("用户名", NEWCOMER)
    newcomer.write("密码", OWN_PASSWORD)
    newcomer.write("再次输入密码", OWN_PASSWORD)
    newcomer.tap("开通账号", leaves=True)
    newcomer.look("02-guide")


def be_led(newcomer: Person) -> None:
    """One button of each step: the page opens the next one by itself."""
    newcomer.tap("全部正确", leaves=True)
    newcomer.look("03-lists")
    newcomer.tap("采用这些清单", leaves=True)
    newcomer.look("04-round")
    newcomer.tap("开始自查", leaves=True)


def first_round(newcomer: Person) -> None:
    """Where there is no network: three findings, a photo of each, a reload, the end."""
    walk = WalkPage(newcomer.page, newcomer.visitor.base, 0).ready()
    newcomer.look("05-walk", whole=False)
    walk.is_kept_for_offline()
    with newcomer.visitor.offline():
        for number in range(1, 4):  # the last two are in order: one yes at the end
            if number in FINDINGS:
                answer(newcomer, walk.card(number), number)
            else:
                newcomer.choose("正常", within=walk.card(number))
        newcomer.tap("我还发现了别的问题")
        describe(newcomer, walk.card(6), 0)
        newcomer.page.wait_for_timeout(700)
        newcomer.look("06-walk-offline")
        newcomer.page.reload()
        walk.ready()
        shown = walk.card(1).locator("figure img")
        assert shown.evaluate("i => i.decode().then(() => i.naturalWidth)")
        newcomer.look("07-walk-again")
        assert newcomer.page.evaluate(READABLE), "words of the page are boxes"
        newcomer.tap("完成")
        newcomer.look("08-summary", whole=False)
        newcomer.tap("均正常，完成自查", within=newcomer.page.locator("dialog[open]"))
        newcomer.page.wait_for_timeout(300)
        newcomer.look("09-finished-offline", whole=False)
    newcomer.page.get_by_role("link", name="查看这次自查").wait_for()
    newcomer.look("10-sent", whole=False)


def answer(newcomer: Person, card: Any, number: int) -> None:
    newcomer.choose("有问题", within=card)
    describe(newcomer, card, number)


def describe(newcomer: Person, card: Any, number: int) -> None:
    """What is wrong, where, and a photo of it."""
    finding, place = FINDINGS[number]
    newcomer.write("有什么问题？", finding, within=card)
    newcomer.write("在哪里？", place, within=card)
    newcomer.photograph("拍照", within=card)
    card.locator("figure").wait_for()


def hazards_of(district: Cast) -> list[Hazard]:
    db.session.rollback()
    stmt = visible(Hazard, SYSTEM).where(Hazard.enterprise_id == district.plant_id)
    return list(db.session.scalars(stmt.order_by(Hazard.id)))


def arrived_once(district: Cast) -> None:
    """Three findings are three tickets, each with its words and its one photo."""
    found = [(h.description, h.place, len(h.files)) for h in hazards_of(district)]
    assert found == [(finding, place, 1) for finding, place in FINDINGS.values()]


def rectify_all(newcomer: Person, principal: Person, district: Cast) -> None:
    """From the round's page: two were made good already, the third takes its steps."""
    newcomer.tap("查看这次自查", leaves=True)
    newcomer.look("11-round")
    rounds_page = newcomer.page.url
    for hazard in hazards_of(district):
        newcomer.page.goto(rounds_page)
        newcomer.tap(hazard.number, leaves=True)
        if hazard.description == FINDINGS[3][0]:
            by_steps(newcomer)
        else:
            at_once(newcomer)
        close(principal, hazard.id)


def at_once(newcomer: Person) -> None:
    newcomer.look("12-ticket")
    form = newcomer.page.locator(".step[open]")
    newcomer.write("整改完成情况", "已清理，恢复正常", within=form)
    form.locator("input[type=file]").set_input_files([camera_photo()])
    newcomer.tap("已整改完毕", within=form.locator(".form-actions"), leaves=True)
    newcomer.look("12-ticket-made-good")


def by_steps(newcomer: Person) -> None:
    visitor = newcomer.visitor
    visitor.press_step("grade", lambda form: form.locator("[value=general]").check())
    visitor.press_step("assign", lambda form: form.get_by_label("整改期限").fill("2026-09-30"))
    visitor.press_step("start", lambda form: form.get_by_label("整改措施").fill("停用并更换"))

    def done(form: Any) -> None:
        form.get_by_label("整改完成情况").fill("已更换光电保护器并试机")
        form.locator("input[type=file]").set_input_files([camera_photo()])

    visitor.press_step("submit", done)


def close(principal: Person, hazard_id: int) -> None:
    """Whoever rectified does not accept: the principal does."""
    principal.visitor.go(f"/hazards/{hazard_id}")
    principal.visitor.press_step("verify", lambda form: form.locator("textarea").fill("验收合格"))
    principal.look("accepted")


def next_day(times: Time, instant: datetime) -> None:
    """The day comes, and with it what the scheduler does early in the morning."""
    times.at(instant)
    with clock.frozen(instant):
        selfcheck.make_rounds(instant)
        selfcheck.note_missed(instant)


def zero_report(newcomer: Person, district: Cast) -> None:
    """The next day's round finds nothing; the zero report is offered then."""
    newcomer.come_back()
    newcomer.look("13-next-day")
    newcomer.tap("企业通用自查表", leaves=True)
    WalkPage(newcomer.page, newcomer.visitor.base, 0).ready()
    newcomer.look("14-walk", whole=False)
    newcomer.tap("没有发现问题")
    newcomer.tap("完成自查", within=newcomer.page.locator("dialog[open]"))
    newcomer.page.get_by_role("link", name="零报告").wait_for()
    newcomer.look("15-nothing-found", whole=False)
    newcomer.come_back()
    newcomer.look("15-zero-due")
    newcomer.tap("当日零报告", leaves=True)
    newcomer.tap("当天未发现隐患", leaves=True)
    newcomer.look("16-zero-said")
    db.session.rollback()
    said = rounds.zero_report(district.plant_id, date(2026, 9, 29), SYSTEM)
    assert said is not None
    assert said.said_by == "周敏"


def quarterly_return(newcomer: Person, principal: Person, officer: Person) -> None:
    """Signed, submitted, returned, corrected, signed and submitted again, accepted."""
    newcomer.come_back()
    newcomer.look("17-return-due")
    newcomer.tap("季度统计分析表", leaves=True)
    assert figure(newcomer, "本期排查") == "3"
    assert figure(newcomer, "本期整改") == "3"
    assert figure(newcomer, "期末未整改") == "0"
    newcomer.look("18-return")
    sign(principal, "return-to-sign")
    submit(newcomer)
    decide(officer, "退回", "需要更正的内容", "整改投入资金漏报，请补充", "退回企业")

    newcomer.come_back()
    newcomer.look("19-returned-due")
    newcomer.tap("季度统计分析表", leaves=True)
    assert "整改投入资金漏报" in newcomer.page.locator("main").inner_text()
    newcomer.look("20-returned")
    newcomer.tap("开始更正", leaves=True)
    newcomer.tap("下一步")
    newcomer.page.locator("summary", has_text="更正数据").click()
    form = newcomer.page.locator("details[open] form")
    form.get_by_label("指标").select_option(label="实际资金（元）")
    newcomer.write("更正后的数值", "350", within=form)
    newcomer.write("更正理由", "补记更换光电保护器的发票", within=form)
    newcomer.tap("更正", within=form, leaves=True)
    assert figure(newcomer, "实际资金").endswith("350.00")
    newcomer.look("21-corrected")
    sign(principal, "return-signed-again")
    submit(newcomer)
    officer.visitor.go("/returns/?group=waiting")
    officer.tap("季度统计分析表", leaves=True)
    officer.look("return-to-accept")
    officer.tap("审核通过")
    officer.agree()
    officer.look("return-accepted")
    newcomer.come_back()
    newcomer.look("23-nothing-left")


def figure(person: Person, label: str) -> str:
    """The reported value of a line; one that was corrected stands in bold beside the counted."""
    row = person.page.locator("tr", has=person.page.get_by_text(label)).first
    corrected = row.locator("td.num b")
    text: str = (corrected if corrected.count() else row.locator("td.num")).first.inner_text()
    return text.strip()


def sign(principal: Person, what: str) -> None:
    """The principal finds it under what is due and signs with a finger."""
    principal.come_back()
    principal.tap("季度统计分析表", leaves=True)
    canvas = principal.page.locator("[data-sign-canvas]")
    canvas.scroll_into_view_if_needed()
    SitePage(principal.page, principal.visitor.base, 0).draw(canvas)
    principal.look(what)
    principal.tap("签名", leaves=True)
    principal.look(f"{what}-done")


def submit(newcomer: Person) -> None:
    newcomer.come_back()
    newcomer.tap("季度统计分析表", leaves=True)
    newcomer.tap("提交监管部门", leaves=True)
    newcomer.look("22-submitted")


def decide(officer: Person, fold: str, label: str, words: str, button: str) -> None:
    officer.visitor.go("/")
    officer.look("officer-start")
    officer.tap("待审核报表", leaves=True)
    officer.tap("季度统计分析表", leaves=True)
    officer.look("return-to-decide")
    officer.page.locator("summary", has_text=fold).click()
    officer.write(label, words)
    officer.tap(button, leaves=True)
    officer.look("return-sent-back")


def settled(district: Cast) -> None:
    """One return, accepted in its second revision, with its correction and both signatures."""
    db.session.rollback()
    stmt = visible(PeriodReturn, SYSTEM).where(
        PeriodReturn.enterprise_id == district.plant_id, PeriodReturn.first_day == QUARTER[0]
    )
    row = db.session.scalars(stmt).one()
    assert (row.status, row.revision, row.last_day) == (ReturnState.ACCEPTED, 2, QUARTER[1])
    assert [c.reason for c in row.corrections] == ["补记更换光电保护器的发票"]
    assert row.signed_by == "沈国良"
    assert [(r.signed_by, r.reason) for r in row.revisions] == [
        ("沈国良", "整改投入资金漏报，请补充")
    ]
