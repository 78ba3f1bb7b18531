"""Forms of the registry."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DecimalField,
    HiddenField,
    IntegerField,
    RadioField,
    SearchField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from supervision.core.messages import Problem
from supervision.core.web.forms import CodeField, Form, blank_to_none, strip
from supervision.enterprise import labels, rules, uscc
from supervision.enterprise.regions import RegionForm
from supervision.enterprise.request_labels import GAP_LABELS
from supervision.enterprise.service import RESTRUCTURED

_TEL = {"inputmode": "tel", "autocomplete": "off"}
_DEGREES = {"inputmode": "decimal", "autocomplete": "off"}


def _text(label: Any, length: int, *, required: bool = False, **kwargs: Any) -> StringField:
    rules_ = [InputRequired()] if required else []
    return StringField(label, [*rules_, Length(max=length)], filters=[strip], **kwargs)


def _words(problem: Problem) -> str:
    text: str = _(problem.msgid)
    return text % problem.params if problem.params else text


class RevealForm(Form):
    """Why somebody has to see the telephone numbers of a file in full."""

    reason = StringField(
        _l("Why it is needed"),
        [InputRequired(), Length(min=2, max=200)],
        filters=[strip],
        description=_l("Your name, this reason and the time are recorded for ever."),
    )


class EnterpriseForm(RegionForm):
    """All that a person may set in a file. ``row_version`` is what the editor had before them."""

    row_version = HiddenField()
    district = CodeField(
        _l("District"),
        [DataRequired(_l("Choose a district at least; a street is better."))],
        optional=True,
    )
    uscc = StringField(
        _l("Unified social credit code"),
        [InputRequired(), Length(max=40)],
        filters=[strip],
        description=_l("18 characters, as printed on the business licence."),
        render_kw={"autocomplete": "off", "spellcheck": "false", "class_": "mono"},
    )
    legacy_reg_no = _text(
        _l("Old registration number (15 digits)"),
        15,
        description=_l("As on business licences before 2015; old papers know no other."),
        render_kw={"inputmode": "numeric", "autocomplete": "off", "class_": "mono"},
    )
    name = _text(_l("Enterprise name"), 120, required=True)
    short_name = _text(_l("Short name"), 40)
    address = _text(_l("Address"), 200, required=True)
    longitude = DecimalField(
        _l("Longitude"),
        [Optional()],
        places=None,
        description=_l("Degrees, WGS-84, for example 119.978500."),
        render_kw=_DEGREES,
    )
    latitude = DecimalField(
        _l("Latitude"),
        [Optional()],
        places=None,
        description=_l("Degrees, WGS-84, for example 30.273600."),
        render_kw=_DEGREES,
    )
    industry_code = StringField(
        _l("Industry code"),
        [InputRequired(), Length(max=4)],
        filters=[strip],
        description=_l("Two to four digits of GB/T 4754-2017."),
        render_kw={"inputmode": "numeric", "list": "industries", "autocomplete": "off"},
    )
    size_class = CodeField(_l("Size"), [InputRequired()], labels=labels.SIZE_LABELS, optional=True)
    headcount = IntegerField(
        _l("Headcount"),
        [InputRequired(), NumberRange(min=0, max=1_000_000)],
        render_kw={"inputmode": "numeric"},
    )
    legal_representative = _text(_l("Legal representative"), 40, required=True)
    legal_representative_phone = _text(_l("Telephone"), 20, render_kw=_TEL)
    principal = _text(
        _l("Principal"),
        40,
        required=True,
        description=_l(
            "Who is responsible for safety in law; not always the legal representative."
        ),
    )
    principal_phone = _text(_l("Telephone"), 20, render_kw=_TEL)
    safety_manager = _text(_l("Safety manager"), 40)
    safety_manager_phone = _text(_l("Telephone"), 20, render_kw=_TEL)
    supervising_unit = _text(_l("Supervising unit"), 60)
    officer_id = CodeField(_l("Supervising officer"), optional=True)
    is_key = BooleanField(_l("Key enterprise"))
    park_id = CodeField(_l("Park"), optional=True)

    def validate_uscc(self, field: StringField) -> None:
        """Every fault at once: the two check digits are independent."""
        problems = uscc.uscc_problems(uscc.normalise_uscc(field.data or ""))
        field.errors = [*field.errors, *map(_words, problems)]

    def validate_industry_code(self, field: StringField) -> None:
        for problem in rules.industry_problems(field.data or ""):
            raise ValidationError(_words(problem))

    def validate(self, extra_validators: Any = None) -> bool:
        """Each field, and then what two of them say together."""
        is_valid = bool(super().validate(extra_validators))
        problems = rules.coordinate_problems(self.longitude.data, self.latitude.data)
        for name, problem in problems.items():
            if not self[name].errors:
                self[name].errors = [_words(problem)]
        return is_valid and not problems

    def validate_legal_representative_phone(self, field: StringField) -> None:
        _check_phone(field)

    def validate_principal_phone(self, field: StringField) -> None:
        _check_phone(field)

    def validate_safety_manager_phone(self, field: StringField) -> None:
        _check_phone(field)

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        given = {
            name: self[name].data
            for name in labels.FIELD_LABELS
            if name not in {"region_code", "officer_id", "size_class", "park_id"}
        }
        return {
            **{
                name: "" if value is None and _is_text(self[name]) else value
                for name, value in given.items()
            },
            "region_code": self.region_code,
            "size_class": rules.SizeClass(self.size_class.data),
            "officer_id": int(self.officer_id.data) if self.officer_id.data else None,
            "park_id": int(self.park_id.data) if self.park_id.data else None,
        }


def _is_text(field: Any) -> bool:
    return isinstance(field, StringField)


def _check_phone(field: StringField) -> None:
    if field.data and not rules.is_phone(field.data):
        raise ValidationError(_("This is not a telephone number."))


class RollStatusForm(Form):
    row_version = HiddenField()
    roll_status = RadioField(
        _l("New status"),
        [InputRequired()],
        choices=[(c, t) for c, t in labels.STATUS_LABELS.items() if c not in RESTRUCTURED],
    )
    reason = TextAreaField(
        _l("Reason"),
        [InputRequired(), Length(max=4000)],
        filters=[strip],
        description=_l("What was seen or decided, when and by whom. It stays in the file."),
        render_kw={"rows": 3},
    )


class FilterForm(Form):
    """The registry's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Name, credit code or address"), filters=[strip])
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])
    industry = CodeField(_l("Industry"), labels=labels.SECTION_LABELS, optional=True)
    size_class = CodeField(_l("Size"), labels=labels.SIZE_LABELS, optional=True)
    roll_status = CodeField(_l("Roll status"), labels=labels.STATUS_LABELS, optional=True)
    key = CodeField(_l("Attention"), labels=labels.KEY_LABELS, optional=True)
    gap = CodeField(_l("Coverage"), labels=GAP_LABELS, optional=True)
    sort = CodeField(_l("Order"), labels=labels.SORT_LABELS, default="name")
