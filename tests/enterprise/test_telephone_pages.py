"""Telephones of those in charge: only their ends on every page, in full with a reason on record."""

from __future__ import annotations

import pytest

from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.errors import Forbidden
from supervision.core.scope import unscoped
from supervision.enterprise import contacts, queries
from tests.factories.roll import PHONE, register

FULL, ENDS = "13800000001", "138****0001"
REASON = "Gas alarm, nobody answers"


def opened(action):
    stmt = db.select(AuditEntry).where(AuditEntry.action == action)
    found = db.session.scalars(unscoped(stmt, reason="a test looks")).all()
    db.session.rollback()
    return found


@pytest.mark.parametrize("who", ["district_officer", "auditor", "plant_manager", "video_operator"])
def test_nobody_reads_a_whole_number_in_passing(pages, cast, who):
    page = pages.get(who, f"/enterprises/{cast.plant_id}").get_data(as_text=True)
    assert ENDS in page
    assert FULL not in page
    may_ask = who in {"district_officer", "plant_manager"}
    assert (f"/enterprises/{cast.plant_id}/telephones" in page) == may_ask


def test_an_officer_who_says_why_reads_it_once_and_is_on_record(pages, cast):
    url = f"/enterprises/{cast.plant_id}/telephones"
    answer = pages.post("district_officer", url, {"reason": REASON})
    assert f"tel:{FULL}" in answer.get_data(as_text=True)
    assert "no-store" in answer.headers["Cache-Control"]
    (entry,) = opened("enterprise.reveal")
    assert (entry.actor_id, entry.enterprise_id) == (cast["district_officer"].id, cast.plant_id)
    assert entry.data == {"reason": REASON}
    again = pages.get("district_officer", f"/enterprises/{cast.plant_id}").get_data(as_text=True)
    assert FULL not in again


def test_without_a_reason_nothing_is_shown(pages, cast):
    url = f"/enterprises/{cast.plant_id}/telephones"
    answer = pages.post("district_officer", url, {"reason": " "})
    assert answer.status_code == 422
    assert FULL not in answer.get_data(as_text=True)
    assert opened("enterprise.reveal") == []
    with pytest.raises(Forbidden), transaction():
        plant = queries.get_enterprise(cast.plant_id, SYSTEM)
        contacts.reveal(plant, cast["auditor"], reason=REASON)


def test_a_registration_is_read_with_its_number_only_by_whoever_asks_back(pages, cast):
    ident, _number = register()
    page = pages.get("district_officer", f"/registrations/{ident}").get_data(as_text=True)
    assert PHONE not in page
    assert "139****0077" in page
    url = f"/registrations/{ident}/telephones"
    assert pages.post("district_officer", url, {"reason": ""}).status_code == 422
    answer = pages.post("district_officer", url, {"reason": REASON})
    assert f"tel:{PHONE}" in answer.get_data(as_text=True)
    (entry,) = opened("registration.reveal")
    assert (entry.entity_id, entry.data) == (ident, {"reason": REASON})
