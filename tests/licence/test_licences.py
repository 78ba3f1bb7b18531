"""A licence's life: entered, verified, followed by another, taken away, ended by its day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from supervision import seeds
from supervision.core import clock
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.notices import Audience, Notice
from supervision.core.scope import unscoped
from supervision.core.statutory import Certainty
from supervision.core.validity import Standing
from supervision.licence import jobs, queries, service, steps, types
from supervision.licence.models import Licence
from supervision.licence.queries import LicenceFilter
from supervision.licence.rules import FileKind, Means, Origin
from supervision.licence.service import Succession
from supervision.licence.workflow import LicenceState as S
from tests.factories.licences import (
    decision,
    ending,
    load_licence,
    make_licence,
    paper,
    scan,
)


def step(cast, licence_id, verb, who, *args, **data):
    with transaction():
        verb(load_licence(licence_id), cast[who], *args, **data)


def follow(cast, licence_id, origin=Origin.RENEWAL, *, by="plant_manager", **changes):
    """The id of the paper that follows; it begins the day after the earlier one ends."""
    with transaction():
        before = load_licence(licence_id)
        if origin is Origin.CHANGE:
            values = {"valid_to": before.valid_to}
        else:
            values = {"valid_to": before.valid_to + timedelta(days=1095)}
            values |= {"valid_from": before.valid_to + timedelta(days=1)}
            values |= {"issued_on": clock.today()}
        made = service.succeed(
            Succession(origin, before, is_clean=True), cast[by], paper(**{**values, **changes})
        )
        return made.id


def told(kind):
    return db.session.scalars(db.select(Notice).where(Notice.kind == kind)).all()


def statuses(*ids):
    return [load_licence(i).status for i in ids]


def test_what_an_enterprise_enters_counts_when_an_officer_has_seen_the_paper(cast):
    licence_id = make_licence(cast, S.DRAFT, with_scan=True)
    assert load_licence(licence_id).standing is None
    with pytest.raises(Forbidden):
        step(cast, licence_id, service.verify, "plant_manager", means=Means.SCAN)
    step(cast, licence_id, service.verify, "district_officer", means=Means.ORIGINAL)
    found = load_licence(licence_id)
    assert (found.status, found.verified_by, found.standing) == (
        S.VALID,
        "District Officer",
        Standing.OK,
    )
    assert [e.action for e in found.events] == ["record", "verify"]
    entries = db.session.scalars(
        unscoped(
            db.select(AuditEntry.action)
            .where(AuditEntry.entity == "licence")
            .order_by(AuditEntry.id),
            reason="a test looks",
        )
    ).all()
    assert entries == ["licence.record", "licence.verify"]
    assert told("licence.recorded")[0].audience is Audience.SUPERVISORS
    assert told("licence.verified")[0].audience is Audience.ENTERPRISE_PEOPLE


def test_an_entry_that_was_returned_is_corrected_and_waits_again(cast):
    licence_id = make_licence(cast, S.RETURNED)
    step(cast, licence_id, service.correct, "safety_manager", paper(number="ZJ-2", scans=[]))
    found = load_licence(licence_id)
    assert (found.status, found.number) == (S.DRAFT, "ZJ-2")
    step(cast, licence_id, service.verify, "district_officer", means=Means.SCAN)
    with pytest.raises(Conflict):
        step(cast, licence_id, service.correct, "safety_manager", paper(number="ZJ-3"))


def test_the_deadline_is_reckoned_by_the_version_that_held_on_the_day_of_issue(cast):
    old = make_licence(cast, number="OLD")
    with transaction():
        base = types.version_for("WORK_SAFETY", clock.today())
        values = types.values_of(base)
        changed = {name: getattr(values, name) for name in types.FIELDS} | {"apply_months": 6}
        types.change_type(
            base,
            cast["section_chief"],
            types.TypeValues(**changed),
            effective_from=clock.today(),
            reason="The law was changed",
        )
    new = make_licence(
        cast,
        number="NEW",
        issued_on=clock.today(),
        valid_from=clock.today(),
        valid_to=load_licence(old).valid_to,
    )
    before, after = load_licence(old), load_licence(new)
    assert before.type.apply_months == 3
    assert after.type.apply_months == 6
    assert after.apply_by < before.apply_by
    assert after.valid_to == before.valid_to


def test_a_number_is_entered_once_but_a_renewal_may_keep_it(cast):
    first = make_licence(cast)
    with pytest.raises(InvalidInput) as refused:
        make_licence(cast, enterprise_id=cast.other_plant_id, by="other_plant")
    assert refused.value.field == "number"
    follow(cast, first)
    wrong = make_licence(cast, S.DISCARDED, number="TWICE")
    assert make_licence(cast, number="TWICE") != wrong


def test_a_renewed_licence_runs_on_until_its_successor_begins(cast):
    first = make_licence(cast, valid_to=ending(-5))
    assert load_licence(first).standing is Standing.LATE_TO_APPLY
    second = follow(cast, first)
    assert statuses(first, second) == [S.VALID, S.DRAFT]
    step(cast, second, service.verify, "district_officer", means=Means.SCAN)
    assert statuses(first, second) == [S.VALID, S.VALID]
    assert load_licence(first).standing is not Standing.LATE_TO_APPLY
    assert load_licence(second).standing is Standing.NOT_YET
    end = load_licence(first).valid_to
    with clock.frozen(clock.start_of(end + timedelta(days=1))):
        jobs.watch(clock.now())
        assert statuses(first, second) == [S.REPLACED, S.VALID]
        assert load_licence(first).ended_on == end
        assert jobs.watch(clock.now()) == 0
    assert told("licence.expired") == []


def test_a_changed_licence_takes_the_place_of_the_present_one_at_once(cast):
    first = make_licence(cast)
    second = follow(cast, first, Origin.CHANGE, number="ZJ-CHANGED")
    step(cast, second, service.verify, "district_officer", means=Means.ORIGINAL)
    assert statuses(first, second) == [S.REPLACED, S.VALID]
    with pytest.raises(Conflict):
        follow(cast, first)


def test_a_licence_has_one_successor_whoever_is_first(cast):
    first = make_licence(cast)
    follow(cast, first)
    with pytest.raises(Conflict):
        follow(cast, first, Origin.CHANGE)
    with pytest.raises(IntegrityError), transaction():
        row = load_licence(first)
        rival = service.record(row.enterprise, cast["plant_manager"], paper(number="R"))
        rival.origin, rival.renews_id = Origin.RENEWAL, first


def test_an_application_stops_the_deadline_and_a_refusal_starts_it_again(cast):
    licence_id = make_licence(cast, valid_to=ending(-2))
    step(cast, licence_id, steps.apply, "plant_manager", applied_on=clock.today())
    assert load_licence(licence_id).standing is Standing.DUE
    with pytest.raises(Forbidden):
        step(cast, licence_id, steps.apply, "plant_manager", applied_on=clock.today())
    step(cast, licence_id, steps.refuse, "district_officer", decision())
    assert load_licence(licence_id).standing is Standing.LATE_TO_APPLY


def test_a_suspended_licence_is_resumed_or_revoked_with_a_numbered_decision(cast):
    licence_id = make_licence(cast)
    with pytest.raises(InvalidInput) as refused:
        step(cast, licence_id, steps.suspend, "district_officer", decision(decision_number=""))
    assert refused.value.field == "decision_number"
    with transaction():
        officer = cast["district_officer"]
        steps.suspend(load_licence(licence_id), officer, decision(scans=[scan(officer)]))
    assert [f.kind for f in load_licence(licence_id).files] == [FileKind.DECISION]
    step(cast, licence_id, steps.resume, "district_officer", decision(reason="Mended"))
    assert load_licence(licence_id).suspended_on is None
    step(cast, licence_id, steps.revoke, "district_officer", decision())
    assert load_licence(licence_id).ended_on == clock.today()
    with pytest.raises(Conflict):
        step(cast, licence_id, steps.surrender, "district_officer", decision())


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": S.REVOKED},
        {"status": S.SUSPENDED, "suspended_on": clock.today()},
        {"verified_at": None},
        {"apply_by": clock.today() + timedelta(days=4000)},
        {"ended_on": clock.today()},
        {"origin": Origin.RENEWAL},
    ],
    ids="-".join,
)
def test_the_database_too_asks_for_the_evidence_of_a_state(cast, wrong):
    licence_id = make_licence(cast)
    with pytest.raises(IntegrityError), transaction():
        for name, value in wrong.items():
            setattr(load_licence(licence_id), name, value)
        db.session.flush()


def test_each_step_of_the_ladder_is_told_once_to_both_sides(cast):
    licence_id = make_licence(cast, valid_to=ending(31))
    jobs.watch(clock.now())
    assert [n.audience for n in told("licence.apply_due")] == [
        Audience.ENTERPRISE_PEOPLE,
        Audience.SUPERVISORS,
    ]
    assert told("licence.apply_due")[0].params["days"] == "31"
    assert jobs.watch(clock.now()) == 0
    last_day = load_licence(licence_id).apply_by
    with clock.frozen(clock.start_of(last_day + timedelta(days=1))):
        assert jobs.watch(clock.now()) == 2  # the deadline has passed; 90 days to the end
        assert len(told("licence.apply_passed")) == 2
        assert jobs.watch(clock.now()) == 0


def test_who_has_applied_is_not_told_of_the_deadline_but_of_the_end(cast):
    make_licence(cast, valid_to=ending(5), applied_on=clock.today())
    with clock.frozen(clock.now() + timedelta(days=10)):
        jobs.watch(clock.now())
    assert told("licence.apply_due") == []
    assert told("licence.apply_passed") == []
    assert len(told("licence.end_due")) == 2


def test_a_licence_expires_the_day_after_its_last_and_the_alarm_says_so(cast):
    licence_id = make_licence(cast, valid_to=clock.today())
    jobs.watch(clock.now())
    assert load_licence(licence_id).status is S.VALID
    with clock.frozen(clock.now() + timedelta(days=1)):
        jobs.watch(clock.now())
        found = load_licence(licence_id)
        assert (found.status, found.ended_on) == (S.EXPIRED, found.valid_to)
        assert len(told("licence.expired")) == 2


def test_a_paper_that_ended_long_ago_is_entered_as_expired(cast):
    licence_id = make_licence(cast, valid_to=clock.today() - timedelta(days=400))
    assert load_licence(licence_id).status is S.EXPIRED


def test_one_bad_row_stops_no_other(cast, monkeypatch):
    bad = make_licence(cast, number="BAD", valid_to=clock.today())
    good = make_licence(cast, number="GOOD", valid_to=clock.today())
    real = service.expire

    def expire(licence):
        if licence.id == bad:
            raise RuntimeError("broken")
        real(licence)

    monkeypatch.setattr(service, "expire", expire)
    with clock.frozen(clock.now() + timedelta(days=1)):
        jobs.watch(clock.now())
        assert statuses(bad, good) == [S.VALID, S.EXPIRED]


def test_the_filters_by_standing_say_what_each_licence_says_of_itself(cast):
    made = [
        make_licence(cast, number="A"),
        make_licence(cast, number="B", valid_to=ending(40)),
        make_licence(cast, number="C", valid_to=ending(-3)),
        make_licence(cast, number="D", valid_to=ending(-3), applied_on=clock.today()),
        make_licence(cast, number="E", valid_to=clock.today() - timedelta(days=1)),
        make_licence(cast, number="F", type_code="BUSINESS_LICENCE", valid_to=None),
        make_licence(
            cast,
            number="G",
            issued_on=clock.today(),
            valid_from=clock.today() + timedelta(days=9),
            valid_to=clock.today() + timedelta(days=900),
        ),
        make_licence(cast, S.SUSPENDED, number="H", valid_to=ending(-3)),
        make_licence(cast, S.REVOKED, number="I"),
        make_licence(cast, S.DRAFT, number="J"),
    ]
    officer = cast["district_officer"]
    found = {}
    for wanted in Standing:
        stmt = queries.list_licences(officer, LicenceFilter(standing=wanted))
        for licence in db.session.scalars(stmt).unique():
            found[licence.number] = wanted
    said = {x.number: x.standing for x in map(load_licence, made) if x.standing is not None}
    assert found == said
    assert set(said.values()) == set(Standing)
    counts = queries.counts(officer)
    assert (counts.late, counts.due, counts.expired, counts.to_verify) == (2, 2, 1, 1)
    near = queries.list_licences(officer, LicenceFilter(days=60))
    assert {x.number for x in db.session.scalars(near).unique()} == {
        x.number
        for x in map(load_licence, made)
        if x.days_left is not None and 0 <= x.days_left <= 60
    }


def test_a_stale_writer_is_told_so(cast):
    licence_id = make_licence(cast)
    with pytest.raises(StaleDataError), transaction():
        row = load_licence(licence_id)
        db.session.execute(
            unscoped(
                db.update(Licence).where(Licence.id == licence_id).values(row_version=99),
                reason="somebody else was first",
            ).execution_options(synchronize_session=False)
        )
        steps.apply(row, cast["plant_manager"], applied_on=clock.today())


def test_types_are_changed_as_versions_with_a_reason(cast):
    with transaction():
        seeds.load_licence_types()
        assert seeds.load_licence_types() == 0
        base = types.version_for("HAZCHEM_USE", clock.today())
        values = types.values_of(base)
        with pytest.raises(InvalidInput):
            types.change_type(
                base, cast["section_chief"], values, effective_from=clock.today(), reason="None"
            )
        wider = {name: getattr(values, name) for name in types.FIELDS} | {
            "certainty": Certainty.MEDIUM
        }
        made = types.change_type(
            base,
            cast["section_chief"],
            types.TypeValues(**wider),
            effective_from=clock.today() + timedelta(days=3),
            reason="Asked the ministry",
        )
        assert types.version_for("HAZCHEM_USE", clock.today()) is base
        assert types.version_for("HAZCHEM_USE", made.effective_from) is made
        with pytest.raises(Conflict):
            types.change_type(
                base,
                cast["section_chief"],
                types.TypeValues(**wider),
                effective_from=clock.today(),
                reason="Again",
            )


def test_who_may_only_read_enters_nothing(cast):
    with transaction():
        seeds.load_licence_types()
    with pytest.raises(Forbidden), transaction():
        service.record(cast.plant, cast["auditor"], paper())
