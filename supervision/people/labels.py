"""Names of the codes of this slice."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.core.statutory import Certainty
from supervision.core.validity import Standing
from supervision.people.models import PeopleRule
from supervision.people.rules import IdKind, Result, TrainingKind
from supervision.people.tables import Group, Measure, RuleTable, Trainee
from supervision.people.workflow import CertificateState, SessionState

ID_KIND_LABELS = {
    IdKind.RESIDENT: _l("Resident identity card"),
    IdKind.OTHER: _l("Passport or other document"),
}

PERSON_STATE_LABELS = {"employed": _l("Employed now"), "left": _l("Has left")}
PERSON_SORT_LABELS = {
    "newest": _l("Newest first"),
    "name": _l("By name"),
    "enterprise": _l("By enterprise"),
}

GROUP_LABELS = {
    Group.SPECIAL_OPERATIONS: _l("Special operations trades"),
    Group.SPECIAL_EQUIPMENT: _l("Special equipment"),
    Group.ASSESSMENT: _l("Assessment of principals and managers"),
    Group.ENGINEER: _l("Registered safety engineer"),
    Group.OTHER: _l("Other certificates"),
}
# Of what a post may lack.
LACKING_LABELS = {
    group: GROUP_LABELS[group] for group in (Group.SPECIAL_OPERATIONS, Group.SPECIAL_EQUIPMENT)
}

TRAINEE_LABELS = {
    Trainee.MANAGEMENT: _l("Principals and safety managers"),
    Trainee.WORKER: _l("Workers"),
}
MEASURE_LABELS = {
    Measure.COUNT: _l("So many in all"),
    Measure.EACH: _l("Everybody in the post"),
}
YES_NO_LABELS = {"0": _l("No"), "1": _l("Yes")}

CERTIFICATE_STATE_LABELS = {
    "valid": _l("Holds"),
    "soon": _l("Due within 90 days"),
    "expired": _l("Past its day"),
    "renewed": _l("Replaced by a new one"),
    "revoked": _l("Revoked"),
}
CERTIFICATE_STATUS_LABELS = {
    CertificateState.VALID: _l("Certificate on file"),
    CertificateState.RENEWED: _l("Replaced by a new one"),
    CertificateState.REVOKED: _l("Revoked"),
}
CERTIFICATE_SORT_LABELS = {
    "ends": _l("What ends first"),
    "newest": _l("Newest first"),
    "enterprise": _l("By enterprise"),
}
STANDING_LABELS = {
    Standing.OPEN_ENDED: _l("Without an end"),
    Standing.NOT_YET: _l("Not valid yet"),
    Standing.OK: _l("Valid"),
    Standing.DUE: _l("Due soon"),
    Standing.LATE_TO_APPLY: _l("Too late to apply"),
    Standing.EXPIRED: _l("Expired"),
}
STANDING_TONES = {
    Standing.OPEN_ENDED: "good",
    Standing.NOT_YET: "info",
    Standing.OK: "good",
    Standing.DUE: "wait",
    Standing.LATE_TO_APPLY: "bad",
    Standing.EXPIRED: "bad",
}

TRAINING_LABELS = {
    TrainingKind.THREE_LEVEL: _l("Three-level training of new workers"),
    TrainingKind.MANAGEMENT: _l("Principals and safety managers"),
    TrainingKind.SPECIAL_OPERATIONS: _l("Special operations trades"),
    TrainingKind.TRANSFER: _l("Changed post or back after a year"),
    TrainingKind.NEW_TECHNOLOGY: _l("New process, technology, material or equipment"),
    TrainingKind.YEARLY: _l("Yearly retraining"),
    TrainingKind.EMERGENCY: _l("Emergency and plans"),
    TrainingKind.CONTRACTOR: _l("Contractors and visitors"),
    TrainingKind.SHIFT_MEETING: _l("Meeting before the shift"),
}
SESSION_LABELS = {
    SessionState.OPEN: _l("Being entered"),
    SessionState.RECORDED: _l("Archived"),
    SessionState.VOID: _l("Void"),
}
SESSION_TONES = {
    SessionState.OPEN: "wait",
    SessionState.RECORDED: "good",
    SessionState.VOID: "off",
}
SESSION_SORT_LABELS = {"newest": _l("Newest first"), "oldest": _l("Oldest first")}
RESULT_LABELS = {
    Result.PENDING: _l("No result yet"),
    Result.PASSED: _l("Passed"),
    Result.FAILED: _l("Not passed"),
    Result.ABSENT: _l("Absent"),
}
RESULT_TONES = {
    Result.PENDING: "wait",
    Result.PASSED: "good",
    Result.FAILED: "bad",
    Result.ABSENT: "off",
}

HOURS_STATE_LABELS = {
    "short": _l("Hours are missing"),
    "late": _l("Missing and late"),
    "done": _l("Enough hours"),
}
HOURS_SORT_LABELS = {
    "missing": _l("Most hours missing"),
    "due": _l("Earliest day due"),
    "enterprise": _l("By enterprise"),
}

STAFFING_STATE_LABELS = {
    "gaps": _l("Staff is missing"),
    "late": _l("People late with their hours"),
    "nobody": _l("Nobody on file"),
    "fine": _l("Nothing missing"),
}
STAFFING_SORT_LABELS = {
    "gaps": _l("Most gaps"),
    "late": _l("Most people late"),
    "headcount": _l("By headcount"),
}

TABLE_LABELS = {
    RuleTable.POST: _l("Posts"),
    RuleTable.CERTIFICATE: _l("Kinds of certificates"),
    RuleTable.HOURS: _l("Training hours"),
    RuleTable.SECTOR: _l("Sectors"),
    RuleTable.STAFFING: _l("Staffing"),
}
CERTAINTY_LABELS = {
    Certainty.HIGH: _l("H: read in the text"),
    Certainty.MEDIUM: _l("M: one source"),
    Certainty.LOW: _l("L: from memory, to be checked"),
}
CERTAINTY_TONES = {Certainty.HIGH: "good", Certainty.MEDIUM: "info", Certainty.LOW: "wait"}

FIELD_LABELS = {
    "trainee": _l("Whose hours"),
    "group": _l("Certificate"),
    "valid_months": _l("Months of validity"),
    "review_months": _l("Months between reviews"),
    "high_risk": _l("High-risk sector"),
    "first_hours": _l("Hours at first"),
    "yearly_hours": _l("Hours a year"),
    "grace_days": _l("Days for the first training"),
    "prefixes": _l("Industry codes that begin with"),
    "sectors": _l("Sectors"),
    "headcount_from": _l("Headcount from"),
    "headcount_to": _l("Headcount to"),
    "posts": _l("Posts"),
    "measure": _l("How it is counted"),
    "minimum": _l("At least"),
}

EVENT_LABELS = {
    "enter": _l("Person entered"),
    "change": _l("Person's file changed"),
    "hold": _l("Post given"),
    "end_post": _l("Post ended"),
    "leave": _l("Person left"),
    "take_back": _l("Person taken back"),
    "reveal": _l("Personal data viewed in full"),
    "certify": _l("Certificate entered"),
    "correct": _l("Certificate corrected"),
    "review": _l("Review of a certificate passed"),
    "renew": _l("Certificate renewed"),
    "revoke": _l("A certificate was revoked"),
    "scan": _l("Scan added"),
    "training_open": _l("Training entered"),
    "training_change": _l("Training changed"),
    "training_attend": _l("Participants entered"),
    "training_results": _l("Results entered"),
    "training_remove": _l("Participant taken off"),
    "training_record": _l("Training put on record"),
    "training_void": _l("Training declared void"),
    "training_files": _l("Files added to a training"),
}
EVENT_ICONS = {
    "reveal": "eye",
    "certify": "certificate",
    "renew": "refresh",
    "review": "calendar-check",
    "revoke": "ban",
    "enter": "user-plus",
    "leave": "logout",
    "training_record": "books",
    "training_void": "ban",
}
EVENT_TONES = {
    "certify": "good",
    "renew": "good",
    "review": "good",
    "revoke": "bad",
    "reveal": "wait",
    "training_record": "good",
    "training_void": "off",
}

AUDIT_ACTIONS = {f"people.{action}": text for action, text in EVENT_LABELS.items()} | {
    "people.export_full": _l("Personal data exported in full"),
    "people.scan_open": _l("Scan with personal data opened"),
    "people.sector": _l("Sector of an enterprise settled"),
    "people_rule.create": _l("New version of a table of people"),
    "people_rule.discard": _l("Version of a table of people given up"),
}


def rule_name(rule: PeopleRule) -> str:
    """A row's name in the reader's language, as far as it has one."""
    if rule.name_en and not str(get_locale() or "").startswith("zh"):
        return rule.name_en
    return rule.name


def hours_text(hours: Decimal) -> str:
    """Hours without a zero behind the point."""
    return f"{hours.normalize():f}" if hours else "0"


def value_text(name: str, value: object, names: dict[str, str] | None = None) -> str:
    """A value of a table as a reader sees it; ``names`` are those of codes it may hold."""
    if name == "trainee":
        return str(TRAINEE_LABELS[Trainee(str(value))])
    if name == "measure":
        return str(MEASURE_LABELS[Measure(str(value))])
    if name == "group":
        return str(GROUP_LABELS[Group(str(value))]) if value else "—"
    if isinstance(value, bool):
        return str(YES_NO_LABELS["1" if value else "0"])
    if isinstance(value, list):
        shown = [(names or {}).get(one, _("every sector") if one == "*" else one) for one in value]
        return ", ".join(shown)
    return "—" if value is None else str(value)
