"""Forms of trainings, hours, staffing and of the versioned tables."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    DateTimeLocalField,
    DecimalField,
    HiddenField,
    IntegerField,
    SearchField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from supervision.core.web.forms import CodeField, Form, SeenForm, blank_to_none, strip
from supervision.people import labels
from supervision.people.forms import TEXT
from supervision.people.tables import FIELDS, RuleTable


class SessionForm(SeenForm):
    """What the archive must hold beside participants and results (art. 28)."""

    title = StringField(
        _l("Subject of the training"), [InputRequired(), Length(max=120)], filters=[strip]
    )
    kind = CodeField(_l("Kind of training"), [InputRequired()], labels=labels.TRAINING_LABELS)
    held_at = DateTimeLocalField(_l("Held at"), [InputRequired()], format="%Y-%m-%dT%H:%M")
    hours = DecimalField(
        _l("Hours of training"), [InputRequired(), NumberRange(min=0.5, max=200)], places=1
    )
    content = TextAreaField(
        _l("Content"), [InputRequired(), Length(max=4000)], filters=[strip], render_kw={"rows": 4}
    )
    place = StringField(_l("Place"), [Length(max=120)], filters=[strip])
    trainer = StringField(_l("Trainer"), [Length(max=80)], filters=[strip])


class PasteForm(SeenForm):
    text = TextAreaField(
        _l("Names, one a line"),
        [InputRequired(), Length(max=40_000)],
        render_kw={"rows": 6},
        description=_l(
            "Copied from a spreadsheet or typed: name, and if you like the last 4 characters of"
            " the identity number and the score, between tabs or commas."
        ),
    )
    pass_mark = DecimalField(
        _l("Passed from a score of"), [Optional(), NumberRange(min=0, max=1000)], places=1
    )


class ReasonForm(SeenForm):
    reason = TextAreaField(
        _l("Reason"), [InputRequired(), TEXT], filters=[strip], render_kw={"rows": 2}
    )


class SessionFilterForm(Form):
    """The list's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Subject, trainer or enterprise"), filters=[strip])
    status = CodeField(_l("State"), labels=labels.SESSION_LABELS, optional=True)
    kind = CodeField(_l("Kind of training"), labels=labels.TRAINING_LABELS, optional=True)
    held_from = DateField(_l("Day from"), [Optional()])
    held_to = DateField(_l("Day to"), [Optional()])
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])
    sort = CodeField(_l("Order"), labels=labels.SESSION_SORT_LABELS, default="newest")
    enterprise = HiddenField()


class HoursFilterForm(Form):
    """The list's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Name, department or enterprise"), filters=[strip])
    state = CodeField(
        _l("State"), labels={**labels.HOURS_STATE_LABELS, "all": _l("All")}, default="short"
    )
    year = IntegerField(_l("Year"), [Optional(), NumberRange(min=2000, max=2100)])
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])
    sort = CodeField(_l("Order"), labels=labels.HOURS_SORT_LABELS, default="missing")
    enterprise = HiddenField()


class StaffingFilterForm(Form):
    """The list's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Enterprise or its code"), filters=[strip])
    state = CodeField(
        _l("State"), labels={**labels.STAFFING_STATE_LABELS, "all": _l("All")}, default="gaps"
    )
    sector = CodeField(_l("Sector"), optional=True)
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])
    sort = CodeField(_l("Order"), labels=labels.STAFFING_SORT_LABELS, default="gaps")


class SectorForm(Form):
    sector = CodeField(_l("Sector"), optional=True, placeholder=_l("By the industry code"))
    reason = TextAreaField(
        _l("Reason"), [InputRequired(), TEXT], filters=[strip], render_kw={"rows": 2}
    )


