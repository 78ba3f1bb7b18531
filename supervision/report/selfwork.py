"""What the enterprises did themselves in a month: rounds, commitments, trainings, codes, duties.

Pure. The definitions, which stand on the front page of the package beside the others:

* **Rounds** of self-checks are due in the month in which their own period ends, once that day has
  passed: due = walked in time + walked late + missed + excused. What was walked after the month's
  end stays missed in it; an excuse counts whenever it was given.
* **Commitments** likewise: due = published in time + late + missed.
* **Trainings** count from the day on which their archive was closed; hours are those of everybody
  who passed, added up, and kept in minutes so that they add up exactly.
* **Safety codes** are those frozen after the month's end; of a running month, as last reckoned.
* **Duties** are those whose period ends in the month, as the lists stood at the count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from supervision.report.rules import ReconciliationError

COLOURS = ("green", "yellow", "orange", "red")


class Standing(StrEnum):
    """How a round or commitment that was due stood at the month's end."""

    ON_TIME = "on_time"
    LATE = "late"
    MISSED = "missed"
    EXCUSED = "excused"


def _standing(due_at: datetime, done_at: datetime | None) -> Standing:
    if done_at is None:
        return Standing.MISSED
    return Standing.ON_TIME if done_at <= due_at else Standing.LATE


@dataclass(frozen=True, slots=True)
class RoundFact:
    """A round of an enterprise as it stood at the month's end; ``frequency`` is a code."""

    id: int
    list_name: str
    area: str
    frequency: str
    starts_on: date
    ends_on: date
    due_at: datetime
    done_at: datetime | None
    done_by: str
    is_excused: bool
    items: int
    findings: int

    @property
    def standing(self) -> Standing:
        return Standing.EXCUSED if self.is_excused else _standing(self.due_at, self.done_at)


@dataclass(frozen=True, slots=True)
class RoundSum:
    """An enterprise's rounds in numbers, and its zero reports."""

    enterprise: str
    uscc: str
    due: int
    on_time: int
    late: int
    missed: int
    excused: int
    findings: int
    zero_reports: int


@dataclass(frozen=True, slots=True)
class MissedSum:
    """The missed rounds of one list in one place, and the first and last day that passed."""

    enterprise: str
    uscc: str
    list_name: str
    area: str
    frequency: str
    missed: int
    first_on: date
    last_on: date


@dataclass(frozen=True, slots=True)
class CommitmentFact:
    """What an enterprise owed for a day or year; ``period`` is a code."""

    period: str
    day: date
    due_at: datetime
    published_at: datetime | None

    @property
    def standing(self) -> Standing:
        return _standing(self.due_at, self.published_at)


@dataclass(frozen=True, slots=True)
class CommitmentSum:
    """An enterprise's commitments in numbers."""

    enterprise: str
    uscc: str
    due: int
    on_time: int
    late: int
    missed: int


@dataclass(frozen=True, slots=True)
class TrainingFact:
    """A training of an enterprise; ``kind`` is a code, ``minutes`` how long it took."""

    id: int
    title: str
    kind: str
    held_on: date
    recorded_on: date
    minutes: int
    people: int
    passed: int

    @property
    def person_minutes(self) -> int:
        return self.minutes * self.passed


@dataclass(frozen=True, slots=True)
class TrainingSum:
    """An enterprise's trainings in numbers; ``minutes`` of everybody who passed."""

    enterprise: str
    uscc: str
    trainings: int
    people: int
    passed: int
    minutes: int


@dataclass(frozen=True, slots=True)
class ScoreFact:
    """An enterprise's safety code: one of :data:`COLOURS`, "" where nothing was measured."""

    id: int
    enterprise: str
    uscc: str
    colour: str
    total: Decimal | None
    change: Decimal | None
    is_vetoed: bool


@dataclass(frozen=True, slots=True)
class ScorePart:
    """What one indicator of an enterprise's code came to; ``group`` is a code."""

    group: str
    title: str
    points: Decimal
    of: Decimal
    lost: Decimal
    why: str


@dataclass(frozen=True, slots=True)
class DutySum:
    """An enterprise's duties in numbers: ``late`` of those done, ``missed`` over and not done."""

    enterprise: str
    uscc: str
    due: int
    done: int
    late: int
    missed: int


@dataclass(frozen=True)
class SelfWorkFigures:
    """Counts of the month."""

    rounds_due: int = 0
    rounds_on_time: int = 0
    rounds_late: int = 0
    rounds_missed: int = 0
    rounds_excused: int = 0
    rounds_findings: int = 0
    zero_reports: int = 0
    commitments_due: int = 0
    commitments_on_time: int = 0
    commitments_late: int = 0
    commitments_missed: int = 0
    trainings: int = 0
    training_people: int = 0
    training_passed: int = 0
    training_minutes: int = 0
    scores_green: int = 0
    scores_yellow: int = 0
    scores_orange: int = 0
    scores_red: int = 0
    scores_none: int = 0
    scores_vetoed: int = 0
    duties_due: int = 0
    duties_done: int = 0
    duties_late: int = 0
    duties_missed: int = 0


NAMES = tuple(f.name for f in fields(SelfWorkFigures))


