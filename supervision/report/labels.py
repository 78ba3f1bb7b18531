"""Names of what a package counts, and the definitions that it prints."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.chemical.labels import GRADE_LABELS as SOURCE_GRADE_LABELS
from supervision.commitment.labels import PERIOD_LABELS
from supervision.escalation.labels import AUDIENCE_LABELS, LADDER_LABELS
from supervision.hazard.labels import GRADE_LABELS, SOURCE_LABELS, STATUS_LABELS
from supervision.inspection.labels import KIND_LABELS as INSPECTION_LABELS
from supervision.people.labels import TRAINING_LABELS
from supervision.report.enforcement import OrderExit
from supervision.report.rules import Exit, Verdict
from supervision.report.selfwork import Standing
from supervision.risk.labels import GRADE_LABELS as RISK_GRADE_LABELS
from supervision.score.labels import COLOUR_LABELS, GROUP_LABELS
from supervision.selfcheck.labels import FREQUENCY_LABELS
from supervision.video.labels import KIND_LABELS as RULE_LABELS
from supervision.video.labels import STATUS_LABELS as VIDEO_LABELS

FIGURE_LABELS: dict[str, Any] = {
    "opening": _l("Open at the month's beginning"),
    "found": _l("Found in the month"),
    "closed": _l("Closed in the month"),
    "transferred": _l("Transferred in the month"),
    "invalid": _l("Found invalid in the month"),
    "closing": _l("Open at the month's end"),
    "due": _l("Due in the month"),
    "closed_on_time": _l("Due and closed on time"),
    "overdue": _l("Overdue at the month's end"),
}

# The same in a table's head.
SHORT_LABELS: dict[str, Any] = {
    "opening": _l("Opening"),
    "found": _l("Found"),
    "closed": _l("Closed"),
    "transferred": _l("Transferred"),
    "invalid": _l("Invalid"),
    "closing": _l("Closing"),
    "due": _l("Due"),
    "closed_on_time": _l("On time"),
    "overdue": _l("Overdue, not closed"),
}

VIOLATION_LABELS: dict[str, Any] = {
    "flagged": _l("Violations flagged"),
    "confirmed": _l("Violations confirmed"),
    "rejected": _l("Violations rejected"),
    "duplicate": _l("Violations that were duplicates"),
    "pending": _l("Violations not yet reviewed"),
}

ENFORCEMENT_LABELS: dict[str, Any] = {
    "inspections": _l("Inspections and visits recorded"),
    "administrative": _l("Administrative inspections recorded"),
    "items_failed": _l("Items that failed"),
    "orders_opening": _l("Orders open at the month's beginning"),
    "orders_issued": _l("Orders issued in the month"),
    "orders_closed": _l("Orders closed in the month"),
    "orders_void": _l("Orders declared void in the month"),
    "orders_closing": _l("Orders open at the month's end"),
    "clocks_due": _l("Statutory clocks due in the month"),
    "clocks_met": _l("Statutory clocks met"),
    "clocks_overdue": _l("Statutory clocks overdue at the month's end"),
    "escalations": _l("Escalations sent"),
}

HOLDING_LABELS: dict[str, Any] = {
    "licences_opening": _l("Licences in force at the month's beginning"),
    "licences_new": _l("Licences verified in the month"),
    "licences_ended": _l("Licences that ended in the month"),
    "licences_expired": _l("of these, expired"),
    "licences_closing": _l("Licences in force at the month's end"),
    "licences_late": _l("of these, past the last day to apply for renewal"),
    "certificates_soon": _l("Certificates of people due within 90 days"),
    "certificates_expired": _l("Certificates of people past their day"),
    "risks_red": _l("Risk points: major"),
    "risks_orange": _l("Risk points: relatively large"),
    "risks_yellow": _l("Risk points: general"),
    "risks_blue": _l("Risk points: low"),
    "risks_late": _l("Risk points whose assessment is overdue"),
    "chemicals": _l("Lines on the ledgers of chemicals"),
    "sources_first": _l("Major hazard sources, grade one"),
    "sources_second": _l("Major hazard sources, grade two"),
    "sources_third": _l("Major hazard sources, grade three"),
    "sources_fourth": _l("Major hazard sources, grade four"),
}

SELFWORK_LABELS: dict[str, Any] = {
    "rounds_due": _l("Rounds of self-checks due in the month"),
    "rounds_on_time": _l("Rounds walked in time"),
    "rounds_late": _l("Rounds walked late"),
    "rounds_missed": _l("Rounds missed"),
    "rounds_excused": _l("Rounds excused"),
    "rounds_findings": _l("Findings of rounds"),
    "zero_reports": _l("Zero reports that stand"),
    "commitments_due": _l("Safety commitments due in the month"),
    "commitments_on_time": _l("Commitments published in time"),
    "commitments_late": _l("Commitments published late"),
    "commitments_missed": _l("Commitments missed"),
    "trainings": _l("Trainings archived in the month"),
    "training_people": _l("Participations in trainings"),
    "training_passed": _l("Participations that passed"),
    "training_minutes": _l("Training of those who passed, in minutes"),
    "scores_green": _l("Enterprises with a green code"),
    "scores_yellow": _l("Enterprises with a yellow code"),
    "scores_orange": _l("Enterprises with an orange code"),
    "scores_red": _l("Enterprises with a red code"),
    "scores_none": _l("Enterprises without a code"),
    "scores_vetoed": _l("Codes that are red by a veto"),
    "duties_due": _l("Duties whose period ends in the month"),
    "duties_done": _l("Duties done"),
    "duties_late": _l("Duties done late"),
    "duties_missed": _l("Duties not done in their period"),
}

# In a table's head, and of a row.
STANDING_HEADS: dict[str, Any] = {
    "due": _l("Were due"),
    Standing.ON_TIME: _l("On time"),
    Standing.LATE: _l("Late, but done"),
    Standing.MISSED: _l("Missed"),
    Standing.EXCUSED: _l("Excused"),
}

RISK_LABELS = {grade.value: label for grade, label in RISK_GRADE_LABELS.items()}

ORDER_EXIT_LABELS = {OrderExit.CLOSED: _l("Closed"), OrderExit.VOID: _l("Void")}

# The two papers by their names.
ORDER_LABELS: dict[str, Any] = {
    "rectify": _l("Order to rectify within a time limit"),
    "onsite_measure": _l("Decision on on-site measures"),
}

VERDICT_LABELS = {verdict: VIDEO_LABELS[verdict.value] for verdict in Verdict}  # type: ignore[index]

EXIT_LABELS = {
    Exit.CLOSED: STATUS_LABELS["closed"],  # type: ignore[index]
    Exit.TRANSFERRED: STATUS_LABELS["transferred"],  # type: ignore[index]
    Exit.INVALID: STATUS_LABELS["invalid"],  # type: ignore[index]
}

KIND_LABELS = {"region": _l("Region"), "enterprise": _l("Enterprise")}

STATE_LABELS = {
    "queued": _l("Waiting its turn"),
    "making": _l("Being made"),
    "ready": _l("Ready"),
    "failed": _l("Not made"),
}

DEFINITIONS = (
    _l("Days and months are those of Beijing time (Asia/Shanghai)."),
    _l("Found: every hazard found in the month, whatever became of it later."),
    _l(
        "Due: the deadline in force falls in the month. A granted extension moves a hazard to its "
        "new month. What proved invalid was never due; what was transferred by its deadline was "
        "no longer due here."
    ),
    _l(
        "Rate of rectification on time = due and closed on or before the deadline ÷ due in the "
        "month. There is no rate where nothing was due."
    ),
    _l("Overdue: still open at the end of the month although the day of the deadline has passed."),
    _l("Opening + found = closed + transferred + invalid + closing, checked for every row."),
    _l("Days of rectification: calendar days from finding to closing; the same day is 0."),
    _l("Inspections belong to the day on which they were recorded."),
    _l(
        "Orders: opening + issued = closed + void + closing. In a package of one enterprise an "
        "order counts from its service."
    ),
    _l(
        "Clocks: due when the last day lies in the month, met when what it waited for happened by "
        "that day, overdue when it still runs after it. What was returned or transferred is not "
        "counted. A package of one enterprise has neither clocks nor escalations."
    ),
    _l(
        "Licences count from their verification to their last day: in force at the beginning + "
        "verified = ended + in force at the end."
    ),
    _l(
        "Certificates, risk points, chemicals and major hazard sources are counted as they stood "
        "at the month's end; a certificate lists whoever is past a day or within 90 days of one."
    ),
    _l(
        "Rounds of self-checks and commitments count in the month in which they fall due: due = in "
        "time + late + missed (+ excused). What was made up for after the month's end stays missed; "
        "an excuse counts whenever it was given."
    ),
    _l(
        "Trainings count from the day on which their archive was closed; hours are those of "
        "everybody who passed, added up."
    ),
    _l(
        "The safety code (green, yellow, orange, red) is that of the month, frozen after its end; "
        "it is not a risk grade (red, orange, yellow, blue). Duties are counted as the duty lists "
        "stood when the report was made."
    ),
)


def risk_grade(code: str) -> str:
    return str(RISK_LABELS[code])


def source_grade(code: str) -> str:
    return str(SOURCE_GRADE_LABELS[code])  # type: ignore[index]


def inspection_kind(code: str) -> str:
    return str(INSPECTION_LABELS[code])  # type: ignore[index]


def order_kind(code: str) -> str:
    return str(ORDER_LABELS[code])


def ladder(code: str) -> str:
    return str(LADDER_LABELS[code])  # type: ignore[index]


def audience(code: str) -> str:
    return str(AUDIENCE_LABELS[code])  # type: ignore[index]


def frequency(code: str) -> str:
    return str(FREQUENCY_LABELS[code])  # type: ignore[index]


def period(code: str) -> str:
    return str(PERIOD_LABELS[code])  # type: ignore[index]


def standing(code: Standing) -> str:
    return str(STANDING_HEADS[code])


def training_kind(code: str) -> str:
    return str(TRAINING_LABELS[code])  # type: ignore[index]


def colour(code: str) -> str:
    """The safety code's name; an enterprise of which nothing was measured has none."""
    return str(COLOUR_LABELS[code]) if code else _("No code yet")  # type: ignore[index]


def score_group(code: str) -> str:
    return str(GROUP_LABELS[code])  # type: ignore[index]


def grade(code: str) -> str:
    """A grade's name; a ticket that was not graded yet has none."""
    return str(GRADE_LABELS[code]) if code else _("Not yet graded")  # type: ignore[index]


def source(code: str) -> str:
    return str(SOURCE_LABELS[code])  # type: ignore[index]


def rule(code: str) -> str:
    """What the rule looks for, as the review queue calls it."""
    return str(RULE_LABELS[code])  # type: ignore[index]


def month(year: int, number: int) -> str:
    """A month as a title says it."""
    return str(_("%(year)s-%(month)s", year=year, month=f"{number:02d}"))
