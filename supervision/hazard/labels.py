"""Names of the codes of this slice."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l

from supervision.core.actor import Side
from supervision.hazard import listing_labels
from supervision.hazard.major_rules import Duty, RecordForm, RecordKind
from supervision.hazard.rules import Category, Factor, Grade, InvalidReason, Source
from supervision.hazard.workflow import ExtensionState, HazardState, RegradeState

STATUS_LABELS = {
    HazardState.REPORTED: _l("Reported"),
    HazardState.GRADED: _l("Graded"),
    HazardState.ASSIGNED: _l("Assigned"),
    HazardState.RECTIFYING: _l("Being rectified"),
    HazardState.SUBMITTED: _l("Waiting for re-inspection"),
    HazardState.CLOSED: _l("Closed"),
    HazardState.TRANSFERRED: _l("Transferred"),
    HazardState.INVALID: _l("Invalid"),
}

GROUP_LABELS = {
    "open": _l("Open"),
    "overdue": _l("Overdue"),
    "settled": _l("Settled"),
}

GRADE_LABELS = {Grade.GENERAL: _l("General hazard"), Grade.MAJOR: _l("Major hazard")}

SOURCE_LABELS = {
    Source.SELF_CHECK: _l("Self-check"),
    Source.INSPECTION: _l("Inspection"),
    Source.PATROL: _l("Patrol"),
    Source.VIDEO: _l("Video"),
    Source.REPORT: _l("Public report"),
    Source.EXPERT: _l("Expert"),
    Source.SUPERIOR: _l("Superior authority"),
}

FACTOR_LABELS = {
    Factor.PEOPLE: _l("People"),
    Factor.OBJECT: _l("Objects"),
    Factor.ENVIRONMENT: _l("Environment"),
    Factor.MANAGEMENT: _l("Management"),
}

CATEGORY_LABELS = {
    Category.PROTECTIVE_EQUIPMENT: _l("Protective equipment"),
    Category.FIRE_PROTECTION: _l("Fire protection"),
    Category.ELECTRICITY: _l("Electricity"),
    Category.EQUIPMENT: _l("Equipment and facilities"),
    Category.HAZCHEM: _l("Hazardous chemicals"),
    Category.SPECIAL_OPERATION: _l("Special operations"),
    Category.CONFINED_SPACE: _l("Confined space"),
    Category.DUST: _l("Explosive dust"),
    Category.SITE: _l("Workplace"),
    Category.EMERGENCY: _l("Emergency preparedness"),
    Category.TRAINING: _l("Education and training"),
    Category.SYSTEM: _l("Rules and responsibility"),
    Category.OTHER: _l("Other"),
}

INVALID_LABELS = {
    InvalidReason.NOT_A_HAZARD: _l("Not a hazard"),
    InvalidReason.DUPLICATE: _l("Duplicate of another ticket"),
    InvalidReason.WRONG_ENTERPRISE: _l("Wrong enterprise"),
    InvalidReason.FALSE_ALARM: _l("False alarm"),
    InvalidReason.OTHER: _l("Other reason"),
}

EXTENSION_LABELS = {
    ExtensionState.PENDING: _l("Waiting for reply"),
    ExtensionState.GRANTED: _l("Granted"),
    ExtensionState.REFUSED: _l("Refused"),
}

PART_LABELS = {
    "goals": _l("Aims and tasks"),
    "methods": _l("Methods and measures"),
    "funds": _l("Funds and materials"),
    "people": _l("Bodies and people"),
    "schedule": _l("Time limits and requirements"),
    "safety": _l("Safety measures and emergency plan"),
}

RECORD_LABELS = {
    RecordKind.DEPARTMENT_REPORT: _l("Report to the supervising department"),
    RecordKind.CONGRESS_REPORT: _l("Report to the workers' congress"),
    RecordKind.WORKER_NOTIFICATION: _l("Notification of the workers"),
}

DUTY_LABELS = {Duty.PLAN: _l("Plan in six parts")} | {
    Duty(kind.value): label for kind, label in RECORD_LABELS.items()
}

FORM_LABELS = {
    RecordForm.WRITTEN: _l("In writing"),
    RecordForm.ONLINE: _l("By an information system"),
    RecordForm.MEETING: _l("At a meeting"),
    RecordForm.NOTICE_BOARD: _l("On a notice board"),
}

REGRADE_LABELS = {
    RegradeState.PENDING: _l("Waiting for the decision"),
    RegradeState.APPROVED: _l("Approved"),
    RegradeState.REFUSED: _l("Refused"),
}

SIDE_LABELS = {Side.REGULATOR: _l("The authority"), Side.ENTERPRISE: _l("Enterprise")}

ACTION_LABELS = {
    "report": _l("Hazard reported"),
    "evidence": _l("Evidence added"),
    "evidence_removed": _l("Evidence removed, its time was over"),
    "grade": _l("Hazard graded"),
    "assign": _l("Rectification assigned"),
    "start": _l("Rectification begun"),
    "submit": _l("Rectification submitted"),
    "verify": _l("Re-inspection passed, closed"),
    "return": _l("Returned for rectification"),
    "transfer": _l("Transferred"),
    "invalidate": _l("Declared invalid"),
    "request_extension": _l("Extension requested"),
    "grant_extension": _l("Extension granted"),
    "refuse_extension": _l("Extension refused"),
    "remind": _l("Reminder sent"),
    "ordered": _l("Ordered to be rectified"),
    "deadline_moved": _l("Deadline moved by the order"),
    "released": _l("No longer under the order"),
    "pass_recheck": _l("Found done by the order's re-inspection, closed"),
    "recheck_passed": _l("Found done by the order's re-inspection"),
    "fail_recheck": _l("Found not done by the order's re-inspection"),
    "recheck_failed": _l("Found not done by the order's re-inspection"),
    "file_plan": _l("Plan filed"),
    "request_regrade": _l("Another grade asked for"),
    "approve_regrade": _l("Change of the grade approved"),
    "refuse_regrade": _l("Change of the grade refused"),
    "department_report": _l("Reported to the supervising department"),
    "congress_report": _l("Reported to the workers' congress"),
    "worker_notification": _l("Workers notified"),
    "repeat": _l("Repeats an earlier hazard"),
    "proof_accepted": _l("Camera's proof accepted"),
    "proof_refused": _l("Camera's proof refused"),
} | listing_labels.ACTION_LABELS

ACTION_ICONS = {
    "report": "flag",
    "evidence": "camera",
    "evidence_removed": "camera-off",
    "grade": "scale",
    "assign": "user-check",
    "start": "tool",
    "submit": "send",
    "verify": "circle-check",
    "return": "arrow-back-up",
    "transfer": "transfer",
    "invalidate": "ban",
    "request_extension": "calendar-plus",
    "grant_extension": "calendar-check",
    "refuse_extension": "calendar-x",
    "remind": "bell",
    "ordered": "gavel",
    "deadline_moved": "calendar-due",
    "released": "gavel",
    "recheck_passed": "circle-check",
    "fail_recheck": "arrow-back-up",
    "pass_recheck": "circle-check",
    "recheck_failed": "arrow-back-up",
    "file_plan": "list-check",
    "request_regrade": "scale",
    "approve_regrade": "circle-check",
    "refuse_regrade": "ban",
    "department_report": "send",
    "congress_report": "send",
    "worker_notification": "users",
    "repeat": "refresh",
    "proof_accepted": "circle-check",
    "proof_refused": "x",
} | listing_labels.ACTION_ICONS

ACTION_TONES = {
    "verify": "good",
    "return": "bad",
    "report": "info",
    "submit": "wait",
    "repeat": "bad",
} | listing_labels.ACTION_TONES


class Listed:
    """Several names in one line, in the reader's language when it is read."""

    def __init__(self, names: Iterable[object]) -> None:
        self.names = list(names)

    def __str__(self) -> str:
        return str(_l(", ")).join(str(name) for name in self.names)
