"""From the draft to the start: who may, in which order, with which certificate."""

from __future__ import annotations

from datetime import timedelta

import pytest

from supervision.authority.models import OfficerCertificate
from supervision.core import clock
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.scope import unscoped
from supervision.enterprise import queries as enterprises
from supervision.inspection import queries, service
from supervision.inspection.rules import NoticeForm
from supervision.inspection.workflow import InspectionKind, InspectionState
from tests.factories.authorities import certify, make_authority
from tests.factories.inspections import load, make_inspection, prepare, task

K, S = InspectionKind, InspectionState
VISITS = (K.PATROL, K.VISIT, K.TECHNICAL_SERVICE)


def create(cast, **changes):
    officer = cast["district_officer"]
    with transaction():
        plant = enterprises.get_enterprise(cast.plant_id, officer)
        return service.create(plant, officer, task(cast, **changes)).id


def act(cast, who, inspection_id, step, **kwargs):
    with transaction():
        found = queries.get_inspection(inspection_id, cast[who], lock=True)
        getattr(service, step)(found, cast[who], **kwargs)


def revoke(cast, who, day):
    stmt = db.select(OfficerCertificate).where(OfficerCertificate.account_id == cast.accounts[who])
    with transaction():
        for held in db.session.scalars(unscoped(stmt, reason="a test revokes it")):
            held.revoked_on, held.revoked_reason = day, "left the service"


def test_an_administrative_inspection_goes_by_approval_and_notice(app, cast):
    prepare(cast)
    ident = make_inspection(cast, S.ONGOING)
    found = load(ident, cast["auditor"])
    assert found.approved_by == "Section Chief"
    assert found.notice_form == "written"
    assert [o.certificate_no for o in found.officers] == [
        "ZF-district_officer",
        "ZF-section_chief",
    ]
    steps = [e.action for e in queries.history(ident, cast["auditor"])]
    assert steps == ["start", "notify", "approve", "submit", "create"]
    assert {p.document.code for p in found.papers} == {"INSPECT_PLAN", "INSPECT_NOTICE"}


def test_one_officer_is_not_enough_and_a_stranger_to_the_law_is_none(app, cast):
    prepare(cast)
    with pytest.raises(InvalidInput, match="at least two officers"):
        create(cast, officer_ids=[cast.accounts["district_officer"]])
    db.session.rollback()
    with pytest.raises(InvalidInput, match="Not an officer whom you can send"):
        create(
            cast, officer_ids=[cast.accounts["district_officer"], cast.accounts["video_operator"]]
        )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda cast, day, _own: None, "Section Chief has no certificate"),
        (
            lambda cast, day, own: certify(
                cast, "section_chief", own, valid_to=day - timedelta(days=1)
            ),
            "Section Chief has no certificate",
        ),
        (
            lambda cast, day, _own: certify(cast, "section_chief", make_authority("330113")),
            "is of another authority",
        ),
    ],
    ids=["none", "ended the day before", "of another authority"],
)
def test_each_officer_holds_a_certificate_of_the_authority_on_the_day(app, cast, make, message):
    own = make_authority()
    certify(cast, "district_officer", own)
    day = clock.today() + timedelta(days=3)
    make(cast, day, own)
    with pytest.raises(InvalidInput, match=message):
        create(cast, planned_on=day)


@pytest.mark.parametrize(
    ("state", "who", "step"),
    [
        (S.SUBMITTED, "section_chief", "approve"),
        (S.NOTIFIED, "district_officer", "start"),
        (S.ONGOING, "district_officer", "record"),
    ],
)
def test_a_certificate_that_was_revoked_meanwhile_stops_the_next_step(app, cast, state, who, step):
    prepare(cast)
    ident = make_inspection(cast, state)
    if state is S.ONGOING:
        from tests.factories.inspections import facts, sign_all

        with transaction():
            found = load(ident, cast[who])
            facts(found, cast[who])
            sign_all(found, cast[who], cast)
    revoke(cast, "section_chief", clock.today())
    with pytest.raises(InvalidInput, match="Section Chief has no certificate"):
        act(cast, who, ident, step)
    db.session.rollback()
    assert load(ident, cast[who]).status is state


