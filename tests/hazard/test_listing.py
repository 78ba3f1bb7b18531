"""Listed supervision: proposed by one, approved by another, ended by a review."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from supervision import seeds
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.clocks import ClockOutcome
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.notices import Notice
from supervision.core.statutory import Certainty
from supervision.hazard import listing, regrade, service
from supervision.hazard.listing_workflow import ListingState as L
from supervision.hazard.rules import Grade
from supervision.hazard.workflow import HazardState as S
from tests.factories.hazards import document, load, make_hazard, photo
from tests.factories.listings import load_listing, make_listing, terms
from tests.pages import error_text

# A Monday.
DAY = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)


@pytest.fixture
def law(app):
    with transaction():
        seeds.load_rules()


def step(cast, ids, verb, who, **data):
    with transaction():
        verb(load_listing(*ids, cast[who]), cast[who], **data)


def test_whoever_proposes_does_not_approve(cast):
    ids = make_listing(cast, L.PROPOSED)
    with pytest.raises(Forbidden):
        step(cast, ids, listing.approve, "district_officer")
    other_id = make_hazard(cast, S.ASSIGNED, grade=Grade.MAJOR)
    with transaction():
        hazard = load(other_id, cast["section_chief"])
        own = listing.propose(hazard, cast["section_chief"], terms())
        with pytest.raises(Forbidden):
            listing.approve(own, cast["section_chief"])
    step(cast, ids, listing.approve, "section_chief")
    found = load_listing(*ids, SYSTEM)
    assert (found.status, found.approved_by) == (L.LISTED, "Section Chief")


def test_the_database_too_refuses_an_approver_who_proposed(cast):
    ids = make_listing(cast)
    with pytest.raises(IntegrityError), transaction():
        found = load_listing(*ids, SYSTEM)
        found.approved_by_id = found.proposed_by_id


@pytest.mark.parametrize(
    ("state", "grade"), [(S.RECTIFYING, Grade.GENERAL), (S.CLOSED, Grade.MAJOR)]
)
def test_only_an_open_major_hazard_is_listed(cast, state, grade):
    hazard_id = make_hazard(cast, state, grade=grade)
    officer = cast["district_officer"]
    with pytest.raises(Conflict), transaction():
        listing.propose(load(hazard_id, officer), officer, terms())


def test_a_hazard_is_listed_once_at_a_time_and_again_after_it_was_taken_off(cast):
    ids = make_listing(cast)
    with pytest.raises(Conflict):
        make_listing(cast, hazard_id=ids[0])
    step(cast, ids, listing.revoke, "section_chief", reason="The city lists it")
    assert make_listing(cast, hazard_id=ids[0])[1] != ids[1]


def test_a_deadline_of_yesterday_or_in_two_years_is_refused(cast):
    for day in (clock.today() - timedelta(days=1), clock.today() + timedelta(days=800)):
        with pytest.raises(InvalidInput) as refused:
            make_listing(cast, due_on=day)
        assert refused.value.field == "due_on"


def test_a_listed_hazard_is_not_closed_moved_or_lowered_before_it_is_delisted(cast, law):
    ids = make_listing(cast, L.REVIEW_APPLIED)
    officer = cast["district_officer"]
    for verb, data in (
        (service.verify, {"note": "Seen"}),
        (service.send_back, {"reason": "Not yet"}),
    ):
        with pytest.raises(Forbidden), transaction():
            verb(load(ids[0], officer), officer, **data)
    with pytest.raises(Conflict), transaction():
        regrade.request(load(ids[0], officer), officer, grade=Grade.GENERAL, reason="Less")
    step(cast, ids, listing.pass_review, "section_chief", reviewers="A, B", note="All done")
    assert load_listing(*ids, SYSTEM).status is L.DELISTED
    with transaction():
        service.verify(load(ids[0], officer), officer, note="Seen")
    assert load(ids[0], SYSTEM).status is S.CLOSED


def test_a_listed_hazard_is_neither_transferred_nor_declared_invalid(cast):
    ids = make_listing(cast, hazard_state=S.ASSIGNED)
    officer = cast["district_officer"]
    for verb, data in (
        (service.transfer, {"receiver": "Fire brigade", "reason": "Theirs"}),
        (service.invalidate, {"invalid_reason": "duplicate"}),
    ):
        with pytest.raises(Forbidden), transaction():
            verb(load(ids[0], officer), officer, **data)


def test_a_lowering_asked_for_before_the_listing_is_not_approved_after_it(cast):
    hazard_id = make_hazard(cast, S.RECTIFYING, grade=Grade.MAJOR)
    officer, chief = cast["district_officer"], cast["section_chief"]
    with transaction():
        regrade.request(load(hazard_id, officer), officer, grade=Grade.GENERAL, reason="Less")
    make_listing(cast, hazard_id=hazard_id)
    with pytest.raises(Conflict), transaction():
        regrade.decide(load(hazard_id, chief).regrades[0], chief, name="approve", note="")
    with transaction():
        regrade.decide(load(hazard_id, chief).regrades[0], chief, name="refuse", note="Listed")


def test_what_was_lowered_after_the_proposal_is_not_listed(cast):
    hazard_id, listing_id = make_listing(cast, L.PROPOSED)
    officer, chief = cast["district_officer"], cast["section_chief"]
    with transaction():
        hazard = load(hazard_id, officer)
        asked = regrade.request(hazard, officer, grade=Grade.GENERAL, reason="Seen wrongly")
        regrade.decide(asked, chief, name="approve", note="")
    with pytest.raises(Conflict, match="Only a major hazard"):
        step(cast, (hazard_id, listing_id), listing.approve, "section_chief")


def test_the_review_is_applied_for_when_the_rectification_is_submitted(cast):
    ids = make_listing(cast)
    with pytest.raises(Forbidden, match="Submit the rectification first"):
        step(cast, ids, listing.apply, "safety_manager", note="Done")


def test_the_review_is_due_ten_days_after_the_application(cast, law):
    """Order 16, art. 23; the clause was not read in full, so its row says M."""
    with clock.frozen(DAY):
        ids = make_listing(cast, L.REVIEW_APPLIED)
    running = load_listing(*ids, SYSTEM).running_clock
    assert running.due_on == date(2026, 11, 12)
    assert running.rule.code == "LISTED_REVIEW"
    assert running.rule.certainty is Certainty.MEDIUM


def test_a_failed_review_returns_the_ticket_and_the_next_application_gets_its_own_clock(cast, law):
    with clock.frozen(DAY):
        ids = make_listing(cast, L.REVIEW_APPLIED)
    with clock.frozen(DAY + timedelta(days=11)):
        step(cast, ids, listing.fail_review, "section_chief", reviewers="A, B", reason="No wire")
        hazard = load(ids[0], SYSTEM)
        assert (hazard.status, hazard.returned_count) == (S.RECTIFYING, 1)
        found = load_listing(*ids, SYSTEM)
        assert (found.status, found.failed_count, found.running_clock) == (L.LISTED, 1, None)
        assert found.clocks[0].outcome is ClockOutcome.MISSED
    manager = cast["safety_manager"]
    with clock.frozen(DAY + timedelta(days=20)):
        with transaction():
            service.submit(load(ids[0], manager), manager, note="Wired", photos=[photo(manager)])
        step(cast, ids, listing.apply, "safety_manager", note="Wired")
        assert load_listing(*ids, SYSTEM).running_clock.due_on == date(2026, 12, 2)


def test_a_failed_review_also_returns_what_the_enterprise_found_itself(cast, law):
    hazard_id = make_hazard(cast, S.SUBMITTED, by="plant_manager", grade=Grade.MAJOR)
    ids = make_listing(cast, hazard_id=hazard_id)
    step(cast, ids, listing.apply, "safety_manager", note="Done")
    manager = cast["plant_manager"]
    with pytest.raises(Forbidden), transaction():
        service.verify(load(hazard_id, manager), manager, note="Fine")
    step(cast, ids, listing.fail_review, "district_officer", reviewers="A", reason="No")
    assert load(hazard_id, SYSTEM).status is S.RECTIFYING


def test_without_a_rule_in_force_the_review_has_no_clock_but_goes_on(cast):
    ids = make_listing(cast, L.REVIEW_APPLIED)
    assert load_listing(*ids, SYSTEM).clocks == []
    step(cast, ids, listing.pass_review, "district_officer", reviewers="A", note="Done")
    assert load_listing(*ids, SYSTEM).status is L.DELISTED


def test_a_listing_is_overdue_after_its_stated_day_unless_the_review_is_applied_for(cast):
    with clock.frozen(DAY):
        hazard_id = make_hazard(cast, S.SUBMITTED, grade=Grade.MAJOR)
        ids = make_listing(cast, hazard_id=hazard_id, due_on=date(2026, 11, 10))
    with clock.frozen(datetime(2026, 11, 10, 15, 0, tzinfo=UTC)):
        assert not load_listing(*ids, SYSTEM).is_overdue
    with clock.frozen(datetime(2026, 11, 10, 17, 0, tzinfo=UTC)):
        assert load_listing(*ids, SYSTEM).is_overdue
    with clock.frozen(datetime(2026, 11, 9, 3, 0, tzinfo=UTC)):
        step(cast, ids, listing.apply, "safety_manager", note="Done")
    with clock.frozen(datetime(2026, 11, 20, 3, 0, tzinfo=UTC)):
        assert not load_listing(*ids, SYSTEM).is_overdue


def test_an_enterprise_never_sees_a_proposal(pages, cast):
    hazard_id, listing_id = make_listing(cast, L.PROPOSED, organ="Secret committee")
    page = pages.get("plant_manager", f"/hazards/{hazard_id}").get_data(as_text=True)
    board = pages.get("plant_manager", "/listings/").get_data(as_text=True)
    assert "Secret committee" not in page + board
    assert "roposed" not in board + page
    url = f"/hazards/{hazard_id}/listings/{listing_id}/apply"
    assert pages.post("plant_manager", url, {"note": "x"}).status_code == 404
    told = db.session.scalars(db.select(Notice).where(Notice.kind == "hazard.listing_proposed"))
    assert {n.audience.value for n in told} == {"supervisors"}
    assert "Secret committee" in pages.get("auditor", "/listings/").get_data(as_text=True)


@pytest.mark.parametrize("language", ["en", "zh_Hans_CN"])
def test_from_proposal_to_delisting_by_pages(pages, cast, law, language):
    hazard_id = make_hazard(cast, S.RECTIFYING, grade=Grade.MAJOR)
    url = f"/hazards/{hazard_id}"
    assert 'id="step-listing-propose"' in _page(pages, "district_officer", url, language)
    assert 'id="step-listing-propose"' not in _page(pages, "safety_manager", url, language)
    data = {
        "level": "county",
        "organ": "Committee",
        "due_on": (clock.today() + timedelta(days=30)).isoformat(),
        "leader": "D. Governor",
        "requirements": "Fit the guard",
        "reason": "Long known",
    }
    short = pages.post("district_officer", f"{url}/listings", {**data, "leader": ""})
    assert short.status_code == 422
    assert pages.post("district_officer", f"{url}/listings", data).status_code == 302
    assert pages.post("district_officer", f"{url}/listings", data).status_code == 409
    assert 'id="step-listing-approve"' not in _page(pages, "district_officer", url, language)
    one = f"{url}/listings/{load(hazard_id, SYSTEM).listings[0].id}"
    assert pages.post("district_officer", f"{one}/approve").status_code == 403
    assert pages.post("section_chief", f"{one}/approve").status_code == 302
    assert "Fit the guard" in _page(pages, "plant_manager", url, language)
    assert "D. Governor" in _page(pages, "plant_manager", "/listings/?group=force", language)
    manager = cast["safety_manager"]
    with transaction():
        document(load(hazard_id, manager), manager)
        service.submit(load(hazard_id, manager), manager, note="Done", photos=[photo(manager)])
    officer_page = _page(pages, "district_officer", url, language)
    assert 'id="step-verify"' not in officer_page
    assert pages.post("safety_manager", f"{one}/apply", {"note": "Done"}).status_code == 302
    wordless = pages.post("district_officer", f"{one}/pass", {"note": "", "reviewers": "A"})
    assert wordless.status_code == 422
    passed = {"note": "All fitted", "reviewers": "A, B"}
    assert pages.post("district_officer", f"{one}/pass", passed).status_code == 302
    assert pages.post("district_officer", f"{one}/pass", passed).status_code == 409
    assert pages.post("district_officer", f"{url}/verify", {"note": "Seen"}).status_code == 302
    assert load(hazard_id, SYSTEM).status is S.CLOSED
    history = error_text(pages.get("plant_manager", url))
    assert "Review passed, delisted" in history


def _page(pages, who, url, language):
    return pages.get(who, url, language=language).get_data(as_text=True)


def test_the_board_is_filtered_and_exported(pages, cast):
    with clock.frozen(DAY):
        late, _late = make_listing(cast, due_on=date(2026, 11, 5))
        fine, _fine = make_listing(cast, level="city", due_on=date(2027, 10, 5))
    late_no, fine_no = load(late, SYSTEM).number, load(fine, SYSTEM).number
    overdue = error_text(pages.get("district_officer", "/listings/?group=overdue"))
    assert late_no in overdue
    assert fine_no not in overdue
    assert "days late" in overdue
    city = error_text(pages.get("district_officer", "/listings/?level=city"))
    assert fine_no in city
    assert late_no not in city
    nothing = error_text(pages.get("district_officer", "/listings/?text=nowhere"))
    assert "No listed supervision matches" in nothing
    assert late_no not in error_text(pages.get("other_district", "/listings/"))
    book = pages.get("district_officer", "/listings/export.xlsx?group=overdue")
    assert book.status_code == 200
    assert "spreadsheetml" in book.mimetype
