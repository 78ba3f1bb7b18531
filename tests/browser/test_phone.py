"""An inspection on a phone whose network goes and comes: everything arrives, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.inspection import qr
from supervision.inspection.models import ItemResult
from supervision.inspection.workflow import InspectionState
from tests.browser.conftest import PHONE, PICTURES
from tests.browser.site import SitePage
from tests.cast import PASSWORD, Cast, assemble
from tests.conftest import _empty
from tests.factories.inspections import load, make_inspection, prepare

S = InspectionState
OFFICERS = ("district_officer", "section_chief")


@pytest.fixture
def district(guarded_app: Flask) -> Iterator[Cast]:
    with guarded_app.app_context():
        _empty()
        cast = assemble()
        prepare(cast)
        yield cast
        db.session.rollback()
        db.session.remove()


@pytest.fixture
def phone_of(chromium, district: Cast, server: str) -> Iterator[Callable[..., SitePage]]:
    """``phone_of("district_officer", 7)``: a phone of their own, signed in, at the inspection."""
    contexts = []

    def make(who: str, inspection_id: int, *, language: str = "zh-CN", **options) -> SitePage:
        context = chromium.new_context(**PHONE, locale=language, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: problems.append(str(error)))
        sign_in(page, server, who)
        return SitePage(page, server, inspection_id)

    problems: list[str] = []
    yield make
    for context in contexts:
        context.close()
    assert problems == []


def sign_in(page, base, who):
    page.goto(f"{base}/account/sign-in?next=/account/profile")
    fill_sign_in(page, who)


def fill_sign_in(page, who):
    page.fill("[name=username]", who)
    page.fill("[name=password]", PASSWORD)
    with page.expect_navigation():
        page.click("form[action$='sign-in'] button")


def read(inspection_id):
    db.session.rollback()
    return load(inspection_id, SYSTEM)


def look(site: SitePage, what: str) -> None:
    """A picture for people to look at; no page is wider than its phone."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    site.page.screenshot(path=PICTURES / f"site-{what}.png")
    wide = site.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wide <= 0, f"{what}: the page is {wide} px wider than the screen"


def test_what_is_noted_without_a_network_survives_a_reload_and_arrives_once(district, phone_of):
    """Offline from the first answer to the finish, with a photo, signatures and a reload."""
    ident = make_inspection(district, S.NOTIFIED)
    site = phone_of("district_officer", ident).open()
    site.start()
    site.all_sent()
    site.is_kept_for_offline()
    site.page.context.set_offline(True)

    site.add_item("Guards of the presses are fitted")
    site.add_item("Exits are free")
    site.answer(1, "fail", finding="Press 2 has no guard")
    site.photo(1)
    site.answer(2, "pass")
    site.facts(party_name="P. Person", certificates_shown=True, recusal_told=True)
    site.private_note("They knew beforehand")
    look(site, "offline")
    kept = site.waiting()
    assert kept >= 7
    assert "无网络" in site.sync_text

    site.reload()
    assert site.waiting() == kept
    assert site.item(1).locator("[data-finding]").input_value() == "Press 2 has no guard"
    assert site.item(1).locator("figure img").evaluate("i => i.decode().then(() => i.naturalWidth)")
    assert site.page.locator("[data-fact=party_name]").input_value() == "P. Person"
    site.sign("party")
    for who in OFFICERS:
        site.sign("officer", account=district.accounts[who])
    assert site.missing() == []
    site.finish()
    assert read(ident).items == []

    site.page.context.set_offline(False)
    site.all_sent()
    site.page.locator("[data-banner-link]:visible").wait_for()
    look(site, "recorded")
    found = read(ident)
    assert found.status is S.RECORDED
    assert [(i.text, i.result) for i in found.items] == [
        ("Guards of the presses are fitted", ItemResult.FAIL),
        ("Exits are free", ItemResult.PASS),
    ]
    assert [f.item_id for f in found.files] == [found.items[0].id]
    assert sorted(s.signer for s in found.signatures) == ["officer", "officer", "party"]
    assert found.private_note == "They knew beforehand"
    assert found.items[0].hazard_id is not None


