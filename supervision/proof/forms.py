"""Forms of proposed proofs."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from supervision.core.web.forms import CodeField, Form, SeenForm, strip
from supervision.proof import labels


class FilterForm(Form):
    """The list's filter; a GET form without CSRF."""

    class Meta:
        csrf = False

    status = CodeField(_l("State"), labels=labels.STATUS_LABELS, optional=True)


class AcceptForm(SeenForm):
    pass


class RefuseForm(SeenForm):
    reason = TextAreaField(
        _l("Why it proves nothing"),
        [InputRequired(), Length(max=2000)],
        filters=[strip],
        render_kw={"rows": 2},
    )
