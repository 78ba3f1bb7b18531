"""A round on a phone whose network goes and comes, walked by somebody who has never seen it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import selectinload

from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.scope import visible
from supervision.hazard.models import Hazard
from supervision.selfcheck import queries, service
from supervision.selfcheck.workflow import RoundState
from tests.browser.conftest import PHONE, PICTURES
from tests.browser.site import camera_photo
from tests.browser.test_phone import sign_in
from tests.cast import Cast, assemble
from tests.conftest import _empty
from tests.selfcheck.test_walking import make_round


@pytest.fixture
def district(guarded_app: Flask) -> Iterator[Cast]:
    with guarded_app.app_context():
        _empty()
        yield assemble()
        db.session.rollback()
        db.session.remove()


class WalkPage:
    """The page of a walk in a browser; every step is what a finger does."""

    def __init__(self, page, base: str, round_id: int) -> None:
        self.page, self.url = page, f"{base}/self-checks/rounds/{round_id}/walk"

    def open(self) -> WalkPage:
        self.page.goto(self.url)
        return self.ready()

    def ready(self) -> WalkPage:
        self.page.locator("#walk[data-ready]").wait_for()
        return self

    def card(self, number: int):
        return self.page.locator("li[data-item]").nth(number - 1)

    def answer(self, number: int, result: str) -> None:
        self.card(number).locator(f"label:has(input[value={result}])").click()
        self.card(number).locator("[data-state-line]:not(:empty)").wait_for()

    def describe(self, number: int, finding: str) -> None:
        field = self.card(number).locator("[data-field=finding]")
        field.fill(finding)
        field.blur()

    def photo(self, number: int) -> None:
        self.card(number).locator("input[type=file]").set_input_files(camera_photo())
        self.card(number).locator("figure").first.wait_for()

    def is_kept_for_offline(self) -> None:
        """Wait until the page says so, which it does once its worker has taken over too."""
        self.page.locator("[data-kept]:visible").wait_for()
        self.until(
            lambda: self.page.evaluate(
                "async () => Boolean(navigator.serviceWorker.controller)"
                " && (await (await caches.open((await caches.keys())[0])).keys())"
                ".some((file) => file.url.endsWith('.woff2'))"
            )
        )

    def until(self, condition: Callable[[], object]) -> None:
        # Not wait_for_function: it evaluates text in the page, which the content policy refuses.
        for _ in range(150):
            if condition():
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(self.page.locator("[data-sync-text]").inner_text())

    def look(self, what: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"walk-{what}.png")
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{what}: the page is {wide} px wider than the screen"


@pytest.fixture
def phone(chromium, district: Cast, server: str) -> Iterator[Callable[..., WalkPage]]:
    """``phone(7)``: the worker's own, at the round."""
    contexts, problems = [], []

    def make(round_id: int, who: str = "worker") -> WalkPage:
        context = chromium.new_context(**PHONE, locale="zh-CN")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: problems.append(str(error)))
        sign_in(page, server, who)
        return WalkPage(page, server, round_id)

    yield make
    for context in contexts:
        context.close()
    assert problems == []


def hazards():
    db.session.rollback()
    stmt = visible(Hazard, SYSTEM).options(selectinload(Hazard.files)).order_by(Hazard.id)
    return db.session.scalars(stmt).all()


