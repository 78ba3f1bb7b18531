"""What somebody would try so that a round was never missed, a finding never made, a phone broken."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from supervision.account import administration
from supervision.account import queries as accounts
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict
from supervision.core.notices import Notice
from supervision.core.scope import unscoped, visible
from supervision.inbox.queries import recipients
from supervision.selfcheck import jobs, queries, service, walking
from supervision.selfcheck.models import CheckMonth, CheckRound
from supervision.selfcheck.rules import Frequency
from supervision.selfcheck.workflow import RoundState
from tests.inspection.site.phone import message
from tests.selfcheck.test_walking import Walker, hazards_of, make_round, read


def test_no_excuse_makes_a_missed_round_vanish(cast, pages):
    make_round(cast)
    second = clock.now() + timedelta(days=1)
    with clock.frozen(second):
        # That of the first day is a trial.
        jobs.make_rounds(second)
        (ident,) = {
            one.id
            for one in queries.open_rounds(SYSTEM, clock.today())
            if one.due_at > second and one.frequency is Frequency.DAILY
        }
    with clock.frozen(second + timedelta(days=1)):
        later = clock.now()
        shown = pages.get("safety_manager", f"/self-checks/rounds/{ident}").text
        assert f"/rounds/{ident}/excuse" not in shown
        # Before the job has noted it as well as after.
        for _time in range(2):
            with pytest.raises(Conflict, match="has passed"), transaction():
                one = queries.get_round(ident, cast["safety_manager"], for_update=True)
                service.excuse(one, cast["safety_manager"], "we forgot")
            jobs.note_missed(later)
    assert read(ident).status is RoundState.OPEN
    months = db.session.scalars(visible(CheckMonth, SYSTEM)).all()
    assert sum(one.missed for one in months) == 1


def test_what_comes_in_after_a_round_was_noted_as_missed_is_late_whatever_a_phone_says(cast, pages):
    make_round(cast)
    second = clock.now() + timedelta(days=1)
    with clock.frozen(second):
        jobs.make_rounds(second)
        ident = max(one.id for one in queries.rounds_of(SYSTEM, cast.plant_id))
    with clock.frozen(second + timedelta(days=2)):
        jobs.note_missed(clock.now())
        phone = Walker(pages, "worker", ident)
        said = [message(kind, second) for kind in ("rest_ok", "finish")]
        assert phone.results(*said, sent_at=clock.now().isoformat()) == ["done", "done"]
        one = read(ident)
        assert one.done_at == clock.now()
        assert {answer.made_at for answer in one.answers} == {second}
        (month,) = [m for m in queries.months_of(SYSTEM, cast.plant_id) if m.late]
    assert (month.late, month.missed) == (1, 0)


def test_photos_of_things_that_nobody_tells_of_end_somewhere(cast, pages, monkeypatch):
    monkeypatch.setattr(walking, "MAX_BESIDES", 2)
    ident = make_round(cast)
    phone = Walker(pages, "worker", ident)
    sent = [phone.photo(item=str(uuid.uuid4())).status_code for _time in range(3)]
    assert sent == [200, 200, 422]


def test_what_was_found_is_not_lost_when_its_list_is_ended(cast, pages):
    ident = make_round(cast)
    phone = Walker(pages, "worker", ident)
    first = next(i.id for i in read(ident).template.items if i.frequency is Frequency.DAILY)
    phone.results(message("answer", item=first, result="finding", finding="Guard is off"))
    manager = cast["safety_manager"]
    with transaction():
        plan = queries.get_plan(read(ident).plan_id, manager, for_update=True)
        service.end(plan, manager, "the line was sold")
    assert read(ident).status is RoundState.OPEN, "it was begun: it is finished"
    assert phone.results(message("rest_ok"), message("finish")) == ["done", "done"]
    assert [h.description for h in hazards_of()] == ["Guard is off"]


def test_a_finding_that_another_withdraws_stays_in_the_trail(cast, pages):
    ident = make_round(cast)
    own = str(uuid.uuid4())
    Walker(pages, "worker", ident).results(message("besides", item=own, finding="Exit is blocked"))
    Walker(pages, "safety_manager", ident).results(message("withdraw", item=own))
    stmt = unscoped(select(AuditEntry), reason="a test reads the trail")
    (kept,) = db.session.scalars(stmt.where(AuditEntry.action == "selfcheck.withdraw"))
    assert (kept.data["finding"], kept.data["by"]) == ("Exit is blocked", "Worker")


@pytest.mark.parametrize("item", ["item-abcdef", "item-99999999", "item-000"])
def test_a_photo_belongs_to_an_item_of_the_list_or_to_a_finding_of_the_phone(cast, pages, item):
    ident = make_round(cast)
    phone = Walker(pages, "worker", ident)
    assert phone.photo(item=item).status_code == 422
    assert read(ident).photos == []


@pytest.mark.parametrize(
    "body",
    [
        "[" * 200_000,
        '{"a":' * 50_000,
        '{"messages": [NaN], "account": %s}',
        '{"messages": [{"client_id": "12345678", "made_at": 1e400}], "account": %s}',
        '{"messages": {"0": 1}, "account": %s}',
        "null",
    ],
)
def test_a_body_that_is_no_batch_is_refused_in_words(cast, pages, body):
    ident = make_round(cast)
    text = body.replace("%s", str(cast.accounts["worker"]))
    answer = pages.as_("worker").post(
        f"/self-checks/rounds/{ident}/sync", data=text, content_type="application/json"
    )
    assert answer.status_code in {200, 409, 422}
    assert answer.is_json
    assert read(ident).answers == []


def test_of_an_officer_who_has_left_those_of_the_district_hear(cast):
    make_round(cast)
    second = clock.now() + timedelta(days=1)
    with clock.frozen(second):
        jobs.make_rounds(second)
    with transaction():
        left = accounts.get_account(cast.accounts["district_officer"], SYSTEM)
        administration.deactivate(left, SYSTEM)
    with clock.frozen(second + timedelta(days=1)):
        jobs.note_missed(clock.now())
    found = db.session.scalars(select(Notice).where(Notice.kind.startswith("selfcheck.missed")))
    told = recipients(found.all()).values()
    assert cast.accounts["section_chief"] in frozenset().union(*told)


def test_years_of_missed_rounds_do_not_hide_what_is_due_today(cast, pages):
    ident = make_round(cast)
    one = read(ident)
    fixed = ("enterprise_id", "plan_id", "template_id", "frequency")
    values = {name: getattr(one, name) for name in fixed} | {"status": RoundState.OPEN}
    days = [one.starts_on - timedelta(days=n) for n in range(1, 150)]
    with transaction():
        old = [
            {**values, "starts_on": d, "ends_on": d, "due_at": clock.end_of(d), "row_version": 1}
            for d in days
        ]
        db.session.execute(insert(CheckRound), old)
    db.session.rollback()
    waiting = queries.open_rounds(cast["worker"], clock.today())
    assert waiting[-1].id == ident
    assert {w.ends_on for w in waiting} >= set(days[:20]), "of the late ones the latest"
    page = pages.get("worker", "/today").text
    assert f"/self-checks/rounds/{ident}/walk" in page
    assert "Zero report" not in page