def test_an_answer_that_was_lost_on_the_way_back_is_sent_again_and_counts_once(district, phone_of):
    """The server has it, the phone does not know: the worst moment for a network to go."""
    ident = make_inspection(district, S.ONGOING)
    site = phone_of("district_officer", ident).open()
    lost = []

    def lose(route):
        if not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    site.page.route("**/sync", lose)
    site.add_item("Exits are free")
    site.all_sent()
    assert lost[0].status == 200
    assert [i.text for i in read(ident).items].count("Exits are free") == 1


def test_a_party_that_refuses_to_sign_is_recorded_with_its_witness(district, phone_of):
    ident = make_inspection(district, S.ONGOING, failed=0)
    site = phone_of("district_officer", ident).open()
    site.facts(party_name="P. Person", certificates_shown=True, recusal_told=True)
    for who in OFFICERS:
        site.sign("officer", account=district.accounts[who])
    assert len(site.missing()) == 1
    site.refuse("Says that the boss is away", "W. Witness")
    site.sign("witness", name="W. Witness")
    look(site, "refused")
    site.finish()
    site.page.locator("[data-banner-link]:visible").wait_for()
    found = read(ident)
    assert (found.status, found.refused, found.witness_name) == (S.RECORDED, True, "W. Witness")
    assert found.refusal_reason == "Says that the boss is away"


def test_two_officers_see_what_the_other_noted(district, phone_of):
    ident = make_inspection(district, S.ONGOING, failed=0)
    first = phone_of("district_officer", ident).open()
    second = phone_of("section_chief", ident).open()
    first.answer(1, "fail", finding="Cable is worn")
    first.all_sent()
    second.answer(2, "not_applicable")
    second.all_sent()
    assert second.item(1).locator("[data-finding]").input_value() == "Cable is worn"
    assert "District Officer" in second.item(1).locator("[data-state-line]").inner_text()
    found = read(ident)
    assert [i.checked_by for i in found.items] == ["District Officer", "Section Chief"]


def test_a_phone_that_is_hours_late_notes_the_right_time(district, phone_of):
    """Its own marks must not look older than what the other officer noted."""
    ident = make_inspection(district, S.ONGOING, failed=0)
    site = phone_of("district_officer", ident)
    site.page.clock.install(time=clock.now() - timedelta(hours=7))
    site.open().all_sent()
    site.page.wait_for_timeout(500)
    site.facts(party_name="P. Person", certificates_shown=True, recusal_told=True)
    site.sign("party")
    for who in OFFICERS:
        site.sign("officer", account=district.accounts[who])
    assert site.missing() == []
    site.finish()
    site.page.locator("[data-banner-link]:visible").wait_for()
    found = read(ident)
    assert abs(found.ended_at - clock.now()) < timedelta(minutes=2)
    assert all(abs(s.signed_at - clock.now()) < timedelta(minutes=2) for s in found.signatures)


def test_a_failure_without_a_finding_waits_for_its_words(district, phone_of):
    ident = make_inspection(district, S.ONGOING, failed=0)
    site = phone_of("district_officer", ident).open()
    site.answer(1, "fail")
    site.page.wait_for_timeout(300)
    site.reload()
    assert site.item(1).locator("input[value=fail]").is_checked()
    assert read(ident).items[0].result is ItemResult.PASS
    # Written and tapped on at once, faster than anything is kept.
    site.item(1).locator("[data-finding]").fill("Guard is missing")
    site.item(1).locator("[data-open-note]").click()
    site.item(1).locator("[data-note]").fill("Line stands")
    site.all_sent()
    item = read(ident).items[0]
    assert (item.finding, item.note) == ("Guard is missing", "Line stands")


