"""Months of scores: against a hand count, killed and run again, frozen, and a changed table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from supervision.commitment.models import CommitmentMissed
from supervision.commitment.rules import Period
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import InvalidInput
from supervision.core.notices import Audience, Notice
from supervision.core.scope import visible
from supervision.enterprise import service as registry
from supervision.hazard.queries import get_hazard
from supervision.hazard.workflow import HazardState
from supervision.people.rules import Result
from supervision.score import queries, service, tables
from supervision.score.models import Score
from supervision.score.rules import Colour, FactKind, Thresholds
from supervision.selfcheck.models import CheckMonth
from tests.cast import Cast, enterprise_values
from tests.factories.documents import load_kinds, make_document
from tests.factories.hazards import make_hazard
from tests.factories.licences import ending, make_licence
from tests.factories.people import load_tables, make_certificate, make_person, make_session
from tests.factories.risks import make_point
from tests.factories.scores import load_table, make_fact, night

TODAY = clock.today()
MONTH = TODAY.replace(day=1)
NEXT = (MONTH + timedelta(days=32)).replace(day=1)


def score(cast: Cast, month: date = MONTH) -> Score:
    found = queries.score_of(cast.plant_id, SYSTEM, month)
    assert found is not None
    return found


def line(cast: Cast, code: str, month: date = MONTH) -> dict[str, object]:
    return next(x for x in score(cast, month).lines if x["code"] == code)


def got(cast: Cast, code: str) -> tuple[str, str]:
    found = line(cast, code)
    return str(found["points"]), str(found["of"])


def test_a_small_world_comes_to_what_a_person_counts_by_hand(cast: Cast):
    load_table()
    load_tables()
    welder = make_person(cast, 1, "special_operations")
    late = make_certificate(welder, "SO-WELDING", ends=-3)
    make_certificate(welder, "SO-ELECTRIC", ends=90)
    make_session(cast, [welder], hours=40, result=Result.PASSED)
    make_licence(cast, number="L-1", valid_to=ending(400))
    make_point(cast)
    overdue = make_hazard(cast, HazardState.RECTIFYING)
    load_kinds()
    make_document(cast, "STANDARDIZATION", number="S-1", level=2, valid_from=TODAY)
    injury = make_fact(cast.plant_id)
    make_fact(cast.plant_id, FactKind.AWARD, number="A-1")
    with transaction():
        db.session.add(
            CheckMonth(enterprise_id=cast.plant_id, month=MONTH, due=9, done=3, missed=1)
        )
        missed = CommitmentMissed(enterprise_id=cast.plant_id, period=Period.DAILY, day=MONTH)
        missed.due_at = clock.start_of(MONTH) + timedelta(hours=10)
        missed.noted_at = clock.now()
        db.session.add(missed)
        get_hazard(overdue, SYSTEM).due_on = TODAY - timedelta(days=1)
    night(TODAY)

    assert got(cast, "POSTS") == ("8.0", "8.0")
    assert got(cast, "SPECIAL") == ("4.0", "8.0")
    assert line(cast, "SPECIAL")["records"][0][:2] == ["certificate", late]  # type: ignore[index]
    assert got(cast, "LICENCES") == ("8.0", "8.0")
    assert got(cast, "RISKS") == ("8.0", "8.0")
    assert got(cast, "OVERDUE") == ("6.0", "8.0")
    assert line(cast, "OVERDUE")["records"][0][:2] == ["hazard", overdue]  # type: ignore[index]
    assert got(cast, "ROUNDS") == ("6.0", "8.0")
    assert got(cast, "ZERO") == ("0.0", "4.0")
    assert got(cast, "COMMITMENT") == ("0.0", "4.0")
    assert got(cast, "COMMITMENT_FULL") == ("0.0", "2.0")
    assert got(cast, "STANDARD") == ("2.1", "3.0")
    assert got(cast, "AWARD") == ("3.0", "3.0")
    assert got(cast, "INJURY") == ("-5.0", "15.0")
    assert line(cast, "INJURY")["records"] == [["fact", injury, "T-1"]]
    # Nothing of it is there: out of the sum, not full and not nought.
    assert got(cast, "ASSESSED") == ("0", "0")
    found = score(cast)
    base = [x for x in found.lines if x["group"] == "base" and D(x["of"])]
    share = sum(D(x["points"]) for x in base) / sum(D(x["of"]) for x in base) * 100
    assert found.total == (share + D("2.1") + 3 - 5).quantize(D("0.1"))


def test_a_night_that_is_run_again_changes_nothing_and_a_killed_one_completes(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    load_table()
    real, calls = service.compute, []

    def killed(*args: object) -> int:
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr("supervision.score.jobs.BATCH", 1)
    monkeypatch.setattr(service, "compute", killed)
    with pytest.raises(KeyboardInterrupt):
        night(MONTH + timedelta(days=9))
    monkeypatch.setattr(service, "compute", real)
    assert night(MONTH + timedelta(days=9)) == 2
    assert night(MONTH + timedelta(days=9)) == 0
    assert len(db.session.scalars(visible(Score, SYSTEM)).all()) == 3


def test_a_changed_table_and_later_facts_change_no_score_of_a_past_month(cast: Cast):
    load_table()
    night(MONTH)
    night(NEXT)
    before = score(cast)
    assert before.frozen_at is not None
    was = before.total, before.colour, before.lines, before.table_id
    with clock.frozen(clock.start_of(NEXT) + timedelta(days=1)), transaction():
        base = tables.table_on(NEXT)
        lines = tables.lines_of(base)
        dearer = [replace(x, points=D(50)) if x.code == "RISKS" else x for x in lines]
        head = tables.Head(
            NEXT, Thresholds(D(99), D(98), D(97)), "Decision 7", base.certainty, "Stricter"
        )
        with pytest.raises(InvalidInput):
            tables.save(SYSTEM, base, replace(head, effective_from=MONTH), lines)
        tables.save(SYSTEM, base, head, dearer)
    make_fact(cast.plant_id, FactKind.FATAL_ACCIDENT, on=MONTH)
    night(NEXT + timedelta(days=2))
    after = score(cast)
    assert (after.total, after.colour, after.lines, after.table_id) == was
    now = score(cast, NEXT)
    assert (now.colour, now.is_vetoed, now.table_id) == (Colour.RED, True, after.table_id + 1)
    assert next(x["of"] for x in now.lines if x["code"] == "RISKS") == "50.0"
    # Both sides are told once, and the timeline has the change.
    assert len(told(cast.plant_id)) == 2
    assert queries.changes_of(cast.plant_id, SYSTEM, None, 5)[0].to_colour is Colour.RED


def test_a_void_fact_counts_no_more(cast: Cast):
    load_table()
    fact = make_fact(cast.plant_id, FactKind.CONCEALED)
    night(TODAY)
    assert score(cast).is_vetoed
    with transaction():
        service.void_fact(queries.get_fact(fact, SYSTEM), SYSTEM, reason="Another enterprise")
    night(TODAY)
    assert not score(cast).is_vetoed


def test_an_officer_hears_of_a_bad_first_code_and_the_enterprise_only_of_a_worse_one(cast: Cast):
    load_table()
    make_fact(cast.plant_id, FactKind.FATAL_ACCIDENT)
    night(TODAY)
    night(TODAY)
    kinds = dict.fromkeys([Audience.SUPERVISORS, Audience.ENTERPRISE_PEOPLE], 0)
    for notice in told(cast.plant_id):
        kinds[notice.audience] += 1
    assert kinds == {Audience.SUPERVISORS: 1, Audience.ENTERPRISE_PEOPLE: 0}


def test_of_many_at_once_an_officer_hears_in_one_notice(cast: Cast):
    load_table()
    officer = cast.accounts["district_officer"]
    with transaction():
        values = [enterprise_values(50 + n, officer_id=officer) for n in range(5)]
        plants = [registry.register(SYSTEM, one).id for one in values]
    for plant in plants:
        make_fact(plant, FactKind.FATAL_ACCIDENT)
    night(TODAY)
    many = db.session.scalars(db.select(Notice).where(Notice.kind == "score.worse")).all()
    assert [(n.audience, n.audience_id, n.params) for n in many] == [
        (Audience.ACCOUNT, officer, {"count": "5"})
    ]
    assert [notice for plant in plants for notice in told(plant)] == []


def told(plant_id: int) -> list[Notice]:
    """What was queued of this enterprise's code."""
    stmt = db.select(Notice).where(Notice.kind.in_(["score.red", "score.orange"]))
    return [n for n in db.session.scalars(stmt) if n.audience_id == plant_id]
