"""Names of the codes of this slice."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.authority.rules import Validity

VALIDITY_LABELS = {
    Validity.VALID: _l("Valid"),
    Validity.SOON: _l("Ends within 90 days"),
    Validity.EXPIRED: _l("Expired"),
    Validity.REVOKED: _l("Revoked"),
    Validity.TO_COME: _l("Not yet valid"),
}
VALIDITY_TONES = {
    Validity.VALID: "good",
    Validity.SOON: "wait",
    Validity.EXPIRED: "bad",
    Validity.REVOKED: "off",
    Validity.TO_COME: "info",
}
SORT_LABELS = {
    "ends": _l("Ends soonest"),
    "name": _l("By name"),
    "newest": _l("Recorded last"),
}
ACTION_LABELS = {
    "authority.create": _l("Authority put on record"),
    "authority.change": _l("File of an authority changed"),
    "certificate.record": _l("Certificate recorded"),
    "certificate.revoke": _l("Certificate revoked"),
    "certificate.remind": _l("Reminded of a certificate's end"),
}
