"""Filters of the wall, of the health board and of the figures; GET forms without CSRF."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SearchField
from wtforms.validators import Optional

from supervision.core.web.forms import CodeField, Form, blank_to_none, strip
from supervision.live import labels
from supervision.video.labels import KIND_LABELS


class _PlaceForm(Form):
    """Which cameras; all three pages ask it."""

    class Meta:
        csrf = False

    text = SearchField(_l("Camera, place or enterprise"), filters=[strip])
    enterprise = CodeField(_l("Enterprise"), optional=True, filters=[blank_to_none])
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])


class WallForm(_PlaceForm):
    standing = CodeField(_l("State"), labels=labels.STANDING_LABELS, optional=True)
    sort = CodeField(_l("Order"), labels=labels.CAMERA_SORT_LABELS, default="name")
    tiles = CodeField(_l("On one page"), labels=labels.TILE_LABELS, default="9")


class HealthForm(_PlaceForm):
    standing = CodeField(_l("State"), labels=labels.STANDING_LABELS, optional=True)
    node = CodeField(_l("Vision node"), optional=True)
    sort = CodeField(_l("Order"), labels=labels.CAMERA_SORT_LABELS, default="worst")


class FiguresForm(_PlaceForm):
    span = CodeField(_l("Span"), labels=labels.SPAN_LABELS, optional=True)
    first = DateField(_l("From"), [Optional()])
    last = DateField(_l("To"), [Optional()])
    rule = CodeField(_l("Rule"), labels=KIND_LABELS, optional=True)
    sort = CodeField(_l("Order"), labels=labels.FIGURE_SORT_LABELS, default="worst")
