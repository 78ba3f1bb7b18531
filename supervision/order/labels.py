"""Names of the codes of this slice."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.actor import Side
from supervision.order.rules import (
    EXT_REPLY,
    RECHECK,
    SERVICE,
    ItemResult,
    Measure,
    PaperKind,
    ServiceMethod,
)
from supervision.order.workflow import OrderExtensionState, OrderKind, OrderState, Outcome

KIND_LABELS = {
    OrderKind.RECTIFY: _l("Order to rectify within a time limit"),
    OrderKind.ONSITE_MEASURE: _l("On-site measure decision"),
}
KIND_SHORT = {
    OrderKind.RECTIFY: _l("To rectify"),
    OrderKind.ONSITE_MEASURE: _l("On-site measure"),
}

STATUS_LABELS = {
    OrderState.DRAFT: _l("Draft"),
    OrderState.SUBMITTED: _l("Waiting for approval"),
    OrderState.APPROVED: _l("Approved, not issued"),
    OrderState.ISSUED: _l("Issued, to be served"),
    OrderState.SERVED: _l("Served"),
    OrderState.RECHECKED: _l("Re-inspected, open"),
    OrderState.CLOSED: _l("Settled"),
    OrderState.VOID: _l("Void"),
}

STATUS_TONES = {
    OrderState.DRAFT: "plain",
    OrderState.SUBMITTED: "wait",
    OrderState.APPROVED: "info",
    OrderState.ISSUED: "wait",
    OrderState.SERVED: "active",
    OrderState.RECHECKED: "bad",
    OrderState.CLOSED: "good",
    OrderState.VOID: "off",
}

# The stepper of the page, in order.
STEPS = (
    (OrderState.DRAFT, _l("Draft")),
    (OrderState.SUBMITTED, _l("Submitted")),
    (OrderState.APPROVED, _l("Approved")),
    (OrderState.ISSUED, _l("Issued")),
    (OrderState.SERVED, _l("Served")),
    (OrderState.RECHECKED, _l("Re-inspected")),
    (OrderState.CLOSED, _l("Settled")),
)

OUTCOME_LABELS = {
    Outcome.COMPLIED: _l("All problems rectified"),
    Outcome.SUPERSEDED: _l("Followed by a second order"),
    Outcome.CASE: _l("Handed over to a case"),
}

GROUP_LABELS = {
    "open": _l("In progress"),
    "unissued": _l("Not issued yet"),
    "to_approve": _l("Waiting for approval"),
    "to_serve": _l("To be served"),
    "overdue": _l("Past a deadline"),
    "recheck": _l("To be re-inspected"),
    "recheck_overdue": _l("Re-inspection overdue"),
    "extension": _l("Extension asked for"),
    "settled": _l("Settled or void"),
}

SORT_LABELS = {
    "newest": _l("Newest first"),
    "number": _l("By number"),
    "issued": _l("Last issued first"),
}

MEASURE_LABELS = {
    Measure.REMOVE_NOW: _l("Remove the danger at once"),
    Measure.EVACUATE: _l("Withdraw the workers"),
    Measure.STOP_PRODUCTION: _l("Stop production or work"),
    Measure.STOP_USE: _l("Stop using the equipment"),
}

RESULT_LABELS = {
    ItemResult.OPEN: _l("Not re-inspected yet"),
    ItemResult.DONE: _l("Rectified"),
    ItemResult.PARTLY: _l("Partly rectified"),
    ItemResult.NOT_DONE: _l("Not rectified"),
}
RESULT_TONES = {
    ItemResult.OPEN: "plain",
    ItemResult.DONE: "good",
    ItemResult.PARTLY: "wait",
    ItemResult.NOT_DONE: "bad",
}

METHOD_LABELS = {
    ServiceMethod.DIRECT: _l("Handed over directly"),
    ServiceMethod.LIEN: _l("Left there, with a witness"),
    ServiceMethod.POST: _l("By post"),
    ServiceMethod.ANNOUNCEMENT: _l("By public announcement"),
    ServiceMethod.ELECTRONIC: _l("Electronically"),
}

PAPER_LABELS = {
    PaperKind.RECHECK_OPINION: _l("Re-inspection opinion"),
    PaperKind.EXTENSION_REPLY: _l("Reply about the extension"),
    PaperKind.TRANSFER: _l("Letter of transfer"),
    PaperKind.SERVICE_RECEIPT: _l("Service receipt"),
}

EXTENSION_LABELS = {
    OrderExtensionState.PENDING: _l("Waiting for reply"),
    OrderExtensionState.GRANTED: _l("Granted"),
    OrderExtensionState.PARTLY: _l("Granted in part"),
    OrderExtensionState.REFUSED: _l("Refused"),
    OrderExtensionState.LAPSED: _l("Lapsed"),
}
EXTENSION_TONES = {
    OrderExtensionState.PENDING: "wait",
    OrderExtensionState.GRANTED: "good",
    OrderExtensionState.PARTLY: "good",
    OrderExtensionState.REFUSED: "off",
    OrderExtensionState.LAPSED: "off",
}

CLOCK_LABELS = {
    SERVICE: _l("Service"),
    RECHECK: _l("Re-inspection"),
    EXT_REPLY: _l("Reply about the extension"),
}

SIDE_LABELS = {Side.REGULATOR: _l("The authority"), Side.ENTERPRISE: _l("Enterprise")}

ACTION_LABELS = {
    "draft": _l("Order drafted"),
    "edit": _l("Draft of the order changed"),
    "submit": _l("Approval of the order asked for"),
    "approve": _l("Order approved"),
    "reject": _l("Order sent back to its author"),
    "issue": _l("Order issued"),
    "serve": _l("Order served"),
    "apply_recheck": _l("Re-inspection applied for"),
    "recheck": _l("Order re-inspected"),
    "close": _l("Order closed: all rectified"),
    "superseded": _l("Order closed: a second one follows"),
    "hand_over": _l("Order closed: handed over to a case"),
    "discard": _l("Draft of the order discarded"),
    "void": _l("Order declared void"),
    "request_extension": _l("Extension of the order requested"),
    "grant_extension": _l("Extension of the order granted"),
    "grant_partly_extension": _l("Extension of the order granted in part"),
    "refuse_extension": _l("Extension of the order refused"),
    "transfer": _l("Matter handed over by letter"),
}
# Of the audit trail alone.
TRACE_LABELS = {
    "confirm_electronic": _l("Consent to electronic service recorded"),
    "withdraw_confirmation": _l("Consent to electronic service withdrawn"),
}

ACTION_ICONS = {
    "draft": "pencil",
    "edit": "pencil",
    "submit": "send",
    "approve": "circle-check",
    "reject": "arrow-back-up",
    "issue": "gavel",
    "serve": "mail",
    "apply_recheck": "hand-stop",
    "recheck": "eye-check",
    "close": "circle-check",
    "superseded": "files",
    "hand_over": "folder",
    "discard": "trash",
    "void": "ban",
    "request_extension": "calendar-plus",
    "grant_extension": "calendar-check",
    "grant_partly_extension": "calendar-check",
    "refuse_extension": "calendar-x",
    "transfer": "transfer",
}
ACTION_TONES = {"close": "good", "void": "off", "issue": "info", "serve": "active"}
