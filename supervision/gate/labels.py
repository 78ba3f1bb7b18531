"""Names of the codes of this slice."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.gate.queries import Group
from supervision.gate.rules import Lack, Part
from supervision.gate.workflow import GateState

STATUS_LABELS = {
    GateState.DRAFT: _l("Being drawn up"),
    GateState.SUBMITTED: _l("To be approved"),
    GateState.APPROVED: _l("In force now"),
    GateState.SUPERSEDED: _l("Superseded"),
    GateState.WITHDRAWN: _l("Withdrawn"),
}
STATUS_TONES = {
    GateState.DRAFT: "info",
    GateState.SUBMITTED: "wait",
    GateState.APPROVED: "good",
    GateState.SUPERSEDED: "off",
    GateState.WITHDRAWN: "off",
}
GROUP_LABELS = {
    Group.IN_FORCE: _l("With a record in force"),
    Group.WITHOUT: _l("Without a record in force"),
    Group.ENDING: _l("Ends within 60 days"),
    Group.WAITING: _l("To be approved"),
}
PART_LABELS = {
    Part.LEGAL: _l("Legal review"),
    Part.TECHNICAL: _l("Technical review"),
    Part.PUBLISHED: _l("Published location"),
}
LACK_LABELS = {
    Lack.LEGAL: _l("no legal review"),
    Lack.TECHNICAL: _l("no technical review"),
    Lack.SITING: _l("nothing says why it is reasonably sited"),
    Lack.PUBLISHED: _l("its location was not published before"),
    Lack.NOT_APPROVED: _l("its record is not approved"),
    Lack.WITHDRAWN: _l("its record was withdrawn"),
    Lack.NOT_YET: _l("its record was not in force yet"),
    Lack.EXPIRED: _l("its record was not in force any more"),
    Lack.CERTIFICATE: _l("the device's certificate had ended"),
    Lack.TURNED: _l("it was turned after its technical review"),
    Lack.MOVED: _l("its view had moved by then"),
    Lack.STREAM: _l("its picture comes from another address than was reviewed"),
    Lack.PLACE: _l("it hangs in another place than was reviewed"),
}
FIELD_LABELS = {
    "legal_by": _l("Legal review by"),
    "legal_on": _l("Day of the legal review"),
    "legal_number": _l("Number of its document"),
    "legal_scan_id": _l("Scan of the legal review"),
    "technical_by": _l("Technical review by"),
    "technical_on": _l("Day of the technical review"),
    "technical_number": _l("Number of its report"),
    "technical_scan_id": _l("Scan of the technical review"),
    "siting": _l("Why it is reasonably sited"),
    "published_where": _l("Where its location is published"),
    "published_on": _l("Published on"),
    "published_scan_id": _l("Scan or photo of the notice"),
    "valid_from": _l("In force from"),
    "valid_until": _l("In force until"),
}
EVENT_LABELS = {
    "draft": _l("Drawn up"),
    "edit": _l("Changed"),
    "submit": _l("Submitted"),
    "return": _l("Returned"),
    "approve": _l("Approved"),
    "discard": _l("Dropped"),
    "withdraw": _l("Withdrawn"),
    "supersede": _l("Superseded by another record"),
}
EVENT_ICONS = {
    "draft": "edit",
    "edit": "edit",
    "submit": "send",
    "return": "arrow-back-up",
    "approve": "check",
    "discard": "x",
    "withdraw": "x",
    "supersede": "refresh",
}
ACTION_LABELS = {f"gate.{name}": text for name, text in EVENT_LABELS.items()} | {
    "gate.mark": _l("Sighting marked as penalty evidence"),
    "gate.unmark": _l("Mark as penalty evidence taken back"),
}
NOTICES = {
    "gate.approved": _l("The review %(number)s of camera %(camera)s of %(enterprise)s is approved"),
    "gate.returned": _l("The review of camera %(camera)s of %(enterprise)s was returned to you"),
    "gate.ending": _l(
        "The review %(number)s of camera %(camera)s of %(enterprise)s ends on %(due_on)s,"
        " in %(days)s days"
    ),
    "gate.ended": _l(
        "The review %(number)s of camera %(camera)s of %(enterprise)s ended on %(due_on)s:"
        " what it records may not prove a penalty"
    ),
}
