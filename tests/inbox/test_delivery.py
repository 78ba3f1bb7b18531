"""From the outbox to each person's inbox."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select, update

from supervision.account.models import Account
from supervision.account.roles import Role
from supervision.core import clock, notices
from supervision.core.db import db, transaction
from supervision.core.notices import Audience, Notice
from supervision.core.scope import unscoped
from supervision.inbox import jobs, queries, service
from supervision.inbox.models import InboxItem
from supervision.inbox.rules import nearest_officers
from tests.factories.hazards import make_hazard


def queue(audience: Audience, audience_id: int | None, but_not: int | None = None) -> int:
    with transaction():
        notice = notices.queue(
            "hazard.closed",
            audience,
            audience_id,
            link="/hazards/1",
            but_not=but_not,
            number="YH-1",
            place="Line 2",
            due_on="",
        )
        db.session.flush()
        return notice.id


def told(cast, notice_id: int) -> set[str]:
    """Names of the cast that have the notice."""
    stmt = select(InboxItem.account_id).where(InboxItem.notice_id == notice_id)
    ids = set(db.session.scalars(unscoped(stmt, reason="a test looks at everybody's")))
    return {name for name, ident in cast.accounts.items() if ident in ids}


def count_items() -> int:
    return db.session.scalar(unscoped(select(func.count(InboxItem.id)), reason="a test counts"))


def test_people_of_the_enterprise_are_told_and_no_other_plant(cast):
    notice = queue(Audience.ENTERPRISE_PEOPLE, cast.plant_id)
    assert jobs.deliver(clock.now()) == 1
    assert told(cast, notice) == {"plant_manager", "safety_manager", "worker"}


@pytest.mark.parametrize(
    ("kind", "who"),
    [
        ("returns.overdue", {"plant_manager", "safety_manager"}),
        ("score.red", {"plant_manager", "safety_manager"}),
        ("selfcheck.missed", {"plant_manager", "safety_manager", "worker"}),
    ],
)
def test_of_an_enterprises_people_those_are_told_who_may_read_it(cast, kind, who):
    with transaction():
        people = Audience.ENTERPRISE_PEOPLE
        notice = notices.queue(kind, people, cast.plant_id, link="/returns/1", count=1)
        db.session.flush()
        ident = notice.id
    jobs.deliver(clock.now())
    assert told(cast, ident) == who


def test_the_officer_in_charge_is_told_alone(cast):
    notice = queue(Audience.SUPERVISORS, cast.plant_id)
    jobs.deliver(clock.now())
    assert told(cast, notice) == {"district_officer"}


def test_without_an_officer_in_charge_the_whole_district_is_told_but_not_the_city(cast):
    notice = queue(Audience.SUPERVISORS, cast.other_plant_id)
    jobs.deliver(clock.now())
    assert told(cast, notice) == {"district_officer", "section_chief"}


def test_when_the_officer_has_left_the_district_is_told(cast):
    with transaction():
        stmt = update(Account).where(Account.id == cast.accounts["district_officer"])
        db.session.execute(unscoped(stmt.values(is_active=False), reason="the test's officer left"))
    notice = queue(Audience.SUPERVISORS, cast.plant_id)
    jobs.deliver(clock.now())
    assert told(cast, notice) == {"section_chief"}


def test_administrators_and_single_people_are_told(cast):
    everyone = queue(Audience.ADMINISTRATORS, None)
    one = queue(Audience.ACCOUNT, cast.accounts["worker"])
    jobs.deliver(clock.now())
    assert told(cast, everyone) == {"administrator"}
    assert told(cast, one) == {"worker"}


def test_who_did_it_is_not_told_of_it(cast):
    notice = queue(
        Audience.ENTERPRISE_PEOPLE, cast.plant_id, but_not=cast.accounts["safety_manager"]
    )
    jobs.deliver(clock.now())
    assert told(cast, notice) == {"plant_manager", "worker"}


def test_delivering_again_gives_nothing_twice(cast):
    notice = queue(Audience.ENTERPRISE_PEOPLE, cast.plant_id)
    jobs.deliver(clock.now())
    before = count_items()
    assert jobs.deliver(clock.now()) == 0
    with transaction():  # a database restored from before the mark "sent"
        db.session.execute(update(Notice).values(sent_at=None))
    assert jobs.deliver(clock.now()) == 1
    assert count_items() == before
    assert told(cast, notice) == {"plant_manager", "safety_manager", "worker"}


def test_killed_in_the_middle_of_a_batch_nothing_is_lost_and_nothing_half_delivered(
    cast, monkeypatch
):
    queue(Audience.ENTERPRISE_PEOPLE, cast.plant_id)
    with pytest.raises(KeyboardInterrupt), transaction():
        service.deliver_batch(clock.now(), 10)
        raise KeyboardInterrupt
    assert count_items() == 0
    assert jobs.deliver(clock.now()) == 1
    assert count_items() == 3


def test_more_than_a_batch_is_delivered_in_one_run(cast, monkeypatch):
    monkeypatch.setattr(jobs, "BATCH", 2)
    for _ in range(5):
        queue(Audience.ACCOUNT, cast.accounts["worker"])
    assert jobs.deliver(clock.now()) == 5
    assert count_items() == 5


def test_two_deliverers_at_once_make_one_item_each(app, cast):
    for _ in range(20):
        queue(Audience.ENTERPRISE_PEOPLE, cast.plant_id)
    failures: list[BaseException] = []

    def work() -> None:
        with app.app_context():
            try:
                jobs.deliver(clock.now())
            except BaseException as error:  # noqa: BLE001 - told to the test below
                failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    db.session.rollback()
    assert failures == []
    assert count_items() == 60
    assert queries.unsent(10) == []


def test_a_ticket_reported_by_the_officer_reaches_the_plant_in_words(cast, pages):
    make_hazard(cast)
    jobs.deliver(clock.now())
    page = pages.get("plant_manager", "/inbox/").get_data(as_text=True)
    assert "New hazard YH-330110-" in page
    assert "New hazard" not in pages.get("other_plant", "/inbox/").get_data(as_text=True)


def test_the_nearest_officers_are_found_by_prefix():
    regions = {1: ("3301",), 2: ("330110",), 3: ("330113",), 4: ("330110001",), 5: ()}
    assert nearest_officers(regions, "330110001") == {2, 4}
    assert nearest_officers(regions, "330110005") == {2}
    assert nearest_officers(regions, "330106001") == {1}
    assert nearest_officers(regions, "110105001") == frozenset()


def test_extra_regions_of_an_officer_count(cast):
    with transaction():
        stmt = update(Account).where(Account.id == cast.accounts["other_district"])
        more = stmt.values(extra_regions=["330110"], role=Role.OFFICER)
        db.session.execute(unscoped(more, reason="the test lends an officer"))
    notice = queue(Audience.SUPERVISORS, cast.other_plant_id)
    jobs.deliver(clock.now())
    assert "other_district" in told(cast, notice)
