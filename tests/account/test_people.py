"""The administrator's pages: opening, changing and closing accounts."""

from __future__ import annotations

import re

import pytest

from supervision.account import administration, queries
from supervision.account.models import Account
from supervision.account.roles import Role
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.errors import Forbidden
from supervision.core.scope import visible
from supervision.enterprise.uscc import demo_uscc
from tests.account.test_sign_in import account, sign_in
from tests.cast import PASSWORD
from tests.pages import error_text

EVERYBODY_ELSE = [
    (None, 302),
    ("no_role", 403),
    ("plant_manager", 403),
    ("district_officer", 403),
    ("section_chief", 403),
    ("auditor", 403),
]


def fields(**changes):
    values = {
        "username": "new.officer",
        "name": "New Officer",
        "phone": "13700000000",
        "role": "officer",
        "province": "33",
        "city": "3301",
        "district": "330110",
        "street": "",
        "enterprise": "",
        "certificate_no": "ZJ-0001",
        "password": "",
    }
    return {**values, **changes}


def by_username(username) -> Account | None:
    db.session.rollback()
    return db.session.scalars(visible(Account, SYSTEM).where(Account.username == username)).first()


@pytest.mark.parametrize(("who", "status"), [*EVERYBODY_ELSE, ("administrator", 200)])
@pytest.mark.parametrize("page", ["", "/new", "/{id}", "/{id}/edit"])
def test_who_may_open_the_accounts(pages, cast, who, status, page):
    url = "/account/people" + page.format(id=cast.accounts["worker"])
    assert pages.get(who, url).status_code == status


@pytest.mark.parametrize(("who", "status"), EVERYBODY_ELSE)
@pytest.mark.parametrize("step", ["edit", "reset-password", "unlock", "deactivate", "reactivate"])
def test_nobody_else_changes_an_account(pages, cast, who, status, step):
    url = f"/account/people/{cast.accounts['worker']}/{step}"
    assert pages.post(who, url).status_code == status
    assert account(cast, "worker").is_active


def test_an_account_that_does_not_exist_is_not_found(pages):
    assert pages.get("administrator", "/account/people/99999").status_code == 404


def test_the_list_is_searched_and_filtered(pages, cast):
    def found(query):
        page = pages.get("administrator", f"/account/people?{query}").get_data(as_text=True)
        return set(re.findall(r'cell-sub mono">([^<]+)<', page))

    assert found("text=plant") == {"plant_manager", "other_plant"}
    assert found("role=section_chief") == {"section_chief"}
    assert found("region=330113") == {"other_district"}
    assert "city_officer" in found("region=3301")
    assert found("state=closed") == set()
    assert found("text=%25") == set()
    with transaction():
        administration.deactivate(queries.get_account(cast.accounts["worker"], SYSTEM), SYSTEM)
    assert found("state=closed") == {"worker"}
    assert "worker" not in found("state=active")
    assert len(found("")) == len(cast.accounts)


def test_the_password_that_was_made_is_shown_once_and_opens_only_its_replacement(pages):
    shown = pages.post("administrator", "/account/people/new", fields())
    password = re.search(r"user-select-all\">([^<]+)<", shown.get_data(as_text=True)).group(1)
    assert len(password) == 19
    made = by_username("new.officer")
    assert (made.role, made.region_code, made.must_change_password) == (
        Role.OFFICER,
        "330110",
        True,
    )
    assert password not in error_text(pages.get("administrator", f"/account/people/{made.id}"))

    client = pages.as_(None)
    client.post("/account/sign-in", data={"username": "new.officer", "password": password})
    assert client.get("/hazards/").headers["Location"] == "/account/profile"
    assert client.get("/account/profile").status_code == 200
    own = {"old": password, "new": "my very own password", "again": "my very own password"}
    assert client.post("/account/password", data=own).status_code == 302
    assert client.get("/hazards/").status_code == 200


def test_a_password_that_the_administrator_chose_is_not_shown(pages):
    given = fields(password="chosen by the office")
    response = pages.post("administrator", "/account/people/new", given)
    assert response.status_code == 302
    assert sign_in(pages, "new.officer", "chosen by the office").status_code == 302
    assert by_username("new.officer").must_change_password


def test_a_person_of_an_enterprise_belongs_to_it_and_to_no_region(pages, cast):
    code = demo_uscc("330110", 1)
    given = fields(role="safety_manager", enterprise=f" {code.lower()} ", password="x" * 12)
    assert pages.post("administrator", "/account/people/new", given).status_code == 302
    made = by_username("new.officer")
    assert made.region_code == ""
    assert [m.enterprise_id for m in made.memberships] == [cast.plant_id]
    tab = error_text(pages.get("district_officer", f"/enterprises/{cast.plant_id}/tabs/people"))
    assert "New Officer" in tab
    other = pages.get("other_plant", f"/enterprises/{cast.other_plant_id}/tabs/people")
    assert "New Officer" not in error_text(other)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"username": "worker"}, "This user name is taken."),
        ({"username": "WORKER"}, "This user name is taken."),
        ({"username": "two words"}, "Letters, digits"),
        ({"username": ""}, "required"),
        ({"role": ""}, "required"),
        ({"role": "emperor"}, "Choose one of the list."),
        ({"password": "short"}, "at least 10 characters"),
        ({"province": "", "city": "", "district": ""}, "Choose the region"),
        ({"role": "principal"}, "Choose the enterprise"),
        ({"role": "principal", "enterprise": "911"}, "has the code 911"),
    ],
)
def test_what_does_not_fit_is_said_and_nobody_is_added(pages, cast, changes, said):
    response = pages.post("administrator", "/account/people/new", fields(**changes))
    assert response.status_code == 422
    assert said in error_text(response)
    db.session.rollback()
    assert len(db.session.scalars(visible(Account, SYSTEM, Account.id)).all()) == len(cast.accounts)


