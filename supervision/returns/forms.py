"""Forms of returns: one for each step."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    HiddenField,
    IntegerField,
    SearchField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from supervision.core.statutory import Certainty
from supervision.core.web.forms import CodeField, Form, SeenForm, blank_to_none, strip
from supervision.returns import labels

_TEXT = Length(max=2000)
_CERTAINTIES = {
    Certainty.HIGH: _l("Certain"),
    Certainty.MEDIUM: _l("Probable"),
    Certainty.LOW: _l("To be checked"),
}


class FilterForm(Form):
    """The list's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Enterprise"), filters=[strip])
    group = CodeField(_l("State"), labels=labels.GROUP_LABELS, optional=True)
    kind = CodeField(_l("Kind"), labels=labels.KIND_LABELS, optional=True)
    status = CodeField(_l("Step"), labels=labels.STATUS_LABELS, optional=True)
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])
    ends_from = DateField(_l("Period ends from"), [Optional()])
    ends_to = DateField(_l("Period ends until"), [Optional()])
    sort = CodeField(_l("Order"), labels=labels.SORT_LABELS, default="newest")


class StepForm(SeenForm):
    """A step that asks for nothing else."""


class RemindForm(Form):
    pass


class CorrectForm(SeenForm):
    figure = CodeField(_l("Figure"), [InputRequired()], labels=labels.FIGURE_LABELS)
    value = DecimalField(_l("Corrected value"), [InputRequired()], places=None)
    reason = TextAreaField(
        _l("Why it is another"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 2}
    )


class SignForm(SeenForm):
    name = StringField(
        _l("Name of the principal"), [InputRequired(), Length(max=40)], filters=[strip]
    )
    signature = HiddenField(_l("Signature"))


class ReasonForm(SeenForm):
    reason = TextAreaField(
        _l("What has to be corrected"),
        [InputRequired(), _TEXT],
        filters=[strip],
        render_kw={"rows": 3},
    )
    by = DateField(_l("To be corrected by"), [Optional()])


class LayoutForm(Form):
    """A new version of a layout."""

    code = StringField(
        _l("Code"),
        [InputRequired(), Length(max=40), Regexp(r"^[A-Z0-9_]+$")],
        filters=[strip],
        description=_l("Capital letters, digits and underscores; a known code gets a new version."),
    )
    name = StringField(_l("Name of the form"), [InputRequired(), Length(max=80)], filters=[strip])
    region_code = StringField(
        _l("Region"), [InputRequired(), Regexp(r"^\d{2,9}$")], filters=[strip]
    )
    due_day = IntegerField(
        _l("Due by this day of the next month"), [InputRequired(), NumberRange(min=1, max=31)]
    )
    effective_from = DateField(_l("In force from"), [InputRequired()])
    source = StringField(
        _l("Source of the form"), [InputRequired(), Length(max=200)], filters=[strip]
    )
    certainty = CodeField(_l("How sure"), [InputRequired()], labels=_CERTAINTIES)
    lines = TextAreaField(
        _l("Lines of the form"),
        [InputRequired(), Length(max=8000)],
        filters=[strip],
        description=_l("One a line: the label, a bar, the figure's name."),
        render_kw={"rows": 14, "spellcheck": "false"},
    )
    note = TextAreaField(_l("Note"), [_TEXT], filters=[strip], render_kw={"rows": 2})
    in_use = BooleanField(
        _l("In use"),
        default=True,
        description=_l("Without it the region's enterprises get no monthly return of this code."),
    )
