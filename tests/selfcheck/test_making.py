"""Rounds are made once, whoever makes them and however often; those missed are noted once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from supervision import seeds
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.notices import Audience, Notice
from supervision.core.scope import visible
from supervision.enterprise import queries as enterprises
from supervision.enterprise.models import RollStatus
from supervision.selfcheck import excuses, jobs, making, queries, walking
from supervision.selfcheck.models import CheckMonth, CheckPlan, CheckRound
from supervision.selfcheck.rules import AnswerResult, Frequency
from supervision.selfcheck.workflow import RoundState
from tests.cast import Cast
from tests.factories.selfchecks import a_list, a_plan_of_rounds

# A Wednesday, ten in the morning in Shanghai.
NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
BEGAN = datetime(2026, 8, 31, 2, 0, tzinfo=UTC)
NATIONAL_DAY = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)


def _plan(enterprise_id: int, code: str = "TEST", **more: object) -> CheckPlan:
    values = {"begins_on": date(2026, 9, 1), "created_at": BEGAN, "created_by": "x"} | more
    plan = CheckPlan(enterprise_id=enterprise_id, template_code=code, **values)
    db.session.add(plan)
    db.session.flush()
    return plan


def _rounds() -> list[CheckRound]:
    # One statement makes many: their ids follow the database's plan, not the calendar.
    order = (CheckRound.enterprise_id, CheckRound.ends_on, CheckRound.id)
    return list(db.session.scalars(visible(CheckRound, SYSTEM).order_by(*order)))


def test_every_frequency_of_a_list_is_made_once_with_its_due_time(cast: Cast) -> None:
    with transaction():
        a_list("TEST", Frequency.DAILY, Frequency.WEEKLY, Frequency.QUARTERLY)
        _plan(cast.plant_id, due_minute=17 * 60 + 30)
    assert jobs.make_rounds(NOW) == 3
    assert jobs.make_rounds(NOW + timedelta(hours=1)) == 0
    daily, weekly, quarterly = _rounds()
    assert daily.due_at == datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
    assert (weekly.starts_on, weekly.ends_on) == (date(2026, 11, 16), date(2026, 11, 22))
    assert quarterly.due_at == datetime(2026, 12, 31, 9, 30, tzinfo=UTC)
    assert daily.status is RoundState.OPEN
    # Each month knows of what falls due in it.
    months = db.session.scalars(visible(CheckMonth, SYSTEM).order_by(CheckMonth.month)).all()
    assert [(m.month, m.due, m.done) for m in months] == [
        (date(2026, 11, 1), 2, 0),
        (date(2026, 12, 1), 1, 0),
    ]
    # The next day makes the day's alone.
    assert jobs.make_rounds(NOW + timedelta(days=1)) == 1


def test_only_who_produces_walks_and_holidays_are_left_out_where_said(cast: Cast) -> None:
    with transaction():
        seeds.load_holidays()
        a_list()
        _plan(cast.plant_id, area="every day")
        _plan(cast.plant_id, area="working days", workdays_only=True)
        _plan(cast.plant_id, area="ended", ends_on=date(2026, 9, 30))
        _plan(cast.plant_id, area="to come", begins_on=date(2026, 12, 1))
        _plan(cast.far_plant_id)
        far = enterprises.get_enterprise(cast.far_plant_id, SYSTEM)
        far.roll_status = RollStatus.SUSPENDED
    jobs.make_rounds(NATIONAL_DAY)
    (one,) = _rounds()
    assert queries.get_round(one.id, SYSTEM).plan.area == "every day"


def test_a_round_keeps_the_version_of_its_first_day(cast: Cast) -> None:
    with transaction():
        old = a_list("TEST", Frequency.MONTHLY, effective_to=date(2026, 11, 9))
        new = a_list("TEST", Frequency.MONTHLY, effective_from=date(2026, 11, 10))
        late = a_list("LATE", Frequency.MONTHLY, effective_from=date(2026, 11, 10))
        _plan(cast.plant_id)
        _plan(cast.plant_id, "LATE")
        ids = old.id, new.id, late.id
    jobs.make_rounds(NOW)
    assert [one.template_id for one in _rounds()] == [ids[0], ids[2]]


def test_a_run_that_was_killed_is_completed_by_the_next(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "STRETCH", 2)
    with transaction():
        a_list()
        for n in range(5):
            _plan(cast.plant_id, area=str(n))
    stretches: list[int] = []

    def dies(first: int, last: int, day: date) -> int:
        if stretches:
            raise KeyboardInterrupt
        stretches.append(first)
        return made(first, last, day)

    made = making.make_between
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(making, "make_between", dies)
        jobs.make_rounds(NOW)
    assert len(_rounds()) == 2
    assert jobs.make_rounds(NOW) == 3
    assert len({one.plan_id for one in _rounds()}) == 5


def test_what_was_missed_is_noted_once_and_told_in_one_notice_each(cast: Cast) -> None:
    with transaction():
        a_list()
        for area in ("a", "b"):
            _plan(cast.plant_id, area=area)
        _plan(cast.far_plant_id)
    jobs.make_rounds(NOW)
    assert jobs.note_missed(NOW) == 0
    after = NOW + timedelta(days=1)
    with clock.frozen(after):
        assert jobs.note_missed(after) == 3
        assert jobs.note_missed(after + timedelta(minutes=10)) == 0
        assert queries.group_count(cast["district_officer"], "missed") == 2
    told = db.session.scalars(select(Notice).where(Notice.kind.startswith("selfcheck"))).all()
    assert sorted((n.audience, n.audience_id, n.params["count"]) for n in told) == sorted(
        [
            (Audience.ENTERPRISE_PEOPLE, cast.plant_id, "2"),
            (Audience.ACCOUNT, cast.accounts["district_officer"], "2"),
            (Audience.ENTERPRISE_PEOPLE, cast.far_plant_id, "1"),
            (Audience.SUPERVISORS, cast.far_plant_id, "1"),
        ]
    )
    months = db.session.scalars(visible(CheckMonth, SYSTEM).order_by(CheckMonth.id)).all()
    assert {m.enterprise_id: m.missed for m in months} == {cast.plant_id: 2, cast.far_plant_id: 1}


def test_what_nobody_had_to_walk_is_excused_with_its_reason(cast: Cast) -> None:
    """The first day of a list, and rounds of whoever stopped producing after they were made."""
    with clock.frozen(NOW), transaction():
        a_list()
        a_plan_of_rounds(cast.plant_id)
        _plan(cast.far_plant_id)
    jobs.make_rounds(NOW)
    with transaction():
        enterprises.get_enterprise(cast.far_plant_id, SYSTEM).roll_status = RollStatus.SUSPENDED
    after = NOW + timedelta(days=1)
    assert jobs.note_missed(after) == 2
    assert jobs.note_missed(after) == 0
    found = {one.enterprise_id: one for one in _rounds()}
    assert {one.status for one in found.values()} == {RoundState.EXCUSED}
    assert found[cast.plant_id].excuse == excuses.FIRST_DAY
    assert found[cast.far_plant_id].excuse == "Production was suspended."
    assert not db.session.scalars(select(Notice).where(Notice.kind.startswith("selfcheck"))).all()
    figures = db.session.scalars(visible(CheckMonth, SYSTEM)).all()
    assert {(m.due, m.excused, m.missed) for m in figures} == {(1, 1, 0)}
    # Walked without a network on its day, and sent now: what was found is not lost.
    with clock.frozen(after), transaction():
        manager = cast["plant_manager"]
        one = queries.get_round(found[cast.plant_id].id, manager, for_update=True)
        seen = walking.Seen(one.template.items[0].id, AnswerResult.FINDING, NOW, "Guard is off")
        walking.answer(one, manager, seen)
        assert len(walking.finish(one, manager, NOW)) == 1
        assert (one.status, one.excuse, one.missed_at) == (RoundState.DONE, "", None)
    # The second day counts.
    jobs.make_rounds(after)
    assert jobs.note_missed(after + timedelta(days=1)) == 1
    assert queries.group_count(SYSTEM, "missed") == 1


def test_a_period_under_way_is_walked_where_half_of_it_is_left(cast: Cast) -> None:
    with transaction():
        a_list("TEST", Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY)
        taken_up = {"begins_on": date(2026, 11, 18), "created_at": NOW}
        _plan(cast.plant_id, **taken_up)
        # At ten: its hour of this day is over.
        _plan(cast.far_plant_id, **taken_up, due_minute=9 * 60)
    jobs.make_rounds(NOW)
    assert [(one.enterprise_id, one.frequency) for one in _rounds()] == [
        (cast.plant_id, Frequency.DAILY),
        (cast.plant_id, Frequency.WEEKLY),
        (cast.far_plant_id, Frequency.WEEKLY),
    ]
    jobs.make_rounds(datetime(2026, 12, 1, 2, 0, tzinfo=UTC))
    assert sum(one.frequency is Frequency.MONTHLY for one in _rounds()) == 2
