"""Forms of records and marks."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import DateField, HiddenField, SearchField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from supervision.core.web.forms import CodeField, Form, SeenForm, strip
from supervision.gate import labels

_NOTE = Length(max=2000)


class FilterForm(Form):
    """The list's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Camera, place or enterprise"), filters=[strip])
    group = CodeField(_l("Review record"), labels=labels.GROUP_LABELS, optional=True)


def _line(name: str, most: int, **more: Any) -> StringField:
    return StringField(labels.FIELD_LABELS[name], [Length(max=most)], filters=[strip], **more)


def _day(name: str, **more: Any) -> DateField:
    return DateField(labels.FIELD_LABELS[name], [Optional()], **more)


class ReviewForm(SeenForm):
    """One record; a draft may lack anything, what approval needs is asked for at submission."""

    legal_by = _line("legal_by", 80)
    legal_on = _day("legal_on")
    legal_number = _line("legal_number", 60)
    legal_scan = FileField(labels.FIELD_LABELS["legal_scan_id"])
    technical_by = _line("technical_by", 80)
    technical_on = _day("technical_on")
    technical_number = _line("technical_number", 60)
    technical_scan = FileField(labels.FIELD_LABELS["technical_scan_id"])
    certificate_until = DateField(
        _l("The device's certificate ends on"),
        [Optional()],
        description=_l("Empty: the device has none."),
    )
    published_where = _line(
        "published_where", 300, description=_l("An address of the web, or where the notice hangs.")
    )
    published_on = _day("published_on")
    published_scan = FileField(labels.FIELD_LABELS["published_scan_id"])
    siting = TextAreaField(
        labels.FIELD_LABELS["siting"], [_NOTE], filters=[strip], render_kw={"rows": 3}
    )
    valid_from = _day("valid_from")
    valid_until = _day("valid_until")


def proposed(today: date) -> dict[str, date]:
    """A year from today."""
    later = today.replace(year=today.year + 1, day=min(today.day, 28))
    return {"valid_from": today, "valid_until": later}


class StepForm(SeenForm):
    note = TextAreaField(_l("Note"), [_NOTE], filters=[strip], render_kw={"rows": 2})


class ReasonForm(SeenForm):
    reason = TextAreaField(
        _l("Reason"), [InputRequired(), _NOTE], filters=[strip], render_kw={"rows": 2}
    )


class MarkForm(Form):
    gate_id = HiddenField()
    note = TextAreaField(_l("What it proves"), [_NOTE], filters=[strip], render_kw={"rows": 2})


class TakeBackForm(Form):
    reason = TextAreaField(
        _l("Reason"), [InputRequired(), _NOTE], filters=[strip], render_kw={"rows": 2}
    )
