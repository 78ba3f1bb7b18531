"""Forms of inspections: one per step, so that each asks for just what its step needs."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    RadioField,
    SearchField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from supervision.core.web.forms import CodeField, Form, SeenForm, blank_to_none, strip
from supervision.inspection import labels

_TEXT = Length(max=4000)


class ChecksField(SelectMultipleField):
    """Several of a list, each with a box of its own."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class TaskForm(Form):
    """What is to be inspected, when and by whom; ``row_version`` is what the editor had."""

    row_version = HiddenField()
    kind = RadioField(_l("Kind"), [InputRequired()], choices=list(labels.KIND_LABELS.items()))
    subject = StringField(
        _l("Subject of the inspection"),
        [InputRequired(), Length(max=120)],
        filters=[strip],
        render_kw={"placeholder": _l("What is looked at, in a few words")},
    )
    planned_on = DateField(_l("Day"), [InputRequired()])
    place = StringField(
        _l("Place"),
        [Length(max=120)],
        filters=[strip],
        render_kw={"placeholder": _l("Workshop, line, machine")},
    )
    basis = TextAreaField(
        _l("Basis"),
        [_TEXT],
        filters=[strip],
        description=_l("The line of the plan, the task or the report that it follows."),
        render_kw={"rows": 2},
    )
    checklist = CodeField(_l("Checklist"), optional=True)
    officers = ChecksField(_l("Who inspects"), coerce=int)
    exemption = CodeField(
        _l("Does not count against the cap because"),
        optional=True,
    )
    over_cap_reason = TextAreaField(
        _l("Reason for one beyond the cap"),
        [_TEXT],
        filters=[strip],
        description=_l("Asked for where the cap is reached; whoever approves decides on it."),
        render_kw={"rows": 2},
    )


class SubmitForm(Form):
    pass


class ApproveForm(SeenForm):
    note = TextAreaField(_l("Note"), [_TEXT], filters=[strip], render_kw={"rows": 2})


class ReasonForm(Form):
    reason = TextAreaField(
        _l("Reason"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 3}
    )


class NotifyForm(Form):
    form = RadioField(_l("How"), [InputRequired()], choices=list(labels.NOTICE_FORM_LABELS.items()))


class StartForm(Form):
    pass


class RecordForm(Form):
    pass


class FilterForm(Form):
    """The list's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Number, subject or enterprise"), filters=[strip])
    group = CodeField(_l("State"), labels=labels.GROUP_LABELS, optional=True)
    status = CodeField(_l("Step"), labels=labels.STATUS_LABELS, optional=True)
    kind = CodeField(_l("Kind"), labels=labels.KIND_LABELS, optional=True)
    officer = CodeField(_l("Officer"), optional=True)
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])
    planned_from = DateField(_l("Day from"), [Optional()])
    planned_to = DateField(_l("Day to"), [Optional()])
    sort = CodeField(
        _l("Order"),
        labels={
            "newest": _l("Newest first"),
            "oldest": _l("Oldest first"),
            "enterprise": _l("By enterprise"),
        },
        default="newest",
    )


class ChecklistFilterForm(Form):
    """A GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Name or code"), filters=[strip])
    times = CodeField(
        _l("Versions"), labels={"all": _l("Those that have ended too")}, optional=True
    )


class ChecklistForm(Form):
    """A version of a list; ``file`` gives its items in the place of those that it would have."""

    code = StringField(
        _l("Code"),
        [Optional(), Length(max=32)],
        filters=[strip],
        description=_l("Capital letters, digits and hyphens only."),
    )
    name = StringField(
        _l("Name of the checklist"), [InputRequired(), Length(max=80)], filters=[strip]
    )
    industry = StringField(
        _l("Industry"),
        [Length(max=4), Regexp(r"[A-T]?$|[0-9]{2,4}$", message=_l("A letter or 2 to 4 digits."))],
        filters=[strip],
        description=_l("Section or first digits of GB/T 4754; empty for every sector."),
    )
    effective_from = DateField(_l("In force from"), [InputRequired()])
    source = TextAreaField(
        _l("Legal source"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 2}
    )
    certainty = CodeField(_l("Certainty"), [InputRequired()], labels=labels.CERTAINTY_LABELS)
    note = TextAreaField(_l("Note"), [_TEXT], filters=[strip], render_kw={"rows": 2})
    file = FileField(_l("Items from a file"))
    only_check = BooleanField(_l("Only check the file, save nothing"))


class ChecklistItemForm(Form):
    section = StringField(_l("Section"), [Length(max=60)], filters=[strip])
    text = TextAreaField(
        _l("What is looked at"),
        [InputRequired(), Length(max=1000)],
        filters=[strip],
        render_kw={"rows": 3},
    )
    basis = TextAreaField(
        _l("Basis clause"),
        [InputRequired(), Length(max=1000)],
        filters=[strip],
        description=_l("Title of the law or standard, and the clause."),
        render_kw={"rows": 2},
    )
    method = TextAreaField(_l("Method"), [Length(max=1000)], filters=[strip], render_kw={"rows": 2})
    factor = CodeField(_l("Factor"), [InputRequired()], labels=labels.FACTOR_LABELS)
    category = CodeField(_l("Category"), [InputRequired()], labels=labels.CATEGORY_LABELS)
    criterion_code = StringField(
        _l("Criterion of major hazards"),
        [Length(max=24)],
        filters=[strip],
        description=_l("The code of the criterion that a failure may meet; empty for none."),
    )


class BareForm(Form):
    """A button."""
