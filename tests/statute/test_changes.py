"""Versions of law: changed by two persons, never in place, and never backwards."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from supervision import seeds
from supervision.account import service as accounts
from supervision.account.roles import Role
from supervision.core import clock
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from supervision.core.holidays import YearStatus, workday_table
from supervision.core.notices import Notice
from supervision.core.scope import unscoped
from supervision.core.statutory import Certainty, StatutoryRule, rule_on
from supervision.core.workdays import add_workdays
from supervision.hazard.rules import Grade
from supervision.hazard.workflow import HazardState
from supervision.statute import impact, queries, service
from supervision.statute.rules import ChangeKind, HolidayRow
from supervision.statute.service import Proposal
from supervision.statute.workflow import ChangeState
from tests.cast import PASSWORD
from tests.factories.hazards import load, make_hazard

TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)


@pytest.fixture
def law(cast):
    """The shipped rules, on a day that the test sets itself."""
    with clock.frozen(NOON):
        with transaction():
            seeds.load_rules()
            seeds.load_criteria()
            seeds.load_holidays()
        yield cast


def wanted(code="RECHECK", day=TODAY, **changes):
    values = {
        "name": "Re-inspection",
        "value": 7,
        "unit": "day",
        "day_type": "working",
        "direction": "after",
        "trigger": "application or expiry",
    }
    given = {
        "kind": ChangeKind.RULE,
        "code": code,
        "effective_from": day,
        "values": values,
        "source": "Order 18, art. 20",
        "certainty": Certainty.HIGH,
        "reason": "the text has been obtained",
    }
    return Proposal(**{**given, **changes})


def criteria_on(day):
    """The criteria that a ticket may be graded by on a day."""
    stmt = queries.list_versions(queries.RuleFilter(ChangeKind.CRITERION, day=day))
    return db.session.scalars(stmt).all()


def drafted(law, proposal, who="section_chief", **kwargs):
    with transaction():
        return service.draft(law[who], proposal, **kwargs).id


def proposed(law, proposal, who="section_chief", **kwargs):
    change_id = drafted(law, proposal, who, **kwargs)
    with transaction():
        service.propose(queries.get_change(change_id, law[who]), law[who])
    return change_id


def decided(law, change_id, verb=service.approve, who="administrator", **kwargs):
    with transaction():
        verb(queries.get_change(change_id, law[who]), law[who], **kwargs)


def approved(law, proposal, **kwargs):
    change_id = proposed(law, proposal, **kwargs)
    decided(law, change_id)
    return change_id


def test_an_approved_change_ends_the_version_before_and_edits_nothing_of_it(law):
    old = rule_on("RECHECK", TODAY)
    old_id, before = old.id, (old.value, old.source, old.certainty, old.effective_from)
    approved(law, wanted(day=TODAY + timedelta(days=9)))
    assert rule_on("RECHECK", TODAY).id == old_id
    assert rule_on("RECHECK", TODAY + timedelta(days=8)).id == old_id
    new = rule_on("RECHECK", TODAY + timedelta(days=9))
    assert (new.value, new.day_type, new.certainty) == (7, "working", "H")
    old = db.session.get(StatutoryRule, old_id)
    assert (old.value, old.source, old.certainty, old.effective_from) == before
    assert old.effective_to == TODAY + timedelta(days=8)
    assert new.effective_to is None


def test_a_criterion_changed_today_alters_no_ticket_of_yesterday(law):
    with clock.frozen(NOON - timedelta(days=1)):
        criterion = criteria_on(clock.today())[0]
        code, text, criterion_id = criterion.code, criterion.text, criterion.id
        hazard_id = make_hazard(law, HazardState.GRADED, grade=Grade.MAJOR)
        with transaction():
            load(hazard_id, law["district_officer"]).criterion_id = criterion_id
    values = {"article": "art. 3", "sector": "trades", "text": "otherwise worded"}
    approved(law, wanted(code, kind=ChangeKind.CRITERION, values=values))
    hazard = load(hazard_id, law["district_officer"])
    assert hazard.criterion_id == criterion_id
    assert hazard.criterion.text == text
    assert hazard.criterion.effective_to == TODAY - timedelta(days=1)
    now = [c.text for c in criteria_on(TODAY) if c.code == code]
    assert now == ["otherwise worded"]
    yesterday = [c.text for c in criteria_on(TODAY - timedelta(days=1)) if c.code == code]
    assert yesterday == [text]


def test_nobody_approves_their_own_change_whatever_their_role(law):
    for who in ("section_chief", "administrator"):
        change_id = proposed(law, wanted("PAY" if who == "administrator" else "SEAL"), who)
        with pytest.raises(Forbidden, match="second person"):
            decided(law, change_id, who=who)
        assert queries.get_change(change_id, law[who]).status is ChangeState.PROPOSED


def test_the_database_itself_refuses_one_person_in_both_parts(law):
    change_id = proposed(law, wanted())
    with pytest.raises(IntegrityError), transaction():
        change = queries.get_change(change_id, law["section_chief"])
        change.decided_by_id = change.author_id


@pytest.mark.parametrize("who", ["district_officer", "auditor", "video_operator", "plant_manager"])
def test_who_may_not_decide_does_not(law, who):
    change_id = proposed(law, wanted())
    with pytest.raises((Forbidden, NotFound)):
        decided(law, change_id, who=who)


@pytest.mark.parametrize("days", [-1, -30])
def test_a_change_cannot_reach_back(law, days):
    with pytest.raises(InvalidInput) as refused:
        drafted(law, wanted(day=TODAY + timedelta(days=days)))
    assert refused.value.field == "effective_from"


def test_a_proposal_whose_day_has_passed_while_it_waited_is_not_approved(law):
    change_id = proposed(law, wanted())
    with clock.frozen(NOON + timedelta(days=1)), pytest.raises(InvalidInput):
        decided(law, change_id)
    assert rule_on("RECHECK", TODAY + timedelta(days=2)).value == 10


def test_a_new_version_begins_after_one_that_is_still_to_come(law):
    approved(law, wanted(day=TODAY + timedelta(days=20)))
    with pytest.raises(InvalidInput, match="2026-12-12"):
        drafted(law, wanted(day=TODAY + timedelta(days=20)))
    approved(law, wanted(day=TODAY + timedelta(days=21)))
    assert rule_on("RECHECK", TODAY + timedelta(days=20)).effective_to == date(2026, 12, 12)


def test_two_proposals_for_one_rule_do_not_wait_at_once(law):
    first, second = proposed(law, wanted()), drafted(law, wanted(), "administrator")
    with pytest.raises(Conflict, match="waits"), transaction():
        service.propose(queries.get_change(second, law["administrator"]), law["administrator"])
    decided(law, first)
    with pytest.raises(Conflict, match="meanwhile"), transaction():
        service.propose(queries.get_change(second, law["administrator"]), law["administrator"])


def test_a_decision_is_taken_once(law):
    change_id = proposed(law, wanted())
    decided(law, change_id)
    for verb, kwargs in ((service.approve, {}), (service.reject, {"note": "no"})):
        with pytest.raises(Conflict):
            decided(law, change_id, verb, **kwargs)
    assert len(queries.versions(ChangeKind.RULE, "RECHECK")) == 3


def test_a_rejection_needs_its_reason_and_changes_no_rule(law):
    change_id = proposed(law, wanted())
    with pytest.raises(InvalidInput):
        decided(law, change_id, service.reject, note="")
    decided(law, change_id, service.reject, note="the article says ten")
    assert rule_on("RECHECK", TODAY).value == 10
    assert len(queries.versions(ChangeKind.RULE, "RECHECK")) == 2


def test_a_rule_that_ends_without_a_successor_is_in_force_on_its_last_day_only(law):
    approved(law, wanted("SEAL", day=TODAY + timedelta(days=1), repeal=True))
    assert rule_on("SEAL", TODAY).value == 30
    with pytest.raises(NotFound):
        rule_on("SEAL", TODAY + timedelta(days=1))


def test_a_code_that_nobody_knows_yet_can_be_added_once(law):
    approved(law, wanted("NEW_CLOCK"), is_new=True)
    assert rule_on("NEW_CLOCK", TODAY).value == 7
    with pytest.raises(InvalidInput) as refused:
        drafted(law, wanted("NEW_CLOCK", day=TODAY + timedelta(days=1)), is_new=True)
    assert refused.value.field == "code"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"unit": "month", "day_type": "working"}, "day_type"),
        ({"unit": "day_of_month", "day_type": "calendar", "value": 32}, "value"),
    ],
)
def test_a_rule_that_cannot_be_counted_is_not_drafted(law, changes, field):
    with pytest.raises(InvalidInput) as refused:
        drafted(law, wanted(values=wanted().values | changes))
    assert refused.value.field == field


def test_a_draft_is_its_authors_alone_until_it_is_proposed(law):
    change_id = drafted(law, wanted())
    with pytest.raises(NotFound):
        queries.get_change(change_id, law["administrator"])
    with transaction():
        change = queries.get_change(change_id, law["section_chief"])
        service.revise(change, law["section_chief"], wanted(day=TODAY + timedelta(days=3)))
        service.propose(change, law["section_chief"])
    seen = queries.get_change(change_id, law["auditor"])
    assert seen.effective_from == TODAY + timedelta(days=3)
    with pytest.raises(Conflict), transaction():
        service.revise(
            queries.get_change(change_id, law["section_chief"]), law["section_chief"], wanted()
        )


def test_a_withdrawn_change_makes_room_for_another(law):
    change_id = proposed(law, wanted())
    with pytest.raises(Forbidden):
        decided(law, change_id, service.withdraw)
    decided(law, change_id, service.withdraw, who="section_chief")
    proposed(law, wanted(), "administrator")
    assert queries.is_proposed(ChangeKind.RULE, "RECHECK")


def test_approvers_and_then_the_proposer_are_told_and_the_trail_knows_it_all(law):
    change_id = proposed(law, wanted())
    told = {n.audience_id for n in notices("statute.proposed") if n.except_account_id}
    others = {law.accounts["administrator"], law.accounts["section_chief"]}
    assert told == others
    assert all(n.except_account_id == law.accounts["section_chief"] for n in notices())
    decided(law, change_id)
    (answer,) = notices("statute.approved")
    assert answer.audience_id == law.accounts["section_chief"]
    assert answer.link == f"/statutes/changes/{change_id}"
    trail = db.session.scalars(
        unscoped(
            select(AuditEntry).where(AuditEntry.entity == "rule_change").order_by(AuditEntry.id),
            reason="the test reads what was written",
        )
    ).all()
    assert [e.action for e in trail] == ["statute.draft", "statute.propose", "statute.approve"]
    assert trail[-1].data["values"]["value"] == 7
    assert trail[-1].actor_name == "Administrator"


def notices(kind="statute.proposed"):
    return db.session.scalars(select(Notice).where(Notice.kind == kind)).all()


def test_before_approval_one_sees_which_open_tickets_hang_on_a_criterion(law):
    criterion = criteria_on(TODAY)[0]
    code, criterion_id = criterion.code, criterion.id
    here = make_hazard(law, HazardState.GRADED, grade=Grade.MAJOR)
    closed = make_hazard(law, HazardState.CLOSED, grade=Grade.MAJOR)
    with transaction():
        for hazard_id in (here, closed):
            load(hazard_id, law["district_officer"]).criterion_id = criterion_id
    touched = impact.impact_of(ChangeKind.CRITERION, code, TODAY, law["section_chief"])
    assert (touched.tickets, [h.id for h in touched.named]) == (1, [here])
    far = impact.impact_of(ChangeKind.CRITERION, code, TODAY, law["other_district"])
    assert (far.tickets, list(far.named)) == (1, [])


def test_before_approval_one_sees_which_clocks_run_by_a_rule(law):
    submitted = make_hazard(law, HazardState.SUBMITTED)
    rectifying = make_hazard(law, HazardState.RECTIFYING)
    chief = law["section_chief"]

    def named(code):
        return [h.id for h in impact.impact_of(ChangeKind.RULE, code, TODAY, chief).named]

    # The re-inspection's clock is armed with the deadline: expiry starts it where nobody submits.
    assert named("RECHECK") == [rectifying, submitted]
    assert named("EXT_APPLY") == [rectifying]
    assert named("EXT_REPLY") == []
    assert not impact.impact_of(ChangeKind.RULE, "COURT", TODAY, chief).is_used


NEW_YEAR = [HolidayRow(date(2027, 1, 1), "holiday", "New Year")]


def year_change(rows, status="published", code="2027", **changes):
    values = service.holiday_values(rows, YearStatus(status))
    return wanted(code, kind=ChangeKind.HOLIDAYS, values=values, **changes)


def test_an_approved_year_ends_what_was_provisional(law):
    before = add_workdays(date(2026, 12, 30), 3, workday_table())
    assert (before.day, before.provisional) == (date(2027, 1, 4), True)
    approved(law, year_change(NEW_YEAR))
    after = add_workdays(date(2026, 12, 30), 3, workday_table())
    assert (after.day, after.provisional) == (date(2027, 1, 5), False)


def test_a_year_that_is_only_expected_counts_its_days_but_stays_provisional(law):
    approved(law, year_change(NEW_YEAR, status="provisional"))
    after = add_workdays(date(2026, 12, 30), 3, workday_table())
    assert (after.day, after.provisional) == (date(2027, 1, 5), True)


def test_a_years_older_version_stays_with_the_instant_of_its_end(law):
    approved(law, year_change(NEW_YEAR, status="provisional"))
    approved(law, year_change([*NEW_YEAR, HolidayRow(date(2027, 1, 2), "holiday", "New Year")]))
    new, old = queries.versions_of_year(2027)
    assert (len(new.days), new.replaced_at) == (2, None)
    assert (len(old.days), old.replaced_at) == (1, NOON)


def test_a_day_of_a_published_year_that_has_passed_cannot_change(law):
    rows = service.rows_of_year(queries.current_year(2026))
    with pytest.raises(InvalidInput, match="2026-10-07"):
        drafted(law, year_change([r for r in rows if r.day != date(2026, 10, 7)], code="2026"))
    more = [*rows, HolidayRow(date(2026, 12, 31), "holiday", "extra")]
    approved(law, year_change(more, code="2026"))
    assert date(2026, 12, 31) in workday_table().holidays


def test_a_year_that_says_nothing_new_is_not_drafted(law):
    rows = service.rows_of_year(queries.current_year(2026))
    with pytest.raises(InvalidInput, match="already"):
        drafted(law, year_change(rows, code="2026"))


def test_seeding_again_leaves_a_year_that_somebody_changed(law):
    approved(law, year_change(NEW_YEAR))
    with transaction():
        assert seeds.load_holidays() == 0
    assert [d.day for d in queries.current_year(2027).days] == [date(2027, 1, 1)]


def test_the_role_that_decides_is_the_role_that_is_told(law):
    with transaction():
        second = accounts.create_account(
            law["administrator"],
            username="second_chief",
            name="Second Chief",
            role=Role.SECTION_CHIEF,
            password=PASSWORD,
            region_code="330113",
        ).id
    proposed(law, wanted())
    assert second in {n.audience_id for n in notices()}
