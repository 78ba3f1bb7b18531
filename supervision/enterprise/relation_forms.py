"""Forms of parks and of agreements."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import DateField, IntegerField, SearchField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from supervision.core.web.forms import CodeField, Form, SeenForm, blank_to_none, strip
from supervision.enterprise import request_labels
from supervision.enterprise.regions import RegionForm
from supervision.enterprise.relation_rules import CHECK_MONTHS, MOST_CHECK_MONTHS

_TEXT = Length(max=4000)


class LinkForm(Form):
    """A new agreement."""

    kind = CodeField(
        _l("Kind"),
        [InputRequired()],
        labels=request_labels.LINK_LABELS,
        description=_l("What the other side is to the enterprise."),
    )
    counterpart_name = StringField(
        _l("Name of the other side"), [InputRequired(), Length(max=120)], filters=[strip]
    )
    counterpart_uscc = StringField(
        _l("Its unified social credit code"),
        [Length(max=40)],
        filters=[strip],
        description=_l("Where it is known: the agreement then shows in its file too."),
        render_kw={"autocomplete": "off", "spellcheck": "false", "class_": "mono"},
    )
    subject = StringField(
        _l("Work or place that it is about"), [InputRequired(), Length(max=200)], filters=[strip]
    )
    place = StringField(_l("Place"), [Length(max=120)], filters=[strip])
    agreement_no = StringField(_l("Number of the agreement"), [Length(max=60)], filters=[strip])
    agreed_on = DateField(_l("Agreed on"), [InputRequired()])
    valid_from = DateField(_l("Valid from"), [InputRequired()])
    valid_to = DateField(_l("Valid to"), [Optional()], description=_l("Empty: until it is ended."))
    coordinator = StringField(
        _l("Who coordinates safety"),
        [InputRequired(), Length(max=40)],
        filters=[strip],
        description=_l("The full-time safety manager who checks and coordinates (art. 48, 49)."),
    )
    coordination = TextAreaField(
        _l("Who is responsible for what"),
        [InputRequired(), _TEXT],
        filters=[strip],
        description=_l("Each side's safety duties, and how the work is coordinated."),
        render_kw={"rows": 4},
    )
    check_months = IntegerField(
        _l("Checked every … months"),
        [InputRequired(), NumberRange(min=1, max=MOST_CHECK_MONTHS)],
        default=CHECK_MONTHS,
        description=_l("The law says “regularly” and names no interval."),
        render_kw={"inputmode": "numeric"},
    )
    scan = FileField(_l("Scan of the agreement"))


class CheckForm(SeenForm):
    done_on = DateField(_l("Checked on"), [InputRequired()])
    checked_by = StringField(_l("Checked by"), [InputRequired(), Length(max=40)], filters=[strip])
    findings = TextAreaField(
        _l("What was found"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 3}
    )
    urged = TextAreaField(
        _l("What the other side has to put right"),
        [_TEXT],
        filters=[strip],
        render_kw={"rows": 2},
    )


class EndForm(SeenForm):
    reason = TextAreaField(
        _l("Reason"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 2}
    )


class LinkFilterForm(Form):
    class Meta:
        csrf = False

    text = SearchField(_l("Name of either side"), filters=[strip])
    kind = CodeField(_l("Kind"), labels=request_labels.LINK_LABELS, optional=True)
    state = CodeField(_l("State"), labels=request_labels.LINK_STATE_LABELS, optional=True)
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])


class ParkForm(RegionForm, SeenForm):
    name = StringField(_l("Name of the park"), [InputRequired(), Length(max=80)], filters=[strip])
    district = CodeField(
        _l("District"),
        [DataRequired(_l("Choose a district at least; a street is better."))],
        optional=True,
    )
    managing_body = StringField(_l("Managing body"), [Length(max=80)], filters=[strip])
    contact = StringField(_l("Contact person"), [Length(max=40)], filters=[strip])
    contact_phone = StringField(
        _l("Telephone"), [Length(max=20)], filters=[strip], render_kw={"inputmode": "tel"}
    )
    note = TextAreaField(_l("Note"), [_TEXT], filters=[strip], render_kw={"rows": 2})


class ParkFilterForm(Form):
    class Meta:
        csrf = False

    text = SearchField(_l("Name or managing body"), filters=[strip])
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])
