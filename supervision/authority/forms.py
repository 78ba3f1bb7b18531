"""Forms of authorities and certificates."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    SearchField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from supervision.authority import labels
from supervision.core.web.forms import CodeField, Form, strip


class FilterForm(Form):
    """The list's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Name or number"), filters=[strip])
    validity = CodeField(_l("Validity"), labels=labels.VALIDITY_LABELS, optional=True)
    authority = CodeField(_l("Authority"), optional=True)
    sort = CodeField(_l("Sort"), labels=labels.SORT_LABELS, default="ends")


class SearchForm(Form):
    class Meta:
        csrf = False

    text = SearchField(_l("Name, abbreviation, region or court"), filters=[strip])


class AuthorityForm(Form):
    """``row_version`` is what the editor had before them."""

    row_version = HiddenField()
    name = StringField(
        _l("Name of the authority"), [InputRequired(), Length(max=80)], filters=[strip]
    )
    region_code = StringField(
        _l("Division code"),
        [InputRequired(), Length(max=9)],
        filters=[strip],
        description=_l("GB/T 2260. It answers for every enterprise whose code begins so."),
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    abbreviation = StringField(
        _l("Abbreviation in numbers"),
        [InputRequired(), Length(max=6)],
        filters=[strip],
        description=_l("Stands in brackets at the head of every number."),
    )
    phone = StringField(_l("Phone"), [Length(max=40)], filters=[strip])
    address = StringField(_l("Address"), [Length(max=200)], filters=[strip])
    reconsideration_organ = StringField(
        _l("Organ of administrative reconsideration"),
        [InputRequired(), Length(max=120)],
        filters=[strip],
        description=_l("Printed in the remedies clause of every external paper."),
    )
    court = StringField(_l("Court"), [InputRequired(), Length(max=120)], filters=[strip])
    is_active = BooleanField(
        _l("Supervises by itself"),
        default=True,
        description=_l("Without it the next authority above answers for the division."),
    )


class CertificateForm(Form):
    account_id = CodeField(_l("Officer"), [InputRequired()], optional=True)
    authority_id = CodeField(_l("Authority"), [InputRequired()])
    number = StringField(
        _l("Certificate number"), [InputRequired(), Length(max=40)], filters=[strip]
    )
    issuer = StringField(_l("Issued by"), [Length(max=80)], filters=[strip])
    valid_from = DateField(_l("Valid from"), [InputRequired()])
    valid_to = DateField(
        _l("Last day"), [InputRequired()], description=_l("The day itself still counts.")
    )


class RevokeForm(Form):
    revoked_on = DateField(_l("Revoked from"), [Optional()])
    reason = TextAreaField(
        _l("Reason"), [InputRequired(), Length(max=1000)], filters=[strip], render_kw={"rows": 2}
    )
