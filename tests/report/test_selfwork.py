"""What the enterprises did themselves in a month, summed and checked without a database."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from supervision.core.export.checks import UnreconciledError
from supervision.report.contents import FIGURES, Material, Subject, SubjectKind, compose
from supervision.report.rules import Period, ReconciliationError
from supervision.report.selfwork import (
    CommitmentFact,
    CommitmentSum,
    DutySum,
    MissedSum,
    RoundFact,
    RoundSum,
    ScoreFact,
    SelfWorkMaterial,
    Standing,
    TrainingFact,
    TrainingSum,
    selfwork,
)

DAY = date(2026, 10, 8)
DUE = datetime(2026, 10, 8, 16, tzinfo=UTC)
ROUND = RoundFact(1, "Walk", "Hall", "daily", DAY, DAY, DUE, None, "", False, 0, 0)
ROUNDS = RoundSum("Plant", "U", 4, 1, 1, 1, 1, 2, 0)
MISSED = MissedSum("Plant", "U", "Walk", "Hall", "daily", 1, DAY, DAY)
COMMITMENTS = CommitmentSum("Plant", "U", 3, 1, 1, 1)
TRAININGS = TrainingSum("Plant", "U", 1, 3, 2, 960)
SCORE = ScoreFact(1, "Plant", "U", "red", Decimal(40), None, is_vetoed=True)
DUTIES = DutySum("Plant", "U", 5, 3, 1, 1)
REGION = SelfWorkMaterial(
    rounds=[ROUNDS],
    missed=[MISSED],
    commitments=[COMMITMENTS],
    trainings=[TRAININGS],
    scores=[SCORE],
    duties=[DUTIES],
)


@pytest.mark.parametrize(
    ("changes", "standing"),
    [
        ({}, Standing.MISSED),
        ({"done_at": DUE}, Standing.ON_TIME),
        ({"done_at": DUE + timedelta(seconds=1)}, Standing.LATE),
        ({"is_excused": True}, Standing.EXCUSED),
    ],
)
def test_a_round_stands_in_one_way(changes, standing):
    assert replace(ROUND, **changes).standing is standing


def test_a_region_is_the_sum_of_its_enterprises_those_with_most_missed_first():
    better = replace(ROUNDS, enterprise="Better", due=3, missed=0)
    work = selfwork(replace(REGION, rounds=[better, ROUNDS]))
    found = work.figures
    assert (found.rounds_due, found.rounds_missed, found.rounds_findings) == (7, 1, 4)
    assert (found.commitments_due, found.training_minutes) == (3, 960)
    assert (found.scores_red, found.scores_vetoed, found.duties_missed) == (1, 1, 1)
    assert [row.enterprise for row in work.rounds] == ["Plant", "Better"]


@pytest.mark.parametrize(
    "changes",
    [
        {"rounds": [replace(ROUNDS, due=5)]},
        {"missed": [replace(MISSED, missed=2)]},
        {"missed": []},
        {"commitments": [replace(COMMITMENTS, late=0)]},
        {"trainings": [replace(TRAININGS, passed=4)]},
        {"scores": [replace(SCORE, colour="blue")]},
        {"scores": [replace(SCORE, colour="green")]},
        {"duties": [replace(DUTIES, missed=3)]},
        {"duties": [replace(DUTIES, late=4)]},
    ],
)
def test_sums_that_contradict_each_other_make_no_package(changes):
    with pytest.raises(ReconciliationError):
        selfwork(replace(REGION, **changes))


# The rows of one enterprise, which must say what its line of sums says.
ROWS = replace(
    REGION,
    missed=[],
    round_facts=[
        ROUND,
        replace(ROUND, id=2, done_at=DUE, findings=2),
        replace(ROUND, id=3, done_at=DUE + timedelta(hours=1)),
        replace(ROUND, id=4, is_excused=True),
    ],
    commitment_facts=[
        CommitmentFact("daily", DAY, DUE, done) for done in (None, DUE, DUE + timedelta(minutes=1))
    ],
    training_facts=[TrainingFact(1, "Talk", "yearly", DAY, DAY, 480, 3, 2)],
)


def test_an_enterprise_s_rows_sum_to_its_line():
    assert len(selfwork(ROWS).round_facts) == 4


@pytest.mark.parametrize("name", ["round_facts", "commitment_facts", "training_facts"])
def test_a_row_that_is_gone_makes_no_package(name):
    with pytest.raises(ReconciliationError):
        selfwork(replace(ROWS, **{name: getattr(ROWS, name)[1:]}))


PLANT = Subject(SubjectKind.ENTERPRISE, "Plant", enterprise_id=1)


def composed(own):
    none = dict.fromkeys(FIGURES, 0)
    material = Material([], [], none, {}, audit_id=1, selfwork=own)
    return compose(PLANT, Period(2026, 10, date(2026, 11, 5)), material)


def test_the_data_s_version_knows_every_row_and_the_second_count_must_agree(app):
    own = replace(ROWS, counted=asdict(selfwork(ROWS).figures))
    first = composed(own)
    assert composed(own).digest == first.digest
    (talk,) = own.training_facts
    renamed = replace(own, training_facts=[replace(talk, title="Another talk")])
    assert composed(renamed).digest != first.digest
    with pytest.raises(UnreconciledError):
        composed(replace(own, counted={**own.counted, "zero_reports": 1}))
