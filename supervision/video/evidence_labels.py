"""Words for what becomes of evidence: why it was removed, how long it is kept, who holds it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

REMOVED_LABELS = {
    "rejected": _l("The violation was rejected, and the time for such evidence was over."),
    "duplicate": _l("It was a duplicate, and the time of its original was over."),
    "confirmed": _l("The hazard has been closed for so long that its evidence is no longer kept."),
    "room": _l("There was no room left, and this evidence stood behind no hazard."),
    "room_pending": _l(
        "There was no room left. Nobody had given a verdict: now it can only be that it cannot be told."
    ),
}
