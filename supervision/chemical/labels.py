"""Words for the codes of this slice, and their tones and icons."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.chemical.rules import Grade, Purpose, Rule, Table, UnitKind
from supervision.chemical.workflow import SourceState

GRADE_LABELS = {
    Grade.FIRST: _l("Grade one source"),
    Grade.SECOND: _l("Grade two source"),
    Grade.THIRD: _l("Grade three source"),
    Grade.FOURTH: _l("Grade four source"),
}
# Red, orange, yellow, blue are the legal colours of risk; these are grades: only the badge is.
GRADE_COLOURS = {
    Grade.FIRST: "red",
    Grade.SECOND: "orange",
    Grade.THIRD: "yellow",
    Grade.FOURTH: "blue",
}
UNIT_LABELS = {
    UnitKind.PRODUCTION: _l("Production unit"),
    UnitKind.STORAGE: _l("Storage unit"),
}
PURPOSE_LABELS = {
    Purpose.RAW: _l("Raw material"),
    Purpose.INTERMEDIATE: _l("Intermediate product"),
    Purpose.PRODUCT: _l("Final product"),
    Purpose.STORAGE: _l("Stored goods"),
}
STATE_LABELS = {
    SourceState.IDENTIFIED: _l("To be filed"),
    SourceState.SUBMITTED: _l("Submitted for filing"),
    SourceState.FILED: _l("On file"),
    SourceState.CANCEL_REQUESTED: _l("Cancellation asked for"),
    SourceState.CANCELLED: _l("Filing cancelled"),
}
STATE_TONES = {
    SourceState.IDENTIFIED: "bad",
    SourceState.SUBMITTED: "wait",
    SourceState.FILED: "good",
    SourceState.CANCEL_REQUESTED: "wait",
    SourceState.CANCELLED: "off",
}
TABLE_LABELS = {
    Table.NAMED: _l("Table 1: critical quantities of named substances (t)"),
    Table.CLASS: _l("Table 2: critical quantities by hazard class (t)"),
    Table.BETA_NAMED: _l("Table 3: coefficient β of named gases"),
    Table.BETA_CLASS: _l("Table 4: coefficient β by hazard class"),
    Table.ALPHA: _l("Table 5: coefficient α by people outside the boundary"),
    Table.GRADE: _l("Table 6: grades by R"),
}
TABLE_SHORT = {
    Table.NAMED: _l("Table 1"),
    Table.CLASS: _l("Table 2"),
    Table.BETA_NAMED: _l("Table 3"),
    Table.BETA_CLASS: _l("Table 4"),
    Table.ALPHA: _l("Table 5"),
    Table.GRADE: _l("Table 6"),
}
RULE_LABELS = {
    Rule.LISTED: _l("Named in Table 1, which goes before any class"),
    Rule.ONLY_CLASS: _l("Not named in Table 1: by its class in Table 2"),
    Rule.SMALLEST_CLASS: _l("Not named in Table 1: the smallest Q of its classes"),
}
GROUP_LABELS = {
    "to_file": _l("To be filed"),
    "filed": _l("On file"),
    "to_cancel": _l("Cancellation asked for"),
    "late": _l("Past three years"),
    "stale": _l("To be identified anew"),
    "cancelled": _l("Filing cancelled"),
}
SORT_LABELS = {
    "grade": _l("Highest grade first"),
    "due": _l("Due first"),
    "newest": _l("Newest first"),
    "enterprise": _l("By enterprise"),
}
ACTION_LABELS = {
    "unit_added": _l("Unit entered"),
    "unit_changed": _l("Unit changed"),
    "unit_retired": _l("Unit out of use"),
    "item_added": _l("Chemical entered"),
    "item_changed": _l("Chemical changed"),
    "item_removed": _l("Chemical taken out"),
    "sheet_added": _l("Safety data sheet added"),
    "identified": _l("Unit identified under GB 18218"),
    "lapse": _l("No longer a major hazard source"),
    "submit": _l("Major hazard source submitted for filing"),
    "file": _l("Major hazard source filed"),
    "send_back": _l("Filing sent back"),
    "request_cancel": _l("Cancellation of the filing asked for"),
    "cancel": _l("Filing of the major hazard source cancelled"),
    "keep": _l("Cancellation of the filing refused"),
}
ACTION_ICONS = {
    "identified": "scale",
    "file": "file-check",
    "submit": "send",
    "send_back": "arrow-back-up",
    "cancel": "circle-x",
    "unit_retired": "archive",
    "sheet_added": "file-text",
    "item_removed": "minus",
    "item_added": "plus",
}
ACTION_TONES = {"file": "good", "send_back": "bad", "identified": "info", "cancel": "off"}

NOTICES = {
    "chemical.stale": _l("Chemicals of %(unit)s changed: identify the unit anew"),
    "chemical.identified": _l("%(unit)s was identified as a major hazard source"),
    "chemical.submitted": _l("Major hazard source %(unit)s is submitted for filing"),
    "chemical.filed": _l("Major hazard source %(unit)s is on file: %(filing_number)s"),
    "chemical.sent_back": _l("The filing of major hazard source %(unit)s was sent back"),
    "chemical.cancel_requested": _l("Major hazard source %(unit)s: a cancellation is asked for"),
    "chemical.cancelled": _l("The filing of major hazard source %(unit)s is cancelled"),
    "chemical.kept": _l("Major hazard source %(unit)s stays on file"),
    "chemical.due": _l(
        "Major hazard source %(unit)s is to be assessed anew by %(due_on)s (%(days)s days)"
    ),
    "chemical.late": _l("Major hazard source %(unit)s was to be assessed anew by %(due_on)s"),
}
