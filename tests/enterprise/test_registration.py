"""An enterprise asks to be put on the roll: what it reads, and what the officer does."""

from __future__ import annotations

import re
from hashlib import sha256
from io import BytesIO

import pytest

from supervision.account.models import Account
from supervision.account.roles import Role
from supervision.core.actor import SYSTEM
from supervision.core.attachments import storage
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict
from supervision.core.scope import unscoped, visible
from supervision.enterprise import queries, registration
from supervision.enterprise.request_models import Registration
from supervision.enterprise.uscc import demo_uscc
from supervision.enterprise.workflow import RegistrationState
from tests.enterprise.test_registry import fields
from tests.factories.hazards import picture
from tests.factories.roll import PHONE, register
from tests.pages import error_text


def typed(serial=77, **changes):
    own = fields(serial) | {"contact": "C. Contact", "contact_phone": PHONE, "park_id": ""}
    own.pop("officer_id")
    return own | changes


def rows():
    found = db.session.scalars(visible(Registration, SYSTEM).order_by(Registration.id)).all()
    db.session.rollback()
    return found


def state_of(row_id):
    return db.session.scalars(
        visible(Registration, SYSTEM, Registration.status).where(Registration.id == row_id)
    ).one()


def send(pages, client, data):
    answer = client.post("/registrations/apply", data=data)
    db.session.rollback()
    return answer


def test_whoever_applies_gets_a_number_and_follows_it(pages):
    client = pages.as_(None)
    assert send(pages, client, typed()).location.endswith("/registrations/receipt")
    page = client.get("/registrations/receipt").get_data(as_text=True)
    number = re.search(r"ZC(-[2-9A-Z]{4}){3}", page)[0]
    told = pages.post(None, "/registrations/follow", {"number": number.lower(), "phone": PHONE})
    assert told.status_code == 200
    assert "Waits for review" in error_text(told)
    assert pages.get(None, "/registrations/receipt").status_code == 302


@pytest.mark.parametrize("phone", ["13900000078", "", "abc"])
def test_a_number_without_its_telephone_opens_nothing(pages, phone):
    _id, number = register()
    known = pages.post(None, "/registrations/follow", {"number": number, "phone": phone})
    unknown = pages.post(
        None, "/registrations/follow", {"number": "ZC-2222-2222-2222", "phone": PHONE}
    )
    assert known.status_code == unknown.status_code == 422
    assert "Invented" not in error_text(known)
    if phone.isdecimal():
        sentence = "There is no registration with this number and telephone."
        assert sentence in error_text(known)
        assert sentence in error_text(unknown)


def test_the_public_page_does_not_tell_which_codes_are_on_the_roll(pages, cast):
    """The plant's own code is answered like a code that nobody has."""
    client, other = pages.as_(None), pages.as_(None)
    known = send(pages, client, typed(uscc=demo_uscc("330110", 1)))
    new = send(pages, other, typed())
    assert (known.status_code, known.location) == (new.status_code, new.location)
    texts = [
        re.sub(r"ZC-[\w-]+|csrf\S+", "", error_text(c.get("/registrations/receipt")))
        for c in (client, other)
    ]
    assert texts[0] == texts[1]
    assert len(rows()) == 2


def test_the_officer_sees_that_the_code_is_on_the_roll_and_cannot_accept_it(pages, cast):
    row, _number = register(1)
    page = error_text(pages.get("district_officer", f"/registrations/{row}"))
    assert "An enterprise with this code is on the roll already:" in page
    assert pages.post("district_officer", f"/registrations/{row}/accept").status_code == 422
    assert state_of(row) is RegistrationState.SUBMITTED


def test_an_accepted_enterprise_has_its_file_and_its_principal_an_account(pages, cast):
    row, _number = register(78)
    officer = str(cast.accounts["district_officer"])
    page = pages.post("district_officer", f"/registrations/{row}/accept", {"officer_id": officer})
    code = demo_uscc("330110", 78).lower()
    assert code in error_text(page)
    account = db.session.scalars(
        unscoped(db.select(Account).where(Account.username == code), reason="a test looks")
    ).one()
    enterprise = queries.by_uscc([code.upper()], cast["district_officer"])[0]
    assert account.role is Role.PRINCIPAL
    assert account.must_change_password
    assert [m.enterprise_id for m in account.memberships] == [enterprise.id]
    assert enterprise.officer_id == cast.accounts["district_officer"]
    assert pages.post("district_officer", f"/registrations/{row}/accept").status_code == 409


def test_the_first_password_is_kept_nowhere(pages, cast):
    row, _number = register(79)
    page = error_text(pages.post("district_officer", f"/registrations/{row}/accept"))
    password = re.search(r"[a-z2-9]{4}(-[a-z2-9]{4}){3}", page)[0]
    for table in db.metadata.sorted_tables:
        lines = db.session.execute(unscoped(db.select(table), reason="a test looks"))
        for line in lines:
            assert password not in str(line), table.name


