"""Texts of imports: states, columns, notes of the template, and what is wrong with a row."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from supervision.enterprise.imports.models import ImportProblem, ImportState
from supervision.enterprise.labels import FIELD_LABELS

STATE_LABELS = {
    ImportState.UPLOADED: _l("Columns to be assigned"),
    ImportState.TO_CHECK: _l("Being checked"),
    ImportState.CHECKED: _l("Checked, waits for you"),
    ImportState.TO_IMPORT: _l("Being imported"),
    ImportState.DONE: _l("Imported"),
    ImportState.CANCELLED: _l("Cancelled"),
    ImportState.FAILED: _l("Failed"),
}
STATE_TONES = {
    ImportState.UPLOADED: "wait",
    ImportState.TO_CHECK: "active",
    ImportState.CHECKED: "wait",
    ImportState.TO_IMPORT: "active",
    ImportState.DONE: "good",
    ImportState.CANCELLED: "off",
    ImportState.FAILED: "bad",
}

COLUMN_LABELS: dict[str, Any] = {**FIELD_LABELS, "region_code": _l("Region code")}
ROW_HEADING = _l("Row in the file")
REASON_HEADING = _l("What to mend")

NOTES = {
    "uscc": _l("18 characters, as printed on the business licence. One row for each enterprise."),
    "name": _l("As printed on the business licence, at most 120 characters."),
    "short_name": _l("What people call it, at most 40 characters."),
    "region_code": _l(
        "Six digits of the district or nine of the street, from the sheet of codes; a name that"
        " occurs once in your region will do. Only divisions of your own region."
    ),
    "address": _l("Where it produces, at most 200 characters."),
    "longitude": _l("Degrees, WGS-84, for example 119.978500; together with the latitude."),
    "latitude": _l("Degrees, WGS-84, for example 30.273600; together with the longitude."),
    "industry_code": _l("Two to four digits of GB/T 4754-2017."),
    "size_class": _l("Large, medium, small or micro."),
    "headcount": _l("A whole number."),
    "legal_representative": _l("Name, as on the business licence."),
    "legal_representative_phone": _l("Digits, with a plus in front and dashes if you like."),
    "principal": _l("Who is responsible for safety in law; not always the legal representative."),
    "principal_phone": _l("Digits, with a plus in front and dashes if you like."),
    "safety_manager": _l("Name."),
    "safety_manager_phone": _l("Digits, with a plus in front and dashes if you like."),
    "supervising_unit": _l("At most 60 characters."),
    "officer_id": _l("The officer's name as it stands in the system, from the sheet of codes."),
    "is_key": _l("Yes or no; empty means no."),
}


def reasons(problem: ImportProblem) -> str:
    """What is wrong with a row in the reader's language, a line each, the field in front."""
    return "\n".join(reason(found) for found in problem.problems)


def reason(found: dict[str, Any]) -> str:
    msgid = found["text"]
    text: str = gettext(msgid)
    text = text % found["params"] if found["params"] else text
    label = COLUMN_LABELS.get(found["field"])
    return f"{label}: {text}" if label is not None else text