def test_three_findings_noted_without_a_network_become_three_hazards_with_photos(
    district, phone, server
):
    ident = make_round(district)
    walk = phone(ident).open()
    walk.look("first-sight")
    walk.is_kept_for_offline()
    walk.page.context.set_offline(True)
    for number, words in ((1, "Guard is off"), (2, "Cable is worn")):
        walk.answer(number, "finding")
        walk.describe(number, words)
        walk.photo(number)
    walk.answer(3, "ok")
    walk.page.click("[data-add]")
    walk.describe(4, "Exit is blocked")
    walk.photo(4)
    walk.page.wait_for_timeout(700)
    walk.look("offline")

    walk.page.reload()
    walk.ready()
    assert walk.card(1).locator("[data-field=finding]").input_value() == "Guard is off"
    shown = walk.card(4).locator("figure img")
    assert shown.evaluate("i => i.decode().then(() => i.naturalWidth)")
    walk.page.click("[data-finish]")
    walk.look("summary")
    walk.page.click("#finish-dialog [data-finish-now]")
    assert hazards() == []

    walk.page.context.set_offline(False)
    walk.page.locator("[data-banner-link]:visible").wait_for()
    walk.look("done")
    found = hazards()
    assert [(h.description, len(h.files)) for h in found] == [
        ("Guard is off", 1),
        ("Cable is worn", 1),
        ("Exit is blocked", 1),
    ]
    one = queries.get_round(ident, SYSTEM)
    assert (one.status, one.findings, one.done_by) == (RoundState.DONE, 3, "Worker")


def test_nothing_found_is_two_taps(district, phone):
    ident = make_round(district)
    walk = phone(ident).open()
    walk.page.click("[data-all-ok]")
    walk.page.click("#finish-dialog [data-finish-now]")
    walk.page.locator("[data-banner-link]:visible").wait_for()
    db.session.rollback()
    one = queries.get_round(ident, SYSTEM)
    assert (one.status, one.findings, len(one.answers)) == (RoundState.DONE, 0, 3)


def test_another_account_on_this_phone_sees_nothing_of_what_the_first_noted(
    district, phone, server
):
    ident = make_round(district)
    walk = phone(ident).open()
    walk.page.context.set_offline(True)
    walk.answer(1, "finding")
    walk.describe(1, "Guard is off")
    walk.page.wait_for_timeout(700)
    walk.page.goto("about:blank")
    walk.page.context.clear_cookies()
    walk.page.context.set_offline(False)
    sign_in(walk.page, server, "safety_manager")
    assert walk.page.evaluate("caches.keys()") == []
    walk.open()
    assert walk.card(1).locator("[data-field=finding]").input_value() == ""
    assert walk.page.locator("[data-sync=idle]").count() == 1
    db.session.rollback()
    assert queries.get_round(ident, SYSTEM).answers == []


def test_an_answer_that_was_lost_on_the_way_back_is_sent_again_and_counts_once(district, phone):
    ident = make_round(district)
    walk = phone(ident).open()
    lost = []

    def lose(route):
        if not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    walk.page.route("**/sync", lose)
    walk.page.click("[data-add]")
    walk.describe(4, "Exit is blocked")
    walk.page.locator("[data-sync=idle]").wait_for()
    assert [answer.status for answer in lost] == [200]
    db.session.rollback()
    assert [a.finding for a in queries.get_round(ident, SYSTEM).answers] == ["Exit is blocked"]


def test_what_the_server_refuses_stays_on_the_phone_until_somebody_decides(district, phone):
    """The round was excused while this phone had no network."""
    ident = make_round(district)
    walk = phone(ident).open()
    walk.is_kept_for_offline()
    walk.page.context.set_offline(True)
    walk.answer(1, "finding")
    walk.describe(1, "Guard is off")
    walk.photo(1)
    walk.page.wait_for_timeout(700)
    with transaction():
        manager = district["safety_manager"]
        service.excuse(queries.get_round(ident, manager), manager, "Power cut")
    walk.page.context.set_offline(False)
    problem = walk.page.locator("[data-problems] [data-problem]").first
    problem.wait_for()
    walk.look("refused")
    problems = walk.page.locator("[data-problems]")
    problems.get_by_text("Guard is off").wait_for()
    problems.get_by_text("照片").wait_for()
    assert walk.card(1).locator("[data-field=finding]").input_value() == "Guard is off"
    while walk.page.locator("[data-problems] [data-discard]").count():
        walk.page.locator("[data-problems] [data-discard]").first.click()
        walk.page.click("#ask-dialog button[value=yes]")
        walk.page.wait_for_timeout(200)
    walk.page.locator("[data-sync=idle]").wait_for()
    assert hazards() == []
