"""Forms of plans, zero reports, excuses and filters."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    MonthField,
    SearchField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, Optional, Regexp

from supervision.core.web.forms import CodeField, Form, SeenForm, strip
from supervision.hazard import labels as hazards
from supervision.selfcheck import labels

_TEXT = Length(max=1000)


class RoundFilterForm(Form):
    """The list's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Enterprise or list"), filters=[strip])
    group = CodeField(_l("State"), labels=labels.GROUP_LABELS, optional=True)
    frequency = CodeField(_l("How often"), labels=labels.FREQUENCY_LABELS, optional=True)
    whose = CodeField(_l("Whose"), labels={"mine": _l("Mine to walk")}, optional=True)
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


class ListForm(Form):
    """A version of a list; a new one can begin with the items of another."""

    enterprise = CodeField(_l("Enterprise"), [InputRequired()])
    code = StringField(
        _l("Code"),
        [InputRequired(), Length(max=40)],
        filters=[strip],
        description=_l("Capital letters, digits and hyphens only."),
    )
    name = StringField(_l("Name of the list"), [InputRequired(), Length(max=80)], filters=[strip])
    post = StringField(
        _l("Work post"),
        [Length(max=40)],
        filters=[strip],
        description=_l("Whose post it is: the team leader's, the warehouse keeper's; or empty."),
    )
    industry = StringField(
        _l("Industry"),
        [Length(max=4), Regexp(r"[A-T]?$|[0-9]{2,4}$", message=_l("A letter or 2 to 4 digits."))],
        filters=[strip],
        description=_l("Section or first digits of GB/T 4754; empty for every sector."),
    )
    effective_from = DateField(_l("In force from"), [InputRequired()])
    certainty = CodeField(_l("Certainty"), [InputRequired()], labels=labels.CERTAINTY_LABELS)
    copied = CodeField(_l("Begin with the items of"), optional=True)
    source = TextAreaField(
        _l("Legal source"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 2}
    )
    note = TextAreaField(_l("Note"), [_TEXT], filters=[strip], render_kw={"rows": 2})


class ItemForm(Form):
    """What is looked at."""

    section = StringField(_l("Section"), [Length(max=60)], filters=[strip])
    frequency = CodeField(_l("How often"), [InputRequired()], labels=labels.FREQUENCY_LABELS)
    text = TextAreaField(
        _l("What is looked at"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 3}
    )
    basis = TextAreaField(
        _l("Basis clause"),
        [InputRequired(), _TEXT],
        filters=[strip],
        description=_l("Title of the law or standard, and the clause."),
        render_kw={"rows": 2},
    )
    method = TextAreaField(_l("Method"), [_TEXT], filters=[strip], render_kw={"rows": 2})
    factor = CodeField(_l("Factor"), [InputRequired()], labels=hazards.FACTOR_LABELS)
    category = CodeField(_l("Category"), [InputRequired()], labels=hazards.CATEGORY_LABELS)


class AssignForm(Form):
    """Whom a list is set for; ``count`` is how many were shown."""

    count = HiddenField()
    template_code = CodeField(_l("Checklist"), [InputRequired()])
    region = CodeField(_l("Region"), optional=True, placeholder=_l("All that I see"))
    industry = CodeField(_l("Industry"), optional=True, placeholder=_l("Every sector"))
    begins_on = DateField(_l("From"), [InputRequired()])
    due_at = TimeField(
        _l("By which time of the day"), [Optional()], description=_l("Empty: until midnight.")
    )
    workdays_only = BooleanField(_l("Daily rounds on working days only"))


class PlanForm(Form):
    """Take up a list."""

    template_code = CodeField(_l("Checklist"), [InputRequired()])
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


class ChangePlanForm(SeenForm):
    """Who walks a list, and by when."""

    account_id = CodeField(_l("Who walks it"), optional=True)
    due_at = TimeField(_l("By which time of the day"), [Optional()])
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
