"""Names of the codes of this slice, with the tone that each is shown in; times in words."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.live.rules import Standing

STANDING_LABELS = {
    Standing.NO_PICTURE: _l("No picture"),
    Standing.BLIND: _l("Blind: view faulty"),
    Standing.UNKNOWN: _l("Node silent"),
    Standing.STARTING: _l("Starting"),
    Standing.WELL: _l("Running"),
    Standing.OFF: _l("Switched off or unassigned"),
}

STANDING_TONES = {
    Standing.NO_PICTURE: "bad",
    Standing.BLIND: "bad",
    Standing.UNKNOWN: "bad",
    Standing.STARTING: "wait",
    Standing.WELL: "good",
    Standing.OFF: "plain",
}

TILE_LABELS = {"4": _l("4 tiles"), "9": _l("9 tiles"), "16": _l("16 tiles")}

CAMERA_SORT_LABELS = {"worst": _l("Worst first"), "name": _l("By name")}

SPAN_LABELS = {"7": _l("7 days"), "30": _l("30 days"), "90": _l("90 days")}

FIGURE_SORT_LABELS = {
    "worst": _l("Most false alarms per hour"),
    "precision": _l("Lowest precision"),
    "false": _l("Most false alarms"),
    "told": _l("Most flagged"),
    "waiting": _l("Most waiting"),
    "name": _l("By name"),
}


def duration(passed: timedelta | None) -> str:
    """In one unit, or two where the second still says something; a dash for None."""
    if passed is None:
        return "—"
    seconds = round(passed.total_seconds())
    if seconds < 60:
        return str(_("%(seconds)s s", seconds=seconds))
    minutes = round(seconds / 60)
    if minutes < 60:
        return str(_("%(minutes)s min", minutes=minutes))
    if minutes < 24 * 60 and minutes % 60 == 0:
        return str(_("%(hours)s h", hours=minutes // 60))
    if minutes < 24 * 60:
        return str(_("%(hours)s h %(minutes)s min", hours=minutes // 60, minutes=minutes % 60))
    hours = round(minutes / 60)
    return str(_("%(days)s d %(hours)s h", days=hours // 24, hours=hours % 24))


def megabytes(amount: int) -> str:
    """A disk's room, in the unit that people buy it in."""
    return f"{amount / 1024:,.1f} GB" if amount >= 1024 else f"{amount} MB"
