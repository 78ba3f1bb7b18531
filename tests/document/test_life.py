"""A document's life: drafted, in force, replaced, filed, evaluated, withdrawn; what is missing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.notices import Notice
from supervision.core.scope import unscoped, visible
from supervision.core.statutory import Certainty
from supervision.core.validity import Standing
from supervision.document import gaps, kinds, queries, service
from supervision.document.jobs import daily as jobs
from supervision.document.models import DocumentGap
from supervision.document.rules import Result
from supervision.document.workflow import DocumentState, FilingState
from supervision.enterprise import queries as enterprises
from supervision.enterprise import service as registry
from tests.factories.documents import load, load_kinds, make_document

# A Monday.
DAY = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 2)


@pytest.fixture(autouse=True)
def frozen(cast):
    load_kinds()
    with clock.frozen(DAY):
        yield


def chemical_works(cast):
    """The plant turns to making chemicals, so that its plans are filed."""
    with transaction():
        plant = enterprises.get_enterprise(cast.plant_id, SYSTEM)
        registry.change(plant, SYSTEM, {"industry_code": "2614"})


def told():
    return [n.kind for n in db.session.scalars(db.select(Notice).order_by(Notice.id))]


def test_a_new_version_takes_the_place_of_the_old_one_which_stays(cast):
    first = make_document(cast)
    who = cast["safety_manager"]
    with transaction():
        second = service.new_version(load(first, who), who)
        with pytest.raises(Conflict):
            service.new_version(load(first, who), who)
        assert load(first, who).status is DocumentState.IN_FORCE
        service.publish(second, who, approver="P. Principal", published_on=TODAY)
        ident = second.id
    assert [v.version for v in queries.versions(load(first, who).series, who)] == [2, 1]
    assert load(first, who).status is DocumentState.SUPERSEDED
    assert load(ident, who).status is DocumentState.IN_FORCE
    with pytest.raises(Conflict), transaction():
        service.edit(load(ident, who), who, service.Contents(title="Other"))


def test_the_database_too_refuses_two_versions_in_force(cast):
    first = load(make_document(cast), SYSTEM)
    values = {"series": first.series, "version": 2, "kind_code": "RULES", "kind_id": first.kind_id}
    approved = {"approver": "P", "published_on": TODAY, "in_force_at": DAY, "created_at": DAY}
    with pytest.raises(IntegrityError), transaction():
        row = type(first)(
            **values, **approved, enterprise_id=cast.plant_id, title="Twice",
            status=DocumentState.IN_FORCE, created_by_id=1, created_by="x",
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()


def test_a_certificate_of_three_years_and_its_yearly_self_evaluation(cast):
    ident = make_document(
        cast, "STANDARDIZATION", title="Certificate", number="AQB-1", level=3,
        valid_from=date(2024, 3, 1), published_on=date(2024, 3, 5),
    )  # fmt: skip
    who = cast["safety_manager"]
    found = load(ident, who)
    assert (found.valid_to, found.review_due_on) == (date(2027, 2, 28), date(2025, 3, 1))
    assert found.is_review_overdue
    entered = service.Review(TODAY, Result.FIT, "Ten elements, all fit", "Own team")
    with transaction():
        service.record_review(load(ident, who), who, entered)
    assert load(ident, who).review_due_on == date(2027, 11, 2)
    assert not load(ident, who).is_review_overdue


def test_insurance_without_its_number_sum_or_period_does_not_come_into_force(cast):
    with pytest.raises(InvalidInput) as error:
        make_document(cast, "LIABILITY_INSURANCE", title="Insurance")
    assert error.value.field == "number"


def test_a_plan_is_filed_within_twenty_working_days_and_answered_within_five(cast):
    """No holiday lies in November 2026: twenty working days after Friday 30 October."""
    chemical_works(cast)
    ident = make_document(cast, "PLAN_ONSITE", title="Plan", published_on=date(2026, 10, 30))
    who, officer = cast["safety_manager"], cast["district_officer"]
    found = load(ident, who)
    assert (found.filing, found.filing_due_on) == (FilingState.TO_FILE, date(2026, 11, 27))
    with transaction():
        service.submit_filing(load(ident, who), who, day=TODAY)
    assert load(ident, who).filing_due_on == date(2026, 11, 9)
    with pytest.raises(Forbidden), transaction():
        service.accept_filing(load(ident, who), who, number="1", day=TODAY)
    with transaction():
        service.return_filing(load(ident, officer), officer, reason="The contacts are old")
    assert load(ident, who).filing_due_on == date(2026, 11, 27)
    with transaction():
        service.submit_filing(load(ident, who), who, day=TODAY)
        service.accept_filing(load(ident, officer), officer, number="3301-1", day=TODAY)
    found = load(ident, who)
    assert (found.filing, found.filing_number) == (FilingState.ACCEPTED, "3301-1")
    assert found.filing_due_on is None
    assert told()[-3:] == [
        "document.filing_returned", "document.filing_submitted", "document.filing_accepted",
    ]  # fmt: skip


def test_a_plan_of_a_workshop_is_not_filed(cast):
    ident = make_document(cast, "PLAN_ONSITE", title="Plan")
    assert load(ident, SYSTEM).filing is FilingState.NOT_NEEDED


def missing(actor):
    stmt = queries.list_gaps(actor, queries.GapFilter())
    return {(g.enterprise_id, g.kind_code) for g in db.session.scalars(stmt)}


def test_what_is_missing_follows_each_change_and_the_nightly_reckoning(cast):
    make_document(cast, "RULES")
    officer = cast["district_officer"]
    mine = {code for one, code in missing(officer) if one == cast.plant_id}
    assert "RULES" not in mine
    assert "RESPONSIBILITY" in mine
    assert not any(one == cast.other_plant_id for one, _code in missing(officer))
    assert jobs.reckon(DAY) > 0
    assert (cast.other_plant_id, "RULES") in missing(officer)
    assert (cast.far_plant_id, "RULES") not in missing(officer), "another district's"
    assert jobs.reckon(DAY) == 0, "a second run changes nothing"
    ident = make_document(cast, "PROCEDURES")
    assert (cast.plant_id, "PROCEDURES") not in missing(officer)
    who = cast["safety_manager"]
    with transaction():
        service.withdraw(load(ident, who), who, reason="Replaced by another system")
    assert (cast.plant_id, "PROCEDURES") in missing(officer)


def test_traits_of_other_slices_ask_for_more(cast, monkeypatch):
    plant = enterprises.get_enterprise(cast.plant_id, SYSTEM)
    assert "SAFETY_EVALUATION" not in gaps.completeness_of(plant).required
    held = {cast.plant_id: frozenset({"chemicals"})}
    monkeypatch.setattr(gaps, "traits_of", lambda _ids: held)
    assert "SAFETY_EVALUATION" in gaps.completeness_of(plant).missing


def test_each_step_before_the_end_is_told_once(cast):
    make_document(
        cast, "LIABILITY_INSURANCE", title="Insurance", number="P-1", issuer="Insurer",
        insured_sum=5_000_000, valid_from=date(2026, 1, 1), valid_to=date(2026, 12, 2),
        published_on=date(2026, 1, 1),
    )  # fmt: skip
    assert jobs.watch(DAY) == 1, "thirty days before: one step"
    assert jobs.watch(DAY) == 0
    assert [k for k in told() if k == "document.valid_due"] == ["document.valid_due"] * 2
    with clock.frozen(DAY + timedelta(days=31)):
        assert jobs.watch(clock.now()) == 1
        assert told()[-1] == "document.valid_passed"


def test_the_standing_of_a_document_turns_on_its_last_day(cast):
    ident = make_document(cast, "TRAINING_PLAN", title="Plan", valid_from=date(2025, 11, 3))
    assert load(ident, SYSTEM).valid_to == date(2026, 11, 2)
    assert load(ident, SYSTEM).standing is Standing.DUE
    with clock.frozen(DAY + timedelta(days=1)):
        assert load(ident, SYSTEM).standing is Standing.EXPIRED
        plant = enterprises.get_enterprise(cast.plant_id, SYSTEM)
        assert "TRAINING_PLAN" in gaps.completeness_of(plant).expired


def new_head(**changes):
    last = kinds.versions("RULES")[0]
    names = kinds.Head.__dataclass_fields__
    values = {name: getattr(last, name) for name in names}
    first = TODAY + timedelta(days=30)
    return kinds.Head(**{**values, "effective_from": first, "certainty": Certainty.LOW, **changes})


def test_a_new_version_of_a_kind_leaves_what_was_written_under_the_old_one(cast):
    ident = make_document(cast, "RULES")
    chief = cast["section_chief"]
    with transaction():
        kinds.new_version("RULES", chief, new_head(term_months=12), reason="Our own rule")
    assert load(ident, SYSTEM).valid_to is None
    assert [k.term_months for k in kinds.versions("RULES")] == [12, None]
    assert kinds.kind_on("RULES", TODAY).term_months is None
    with clock.frozen(DAY + timedelta(days=40)):
        newer = make_document(cast, "RULES", title="More rules")
        assert load(newer, SYSTEM).valid_to is not None
    entry = db.session.scalars(
        unscoped(db.select(AuditEntry).where(AuditEntry.action == "document.kind"), reason="a test")
    ).one()
    assert entry.data["reason"] == "Our own rule"
    assert entry.data["term_months"] == [None, 12]
    with pytest.raises(Forbidden), transaction():
        kinds.new_version("RULES", cast["district_officer"], new_head(), reason="Mine")
    with pytest.raises(InvalidInput), transaction():
        kinds.new_version("RULES", chief, new_head(effective_from=TODAY), reason="At once")


def test_nobody_sees_what_another_enterprise_lacks(cast):
    jobs.reckon(DAY)
    stmt = visible(DocumentGap, cast["other_plant"])
    assert {g.enterprise_id for g in db.session.scalars(stmt)} == {cast.other_plant_id}
