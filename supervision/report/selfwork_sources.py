"""What the enterprises did themselves in a month, read from their slices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any, TypeVar

from supervision.commitment import figures as commitments
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.dutylist import figures as duties
from supervision.hazard.figures import Window
from supervision.people import training_figures as trainings
from supervision.report.contents import Subject
from supervision.report.enforcement_sources import Whose
from supervision.report.selfwork import (
    CommitmentFact,
    CommitmentSum,
    DutySum,
    MissedSum,
    RoundFact,
    RoundSum,
    ScoreFact,
    ScorePart,
    SelfWorkMaterial,
    TrainingFact,
    TrainingSum,
)
from supervision.score import figures as scores
from supervision.selfcheck import figures as rounds

Fact = TypeVar("Fact")


def collect(subject: Subject, window: Window) -> SelfWorkMaterial:
    """Rows and the database's own counts, of the caller's one moment.

    A region's rows are added up by the database, an enterprise's are all there.
    """
    which: Whose = {"enterprise_id": subject.enterprise_id, "region": subject.region_code or ""}
    span = (SYSTEM, window.start, window.end)
    sums = SelfWorkMaterial(
        rounds=_all(RoundSum, rounds.round_sums(SYSTEM, window, **which)),
        commitments=_all(CommitmentSum, commitments.commitment_sums(SYSTEM, window, **which)),
        trainings=_all(TrainingSum, trainings.training_sums(*span, **which)),
        scores=[_score(row) for row in scores.score_rows(SYSTEM, window.first, **which)],
        duties=_all(DutySum, duties.duty_sums(SYSTEM, window.first, **which)),
        counted={
            **rounds.round_counts(SYSTEM, window, **which),
            **commitments.commitment_counts(SYSTEM, window, **which),
            **trainings.training_counts(*span, **which),
            **scores.score_counts(SYSTEM, window.first, **which),
            **duties.duty_counts(SYSTEM, window.first, **which),
        },
    )
    one = subject.enterprise_id
    if one is None:
        return replace(sums, missed=_all(MissedSum, rounds.missed_sums(SYSTEM, window, **which)))
    owed = commitments.commitment_rows(SYSTEM, window, enterprise_id=one)
    return replace(
        sums,
        round_facts=_all(RoundFact, rounds.round_rows(SYSTEM, window, enterprise_id=one)),
        commitment_facts=_all(CommitmentFact, owed),
        training_facts=[_training(r) for r in trainings.training_rows(*span, enterprise_id=one)],
        score_parts=_all(ScorePart, scores.score_lines(SYSTEM, window.first, enterprise_id=one)),
    )


def _all(kind: type[Fact], rows: Iterable[Any]) -> list[Fact]:
    """The rows as facts that have the same names."""
    names = [one.name for one in fields(kind)]  # type: ignore[arg-type]
    return [kind(*(getattr(row, name) for name in names)) for row in rows]


def _training(row: trainings.TrainingRow) -> TrainingFact:
    return TrainingFact(
        id=row.id,
        title=row.title,
        kind=str(row.kind),
        held_on=row.held_on,
        recorded_on=clock.day_of(row.recorded_at),
        minutes=int(row.hours * trainings.MINUTES),
        people=row.people,
        passed=row.passed,
    )


def _score(row: scores.ScoreRow) -> ScoreFact:
    return ScoreFact(
        id=row.id,
        enterprise=row.enterprise,
        uscc=row.uscc,
        colour=str(row.colour or ""),
        total=row.total,
        change=row.change,
        is_vetoed=row.is_vetoed,
    )
