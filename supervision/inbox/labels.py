"""A notice's text in the reader's language, from the manifests of the slices that queue it."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.core.export.jobs import ExportState
from supervision.core.notices import Notice
from supervision.slices import slices

EXPORT_LABELS = {
    ExportState.QUEUED: _l("Waiting for its turn"),
    ExportState.MAKING: _l("Being made"),
    ExportState.READY: _l("Ready"),
    ExportState.FAILED: _l("Failed"),
    ExportState.CANCELLED: _l("Cancelled"),
    ExportState.EXPIRED: _l("Thrown away after a week"),
}
EXPORT_TONES = {
    ExportState.QUEUED: "wait",
    ExportState.MAKING: "active",
    ExportState.READY: "good",
    ExportState.FAILED: "bad",
    ExportState.CANCELLED: "off",
    ExportState.EXPIRED: "off",
}


def text_of(notice: Notice) -> str:
    """The sentence of a notice. A kind whose slice is gone still says something."""
    for manifest in slices():
        if notice.kind in manifest.notices:
            text = str(manifest.notices[notice.kind])
            return text % notice.params
    unknown: str = _("Notice: %(kind)s", kind=notice.kind)
    return unknown


def icon_of(notice: Notice) -> str:
    """The icon of the slice that tells."""
    noun = notice.kind.partition(".")[0]
    return {"hazard": "alert-triangle", "video": "camera", "report": "file-text"}.get(noun, "bell")
