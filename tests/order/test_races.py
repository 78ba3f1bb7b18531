"""Many at once: numbers without gap or double, one press that counts.

On PostgreSQL with a hundred and with fifty, as the promise says; on SQLite, where writers queue at
the door, with fewer.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from supervision.account import service as accounts
from supervision.account.roles import Role
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.numbering import Counter
from supervision.core.scope import unscoped
from supervision.order import queries, service
from supervision.order.models import Order
from supervision.order.workflow import OrderKind, OrderState
from tests.cast import PASSWORD, hashed
from tests.factories.orders import in_days, load, make_order, prepare, recorded, wording

AT_ONCE = 20


@pytest.fixture(autouse=True)
def authority(cast):
    return prepare(cast)


def is_postgres():
    return db.engine.dialect.name == "postgresql"


def approved(cast, count):
    """``count`` orders of one problem each, all from one inspection, waiting to be issued."""
    officer, chief = cast["district_officer"], cast["section_chief"]
    ident, hazards = recorded(cast, failed=count)
    found = []
    with transaction():
        inspection = queries.get_inspection(ident, officer)
        for hazard in hazards:
            said = wording(cast, [hazard], in_days(9))
            order = service.draft(inspection, officer, OrderKind.RECTIFY, said)
            service.submit(order, officer)
            service.approve(order, chief)
            found.append(order.id)
    return found


def people(cast, count):
    """Accounts of ``count`` more officers of the district, under names that the cast knows."""
    names = [f"officer_{number}" for number in range(count)]
    with transaction():
        for name in names:
            account = accounts.create_account(
                SYSTEM,
                username=name,
                name=name.title(),
                role=Role.OFFICER,
                password=PASSWORD,
                # One hash for all: it is made to be slow.
                password_hash=hashed(),
                region_code="330110",
            )
            db.session.flush()
            cast.accounts[name] = account.id
    return names


def press(pages, urls):
    """Everybody at the same moment, each a person of their own; the answers' codes."""
    clients = [pages.as_(who) for who in people(pages.cast, len(urls))]
    start = threading.Barrier(min(AT_ONCE, len(urls)))

    def one(pair):
        number, (client, url) = pair
        if number < start.parties:
            start.wait()
        return client.post(url).status_code

    with ThreadPoolExecutor(AT_ONCE) as hands:
        return list(hands.map(one, enumerate(zip(clients, urls, strict=True))))


def test_a_hundred_orders_issued_in_parallel_have_serials_without_gap_or_double(pages, cast):
    count = 100 if is_postgres() else 12
    orders = approved(cast, count)
    assert len(orders) == count
    codes = press(pages, [f"/orders/{ident}/issue" for ident in orders])
    assert codes == [302] * count
    stmt = db.select(Order.serial, Order.number).order_by(Order.serial)
    rows = db.session.execute(unscoped(stmt, reason="a test looks")).all()
    assert [row.serial for row in rows] == list(range(1, count + 1))
    assert len({row.number for row in rows}) == count
    last = db.session.scalars(db.select(Counter).where(Counter.series.contains("\u8d23\u6539")))
    assert [(c.value, c.year) for c in last] == [(count, clock.today().year)]


@pytest.mark.parametrize(
    ("state", "step"), [(OrderState.APPROVED, "issue"), (OrderState.DRAFT, "submit")]
)
def test_of_fifty_who_press_the_same_one_wins_and_the_others_are_told(pages, cast, state, step):
    many = 50 if is_postgres() else 10
    order_id = make_order(cast, state)
    codes = press(pages, [f"/orders/{order_id}/{step}"] * many)
    assert sorted(codes) == [302] + [409] * (many - 1)
    db.session.rollback()
    order = load(order_id, cast)
    pressed = [e.actor_id for e in order.events if e.action == step]
    assert len(pressed) == 1
    assert pressed[0] in {cast.accounts[f"officer_{n}"] for n in range(many)}
    assert order.serial in {None, 1}
