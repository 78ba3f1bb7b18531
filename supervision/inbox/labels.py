"""A notice's text in the reader's language, from the manifests of the slices that queue it."""

from __future__ import annotations

from flask_babel import gettext as _

from supervision.core.notices import Notice
from supervision.slices import slices


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