def test_a_change_of_role_and_region_takes_effect_with_the_next_request(pages, cast):
    client = pages.as_("district_officer")
    url = f"/account/people/{cast.accounts['district_officer']}/edit"
    assert f"/enterprises/{cast.plant_id}" in client.get("/enterprises/").get_data(as_text=True)
    moved = fields(district="330113", role="video_operator", name="Moved Person")
    assert pages.post("administrator", url, moved).status_code == 302
    assert client.get(f"/enterprises/{cast.plant_id}").status_code == 404
    assert client.get(f"/enterprises/{cast.far_plant_id}").status_code == 200
    assert client.get("/enterprises/new").status_code == 403
    entry = db.session.scalars(
        visible(AuditEntry, SYSTEM).where(AuditEntry.action == "account.change")
    ).one()
    assert entry.data["diff"]["region_code"] == ["330110", "330113"]


def test_moving_a_person_to_another_enterprise_replaces_the_membership(pages, cast):
    url = f"/account/people/{cast.accounts['plant_manager']}/edit"
    shown = pages.get("administrator", url).get_data(as_text=True)
    assert demo_uscc("330110", 1) in shown
    given = fields(role="principal", enterprise=demo_uscc("330110", 2))
    assert pages.post("administrator", url, given).status_code == 302
    members = account(cast, "plant_manager").memberships
    assert [m.enterprise_id for m in members] == [cast.other_plant_id]


def test_closing_an_account_ends_its_sessions_at_once(pages, cast):
    client = pages.as_("district_officer")
    url = f"/account/people/{cast.accounts['district_officer']}"
    assert client.get("/hazards/").status_code == 200
    assert pages.post("administrator", f"{url}/deactivate").status_code == 302
    assert client.get("/hazards/").status_code == 302
    assert pages.post("administrator", f"{url}/deactivate").status_code == 409
    assert pages.post("administrator", f"{url}/reactivate").status_code == 302
    assert client.get("/hazards/").status_code == 302
    assert sign_in(pages).status_code == 302


def test_resetting_a_password_ends_the_sessions_and_the_old_password(pages, cast):
    client = pages.as_("district_officer")
    url = f"/account/people/{cast.accounts['district_officer']}/reset-password"
    shown = pages.post("administrator", url).get_data(as_text=True)
    password = re.search(r"user-select-all\">([^<]+)<", shown).group(1)
    assert client.get("/hazards/").status_code == 302
    assert sign_in(pages, password=PASSWORD).status_code == 422
    assert sign_in(pages, password=password).status_code == 302
    trail = db.session.scalars(visible(AuditEntry, SYSTEM)).all()
    assert not any(password in str(entry.data) for entry in trail)


def test_a_locked_person_can_be_let_in_again(pages, cast):
    for _attempt in range(5):
        sign_in(pages, password="guess")
    url = f"/account/people/{cast.accounts['district_officer']}"
    assert "Locked out" in error_text(pages.get("administrator", url))
    assert pages.post("administrator", f"{url}/unlock").status_code == 302
    assert sign_in(pages).status_code == 302


@pytest.mark.parametrize("step", ["deactivate", "reset-password"])
def test_an_administrator_cannot_shut_themselves_out(pages, cast, step):
    url = f"/account/people/{cast.accounts['administrator']}"
    assert pages.post("administrator", f"{url}/{step}").status_code == 403
    assert "another administrator" in error_text(pages.get("administrator", url))
    demoted = fields(role="officer")
    assert pages.post("administrator", f"{url}/edit", demoted).status_code == 403
    assert account(cast, "administrator").role is Role.ADMINISTRATOR


def test_a_one_time_password_is_never_made_twice_and_is_easy_to_read_out():
    made = {administration.one_time_password() for _number in range(200)}
    assert len(made) == 200
    assert not set("".join(made)) & set("0o1li")


def test_only_inspectors_and_chiefs_of_ones_region_are_offered_as_officers(cast):
    offered = dict(queries.officers(cast["district_officer"]))
    assert set(offered.values()) == {"District Officer", "Section Chief"}
    assert queries.officers(cast["no_role"]) == []
    with pytest.raises(Forbidden), transaction():
        own = queries.get_account(cast.accounts["administrator"], SYSTEM)
        administration.deactivate(own, cast["administrator"])


def test_the_administrator_opens_an_account_from_the_file(pages, cast):
    url = f"/account/people/new?enterprise={cast.plant_id}"
    assert demo_uscc("330110", 1) in pages.get("administrator", url).get_data(as_text=True)
