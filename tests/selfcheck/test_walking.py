"""What phones send of a round: once each, with a result for each; the end makes the tickets."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from supervision.core import attachments, clock
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.scope import unscoped, visible
from supervision.hazard.models import Hazard
from supervision.hazard.rules import Category, Source
from supervision.selfcheck import queries
from supervision.selfcheck.models import CheckMonth, CheckSync
from supervision.selfcheck.rules import AnswerResult, Frequency
from supervision.selfcheck.workflow import RoundState
from tests.factories.selfchecks import a_list, a_plan_of_rounds
from tests.inspection.site.phone import Phone, message

DAILY = Frequency.DAILY


class Walker(Phone):
    """The same wire, at a round."""

    def __init__(self, pages, who, round_id):
        super().__init__(pages, who, round_id)
        self.base = f"/self-checks/rounds/{round_id}"


def make_round(cast, who: str | None = None) -> int:
    """A daily round of three items; the list's monthly item is another round's."""
    with transaction():
        a_list("TEST", DAILY, DAILY, DAILY, Frequency.MONTHLY)
        a_plan_of_rounds(cast.plant_id, account_id=cast.accounts[who] if who else None)
    rounds = queries.rounds_of(SYSTEM, cast.plant_id)
    return next(one.id for one in rounds if one.frequency is DAILY)


def read(round_id):
    db.session.rollback()
    return queries.get_round(round_id, SYSTEM)


def hazards_of():
    return db.session.scalars(visible(Hazard, SYSTEM).order_by(Hazard.id)).all()


def test_a_round_with_findings_becomes_hazards_with_their_photos_once(cast, pages):
    ident = make_round(cast)
    phone = Walker(pages, "worker", ident)
    first, second, third = [i.id for i in read(ident).template.items if i.frequency is DAILY]
    own, photo = str(uuid.uuid4()), str(uuid.uuid4())
    for _time in range(2):
        assert phone.photo(item=first, client_id=photo).status_code == 200
    phone.photo(item=own)
    finish = message("finish")
    batch = [
        message("answer", item=first, result="finding", finding="Guard is off", place="Press 2"),
        message("answer", item=second, result="finding", finding=""),
        message("answer", item=second, result="not_applicable"),
        message("besides", item=own, finding="Exit is blocked", category="fire_protection"),
        message("finish"),
        message("answer", item=third, result="ok"),
        finish,
    ]
    answer = phone.send(*batch).get_json()
    assert [r["status"] for r in answer["results"]] == [
        *("done", "refused", "done", "done", "refused", "done", "done")
    ]
    assert answer["results"][1]["message"] == "Say what is wrong."
    assert phone.results(finish) == ["done"]
    found = hazards_of()
    assert [(h.source, h.description, h.category, h.place) for h in found] == [
        (Source.SELF_CHECK, "Guard is off", Category.EQUIPMENT, "Press 2"),
        (Source.SELF_CHECK, "Exit is blocked", Category.FIRE_PROTECTION, "1 Invented Road"),
    ]
    assert [len(h.files) for h in found] == [1, 1]
    assert (found[0].reported_by, found[0].basis) == ("Worker", "Work Safety Law art. 41")
    one = read(ident)
    assert (one.status, one.done_by, one.items, one.findings) == (RoundState.DONE, "Worker", 3, 2)
    assert {a.hazard_id for a in one.answers} == {None, *(h.id for h in found)}
    month = db.session.scalars(visible(CheckMonth, SYSTEM)).one()
    assert (month.done, month.findings) == (1, 2)
    # Read-only from here on; whoever comes second is told who was first.
    late = Walker(pages, "safety_manager", ident)
    results = late.send(message("rest_ok"), message("finish")).get_json()["results"]
    assert [r["message"] for r in results] == ["Worker finished this round already."] * 2
    assert late.photo(item=first).status_code == 409
    assert len(hazards_of()) == 2
    assert pages.get("worker", f"/self-checks/rounds/{ident}/walk").status_code == 302
    url = answer["state"]["photos"][0]["url"]
    assert pages.get("district_officer", url).mimetype == "image/jpeg"
    assert pages.get("other_plant", url).status_code == 404


def test_who_saw_an_item_last_is_believed_whatever_arrives_first(cast, pages):
    ident = make_round(cast)
    first = read(ident).template.items[0].id
    with clock.frozen(datetime.now(UTC)):
        seen = clock.now()
    late = message("answer", seen, item=first, result="finding", finding="Loose")
    early = message("answer", seen - timedelta(seconds=50), item=first, result="ok")
    assert Walker(pages, "safety_manager", ident).results(late) == ["done"]
    assert Walker(pages, "worker", ident).results(early) == ["done"]
    (known,) = read(ident).answers
    assert (known.result, known.made_by) == (AnswerResult.FINDING, "Safety Manager")
    # What somebody else had said is not in the round any more, but in the trail.
    mended = message("answer", seen + timedelta(seconds=1), item=first, result="ok")
    assert Walker(pages, "worker", ident).results(mended) == ["done"]
    stmt = unscoped(select(AuditEntry), reason="a test reads the trail")
    (kept,) = db.session.scalars(stmt.where(AuditEntry.action == "selfcheck.replace"))
    assert (kept.data["finding"], kept.data["by"]) == ("Loose", "Safety Manager")


def test_nothing_found_is_two_messages_and_what_is_withdrawn_makes_no_ticket(cast, pages):
    ident = make_round(cast)
    phone = Walker(pages, "worker", ident)
    own = str(uuid.uuid4())
    phone.results(message("besides", item=own, finding="Not so"))
    phone.photo(item=own)
    (file,) = [p.attachment.sha256 for p in read(ident).photos]
    assert attachments.storage().exists(file)
    phone.results(message("withdraw", item=own))
    assert read(ident).photos == []
    assert not attachments.storage().exists(file)
    assert phone.results(message("rest_ok"), message("finish")) == ["done", "done"]
    one = read(ident)
    assert [a.result for a in one.answers] == [AnswerResult.OK] * 3
    assert (one.findings, hazards_of()) == (0, [])


@pytest.mark.parametrize(
    ("who", "page", "batch"),
    [
        ("worker", 403, 403),
        ("safety_manager", 200, 200),
        ("other_plant", 404, 404),
        ("district_officer", 403, 403),
        (None, 302, 302),
    ],
)
def test_a_round_is_walked_by_whose_it_is_and_by_who_manages(cast, pages, who, page, batch):
    ident = make_round(cast, "safety_manager")
    assert pages.get(who, f"/self-checks/rounds/{ident}/walk").status_code == page
    body = {"account": cast.accounts.get(who or "", 0), "messages": [message("rest_ok")]}
    answer = pages.as_(who).post(f"/self-checks/rounds/{ident}/sync", json=body)
    assert answer.status_code == batch
    assert bool(read(ident).answers) is (batch == 200)


def test_phones_that_send_the_same_batch_at_once_apply_it_once(cast, pages):
    ident = make_round(cast)
    own = str(uuid.uuid4())
    batch = [message("besides", item=own, finding="Leak"), message("rest_ok"), message("finish")]
    phones = [Walker(pages, "worker", ident) for _ in range(20)]
    answers: list[list[str]] = []
    gate = threading.Barrier(len(phones))

    def run(phone: Walker) -> None:
        gate.wait()
        answers.append(phone.results(*batch))

    threads = [threading.Thread(target=run, args=(phone,)) for phone in phones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [["done"] * 3] * 20
    assert [h.description for h in hazards_of()] == ["Leak"]
    assert len(db.session.scalars(select(CheckSync)).all()) == 3
