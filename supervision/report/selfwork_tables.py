"""The column lists of what enterprises did themselves: rounds, commitments, hours, codes, duties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.core.export.columns import Column, Kind, Value, shown
from supervision.report import labels
from supervision.report.contents import SubjectKind
from supervision.report.selfwork import (
    NAMES,
    CommitmentFact,
    DutySum,
    MissedSum,
    RoundFact,
    ScoreFact,
    ScorePart,
    SelfWork,
    SelfWorkFigures,
    Standing,
    TrainingFact,
    TrainingSum,
)

_MINUTES = 60


def hours(minutes: int) -> Decimal:
    return Decimal(minutes) / _MINUTES


def rate(figures: Any, prefix: str = "", done: str = "on_time") -> Decimal | None:
    """In time ÷ due without what was excused; None where nothing was due."""
    due = getattr(figures, f"{prefix}due") - getattr(figures, f"{prefix}excused", 0)
    return Decimal(getattr(figures, f"{prefix}{done}")) / due if due else None


def _number(key: str, heading: Any) -> Column[Any]:
    return Column(key, heading, lambda row: int(getattr(row, key)), Kind.INTEGER, 11, total=True)


_ENTERPRISE: tuple[Column[Any], ...] = (
    Column("enterprise", _l("Enterprise"), lambda row: row.enterprise, width=34),
    Column("uscc", _l("Unified social credit code"), lambda row: row.uscc, width=21),
)


def _rate(overall: Decimal | None) -> Column[Any]:
    return Column("rate", _l("Rate in time"), rate, Kind.PERCENT, 10, overall=overall)


def round_sums(work: SelfWork) -> Sequence[Column[Any]]:
    """Columns of a region's rounds, enterprise by enterprise."""
    return (
        *_ENTERPRISE,
        _number("due", labels.STANDING_HEADS["due"]),
        _number("on_time", labels.STANDING_HEADS["on_time"]),
        _number("late", labels.STANDING_HEADS["late"]),
        _number("missed", labels.STANDING_HEADS["missed"]),
        _number("excused", labels.STANDING_HEADS["excused"]),
        _rate(rate(work.figures, "rounds_")),
        _number("findings", _l("Findings")),
        _number("zero_reports", _l("Zero reports")),
    )


ROUNDS: tuple[Column[RoundFact], ...] = (
    Column("list", _l("List of self-checks"), lambda row: row.list_name, width=30),
    Column("area", _l("Place"), lambda row: row.area, width=18),
    Column("frequency", _l("How often"), lambda row: labels.frequency(row.frequency), width=10),
    Column("starts_on", _l("From"), lambda row: row.starts_on, Kind.DAY, 12),
    Column("ends_on", _l("To"), lambda row: row.ends_on, Kind.DAY, 12),
    Column("done_at", _l("Walked at"), lambda row: row.done_at, Kind.INSTANT, 17),
    Column("done_by", _l("Walked by"), lambda row: row.done_by, width=14),
    Column("standing", _l("How it stood"), lambda row: labels.standing(row.standing), width=14),
    _number("items", _l("Items")),
    _number("findings", _l("Findings")),
)

MISSED_SUMS: tuple[Column[MissedSum], ...] = (
    *_ENTERPRISE,
    Column("list", _l("List of self-checks"), lambda row: row.list_name, width=28),
    Column("area", _l("Place"), lambda row: row.area, width=18),
    Column("frequency", _l("How often"), lambda row: labels.frequency(row.frequency), width=10),
    _number("missed", labels.STANDING_HEADS["missed"]),
    Column("first_on", _l("First missed"), lambda row: row.first_on, Kind.DAY, 12),
    Column("last_on", _l("Last missed"), lambda row: row.last_on, Kind.DAY, 12),
)

MISSED: tuple[Column[RoundFact], ...] = ROUNDS[:5]


