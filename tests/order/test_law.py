"""Orders of law: who may write, approve and issue them; numbers, service, re-inspection, days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from supervision.core import clock
from supervision.core.clocks import ClockOutcome
from supervision.core.db import transaction
from supervision.core.errors import Conflict, DomainError, Forbidden, InvalidInput, NotFound
from supervision.core.holidays import workday_table
from supervision.core.workdays import add_workdays
from supervision.hazard import service as hazards
from supervision.hazard.rules import Grade
from supervision.hazard.workflow import HazardState
from supervision.inspection.workflow import InspectionKind, InspectionState
from supervision.order import extension, queries, recheck, service, transfer
from supervision.order.rules import (
    EXT_REPLY,
    RECHECK,
    SERVICE,
    ItemResult,
    PaperKind,
    ServiceMethod,
)
from supervision.order.workflow import OrderExtensionState, OrderKind, OrderState, Outcome
from tests.factories import hazards as tickets
from tests.factories.inspections import make_inspection
from tests.factories.orders import (
    delivery,
    in_days,
    load,
    make_order,
    officer_ids,
    prepare,
    recorded,
    visit,
    wording,
)
from tests.papers import in_words, said

S = OrderState
DONE, PARTLY, NOT_DONE, OPEN = (
    ItemResult.DONE,
    ItemResult.PARTLY,
    ItemResult.NOT_DONE,
    ItemResult.OPEN,
)


@pytest.fixture(autouse=True)
def authority(cast):
    return prepare(cast)


def act(order_id, cast, verb, *args, who="district_officer", **kwargs):
    with transaction():
        verb(queries.get_order(order_id, cast[who], lock=True), cast[who], *args, **kwargs)


def ticket(hazard_id, cast):
    return tickets.load(hazard_id, cast["district_officer"])


# ---- writing ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", [k for k in InspectionKind if k is not InspectionKind.ADMINISTRATIVE]
)
def test_a_visit_never_leads_to_an_order(cast, kind):
    visit_id = make_inspection(cast, InspectionState.RECORDED, kind=kind)
    found = queries.get_inspection(visit_id, cast["district_officer"])
    ids = [h.id for h in queries.hazards_for(found, cast["district_officer"])]
    with pytest.raises(Conflict, match="administrative"), transaction():
        found = queries.get_inspection(visit_id, cast["district_officer"])
        said = wording(cast, ids, in_days(5))
        service.draft(found, cast["district_officer"], OrderKind.RECTIFY, said)


def test_an_inspection_without_its_record_leads_to_none(cast):
    ident = make_inspection(cast, InspectionState.ONGOING)
    with pytest.raises(Conflict, match="no record"), transaction():
        found = queries.get_inspection(ident, cast["district_officer"])
        said = wording(cast, [1], in_days(5))
        service.draft(found, cast["district_officer"], OrderKind.RECTIFY, said)


def test_each_problem_has_its_own_day(cast):
    ident, (first, second) = recorded(cast)
    with pytest.raises(InvalidInput, match="Problem 2 has no deadline"):
        make_order(
            cast, inspection=(ident, [first, second]), days={first: in_days(3), second: None}
        )
    days = {first: in_days(3), second: in_days(30)}
    order = load(make_order(cast, inspection=(ident, [first, second]), days=days), cast)
    assert [item.due_on for item in order.items] == [in_days(3), in_days(30)]
    assert order.number is None


def test_a_hazard_stands_under_one_open_order(cast):
    both = recorded(cast)
    make_order(cast, inspection=both)
    with pytest.raises(Conflict, match="another open order"):
        make_order(cast, inspection=(both[0], both[1][1:]))
    # The measure taken on the spot is another kind of paper about the same thing.
    assert make_order(
        cast,
        inspection=both,
        kind=OrderKind.ONSITE_MEASURE,
        measures=["stop_use"],
        decision_text="The press stays off",
        basis="Work Safety Law, art. 65",
    )


def test_two_officers_with_certificates_sign(cast):
    one = [cast.accounts["district_officer"]]
    with pytest.raises(InvalidInput, match="two officers"):
        make_order(cast, officer_ids=one)
    with pytest.raises(InvalidInput, match="City Officer holds no certificate"):
        make_order(cast, officer_ids=[*one, cast.accounts["city_officer"]])


def test_certificates_are_asked_again_on_the_day_of_issue(cast, authority):
    order_id = make_order(cast, S.APPROVED, due_on=in_days(300))
    with (
        clock.frozen(clock.now() + timedelta(days=400)),
        pytest.raises(InvalidInput, match="holds no certificate"),
    ):
        act(order_id, cast, service.issue)
    assert load(order_id, cast).status is S.APPROVED


def test_nobody_approves_what_they_wrote(cast):
    order_id = make_order(cast, S.SUBMITTED, inspection=recorded(cast), by="section_chief")
    with pytest.raises(Forbidden, match="wrote"):
        act(order_id, cast, service.approve, who="section_chief")


def test_whoever_changed_a_word_of_anothers_draft_does_not_approve_it(cast):
    ident, hazards = recorded(cast)
    order_id = make_order(cast, S.DRAFT, inspection=(ident, hazards))
    harder = wording(cast, hazards, in_days(1))
    act(order_id, cast, service.edit, harder, who="section_chief")
    act(order_id, cast, service.submit)
    with pytest.raises(Forbidden, match="wrote"):
        act(order_id, cast, service.approve, who="section_chief")


# ---- issue -----------------------------------------------------------------------------------


def test_an_issued_order_has_number_paper_and_deadlines(cast):
    order = load(make_order(cast, S.ISSUED), cast)
    year = clock.today().year
    assert (
        order.number == f"\uff08\u6d59\u4f59\uff09\u5e94\u6025\u8d23\u6539\u3014{year}\u30151\u53f7"
    )
    assert order.document is not None
    assert order.document.pdf.size > 1000
    for item in order.items:
        assert item.hazard.status is HazardState.ASSIGNED
        assert (item.hazard.due_on, item.hazard.under_order) == (item.due_on, order.number)


def test_each_class_counts_for_itself(cast):
    both = recorded(cast)
    measure = {"measures": ["evacuate"], "decision_text": "All leave", "basis": "Art. 65"}
    orders = [
        make_order(cast, S.ISSUED, inspection=both),
        make_order(cast, S.ISSUED, inspection=both, kind=OrderKind.ONSITE_MEASURE, **measure),
        make_order(cast, S.ISSUED),
    ]
    assert [load(ident, cast).serial for ident in orders] == [1, 1, 2]


def test_the_year_of_a_number_is_the_year_in_shanghai(cast, authority):
    """The first hours of a year there are the last ones of the old year in UTC."""
    eve = datetime(clock.today().year, 12, 31, 15, 59, tzinfo=UTC)
    numbers = []
    with clock.frozen(eve - timedelta(days=1)):
        ids = [make_order(cast, S.APPROVED) for _ in range(3)]
    for order_id, minutes in zip(ids, (0, 2, 3), strict=True):
        with clock.frozen(eve + timedelta(minutes=minutes)):
            act(order_id, cast, service.issue)
        order = load(order_id, cast)
        numbers.append((order.year, order.serial))
        assert f"\u3014{order.year}\u3015{order.serial}\u53f7" in (order.number or "")
    assert numbers == [(eve.year, 1), (eve.year + 1, 1), (eve.year + 1, 2)]


def test_a_serial_of_an_issue_that_was_rolled_back_is_the_next_ones(cast):
    order_id = make_order(cast, S.APPROVED)
    with pytest.raises(RuntimeError), transaction():
        service.issue(
            queries.get_order(order_id, cast["district_officer"]), cast["district_officer"]
        )
        raise RuntimeError("the power fails")
    assert load(order_id, cast).number is None
    act(order_id, cast, service.issue)
    assert load(order_id, cast).serial == 1


def test_a_void_number_stays_used_and_its_hazards_are_free(cast):
    both = recorded(cast)
    order_id = make_order(cast, S.ISSUED, inspection=both)
    act(order_id, cast, service.void, reason="Wrong party", who="section_chief")
    order = load(order_id, cast)
    assert (order.status, order.serial, order.void_reason) == (S.VOID, 1, "Wrong party")
    assert ticket(both[1][0], cast).under_order == ""
    again = make_order(cast, S.ISSUED, inspection=both)
    assert load(again, cast).serial == 2


def test_a_discarded_draft_has_no_number_and_lets_its_hazards_go(cast):
    both = recorded(cast)
    order_id = make_order(cast, S.SUBMITTED, inspection=both)
    act(order_id, cast, service.discard, reason="Not needed")
    assert load(order_id, cast).number is None
    assert make_order(cast, inspection=both)


def test_what_an_order_binds_only_the_order_settles(cast):
    both = recorded(cast)
    make_order(cast, S.SERVED, inspection=both)
    manager, officer = cast["safety_manager"], cast["district_officer"]
    with transaction():
        hazard = tickets.load(both[1][0], manager)
        hazards.start(hazard, manager, measures="Fit it")
    with pytest.raises(Conflict, match="ask for the extension on the order"), transaction():
        hazards.request_extension(
            tickets.load(both[1][0], manager), manager, requested_due_on=in_days(30), reason="x"
        )
    with transaction():
        hazard = tickets.load(both[1][0], manager)
        hazards.submit(hazard, manager, note="Fitted", photos=[tickets.photo(manager)])
    with pytest.raises(Forbidden, match="under an order"), transaction():
        hazards.verify(tickets.load(both[1][0], officer), officer, note="seen")


# ---- service ---------------------------------------------------------------------------------


def test_no_page_tells_the_enterprise_a_number_before_service(pages, cast):
    first = make_order(cast, S.SERVED)
    visit(cast, first, NOT_DONE, NOT_DONE)
    order = load(first, cast)
    hazards, inspection = [i.hazard_id for i in order.items], order.inspection_id
    officer = cast["district_officer"]
    with transaction():
        before = queries.get_order(first, officer)
        found = queries.get_inspection(inspection, officer)
        said = wording(cast, hazards, in_days(5))
        second = service.draft(found, officer, OrderKind.RECTIFY, said, supersedes=before)
        service.submit(second, officer)
        service.approve(second, cast["section_chief"])
        service.issue(second, officer)
        number, ident = second.number or "", second.id
    read = [
        f"/orders/{first}",
        f"/hazards/{hazards[0]}",
        "/inbox/",
        f"/enterprises/{cast.plant_id}",
    ]
    for url in read:
        assert number.encode() not in pages.get("plant_manager", url).data, url
    act(ident, cast, service.serve, delivery())
    for url in read[:2]:
        assert number.encode() in pages.get("plant_manager", url).data, url


def test_the_enterprise_sees_nothing_before_service(cast):
    order_id = make_order(cast, S.ISSUED)
    with pytest.raises(NotFound):
        load(order_id, cast, "plant_manager")
    act(order_id, cast, service.serve, delivery())
    assert load(order_id, cast, "plant_manager").number
    with pytest.raises(NotFound):
        load(order_id, cast, "other_plant")
    act(order_id, cast, service.void, reason="Wrong clause", who="section_chief")
    assert load(order_id, cast, "plant_manager").void_reason == "Wrong clause"


def test_the_receipt_inherits_the_number_and_the_clock_ends(cast):
    order_id = make_order(cast, S.ISSUED)
    running = load(order_id, cast).clock(SERVICE)
    assert running.due_on == add_workdays(clock.today(), 7, workday_table()).day
    act(order_id, cast, service.serve, delivery())
    order = load(order_id, cast)
    assert [p.document.number for p in order.papers] == [
        order.number.replace("\u8d23\u6539", "\u56de")
    ]
    assert order.clocks[0].outcome is ClockOutcome.MET


@pytest.mark.parametrize(
    ("method", "match"),
    [(ServiceMethod.LIEN, "needs a witness"), (ServiceMethod.ELECTRONIC, "signed confirmation")],
)
def test_a_way_of_service_has_its_conditions(cast, method, match):
    order_id = make_order(cast, S.ISSUED)
    with pytest.raises(InvalidInput, match=match):
        act(order_id, cast, service.serve, delivery(method=method))


def test_with_a_signed_confirmation_it_is_served_electronically(cast):
    order_id = make_order(cast, S.ISSUED)
    officer = cast["district_officer"]
    with transaction():
        service.confirm_electronic(
            queries.get_order(order_id, officer).enterprise,
            officer,
            signed_on=clock.today(),
            signer="P. Principal",
            address="p@plant.example",
            attachment=tickets.photo(officer),
        )
    act(order_id, cast, service.serve, delivery(method=ServiceMethod.ELECTRONIC))
    order = load(order_id, cast)
    assert order.receipt.confirmation_id is not None
    # The receipt says whose consent it rests on.
    text = said(order.papers[0].document)
    for part in ("P.Principal", in_words(clock.today()), "p@plant.example"):
        assert part in text


def test_a_receipt_of_a_lien_has_a_line_for_the_witness(cast):
    order_id = make_order(cast, S.ISSUED)
    served = delivery(method=ServiceMethod.LIEN, witness="W. Witness")
    act(order_id, cast, service.serve, served)
    text = said(load(order_id, cast).papers[0].document)
    # The box that is ticked, and the line to sign on.
    assert "\u25a0\u7559\u7f6e\u9001\u8fbe" in text
    assert "\u89c1\u8bc1\u4eba\uff08\u7b7e\u540d\uff09\uff1aW.Witness" in text


# ---- re-inspection ---------------------------------------------------------------------------


def test_reinspection_is_due_ten_days_after_the_first_expiry_or_the_application(cast):
    order_id = make_order(cast, S.SERVED, due_on=in_days(15))
    assert load(order_id, cast).clock(RECHECK).due_on == in_days(25)
    with clock.frozen(clock.now() + timedelta(days=3)):
        act(order_id, cast, recheck.apply, note="All done", who="plant_manager")
        order = load(order_id, cast)
        assert order.clock(RECHECK).due_on == in_days(10)
    assert sum(c.is_running for c in order.clocks) == 1


def test_all_done_closes_the_order_and_its_hazards(cast):
    both = recorded(cast)
    order_id = make_order(cast, S.SERVED, inspection=both)
    visit(cast, order_id, DONE, DONE)
    order = load(order_id, cast)
    assert (order.status, order.outcome) == (S.CLOSED, Outcome.COMPLIED)
    assert {ticket(h, cast).status for h in both[1]} == {HazardState.CLOSED}
    opinion = next(p for p in order.papers if p.kind is PaperKind.RECHECK_OPINION)
    assert opinion.document.number == order.number.replace("\u8d23\u6539", "\u590d\u67e5")
    assert not [c for c in order.clocks if c.is_running]


def test_what_failed_comes_back_and_the_next_visit_carries_only_that(cast):
    both = recorded(cast)
    order_id = make_order(cast, S.SERVED, inspection=both)
    visit(cast, order_id, DONE, NOT_DONE)
    order = load(order_id, cast)
    assert order.status is S.RECHECKED
    assert [i.position for i in order.open_items] == [2]
    # Nothing is left to expire; only a new application arms the clock again.
    assert order.clock(RECHECK) is None
    act(order_id, cast, recheck.apply, note="Now it is", who="plant_manager")
    assert load(order_id, cast).clock(RECHECK).due_on == in_days(10)
    visit(cast, order_id, DONE)
    order = load(order_id, cast)
    assert order.status is S.CLOSED
    opinions = [p.document for p in order.papers if p.kind is PaperKind.RECHECK_OPINION]
    assert len({d.number for d in opinions}) == 1
    assert [len(d.data["items"]) for d in opinions] == [2, 1]


def test_an_item_whose_day_is_to_come_may_wait(cast):
    ident, (first, second) = recorded(cast)
    days = {first: in_days(0), second: in_days(20)}
    order_id = make_order(cast, S.SERVED, inspection=(ident, [first, second]), days=days)
    with pytest.raises(InvalidInput, match="needs a result"):
        visit(cast, order_id, OPEN, DONE)
    visit(cast, order_id, DONE, OPEN)
    order = load(order_id, cast)
    assert order.status is S.RECHECKED
    assert order.clock(RECHECK).due_on == in_days(30)


def test_a_major_hazard_without_its_papers_is_not_found_done(cast):
    both = recorded(cast, failed=1)
    officer = cast["district_officer"]
    with transaction():
        hazards.grade(ticket(both[1][0], cast), officer, grade=Grade.MAJOR, reason="in words")
    order_id = make_order(cast, S.SERVED, inspection=both)
    with pytest.raises(InvalidInput, match="Still missing"):
        visit(cast, order_id, DONE)
    assert load(order_id, cast).status is S.SERVED


def test_a_refusal_to_sign_needs_reason_and_witness(cast):
    order_id = make_order(cast, S.SERVED)
    with pytest.raises(InvalidInput, match="reason and a witness"):
        visit(cast, order_id, DONE, DONE, refused=True, refusal_reason="Will not")


def test_a_second_order_follows_a_failed_reinspection(cast):
    both = recorded(cast)
    first = make_order(cast, S.SERVED, inspection=both)
    visit(cast, first, DONE, NOT_DONE)
    officer = cast["district_officer"]
    with transaction():
        before = queries.get_order(first, officer)
        said = wording(cast, [both[1][1]], in_days(5))
        found = queries.get_inspection(both[0], officer)
        second = service.draft(found, officer, before.kind, said, supersedes=before).id
    act(second, cast, service.submit)
    act(second, cast, service.approve, who="section_chief")
    act(second, cast, service.issue)
    order, before = load(second, cast), load(first, cast)
    assert (order.serial, order.supersedes_id) == (2, first)
    assert order.document.data["supersedes_number"] == before.number
    assert (before.status, before.outcome) == (S.CLOSED, Outcome.SUPERSEDED)
    assert ticket(both[1][1], cast).under_order == order.number


def test_a_discarded_second_order_gives_the_problem_back_to_the_first(cast):
    both = recorded(cast)
    first = make_order(cast, S.SERVED, inspection=both)
    visit(cast, first, DONE, NOT_DONE)
    officer = cast["district_officer"]
    with transaction():
        before = queries.get_order(first, officer)
        said = wording(cast, [both[1][1]], in_days(5))
        found = queries.get_inspection(both[0], officer)
        second = service.draft(found, officer, before.kind, said, supersedes=before).id
    act(second, cast, service.discard, reason="They have done it")
    with pytest.raises(Conflict, match="another open order"):
        make_order(cast, inspection=(both[0], [both[1][1]]))


# ---- later days ------------------------------------------------------------------------------


def ask(order_id, cast, days, **changes):
    order = load(order_id, cast, "plant_manager")
    values = {
        "item_ids": [i.id for i in order.items],
        "wanted_on": in_days(days),
        "reason": "Parts are late",
    }
    act(order_id, cast, extension.request, who="plant_manager", **{**values, **changes})


@pytest.mark.parametrize(("days_before", "is_warned"), [(9, False), (10, False), (11, True)])
def test_the_window_warns_and_does_not_block(cast, days_before, is_warned):
    order_id = make_order(cast, S.SERVED, due_on=in_days(days_before))
    ask(order_id, cast, 40)
    asked = load(order_id, cast).pending_extension
    assert bool(asked.warning) is is_warned
    assert asked.window_rule_id is not None
    assert asked.clock.due_on == in_days(5)


def test_after_expiry_no_extension_is_asked_for(cast):
    order_id = make_order(cast, S.SERVED, due_on=in_days(2))
    with (
        clock.frozen(clock.now() + timedelta(days=3)),
        pytest.raises(Conflict, match="has passed"),
    ):
        ask(order_id, cast, 40)


def test_a_granted_day_arms_everything_anew(cast):
    both = recorded(cast)
    order_id = make_order(cast, S.SERVED, inspection=both, due_on=in_days(5))
    ask(order_id, cast, 40)
    officer = cast["district_officer"]
    with transaction():
        order = queries.get_order(order_id, officer)
        asked = order.pending_extension
        extension.reply(
            asked,
            officer,
            granted={asked.items[0].id: in_days(30), asked.items[1].id: None},
            officer_ids=officer_ids(cast),
            note="One of them",
        )
    order = load(order_id, cast)
    assert order.extensions[0].status is OrderExtensionState.PARTLY
    assert [i.due_on for i in order.items] == [in_days(30), in_days(5)]
    assert [i.first_due_on for i in order.items] == [in_days(5)] * 2
    assert ticket(both[1][0], cast).due_on == in_days(30)
    assert order.clock(RECHECK).due_on == in_days(15)
    assert order.clock(EXT_REPLY) is None
    paper = order.extensions[0].paper.document
    assert paper.data["decision"] == "partly"
    # Item, day before, granted or not, day from now on.
    before, later = in_words(in_days(5)), in_words(in_days(30))
    assert f"1{before}\u540c\u610f\u5ef6\u671f{later}" in said(paper)
    assert f"2{before}\u4e0d\u540c\u610f\u5ef6\u671f{before}" in said(paper)


def test_a_request_lapses_with_its_order(cast):
    order_id = make_order(cast, S.SERVED)
    ask(order_id, cast, 40)
    act(order_id, cast, service.void, reason="Wrong party", who="section_chief")
    assert load(order_id, cast).extensions[0].status is OrderExtensionState.LAPSED


# ---- the rest --------------------------------------------------------------------------------


def test_a_letter_hands_the_matter_over_with_a_number_of_its_own(cast):
    order_id = make_order(cast, S.SERVED)
    act(
        order_id,
        cast,
        transfer.of_order,
        receiver="Fire brigade",
        reason="Their field",
        matter="Exits are locked",
        enclosures=["The record"],
        officer_ids=officer_ids(cast),
    )
    letter = load(order_id, cast).papers[-1]
    assert letter.document.number.endswith("1\u53f7")
    with pytest.raises(NotFound):
        queries.get_paper(order_id, letter.id, cast["plant_manager"])


def test_a_stated_day_on_a_holiday_stays_where_it_is(cast):
    # 1 October 2026: the first day of the National Day's holidays.
    day = datetime(2026, 10, 1, tzinfo=UTC).date()
    with clock.frozen(datetime(2026, 9, 1, 2, tzinfo=UTC)):
        order = load(make_order(cast, S.SERVED, due_on=day), cast)
    assert {i.due_on for i in order.items} == {day}
    assert {i.hazard.due_on for i in order.items} == {day}


@pytest.mark.parametrize("verb", [service.submit, service.issue])
def test_what_is_pressed_twice_happens_once(cast, verb):
    order_id = make_order(cast, S.DRAFT if verb is service.submit else S.APPROVED)
    act(order_id, cast, verb)
    with pytest.raises(DomainError):
        act(order_id, cast, verb)
    assert load(order_id, cast).status in {S.SUBMITTED, S.ISSUED}
