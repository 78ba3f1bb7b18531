"""What no honest phone sends: refused in words, and what came with it is applied all the same."""

from __future__ import annotations

import io
import json
import struct
import uuid
import zlib

import pytest

from supervision.core.actor import SYSTEM
from supervision.core.db import db
from supervision.inspection.workflow import InspectionState
from tests.factories.inspections import load, make_inspection, prepare
from tests.inspection.site.phone import Phone, message

S = InspectionState


@pytest.fixture
def ongoing(cast):
    prepare(cast)
    return make_inspection(cast, S.ONGOING, failed=0)


@pytest.fixture
def phone(pages, ongoing):
    return Phone(pages, "district_officer", ongoing)


def read(ongoing):
    db.session.rollback()
    return load(ongoing, SYSTEM)


def bomb(side):
    """A PNG of a few kilobytes that says that it is ``side`` pixels wide and high."""

    def chunk(kind, data):
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + parts)


@pytest.mark.parametrize("side", [9_000, 40_000])
def test_a_signature_that_unpacks_to_gigabytes_is_refused_in_words(phone, ongoing, side):
    answer = phone.sign("party", "P. Person", file=(bomb(side), "signature.png"))
    assert answer.status_code == 422, answer.get_data(as_text=True)[:200]
    assert answer.get_json()["field"] == "file"
    assert read(ongoing).signatures == []


@pytest.mark.parametrize(
    ("made_at", "sent_at"),
    [
        ("9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+00:00"),
        ("0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00"),
    ],
)
def test_times_beyond_any_calendar_stop_neither_the_batch_nor_a_file(
    phone, ongoing, made_at, sent_at
):
    absurd = {**message("facts", party_name="P. Person"), "made_at": made_at}
    answer = phone.send(absurd, message("facts", party_post="Foreman"), sent_at=sent_at)
    assert answer.status_code == 200
    assert read(ongoing).party_post == "Foreman"
    assert phone.photo(made_at=made_at, sent_at=sent_at).status_code == 200
    taken = read(ongoing)
    assert taken.created_at <= taken.files[0].taken_at


def test_half_a_character_is_refused_and_the_rest_is_applied(phone, ongoing):
    """JSON can carry half of a surrogate pair, which no database stores."""
    half = message("facts", party_name="X\ud800")
    good = message("facts", party_post="Foreman")
    body = json.dumps({"account": phone.account, "messages": [half, good]})
    answer = phone.client.post(
        f"{phone.base}/sync", data=body.encode(), content_type="application/json"
    )
    assert answer.status_code == 200
    assert [r["status"] for r in answer.get_json()["results"]] == ["refused", "done"]
    assert read(ongoing).party_post == "Foreman"


@pytest.mark.parametrize("name", ["", "x" * 41])
def test_a_signature_without_a_name_that_can_be_kept_is_refused_at_its_field(phone, ongoing, name):
    answer = phone.sign("party", name)
    assert answer.status_code == 422
    assert answer.get_json()["field"] == "name"
    assert read(ongoing).signatures == []


@pytest.mark.parametrize("value", [None, 1, 1.5, [], ["x"], {}, True, "x" * 10_000])
def test_a_value_of_the_wrong_kind_is_refused_and_stops_nothing(phone, ongoing, value):
    kinds = {
        "facts": ("party_name", "certificates_shown", "situation", "base"),
        "private_note": ("text", "base"),
        "check": ("item", "result", "finding", "note", "is_major"),
        "add_item": ("item", "text", "section"),
        "refuse": ("reason", "witness"),
        "scan": ("token",),
        "remove_photo": ("photo",),
    }
    whole = {
        "check": {"item": read(ongoing).items[0].id, "result": "pass"},
        "add_item": {"item": str(uuid.uuid4()), "text": "Exit"},
    }
    sent = [
        message(kind, **{**whole.get(kind, {}), field: value})
        for kind, fields in kinds.items()
        for field in fields
    ]
    last = message("facts", party_post="Foreman")
    assert phone.results(*sent, last)[-1] == "done"
    assert read(ongoing).party_post == "Foreman"


def test_an_item_or_photo_of_another_inspection_is_out_of_reach(phone, pages, cast, ongoing):
    other = make_inspection(cast, S.ONGOING, failed=0, with_photo=True)
    theirs = load(other, SYSTEM)
    item, photo = theirs.items[0].id, theirs.files[0].client_id
    results = phone.results(
        message("check", item=item, result="fail", finding="Forged"),
        message("check", item=theirs.items[0].client_id, result="fail", finding="Forged"),
        message("remove_photo", photo=photo),
    )
    assert results[:2] == ["refused", "refused"]
    assert phone.photo(item=item).status_code == 422
    theirs = read(other)
    assert [i.finding for i in theirs.items] == ["", ""]
    assert [f.client_id for f in theirs.files] == [photo]


def test_ids_are_each_inspections_own_so_that_a_forged_one_blocks_nobody(phone, pages, cast):
    """A guessed or copied id on one inspection must not make the other's change look applied."""
    other = make_inspection(cast, S.ONGOING, failed=0)
    copied = str(uuid.uuid4())
    assert phone.results({**message("facts", party_name="A"), "client_id": copied}) == ["done"]
    assert Phone(pages, "section_chief", other).results(
        {**message("facts", party_name="B"), "client_id": copied}
    ) == ["done"]
    assert load(other, SYSTEM).party_name == "B"


def test_after_the_record_nothing_that_is_sent_again_or_anew_changes_it(pages, cast):
    prepare(cast)
    done = make_inspection(cast, S.RECORDED, failed=1)
    phone = Phone(pages, "district_officer", done)
    before = load(done, SYSTEM)
    was = (before.situation, before.private_note, before.row_version, len(before.items))
    results = phone.results(
        message("facts", situation="Forged"),
        message("private_note", text="Forged"),
        message("check", item=before.items[0].id, result="pass"),
        message("add_item", item=str(uuid.uuid4()), text="Forged"),
        message("refuse", reason="Forged", witness="W"),
        message("start"),
    )
    assert set(results) == {"refused"}
    assert phone.photo().status_code == 409
    assert phone.sign("party", "Forged").status_code == 409
    after = read(done)
    assert (after.situation, after.private_note, after.row_version, len(after.items)) == was


def test_the_page_on_site_takes_what_was_typed_as_text(phone, pages, ongoing):
    evil = "</script><img src=x onerror=alert(1)>"
    item = read(ongoing).items[0].id
    phone.results(
        message("check", item=item, result="fail", finding=evil, note=evil),
        message("add_item", item=str(uuid.uuid4()), text=evil, section=evil),
        message("facts", situation=evil, party_name=evil),
        message("private_note", text=evil),
    )
    for path in (f"{phone.base}/site", phone.base, f"{phone.base}/site?scanned={evil}"):
        assert b"<img src=x" not in phone.client.get(path).data