def commitment_sums(work: SelfWork) -> Sequence[Column[Any]]:
    """Columns of a region's commitments, enterprise by enterprise."""
    return (
        *_ENTERPRISE,
        _number("due", labels.STANDING_HEADS["due"]),
        _number("on_time", labels.STANDING_HEADS["on_time"]),
        _number("late", labels.STANDING_HEADS["late"]),
        _number("missed", labels.STANDING_HEADS["missed"]),
        _rate(rate(work.figures, "commitments_")),
    )


COMMITMENTS: tuple[Column[CommitmentFact], ...] = (
    Column("period", _l("How often"), lambda row: labels.period(row.period), width=12),
    Column("day", _l("Day or year"), lambda row: row.day, Kind.DAY, 14),
    Column("due_at", _l("Due by"), lambda row: row.due_at, Kind.INSTANT, 17),
    Column("published_at", _l("Published at"), lambda row: row.published_at, Kind.INSTANT, 17),
    Column("standing", _l("How it stood"), lambda row: labels.standing(row.standing), width=14),
)


def _hours(key: str, heading: Any) -> Column[Any]:
    return Column(key, heading, lambda row: hours(getattr(row, key)), Kind.DECIMAL, 12, total=True)


TRAINING_SUMS: tuple[Column[TrainingSum], ...] = (
    *_ENTERPRISE,
    _number("trainings", _l("Number of trainings")),
    _number("people", _l("Took part")),
    _number("passed", _l("Of these, passed")),
    _hours("minutes", _l("Hours of those who passed")),
)

TRAININGS: tuple[Column[TrainingFact], ...] = (
    Column("title", _l("Name of the training"), lambda row: row.title, width=34),
    Column("kind", _l("Kind"), lambda row: labels.training_kind(row.kind), width=20),
    Column("held_on", _l("Held on"), lambda row: row.held_on, Kind.DAY, 12),
    Column("recorded_on", _l("Archive closed on"), lambda row: row.recorded_on, Kind.DAY, 14),
    Column("minutes", _l("Hours"), lambda row: hours(row.minutes), Kind.DECIMAL, 9),
    _number("people", _l("Took part")),
    _number("passed", _l("Of these, passed")),
    _hours("person_minutes", _l("Hours of those who passed")),
)


def _veto(row: ScoreFact) -> str:
    return _("Yes") if row.is_vetoed else ""


SCORES: tuple[Column[ScoreFact], ...] = (
    *_ENTERPRISE,
    Column("colour", _l("Safety code"), lambda row: labels.colour(row.colour), width=14),
    Column("total", _l("Points"), lambda row: row.total, Kind.DECIMAL, 9),
    Column("change", _l("Change since last month"), lambda row: row.change, Kind.DECIMAL, 12),
    Column("veto", _l("Veto"), _veto, width=9),
)

SCORE_PARTS: tuple[Column[ScorePart], ...] = (
    Column("group", _l("Kind of indicator"), lambda row: labels.score_group(row.group), width=16),
    Column("title", _l("Indicator"), lambda row: row.title, width=44),
    Column("points", _l("Points"), lambda row: row.points, Kind.DECIMAL, 9),
    Column("of", _l("Out of"), lambda row: row.of, Kind.DECIMAL, 9),
    Column("lost", _l("Points lost"), lambda row: row.lost, Kind.DECIMAL, 9),
    Column("why", _l("Why"), lambda row: row.why, width=44),
)


def duty_sums(work: SelfWork) -> Sequence[Column[DutySum]]:
    """Columns of duties, enterprise by enterprise."""
    return (
        *_ENTERPRISE,
        _number("due", labels.STANDING_HEADS["due"]),
        _number("done", _l("Done")),
        _number("late", _l("Of these, late")),
        _number("missed", labels.STANDING_HEADS["missed"]),
        Column(
            "rate",
            _l("Completion rate"),
            lambda row: rate(row, done="done"),
            Kind.PERCENT,
            10,
            overall=rate(work.figures, "duties_", "done"),
        ),
    )


def missed(work: SelfWork) -> list[RoundFact]:
    """An enterprise's rounds that were not walked."""
    return [row for row in work.round_facts if row.standing is Standing.MISSED]


