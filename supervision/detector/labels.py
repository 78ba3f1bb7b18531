"""Names of the codes of this slice."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.detector.workflow import DetectorState

STATE_LABELS = {
    DetectorState.CANDIDATE: _l("Candidate"),
    DetectorState.CANARY: _l("On trial"),
    DetectorState.ACTIVE: _l("In use everywhere"),
    DetectorState.RETIRED: _l("Replaced"),
    DetectorState.WITHDRAWN: _l("Withdrawn"),
}
STATE_TONES = {
    DetectorState.CANDIDATE: "info",
    DetectorState.CANARY: "wait",
    DetectorState.ACTIVE: "good",
    DetectorState.RETIRED: "off",
    DetectorState.WITHDRAWN: "off",
}
SORT_LABELS = {
    "newest": _l("Newest first"),
    "name": _l("By name"),
    "size": _l("Smallest first"),
}
STEP_LABELS = {
    "register": _l("Registered"),
    "seed": _l("Came with the system"),
    "mend": _l("Stored file mended"),
    "damaged": _l("Stored file found damaged"),
    "try": _l("Trial begun"),
    "return": _l("Trial ended, a candidate again"),
    "promote": _l("Promoted: the default of every camera"),
    "retire": _l("Replaced by another model"),
    "restore": _l("The default again after a roll back"),
    "withdraw": _l("Withdrawn"),
    "reconsider": _l("A candidate again"),
}
STEP_ICONS = {
    "register": "upload",
    "seed": "package",
    "mend": "tool",
    "damaged": "alert-triangle",
    "try": "flask",
    "return": "arrow-back-up",
    "promote": "circle-check",
    "retire": "archive",
    "restore": "arrow-back-up",
    "withdraw": "x",
    "reconsider": "refresh",
}
STEP_TONES = {"promote": "good", "restore": "good", "damaged": "bad", "try": "wait"}
ACTION_LABELS = {
    "detector.register": _l("Model registered"),
    "detector.mend": _l("Model's stored file mended"),
    "detector.damaged": _l("Model's stored file found damaged"),
    "detector.try": _l("Model's trial begun"),
    "detector.return": _l("Model's trial ended"),
    "detector.promote": _l("Model promoted to the default"),
    "detector.retire": _l("Model replaced"),
    "detector.restore": _l("Rolled back to this model"),
    "detector.withdraw": _l("Model withdrawn"),
    "detector.reconsider": _l("Model a candidate again"),
}


def size_text(size: int) -> str:
    """In megabytes of a million bytes."""
    return f"{size / 1e6:,.1f} MB"
