"""A small city by the same way as the large one."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db
from supervision.core.errors import InvalidInput
from supervision.core.find import hits
from supervision.core.scope import unscoped, visible
from supervision.demo import scale
from supervision.enterprise import queries as enterprises
from supervision.enterprise.models import Enterprise, EnterpriseEvent
from supervision.enterprise.uscc import uscc_problems
from supervision.hazard import queries as hazards
from supervision.hazard.models import Hazard, HazardEvent


def count(model):
    return db.session.scalar(unscoped(select(func.count(model.id)), reason="counted in a test"))


def test_a_city_has_its_rows_one_long_history_and_one_audit_row_a_batch(app, monkeypatch):
    monkeypatch.setattr(scale, "EVENTS", 60)
    told = []
    built = scale.build(40, 120, lambda *said: told.append(said))
    assert (count(Enterprise), count(Hazard)) == (40, 120)
    assert told == [("enterprises", 40, 40), ("hazards", 110, 110)]

    roll = db.session.scalars(visible(Enterprise, SYSTEM)).all()
    assert [problem for row in roll for problem in uscc_problems(row.uscc)] == []
    assert len({row.uscc for row in roll}) == 40

    busy = built.busiest_id
    steps = hazards.events_of_enterprise(busy, SYSTEM, None, 1000)
    changes = enterprises.events(busy, SYSTEM, None, 1000)
    assert len(steps) + len(changes) >= 60
    assert count(HazardEvent) + count(EnterpriseEvent) > 200

    rows = db.session.scalars(
        unscoped(select(AuditEntry).where(AuditEntry.action == "demo.scale"), reason="a test")
    ).all()
    assert [row.data["count"] for row in rows] == [40, 110]

    number = hazards.first(SYSTEM, hazards.HazardFilter(), 1)[0].number
    assert hits(SYSTEM, number, "hazard", 5)
    assert {row_id for row_id, _text in hits(SYSTEM, roll[0].name, "enterprise", 5)} >= {roll[0].id}

    with pytest.raises(InvalidInput):
        scale.build(1, 0, lambda *_said: None)
