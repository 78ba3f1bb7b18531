"""Many notices at once: a fixed number of statements for a batch, and bounded memory."""

from __future__ import annotations

import tracemalloc

from sqlalchemy import func, insert, select

from supervision.channel import jobs as sending
from supervision.channel.models import Delivery
from supervision.core import clock
from supervision.core.db import db, transaction
from supervision.core.notices import Audience, Notice
from supervision.core.scope import unscoped
from supervision.inbox import jobs as inbox
from tests.channel.helpers import WHY
from tests.security.test_statement_counts import counted

MANY = 2000


def pile_up(cast, count, start=0):
    rows = [
        {
            "kind": "hazard.submitted", "audience": Audience.SUPERVISORS,
            "audience_id": cast.plant_id, "params": {"number": f"YH-{n}"},
            "link": f"/hazards/{n}", "created_at": clock.now(), "except_account_id": None,
            "sent_at": None,
        }
        for n in range(start, start + count)
    ]  # fmt: skip
    with transaction():
        db.session.execute(insert(Notice), rows)


def test_thousands_of_notices_cost_a_fixed_number_of_statements_a_batch(
    office, receiver, mailbox, cast
):
    office.group(receiver)
    office.mail(mailbox)
    office.wish("district_officer", "do@bureau.example")
    pile_up(cast, inbox.BATCH)
    with counted() as one_batch:
        inbox.deliver(clock.now())
    pile_up(cast, MANY, start=inbox.BATCH)
    tracemalloc.start()
    with counted() as many:
        assert inbox.deliver(clock.now()) == MANY
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(many) <= len(one_batch) * (MANY // inbox.BATCH + 1)
    assert peak < 40 * 2**20
    total = select(func.count(Delivery.id))
    assert db.session.scalar(unscoped(total, reason=WHY)) == 2 * (MANY + inbox.BATCH)


def test_sending_costs_as_many_statements_for_each_whatever_waits(office, receiver, cast):
    office.group(receiver)
    pile_up(cast, 5)
    inbox.deliver(clock.now())
    with counted() as few:
        assert sending.send(clock.now()) == 5
    pile_up(cast, 40, start=5)
    inbox.deliver(clock.now())
    with counted() as more:
        assert sending.send(clock.now()) == 40
    assert len(more) <= len(few) * 8


def test_the_pages_cost_the_same_however_much_they_list(office, receiver, pages, cast):
    def cost(url):
        client = pages.as_("administrator")
        client.get(url)
        with counted() as statements:
            assert client.get(url).status_code == 200
        return len(statements)

    def grow(start, count):
        for number in range(start, start + count):
            office.group(receiver, name=f"Group {number}")
        pile_up(cast, count, start=start)
        inbox.deliver(clock.now())

    urls = ("/channels/", "/channels/deliveries/", "/channels/1", "/account/notices/")
    grow(0, 1)
    number = office.deliveries()[0].channel_id
    urls = tuple(url.replace("/1", f"/{number}") for url in urls)
    few = [cost(url) for url in urls]
    grow(1, 4)
    assert [cost(url) for url in urls] == few
