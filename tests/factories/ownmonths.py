"""An October in which two plants check, promise and train, and miss some of it; by the services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from supervision.commitment import jobs as commitments
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.scope import visible
from supervision.dutylist import jobs as duties
from supervision.enterprise import queries as enterprises
from supervision.enterprise.models import Enterprise
from supervision.people.rules import Result
from supervision.selfcheck import jobs as rounds
from supervision.selfcheck import queries as selfcheck_queries
from supervision.selfcheck import service as selfchecks
from supervision.selfcheck import walking
from supervision.selfcheck.models import CheckPlan, CheckRound
from supervision.selfcheck.rules import AnswerResult
from supervision.selfcheck.walking import Seen
from tests.cast import Cast
from tests.factories import commitments as promises
from tests.factories import duties as lists
from tests.factories.months import october, on
from tests.factories.people import load_tables, make_person, make_session
from tests.factories.scores import load_table, night
from tests.factories.selfchecks import a_list

# What the district's October holds when :func:`live_own_october` is done, counted by hand.
DISTRICT = {
    "rounds_due": 8,
    "rounds_on_time": 1,
    "rounds_late": 1,
    "rounds_missed": 5,
    "rounds_excused": 1,
    "rounds_findings": 1,
    "zero_reports": 1,
    "commitments_due": 4,
    "commitments_on_time": 1,
    "commitments_late": 1,
    "commitments_missed": 2,
    "trainings": 2,
    "training_people": 3,
    "training_passed": 2,
    "training_minutes": 480,
    "scores_none": 0,
}
# Of these, the plant's own.
PLANT = {
    "rounds_due": 4,
    "rounds_on_time": 1,
    "rounds_late": 1,
    "rounds_missed": 1,
    "rounds_excused": 1,
    "rounds_findings": 1,
    "zero_reports": 1,
    "commitments_due": 3,
    "commitments_on_time": 1,
    "commitments_late": 1,
    "commitments_missed": 1,
    "trainings": 1,
    "training_people": 2,
    "training_passed": 2,
    "training_minutes": 480,
}


def live_own_october(cast: Cast) -> None:
    """What the plant and its neighbour do in October 2026, and the first night of November."""
    with transaction():
        # The cast is registered as the test begins; nobody is judged for a month before that.
        for plant in db.session.scalars(visible(Enterprise, SYSTEM)):
            plant.created_at = clock.start_of(date(2026, 9, 1))
    _rounds(cast)
    _commitments(cast)
    _trainings(cast)
    with on(october(2)):
        lists.adopt(cast.plant_id)
    load_table()
    night(october(20))
    night(date(2026, 11, 1))
    with on(date(2026, 11, 1), 6):
        duties.watch(clock.now())


def live_own_november(cast: Cast) -> None:
    """What is done after the month's end changes nothing of it."""
    with on(date(2026, 11, 3)):
        walk(cast, october(8))
    make_training(cast, date(2026, 11, 4), [make_person(cast, 9)])


def _rounds(cast: Cast) -> None:
    """Four days of rounds: in time with a finding, late, excused, missed; the neighbour none."""
    with on(october(1)), transaction():
        a_list()
        for enterprise_id in (cast.plant_id, cast.other_plant_id, cast.far_plant_id):
            plan = CheckPlan(enterprise_id=enterprise_id, template_code="TEST", area="Hall")
            plan.begins_on, plan.ends_on = october(5), october(8)
            plan.created_at, plan.created_by = clock.now(), "x"
            db.session.add(plan)
    for day in range(5, 9):
        with on(october(day), 6):
            rounds.make_rounds(clock.now())
    with on(october(5)):
        walk(cast, october(5), finding="The guard is off")
    with on(october(7)):
        walk(cast, october(6))
        of_round(cast, october(7), lambda one: selfchecks.excuse(one, cast["worker"], "Flood"))
        with transaction():
            plant = enterprises.get_enterprise(cast.plant_id, SYSTEM)
            selfchecks.say_zero(plant, cast["worker"], october(6))
    with on(october(9)):
        rounds.note_missed(clock.now())


def of_round(cast: Cast, day: date, verb: Callable[[CheckRound], object]) -> None:
    """Do something with the plant's round of a day."""
    with transaction():
        stmt = visible(CheckRound, SYSTEM, CheckRound.id).where(
            CheckRound.enterprise_id == cast.plant_id, CheckRound.starts_on == day
        )
        verb(selfcheck_queries.get_round(db.session.scalars(stmt).one(), SYSTEM))


def walk(cast: Cast, day: date, finding: str = "") -> None:
    """The worker walks the plant's round of a day, now."""
    at, worker = clock.now(), cast["worker"]

    def walked(one: CheckRound) -> None:
        if finding:
            item = one.template.items[0].id
            walking.answer(one, worker, Seen(item, AnswerResult.FINDING, at, finding=finding))
        walking.rest_ok(one, worker, at)
        walking.finish(one, worker, at)

    of_round(cast, day, walked)


def _commitments(cast: Cast) -> None:
    """The 12th in time, the 13th an hour late, the 14th never; the neighbour owes the 14th."""
    with on(october(12), 7):
        promises.owes_daily(cast.plant_id, days_ago=0)
    publish(cast, october(12), 9)
    look_at_eleven(october(12))
    look_at_eleven(october(13))
    publish(cast, october(13), 12)
    with on(october(14), 7):
        promises.owes_daily(cast.other_plant_id, days_ago=1)
    look_at_eleven(october(14))


def look_at_eleven(day: date) -> None:
    """The watch after the hour."""
    with on(day, 11):
        commitments.watch(clock.now())


def publish(cast: Cast, day: date, hour: int) -> None:
    with on(day, hour):
        with transaction():
            draft = promises.begun(cast.plant_id, cast["plant_manager"]).id
        promises.sign(draft, cast["plant_manager"])


def _trainings(cast: Cast) -> None:
    with on(october(1)):
        load_tables()
        people = [make_person(cast, serial) for serial in (1, 2)]
        theirs = make_person(cast, 3, enterprise_id=cast.other_plant_id)
    make_training(cast, october(20), people)
    with on(october(21)):
        make_session(cast, [theirs], enterprise_id=cast.other_plant_id, result=Result.FAILED)


def make_training(cast: Cast, day: date, people: list[int]) -> None:
    """Four hours that everybody passes, archived on that day."""
    with on(day):
        make_session(cast, people, hours=4, title="Presses and guards")