def test_what_is_returned_is_mended_and_sent_again(pages, cast):
    row, number = register(80, name="Misspelt")
    answer = {"answer": "The name is not that of the licence"}
    assert pages.post("district_officer", f"/registrations/{row}/return", answer).status_code == 302
    client = pages.as_(None)
    told = client.post("/registrations/follow", data={"number": number, "phone": PHONE})
    assert answer["answer"] in told.get_data(as_text=True)
    assert "Misspelt" in client.get("/registrations/mend").get_data(as_text=True)
    mended = client.post("/registrations/mend", data=typed(80, name="Well Spelt"))
    assert mended.status_code == 302
    db.session.rollback()
    assert [(r.name, r.status, r.rounds) for r in rows()] == [
        ("Well Spelt", RegistrationState.SUBMITTED, 2)
    ]
    assert client.get("/registrations/mend").status_code == 404


def test_nobody_mends_what_is_not_theirs(pages, cast):
    row, _number = register()
    pages.post("district_officer", f"/registrations/{row}/return", {"answer": "x"})
    assert pages.get(None, "/registrations/mend").status_code == 404
    assert pages.post(None, "/registrations/mend", typed()).status_code == 404


def test_a_refusal_has_its_reason_and_is_final(pages, cast):
    row, _number = register()
    url = f"/registrations/{row}"
    assert pages.post("district_officer", f"{url}/refuse").status_code == 422
    assert (
        pages.post("district_officer", f"{url}/refuse", {"answer": "No such place"}).status_code
        == 302
    )
    assert pages.post("district_officer", f"{url}/return", {"answer": "x"}).status_code == 409
    with pytest.raises(Conflict), transaction():
        found = db.session.scalars(visible(Registration, SYSTEM)).one()
        registration.resend(found, {}, registration.Applicant("C", PHONE))


def test_a_stale_decision_is_refused(pages, cast):
    row, _number = register()
    pages.post("district_officer", f"/registrations/{row}/return", {"answer": "x"})
    late = {"answer": "No", "row_version": "1"}
    assert pages.post("section_chief", f"/registrations/{row}/refuse", late).status_code == 409


def test_a_faulty_form_says_every_fault_at_its_field(pages):
    faulty = typed(uscc="91330110", district="", street="", contact_phone="call me", headcount="")
    page = pages.post(None, "/registrations/apply", faulty)
    assert page.status_code == 422
    assert rows() == []
    phone = pages.post(None, "/registrations/apply", typed(contact_phone="call me"))
    assert "This is not a telephone number." in error_text(phone)


def test_a_machine_that_fills_in_everything_leaves_nothing(pages):
    answer = pages.post(None, "/registrations/apply", typed(website="http://spam.example"))
    assert answer.status_code == 302
    assert rows() == []


def test_scans_are_for_the_regions_officers_only(pages, cast):
    data = typed() | {"scans": (BytesIO(picture()), "licence.jpg")}
    sent = pages.as_(None).post(
        "/registrations/apply", data=data, content_type="multipart/form-data"
    )
    assert sent.status_code == 302
    db.session.rollback()
    (row,) = db.session.scalars(visible(Registration, SYSTEM)).all()
    url = f"/registrations/{row.id}/files/{row.files[0].id}"
    db.session.rollback()
    assert pages.get("district_officer", url).mimetype == "image/jpeg"
    for who, status in ((None, 302), ("other_district", 404), ("plant_manager", 403)):
        assert pages.get(who, url).status_code == status


def test_the_divisions_of_the_public_form_are_those_of_the_standard(pages):
    found = pages.get(None, "/registrations/regions.json?parent=3301").json["choices"]
    assert ["330110", "Yuhang"] in found
    assert pages.get(None, "/registrations/regions.json?parent=x").status_code == 404


def test_another_district_neither_sees_nor_decides(pages, cast):
    row, _number = register()
    assert pages.get("other_district", f"/registrations/{row}").status_code == 404
    assert pages.post("other_district", f"/registrations/{row}/accept").status_code == 404
    assert "Invented Plant 70" not in error_text(pages.get("other_district", "/registrations/"))
    assert "Invented Plant 70" in error_text(pages.get("city_officer", "/registrations/"))


def test_whoever_sends_too_many_has_to_wait(pages, monkeypatch):
    monkeypatch.setitem(pages.app.config, "ANQI_REGISTRATION_LIMIT", "2 per hour")
    wrong = {"number": "ZC-2222-2222-2222", "phone": PHONE}
    answers = [pages.post(None, "/registrations/follow", wrong).status_code for _ in range(3)]
    assert answers == [422, 422, 429]


@pytest.mark.parametrize(
    "faulty", [{"legacy_reg_no": "12"}, {"scans": [b"%PDF-1.4 kept?", b"no scan"]}]
)
def test_a_stranger_whose_form_does_not_fit_leaves_no_bytes_behind(pages, faulty):
    given = {"scans": [b"%PDF-1.4 kept?"]} | faulty
    files = [(BytesIO(data), f"{n}.pdf") for n, data in enumerate(given.pop("scans"))]
    answer = send(pages, pages.as_(None), typed(**given) | {"scans": files})
    assert answer.status_code == 422
    assert not storage().exists(sha256(b"%PDF-1.4 kept?").hexdigest())
    assert rows() == []
