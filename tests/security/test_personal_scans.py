"""A scan shows a person's number and name in full: whoever opens one is on the trail."""

from __future__ import annotations

from supervision.core.audit import AuditEntry
from supervision.core.db import db
from supervision.core.scope import unscoped
from tests.factories.people import some_people


def opened(entity):
    stmt = db.select(AuditEntry.actor_name, AuditEntry.entity_id).where(
        AuditEntry.action == "people.scan_open", AuditEntry.entity == entity
    )
    found = [tuple(row) for row in db.session.execute(unscoped(stmt, reason="a test looks"))]
    db.session.rollback()
    return found


def test_who_opens_a_scan_of_a_person_is_on_the_trail(pages, cast):
    ids = some_people(cast, cast.plant_id, "NEAR")
    certificate, session = ids["people.certificate_id"], ids["people.session_id"]
    scan = f"/people/certificates/{certificate}/files/{ids['people.scan_id']}"
    sheet = f"/people/training/{session}/files/{ids['people.sheet_id']}"
    for url in (scan, sheet):
        assert pages.as_("auditor").get(url).status_code == 403
        assert pages.as_("other_plant").get(url).status_code == 404
    assert opened("person_certificate") == opened("training_session") == []
    answers = [pages.as_("district_officer").get(url) for url in (scan, sheet)]
    assert [a.status_code for a in answers] == [200, 200]
    assert all("no-store" in a.headers["Cache-Control"] for a in answers)
    assert [i for _name, i in opened("person_certificate")] == [certificate]
    assert [i for _name, i in opened("training_session")] == [session]
