"""Words of the map: what colours it, and the levels of each measure."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.atlas.queries import Measure

MEASURE_LABELS = {
    Measure.RISK: _l("Highest risk"),
    Measure.OVERDUE: _l("Overdue hazards"),
    Measure.LICENCE: _l("Licences"),
    Measure.SOURCE: _l("Major hazard sources"),
}
# From none up; the last also stands for what lies above it.
LEVEL_LABELS = {
    Measure.RISK: (
        _l("Not assessed"),
        _l("Low risk (blue)"),
        _l("General risk (yellow)"),
        _l("Larger risk (orange)"),
        _l("Major risk (red)"),
    ),
    Measure.OVERDUE: (_l("None overdue"), _l("Overdue hazards")),
    Measure.LICENCE: (_l("In order"), _l("Due for renewal"), _l("Late or expired")),
    Measure.SOURCE: (
        _l("No major hazard source"),
        _l("Grade four source"),
        _l("Grade three source"),
        _l("Grade two source"),
        _l("Grade one source"),
    ),
}
# Classes of css/atlas.css, by level.
TONES = {
    Measure.RISK: ("none", "blue", "yellow", "orange", "red"),
    Measure.OVERDUE: ("good", "red"),
    Measure.LICENCE: ("good", "yellow", "red"),
    Measure.SOURCE: ("none", "blue", "yellow", "orange", "red"),
}


def level_of(measure: Measure, value: int) -> int:
    """The level that a value shows as: eight overdue hazards are "overdue"."""
    return min(value, len(TONES[measure]) - 1)