class RuleFilterForm(Form):
    """A GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Name or code"), filters=[strip])
    times = CodeField(
        _l("Versions"), labels={"all": _l("Those that have ended too")}, optional=True
    )


class RuleForm(Form):
    """A version of a row; what it decides by is added by its table's own form."""

    code = StringField(
        _l("Code"),
        [Optional(), Length(max=32)],
        filters=[strip],
        description=_l("Letters, digits, hyphens and underscores only."),
    )
    name = StringField(_l("Name of the row"), [InputRequired(), Length(max=120)], filters=[strip])
    name_en = StringField(_l("Name in English"), [Length(max=120)], filters=[strip])
    effective_from = DateField(_l("In force from"), [InputRequired()])
    source = TextAreaField(
        _l("Legal source"), [InputRequired(), TEXT], filters=[strip], render_kw={"rows": 2}
    )
    certainty = CodeField(_l("Certainty"), [InputRequired()], labels=labels.CERTAINTY_LABELS)
    note = TextAreaField(
        _l("Reason of the change"), [InputRequired(), TEXT], filters=[strip], render_kw={"rows": 2}
    )

    def values(self, kind: RuleTable) -> dict[str, Any]:
        """What the table's own fields hold, under the names of the table."""
        return {name: self[name].data for name in FIELDS[kind]}


def _number(name: str, most: int, *, optional: bool = False) -> IntegerField:
    first = Optional() if optional else InputRequired()
    return IntegerField(labels.FIELD_LABELS[name], [first, NumberRange(min=0, max=most)])


def _words(name: str, hint: Any) -> StringField:
    return StringField(
        labels.FIELD_LABELS[name],
        [InputRequired(), Length(max=400)],
        filters=[strip],
        description=hint,
    )


class PostRuleForm(RuleForm):
    trainee = CodeField(
        labels.FIELD_LABELS["trainee"], [InputRequired()], labels=labels.TRAINEE_LABELS
    )
    group = CodeField(labels.FIELD_LABELS["group"], labels=labels.GROUP_LABELS, optional=True)


class CertificateRuleForm(RuleForm):
    group = CodeField(labels.FIELD_LABELS["group"], [InputRequired()], labels=labels.GROUP_LABELS)
    valid_months = _number("valid_months", 600, optional=True)
    review_months = _number("review_months", 600, optional=True)


class HoursRuleForm(RuleForm):
    trainee = CodeField(
        labels.FIELD_LABELS["trainee"], [InputRequired()], labels=labels.TRAINEE_LABELS
    )
    high_risk = CodeField(labels.FIELD_LABELS["high_risk"], labels=labels.YES_NO_LABELS)
    first_hours = _number("first_hours", 1000)
    yearly_hours = _number("yearly_hours", 1000)
    grace_days = _number("grace_days", 366)


class SectorRuleForm(RuleForm):
    prefixes = _words("prefixes", _l("First digits of GB/T 4754 codes, between blanks."))
    high_risk = CodeField(labels.FIELD_LABELS["high_risk"], labels=labels.YES_NO_LABELS)


class StaffingRuleForm(RuleForm):
    sectors = _words("sectors", _l("Codes of sectors between blanks; * for every sector."))
    headcount_from = _number("headcount_from", 1_000_000)
    headcount_to = _number("headcount_to", 1_000_000, optional=True)
    posts = _words("posts", _l("Codes of posts between blanks; one of them is enough."))
    group = CodeField(labels.FIELD_LABELS["group"], labels=labels.GROUP_LABELS, optional=True)
    measure = CodeField(
        labels.FIELD_LABELS["measure"], [InputRequired()], labels=labels.MEASURE_LABELS
    )
    minimum = _number("minimum", 1000)


RULE_FORMS: dict[RuleTable, type[RuleForm]] = {
    RuleTable.POST: PostRuleForm,
    RuleTable.CERTIFICATE: CertificateRuleForm,
    RuleTable.HOURS: HoursRuleForm,
    RuleTable.SECTOR: SectorRuleForm,
    RuleTable.STAFFING: StaffingRuleForm,
}
