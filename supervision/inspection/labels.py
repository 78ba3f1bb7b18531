"""Names of the codes of this slice."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.core.statutory import Certainty
from supervision.hazard.labels import CATEGORY_LABELS, FACTOR_LABELS
from supervision.inspection.models import InspectionEvent, ItemResult
from supervision.inspection.rules import NoticeForm
from supervision.inspection.workflow import InspectionKind, InspectionState

__all__ = ["CATEGORY_LABELS", "FACTOR_LABELS"]

STATUS_LABELS = {
    InspectionState.DRAFT: _l("Draft"),
    InspectionState.SUBMITTED: _l("Waiting for approval"),
    InspectionState.APPROVED: _l("Approved"),
    InspectionState.NOTIFIED: _l("Announced"),
    InspectionState.ONGOING: _l("On site"),
    InspectionState.RECORDED: _l("Recorded"),
    InspectionState.CANCELLED: _l("Cancelled"),
}

STATUS_TONES = {
    InspectionState.DRAFT: "plain",
    InspectionState.SUBMITTED: "wait",
    InspectionState.APPROVED: "info",
    InspectionState.NOTIFIED: "info",
    InspectionState.ONGOING: "active",
    InspectionState.RECORDED: "good",
    InspectionState.CANCELLED: "off",
}

GROUP_LABELS = {
    "open": _l("Under way"),
    "late": _l("Day has passed"),
    "settled": _l("Done or cancelled"),
}

KIND_LABELS = {
    InspectionKind.ADMINISTRATIVE: _l("Administrative inspection"),
    InspectionKind.PATROL: _l("Patrol round"),
    InspectionKind.VISIT: _l("Visit"),
    InspectionKind.TECHNICAL_SERVICE: _l("Technical service"),
}

RESULT_LABELS = {
    ItemResult.OPEN: _l("Not answered"),
    ItemResult.PASS: _l("In order"),
    ItemResult.FAIL: _l("Not in order"),
    ItemResult.NOT_APPLICABLE: _l("Not applicable"),
}

RESULT_TONES = {
    ItemResult.OPEN: "plain",
    ItemResult.PASS: "good",
    ItemResult.FAIL: "bad",
    ItemResult.NOT_APPLICABLE: "off",
}

NOTICE_FORM_LABELS = {
    NoticeForm.WRITTEN: _l("In writing"),
    NoticeForm.ELECTRONIC: _l("Electronically"),
    NoticeForm.PHONE: _l("By telephone"),
    NoticeForm.ON_SITE: _l("On entry, not beforehand"),
}

CERTAINTY_LABELS = {
    Certainty.HIGH: _l("Certain"),
    Certainty.MEDIUM: _l("One source"),
    Certainty.LOW: _l("To be checked"),
}

ACTION_LABELS = {
    "create": _l("Inspection drafted"),
    "edit": _l("Draft changed"),
    "submit": _l("Approval asked for"),
    "approve": _l("Inspection approved"),
    "reject": _l("Returned with a reason"),
    "notify": _l("Enterprise notified"),
    "start": _l("Inspection begun"),
    "answer_replaced": _l("An answer was replaced"),
    "record": _l("Inspection recorded"),
    "cancel": _l("Inspection cancelled"),
}

# Of the audit trail alone.
TRACE_LABELS = {
    "describe": _l("Facts on site noted"),
    "scan": _l("Enterprise's code scanned"),
    "check": _l("Item answered"),
    "add_item": _l("Item added on site"),
    "add_photo": _l("Photo added"),
    "remove_photo": _l("Photo removed"),
    "sign": _l("Signature taken"),
    "refuse": _l("Refusal to sign noted"),
}

CHECKLIST_ACTIONS = {
    "create": _l("Version of a checklist made"),
    "item": _l("Item of a checklist saved"),
    "remove_item": _l("Item of a checklist removed"),
    "move_item": _l("Item of a checklist moved"),
    "discard": _l("Version of a checklist given up"),
}

ACTION_ICONS = {
    "create": "pencil",
    "edit": "pencil",
    "submit": "send",
    "approve": "circle-check",
    "reject": "arrow-back-up",
    "notify": "bell",
    "start": "flag",
    "answer_replaced": "refresh",
    "record": "list-check",
    "cancel": "ban",
}

ACTION_TONES = {
    "submit": "wait",
    "approve": "good",
    "reject": "bad",
    "start": "info",
    "record": "good",
    "cancel": "off",
}

# The steps in their order, for the line on top of the page.
STEPPER = {
    True: (
        InspectionState.DRAFT,
        InspectionState.SUBMITTED,
        InspectionState.APPROVED,
        InspectionState.NOTIFIED,
        InspectionState.ONGOING,
        InspectionState.RECORDED,
    ),
    False: (InspectionState.DRAFT, InspectionState.ONGOING, InspectionState.RECORDED),
}


def event_note(event: InspectionEvent) -> str:
    """An event's own words, and what its data say, for a reader of the authority."""
    data: dict[str, Any] = event.data or {}
    lines = [event.note] if event.note else []
    if event.action == "answer_replaced":
        lines.append(
            _(
                "Item %(item)s: %(was)s (%(by)s) became %(now)s",
                item=data["item"],
                was=RESULT_LABELS[ItemResult(data["was"])],
                by=data["was_by"],
                now=RESULT_LABELS[ItemResult(data["now"])],
            )
        )
    if "cap" in data:
        lines.append(
            _("Cap: %(used)s of %(cap)s used before", used=data["used_before"], cap=data["cap"])
        )
    if "over_cap_reason" in data:
        lines.append(_("Beyond the cap: %(reason)s", reason=data["over_cap_reason"]))
    if "document" in data:
        lines.append(data["document"])
    return "\n".join(line for line in lines if line)
