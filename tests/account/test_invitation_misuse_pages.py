"""Links of people who may no longer give them, into files that have ended, taken twice at once."""

from __future__ import annotations

import threading

from supervision.account import queries
from supervision.account.models import Account
from supervision.account.roles import Role
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.scope import unscoped, visible
from supervision.enterprise.models import Enterprise, RollStatus
from tests.factories.invitations import make_invitation

CHOSEN = {"username": "newcomer", "password": "my own long words", "again": "my own long words"}


def test_a_link_dies_with_its_givers_district_and_with_the_file(cast, pages):
    _number, moved = make_invitation(cast.plant_id, cast["district_officer"])
    _number, ended = make_invitation(cast.other_plant_id, cast["other_plant"], Role.EMPLOYEE)
    assert pages.get(None, f"/invitations/{moved}").status_code == 200
    with transaction():
        queries.get_account(cast.accounts["district_officer"], SYSTEM).region_code = "330113"
        stmt = visible(Enterprise, SYSTEM).where(Enterprise.id == cast.other_plant_id)
        db.session.scalars(stmt).one().roll_status = RollStatus.SPLIT
    for token in (moved, ended):
        assert pages.get(None, f"/invitations/{token}").status_code == 410
        assert pages.post(None, f"/invitations/{token}", CHOSEN).status_code == 410
        assert pages.post("plant_manager", f"/invitations/{token}/join").status_code in {403, 410}


def test_of_two_who_open_a_link_at_once_one_comes_in(app, cast, pages):
    _number, token = make_invitation(cast.plant_id, cast["plant_manager"], Role.EMPLOYEE)
    answers = []

    def come(name: str) -> None:
        visitor = app.test_client()
        answers.append(
            visitor.post(f"/invitations/{token}", data={**CHOSEN, "username": name}).status_code
        )

    both = [threading.Thread(target=come, args=(name,)) for name in ("first", "second")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(answers) == [302, 410]
    stmt = db.select(Account.username).where(Account.username.in_(["first", "second"]))
    assert len(db.session.scalars(unscoped(stmt, reason="a test counts")).all()) == 1
