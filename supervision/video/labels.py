"""Names of the codes of this slice, with the tone and icon that each is shown in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.video.rules import LiveState, NodeState, RejectReason
from supervision.video.workflow import ReviewState
from vision.contract import EvidenceKind, RuleKind, StreamFault

STATUS_LABELS = {
    ReviewState.PENDING: _l("To be reviewed"),
    ReviewState.CONFIRMED: _l("Confirmed violation"),
    ReviewState.REJECTED: _l("Not a violation"),
    ReviewState.DUPLICATE: _l("Duplicate"),
}

KIND_LABELS = {
    RuleKind.HELMET_MISSING: _l("No safety helmet"),
    RuleKind.VEST_MISSING: _l("No reflective vest"),
    RuleKind.INTRUSION: _l("Intrusion into a zone"),
    RuleKind.LINE_CROSSING: _l("Line crossed"),
    RuleKind.LOITERING: _l("Loitering"),
    RuleKind.CROWDING: _l("Crowding"),
    RuleKind.POST_ABSENT: _l("Absence from post"),
    RuleKind.EXIT_BLOCKED: _l("Exit or fire lane blocked"),
    RuleKind.FIRE_SMOKE: _l("Fire or smoke"),
    RuleKind.FALL: _l("Person on the ground (experimental)"),
    RuleKind.VIEW_FAULT: _l("Camera view faulty"),
}

KIND_ICONS = {
    RuleKind.HELMET_MISSING: "helmet",
    RuleKind.VEST_MISSING: "shield",
    RuleKind.INTRUSION: "polygon",
    RuleKind.LINE_CROSSING: "polygon",
    RuleKind.LOITERING: "clock",
    RuleKind.CROWDING: "users",
    RuleKind.POST_ABSENT: "user",
    RuleKind.EXIT_BLOCKED: "ban",
    RuleKind.FIRE_SMOKE: "flame",
    RuleKind.FALL: "user",
    RuleKind.VIEW_FAULT: "camera",
}

# In the order of the keys 1 to 6.
REASON_LABELS = {
    RejectReason.WRONG_OBJECT: _l("Not what it was taken for"),
    RejectReason.COMPLIANT: _l("The rule was kept"),
    RejectReason.PERMITTED: _l("Permitted person or work"),
    RejectReason.UNCLEAR: _l("Cannot be told from the picture"),
    RejectReason.TEST: _l("Test or maintenance"),
    RejectReason.OTHER: _l("Other reason"),
}

LIVE_LABELS = {
    LiveState.RUNNING: _l("Running"),
    LiveState.STARTING: _l("Starting"),
    LiveState.STALLED: _l("No new frames"),
    LiveState.FAILED: _l("Failed"),
    LiveState.STOPPED: _l("Stopped"),
    LiveState.WAITING: _l("Waiting for its node"),
    LiveState.NODE_OFFLINE: _l("Unknown: node is offline"),
    LiveState.UNASSIGNED: _l("No node assigned"),
    LiveState.DISABLED: _l("Switched off"),
}

LIVE_TONES = {
    LiveState.RUNNING: "good",
    LiveState.STARTING: "wait",
    LiveState.STALLED: "bad",
    LiveState.FAILED: "bad",
    LiveState.STOPPED: "off",
    LiveState.WAITING: "wait",
    LiveState.NODE_OFFLINE: "bad",
    LiveState.UNASSIGNED: "off",
    LiveState.DISABLED: "off",
}

FAULT_LABELS = {
    StreamFault.AUTHENTICATION: _l("User name or password refused"),
    StreamFault.NOT_FOUND: _l("Stream not found"),
    StreamFault.CODEC: _l("Video format cannot be read"),
    StreamFault.TIMEOUT: _l("No answer in time"),
    StreamFault.TLS: _l("Encryption failed"),
    StreamFault.REFUSED: _l("Connection refused"),
    StreamFault.NO_VIDEO: _l("No video in the stream"),
    StreamFault.HOST_NOT_ALLOWED: _l("Host not on the allow-list"),
    StreamFault.OTHER: _l("Other fault"),
}

NODE_LABELS = {
    NodeState.NEVER: _l("Never connected"),
    NodeState.ONLINE: _l("Online"),
    NodeState.OFFLINE: _l("Offline"),
}

NODE_TONES = {NodeState.NEVER: "off", NodeState.ONLINE: "good", NodeState.OFFLINE: "bad"}

# What the models call what they see; a class of another model is shown by its own name.
CLASS_LABELS = {
    "person": _l("person"),
    "helmet": _l("Safety helmet"),
    "head": _l("Bare head"),
    "vest": _l("Reflective vest"),
    "no_vest": _l("No vest"),
    "fire": _l("Flame"),
    "smoke": _l("Smoke"),
}

EVIDENCE_LABELS = {EvidenceKind.SNAPSHOT: _l("Snapshot"), EvidenceKind.CLIP: _l("Clip")}

SORT_LABELS = {"newest": _l("Newest first"), "oldest": _l("Oldest first")}

ACTION_LABELS = {
    "camera.placed": _l("Camera placed on a site plan"),
    "camera.taken_off_plan": _l("Camera taken off its site plan"),
    "video.violation": _l("Violation flagged by a camera"),
    "video.evidence": _l("Evidence received"),
    "video.confirm": _l("Violation confirmed"),
    "video.reject": _l("Violation rejected"),
    "video.duplicate": _l("Violation marked as duplicate"),
    "video.camera_create": _l("Camera added"),
    "video.camera_change": _l("Camera changed"),
    "video.node_create": _l("Vision node added"),
    "video.node_silent": _l("Vision node fell silent"),
}
