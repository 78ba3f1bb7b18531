"""Names of the codes of this slice."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.chemical.rules import Purpose
from supervision.core.actor import Side
from supervision.core.statutory import Certainty
from supervision.core.validity import Standing
from supervision.licence.rules import ANY_PURPOSE, FileKind, Means, Origin
from supervision.licence.workflow import LicenceState

STATUS_LABELS = {
    LicenceState.DRAFT: _l("Waiting for verification"),
    LicenceState.RETURNED: _l("Returned for correction"),
    LicenceState.VALID: _l("Valid"),
    LicenceState.SUSPENDED: _l("Suspended"),
    LicenceState.REVOKED: _l("Revoked for good"),
    LicenceState.EXPIRED: _l("Expired"),
    LicenceState.SURRENDERED: _l("Struck off"),
    LicenceState.REPLACED: _l("Replaced by its successor"),
    LicenceState.DISCARDED: _l("Discarded"),
}

STATUS_TONES = {
    LicenceState.DRAFT: "wait",
    LicenceState.RETURNED: "wait",
    LicenceState.VALID: "good",
    LicenceState.SUSPENDED: "bad",
    LicenceState.REVOKED: "bad",
    LicenceState.EXPIRED: "bad",
    LicenceState.SURRENDERED: "off",
    LicenceState.REPLACED: "off",
    LicenceState.DISCARDED: "off",
}

STANDING_LABELS = {
    Standing.LATE_TO_APPLY: _l("Application deadline passed"),
    Standing.EXPIRED: _l("Expired"),
    Standing.DUE: _l("Due within 90 days"),
    Standing.OK: _l("In good order"),
    Standing.NOT_YET: _l("Not yet in force"),
    Standing.OPEN_ENDED: _l("Without an end"),
}

# Red as soon as the application is late, not only when the paper has ended (FACTS 2.10).
STANDING_TONES = {
    Standing.LATE_TO_APPLY: "bad",
    Standing.EXPIRED: "bad",
    Standing.DUE: "wait",
    Standing.OK: "good",
    Standing.NOT_YET: "info",
    Standing.OPEN_ENDED: "good",
}

DAYS_LABELS = {
    "7": _l("Within 7 days"),
    "30": _l("Within 30 days"),
    "60": _l("Within 60 days"),
    "90": _l("Within 90 days"),
}

GAP_LABELS = {"1": _l("Chemicals beyond the scope")}

ORIGIN_LABELS = {
    Origin.FIRST: _l("First issue"),
    Origin.RENEWAL: _l("Renewal"),
    Origin.CHANGE: _l("Changed licence"),
    Origin.EXTENSION: _l("Extension without a review"),
}

MEANS_LABELS = {
    Means.ORIGINAL: _l("The original paper"),
    Means.SCAN: _l("The scan"),
    Means.ISSUER: _l("The issuing authority's register"),
}

FILE_LABELS = {
    FileKind.SCAN: _l("Scan of the licence"),
    FileKind.APPLICATION: _l("Application"),
    FileKind.DECISION: _l("Decision letter"),
}

SIDE_LABELS = {Side.ENTERPRISE: _l("Enterprise"), Side.REGULATOR: _l("Authority")}

PURPOSE_LABELS = {
    Purpose.RAW: _l("Raw material"),
    Purpose.INTERMEDIATE: _l("Intermediate product"),
    Purpose.PRODUCT: _l("Product"),
    Purpose.STORAGE: _l("Kept in storage"),
    ANY_PURPOSE: _l("Whatever it is there for"),
}

CERTAINTY_LABELS = {
    Certainty.HIGH: _l("Read in the text"),
    Certainty.MEDIUM: _l("From one source"),
    Certainty.LOW: _l("To be checked"),
}

ACTION_LABELS = {
    "record": _l("Licence entered"),
    "correct": _l("Entry corrected"),
    "verify": _l("Licence verified"),
    "return": _l("Entry returned"),
    "discard": _l("Entry discarded"),
    "apply": _l("Renewal applied for"),
    "refuse": _l("Renewal refused"),
    "suspend": _l("Licence suspended"),
    "resume": _l("Suspension lifted"),
    "revoke": _l("Licence revoked"),
    "surrender": _l("Licence cancelled"),
    "expire": _l("Licence expired"),
    "replace": _l("Licence replaced by its successor"),
}

ACTION_ICONS = {
    "record": "certificate",
    "correct": "edit",
    "verify": "circle-check",
    "return": "arrow-back-up",
    "discard": "trash",
    "apply": "send",
    "refuse": "circle-x",
    "suspend": "player-pause",
    "resume": "player-play",
    "revoke": "ban",
    "surrender": "archive",
    "expire": "clock-exclamation",
    "replace": "refresh",
}

ACTION_TONES = {
    "verify": "good",
    "resume": "good",
    "apply": "info",
    "return": "wait",
    "refuse": "bad",
    "suspend": "bad",
    "revoke": "bad",
    "expire": "bad",
}

DATA_LABELS = {
    "decision_number": _l("Number of the decision"),
    "decided_on": _l("Decided on"),
    "applied_on": _l("Applied on"),
    "application_number": _l("Number of the application"),
    "means": _l("Compared with"),
}

AUDIT_ACTIONS = {f"licence.{action}": text for action, text in ACTION_LABELS.items()} | {
    "licence_type.add": _l("Type of licence added"),
    "licence_type.change": _l("Type of licence changed"),
    "licence_type.end": _l("Type of licence ended"),
}

NOTICES = {
    "licence.recorded": _l("A licence was entered: %(type)s %(number)s"),
    "licence.verified": _l("A licence was verified: %(type)s %(number)s"),
    "licence.returned": _l("A licence was returned for correction: %(type)s %(number)s"),
    "licence.applied": _l("A renewal was applied for: %(type)s %(number)s"),
    "licence.refuse": _l("The renewal was refused: %(type)s %(number)s"),
    "licence.suspend": _l("A licence was suspended: %(type)s %(number)s"),
    "licence.resume": _l("The suspension was lifted: %(type)s %(number)s"),
    "licence.revoke": _l("A licence was revoked: %(type)s %(number)s"),
    "licence.surrender": _l("A licence was cancelled: %(type)s %(number)s"),
    "licence.apply_due": _l(
        "%(enterprise)s: renewal of %(type)s %(number)s is to be applied for by %(due_on)s"
        " (days left: %(days)s)"
    ),
    "licence.apply_passed": _l(
        "%(enterprise)s: the last day to apply for the renewal of %(type)s %(number)s has passed"
        " (%(due_on)s)"
    ),
    "licence.end_due": _l(
        "%(enterprise)s: %(type)s %(number)s ends on %(due_on)s (days left: %(days)s)"
    ),
    "licence.expired": _l("%(enterprise)s: %(type)s %(number)s has expired on %(due_on)s"),
}


def tone_of(status: LicenceState, standing: Standing | None) -> str:
    """One colour for a licence: of its days while it is in force, else of its state."""
    if status is LicenceState.VALID and standing is not None:
        return STANDING_TONES[standing]
    return STATUS_TONES[status]


def text_of(status: LicenceState, standing: Standing | None) -> str:
    """The same in words."""
    if status is LicenceState.VALID and standing is not None:
        return str(STANDING_LABELS[standing])
    return str(STATUS_LABELS[status])


def purposes_text(purposes: str) -> str:
    """A type's list of purposes as a reader calls them."""
    return ", ".join(str(PURPOSE_LABELS.get(word, word)) for word in purposes.split())
