"""One change for many enterprises: who gets it, what it leaves alone, and the way back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from supervision.core import clock
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, InvalidInput, NotFound
from supervision.core.notices import Notice
from supervision.core.scope import unscoped, visible
from supervision.enterprise import bulk
from supervision.enterprise import service as registry
from supervision.enterprise.assigning import jobs, queries, service
from supervision.enterprise.assigning.models import BulkState
from supervision.enterprise.models import Enterprise, EnterpriseEvent
from tests.cast import enterprise_values
from tests.pages import error_text

ME = "section_chief"
UNIT = {"supervising_unit": "Unit 7"}


def many(cast, count):
    """Ids of so many enterprises more, in the district."""
    with transaction():
        rows = [enterprise_values(100 + n) for n in range(count)]
        return [e.id for e in bulk.register_many(cast[ME], rows)]


def asked(cast, ids, values, who=ME):
    with transaction():
        return service.ask(cast[who], ids, values, expected=len(ids)).id


def units(cast, ids):
    db.session.rollback()
    stmt = visible(Enterprise, cast["administrator"]).where(Enterprise.id.in_(ids))
    return [e.supervising_unit for e in db.session.scalars(stmt.order_by(Enterprise.id))]


def test_ticked_rows_change_at_once_with_an_event_each_and_can_be_undone(pages, cast):
    ids = [cast.plant_id, cast.other_plant_id]
    page = pages.post(ME, "/enterprises/assignments/choose", {"id": ids, "query": "sort=name"})
    assert "Change 2 enterprises" in error_text(page)
    data = {"ids": ",".join(map(str, ids)), "count": "2", "unit": "Unit 7", "key": "1"}
    sent = pages.post(ME, "/enterprises/assignments/", data)
    where = sent.headers["Location"]
    assert units(cast, ids) == ["Unit 7", "Unit 7"]
    text = error_text(pages.get(ME, where))
    assert "Invented Plant 1" in text
    assert "— → Unit 7" in text
    stmt = visible(EnterpriseEvent, cast[ME]).where(EnterpriseEvent.actor_id == cast.accounts[ME])
    events = db.session.scalars(stmt).all()
    assert [e.fields for e in events] == [["is_key", "supervising_unit"]] * 2
    entry = select(AuditEntry).where(AuditEntry.action == "enterprise.assign")
    assert len(db.session.scalars(unscoped(entry, reason="a test looks")).all()) == 1
    db.session.rollback()
    back = pages.post(ME, f"{where}/undo").headers["Location"]
    assert back != where
    assert units(cast, ids) == ["", ""]
    # A second click undoes nothing twice.
    assert pages.post(ME, f"{where}/undo").headers["Location"] == where


def test_what_somebody_changed_since_is_not_given_back(cast):
    bulk_id = asked(cast, [cast.plant_id, cast.other_plant_id], UNIT)
    jobs.work(clock.now())
    with transaction():
        registry.change(cast.plant, cast[ME], {"supervising_unit": "Mine"})
    with transaction():
        service.undo(queries.get_change(bulk_id, cast[ME]), cast[ME])
    jobs.work(clock.now())
    assert units(cast, [cast.plant_id, cast.other_plant_id]) == ["Mine", ""]


def test_a_list_that_grew_after_it_was_counted_is_looked_at_again(cast):
    with pytest.raises(Conflict), transaction():
        service.ask(cast[ME], [cast.plant_id, cast.other_plant_id], UNIT, expected=1)
    with pytest.raises(InvalidInput), transaction():
        service.ask(cast[ME], [cast.plant_id], {}, expected=1)


def test_the_whole_filtered_list_is_what_the_page_shows(pages, cast):
    many(cast, 3)
    data = {"whole": "1", "query": "text=Plant+10", "unit": "Unit 9", "count": "3"}
    page = pages.post(ME, "/enterprises/assignments/choose", {**data, "id": [cast.plant_id]})
    assert "Change 3 enterprises" in error_text(page)
    sent = pages.post(ME, "/enterprises/assignments/", {**data, "count": "2"})
    assert sent.status_code == 409
    assert pages.post(ME, "/enterprises/assignments/", data).status_code == 302
    stmt = visible(Enterprise, cast["administrator"], Enterprise.name).where(
        Enterprise.supervising_unit == "Unit 9"
    )
    assert len(db.session.scalars(stmt).all()) == 3


def test_an_enterprise_out_of_reach_is_left_alone(pages, cast):
    data = {"ids": f"{cast.plant_id},{cast.far_plant_id}", "count": "1", "unit": "Unit 7"}
    assert pages.post(ME, "/enterprises/assignments/", data).status_code == 302
    assert units(cast, [cast.plant_id, cast.far_plant_id]) == ["Unit 7", ""]
    bulk_id = asked(cast, [cast.plant_id, cast.far_plant_id], {"supervising_unit": "Unit 8"})
    jobs.work(clock.now())
    assert units(cast, [cast.plant_id, cast.far_plant_id]) == ["Unit 8", ""]
    assert queries.get_change(bulk_id, cast[ME]).changed == 1
    with pytest.raises(NotFound):
        queries.get_change(bulk_id, cast["city_officer"])


def test_many_go_batch_by_batch_and_resume_where_a_worker_died(cast, monkeypatch):
    monkeypatch.setattr(service, "BATCH", 4)
    ids = many(cast, 10)
    officer = {"officer_id": cast.accounts["district_officer"]}
    bulk_id = asked(cast, ids, officer)
    step, done = service.step, []

    def dies(change, actor, all_ids):
        step(change, actor, all_ids)
        done.append(1)
        if len(done) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(service, "step", dies)
    with pytest.raises(KeyboardInterrupt):
        jobs.work(clock.now())
    db.session.rollback()
    monkeypatch.setattr(service, "step", step)
    assert queries.get_change(bulk_id, cast[ME]).cursor == 4
    assert jobs.work(clock.now() + timedelta(minutes=2)) == 6
    change = queries.get_change(bulk_id, cast[ME])
    assert (change.status, change.changed) == (BulkState.DONE, 10)
    told = select(Notice).where(Notice.kind == "enterprise.officer_many")
    assert [n.params["count"] for n in db.session.scalars(told)] == ["10"]


def test_nobody_without_the_right_assigns(pages, cast):
    for who in ("district_officer", "auditor", "plant_manager"):
        sent = pages.post(who, "/enterprises/assignments/", {"ids": str(cast.plant_id)})
        assert sent.status_code == 403
    assert "data-tick" not in pages.get("district_officer", "/enterprises/").get_data(as_text=True)
    assert "data-tick" in pages.get(ME, "/enterprises/").get_data(as_text=True)
