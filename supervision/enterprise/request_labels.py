"""Names of the codes of registrations, changes, duplicates, mergers and relations."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.enterprise.duplicate_rules import KeyKind, PairState
from supervision.enterprise.relation_rules import LinkKind
from supervision.enterprise.workflow import (
    ChangeState,
    RegistrationState,
    RestructuringKind,
    RestructuringState,
)

REGISTRATION_LABELS = {
    RegistrationState.SUBMITTED: _l("Waits for review"),
    RegistrationState.RETURNED: _l("Returned to be mended"),
    RegistrationState.ACCEPTED: _l("On the roll"),
    RegistrationState.REFUSED: _l("Refused"),
}
REGISTRATION_TONES = {
    RegistrationState.SUBMITTED: "wait",
    RegistrationState.RETURNED: "info",
    RegistrationState.ACCEPTED: "good",
    RegistrationState.REFUSED: "off",
}
CHANGE_LABELS = {
    ChangeState.PENDING: _l("Waits for its decision"),
    ChangeState.APPROVED: _l("Approved"),
    ChangeState.PARTLY: _l("Approved in part"),
    ChangeState.REFUSED: _l("Refused"),
    ChangeState.WITHDRAWN: _l("Withdrawn"),
}
CHANGE_TONES = {
    ChangeState.PENDING: "wait",
    ChangeState.APPROVED: "good",
    ChangeState.PARTLY: "info",
    ChangeState.REFUSED: "off",
    ChangeState.WITHDRAWN: "off",
}
RESTRUCTURING_LABELS = {
    RestructuringState.PROPOSED: _l("Waits for its approval"),
    RestructuringState.DONE: _l("Carried out"),
    RestructuringState.REFUSED: _l("Refused"),
    RestructuringState.WITHDRAWN: _l("Withdrawn"),
}
RESTRUCTURING_TONES = {
    RestructuringState.PROPOSED: "wait",
    RestructuringState.DONE: "good",
    RestructuringState.REFUSED: "off",
    RestructuringState.WITHDRAWN: "off",
}
KIND_LABELS = {
    RestructuringKind.MERGER: _l("Merger"),
    RestructuringKind.SPLIT: _l("Split"),
}
GOES_ON_LABELS = {
    "0": _l("ends: all of it goes on in the new ones"),
    "1": _l("goes on beside the new ones"),
}
KEY_LABELS = {
    KeyKind.LEGACY: _l("Same old registration number"),
    KeyKind.ORGANISATION: _l("Same organisation code"),
    KeyKind.NAME: _l("Same name but for place and legal form"),
    KeyKind.PERSON_PLACE: _l("Same legal representative and address"),
    KeyKind.SIMILAR: _l("Similar name"),
    KeyKind.PHONE: _l("Same telephone"),
    KeyKind.PLACE: _l("Same address"),
}
PAIR_LABELS = {
    PairState.OPEN: _l("To be looked at"),
    PairState.DISMISSED: _l("Two enterprises"),
    PairState.MERGED: _l("Merged"),
}
PAIR_SHOW_LABELS = {
    "strong": _l("Likely duplicates"),
    "open": _l("All that may be one"),
    "dismissed": _l("Dismissed"),
    "merged": _l("Merged"),
}
GAP_LABELS = {
    "no_officer": _l("No supervising officer"),
    "stale": _l("Nothing happened for long"),
    "moved": _l("Moved away"),
    "not_located": _l("Not located"),
    "no_coordinates": _l("No coordinates"),
}
GAP_TONES = {
    "no_officer": "bad",
    "stale": "wait",
    "moved": "plain",
    "not_located": "bad",
    "no_coordinates": "wait",
}
DAYS_LABELS = {"90": _l("90 days"), "180": _l("180 days"), "365": _l("365 days")}
LINK_LABELS = {
    LinkKind.CONTRACTOR: _l("Contractor"),
    LinkKind.LESSEE: _l("Lessee"),
    LinkKind.SHARED_SITE: _l("Shared site"),
}
# How the other side reads the same agreement.
LINK_BACK_LABELS = {
    LinkKind.CONTRACTOR: _l("Works for"),
    LinkKind.LESSEE: _l("Rents from"),
    LinkKind.SHARED_SITE: _l("Shares a site with"),
}
LINK_STATE_LABELS = {
    "running": _l("Agreement in force"),
    "expired": _l("Expired"),
    "check": _l("Check overdue"),
    "ended": _l("Ended"),
}
# What hangs on a file, by table; whatever is not named is counted as other records.
HOLDING_LABELS = {
    "hazard": _l("Hazards"),
    "inspection": _l("Inspections"),
    "legal_order": _l("Orders"),
    "enforcement_case": _l("Cases"),
    "camera": _l("Cameras"),
    "licence": _l("Licences"),
    "staff": _l("People"),
    "risk_point": _l("Risk points"),
    "chemical_holding": _l("Chemicals"),
    "enterprise_document": _l("Documents"),
    "enterprise_event": _l("Events of the file"),
}
NOTICES = {
    "change_request.proposed": _l("%(name)s asks for a change of its file"),
    "change_request.decided": _l("The change of the file of %(name)s was decided"),
    "restructuring.proposed": _l("A merger or split of %(name)s waits for its approval"),
    "restructuring.done": _l("The merger or split of %(name)s was carried out"),
    "restructuring.refused": _l("The merger or split of %(name)s was refused"),
    "link.ends": _l("The agreement with %(other)s ends on %(due_on)s"),
    "link.expired": _l("The agreement with %(other)s has ended on %(due_on)s"),
    "link.check_due": _l("%(other)s is to be checked by %(due_on)s"),
    "link.check_late": _l("The check of %(other)s was due on %(due_on)s"),
}
ACTIONS = {
    "enterprise.reveal": _l("Telephone numbers of a file viewed in full"),
    "registration.reveal": _l("Telephone numbers of a registration viewed in full"),
    "registration.submit": _l("Registration sent in"),
    "registration.resend": _l("Registration sent in again"),
    "registration.accept": _l("Registration accepted"),
    "registration.return": _l("Registration returned"),
    "registration.refuse": _l("Registration refused"),
    "change_request.propose": _l("Change of the file asked for"),
    "change_request.decide": _l("Change of the file decided"),
    "change_request.withdraw": _l("Change of the file withdrawn"),
    "duplicate.dismiss": _l("Duplicate dismissed"),
    "restructuring.propose": _l("Merger or split proposed"),
    "restructuring.approve": _l("Merger or split carried out"),
    "restructuring.refuse": _l("Merger or split refused"),
    "restructuring.withdraw": _l("Merger or split withdrawn"),
    "link.add": _l("Agreement entered"),
    "link.check": _l("Contractor or lessee checked"),
    "link.end": _l("Agreement ended"),
    "park.add": _l("Park entered"),
    "park.change": _l("Park changed"),
    "park.close": _l("Park closed"),
}
