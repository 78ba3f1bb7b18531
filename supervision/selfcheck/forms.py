"""Forms of plans, zero reports, excuses and filters."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    MonthField,
    SearchField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, Optional

from supervision.core.web.forms import CodeField, Form, SeenForm, strip
from supervision.selfcheck import labels


class RoundFilterForm(Form):
    """The list's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Enterprise or list"), filters=[strip])
    group = CodeField(_l("State"), labels=labels.GROUP_LABELS, optional=True)
    frequency = CodeField(_l("How often"), labels=labels.FREQUENCY_LABELS, optional=True)
    region = CodeField(_l("Region"), optional=True)
    due_from = DateField(_l("Day from"), [Optional()])
    due_to = DateField(_l("Day to"), [Optional()])
    sort = CodeField(
        _l("Order"),
        labels={"newest": _l("Newest first"), "due": _l("Due first")},
        default="newest",
    )


class MonthFilterForm(Form):
    """Who misses; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Enterprise"), filters=[strip])
    month = MonthField(_l("Month"), [Optional()])
    region = CodeField(_l("Region"), optional=True)
    industry = StringField(_l("Industry"), [Length(max=4)], filters=[strip])
    only = CodeField(_l("Narrowed to"), labels={"missed": _l("Those that missed")}, optional=True)
    sort = CodeField(
        _l("Order"),
        labels={
            "missed": _l("Most missed first"),
            "findings": _l("Most findings first"),
            "name": _l("By enterprise"),
        },
        default="missed",
    )


class ListFilterForm(Form):
    """A GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Name or code"), filters=[strip])
    times = CodeField(
        _l("Versions"), labels={"all": _l("Those that have ended too")}, optional=True
    )


class PlanForm(Form):
    """Take up a list."""

    template_code = CodeField(_l("List"), [InputRequired()])
    area = StringField(
        _l("Area"),
        [Length(max=60)],
        filters=[strip],
        description=_l("Workshop, store or line; empty for the whole."),
    )
    account_id = CodeField(_l("Who walks it"), optional=True)
    due_at = TimeField(
        _l("By which time of the day"), [Optional()], description=_l("Empty: until midnight.")
    )
    begins_on = DateField(_l("From"), [InputRequired()])
    workdays_only = BooleanField(_l("Daily rounds on working days only"))


class ReasonForm(SeenForm):
    """Something is not done, and why."""

    reason = TextAreaField(
        _l("Reason"), [InputRequired(), Length(max=500)], filters=[strip], render_kw={"rows": 2}
    )


class ZeroForm(Form):
    """Nothing was found on a day."""

    day = DateField(_l("Day"), [InputRequired()])
    note = StringField(_l("Note"), [Length(max=200)], filters=[strip])


class BareForm(Form):
    """A button."""
