"""Forms of the map and of the places of cameras."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DecimalField, HiddenField, SearchField
from wtforms.validators import InputRequired, NumberRange

from supervision.atlas import labels
from supervision.core.web.forms import CodeField, Form, strip


class FilterForm(Form):
    """What the map shows; a GET form without CSRF. ``bbox``: what the map's window holds."""

    class Meta:
        csrf = False

    text = SearchField(_l("Enterprise"), filters=[strip])
    measure = CodeField(_l("Colour by"), labels=labels.MEASURE_LABELS, default="risk")
    level = CodeField(_l("From level"), optional=True)
    region = CodeField(_l("Region"), optional=True)
    bbox = HiddenField()


class PlaceForm(Form):
    """Where a camera hangs, in percent of the picture from its top left."""

    camera_id = CodeField(_l("Camera"), [InputRequired()])
    x = DecimalField(
        _l("From the left (%)"),
        [InputRequired(), NumberRange(0, 100)],
        render_kw={"inputmode": "decimal"},
    )
    y = DecimalField(
        _l("From the top (%)"),
        [InputRequired(), NumberRange(0, 100)],
        render_kw={"inputmode": "decimal"},
    )
