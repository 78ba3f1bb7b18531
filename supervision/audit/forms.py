"""The trail's filters; a GET form without CSRF."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SearchField, StringField
from wtforms.validators import Optional

from supervision.core.web.forms import CodeField, Form, strip


class FilterForm(Form):
    class Meta:
        csrf = False

    who = SearchField(_l("Who"), filters=[strip])
    action = CodeField(_l("Action"), optional=True)
    entity = CodeField(_l("Subject"), optional=True)
    entity_id = IntegerField(_l("Subject's number"), [Optional()])
    enterprise = StringField(_l("Enterprise"), filters=[strip])
    day_from = DateField(_l("From"), [Optional()])
    day_to = DateField(_l("To"), [Optional()])
