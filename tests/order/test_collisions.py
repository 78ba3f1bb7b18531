"""Two steps of one order, or of its order and its ticket, pressed at the same moment."""

from __future__ import annotations

import pytest

from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.core.errors import Conflict
from supervision.hazard import listing
from supervision.hazard import queries as tickets
from supervision.hazard import service as hazards
from supervision.hazard.listing_workflow import ListingState
from supervision.hazard.rules import Grade
from supervision.hazard.workflow import HazardState
from supervision.order import extension, queries, recheck, service
from supervision.order.recheck import Seen, Visit
from supervision.order.rules import ItemResult
from supervision.order.workflow import OrderExtensionState, OrderState
from tests.factories.hazards import document, photo, plan_parts
from tests.factories.listings import load_listing, make_listing
from tests.factories.orders import (
    delivery,
    in_days,
    load,
    make_order,
    officer_ids,
    prepare,
    recorded,
)
from tests.security.test_races import race

ROUNDS = 3


@pytest.fixture(autouse=True)
def authority(cast):
    return prepare(cast)


def on(cast, order_id, verb, *args, who="district_officer", **kwargs):
    """``verb`` as the page does it: the row locked, within the transaction of the race."""

    def call():
        order = queries.get_order(order_id, cast[who], lock=True)
        verb(order, cast[who], *args, **kwargs)

    return call


def make_papers(cast, hazard_id):
    """What a major hazard needs before it may be closed."""
    fixer = cast["safety_manager"]
    with transaction():
        ticket = tickets.get_hazard(hazard_id, fixer)
        hazards.start(ticket, fixer, measures="Fit the guard", parts=plan_parts())
        document(ticket, fixer, paper=photo(fixer))


def won(results):
    return sum(result is None for result in results)


def visit(order_id, cast, result=ItemResult.DONE):
    seen = {item.id: Seen(result, "Seen") for item in load(order_id, cast).open_items}
    return Visit(seen, "As found", officer_ids(cast))


def test_served_or_void_and_never_half_of_each(app, cast):
    for _round in range(ROUNDS):
        order_id = make_order(cast, OrderState.ISSUED)
        race(
            app,
            on(cast, order_id, service.serve, delivery()),
            on(cast, order_id, service.void, who="section_chief", reason="Wrong plant"),
        )
        order = load(order_id, cast)
        # Served first it may still be declared void; void first it is served no more.
        assert order.status is OrderState.VOID
        assert (order.served_at is None) == (order.receipt is None)
        assert not any(c.is_running for c in order.clocks)
        assert {i.hazard.under_order for i in order.items} == {""}


def test_a_reply_and_a_re_inspection_at_once_leave_one_story(app, cast):
    for _round in range(ROUNDS):
        order_id = make_order(cast, OrderState.SERVED)
        order = load(order_id, cast)
        ids = [i.id for i in order.items]
        with transaction():
            extension.request(
                queries.get_order(order_id, cast["plant_manager"]),
                cast["plant_manager"],
                item_ids=ids,
                wanted_on=in_days(40),
                reason="Parts are late",
            )
        found = visit(order_id, cast)

        def answer(order_id=order_id):
            order = queries.get_order(order_id, cast["district_officer"], lock=True)
            pending = order.pending_extension
            if pending is None:
                raise Conflict
            granted = {row.id: in_days(40) for row in pending.items}
            extension.reply(
                pending,
                cast["district_officer"],
                granted=granted,
                officer_ids=officer_ids(cast),
                note="",
            )

        race(app, answer, on(cast, order_id, recheck.record, found))
        order = load(order_id, cast)
        assert order.status is OrderState.CLOSED
        assert order.pending_extension is None
        assert order.extensions[0].status in {
            OrderExtensionState.GRANTED,
            OrderExtensionState.LAPSED,
        }
        assert {i.result for i in order.items} == {ItemResult.DONE}
        assert {i.hazard.status for i in order.items} == {HazardState.CLOSED}
        assert not any(c.is_running for c in order.clocks)


def test_a_ticket_is_closed_by_its_officer_or_bound_by_the_order(app, cast):
    for _round in range(ROUNDS):
        ident, found = recorded(cast, failed=1)
        order_id = make_order(
            cast, OrderState.APPROVED, inspection=(ident, found), due_on=in_days(9)
        )

        def transfer(hazard_id=found[0]):
            ticket = tickets.get_hazard(hazard_id, cast["section_chief"])
            hazards.transfer(ticket, cast["section_chief"], receiver="Fire", reason="Theirs")

        results = race(app, transfer, on(cast, order_id, service.issue))
        assert won(results) == 1
        order = load(order_id, cast)
        ticket = order.items[0].hazard
        bound = order.status is OrderState.ISSUED
        assert ticket.under_order == (order.number if bound else "")
        assert (ticket.status is HazardState.TRANSFERRED) == (not bound)


def test_a_ticket_is_closed_or_listed_and_no_closed_one_stands_on_the_list(app, cast):
    for _round in range(ROUNDS):
        ids = make_listing(cast, ListingState.PROPOSED, hazard_state=HazardState.SUBMITTED)

        def approve(ids=ids):
            listing.approve(load_listing(*ids, cast["section_chief"]), cast["section_chief"])

        def close(ids=ids):
            ticket = tickets.get_hazard(ids[0], cast["district_officer"])
            hazards.verify(ticket, cast["district_officer"], note="Fitted")

        race(app, approve, close)
        listed = load_listing(*ids, cast["auditor"])
        closed = listed.hazard.status is HazardState.CLOSED
        assert closed != (listed.status is ListingState.LISTED)


def test_a_re_inspection_finds_it_done_and_a_listing_approved_meanwhile_holds_it(app, cast):
    for _round in range(ROUNDS):
        ident, found = recorded(cast, failed=1)
        order_id = make_order(cast, OrderState.SERVED, inspection=(ident, found))
        with transaction():
            ticket = tickets.get_hazard(found[0], SYSTEM)
            ticket.grade, ticket.grade_reason = Grade.MAJOR, "Seen again"
        make_papers(cast, found[0])
        ids = make_listing(cast, ListingState.PROPOSED, hazard_id=found[0])

        def approve(ids=ids):
            listing.approve(load_listing(*ids, cast["section_chief"]), cast["section_chief"])

        race(app, approve, on(cast, order_id, recheck.record, visit(order_id, cast)))
        listed = load_listing(*ids, cast["auditor"])
        closed = listed.hazard.status is HazardState.CLOSED
        assert closed != (listed.status is ListingState.LISTED)
