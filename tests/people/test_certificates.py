"""Certificates: days by the kind's months, review, renewal, revocation, alarms."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.notices import Audience, Notice
from supervision.people import certificates, figures, jobs, queries, service
from supervision.people.certificates import CertificateFields
from supervision.people.queries import CertificateFilter
from supervision.people.workflow import CertificateState
from tests.factories.people import make_certificate, make_person


def get(certificate_id):
    return queries.get_certificate(certificate_id, SYSTEM)


def fields(first, **changes):
    values = {"number": "T1", "issuer": "B", "issued_on": first, "valid_from": first}
    return CertificateFields(**{**values, **changes})


def record(person_id, code="SO-WELDING", first=None, **changes):
    with transaction():
        person = queries.get_person(person_id, SYSTEM)
        wanted = fields(first or clock.today(), **changes)
        return certificates.record(person, SYSTEM, code, wanted).id


def test_empty_days_follow_from_the_months_of_the_kind(app, cast):
    person = make_person(cast, 1, "special_operations")
    found = get(record(person, first=date(2026, 6, 1)))
    assert (found.valid_to, found.review_on) == (date(2032, 5, 31), date(2029, 5, 31))
    assert found.next_on == date(2029, 5, 31)
    other = get(record(person, "OTHER", number="T2"))
    assert (other.valid_to, other.next_on) == (None, None)


def test_a_certificate_keeps_the_version_of_its_kind(app, cast):
    person = make_person(cast, 1)
    certificate = record(person)
    assert get(certificate).kind.effective_from == date(2026, 6, 1)
    assert get(certificate).kind.certainty == "L"


def test_the_same_number_of_the_same_kind_is_on_file_once(app, cast):
    person = make_person(cast, 1)
    record(person, number="T 00x")
    with pytest.raises(InvalidInput) as error:
        record(person, number="t00X")
    assert error.value.field == "number"


def test_a_passed_review_moves_the_day_and_the_last_one_is_the_renewal(app, cast):
    person = make_person(cast, 1)
    first = clock.today() - timedelta(days=3 * 365)
    certificate = record(person, first=first)
    due = get(certificate).review_on
    with transaction():
        certificates.review(get(certificate), SYSTEM, day=clock.today())
    found = get(certificate)
    assert due is not None
    assert found.review_on is None
    assert found.next_on == found.valid_to
    with pytest.raises(Conflict), transaction():
        certificates.review(get(certificate), SYSTEM, day=clock.today())


def test_a_renewed_certificate_stays_on_file_until_the_new_one_begins(app, cast):
    person = make_person(cast, 1)
    old = make_certificate(person, ends=20)
    begins = clock.today() + timedelta(days=10)
    with transaction():
        wanted = fields(begins, number="T9", issued_on=clock.today())
        new = certificates.renew(get(old), SYSTEM, wanted).id
    assert get(old).status is CertificateState.RENEWED
    assert get(new).replaces_id == old
    assert get(old).holds_on(clock.today())
    assert not get(old).holds_on(begins)
    assert get(new).holds_on(begins)


def test_a_revoked_certificate_holds_no_more_and_says_why(app, cast):
    certificate = make_certificate(make_person(cast, 1))
    with pytest.raises(InvalidInput), transaction():
        certificates.revoke(get(certificate), SYSTEM, day=clock.today(), reason="")
    with transaction():
        certificates.revoke(get(certificate), SYSTEM, day=clock.today(), reason="Fraud")
    assert not get(certificate).holds_on(clock.today())
    with pytest.raises(Conflict), transaction():
        certificates.correct(get(certificate), SYSTEM, fields(clock.today()))


@pytest.mark.parametrize(
    ("ends", "states"),
    [
        (-1, {"expired"}),
        (0, {"valid", "soon"}),
        (90, {"valid", "soon"}),
        (91, {"valid"}),
    ],
)
def test_the_list_knows_the_boundaries_of_its_states(app, cast, ends, states):
    certificate = make_certificate(make_person(cast, 1), ends=ends)
    found = {
        state
        for state in ("valid", "soon", "expired", "revoked")
        for c in db.session.scalars(
            queries.list_certificates(cast["district_officer"], CertificateFilter(state=state))
        )
        if c.id == certificate
    }
    assert found == states
    counts = queries.certificate_counts(cast["plant_manager"])
    assert {n for n, count in counts.items() if count} == states
    assert queries.certificate_counts(cast["other_plant"]) == dict.fromkeys(counts, 0)


def told():
    db.session.rollback()
    rows = db.session.scalars(db.select(Notice).where(Notice.kind.startswith("people.")))
    return [(n.kind, n.audience, n.params["name"], n.params["days"]) for n in rows]


def test_alarms_are_told_once_a_step_and_again_for_a_new_day(app, cast):
    person = make_person(cast, 1, name="Longname", account_id=cast.accounts["worker"])
    certificate = make_certificate(person, ends=30)
    assert jobs.tell_of_certificates(clock.now()) == 1
    assert jobs.tell_of_certificates(clock.now()) == 0
    # The review's last day is the end here: it is told as the renewal that it is.
    assert told() == [
        ("people.validity_due", Audience.ENTERPRISE_PEOPLE, "L*******", "30"),
        ("people.validity_due", Audience.ACCOUNT, "L*******", "30"),
    ]
    with clock.frozen(clock.now() + timedelta(days=31)):
        assert jobs.tell_of_certificates(clock.now()) == 1
        assert ("people.validity_past", Audience.SUPERVISORS, "L*******", "0") in told()
    with transaction():
        found = get(certificate)
        later = found.valid_to + timedelta(days=30)
        wanted = fields(found.valid_from, valid_to=later, review_on=later)
        certificates.correct(found, SYSTEM, wanted)
    assert jobs.tell_of_certificates(clock.now()) == 1


def test_nobody_is_told_of_those_who_left_or_of_what_was_revoked(app, cast):
    gone, revoked = make_person(cast, 1), make_person(cast, 2)
    make_certificate(gone, ends=5)
    certificate = make_certificate(revoked, ends=5)
    with transaction():
        service.leave(queries.get_person(gone, SYSTEM), SYSTEM, day=clock.today())
        certificates.revoke(get(certificate), SYSTEM, day=clock.today(), reason="Lost")
    assert jobs.tell_of_certificates(clock.now()) == 0


def test_the_months_figures_are_the_rows_counted_again(app, cast):
    for serial, ends in enumerate((-3, 40, 400), start=1):
        make_certificate(make_person(cast, serial), ends=ends)
    far = make_person(cast, 9, enterprise_id=cast.far_plant_id)
    make_certificate(far, ends=1)
    day = clock.today()
    whose = {"region": "330110"}
    rows = list(figures.certificate_rows(SYSTEM, day, **whose))
    counts = figures.certificate_counts(SYSTEM, day - timedelta(days=30), day, **whose)
    assert [r.person for r in rows] == ["W*******"] * 2
    assert counts == {
        "certificates_valid": 2,
        "certificates_soon": 1,
        "certificates_expired": 1,
        "certificates_new": 0,
    }
    assert sum(r.next_on < day for r in rows) == counts["certificates_expired"]
