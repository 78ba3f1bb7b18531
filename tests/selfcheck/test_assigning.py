"""The authority sets a list for all of a region: once each, also after a run that was killed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, InvalidInput, NotFound
from supervision.core.notices import Notice
from supervision.core.scope import visible
from supervision.enterprise import queries as enterprises
from supervision.enterprise import service as registry
from supervision.enterprise.models import RollStatus
from supervision.selfcheck import assigning, excuses, jobs, queries, service, taking_back
from supervision.selfcheck.assigning import Wanted
from supervision.selfcheck.models import (
    AssignmentState,
    CheckAssignment,
    CheckMonth,
    CheckPlan,
    CheckRound,
)
from tests.cast import Cast, enterprise_values
from tests.factories.selfchecks import a_list, a_plan_of_rounds

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
WANTED = Wanted("TEST", date(2026, 11, 19))


def _ask(cast: Cast, who: str = "section_chief", wanted: Wanted = WANTED) -> int:
    with transaction():
        total, _had = assigning.count(cast[who], wanted)
        return assigning.ask(cast[who], wanted, expected=total).id


def _more(count: int) -> list[int]:
    with transaction():
        made = [registry.register(SYSTEM, enterprise_values(500 + n)) for n in range(count)]
        return [one.id for one in made]


def _plans() -> list[CheckPlan]:
    return list(db.session.scalars(visible(CheckPlan, SYSTEM).order_by(CheckPlan.id)))


def test_everyone_of_the_scope_walks_it_once_and_is_told(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assigning, "BATCH", 2)
    with clock.frozen(NOW):
        more = _more(3)
        with transaction():
            a_list()
            a_plan_of_rounds(cast.plant_id, area="Hall 2")
            enterprises.get_enterprise(more[0], SYSTEM).roll_status = RollStatus.CLOSED
        asked = _ask(cast)
        stepped = assigning.step
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(assigning, "step", _dies_at(2, stepped))
            jobs.assign(NOW)
        found = assigning.get(asked, cast["section_chief"])
        assert (found.status, found.done) == (AssignmentState.WAITING, 2)
        jobs.assign(NOW)
        assert jobs.assign(NOW) == 0
        found = assigning.get(asked, cast["section_chief"])
        db.session.refresh(found)
        assert (found.status, found.total, found.done) == (AssignmentState.DONE, 4, 4)
        assert (found.taken, found.percent) == (3, 100)
        new = [plan for plan in _plans() if plan.assignment_id == asked]
        assert [plan.enterprise_id for plan in new] == [cast.other_plant_id, *more[1:]]
        kinds = select(Notice.kind, Notice.audience_id).order_by(Notice.id)
        told = [row for row in db.session.execute(kinds) if row[0].startswith("selfcheck.assign")]
        assert [tuple(row) for row in told] == [
            ("selfcheck.assigned", cast.other_plant_id),
            ("selfcheck.assigned", more[1]),
            ("selfcheck.assigned", more[2]),
            ("selfcheck.assign_done", cast.accounts["section_chief"]),
        ]
        # The far plant lies in another district.
        assert not queries.plans_of(SYSTEM, cast.far_plant_id)
    assert jobs.make_rounds(NOW + timedelta(days=1)) == 4


def _dies_at(count: int, stepped):  # type: ignore[no-untyped-def]
    calls: list[int] = []

    def dies(assignment: CheckAssignment, actor):  # type: ignore[no-untyped-def]
        calls.append(1)
        if len(calls) == count:
            stepped(assignment, actor)
            raise KeyboardInterrupt
        return stepped(assignment, actor)

    return dies


def test_it_is_refused_for_other_numbers_days_and_lists_and_can_be_stopped(cast: Cast) -> None:
    chief = cast["section_chief"]
    with clock.frozen(NOW):
        with transaction():
            a_list()
            a_list("OWN", enterprise_id=cast.plant_id)
        with transaction(), pytest.raises(Conflict, match="changed meanwhile"):
            assigning.ask(chief, WANTED, expected=99)
        for wanted, message in (
            (Wanted("TEST", date(2026, 11, 18)), "tomorrow at the earliest"),
            (Wanted("OWN", date(2026, 11, 19)), "not in force"),
            (Wanted("TEST", date(2026, 11, 19), industry="T"), "No enterprise is chosen"),
        ):
            with transaction(), pytest.raises(InvalidInput, match=message):
                assigning.ask(chief, wanted, expected=0)
        asked = _ask(cast)
        with pytest.raises(NotFound):
            assigning.get(asked, cast["district_officer"])
        with transaction():
            assigning.cancel(assigning.get(asked, chief), chief)
        assert jobs.assign(NOW) == 0
        assert not _plans()
        with transaction(), pytest.raises(Conflict, match="ended already"):
            assigning.cancel(assigning.get(asked, chief), chief)


def test_it_is_taken_back_from_who_took_it_up_and_from_nobody_else(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assigning, "BATCH", 1)
    chief = cast["section_chief"]
    with clock.frozen(NOW):
        more = _more(1)
        with transaction():
            a_list()
            a_plan_of_rounds(cast.plant_id)
        asked = _ask(cast)
        with transaction(), pytest.raises(Conflict, match="nothing to be taken back"):
            taking_back.ask(assigning.get(asked, chief), chief)
        jobs.assign(NOW)
        # Before its first day: as if it had never been, and to be set anew.
        with transaction():
            taking_back.ask(assigning.get(asked, chief), chief)
        jobs.assign(NOW)
        asked = _ask(cast)
        assert jobs.assign(NOW) == 3
    later = NOW + timedelta(days=1, hours=1)
    jobs.make_rounds(later)
    with clock.frozen(later):
        with transaction():
            back = taking_back.ask(assigning.get(asked, chief), chief)
            assert back.total == 2
        with transaction(), pytest.raises(Conflict, match="taken back already"):
            taking_back.ask(assigning.get(asked, chief), chief)
        assert jobs.assign(later) == 2
        rounds = db.session.scalars(visible(CheckRound, SYSTEM).order_by(CheckRound.id)).all()
        today = [one for one in rounds if one.starts_on == clock.today()]
        assert {one.enterprise_id: one.excuse for one in today} == {
            cast.plant_id: "",
            cast.other_plant_id: excuses.TAKEN_BACK,
            more[0]: excuses.TAKEN_BACK,
        }
        figures = db.session.scalars(visible(CheckMonth, SYSTEM)).all()
        assert sum(one.excused for one in figures) == 2
    assert jobs.make_rounds(later + timedelta(days=1)) == 1


def test_who_may_not_any_more_sets_nothing_and_the_page_says_so(cast: Cast) -> None:
    with clock.frozen(NOW):
        with transaction():
            a_list()
        asked = _ask(cast)
        with transaction():
            assigning.get(asked, SYSTEM).asked_by_id = cast.accounts["worker"]
        assert jobs.assign(NOW) == 0
        found = assigning.get(asked, SYSTEM)
        assert found.status is AssignmentState.FAILED
        assert found.message


def test_the_officer_hears_of_a_set_list_that_is_ended(cast: Cast) -> None:
    manager = cast["plant_manager"]
    with clock.frozen(NOW):
        with transaction():
            a_list()
        _ask(cast)
        jobs.assign(NOW)
        with transaction():
            (plan,) = queries.plans_of(manager, cast.plant_id)
            plan = queries.get_plan(plan.id, manager)
            worker = cast.accounts["worker"]
            # Who walks it is the enterprise's to say; the hour is the authority's.
            service.change(plan, manager, account_id=worker, due_minute=600, workdays_only=True)
            assert (plan.account_id, plan.due_minute, plan.workdays_only) == (worker, 1440, False)
            service.end(plan, manager, "no dust here")
        told = db.session.scalars(select(Notice).where(Notice.kind == "selfcheck.ended")).one()
        assert told.audience_id == cast.plant_id
