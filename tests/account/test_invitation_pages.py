"""An invitation: given within one's bounds, shown once, used once, and then an account."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from supervision.account import administration, invitation_queries, queries, service
from supervision.account.invitation_models import InvitationState
from supervision.account.roles import Role
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.scope import visible
from tests.factories.invitations import make_invitation
from tests.pages import error_text

PERSON = {"name": "N. Newcomer", "phone": "13912345678"}
CHOSEN = {"username": "newcomer", "password": "my own long words", "again": "my own long words"}


def given(pages, who, enterprise_id, role):
    answer = pages.post(
        who, f"/enterprises/{enterprise_id}/invitations/new", {**PERSON, "role": role}
    )
    return answer, re.search(r'value="\w+://[^/]+(/invitations/[\w-]{43})"', answer.text)


def state_of(invitation_id):
    db.session.rollback()
    return invitation_queries.get_invitation(invitation_id, SYSTEM).state


def test_a_safety_manager_is_invited_chooses_a_password_and_is_led_to_the_guide(pages, cast):
    answer, link = given(pages, "plant_manager", cast.plant_id, "safety_manager")
    assert "invite-code" in answer.text, "the QR code"
    listed = pages.get("plant_manager", "/invitations/")
    assert "139****5678" in listed.text
    assert link[1] not in listed.text
    page = error_text(pages.get(None, link[1]))
    assert "Plant Manager invites you to Invented Plant 1 as Safety manager." in page

    visitor = pages.as_(None)
    short = visitor.post(link[1], data={**CHOSEN, "password": "short", "again": "short"})
    assert "at least 10 characters" in error_text(short)
    taken = visitor.post(link[1], data={**CHOSEN, "username": "Worker"})
    assert "This user name is taken." in error_text(taken)
    done = visitor.post(link[1], data=CHOSEN)
    assert done.headers["Location"] == "/guide"
    assert visitor.get("/guide").headers["Location"] == f"/enterprises/{cast.plant_id}/guide"

    with transaction():
        account = service.sign_in(
            "newcomer", CHOSEN["password"], attempts=5, lockout=timedelta(minutes=1)
        )
        assert account.role is Role.SAFETY_MANAGER
        assert [m.enterprise_id for m in account.memberships] == [cast.plant_id]
        assert (account.name, account.phone) == ("N. Newcomer", "13912345678")
        assert not account.must_change_password
    again = pages.get(None, link[1])
    assert again.status_code == 410
    assert "accepted already" in error_text(again)
    assert "Invented Plant" not in error_text(again)
    actions = db.session.scalars(visible(AuditEntry, SYSTEM, AuditEntry.action)).all()
    assert {"invitation.create", "invitation.accept"} <= set(actions)


@pytest.mark.parametrize(
    ("who", "offered"),
    [
        ("plant_manager", {"principal", "safety_manager", "employee"}),
        ("safety_manager", {"safety_manager", "employee"}),
        ("district_officer", {"principal"}),
        ("administrator", {"principal"}),
    ],
)
def test_nobody_invites_to_more_than_they_may(pages, cast, who, offered):
    url = f"/enterprises/{cast.plant_id}/invitations/new"
    page = pages.get(who, url).text
    shown = set(re.findall(r'<option[^>]* value="([a-z_]+)"', page))
    assert shown == offered
    for role in {"principal", "safety_manager", "employee", "administrator"} - offered:
        assert pages.post(who, url, {**PERSON, "role": role}).status_code == 422
    assert not db.session.scalars(
        invitation_queries.list_invitations(SYSTEM, invitation_queries.InvitationFilter())
    ).all()


def test_a_link_is_worth_nothing_when_taken_back_replaced_expired_or_its_giver_has_left(
    pages, cast
):
    number, first = make_invitation(cast.plant_id, cast["district_officer"])
    second = re.search(
        r"/invitations/([\w-]{43})",
        pages.post("district_officer", f"/invitations/{number}/renew").text,
    )[1]
    assert pages.get(None, f"/invitations/{first}").status_code == 410
    assert pages.get(None, f"/invitations/{second}").status_code == 200

    pages.post("district_officer", f"/invitations/{number}/revoke")
    assert state_of(number) is InvitationState.REVOKED
    assert pages.post(None, f"/invitations/{second}", CHOSEN).status_code == 410

    _number, token = make_invitation(cast.plant_id, cast["safety_manager"], Role.EMPLOYEE)
    with clock.frozen(clock.now() + timedelta(days=7)):
        late = pages.get(None, f"/invitations/{token}")
        assert late.status_code == 410
        assert "has expired" in error_text(late)
        assert "Expired" in error_text(pages.get("safety_manager", "/invitations/?state=expired"))
    with transaction():
        left = queries.get_account(cast.accounts["safety_manager"], SYSTEM)
        administration.deactivate(left, SYSTEM)
    assert pages.post(None, f"/invitations/{token}", CHOSEN).status_code == 410
    assert pages.get(None, "/invitations/" + "a" * 43).status_code == 410
    known = db.session.scalars(queries.list_accounts(SYSTEM, queries.AccountFilter(text="newc")))
    assert known.all() == []


def test_who_is_signed_in_already_does_not_become_somebody_else_by_a_click(pages, cast):
    number, token = make_invitation(cast.plant_id, cast["district_officer"])
    assert "You are signed in as Worker and belong" in error_text(
        pages.get("worker", f"/invitations/{token}")
    )
    assert pages.post("worker", f"/invitations/{token}", CHOSEN).status_code == 422
    assert state_of(number) is InvitationState.OPEN


def test_who_has_an_account_joins_with_it_where_it_has_the_role(pages, cast):
    number, token = make_invitation(cast.plant_id, cast["plant_manager"], Role.SAFETY_MANAGER)
    link = f"/invitations/{token}"
    other = error_text(pages.get("other_plant", link))
    assert "An account has one role" in other
    assert pages.post("other_plant", f"{link}/join").status_code == 403
    assert "belong to this enterprise already" in error_text(pages.get("safety_manager", link))
    assert state_of(number) is InvitationState.OPEN

    number, token = make_invitation(cast.plant_id, cast["plant_manager"], Role.PRINCIPAL)
    link = f"/invitations/{token}"
    assert "keep the files of both" in error_text(pages.get("other_plant", link))
    joined = pages.post("other_plant", f"{link}/join")
    assert joined.headers["Location"] == f"/enterprises/{cast.plant_id}/guide"
    assert pages.get("other_plant", f"/enterprises/{cast.plant_id}").status_code == 200
    assert pages.get("other_plant", f"/enterprises/{cast.other_plant_id}").status_code == 200
    assert state_of(number) is InvitationState.USED
    assert pages.post("other_plant", f"{link}/join").status_code == 410
