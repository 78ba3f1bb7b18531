"""Forms of imports."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileRequired
from wtforms import BooleanField, FileField

from supervision.core.web.forms import Form


class UploadForm(Form):
    file = FileField(
        _l("Excel workbook or CSV file"),
        [FileRequired(_l("Choose a file."))],
        description=_l(
            "Any ledger will do: on the next page you say what each of its columns is."
            " CSV in UTF-8 or GBK."
        ),
    )


class MappingForm(Form):
    """One select for each column, ``column-0`` onwards, drawn by the page itself."""


class ConfirmForm(Form):
    update_existing = BooleanField(_l("Also change enterprises that are on the roll already"))


def chosen_columns(data: Any, count: int) -> list[str]:
    """The field that was chosen for each of ``count`` columns."""
    return [str(data.get(f"column-{place}", "")) for place in range(count)]