def balance(figures: SelfWorkFigures) -> list[tuple[str, Value, Kind]]:
    """Every total by its name; hours as hours."""
    return [
        (_("Hours of those who passed a training"), hours(figures.training_minutes), Kind.DECIMAL)
        if name == "training_minutes"
        else (str(labels.SELFWORK_LABELS[name]), getattr(figures, name), Kind.INTEGER)
        for name in NAMES
    ]


@dataclass(frozen=True, slots=True)
class Part:
    """A sheet of the workbook, and a table of the paper with those columns that fit there."""

    title: str
    columns: Sequence[Column[Any]]
    rows: Sequence[Any]
    # Key of a column -> its width on paper.
    on_paper: Mapping[str, int]
    note: str = ""


def parts(work: SelfWork, kind: SubjectKind) -> list[Part]:
    """Rounds, missed rounds, commitments, hours, codes and duties, in this order."""
    made = _of_region(work) if kind is SubjectKind.REGION else _of_enterprise(work)
    counted = {"due": 12, "done": 12, "late": 12, "missed": 12, "rate": 12}
    return [
        *made,
        Part(_("Duty lists"), duty_sums(work), work.duties, {"enterprise": 40, **counted}),
    ]


def _of_region(work: SelfWork) -> list[Part]:
    days = {"due": 11, "on_time": 11, "late": 13, "missed": 11}
    return [
        Part(
            _("Rounds of self-checks"),
            round_sums(work),
            work.rounds,
            {"enterprise": 34, **days, "excused": 13, "rate": 11, "findings": 11},
            _("Enterprises with most missed rounds first."),
        ),
        Part(
            _("Missed rounds"),
            MISSED_SUMS,
            work.missed,
            {"enterprise": 34, "list": 26, "area": 16, "missed": 9, "first_on": 14, "last_on": 14},
        ),
        Part(
            _("Safety commitments"),
            commitment_sums(work),
            work.commitments,
            {"enterprise": 40, **days, "rate": 12},
        ),
        Part(
            _("Training hours"),
            TRAINING_SUMS,
            work.trainings,
            {"enterprise": 40, "trainings": 12, "people": 12, "passed": 12, "minutes": 18},
        ),
        Part(
            _("Safety codes"),
            SCORES,
            work.scores,
            {"enterprise": 40, "colour": 14, "total": 10, "change": 14, "veto": 10},
            _code_note(),
        ),
    ]


def _of_enterprise(work: SelfWork) -> list[Part]:
    list_and_place = {"list": 30, "area": 18}
    return [
        Part(
            _("Rounds of self-checks"),
            ROUNDS,
            work.round_facts,
            {**list_and_place, "ends_on": 14, "done_at": 19, "standing": 14, "findings": 11},
        ),
        Part(
            _("Missed rounds"),
            MISSED,
            missed(work),
            {**list_and_place, "frequency": 10, "starts_on": 14, "ends_on": 14},
        ),
        Part(
            _("Safety commitments"),
            COMMITMENTS,
            work.commitment_facts,
            {"period": 12, "day": 14, "due_at": 19, "published_at": 19, "standing": 16},
        ),
        Part(
            _("Training hours"),
            TRAININGS,
            work.training_facts,
            {"title": 34, "kind": 22, "held_on": 14, "minutes": 10, "people": 12, "passed": 12},
        ),
        Part(
            _("Safety code"),
            SCORE_PARTS,
            work.score_parts,
            {"group": 14, "title": 40, "points": 9, "of": 9, "why": 40},
            _code_text(work),
        ),
    ]


def _code_text(work: SelfWork) -> str:
    """The code itself, above what it is made of."""
    if not work.scores:
        return ""
    [score] = work.scores
    total = shown(score.total, Kind.DECIMAL, empty="—")
    said = _("%(code)s, %(points)s points.", code=labels.colour(score.colour), points=total)
    veto = _("Red by a veto.") if score.is_vetoed else ""
    return " ".join(text for text in (said, veto, _code_note()) if text)


def _code_note() -> str:
    return str(_("Not to be taken for a risk grade, whose colours end in blue."))
