"""Signing in and out: what counts, what locks, what is never given away."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from argon2 import Type

from supervision.account import administration, queries, service
from supervision.account.models import Account
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.scope import visible
from supervision.core.web.limits import limiter
from tests.cast import PASSWORD
from tests.pages import error_text

WRONG = "The user name or the password is not right"


def sign_in(pages, username="district_officer", password=PASSWORD, **data):
    given = {"username": username, "password": password, **data}
    return pages.as_(None).post("/account/sign-in", data=given)


def account(cast, name="district_officer") -> Account:
    db.session.rollback()
    return queries.get_account(cast.accounts[name], SYSTEM)


def test_the_right_password_opens_the_start_page(pages, cast):
    response = sign_in(pages)
    assert response.headers["Location"] == "/"
    assert account(cast).last_sign_in_at is not None


def test_the_user_name_is_taken_as_people_type_it(pages):
    assert sign_in(pages, "  District_Officer ").status_code == 302


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(pages, cast):
    wrong = sign_in(pages, password="not this one")
    unknown = sign_in(pages, "nobody", "not this one")
    assert wrong.status_code == unknown.status_code == 422
    assert WRONG in error_text(wrong)
    without_name = error_text(wrong).replace("district_officer", "")
    assert without_name == error_text(unknown).replace("nobody", "")
    assert account(cast).failed_attempts == 1


def test_five_wrong_passwords_lock_the_account_and_time_opens_it_again(pages, cast):
    for _attempt in range(5):
        sign_in(pages, password="guess")
    assert account(cast).locked_until is not None
    refused = sign_in(pages)
    assert refused.status_code == 422
    assert WRONG in error_text(refused)
    with clock.frozen(clock.now() + timedelta(minutes=16)):
        assert sign_in(pages).status_code == 302
    assert account(cast).locked_until is None
    actions = db.session.scalars(visible(AuditEntry, SYSTEM, AuditEntry.action)).all()
    assert actions.count("account.lock_out") == 1
    assert actions.count("account.sign_in_failed") == 4


def test_four_wrong_passwords_and_a_right_one_start_the_count_anew(pages, cast):
    for _attempt in range(4):
        sign_in(pages, password="guess")
    sign_in(pages)
    assert account(cast).failed_attempts == 0


def test_guesses_made_at_the_same_time_are_each_counted(app, cast):
    def guess():
        with app.app_context(), transaction():
            service.sign_in("district_officer", "guess", attempts=99, lockout=timedelta(minutes=15))

    threads = [threading.Thread(target=guess) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert account(cast).failed_attempts == 4


def test_a_closed_account_opens_nothing(pages, cast):
    with transaction():
        administration.deactivate(
            queries.get_account(cast.accounts["district_officer"], SYSTEM), SYSTEM
        )
    response = sign_in(pages)
    assert response.status_code == 422
    assert WRONG in error_text(response)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "evil",
        "/\t/evil.example",
        "/\n/evil.example",
    ],
)
def test_signing_in_never_leads_off_the_site(pages, target):
    assert sign_in(pages, next=target).headers["Location"] == "/"


def test_signing_in_leads_back_to_where_one_was_going(pages):
    asked = pages.get(None, "/hazards/?group=overdue")
    assert asked.headers["Location"].startswith("/account/sign-in?next=")
    assert sign_in(pages, next="/hazards/?group=overdue").headers["Location"] == (
        "/hazards/?group=overdue"
    )


def test_the_language_is_kept_for_the_session_and_the_person(pages, cast):
    client = pages.as_("district_officer", "en")
    chosen = {"language": "zh_Hans_CN", "next": "/hazards/"}
    assert client.post("/account/language", data=chosen).headers["Location"] == "/hazards/"
    assert 'lang="zh-Hans"' in client.get("/hazards/").get_data(as_text=True)
    assert account(cast).language == "zh_Hans_CN"
    assert client.post("/account/language", data={"language": "xx"}).status_code == 404
    off_site = client.post("/account/language", data={"language": "en", "next": "//evil.example"})
    assert off_site.headers["Location"] == "/"


def test_signing_out_ends_the_session(pages):
    client = pages.as_("district_officer")
    assert client.get("/hazards/").status_code == 200
    client.post("/account/sign-out")
    assert client.get("/hazards/").status_code == 302


def test_changing_the_password_ends_every_other_session(pages, cast):
    elsewhere, here = pages.as_("district_officer"), pages.as_("district_officer")
    new = "another long password"
    changed = here.post("/account/password", data={"old": PASSWORD, "new": new, "again": new})
    assert changed.status_code == 302
    assert here.get("/hazards/").status_code == 200
    assert elsewhere.get("/hazards/").status_code == 302
    assert sign_in(pages).status_code == 422
    assert sign_in(pages, password=new).status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("not this", "another long password", "another long password", "is not right"),
        (PASSWORD, "short", "short", "at least 10 characters"),
        (PASSWORD, "another long password", "something else", "The two passwords differ."),
        (PASSWORD, PASSWORD, PASSWORD, "the same as the present one"),
    ],
)
def test_a_new_password_has_to_be_right(pages, cast, old, new, again, said):
    before = account(cast).password_hash
    data = {"old": old, "new": new, "again": again}
    response = pages.post("district_officer", "/account/password", data)
    assert response.status_code == 422
    assert said in error_text(response)
    assert account(cast).password_hash == before


def test_one_address_can_try_only_so_often(app, pages, monkeypatch):
    monkeypatch.setitem(app.config, "ANQI_SIGN_IN_LIMIT", "3 per hour")
    limiter.reset()
    answers = [sign_in(pages, "nobody", "guess").status_code for _attempt in range(4)]
    assert answers == [422, 422, 422, 429]
    page = pages.post(None, "/account/sign-in", {"username": "nobody", "password": "guess"})
    assert page.status_code == 429
    assert "Traceback" not in error_text(page)
    limiter.reset()


def test_a_guess_at_a_stolen_hash_costs_memory_and_time(shipped_hasher):
    """At least what OWASP asks of Argon2id: 19 MiB, two passes."""
    assert shipped_hasher.type is Type.ID
    assert (shipped_hasher.memory_cost, shipped_hasher.time_cost) >= (19 * 1024, 2)
