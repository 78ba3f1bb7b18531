"""What every form shares: CSRF, trimmed text, errors of the domain shown at their field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self, TypeVar

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, SelectField
from wtforms.validators import ValidationError

from supervision.core.errors import Conflict, DomainError
from supervision.core.i18n import message_of

T = TypeVar("T")


def strip(value: Any) -> Any:
    """WTForms filter: surrounding white space is never meant."""
    return value.strip() if isinstance(value, str) else value


def blank_to_none(value: Any) -> Any:
    """WTForms filter: an empty field is no value, not an empty string."""
    value = strip(value)
    return value or None


def given(value: T | None) -> T:
    """The value of a field that the form has just validated as required."""
    if value is None:
        raise ValueError("a required field passed without a value")
    return value


class Form(FlaskForm):
    """Base of all forms."""

    def mark(self, prefix: str) -> Self:
        """Give the controls ids of their own, for a page with several forms. Names stay."""
        for field in self:
            field.id = field.label.field_id = f"{prefix}-{field.short_name}"
        return self

    def add_error(self, error: DomainError) -> None:
        """Show a domain error at the field it names, or above the form."""
        text = message_of(error)
        field = self._fields.get(error.field) if error.field else None
        if field is not None:
            field.errors = [*field.errors, text]
        else:
            self.form_errors.append(text)

    @property
    def all_errors(self) -> list[tuple[Field | None, str]]:
        """Every error with its field, for the summary on top."""
        found: list[tuple[Field | None, str]] = [(None, e) for e in self.form_errors]
        found += [(f, e) for f in self for e in _flat(f.errors)]
        return found


class SeenForm(Form):
    """Decides on, or changes, what was read: ``row_version`` is the version that was shown."""

    row_version = HiddenField()


def check_seen(form: Form, row_version: int) -> None:
    """Raise Conflict where the row has another version than the one that was read."""
    if isinstance(form, SeenForm) and form.row_version.data not in {None, "", str(row_version)}:
        raise Conflict


class CodeField(SelectField):
    """A choice among codes with translated labels; ``optional`` adds an empty first line."""

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        labels: Any = None,
        optional: bool = False,
        placeholder: Any = None,
        **kwargs: Any,
    ) -> None:
        choices: list[tuple[str, Any]] = [
            (str(code), text) for code, text in (labels or {}).items()
        ]
        if optional:
            choices = [("", placeholder or lazy_gettext("—")), *choices]
        super().__init__(label, validators, choices=choices, **kwargs)

    def process_formdata(self, valuelist: Any) -> None:
        super().process_formdata(valuelist)
        if self.data == "":
            self.data = None

    def pre_validate(self, _form: Any) -> None:
        if self.data is None and any(choice[0] == "" for choice in self.choices or ()):
            return
        if str(self.data) not in {str(choice[0]) for choice in self.choices or ()}:
            raise ValidationError(gettext("Choose one of the list."))


def _flat(errors: Iterable[Any]) -> list[str]:
    flat: list[str] = []
    for error in errors:
        flat += _flat(error) if isinstance(error, (list, tuple)) else [str(error)]
    return flat
