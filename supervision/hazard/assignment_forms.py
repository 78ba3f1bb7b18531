"""Forms of the table of assignment."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SearchField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from supervision.core.web.forms import CodeField, Form, given, strip
from supervision.hazard import assignment_labels as labels
from supervision.hazard.assignment import RuleValues
from supervision.hazard.assignment_rules import HIGHEST_PRIORITY, Duty


class RuleForm(Form):
    """A line of the table."""

    duty = CodeField(_l("For"), [InputRequired()], labels=labels.DUTY_LABELS)
    region_code = StringField(
        _l("Region code"),
        [InputRequired(), Length(max=9)],
        filters=[strip],
        description=_l("2, 4, 6 or 9 digits; every enterprise whose code begins so."),
        render_kw={"inputmode": "numeric"},
    )
    industry = StringField(
        _l("Industry code"),
        [Length(max=4)],
        filters=[strip],
        description=_l("Empty for every industry; 26 for all of division 26."),
        render_kw={"inputmode": "numeric"},
    )
    officer_ids = SelectMultipleField(
        _l("Officers"),
        [InputRequired()],
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    priority = IntegerField(
        _l("Priority"),
        [InputRequired(), NumberRange(min=0, max=HIGHEST_PRIORITY)],
        default=0,
        description=_l("The higher is asked first; then the narrower region and industry."),
    )
    effective_from = DateField(_l("In force from"), [InputRequired()])
    effective_to = DateField(_l("Until"), [Optional()])
    is_enabled = BooleanField(_l("Switched on"), default=True)
    note = TextAreaField(_l("Note"), [Length(max=1000)], filters=[strip], render_kw={"rows": 2})
    row_version = HiddenField()

    @property
    def values(self) -> RuleValues:
        return RuleValues(
            duty=Duty(self.duty.data),
            region_code=self.region_code.data or "",
            industry=self.industry.data or "",
            officer_ids=tuple(self.officer_ids.data or ()),
            priority=given(self.priority.data),
            effective_from=given(self.effective_from.data),
            effective_to=self.effective_to.data,
            is_enabled=bool(self.is_enabled.data),
            note=self.note.data or "",
        )

    @property
    def version(self) -> int:
        text = self.row_version.data or ""
        return int(text) if text.isdecimal() else 0


class TryForm(Form):
    """Whom the table would propose; a GET form without CSRF."""

    class Meta:
        csrf = False

    enterprise = SearchField(_l("Enterprise: name, number or code"), filters=[strip])
    duty = CodeField(_l("For"), labels=labels.DUTY_LABELS, default=Duty.HAZARD)
