"""A ticket's statutory clocks: armed by its steps, kept under the version they were armed by."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from supervision import seeds
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.clocks import ClockOutcome
from supervision.core.db import db, transaction
from supervision.core.scope import unscoped
from supervision.core.statutory import Certainty, StatutoryRule
from supervision.hazard import clocks, jobs, queries, service
from supervision.hazard.clock_models import HazardClock
from supervision.hazard.models import Hazard
from supervision.hazard.rules import InvalidReason
from supervision.hazard.workflow import HazardState as S
from tests.factories.hazards import load, make_hazard, photo

# A Monday in March 2026: the successor of the 15th Order is in force (shipped as uncertain).
MONDAY = datetime(2026, 3, 2, 4, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def law(cast):
    """The shipped rules and holidays."""
    with transaction():
        seeds.load_rules()
        seeds.load_holidays()
    return cast


def at(days: int):
    return clock.frozen(MONDAY + days * DAY)


def rows(hazard_id: int, code: str = "RECHECK") -> list[HazardClock]:
    stmt = db.select(HazardClock).where(
        HazardClock.hazard_id == hazard_id, HazardClock.code == code
    )
    reason = "a test looks"
    return list(db.session.scalars(unscoped(stmt.order_by(HazardClock.id), reason=reason)))


def running(hazard_id: int, code: str = "RECHECK") -> HazardClock:
    return next(row for row in rows(hazard_id, code) if row.is_running)


def submit(hazard_id, cast, who="safety_manager"):
    with transaction():
        hazard = load(hazard_id, cast[who])
        service.submit(hazard, cast[who], note="done", photos=[photo(cast[who])])


def send_back(hazard_id, cast, who="district_officer"):
    with transaction():
        service.send_back(load(hazard_id, cast[who]), cast[who], reason="not yet")


def seven_days_from(day: date) -> None:
    """Another version of RECHECK, in force from ``day``."""
    old = db.session.scalars(
        db.select(StatutoryRule)
        .where(StatutoryRule.code == "RECHECK")
        .order_by(StatutoryRule.effective_from.desc())
    ).first()
    old.effective_to = day - DAY
    db.session.add(
        StatutoryRule(
            code="RECHECK",
            name="Re-inspection",
            value=7,
            unit="day",
            day_type="calendar",
            direction="after",
            trigger="application or expiry",
            effective_from=day,
            source="invented for a test",
            certainty=Certainty.LOW,
        )
    )


# Former 15th Order, art. 17: ten days from the application or from expiry, the earlier.
def test_re_inspection_is_counted_from_expiry_when_nobody_submits(law):
    with at(0):
        hazard_id = make_hazard(law, S.RECTIFYING, due_on=date(2026, 3, 9))
        row = running(hazard_id)
        assert (row.started_on, row.due_on) == (date(2026, 3, 9), date(2026, 3, 19))
    with at(17):
        assert not running(hazard_id).is_overdue
    with at(18):
        assert running(hazard_id).is_overdue


def test_re_inspection_is_counted_from_an_earlier_application(law):
    with at(0):
        hazard_id = make_hazard(law, S.RECTIFYING, due_on=date(2026, 3, 9))
    with at(3):
        submit(hazard_id, law)
        row = running(hazard_id)
        assert (row.started_on, row.due_on) == (date(2026, 3, 5), date(2026, 3, 15))
    assert [r.outcome for r in rows(hazard_id)] == [ClockOutcome.VOID, None]


def test_an_application_after_expiry_wins_no_time(law):
    with at(0):
        hazard_id = make_hazard(law, S.RECTIFYING, due_on=date(2026, 3, 9))
    with at(12):
        submit(hazard_id, law)
        assert running(hazard_id).due_on == date(2026, 3, 19)
    assert len(rows(hazard_id)) == 1


@pytest.mark.parametrize(("day", "outcome"), [(17, ClockOutcome.MET), (18, ClockOutcome.MISSED)])
def test_closing_ends_the_clock_in_time_or_late(law, day, outcome):
    with at(0):
        hazard_id = make_hazard(law, S.RECTIFYING, due_on=date(2026, 3, 9))
    with at(7):
        submit(hazard_id, law)
    with at(day), transaction():
        officer = law["district_officer"]
        service.verify(load(hazard_id, officer), officer, note="seen")
    assert [r.outcome for r in rows(hazard_id)] == [outcome]


def test_a_return_arms_anew_by_the_version_in_force_on_that_day(law):
    with at(0):
        hazard_id = make_hazard(law, S.SUBMITTED, due_on=date(2026, 3, 3))
        armed_under = running(hazard_id).rule_id
    with at(5):
        with transaction():
            seven_days_from(date(2026, 3, 6))
        # A rule that changes today moves no day of yesterday.
        before = running(hazard_id)
        assert (before.rule_id, before.due_on) == (armed_under, date(2026, 3, 12))
        send_back(hazard_id, law)
        row = running(hazard_id)
        assert (row.started_on, row.due_on) == (date(2026, 3, 7), date(2026, 3, 14))
        assert row.rule_id != armed_under
    first = rows(hazard_id)[-2]
    assert (first.outcome, first.ended_on) == (ClockOutcome.MET, date(2026, 3, 7))


def test_after_a_return_before_expiry_the_next_application_counts_again(law):
    with at(0):
        hazard_id = make_hazard(law, S.SUBMITTED, due_on=date(2026, 3, 20))
    with at(2):
        send_back(hazard_id, law)
        assert running(hazard_id).started_on == date(2026, 3, 20)
    with at(4):
        submit(hazard_id, law)
        assert running(hazard_id).due_on == date(2026, 3, 16)


def test_a_request_for_extension_starts_the_reply_clock_and_a_grant_moves_the_other(law):
    with at(0):
        hazard_id = make_hazard(law, S.RECTIFYING, due_on=date(2026, 3, 9))
        with transaction():
            hazard = load(hazard_id, law["safety_manager"])
            service.request_extension(
                hazard, law["safety_manager"], requested_due_on=date(2026, 3, 30), reason="late"
            )
        assert running(hazard_id, "EXT_REPLY").due_on == date(2026, 3, 7)
    with at(6), transaction():
        officer = law["district_officer"]
        extension = load(hazard_id, officer).extensions[0]
        service.grant_extension(extension, officer, granted_due_on=date(2026, 3, 20), note="")
    assert [r.outcome for r in rows(hazard_id, "EXT_REPLY")] == [ClockOutcome.MISSED]
    assert running(hazard_id).due_on == date(2026, 3, 30)


# The same order: the window is the ten days before expiry; outside it the request stands.
@pytest.mark.parametrize(("days_before", "warned"), [(9, False), (10, False), (11, True)])
def test_a_request_outside_the_window_keeps_its_warning_and_the_version(law, days_before, warned):
    due = date(2026, 3, 2) + days_before * DAY
    with at(0):
        hazard_id = make_hazard(law, S.RECTIFYING, due_on=due)
        with transaction():
            hazard = load(hazard_id, law["safety_manager"])
            extension = service.request_extension(
                hazard, law["safety_manager"], requested_due_on=due + DAY, reason="late"
            )
            db.session.flush()
            assert ("window" in extension.warning) is warned
            rule = db.session.get(StatutoryRule, extension.window_rule_id)
            assert rule.code == "EXT_APPLY"


def test_a_transferred_or_invalid_ticket_keeps_no_clock(law):
    officer = law["district_officer"]
    with at(0):
        moved = make_hazard(law, S.RECTIFYING)
        wrong = make_hazard(law, S.ASSIGNED)
        with transaction():
            service.transfer(load(moved, officer), officer, receiver="Fire brigade", reason="fire")
            service.invalidate(
                load(wrong, officer), officer, invalid_reason=InvalidReason.FALSE_ALARM
            )
    assert [r.outcome for r in rows(moved) + rows(wrong)] == [ClockOutcome.VOID] * 2


def test_what_an_enterprise_found_itself_has_no_statutory_clock(law):
    hazard_id = make_hazard(law, S.SUBMITTED, by="plant_manager")
    assert rows(hazard_id) == []


def test_a_ticket_from_before_there_were_rules_is_armed_once_by_the_daily_job(cast):
    with at(0):
        hazard_id = make_hazard(cast, S.RECTIFYING, due_on=date(2026, 3, 4))
    assert rows(hazard_id) == []
    with transaction():
        seeds.load_rules()
    with at(20):
        assert jobs.keep_clocks(clock.now()) == 1
        assert jobs.keep_clocks(clock.now()) == 0
        row = running(hazard_id)
        assert row.due_on == date(2026, 3, 14)
        rule = db.session.get(StatutoryRule, row.rule_id)
        assert rule.effective_from <= date(2026, 3, 4)


def test_two_clocks_of_one_kind_cannot_run_beside_each_other(law):
    hazard_id = make_hazard(law, S.RECTIFYING)
    with pytest.raises(IntegrityError), transaction():
        first = running(hazard_id)
        db.session.add(
            HazardClock(
                hazard_id=hazard_id,
                enterprise_id=first.enterprise_id,
                code=first.code,
                rule_id=first.rule_id,
                armed_at=clock.now(),
                started_on=first.started_on,
                due_on=first.due_on,
            )
        )


def test_the_reckoning_of_a_clock_is_given_by_its_own_version(law):
    with at(0):
        hazard_id = make_hazard(law, S.SUBMITTED, due_on=date(2026, 3, 9))
        with transaction():
            seven_days_from(date(2026, 3, 2) + DAY)
        hazard = queries.get_hazard(hazard_id, SYSTEM)
        due = clocks.clocks.reckon(clocks.running(hazard, "RECHECK"))
        assert due.day == date(2026, 3, 12)
        assert any(line.params.get("value") == 10 for line in due.lines)
        assert isinstance(hazard, Hazard)


def test_both_sides_read_the_clocks_of_a_ticket_and_how_their_days_come_about(law, pages):
    hazard_id = make_hazard(law, S.SUBMITTED)
    for who in ("district_officer", "safety_manager"):
        page = pages.get(who, f"/hazards/{hazard_id}").get_data(as_text=True)
        assert "10 calendar days after it" in page
        assert "10 days left" in page


def test_the_form_of_a_request_says_where_the_window_lies(law, pages):
    due = clock.today() + timedelta(days=20)
    hazard_id = make_hazard(law, S.RECTIFYING, due_on=due)
    page = pages.get("safety_manager", f"/hazards/{hazard_id}").get_data(as_text=True)
    assert f"opens on {(due - 10 * DAY).isoformat()}" in page
    assert "has not opened yet" in page
    wanted = {"requested_due_on": (due + DAY).isoformat(), "reason": "late part"}
    answer = pages.post("safety_manager", f"/hazards/{hazard_id}/extensions", wanted)
    assert answer.status_code == 302
    page = pages.get("district_officer", f"/hazards/{hazard_id}").get_data(as_text=True)
    assert "has not opened yet" in page
    assert "Reply to the request for extension" in page
