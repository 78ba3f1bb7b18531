"""The form behind the editor of zones, lines and masks."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField
from wtforms.validators import InputRequired, Length

from supervision.core.web.forms import SeenForm
from supervision.video import drawing
from supervision.video.camera_forms import ClipsMixin


class DrawingForm(ClipsMixin, SeenForm):
    """All shapes as JSON, see :func:`supervision.video.drawing.read`."""

    drawing = HiddenField(_l("Drawing"), [InputRequired(), Length(max=drawing.LARGEST)])
    drop_rules = BooleanField(_l("Yes, remove these rules as well"))
