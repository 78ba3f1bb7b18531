"""Forms of trials."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from supervision.canary import labels
from supervision.core.web.forms import CodeField, Form, SeenForm, strip
from supervision.detector.service import MAX_NOTE

_NOTE = Length(max=MAX_NOTE)


class FilterForm(Form):
    """The list's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    status = CodeField(_l("State"), labels=labels.STATE_LABELS, optional=True)


class BeginForm(Form):
    """Its cameras are ticked in a list that the page draws itself."""

    model = CodeField(_l("Model"), [InputRequired(_l("Choose a model."))])
    reason = TextAreaField(
        _l("What is to be found out"),
        [InputRequired(), _NOTE],
        filters=[strip],
        render_kw={"rows": 2},
    )
    until = DateField(
        _l("Last day"),
        [Optional()],
        description=_l("On its evening the cameras return by themselves. Empty: until you decide."),
    )


class NoteForm(SeenForm):
    note = TextAreaField(_l("Note"), [_NOTE], filters=[strip], render_kw={"rows": 2})


class PromoteForm(NoteForm):
    """``seen_active``: the default that stood on the page."""

    seen_active = HiddenField()
