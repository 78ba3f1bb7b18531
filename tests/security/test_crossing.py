"""Forged requests, planted sessions, addresses that lie, and people who are moved meanwhile."""

from __future__ import annotations

import re

import pytest
from flask import url_for

from supervision.account import administration
from supervision.account import queries as accounts
from supervision.account.models import Account
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.scope import unscoped
from supervision.factory import create_app
from tests.cast import PASSWORD
from tests.factories.hazards import make_hazard
from tests.pages import FreshClient, PageClient
from tests.security.paths import path_of


@pytest.fixture
def guarded(app, settings, cast):
    """The same application as people get it: tokens asked for, addresses counted."""
    found = create_app(settings, TESTING=True)
    found.test_client_class = FreshClient
    return PageClient(found, cast)


def entries():
    stmt = db.select(db.func.count(AuditEntry.id))
    return db.session.scalar(unscoped(stmt, reason="a test counts"))


def test_every_change_by_a_person_needs_the_token_of_a_form(app, guarded):
    before = entries()
    loose = []
    client = guarded.as_("administrator")
    for rule in app.url_map.iter_rules():
        if "POST" not in rule.methods or rule.rule.startswith("/api/"):
            continue
        answer = client.post(path_of(rule), data={"username": "administrator"})
        if answer.status_code != 400:
            loose.append((rule.endpoint, answer.status_code))
    assert loose == []
    db.session.rollback()
    assert entries() == before


def test_a_form_with_its_token_is_taken(guarded):
    client = guarded.as_("administrator")
    page = client.get("/account/profile").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    assert client.post("/account/sign-out", data={"csrf_token": token}).status_code == 302
    other = guarded.as_("auditor")
    assert other.post("/account/sign-out", data={"csrf_token": token}).status_code == 400


def test_signing_in_throws_away_what_the_session_held(guarded):
    client = guarded.app.test_client()
    page = client.get("/account/sign-in").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    with client.session_transaction() as session:
        session["planted"], planted = "by somebody", session["csrf_token"]
    data = {"username": "auditor", "password": PASSWORD, "csrf_token": token}
    assert client.post("/account/sign-in", data=data).status_code == 302
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") != planted


def test_a_forwarded_address_of_ones_own_making_counts_as_nobodys(guarded):
    """No proxy is trusted by default, so the header buys no further attempts."""
    client = guarded.app.test_client()
    page = client.get("/account/sign-in").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    data = {"username": "nobody", "password": "not the one", "csrf_token": token}
    seen = set()
    for number in range(70):
        headers = {"X-Forwarded-For": f"10.0.0.{number}", "Forwarded": f"for=10.0.0.{number}"}
        seen.add(client.post("/account/sign-in", data=data, headers=headers).status_code)
        if 429 in seen:
            return
    pytest.fail("seventy attempts by one address were let through")


def test_guesses_at_the_present_password_are_counted_too(guarded):
    client = guarded.as_("auditor")
    page = client.get("/account/profile").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    data = {"old": "a guess", "new": "x" * 12, "again": "x" * 12, "csrf_token": token}
    answers = {client.post("/account/password", data=data).status_code for _try in range(70)}
    assert 429 in answers


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "evil.example",
        "///evil.example",
        "/\t/[",
        "\x0b//evil.example",
        "http:evil.example",
    ],
)
def test_no_address_leads_off_the_site(app, pages, cast, target):
    client = pages.as_("auditor")
    answer = client.post("/account/language", data={"language": "en", "next": target})
    assert answer.status_code == 302
    assert answer.location == "/"
    data = {"username": "auditor", "password": PASSWORD, "next": target}
    assert app.test_client().post("/account/sign-in", data=data).location == "/"


def test_reading_a_page_changes_nothing(app, pages, cast):
    """A picture on another site can make a browser read anything; it must not leave a trace."""
    hazard_id = make_hazard(cast)
    before = entries()
    client = pages.as_("administrator")
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and rule.endpoint != "static":
            client.get(path_of(rule))
    db.session.rollback()
    assert entries() == before
    assert hazard_id == 1


def test_a_person_who_is_moved_sees_the_new_region_with_the_same_session(pages, cast):
    hazard_id = make_hazard(cast)
    client = pages.as_("district_officer")
    url = f"/hazards/{hazard_id}"
    assert client.get(url).status_code == 200
    with transaction():
        account = accounts.get_account(cast.accounts["district_officer"], SYSTEM)
        administration.change_person(
            account,
            SYSTEM,
            name=account.name,
            phone="",
            role=account.role,
            region_code="330113",
            enterprise_ids=(),
            certificate_no="",
        )
    assert client.get(url).status_code == 404
    assert client.post(f"{url}/grade", data={"grade": "general"}).status_code == 404
    with transaction():
        account = accounts.get_account(cast.accounts["district_officer"], SYSTEM)
        administration.deactivate(account, SYSTEM)
    assert "/account/sign-in" in client.get("/hazards/").location
    assert "/account/sign-in" in client.post(f"{url}/grade", data={"grade": "general"}).location


def test_more_fields_than_a_form_has_change_nothing_else(pages, cast):
    """Mass assignment: the request may hold what it likes."""
    more = {"role": "administrator", "is_active": "", "region_code": "33", "session_epoch": "9"}
    data = {"old": PASSWORD, "new": "another long password", "again": "another long password"}
    assert pages.post("worker", "/account/password", data | more).status_code == 302
    found = db.session.scalars(
        unscoped(
            db.select(Account).where(Account.id == cast.accounts["worker"]), reason="a test looks"
        )
    ).one()
    assert (found.role.value, found.is_active, found.region_code) == ("employee", True, "")
    form = {
        "source": "self_check",
        "found_at": "2026-11-01T10:00",
        "place": "Line 2",
        "description": "Guard is missing",
        "factor": "object",
        "category": "equipment",
        "status": "closed",
        "number": "YH-1",
        "raised_side": "regulator",
        "enterprise_id": cast.other_plant_id,
    }
    assert pages.post("worker", f"/hazards/report/{cast.plant_id}", form).status_code == 302
    page = pages.get("worker", "/hazards/").get_data(as_text=True)
    assert "YH-330110-2026-00001" in page
    assert pages.get("other_plant", "/hazards/1").status_code == 404


def test_the_policy_of_every_page_forbids_foreign_script(app, pages):
    with app.test_request_context():
        start = url_for("home.start")
    policy = pages.get("auditor", start).headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