def test_whoever_asked_for_it_does_not_approve_it(app, cast):
    prepare(cast)
    ident = make_inspection(cast, S.SUBMITTED, by="section_chief")
    with pytest.raises(Forbidden, match="cannot approve it"):
        act(cast, "section_chief", ident, "approve")


def test_whoever_wrote_in_anothers_draft_does_not_approve_it(app, cast):
    prepare(cast)
    ident = make_inspection(cast)
    act(cast, "section_chief", ident, "edit", task=task(cast, subject="Dust"))
    act(cast, "district_officer", ident, "submit")
    with pytest.raises(Forbidden, match="cannot approve it"):
        act(cast, "section_chief", ident, "approve")


def test_a_returned_one_is_a_draft_again_and_says_why(app, cast):
    prepare(cast)
    ident = make_inspection(cast, S.SUBMITTED)
    act(cast, "section_chief", ident, "reject", reason="Merge it with the fire brigade's")
    found = load(ident, cast["district_officer"])
    assert found.status is S.DRAFT
    assert queries.history(ident, cast["district_officer"])[0].note.startswith("Merge it")


@pytest.mark.parametrize("kind", VISITS)
def test_a_visit_needs_one_person_and_neither_certificate_nor_approval(app, cast, kind):
    make_authority()
    ident = create(cast, kind=kind, officer_ids=[cast.accounts["district_officer"]], basis="")
    with pytest.raises(Forbidden, match="Only an administrative"):
        act(cast, "district_officer", ident, "submit")
    db.session.rollback()
    act(cast, "district_officer", ident, "start")
    found = load(ident, cast["district_officer"])
    assert (found.status, found.counts, found.officers[0].certificate_no) == (S.ONGOING, False, "")


def test_nobody_else_begins_it(app, cast):
    prepare(cast)
    ident = make_inspection(cast, S.NOTIFIED)
    with pytest.raises(Forbidden, match="officers who inspect"):
        act(cast, "city_officer", ident, "start")


def test_it_cannot_begin_before_it_is_announced_nor_be_announced_twice(app, cast):
    prepare(cast)
    ident = make_inspection(cast, S.APPROVED)
    with pytest.raises(Conflict):
        act(cast, "district_officer", ident, "start")
    db.session.rollback()
    act(cast, "district_officer", ident, "notify", form=NoticeForm.ON_SITE)
    with pytest.raises(Conflict):
        act(cast, "district_officer", ident, "notify", form=NoticeForm.WRITTEN)


def test_approved_for_one_year_it_does_not_begin_in_the_next(app, cast):
    prepare(cast)
    last = clock.today().replace(month=12, day=31)
    ident = make_inspection(cast, S.NOTIFIED, day=last)
    with (
        clock.frozen(clock.start_of(last + timedelta(days=1))),
        pytest.raises(Conflict, match="Make a new one"),
    ):
        act(cast, "district_officer", ident, "start")


def test_a_cancelled_one_keeps_its_reason_and_goes_nowhere(app, cast):
    prepare(cast)
    ident = make_inspection(cast, S.APPROVED)
    act(cast, "district_officer", ident, "cancel", reason="Moved to the joint check")
    assert load(ident, cast["auditor"]).cancelled_reason == "Moved to the joint check"
    with pytest.raises(Conflict):
        act(cast, "district_officer", ident, "notify", form=NoticeForm.WRITTEN)


def test_another_list_replaces_the_items_and_a_later_version_of_it_does_not(app, cast):
    from supervision.inspection import checklists
    from tests.factories.inspections import make_checklist

    prepare(cast)
    lists = make_checklist(cast, begins_in=1)
    day = clock.today() + timedelta(days=2)
    with transaction():
        ident_list = checklists.get(lists[0])
    ident = create(cast, planned_on=day, checklist=ident_list)
    with transaction():
        item = checklists.get(lists[0]).items[0]
        fields = checklists.fields_of(item)
        changed = type(fields)(**{**fields.columns, "text": "Another text"})
        checklists.save_item(checklists.get(lists[0]), cast["section_chief"], changed, item)
    found = load(ident, cast["district_officer"])
    assert [i.text for i in found.items] == ["Guard is fitted"]
    with transaction():
        again = queries.get_inspection(ident, cast["district_officer"], lock=True)
        service.edit(again, cast["district_officer"], task(cast, planned_on=day))
    assert load(ident, cast["district_officer"]).items == []
