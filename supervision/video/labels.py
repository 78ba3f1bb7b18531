"""Names of the codes of this slice, with the tone and icon that each is shown in."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from supervision.video.kinds import SHAPES
from supervision.video.models import Camera
from supervision.video.rules import LiveState, NodeState, RejectReason, Severity, TicketFault
from supervision.video.workflow import ReviewState, TicketState
from vision.contract import (
    DayKind,
    Decoding,
    Direction,
    EvidenceKind,
    ModelState,
    Rule,
    RuleKind,
    StreamFault,
    ViewState,
    WindowEffect,
)

STATUS_LABELS = {
    ReviewState.PENDING: _l("To be reviewed"),
    ReviewState.CONFIRMED: _l("Confirmed violation"),
    ReviewState.REJECTED: _l("Not a violation"),
    ReviewState.DUPLICATE: _l("Duplicate"),
}

SEVERITY_LABELS = {
    Severity.CRITICAL: _l("Critical"),
    Severity.SERIOUS: _l("Serious"),
    Severity.GENERAL: _l("General"),
}

# As an address names them.
SEVERITY_CHOICES = {severity.name.lower(): text for severity, text in SEVERITY_LABELS.items()}

# Of a rule; the contract's words, of which the first says nothing of its own.
RULE_SEVERITY_LABELS = {
    "general": _l("As is usual for its kind"),
    "serious": SEVERITY_LABELS[Severity.SERIOUS],
    "critical": SEVERITY_LABELS[Severity.CRITICAL],
}

SEVERITY_TONES = {Severity.CRITICAL: "bad", Severity.SERIOUS: "wait", Severity.GENERAL: "plain"}

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

# What must be worn, as the heads of a table's columns.
EQUIPMENT_LABELS = {
    RuleKind.HELMET_MISSING: _l("Safety helmet"),
    RuleKind.VEST_MISSING: _l("Reflective vest"),
}

# What each kind looks for, for whoever sets it up.
KIND_HINTS = {
    RuleKind.LINE_CROSSING: _l("Somebody walks across a line; standing on it is nothing."),
    RuleKind.LOITERING: _l("Somebody stays in a zone; going out for a moment changes nothing."),
    RuleKind.CROWDING: _l("So many people are in a zone at one time."),
    RuleKind.POST_ABSENT: _l(
        "Fewer people than needed are at their post. It counts from the moment when the post was"
        " manned, or from the beginning of the shift."
    ),
    RuleKind.EXIT_BLOCKED: _l(
        "Something stands in the zone that was empty. Draw the zone on the exit or the lane only."
    ),
    RuleKind.FALL: _l(
        "Judged from the shape of a person's box alone: try it out before you trust it."
    ),
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

VIEW_LABELS = {
    ViewState.OK: _l("Clear view"),
    ViewState.FROZEN: _l("View frozen"),
    ViewState.BLACK: _l("View black"),
    ViewState.COVERED: _l("View covered"),
    ViewState.MOVED: _l("View moved"),
}

TICKET_FAULT_LABELS = {
    **{TicketFault(fault): label for fault, label in FAULT_LABELS.items()},
    **{TicketFault(v): label for v, label in VIEW_LABELS.items() if v is not ViewState.OK},
}

# What to do about it.
ADVICE = {
    TicketFault.AUTHENTICATION: _l(
        "The camera refused the user name or the password. It is tried again every 5 minutes only,"
        " so that the camera does not lock the account. Enter the right address with the camera."
    ),
    TicketFault.NOT_FOUND: _l(
        "The camera answers, but knows no such stream. Check the path of the address and the"
        " channel number."
    ),
    TicketFault.CODEC: _l(
        "The video cannot be read. Set the camera to H.264 or H.265, or give the address of its"
        " sub-stream."
    ),
    TicketFault.TLS: _l(
        "The encrypted connection failed. Check the camera's certificate and its clock, or use an"
        " address without encryption inside a closed network."
    ),
    TicketFault.TIMEOUT: _l(
        "Nothing answers, or too slowly. Check the camera's power and network; it is tried again"
        " at least once a minute."
    ),
    TicketFault.REFUSED: _l(
        "The machine answers, but not on this port. Check the port, and whether the camera's video"
        " service runs."
    ),
    TicketFault.NO_VIDEO: _l(
        "The stream holds no video. Check whether the address is that of a sound channel."
    ),
    TicketFault.HOST_NOT_ALLOWED: _l(
        "The node may not dial this host. An administrator adds it to ANQI_STREAM_HOSTS."
    ),
    TicketFault.OTHER: _l("See the details, and the log of the vision worker."),
    TicketFault.FROZEN: _l(
        "The same picture comes again and again. Restart the camera or its recorder."
    ),
    TicketFault.BLACK: _l(
        "The picture is black. Check the light, the lens and the day-night filter."
    ),
    TicketFault.COVERED: _l("Something hides the view. Clear or clean the lens."),
    TicketFault.MOVED: _l(
        "The camera looks elsewhere than before. Turn it back, or draw its zones and lines anew."
    ),
}

TICKET_LABELS = {
    TicketState.OPEN: _l("Waiting for somebody"),
    TicketState.ACKNOWLEDGED: _l("Being dealt with"),
    TicketState.DONE: _l("Done"),
}

TICKET_TONES = {
    TicketState.OPEN: "bad",
    TicketState.ACKNOWLEDGED: "active",
    TicketState.DONE: "good",
}

# Saving is no fault, and must not look like one.
DECODING_LABELS = {
    Decoding.NONE: _l("Nothing"),
    Decoding.KEY: _l("Key frames only (saving: nothing moves)"),
    Decoding.FULL: _l("Every frame"),
}

DIRECTION_LABELS = {
    Direction.ANY: _l("Either way"),
    Direction.TO_LEFT: _l("To the left"),
    Direction.TO_RIGHT: _l("To the right"),
}

DAY_LABELS = {
    DayKind.ANY: _l("Any day"),
    DayKind.WORKDAY: _l("Working days by the official calendar"),
    DayKind.REST_DAY: _l("Days of rest by the official calendar"),
}

WEEKDAY_LABELS = {
    1: _l("Mon"),
    2: _l("Tue"),
    3: _l("Wed"),
    4: _l("Thu"),
    5: _l("Fri"),
    6: _l("Sat"),
    7: _l("Sun"),
}

# Starting points for a schedule's times: (name, from, until).
SHIFTS = (
    (_l("All day"), "00:00", "00:00"),
    (_l("Office hours"), "08:30", "17:30"),
    (_l("Day shift of two"), "08:00", "20:00"),
    (_l("Night shift of two"), "20:00", "08:00"),
    (_l("Early shift of three"), "08:00", "16:00"),
    (_l("Middle shift of three"), "16:00", "00:00"),
    (_l("Night shift of three"), "00:00", "08:00"),
)

EFFECT_LABELS = {
    WindowEffect.OFF: _l("The rule is lifted"),
    WindowEffect.ONLY: _l("The rule is on only then"),
}

NODE_LABELS = {
    NodeState.NEVER: _l("Never connected"),
    NodeState.ONLINE: _l("Online"),
    NodeState.OFFLINE: _l("Offline"),
}

NODE_TONES = {NodeState.NEVER: "off", NodeState.ONLINE: "good", NodeState.OFFLINE: "bad"}

MODEL_LABELS = {
    ModelState.FETCHING: _l("Being fetched"),
    ModelState.READY: _l("Runs these weights"),
    ModelState.REFUSED: _l("Refused by the node"),
    ModelState.FAILED: _l("Could not be loaded"),
}
MODEL_TONES = {
    ModelState.FETCHING: "wait",
    ModelState.READY: "good",
    ModelState.REFUSED: "bad",
    ModelState.FAILED: "bad",
}

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


def detail_text(kind: RuleKind, detail: str) -> str:
    """What a rule added, in words; what is not known is shown as it came."""
    if not detail:
        return ""
    if kind is RuleKind.VIEW_FAULT and detail in set(ViewState):
        return str(VIEW_LABELS[ViewState(detail)])
    if kind is RuleKind.LINE_CROSSING and detail in set(Direction):
        return str(DIRECTION_LABELS[Direction(detail)])
    if kind in {RuleKind.CROWDING, RuleKind.POST_ABSENT} and detail.isdecimal():
        return str(ngettext("%(num)s person", "%(num)s people", int(detail)))
    if kind is RuleKind.EXIT_BLOCKED and (share := _share(detail)) is not None:
        return str(_("%(percent)s %% of the zone", percent=round(share * 100)))
    return str(CLASS_LABELS.get(detail, detail))


def ticket_fault(fault: StreamFault) -> TicketFault:
    """The ticket's name of a stream's fault."""
    return TicketFault(fault)


def rule_text(rule: Rule) -> str:
    """What a rule asks besides its place, its time and how long it lasts."""
    if rule.kind is RuleKind.LINE_CROSSING:
        return str(DIRECTION_LABELS[rule.direction])
    if rule.kind is RuleKind.CROWDING:
        return str(_("%(count)s people or more", count=rule.min_count))
    if rule.kind is RuleKind.POST_ABSENT:
        return str(_("fewer than %(count)s there", count=rule.min_count))
    if rule.kind is RuleKind.EXIT_BLOCKED:
        return str(_("%(percent)s %% of the zone", percent=round(rule.min_share * 100)))
    if "votes_needed" in SHAPES[rule.kind].fields:
        votes = {"needed": rule.votes_needed, "window": rule.votes_window}
        return str(_("%(needed)s of %(window)s frames agree", **votes))
    return ""


def saving_text(camera: Camera) -> str:
    """What the worker leaves out on this camera, in words."""
    parts = []
    if camera.adaptive:
        parts.append(_("key frames only while nothing moves"))
    if camera.gate:
        parts.append(
            _(
                "pictures without motion are judged every %(seconds)s s",
                seconds=f"{camera.scan_s:g}",
            )
        )
    if not camera.view_check:
        parts.append(_("the view itself is not watched"))
    return " · ".join(parts) or _("nothing: every frame is decoded and judged")


def _share(text: str) -> float | None:
    try:
        share = float(text)
    except ValueError:
        return None
    return share if 0 <= share <= 1 else None


ACTION_LABELS = {
    "camera.placed": _l("Camera placed on a site plan"),
    "camera.taken_off_plan": _l("Camera taken off its site plan"),
    "video.violation": _l("Violation flagged by a camera"),
    "video.evidence": _l("Evidence received"),
    "video.camera_model": _l("Weights that judge a camera changed"),
    "video.confirm": _l("Violation confirmed"),
    "video.reject": _l("Violation rejected"),
    "video.duplicate": _l("Violation marked as duplicate"),
    "video.camera_create": _l("Camera added"),
    "video.camera_change": _l("Camera changed"),
    "video.filed": _l("Violation filed as seen by two cameras"),
    "video.lease_over": _l("Refused: seen when the camera was another machine's"),
    "video.node_share": _l("Vision node: whether several machines share its cameras"),
    "video.released": _l("Violation waits again: its original was rejected"),
    "video.take_apart": _l("Violation taken apart from its original"),
    "video.ticket_open": _l("Camera ticket opened"),
    "video.ticket_well": _l("Camera ticket closed: the camera is well again"),
    "video.ticket_acknowledge": _l("Camera ticket taken over"),
    "video.view_accepted": _l("Camera's view taken as right"),
    "video.ticket_finish": _l("Camera ticket done"),
    "video.permit_add": _l("Permit added to a camera"),
    "video.permit_remove": _l("Permit removed from a camera"),
    "video.node_create": _l("Vision node added"),
    "video.node_silent": _l("Vision node fell silent"),
    "video.group_silent": _l("A vision node's group of cameras fell silent"),
    "video.job_ask": _l("Vision node asked to do something"),
    "video.live": _l("Camera looked at live"),
}
