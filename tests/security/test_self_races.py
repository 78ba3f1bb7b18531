"""What enterprises do themselves, by two at once: a signature stands under what was read, once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from supervision import seeds
from supervision.account import invitations
from supervision.account.roles import Role
from supervision.commitment import queries as commitments
from supervision.commitment import service as committing
from supervision.commitment.workflow import CommitmentState
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict
from supervision.dutylist import queries as duty_queries
from supervision.dutylist import service as duties
from supervision.enterprise import queries as enterprises
from supervision.returns import queries, service
from supervision.returns.models import PeriodReturn
from supervision.returns.rules import FIGURES, ReturnKind
from supervision.returns.workflow import ReturnState
from supervision.selfcheck import queries as checks
from supervision.selfcheck import walking
from tests.factories.commitments import begun, content, owes_daily, setting_of
from tests.factories.hazards import photo
from tests.factories.invitations import make_invitation
from tests.factories.selfchecks import a_list, a_plan_of_rounds
from tests.security.test_races import REFUSALS, race


def a_draft(cast) -> int:
    with transaction():
        row = PeriodReturn(
            enterprise_id=cast.plant_id,
            kind=ReturnKind.QUARTERLY,
            first_day=date(2026, 7, 1),
            last_day=date(2026, 9, 30),
            due_on=date(2026, 10, 15),
            expected_on=date(2026, 10, 15),
            figures=dict.fromkeys(FIGURES, 0),
            majors=[],
            counted_at=clock.now(),
            made_at=clock.now(),
        )
        db.session.add(row)
        db.session.flush()
        return row.id


def test_a_return_signed_and_corrected_at_once_carries_no_signature_on_other_words(app, cast):
    ident = a_draft(cast)
    principal, manager = cast["plant_manager"], cast["safety_manager"]
    seen = queries.get_return(ident, principal).row_version

    def step(actor, act):
        row = queries.get_return(ident, actor, for_update=True)
        if row.row_version != seen:
            raise Conflict
        act(row)

    def sign(row):
        service.sign(row, principal, name=principal.name, signature=photo(principal))

    def correct(row):
        service.correct(row, manager, figure="funds_spent", value=Decimal(5), reason="An invoice")

    results = race(app, lambda: step(principal, sign), lambda: step(manager, correct))
    assert sum(isinstance(one, REFUSALS) for one in results) == 1
    db.session.rollback()
    row = queries.get_return(ident, principal)
    signed = row.status is ReturnState.SIGNED
    assert signed == (row.signature is not None) == (not row.corrections)


def test_a_commitment_written_and_signed_at_once_is_not_published_with_other_words(app, cast):
    owes_daily(cast.plant_id)
    principal, manager = cast["plant_manager"], cast["safety_manager"]
    with transaction():
        ident = begun(cast.plant_id, manager).id
    seen = commitments.get_commitment(ident, principal).row_version

    def step(actor, act):
        found = commitments.get_commitment(ident, actor, for_update=True)
        if found.row_version != seen:
            raise Conflict
        act(found)

    def sign(found):
        committing.sign(found, setting_of(cast.plant_id), principal, typed=principal.name)

    def write(found):
        committing.edit(found, manager, content(statement="Quite other words"))

    results = race(app, lambda: step(principal, sign), lambda: step(manager, write))
    assert sum(isinstance(one, REFUSALS) for one in results) == 1
    db.session.rollback()
    found = commitments.get_commitment(ident, principal)
    is_out = found.status is CommitmentState.PUBLISHED
    assert is_out == (found.statement != "Quite other words") == bool(found.signatures)


def test_an_invitation_is_taken_by_one_of_two_accounts(app, cast):
    _number, token = make_invitation(cast.far_plant_id, cast["other_district"], Role.PRINCIPAL)

    def join(who):
        row = invitations.by_token(token, for_update=True)
        invitations.join(row, cast[who])

    results = race(app, lambda: join("plant_manager"), lambda: join("other_plant"))
    assert sum(isinstance(one, REFUSALS) for one in results) == 1


def test_the_law_s_duties_are_taken_over_once_by_two_at_once(app, cast):
    with transaction():
        seeds.load_duties()
    who = cast["plant_manager"], cast["safety_manager"]

    def adopt(actor):
        duties.adopt(enterprises.get_enterprise(cast.plant_id, actor), actor)

    race(app, *(lambda a=actor: adopt(a) for actor in who))
    codes = [one.code for one in duty_queries.live(cast.plant_id, SYSTEM)]
    assert len(codes) == len(set(codes))
    assert codes


def test_two_rounds_finished_at_once_are_both_counted(app, cast):
    with transaction():
        a_list("ONE")
        a_list("TWO")
        for code in ("ONE", "TWO"):
            a_plan_of_rounds(cast.plant_id, code)
    worker, now = cast["worker"], clock.now()
    rounds = [one.id for one in checks.open_rounds(worker, clock.today())]
    assert len(rounds) == 2

    def walk(ident):
        one = checks.get_round(ident, worker, for_update=True)
        walking.rest_ok(one, worker, now)
        walking.finish(one, worker, now)

    assert race(app, *(lambda i=ident: walk(i) for ident in rounds)) == [None, None]
    (month,) = [m for m in checks.months_of(SYSTEM, cast.plant_id) if m.due]
    assert (month.due, month.done) == (2, 2)


def test_a_commitment_begun_by_two_at_once_is_one(app, cast):
    owes_daily(cast.plant_id)
    who = cast["plant_manager"], cast["safety_manager"]
    results = race(app, *(lambda a=actor: begun(cast.plant_id, a) for actor in who))
    assert None in results
    found = db.session.scalars(commitments.history(cast.plant_id, SYSTEM)).all()
    assert len(found) == 1


def test_a_return_accepted_and_sent_back_at_once_is_one_of_them(app, cast):
    ident = a_draft(cast)
    principal = cast["plant_manager"]
    with transaction():
        row = queries.get_return(ident, principal, for_update=True)
        service.sign(row, principal, name=principal.name, signature=photo(principal))
        service.submit(row, principal)
    officer, chief = cast["district_officer"], cast["section_chief"]
    results = race(
        app,
        lambda: service.accept(queries.get_return(ident, officer, for_update=True), officer),
        lambda: service.give_back(
            queries.get_return(ident, chief, for_update=True), chief, reason="Look again"
        ),
    )
    assert sum(isinstance(one, REFUSALS) for one in results) == 1
    row = queries.get_return(ident, principal)
    assert (row.status is ReturnState.RETURNED) == bool(row.return_reason)
