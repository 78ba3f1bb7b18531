"""Forms of the inbox: buttons with CSRF."""

from __future__ import annotations

from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange
from wtforms.widgets import HiddenInput

from supervision.core.web.forms import Form


class ReadAllForm(Form):
    up_to = IntegerField(
        validators=[InputRequired(), NumberRange(min=0, max=2**31 - 1)], widget=HiddenInput()
    )
