"""Officers' certificates: recorded, renewed, revoked, and told of before they end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from supervision.authority import jobs, queries, rules
from supervision.authority.models import OfficerCertificate
from supervision.authority.rules import Validity
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.notices import Notice
from supervision.core.scope import unscoped
from tests.factories.authorities import certify, make_authority
from tests.factories.months import on
from tests.pages import error_text

TODAY = date(2026, 11, 22)


def form(cast, authority_id: int, **changes: object) -> dict[str, object]:
    values = {
        "account_id": cast.accounts["district_officer"],
        "authority_id": authority_id,
        "number": "33011001",
        "issuer": "Provincial Department",
        "valid_from": "2026-01-01",
        "valid_to": "2030-12-31",
    }
    return {**values, **changes}


def load(certificate_id: int) -> OfficerCertificate:
    return queries.get_certificate(certificate_id, SYSTEM)


def told() -> list[tuple[str, int]]:
    return [(n.kind, n.audience_id or 0) for n in db.session.scalars(select(Notice))]


def test_a_chief_records_a_certificate_and_the_officer_is_told(pages, cast):
    authority_id = make_authority()
    answer = pages.post("section_chief", "/authorities/certificates/new", form(cast, authority_id))
    assert answer.status_code == 302
    held = queries.certificates_on(TODAY, [cast.accounts["district_officer"]])
    assert held[cast.accounts["district_officer"]].number == "33011001"
    assert told() == [("certificate.recorded", cast.accounts["district_officer"])]
    shown = error_text(pages.get("section_chief", "/authorities/certificates"))
    assert "33011001" in shown
    assert "District Officer" in shown


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"valid_to": "2025-12-31"}, "The last day lies before the first."),
        ({"valid_to": "2036-12-31", "valid_from": "2020-01-01"}, "valid for so long"),
        ({"number": ""}, "This field is required."),
        ({"number": "ZF-section_chief"}, "Another officer holds this number."),
    ],
)
def test_a_certificate_that_does_not_fit_is_refused_with_its_field(pages, cast, changes, message):
    authority_id = make_authority()
    certify(cast, "section_chief", authority_id)
    data = form(cast, authority_id, **changes)
    answer = pages.post("section_chief", "/authorities/certificates/new", data)
    assert answer.status_code == 422
    assert message in error_text(answer)
    assert pages.post("section_chief", "/authorities/certificates/new", {}).status_code == 422


def test_a_renewal_stands_beside_the_old_one_and_may_keep_its_number(pages, cast):
    authority_id = make_authority()
    with on(TODAY):
        old = certify(cast, "district_officer", authority_id, valid_to=date(2026, 12, 31))
        page = pages.get("section_chief", f"/authorities/certificates/{old}/renew")
        assert 'value="2027-01-01"' in page.text
        again = form(cast, authority_id, number="ZF-district_officer", valid_from="2026-12-01")
        url = f"/authorities/certificates/{old}/renew"
        overlapping = pages.post("section_chief", url, again)
        assert "on record already" in error_text(overlapping)
        assert pages.post("section_chief", url, again | {"valid_from": "2027-01-01"}).location
    officer = cast.accounts["district_officer"]
    assert queries.certificates_on(date(2026, 12, 31), [officer])[officer].id == old
    assert queries.certificates_on(date(2027, 1, 1), [officer])[officer].id != old


def test_a_revoked_certificate_keeps_its_row_and_holds_no_more(pages, cast):
    held = certify(cast, "district_officer", make_authority(), number="33011002")
    url = f"/authorities/certificates/{held}/revoke"
    assert pages.post("section_chief", url, {"revoked_on": ""}).status_code == 422
    future = {"revoked_on": (clock.today() + timedelta(days=1)).isoformat(), "reason": "left"}
    assert "in the future" in error_text(pages.post("section_chief", url, future))
    assert pages.post("section_chief", url, {"reason": "Left the bureau"}).status_code == 302
    assert not load(held).holds_on(clock.today())
    assert load(held).holds_on(clock.today() - timedelta(days=1))
    assert rules.validity(load(held), clock.today()) is Validity.REVOKED
    again = pages.post("section_chief", url, {"reason": "twice"})
    assert again.status_code == 409
    trail = db.session.scalars(
        unscoped(select(AuditEntry).where(AuditEntry.entity_id == held), reason="a test looks")
    )
    assert "certificate.revoke" in {e.action for e in trail}


@pytest.mark.parametrize(
    ("who", "status", "sees"),
    [
        (None, 302, False),
        ("no_role", 403, False),
        ("plant_manager", 403, False),
        ("district_officer", 200, True),
        ("other_district", 200, False),
        ("city_officer", 200, False),
        ("section_chief", 200, True),
        ("auditor", 200, True),
        ("administrator", 200, True),
    ],
)
def test_an_officer_sees_their_own_and_a_chief_those_of_the_region(pages, cast, who, status, sees):
    certify(cast, "district_officer", make_authority(), number="33011003")
    page = pages.get(who, "/authorities/certificates")
    assert page.status_code == status
    assert ("33011003" in page.text) is sees


def test_a_chief_does_not_touch_certificates_of_another_region(pages, cast):
    there = make_authority("330113")
    held = certify(cast, "other_district", there)
    for verb in ("renew", "revoke"):
        url = f"/authorities/certificates/{held}/{verb}"
        assert pages.get("section_chief", url).status_code == 404
        assert pages.post("section_chief", url, {"reason": "x"}).status_code == 404
        assert pages.get("administrator", url).status_code == 200
    data = form(cast, there)
    assert pages.post("section_chief", "/authorities/certificates/new", data).status_code == 422
    assert load(held).revoked_on is None


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        ("valid", "A-VALID"),
        ("soon", "B-SOON"),
        ("expired", "C-EXPIRED"),
        ("revoked", "D-REVOKED"),
        ("to_come", "E-TO-COME"),
    ],
)
def test_the_list_is_narrowed_as_its_badges_say(pages, cast, wanted, number):
    authority_id = make_authority()
    spans = {
        "A-VALID": (date(2026, 1, 1), date(2028, 1, 1)),
        "B-SOON": (date(2026, 1, 1), TODAY + timedelta(days=90)),
        "C-EXPIRED": (date(2020, 1, 1), TODAY - timedelta(days=1)),
        "D-REVOKED": (date(2026, 1, 1), date(2028, 1, 1)),
        "E-TO-COME": (TODAY + timedelta(days=1), date(2028, 1, 1)),
    }
    with on(TODAY):
        for name, (first, last) in spans.items():
            made = certify(
                cast, "district_officer", authority_id, valid_from=first, valid_to=last, number=name
            )
            if name == "D-REVOKED":
                with transaction():
                    row = load(made)
                    row.revoked_on, row.revoked_reason = TODAY, "left"
        text = pages.get("section_chief", f"/authorities/certificates?validity={wanted}").text
        assert {n for n in spans if n in text} == {number}
        counts = queries.certificate_counts(SYSTEM, TODAY)
        assert set(counts.values()) == {1}
        assert {rules.validity(load(i), TODAY) for i in range(1, 6)} == set(Validity)
        found = pages.get("section_chief", "/authorities/certificates?text=soon").text
        assert "B-SOON" in found
        assert "A-VALID" not in found


def test_the_end_is_told_ninety_thirty_seven_and_no_days_before_once_each(app, cast):
    last = date(2026, 12, 31)
    held = certify(cast, "district_officer", make_authority(), valid_to=last)
    people = {cast.accounts["district_officer"], cast.accounts["section_chief"]}
    for days, expected in ((91, 0), (90, 1), (89, 0), (30, 1), (29, 0), (5, 1), (0, 1), (-1, 0)):
        with on(last - timedelta(days=days)) as now:
            before = len(told())
            assert jobs.remind(now) == expected, days
            assert jobs.remind(now) == 0
            new = told()[before:]
            assert {who for _kind, who in new} == (people if expected else set())
    assert load(held).reminded_days == 0


def test_nobody_is_told_of_a_certificate_that_was_renewed_or_revoked(app, cast):
    authority_id = make_authority()
    last = date(2026, 12, 31)
    certify(cast, "district_officer", authority_id, valid_to=last)
    certify(
        cast,
        "district_officer",
        authority_id,
        valid_from=date(2027, 1, 1),
        valid_to=date(2030, 1, 1),
    )
    revoked = certify(cast, "section_chief", authority_id, valid_to=last)
    with transaction():
        row = load(revoked)
        row.revoked_on, row.revoked_reason = date(2026, 12, 1), "left"
    with on(date(2026, 12, 10)) as now:
        assert jobs.remind(now) == 0
