"""The record: what it needs, what it makes, and that it is made once."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest

from supervision import seeds
from supervision.core import clock, documents
from supervision.core.attachments import storage
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.notices import Audience, Notice
from supervision.hazard import queries as hazards
from supervision.hazard.rules import Grade, Source
from supervision.inspection import queries, recording, service
from supervision.inspection.models import ItemResult, Signer
from supervision.inspection.workflow import InspectionKind, InspectionState
from tests.factories.hazards import photo
from tests.factories.inspections import (
    facts,
    load,
    make_inspection,
    prepare,
    sign_all,
    signature,
)
from tests.papers import said
from tests.security.test_races import race

S = InspectionState
NUMBER = re.compile(r"\uff08.+\uff09.+\u3014\d{4}\u3015[1-9]\d*\u53f7")


@pytest.fixture
def officer(cast):
    prepare(cast)
    return cast["district_officer"]


def ongoing(cast, **changes):
    return make_inspection(cast, S.ONGOING, **changes)


def complete(ident, officer, cast):
    with transaction():
        found = queries.get_inspection(ident, officer, lock=True)
        facts(found, officer)
        sign_all(found, officer, cast)


def record(ident, officer):
    with transaction():
        service.record(queries.get_inspection(ident, officer, lock=True), officer)


def test_it_has_its_number_its_paper_and_a_hazard_for_each_failure(app, cast, officer):
    done = load(make_inspection(cast, S.RECORDED, failed=2, with_photo=True), officer)
    assert NUMBER.fullmatch(done.document.number)
    for stored in (done.document.pdf, done.document.docx):
        assert storage().exists(stored.sha256)
    tickets = [hazards.get_hazard(i.hazard_id, cast["plant_manager"]) for i in done.items]
    assert [t.source for t in tickets] == [Source.INSPECTION] * 2
    assert [t.grade for t in tickets] == [Grade.GENERAL] * 2
    assert tickets[0].description == "Guard 1 is missing"
    assert [f.attachment_id for f in tickets[0].files_of("found")] == [done.files[0].attachment_id]
    assert tickets[1].files == []


def test_photos_of_the_whole_stand_on_the_paper_after_those_of_the_items(app, cast, officer):
    ident = ongoing(cast, with_photo=True)
    with transaction():
        found = queries.get_inspection(ident, officer, lock=True)
        service.add_photo(found, officer, photo(officer), client_id=str(uuid.uuid4()))
    complete(ident, officer, cast)
    record(ident, officer)
    done = load(ident, officer)
    whole = [f.attachment.sha256 for f in done.files if f.item_id is None]
    assert done.document.data["photos"] == [f"sha256:{sha}" for sha in whole]
    text = said(done.document)
    # Photo 1 of item 1, photo 2 of the whole.
    assert "\u7167\u72471\uff08\u7b2c1\u9879\uff09" in text
    assert "\u7167\u72472\uff08\u73b0\u573a\u5168\u8c8c\uff09" in text


def test_the_principals_post_is_that_of_the_principal_only(app, cast, officer):
    ident = make_inspection(cast, S.RECORDED)
    assert load(ident, officer).document.data["party"]["principal_post"] == "Principal"
    other = ongoing(cast)
    with transaction():
        found = queries.get_inspection(other, officer, lock=True)
        facts(found, officer, party_name="F. Foreman", party_post="Foreman")
        sign_all(found, officer, cast)
    record(other, officer)
    data = load(other, officer).document.data
    assert data["party"]["principal_post"] == ""
    assert data["party_on_site"]["post"] == "Foreman"


def test_the_private_note_and_the_cap_are_in_no_paper(app, cast, officer):
    done = load(make_inspection(cast, S.RECORDED, over_cap_reason="ZZCAP", failed=0), officer)
    snapshot = str([done.document.data, *(p.document.data for p in done.papers)])
    assert "ZZPRIVATE" not in snapshot
    assert "ZZCAP" not in snapshot
    assert documents.render_again(done.document)[0].startswith(b"%PDF")


def test_what_is_missing_is_named_one_after_the_other(app, cast, officer):
    ident = ongoing(cast)
    with transaction():
        found = load(ident, officer)
        service.add_item(found, officer, text="Exit is free", client_id="x")
    messages = [str(problem) for problem in recording.missing(load(ident, officer))]
    assert messages == [
        "Name the enterprise's person on site.",
        "Note that the certificates were shown (Work Safety Law, art. 67).",
        "Note that the right to ask for recusal was told.",
        "1 items have no answer yet; the first is number 3.",
        "The enterprise's person has not signed: have it signed, or note the refusal.",
        "The signature of District Officer is missing.",
        "The signature of Section Chief is missing.",
    ]
    with pytest.raises(InvalidInput, match="person on site"):
        record(ident, officer)
    db.session.rollback()
    assert load(ident, officer).document_id is None


def test_a_number_is_taken_by_a_record_that_is_made_and_by_no_other(app, cast, officer):
    make_inspection(cast, S.RECORDED)
    with pytest.raises(InvalidInput):
        record(ongoing(cast), officer)
    db.session.rollback()
    second = load(make_inspection(cast, S.RECORDED), officer)
    assert second.document.number.endswith("\u30152\u53f7")


def test_a_refusal_needs_reason_and_witness_and_is_reported(app, cast, officer):
    ident = ongoing(cast)
    complete(ident, officer, cast)
    with transaction():
        found = load(ident, officer)
        with pytest.raises(InvalidInput, match="Name the witness"):
            service.refuse(found, officer, reason="Angry", witness=" ")
        service.refuse(found, officer, reason="Disagrees with item 1", witness="W. Witness")
    record(ident, officer)
    done = load(ident, officer)
    assert done.refused
    assert [s.signer for s in done.signatures] == [Signer.OFFICER, Signer.OFFICER]
    told = done.document.data["signatures"]
    assert (told["refusal_reason"], told["witness"]["name"], told["party"]) == (
        "Disagrees with item 1",
        "W. Witness",
        None,
    )
    kinds = {n.kind: n.audience for n in db.session.scalars(db.select(Notice))}
    assert kinds["inspection.refused"] is Audience.SUPERVISORS
    assert kinds["inspection.recorded"] is Audience.ENTERPRISE_PEOPLE


def test_who_signs_after_all_has_refused_nothing(app, cast, officer):
    ident = ongoing(cast)
    with transaction():
        found = load(ident, officer)
        service.refuse(found, officer, reason="Angry", witness="W. Witness")
    complete(ident, officer, cast)
    record(ident, officer)
    done = load(ident, officer)
    assert (done.refused, done.refusal_reason, done.witness_name) == (False, "", "")


def test_nobody_signs_for_what_is_changed_afterwards(app, cast, officer):
    ident = ongoing(cast)
    complete(ident, officer, cast)
    with transaction():
        found = load(ident, officer)
        service.check_item(found, officer, found.items[1], result=ItemResult.NOT_APPLICABLE)
    with pytest.raises(InvalidInput, match="Item 2 was changed after"):
        record(ident, officer)
    db.session.rollback()
    complete(ident, officer, cast)
    record(ident, officer)
    assert load(ident, officer).status is S.RECORDED


def test_recorded_again_it_stays_as_it_is_and_a_stranger_is_refused(app, cast, officer):
    ident = make_inspection(cast, S.RECORDED)
    before = load(ident, officer).items[0].hazard_id
    record(ident, cast["section_chief"])
    assert load(ident, officer).items[0].hazard_id == before
    with pytest.raises(Conflict):
        record(ident, cast["city_officer"])


def test_two_officers_who_finish_at_once_make_one_record(app, cast, officer):
    ident = ongoing(cast)
    complete(ident, officer, cast)
    calls = [
        lambda who=who: service.record(queries.get_inspection(ident, who, lock=True), who)
        for who in (officer, cast["section_chief"])
    ]
    assert race(app, *calls) == [None, None]
    stmt = db.select(documents.Document.number).where(documents.Document.code == "INSPECT_RECORD")
    assert len(db.session.scalars(stmt).all()) == 1


def test_a_failure_that_meets_its_criterion_becomes_a_major_hazard(app, cast, officer):
    with transaction():
        seeds.load_criteria()
    ident = ongoing(cast, failed=1)
    with transaction():
        found = load(ident, officer)
        item = found.items[0]
        with pytest.raises(InvalidInput, match="needs the criterion"):
            service.check_item(
                found, officer, item, result=ItemResult.FAIL, finding="x", is_major=True
            )
        service.check_item(
            found,
            officer,
            item,
            result=ItemResult.FAIL,
            finding="No automatic shut-off",
            is_major=True,
            criterion_code="MEM10-07-05",
        )
    complete(ident, officer, cast)
    record(ident, officer)
    ticket = hazards.get_hazard(load(ident, officer).items[0].hazard_id, officer)
    assert (ticket.grade, ticket.criterion.code) == (Grade.MAJOR, "MEM10-07-05")


def test_a_visit_is_recorded_without_a_number_and_finds_as_a_patrol(app, cast, officer):
    done = load(
        make_inspection(
            cast, S.RECORDED, kind=InspectionKind.VISIT, officer_ids=[officer.id], basis=""
        ),
        officer,
    )
    assert (done.document.code, done.document.number) == ("VISIT_RECORD", "")
    ticket = hazards.get_hazard(done.items[0].hazard_id, officer)
    assert ticket.source is Source.PATROL


def test_the_later_answer_holds_and_both_are_in_the_history(app, cast, officer):
    ident, chief = ongoing(cast, failed=0), cast["section_chief"]
    now = clock.now()
    with transaction():
        found = load(ident, officer)
        item = found.items[0]
        later, earlier = now + timedelta(minutes=2), now - timedelta(minutes=2)
        assert service.check_item(
            found, chief, item, result=ItemResult.FAIL, finding="Loose", at=later
        )
        assert not service.check_item(found, officer, item, result=ItemResult.PASS, at=earlier)
    found = load(ident, officer)
    assert (found.items[0].result, found.items[0].checked_by) == (ItemResult.FAIL, "Section Chief")
    event = queries.history(ident, officer)[0]
    assert (event.action, event.data["was"], event.data["was_by"], event.data["now"]) == (
        "answer_replaced",
        "pass",
        "District Officer",
        "fail",
    )


def test_sent_twice_it_is_there_once(app, cast, officer):
    ident = ongoing(cast)
    with transaction():
        found = load(ident, officer)
        for _time in range(2):
            service.add_item(found, officer, text="Exit is free", client_id="one")
            service.sign(
                found,
                officer,
                signer=Signer.PARTY,
                name="P. Principal",
                attachment=signature(officer),
                client_id="two",
            )
    found = load(ident, officer)
    assert (len(found.items), len(found.signatures)) == (3, 1)


def test_only_its_officers_note_anything_and_only_while_it_goes_on(app, cast, officer):
    ident = ongoing(cast)
    with pytest.raises(Forbidden), transaction():
        service.describe(load(ident, cast["city_officer"]), cast["city_officer"], place="x")
    done = make_inspection(cast, S.RECORDED)
    with pytest.raises(Conflict), transaction():
        service.describe(load(done, officer), officer, situation="Later thought")


def test_without_a_template_no_record_and_no_number(app, cast, officer):
    ident = ongoing(cast)
    complete(ident, officer, cast)
    with transaction():
        for template in db.session.scalars(db.select(documents.DocumentTemplate)):
            template.effective_to = clock.today() - timedelta(days=1)
    with pytest.raises(Conflict, match="No template"):
        record(ident, officer)
