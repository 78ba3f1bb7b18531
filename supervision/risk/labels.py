"""Names of the codes of this slice."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import lazy_gettext as _l

from supervision.core.actor import Side
from supervision.risk.rules import (
    ControlKind,
    ControlLevel,
    FactorGroup,
    Method,
    ReviewCause,
    RiskGrade,
    Stage,
)
from supervision.risk.table_rules import Part, TableCode
from supervision.risk.workflow import RiskState

GRADE_LABELS = {
    RiskGrade.RED: _l("Major risk"),
    RiskGrade.ORANGE: _l("Relatively large risk"),
    RiskGrade.YELLOW: _l("General risk"),
    RiskGrade.BLUE: _l("Low risk"),
}
# The first letter of each stands on plans beside the colour.
COLOUR_LABELS = {
    RiskGrade.RED: _l("Red"),
    RiskGrade.ORANGE: _l("Orange"),
    RiskGrade.YELLOW: _l("Yellow"),
    RiskGrade.BLUE: _l("Blue"),
}
STATUS_LABELS = {
    RiskState.DRAFT: _l("Draft"),
    RiskState.FILED: _l("In the register"),
    RiskState.RETURNED: _l("Returned"),
    RiskState.CONFIRMED: _l("Confirmed"),
    RiskState.RETIRED: _l("Retired"),
}
STATUS_TONES = {
    RiskState.DRAFT: "plain",
    RiskState.FILED: "active",
    RiskState.RETURNED: "bad",
    RiskState.CONFIRMED: "good",
    RiskState.RETIRED: "off",
}
METHOD_LABELS = {
    Method.LEC: _l("LEC (likelihood, exposure, consequence)"),
    Method.LS: _l("LS (risk matrix 5×5)"),
    Method.MATRIX: _l("Matrix 4×4 (enterprise as a whole)"),
    Method.DIRECT: _l("Direct grading by rule"),
}
METHOD_SHORT = {
    Method.LEC: _l("LEC"),
    Method.LS: _l("LS"),
    Method.MATRIX: _l("4×4"),
    Method.DIRECT: _l("Direct"),
}
STAGE_LABELS = {
    Stage.INHERENT: _l("Without controls (inherent)"),
    Stage.RESIDUAL: _l("With controls (residual)"),
}
KIND_LABELS = {
    ControlKind.ENGINEERING: _l("Engineering"),
    ControlKind.MANAGEMENT: _l("Management controls"),
    ControlKind.TRAINING: _l("Training of people"),
    ControlKind.PPE: _l("Protective equipment"),
    ControlKind.EMERGENCY: _l("Emergency response"),
}
LEVEL_LABELS = {
    ControlLevel.COMPANY: _l("Company level"),
    ControlLevel.DEPARTMENT: _l("Department level"),
    ControlLevel.TEAM: _l("Team level"),
    ControlLevel.POST: _l("Post level"),
}
FACTOR_LABELS = {
    FactorGroup.PEOPLE: _l("People"),
    FactorGroup.OBJECT: _l("Objects"),
    FactorGroup.ENVIRONMENT: _l("Environment"),
    FactorGroup.MANAGEMENT: _l("Management"),
}
CAUSE_LABELS = {
    ReviewCause.ACCIDENT: _l("After an accident"),
    ReviewCause.MAJOR_HAZARD: _l("After a major hazard"),
    ReviewCause.CHANGE: _l("After a change of process or equipment"),
    ReviewCause.OTHER: _l("For another reason"),
}
REVIEW_LABELS = {"late": _l("Re-assessment late"), "soon": _l("Due within 30 days")}
TABLE_LABELS = {
    TableCode.LEC: _l("LEC scores and thresholds"),
    TableCode.LS: _l("LS scores and thresholds"),
    TableCode.MATRIX: _l("Matrix 4×4"),
    TableCode.DIRECT: _l("Rules of direct grading"),
    TableCode.LEVELS: _l("Levels of control and cycles"),
    TableCode.ACCIDENTS: _l("Types of accident"),
}
PART_LABELS = {
    Part.LIKELIHOOD: _l("Likelihood (L)"),
    Part.EXPOSURE: _l("Exposure (E)"),
    Part.SEVERITY: _l("Consequence (C, S)"),
    Part.BAND: _l("Thresholds: a colour begins at"),
    Part.RULE: _l("Rules"),
    Part.LEVEL: _l("Who answers, and how often it is assessed"),
    Part.TYPE: _l("Types"),
}
SIDE_LABELS = {Side.REGULATOR: _l("authority"), Side.ENTERPRISE: _l("enterprise")}
ACTION_LABELS = {
    "create": _l("Risk point entered"),
    "change": _l("Risk point changed"),
    "assess": _l("Risk assessed"),
    "control": _l("Control added"),
    "control_removed": _l("Control removed"),
    "file": _l("Risk point filed"),
    "confirm": _l("Major risk confirmed"),
    "return": _l("Risk point returned"),
    "comment": _l("Comment on a risk point"),
    "retire": _l("Risk point retired"),
    "restore": _l("Risk point restored"),
    "ask_review": _l("Re-assessment asked for"),
    "plan": _l("Site plan added"),
    "plan_replaced": _l("Site plan replaced by a newer picture"),
    "plan_renamed": _l("Site plan renamed"),
    "plan_retired": _l("Site plan removed"),
    "area": _l("Area drawn"),
    "area_changed": _l("Area changed"),
    "area_removed": _l("Area removed"),
}
ACTION_ICONS = {
    "create": "plus",
    "change": "edit",
    "assess": "scale",
    "control": "shield-check",
    "control_removed": "trash",
    "file": "send",
    "confirm": "circle-check",
    "return": "arrow-back-up",
    "comment": "message",
    "retire": "archive",
    "restore": "rotate-clockwise",
    "ask_review": "refresh",
    "plan": "map",
    "plan_replaced": "map",
    "plan_renamed": "map",
    "plan_retired": "trash",
    "area": "polygon",
    "area_changed": "polygon",
    "area_removed": "trash",
}
ACTION_TONES = {"confirm": "good", "return": "bad", "ask_review": "wait", "file": "active"}
MISSING_LABELS = {
    "grade": _l("an assessment"),
    "responsible_person": _l("a responsible person"),
    "controls": _l("at least one control"),
}


def letter(grade: RiskGrade) -> str:
    """The colour as one sign, for those who do not see it: the first of its name."""
    return str(COLOUR_LABELS[grade])[:1]


def plain(number: Decimal | None) -> str:
    """10.00 as 10 and 0.50 as 0.5."""
    return "" if number is None else f"{number.normalize():f}"
