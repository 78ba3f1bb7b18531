"""Adopting and ending a list, excuses, and the word that nothing was found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, InvalidInput, NotFound
from supervision.core.scope import visible
from supervision.hazard import service as hazards
from supervision.hazard.rules import Source
from supervision.selfcheck import jobs, queries, service
from supervision.selfcheck.models import CheckMonth
from supervision.selfcheck.workflow import RoundState
from tests.cast import Cast
from tests.factories.hazards import finding
from tests.factories.selfchecks import a_list, a_plan_of_rounds

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)


def test_a_list_is_walked_from_the_day_on_and_ended_with_a_reason(cast: Cast) -> None:
    manager = cast["plant_manager"]
    with clock.frozen(NOW):
        with transaction():
            a_list()
            plan = a_plan_of_rounds(cast.plant_id, account_id=cast.accounts["worker"])
            plan_id = plan.id
        assert len(queries.open_rounds(cast["worker"], clock.today())) == 1
        with transaction(), pytest.raises(InvalidInput, match="walked there already"):
            a_plan_of_rounds(cast.plant_id)
        with transaction(), pytest.raises(InvalidInput, match="does not belong"):
            a_plan_of_rounds(cast.plant_id, area="b", account_id=cast.accounts["other_plant"])
        with transaction(), pytest.raises(InvalidInput, match="not in force"):
            a_plan_of_rounds(cast.plant_id, "NONE")
        with transaction():
            service.end(queries.get_plan(plan_id, manager), manager, "the line was sold")
        (one,) = queries.rounds_of(manager, cast.plant_id)
        assert (one.status, one.excuse) == (RoundState.EXCUSED, "the line was sold")
        # An end is not undone by the maker.
        assert jobs.make_rounds(NOW) == 0
        assert jobs.make_rounds(NOW + timedelta(days=1)) == 0


def test_rounds_are_seen_by_their_enterprise_its_officers_and_its_own_walkers(cast: Cast) -> None:
    with clock.frozen(NOW):
        with transaction():
            a_list()
            a_plan_of_rounds(cast.plant_id, account_id=cast.accounts["safety_manager"])
        (one,) = queries.rounds_of(cast["plant_manager"], cast.plant_id)
        assert queries.get_round(one.id, cast["district_officer"]).id == one.id
        for stranger in ("other_plant", "other_district", "no_role", "video_operator"):
            with pytest.raises(NotFound):
                queries.get_round(one.id, cast[stranger])
        # It is somebody else's to walk.
        assert not queries.open_rounds(cast["worker"], clock.today())
        assert queries.open_rounds(cast["safety_manager"], clock.today())
        # Nor does it count as theirs, and who asks for their own list does not get it.
        assert queries.group_count(cast["worker"], "today") == 0
        assert queries.group_count(cast["plant_manager"], "today") == 1
        mine = queries.RoundFilter(mine=True)
        assert not db.session.scalars(queries.list_rounds(cast["worker"], mine)).all()


def test_nothing_found_is_said_when_all_is_walked_and_falls_with_a_later_finding(
    cast: Cast,
) -> None:
    manager, today = cast["plant_manager"], clock.day_of(NOW)
    with clock.frozen(NOW):
        with transaction():
            a_list()
            a_plan_of_rounds(cast.plant_id)
        with transaction(), pytest.raises(InvalidInput, match="1 are open"):
            service.say_zero(cast.plant, manager, today)
        with transaction():
            (one,) = queries.open_rounds(manager, today)
            service.excuse(queries.get_round(one.id, manager), manager, "nobody worked")
        with transaction(), pytest.raises(Conflict):
            service.excuse(queries.get_round(one.id, manager), manager, "again")
        with transaction():
            service.say_zero(cast.plant, manager, today)
        with transaction(), pytest.raises(InvalidInput, match="there already"):
            service.say_zero(cast.plant, manager, today)
        with transaction(), pytest.raises(InvalidInput, match="today or of the last"):
            service.say_zero(cast.plant, manager, today + timedelta(days=1))
        assert jobs.note_missed(NOW) == 0
        month = db.session.scalars(visible(CheckMonth, SYSTEM)).one()
        assert (month.zero_reports, month.excused) == (1, 1)
        with transaction():
            hazards.report(cast.plant, manager, finding(source=Source.SELF_CHECK, found_at=NOW))
        assert jobs.note_missed(NOW) == 1
        said = queries.zero_report(cast.plant_id, today, manager)
        assert said is not None
        assert said.overtaken_at == NOW
        db.session.refresh(month)
        assert month.zero_reports == 0
        before = today - timedelta(days=1)
        with transaction():
            hazards.report(
                cast.plant,
                manager,
                finding(source=Source.SELF_CHECK, found_at=NOW - timedelta(days=1)),
            )
        with transaction(), pytest.raises(InvalidInput, match="on file"):
            service.say_zero(cast.plant, manager, before)
