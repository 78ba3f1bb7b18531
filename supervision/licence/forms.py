"""Forms of licences: the paper, one form for each step, a type's version, the filters."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SearchField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from supervision.core.web.forms import CodeField, Form, SeenForm, blank_to_none, strip
from supervision.licence import labels

_TEXT = Length(max=4000)
MOST_MONTHS = 600
MOST_DAYS = 400


class PaperForm(SeenForm):
    """What stands on the paper."""

    type_code = CodeField(_l("Type of licence"), [InputRequired()])
    number = StringField(_l("Licence number"), [InputRequired(), Length(max=60)], filters=[strip])
    issuing_authority = StringField(
        _l("Issued by"), [InputRequired(), Length(max=120)], filters=[strip]
    )
    issued_on = DateField(_l("Day of issue"), [InputRequired()])
    valid_from = DateField(_l("Valid from"), [InputRequired()])
    valid_to = DateField(
        _l("Valid until"), [Optional()], description=_l("Empty where the paper names no end.")
    )
    scope_text = TextAreaField(
        _l("Scope as written"), [_TEXT], filters=[strip], render_kw={"rows": 2}
    )
    items = TextAreaField(
        _l("Chemicals of the scope"),
        [Length(max=60_000)],
        filters=[strip],
        description=_l("One a line: CAS number, blank, name. Compared with the ledger."),
        render_kw={"rows": 4, "spellcheck": "false", "placeholder": "67-56-1 …"},
    )
    with_storage = CodeField(
        _l("With storage facilities"),
        labels={"1": _l("Yes"), "0": _l("No")},
        optional=True,
        description=_l("Where the paper says so."),
    )
    scans = MultipleFileField(_l("Scan of the licence"))


class SuccessorForm(PaperForm):
    is_clean = BooleanField(_l("No fatal accident happened in the term that ends"))


class VerifyForm(SeenForm):
    means = CodeField(_l("Compared with"), [InputRequired()], labels=labels.MEANS_LABELS)
    note = TextAreaField(_l("Note"), [_TEXT], filters=[strip], render_kw={"rows": 2})


class ReasonForm(SeenForm):
    reason = TextAreaField(
        _l("Reason"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 3}
    )


class ApplyForm(SeenForm):
    applied_on = DateField(_l("Applied on"), [InputRequired()])
    application_number = StringField(
        _l("Number of the application"), [Length(max=60)], filters=[strip]
    )
    note = TextAreaField(_l("Note"), [_TEXT], filters=[strip], render_kw={"rows": 2})
    scans = MultipleFileField(_l("Application"))


class DecisionForm(SeenForm):
    decision_number = StringField(
        _l("Number of the decision"), [InputRequired(), Length(max=80)], filters=[strip]
    )
    decided_on = DateField(_l("Decided on"), [InputRequired()])
    reason = TextAreaField(
        _l("Reason"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 3}
    )
    scans = MultipleFileField(_l("Scan of the decision"))


def _number(label: Any, most: int, hint: Any = "") -> IntegerField:
    return IntegerField(label, [Optional(), NumberRange(min=1, max=most)], description=hint)


class TypeForm(SeenForm):
    """A version of a type."""

    name = StringField(_l("Name of the type"), [InputRequired(), Length(max=80)], filters=[strip])
    law = StringField(_l("Law or regulation"), [InputRequired(), Length(max=120)], filters=[strip])
    source = StringField(
        _l("Source of the rule"), [InputRequired(), Length(max=200)], filters=[strip]
    )
    certainty = CodeField(_l("Certainty"), [InputRequired()], labels=labels.CERTAINTY_LABELS)
    term_months = _number(_l("Term in months"), MOST_MONTHS, _l("Empty: without an end."))
    apply_months = _number(
        _l("Apply for renewal so many months before the end"), MOST_MONTHS, _l("Empty: never.")
    )
    review_months = _number(_l("Review every so many months"), MOST_MONTHS)
    decision_days = _number(_l("Days for the authority's decision"), MOST_DAYS)
    change_days = _number(_l("Working days to report a change"), MOST_DAYS)
    has_scope = BooleanField(_l("Names the chemicals that it covers"))
    has_storage = BooleanField(_l("Says whether storage belongs to it"))
    is_extendable = BooleanField(_l("May be extended without a review"))
    industries = StringField(
        _l("Industries that need it"),
        [Length(max=200)],
        filters=[strip],
        description=_l("Beginnings of GB/T 4754 codes with blanks between; empty: every trade."),
    )
    purposes = StringField(
        _l("What chemicals must be there for"),
        [Length(max=80)],
        filters=[strip],
        description=_l("raw, intermediate, product, storage; * for any; empty: needs none."),
    )
    needed_certainty = CodeField(
        _l("Certainty of who needs it"), [InputRequired()], labels=labels.CERTAINTY_LABELS
    )
    note = TextAreaField(_l("Note"), [_TEXT], filters=[strip], render_kw={"rows": 2})
    effective_from = DateField(_l("In force from"), [InputRequired()])
    reason = TextAreaField(
        _l("Reason of the change"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 2}
    )


class NewTypeForm(TypeForm):
    code = StringField(_l("Code"), [InputRequired(), Length(max=24)], filters=[strip])


class FilterForm(Form):
    """The list's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Number, enterprise or issuing authority"), filters=[strip])
    type = CodeField(_l("Type"), optional=True)
    standing = CodeField(_l("Standing"), labels=labels.STANDING_LABELS, optional=True)
    status = CodeField(_l("Step"), labels=labels.STATUS_LABELS, optional=True)
    days = CodeField(_l("Days left"), labels=labels.DAYS_LABELS, optional=True)
    gap = CodeField(_l("Scope"), labels=labels.GAP_LABELS, optional=True)
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])
    sort = CodeField(
        _l("Order"),
        labels={
            "deadline": _l("By application deadline"),
            "end": _l("By end"),
            "enterprise": _l("By enterprise"),
            "newest": _l("Newest first"),
        },
        default="deadline",
    )


class MissingFilterForm(Form):
    """The filters of the list of enterprises without a licence."""

    class Meta:
        csrf = False

    text = SearchField(_l("Name or credit code of the enterprise"), filters=[strip])
    type = CodeField(_l("Type"), optional=True)
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])
