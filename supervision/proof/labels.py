"""Names of the codes of this slice."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.proof.rules import VoidReason
from supervision.proof.workflow import ProofState

STATUS_LABELS = {
    ProofState.PROPOSED: _l("Proof proposed"),
    ProofState.ACCEPTED: _l("Accepted as proof"),
    ProofState.REFUSED: _l("Refused as proof"),
    ProofState.VOID: _l("Proves nothing any more"),
}
STATUS_TONES = {
    ProofState.PROPOSED: "wait",
    ProofState.ACCEPTED: "good",
    ProofState.REFUSED: "off",
    ProofState.VOID: "off",
}
VOID_LABELS = {
    VoidReason.SIGHTING: _l("The camera saw it again."),
    VoidReason.SETTLED: _l("The ticket does not wait for its verification any more."),
    VoidReason.CAMERA: _l("The camera was turned since."),
}
ACTION_LABELS = {
    "proof.propose": _l("Proof of a rectification proposed"),
    "proof.void": _l("Proposed proof void"),
    "proof.accepted": _l("Proposed proof accepted"),
    "proof.refused": _l("Proposed proof refused"),
}
NOTICES = {
    "proof.proposed": _l(
        "Hazard %(number)s: its camera has seen nothing for %(days)s days; look at the clip"
    ),
}