def test_what_the_server_refuses_stays_on_the_phone_until_the_officer_decides(
    district, phone_of, guarded_app
):
    """Somebody cancelled the inspection while this phone had no network."""
    from supervision.inspection import service

    ident = make_inspection(district, S.ONGOING, failed=0)
    site = phone_of("district_officer", ident).open()
    site.is_kept_for_offline()
    site.page.context.set_offline(True)
    site.answer(1, "fail", finding="Cable is worn")
    with transaction():
        officer = district["district_officer"]
        service.cancel(load(ident, officer), officer, reason="Called off")
    site.page.context.set_offline(False)
    problem = site.page.locator("[data-problem]:visible")
    problem.wait_for()
    look(site, "refused-change")
    assert site.waiting() == 1
    assert site.item(1).locator("[data-finding]").input_value() == "Cable is worn"
    problem.locator("[data-discard]").click()
    site.page.click("#ask-dialog button[value=yes]")
    site.all_sent()


def test_another_account_on_this_phone_neither_sees_nor_sends_the_drafts_of_the_first(
    district, phone_of, server
):
    ident = make_inspection(district, S.ONGOING, failed=0)
    site = phone_of("district_officer", ident).open()
    site.is_kept_for_offline()
    # Signed out elsewhere while the page stands open: what is noted waits.
    page = site.page
    other = page.context.new_page()
    other.goto(f"{server}/account/profile")
    token = other.locator("[name=csrf_token]").first.input_value()
    other.evaluate(
        "t => fetch('/account/sign-out', {method: 'POST', headers: {'X-CSRFToken': t}})", token
    )
    site.answer(1, "fail", finding="Cable is worn")
    page.locator("[data-sign-in]:visible").wait_for()
    look(site, "signed-out")
    assert site.waiting() == 1

    sign_in(other, server, "section_chief")
    assert other.evaluate("caches.keys()") == []
    second = SitePage(other, server, ident).open()
    assert second.item(1).locator("input[value=pass]").is_checked()
    assert second.waiting() == 0
    # The first one's page, still open, must not send under the second one's name.
    site.answer(2, "not_applicable")
    page.wait_for_timeout(500)
    assert site.waiting() == 2
    assert [i.checked_by for i in read(ident).items] == ["District Officer"] * 2

    other.close()
    page.context.clear_cookies()
    page.click("[data-sign-in]")
    fill_sign_in(page, "district_officer")
    site.ready().all_sent()
    assert [i.result for i in read(ident).items] == [ItemResult.FAIL, ItemResult.NOT_APPLICABLE]


def test_the_code_at_the_gate_opens_the_inspection_and_is_noted(district, phone_of, server):
    ident = make_inspection(district, S.NOTIFIED)
    with transaction():
        token = qr.issue(district.plant, district["district_officer"]).token
    site = phone_of("district_officer", ident)
    site.page.goto(f"{server}/scan/{token}")
    site.ready().all_sent()
    assert site.page.url.endswith(f"/inspections/{ident}/site")
    assert read(ident).scanned_at is not None


def test_it_works_where_the_browser_keeps_nothing(district, phone_of):
    """A private window, or plain http in an intranet: no worker, no randomUUID, no database."""
    ident = make_inspection(district, S.ONGOING, failed=0)
    site = phone_of("district_officer", ident, service_workers="block")
    site.page.add_init_script(
        "delete Crypto.prototype.randomUUID;"
        "Object.defineProperty(window, 'indexedDB', {value: undefined});"
        "Object.defineProperty(window, 'caches', {value: undefined});"
    )
    site.open()
    assert "保持联网" in site.sync_text
    site.answer(1, "not_applicable")
    for _ in range(100):
        if read(ident).items[0].result is ItemResult.NOT_APPLICABLE:
            break
        site.page.wait_for_timeout(100)
    assert read(ident).items[0].result is ItemResult.NOT_APPLICABLE
