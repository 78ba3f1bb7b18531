"""Forms of registrations, change requests, duplicates, mergers and splits."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import (
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SearchField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)
from wtforms import Form as PlainForm
from wtforms.fields import RadioField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from supervision.core.web.forms import CodeField, Form, SeenForm, blank_to_none, strip
from supervision.enterprise import labels, request_labels, rules
from supervision.enterprise.forms import EnterpriseForm

_TEXT = Length(max=4000)


class OwnFileForm(EnterpriseForm):
    """A file as the enterprise itself fills it in: without the authority's own fields."""

    scans = MultipleFileField(_l("Scans (business licence, resolution, contract)"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in rules.OF_AUTHORITY:
            delattr(self, name)

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        given: dict[str, Any] = {}
        for name in labels.FIELD_LABELS:
            if name in self:
                value = self[name].data
                is_text = isinstance(self[name], StringField)
                given[name] = "" if value is None and is_text else value
        return given | {
            "region_code": self.region_code,
            "size_class": rules.SizeClass(self.size_class.data),
            "park_id": int(self.park_id.data) if self.park_id.data else None,
        }


class RegistrationForm(OwnFileForm):
    """An enterprise asks to be put on the roll. ``website`` is for machines: people leave it."""

    contact = StringField(_l("Contact person"), [InputRequired(), Length(max=40)], filters=[strip])
    contact_phone = StringField(
        _l("Telephone of the contact person"),
        [InputRequired(), Length(max=20)],
        filters=[strip],
        description=_l("With it and the receipt's number you follow your registration."),
        render_kw={"inputmode": "tel", "autocomplete": "tel"},
    )
    website = StringField(
        _l("Leave this empty"), render_kw={"tabindex": "-1", "autocomplete": "off"}
    )


class FollowForm(Form):
    number = StringField(
        _l("Number of the receipt"),
        [InputRequired(), Length(max=40)],
        filters=[strip],
        render_kw={"autocomplete": "off", "spellcheck": "false", "placeholder": "ZC-…"},
    )
    phone = StringField(
        _l("Telephone of the contact person"),
        [InputRequired(), Length(max=20)],
        filters=[strip],
        render_kw={"inputmode": "tel", "autocomplete": "tel"},
    )


class AcceptForm(SeenForm):
    officer_id = CodeField(_l("Supervising officer"), optional=True)
    answer = TextAreaField(
        _l("Note to the applicant"), [_TEXT], filters=[strip], render_kw={"rows": 2}
    )


class AnswerForm(SeenForm):
    answer = TextAreaField(
        _l("What the applicant is told"),
        [InputRequired(), _TEXT],
        filters=[strip],
        render_kw={"rows": 3},
    )


class ListForm(Form):
    """Filters of the lists of requests; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Name, credit code or number"), filters=[strip])
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])
    status = CodeField(_l("State"), optional=True)


class ChangeForm(OwnFileForm):
    """The enterprise's wish for its own file."""

    reason = TextAreaField(
        _l("Reason"),
        [_TEXT],
        filters=[strip],
        description=_l("Not needed where only telephones or the short name change."),
        render_kw={"rows": 3},
    )


class Ticks(SelectMultipleField):
    """Boxes to tick."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class ApproveChangeForm(SeenForm):
    """``file_version`` is the version of the enterprise's file that was shown."""

    file_version = HiddenField()
    fields = Ticks(_l("Fields to approve"), choices=list(labels.FIELD_LABELS.items()))
    note = TextAreaField(
        _l("Note"),
        [_TEXT],
        filters=[strip],
        description=_l("Needed where you approve a part only: say why."),
        render_kw={"rows": 2},
    )


class NoteForm(SeenForm):
    note = TextAreaField(
        _l("Reason"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 3}
    )


class EmptyForm(SeenForm):
    """A button."""


class PairFilterForm(Form):
    class Meta:
        csrf = False

    show = CodeField(_l("Show"), labels=request_labels.PAIR_SHOW_LABELS, default="strong")


class MergerForm(Form):
    survivor = StringField(
        _l("Enterprise that goes on"),
        [InputRequired(), Length(max=40)],
        filters=[strip],
        description=_l("Its unified social credit code."),
        render_kw={"autocomplete": "off", "spellcheck": "false", "class_": "mono"},
    )
    reason = TextAreaField(
        _l("Reason"),
        [InputRequired(), _TEXT],
        filters=[strip],
        description=_l("The decision or notice that it rests on, with its date."),
        render_kw={"rows": 3},
    )


class PartForm(PlainForm):
    """One of the new enterprises; what is not asked for is taken over from the old one."""

    uscc = StringField(
        _l("Unified social credit code"),
        [Length(max=40)],
        filters=[strip],
        render_kw={"autocomplete": "off", "spellcheck": "false", "class_": "mono"},
    )
    name = StringField(_l("Enterprise name"), [Length(max=120)], filters=[strip])
    address = StringField(_l("Address"), [Length(max=200)], filters=[strip])
    headcount = IntegerField(
        _l("Headcount"),
        [Optional(), NumberRange(min=0, max=1_000_000)],
        render_kw={"inputmode": "numeric"},
    )
    legal_representative = StringField(
        _l("Legal representative"), [Length(max=40)], filters=[strip]
    )
    principal = StringField(_l("Principal"), [Length(max=40)], filters=[strip])


class SplitForm(Form):
    goes_on = RadioField(
        _l("The old enterprise"),
        [InputRequired()],
        choices=list(request_labels.GOES_ON_LABELS.items()),
    )
    parts = FieldList(FormField(PartForm), min_entries=2, max_entries=6)
    reason = TextAreaField(
        _l("Reason"),
        [InputRequired(), _TEXT],
        filters=[strip],
        description=_l("The decision or notice that it rests on, with its date."),
        render_kw={"rows": 3},
    )

    def given_parts(self) -> list[dict[str, Any]]:
        """The parts that were filled in."""
        return [part for part in self.parts.data if part["uscc"] or part["name"]]


class ApproveRestructuringForm(SeenForm):
    typed_name = StringField(
        _l("Type the full name of the enterprise that ends or is split"),
        [InputRequired(), Length(max=120)],
        filters=[strip],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


class CoverageForm(Form):
    class Meta:
        csrf = False

    show = CodeField(_l("Show"), labels=request_labels.GAP_LABELS, default="no_officer")
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])
    days = CodeField(_l("Nothing happened for"), labels=request_labels.DAYS_LABELS, default="180")
