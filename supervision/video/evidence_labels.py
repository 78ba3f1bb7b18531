"""Words for what becomes of evidence: why it was removed, how long it is kept, who holds it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.i18n import format_day
from supervision.video.evidence_models import HoldKind
from supervision.video.job_models import JobState
from supervision.video.keeping import Keeping, Stays

REMOVED_LABELS = {
    "rejected": _l("The violation was rejected, and the time for such evidence was over."),
    "duplicate": _l("It was a duplicate, and the time of its original was over."),
    "confirmed": _l("The hazard has been closed for so long that its evidence is no longer kept."),
    "room": _l("There was no room left, and this evidence stood behind no hazard."),
    "room_pending": _l(
        "There was no room left. Nobody had given a verdict: now it can only be that it cannot be told."
    ),
}

HOLD_LABELS = {
    HoldKind.LEGAL: _l("Hold by a person"),
    HoldKind.PENALTY: _l("Penalty evidence"),
}

STAYS_LABELS = {
    Stays.HELD: _l("Held: never removed while a hold stands."),
    Stays.PENDING: _l("Kept until there is a verdict, while there is room."),
    Stays.OPEN: _l("Kept while the hazard is open."),
    Stays.UNCONFIRMED: _l("Kept until %(day)s."),
    Stays.CONFIRMED: _l("Kept until %(day)s."),
}


def keeping_text(keeping: Keeping) -> str:
    """How long evidence is kept, in words."""
    return str(STAYS_LABELS[keeping.why]) % {"day": format_day(keeping.until)}


NOTICES = {
    "video.evidence_full": _l(
        "Room for evidence is running out, and nothing more may be removed: files will wait at the "
        "vision nodes, and recording stops when they are full"
    ),
    "video.evidence_room_again": _l("There is room for evidence again"),
    "video.evidence_unjudged": _l(
        "There was no room: evidence of %(count)s violations without a verdict was removed"
    ),
    "video.recording_stopped": _l(
        "Vision node %(name)s stopped recording: its disk is full (%(free)s MB free)"
    ),
    "video.recording_again": _l("Vision node %(name)s records again"),
    "video.storage_failing": _l("Files cannot be written: %(why)s. Vision nodes keep theirs"),
    "video.storage_again": _l("Files can be written again"),
}

ACTION_LABELS = {
    "video.hold_place": _l("Hold placed on evidence"),
    "video.hold_release": _l("Hold on evidence released"),
    "video.evidence_removed": _l("Evidence removed"),
    "video.evidence_full": _l("Room for evidence is running out"),
    "video.evidence_room_again": _l("There is room for evidence again"),
    "video.recording_stopped": _l("Vision node stopped recording"),
    "video.recording_again": _l("Vision node records again"),
    "video.storage_failing": _l("Files cannot be written"),
    "video.storage_again": _l("Files can be written again"),
    "video.copy_ask": _l("Copy of evidence asked for"),
    "video.copy_take": _l("Copy of evidence downloaded"),
    "video.original_take": _l("Original evidence downloaded"),
}

COPY_LABELS = {
    JobState.WAITING: _l("Waits for the vision node"),
    JobState.TAKEN: _l("Being made"),
    JobState.DONE: _l("Ready"),
    JobState.FAILED: _l("Not made"),
}
COPY_PERCENT = {
    JobState.WAITING: 10,
    JobState.TAKEN: 60,
    JobState.DONE: 100,
    JobState.FAILED: 100,
}
COPY_TONES = {
    JobState.WAITING: "wait",
    JobState.TAKEN: "info",
    JobState.DONE: "good",
    JobState.FAILED: "bad",
}
