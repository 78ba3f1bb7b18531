"""What phones send: once each, in order, with a result for each; refused ones change nothing."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db
from supervision.core.scope import unscoped
from supervision.inspection import qr
from supervision.inspection.models import InspectionFile, InspectionSync, ItemResult
from supervision.inspection.workflow import InspectionKind, InspectionState
from tests.factories.inspections import load, make_inspection, prepare
from tests.inspection.site.phone import Phone, message

S = InspectionState
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ongoing(cast):
    """An administrative inspection under way, with two items that passed."""
    prepare(cast)
    with clock.frozen(datetime.now(UTC) - timedelta(hours=1)):
        return make_inspection(cast, S.ONGOING, failed=0)


@pytest.fixture
def phone(pages, ongoing):
    return Phone(pages, "district_officer", ongoing)


def read(ongoing):
    db.session.rollback()
    return load(ongoing, SYSTEM)


def item_ids(ongoing):
    return [item.id for item in read(ongoing).items]


def count(model):
    db.session.rollback()
    stmt = unscoped(select(func.count()).select_from(model), reason="a test looks")
    return db.session.scalar(stmt)


def test_a_batch_sent_again_changes_nothing_and_is_answered_the_same(phone, ongoing):
    new = str(uuid.uuid4())
    batch = [
        message("add_item", item=new, text="Exit is blocked"),
        message("check", item=new, result="fail", finding="Pallets before it"),
        message("facts", party_name="P. Person", certificates_shown=True),
    ]
    first, again = phone.send(*batch), phone.send(*batch)
    assert first.get_json()["results"] == again.get_json()["results"]
    found = read(ongoing)
    assert [i.text for i in found.items].count("Exit is blocked") == 1
    assert found.items[-1].finding == "Pallets before it"
    assert found.party_name == "P. Person"
    assert count(InspectionSync) == 3


def test_what_is_refused_changes_nothing_and_the_rest_is_applied(phone, ongoing):
    first, second = item_ids(ongoing)
    answer = phone.send(
        message("check", item=first, result="fail", finding=""),
        message("check", item=999999, result="pass"),
        message("dance"),
        message("check", item=second, result="not_applicable", note="No press here"),
    )
    results = answer.get_json()["results"]
    assert [r["status"] for r in results] == ["refused"] * 3 + ["done"]
    assert [r.get("field") for r in results[:3]] == ["finding", "item", "kind"]
    assert results[0]["message"] == "Say what was found."
    found = read(ongoing)
    assert [i.result for i in found.items] == [ItemResult.PASS, ItemResult.NOT_APPLICABLE]
    assert count(InspectionSync) == 1


def test_the_later_answer_of_two_officers_holds_and_both_stand_in_the_history(
    phone, pages, ongoing
):
    """By when they were made, not by when they arrived."""
    first = item_ids(ongoing)[0]
    noon = datetime.now(UTC) - timedelta(minutes=30)
    other = Phone(pages, "section_chief", ongoing)
    late = message("check", noon + MINUTE, item=first, result="fail", finding="Loose")
    early = message("check", noon, item=first, result="not_applicable")
    assert other.results(late) == ["done"]
    assert phone.results(early) == ["done"]
    found = read(ongoing)
    item = found.items[0]
    held = (item.result, item.finding, item.checked_by)
    assert held == (ItemResult.FAIL, "Loose", "Section Chief")
    replaced = [e.data for e in found.events if e.action == "answer_replaced"]
    assert [(d["was"], d["was_by"], d["now"]) for d in replaced] == [
        ("pass", "District Officer", "fail"),
        ("not_applicable", "District Officer", "fail"),
    ]


@pytest.mark.parametrize("wrong_by", [timedelta(days=-400), timedelta(hours=7)])
def test_a_phone_whose_clock_is_wrong_is_put_right(phone, ongoing, wrong_by):
    now = datetime.now(UTC)
    shown = now + wrong_by
    check = message(
        "check", shown - timedelta(seconds=30), item=item_ids(ongoing)[0], result="pass"
    )
    phone.send(check, sent_at=shown.isoformat())
    kept = db.session.scalars(select(InspectionSync)).one()
    assert abs(kept.made_at - (now - timedelta(seconds=30))) < timedelta(seconds=15)
    assert abs(kept.received_at - now) < timedelta(seconds=15)


def test_nothing_was_ever_made_in_the_future(phone, ongoing):
    ahead = datetime.now(UTC) + timedelta(days=3)
    phone.send(message("check", ahead, item=item_ids(ongoing)[0], result="pass"))
    assert read(ongoing).items[0].checked_at <= datetime.now(UTC)


def test_a_note_of_two_officers_loses_neither_half(phone, pages, ongoing):
    other = Phone(pages, "section_chief", ongoing)
    phone.send(message("private_note", text="They knew", base=""))
    other.send(message("private_note", text="Gate was open", base=""))
    note = read(ongoing).private_note
    assert "They knew" in note
    assert "Gate was open" in note


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"messages": 7},
        {"messages": [{}]},
        {"messages": [{"client_id": "x"}]},
        {"messages": [], "sent_at": "yesterday"},
        {"messages": [{"client_id": "a" * 12}] * 101},
    ],
)
def test_what_is_no_batch_is_refused_as_a_whole(phone, body):
    if isinstance(body, dict):
        body = {"account": phone.account, **body}
    answer = phone.client.post(f"{phone.base}/sync", json=body)
    assert answer.status_code in {409, 422}
    assert answer.get_json()["message"]


def test_a_nul_in_a_text_is_refused_in_words(phone, ongoing):
    bad = message("check", item=item_ids(ongoing)[0], result="pass", note="a\x00b")
    assert phone.results(bad) == ["refused"]


def test_what_another_account_left_on_the_phone_is_not_sent_by_this_one(phone, pages, ongoing):
    answer = phone.send(
        message("facts", party_name="X"), account=pages.cast.accounts["section_chief"]
    )
    assert answer.status_code == 409
    assert answer.get_json()["error"] == "other_account"
    assert read(ongoing).party_name == ""


@pytest.mark.parametrize(
    ("who", "status"),
    [("city_officer", 403), ("other_district", 404), ("plant_manager", 403), (None, 302)],
)
def test_only_its_officers_send(pages, ongoing, who, status):
    account = pages.cast.accounts.get(who or "", 0)
    body = {"account": account, "messages": [message("facts", party_name="X")]}
    answer = pages.as_(who).post(f"/inspections/{ongoing}/sync", json=body)
    assert answer.status_code == status
    assert read(ongoing).party_name == ""


def test_a_photo_sent_twice_is_there_once_and_stays_removed(phone, ongoing):
    first, client_id = item_ids(ongoing)[0], str(uuid.uuid4())
    for _time in range(2):
        answer = phone.photo(item=first, client_id=client_id)
        assert answer.get_json()["results"][0]["status"] == "done"
    found = read(ongoing)
    assert [f.item_id for f in found.files] == [first]
    assert phone.client.get(answer.get_json()["state"]["photos"][0]["url"]).mimetype == "image/jpeg"
    assert phone.results(message("remove_photo", photo=client_id)) == ["done"]
    phone.photo(item=first, client_id=client_id)
    assert count(InspectionFile) == 0


def test_files_that_are_none_are_refused_in_words(phone, ongoing):
    import io

    for answer in (
        phone.photo(file=(io.BytesIO(b"no picture"), "photo.jpg")),
        phone.photo(file=""),
        phone.photo(item=424242),
        phone.sign("party", "P. Person", drawn=False),
        phone.sign("party", "P. Person", file=(io.BytesIO(b"<svg/>"), "s.png")),
        phone.sign("king", "P. Person"),
        phone.sign("party", ""),
        phone.sign("officer", "Somebody", signed_for="999999"),
    ):
        assert answer.status_code == 422
        assert answer.get_json()["message"]
    found = read(ongoing)
    assert (list(found.files), list(found.signatures)) == ([], [])


def test_a_whole_inspection_goes_through_the_wire(phone, pages, ongoing):
    phone.results(
        message("facts", party_name="P. Person", certificates_shown=True, recusal_told=True)
    )
    assert phone.results(message("finish")) == ["refused"]
    assert read(ongoing).status is S.ONGOING
    for signer, name, account in (
        ("party", "P. Person", ""),
        ("officer", "District Officer", pages.cast.accounts["district_officer"]),
        ("officer", "Section Chief", pages.cast.accounts["section_chief"]),
    ):
        assert phone.sign(signer, name, signed_for=account).status_code == 200
    finish = message("finish")
    assert phone.results(finish) == ["done"]
    assert phone.results(finish) == ["done"]
    assert phone.results(message("facts", party_name="Q")) == ["refused"]
    found = read(ongoing)
    assert found.status is S.RECORDED
    assert found.document_id
    assert found.party_name == "P. Person"


def test_a_refusal_names_its_witness_and_is_gone_when_the_party_signs(phone, ongoing):
    assert phone.results(message("refuse", reason="No word", witness="W. Witness")) == ["done"]
    assert phone.sign("witness", "W. Witness").status_code == 200
    found = read(ongoing)
    assert (found.refused, found.witness_name) == (True, "W. Witness")
    phone.sign("party", "P. Person")
    found = read(ongoing)
    assert found.refused is False
    assert [s.signer for s in found.signatures] == ["party"]


def test_a_visit_starts_from_the_phone(pages, cast):
    prepare(cast)
    visit = make_inspection(cast, S.DRAFT, kind=InspectionKind.VISIT, basis="")
    phone = Phone(pages, "district_officer", visit)
    assert phone.results(message("start"), message("facts", place="Gate")) == ["done", "done"]
    assert read(visit).status is S.ONGOING


def test_scanning_the_gate_is_noted_once_and_only_with_the_right_code(phone, ongoing, cast):
    from supervision.core.db import transaction

    with transaction():
        token = qr.issue(cast.plant, cast["district_officer"]).token
    results = phone.results(
        message("scan", token="nonsense"),
        message("scan", token=token),
        message("scan", token=token),
    )
    assert results == ["refused", "done", "done"]
    assert read(ongoing).scanned_at is not None


def test_twenty_phones_that_send_the_same_batch_at_once_apply_it_once(app, pages, ongoing):
    new = str(uuid.uuid4())
    batch = [
        message("add_item", item=new, text="Exit is blocked"),
        message("check", item=new, result="fail", finding="Pallets"),
        message("private_note", text="Once", base=""),
    ]
    phones = [Phone(pages, "district_officer", ongoing) for _ in range(20)]
    answers: list[list[str]] = []
    gate = threading.Barrier(len(phones))

    def run(phone: Phone) -> None:
        gate.wait()
        answers.append(phone.results(*batch))

    threads = [threading.Thread(target=run, args=(phone,)) for phone in phones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [["done"] * 3] * 20
    found = read(ongoing)
    assert [i.client_id for i in found.items].count(new) == 1
    assert found.private_note == "Once"
    assert count(InspectionSync) == 3
