"""Forms of packages: ask for one, and narrow the list."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import SearchField, StringField
from wtforms.validators import InputRequired, Length

from supervision.core.web.forms import CodeField, Form, strip
from supervision.report import labels


class AskForm(Form):
    """Whose month: a region of the list, or the enterprise that is named."""

    month = CodeField(_l("Month"), [InputRequired()])
    region = CodeField(_l("Region"), optional=True)
    enterprise = StringField(
        _l("Or an enterprise"),
        [Length(max=120)],
        filters=[strip],
        description=_l("Name or unified social credit code."),
    )


class FilterForm(Form):
    """The list's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Region or enterprise"), filters=[strip])
    month = CodeField(_l("Month"), optional=True)
    kind = CodeField(_l("Kind"), labels=labels.KIND_LABELS, optional=True)
    region = CodeField(_l("Region"), optional=True)
