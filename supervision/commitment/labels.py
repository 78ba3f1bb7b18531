"""Names of the codes of this slice."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.commitment.rules import Operation, Part, Period, Production, Standing
from supervision.commitment.workflow import CommitmentState

PERIOD_LABELS = {Period.DAILY: _l("Every day"), Period.YEARLY: _l("Every year")}
PRODUCTION_LABELS = {
    Production.RUNNING: _l("In production"),
    Production.PARTLY: _l("Partly in production"),
    Production.TRIAL: _l("Trial production"),
    Production.STOPPED: _l("Plants stopped"),
    Production.REST: _l("Not in production (day of rest)"),
}
OPERATION_LABELS = {
    Operation.HOT_WORK: _l("Hot work"),
    Operation.CONFINED_SPACE: _l("Work in confined spaces"),
    Operation.BLIND_PLATE: _l("Blinding of pipelines"),
    Operation.HEIGHT: _l("Work at height"),
    Operation.LIFTING: _l("Lifting"),
    Operation.TEMPORARY_POWER: _l("Temporary electricity"),
    Operation.EXCAVATION: _l("Excavation"),
    Operation.ROAD_BREAKING: _l("Road breaking"),
}
PART_LABELS = {
    Part.OPERATIONS: _l("Special operations by their eight kinds"),
    Part.CHANGES: _l("Starts, stops and trial runs"),
    Part.HAZARDS: _l("Open major hazards"),
    Part.SOURCES: _l("Major hazard sources"),
}
STATE_LABELS = {
    CommitmentState.DRAFT: _l("To be signed"),
    CommitmentState.PUBLISHED: _l("Published"),
    CommitmentState.REPLACED: _l("Replaced by a correction"),
}
STATE_TONES = {
    CommitmentState.DRAFT: "wait",
    CommitmentState.PUBLISHED: "good",
    CommitmentState.REPLACED: "off",
}
STANDING_LABELS = {
    Standing.KEPT: _l("Made in time"),
    Standing.LATE: _l("Made late"),
    Standing.OPEN: _l("Not yet"),
    Standing.MISSED: _l("Missing"),
}
STANDING_TONES = {
    Standing.KEPT: "good",
    Standing.LATE: "wait",
    Standing.OPEN: "plain",
    Standing.MISSED: "bad",
}
NOTICES = {
    "commitment.turn": _l(
        "The safety commitment of %(day)s waits for your signature; it is due by %(due)s"
    ),
    "commitment.missed": _l("The safety commitment of %(day)s is missing; it was due by %(due)s"),
    "commitment.missed_many": _l("%(count)s enterprises made no safety commitment for %(day)s"),
}
ACTION_LABELS = {
    "commitment.begin": _l("Commitment begun"),
    "commitment.edit": _l("Commitment written"),
    "commitment.sign": _l("Commitment signed"),
    "commitment.publish": _l("Commitment published"),
    "commitment.correct": _l("Correction of a commitment begun"),
    "commitment.standard": _l("Version of a commitment's standard made"),
    "commitment.override": _l("Standard of an enterprise's commitment chosen"),
    "commitment.key": _l("Public address of a commitment renewed"),
    "commitment.signer": _l("Signer of commitments named"),
    "commitment.signer_removed": _l("Signer of commitments taken off"),
    "commitment.cutoff": _l("Missing commitments noted"),
}


def period_name(period: Period, day: date) -> str:
    """The day, or the year."""
    return day.isoformat() if period is Period.DAILY else _("Year %(year)s", year=day.year)


def clock_of(minute: int) -> str:
    """600 -> 10:00."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