@dataclass(frozen=True, slots=True)
class SelfWorkMaterial:
    """Rows, and what the database ``counted`` without them.

    A region's come enterprise by enterprise, with ``missed`` list by list; one enterprise's come
    row by row (``round_facts``, ``commitment_facts``, ``training_facts``, ``score_parts``) beside
    its one line of sums.
    """

    rounds: Sequence[RoundSum] = ()
    missed: Sequence[MissedSum] = ()
    commitments: Sequence[CommitmentSum] = ()
    trainings: Sequence[TrainingSum] = ()
    scores: Sequence[ScoreFact] = ()
    duties: Sequence[DutySum] = ()
    round_facts: Sequence[RoundFact] | None = None
    commitment_facts: Sequence[CommitmentFact] | None = None
    training_facts: Sequence[TrainingFact] | None = None
    score_parts: Sequence[ScorePart] = ()
    counted: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class SelfWork:
    """The rows that the package prints and the figures that they sum to."""

    figures: SelfWorkFigures = field(default_factory=SelfWorkFigures)
    rounds: tuple[RoundSum, ...] = ()
    missed: tuple[MissedSum, ...] = ()
    commitments: tuple[CommitmentSum, ...] = ()
    trainings: tuple[TrainingSum, ...] = ()
    scores: tuple[ScoreFact, ...] = ()
    duties: tuple[DutySum, ...] = ()
    round_facts: tuple[RoundFact, ...] = ()
    commitment_facts: tuple[CommitmentFact, ...] = ()
    training_facts: tuple[TrainingFact, ...] = ()
    score_parts: tuple[ScorePart, ...] = ()


def selfwork(material: SelfWorkMaterial) -> SelfWork:
    """The month's rows and figures. Raises ReconciliationError when they do not add up."""
    rounds = sorted(material.rounds, key=lambda x: (-x.missed, -x.late, x.enterprise))
    owed = sorted(material.commitments, key=lambda x: (-x.missed, -x.late, x.enterprise))
    duties = sorted(material.duties, key=lambda x: (-x.missed, x.enterprise))
    held, scores = material.trainings, material.scores
    figures = SelfWorkFigures(
        **_summed("rounds", rounds, ("due", "on_time", "late", "missed", "excused", "findings")),
        zero_reports=sum(x.zero_reports for x in rounds),
        **_summed("commitments", owed, ("due", "on_time", "late", "missed")),
        trainings=sum(x.trainings for x in held),
        **_summed("training", held, ("people", "passed", "minutes")),
        **{f"scores_{colour}": sum(x.colour == colour for x in scores) for colour in COLOURS},
        scores_none=sum(not x.colour for x in scores),
        scores_vetoed=sum(x.is_vetoed for x in scores),
        **_summed("duties", duties, ("due", "done", "late", "missed")),
    )
    check(figures, material)
    return SelfWork(
        figures=figures,
        rounds=tuple(rounds),
        missed=tuple(material.missed),
        commitments=tuple(owed),
        trainings=tuple(sorted(held, key=lambda x: (-x.minutes, x.enterprise))),
        scores=tuple(scores),
        duties=tuple(duties),
        round_facts=tuple(material.round_facts or ()),
        commitment_facts=tuple(material.commitment_facts or ()),
        training_facts=tuple(material.training_facts or ()),
        score_parts=tuple(material.score_parts),
    )


def _summed(prefix: str, rows: Iterable[object], names: Sequence[str]) -> dict[str, int]:
    found = dict.fromkeys(names, 0)
    for row in rows:
        for name in names:
            found[name] += getattr(row, name)
    return {f"{prefix}_{name}": value for name, value in found.items()}


def check(figures: SelfWorkFigures, material: SelfWorkMaterial) -> None:
    """Raise ReconciliationError unless the identities of the module's text hold."""
    f = figures
    stood = f.rounds_on_time + f.rounds_late + f.rounds_missed + f.rounds_excused
    if f.rounds_due != stood:
        raise ReconciliationError("rounds: due does not equal walked, missed and excused")
    if f.commitments_due != f.commitments_on_time + f.commitments_late + f.commitments_missed:
        raise ReconciliationError("commitments: due does not equal published and missed")
    if f.training_passed > f.training_people:
        raise ReconciliationError("trainings: more passed than took part")
    if sum(getattr(f, f"scores_{c}") for c in (*COLOURS, "none")) != len(material.scores):
        raise ReconciliationError("safety codes: a code has none of the four colours")
    if f.scores_vetoed > f.scores_red:
        raise ReconciliationError("safety codes: a veto is not red")
    if f.duties_done + f.duties_missed > f.duties_due or f.duties_late > f.duties_done:
        raise ReconciliationError("duties: more done and missed than were due")
    if material.round_facts is None and f.rounds_missed != sum(x.missed for x in material.missed):
        raise ReconciliationError("rounds: the lists of those missed do not sum to their number")
    _check_facts(figures, material)


def _check_facts(figures: SelfWorkFigures, material: SelfWorkMaterial) -> None:
    """Row by row it is the same as in sums."""
    for name, facts in (
        ("rounds", material.round_facts),
        ("commitments", material.commitment_facts),
    ):
        if facts is None:
            continue
        stood = [fact.standing for fact in facts]
        for standing in Standing:
            if stood.count(standing) != getattr(figures, f"{name}_{standing}", 0):
                raise ReconciliationError(f"{name}: the rows do not sum to what is {standing}")
    if material.round_facts is not None:
        found = sum(fact.findings for fact in material.round_facts)
        if found != figures.rounds_findings:
            raise ReconciliationError("rounds: the rows do not sum to the findings")
    if material.training_facts is not None:
        minutes = sum(fact.person_minutes for fact in material.training_facts)
        if (minutes, len(material.training_facts)) != (figures.training_minutes, figures.trainings):
            raise ReconciliationError("trainings: the rows do not sum to the hours")
