"""Templates of papers as this slice shows and changes them: texts side by side, what got lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.core.documents import DocumentTemplate, compose_number, editing
from supervision.core.documents.editing import Spot
from supervision.core.errors import InvalidInput
from supervision.core.i18n import format_day
from supervision.statute import labels
from supervision.statute.models import RuleChange

BLOCK_LABELS = {
    "title": _l("Head"),
    "text": _l("Paragraph"),
    "lines": _l("One line for each item"),
    "grid": _l("Fields in a table"),
    "opinions": _l("Opinions"),
    "table": _l("Table of items"),
    "groups": _l("One sentence for items of the same day"),
    "checks": _l("Boxes to tick"),
    "photos": _l("Photos"),
    "signatures": _l("Signatures"),
    "seal": _l("Place of the seal"),
    "copies": _l("Copies"),
}
SPOT_LABELS = {
    "title": _l("Title"),
    "label": _l("Label"),
    "text": _l("Wording"),
    "caption": _l("Caption"),
    "whole": _l("Caption of a photo of the whole"),
    "officers": _l("Before an officer's signature"),
    "officer": _l("After an officer's signature"),
    "party": _l("Before the enterprise's signature"),
    "witness": _l("Before the witness's signature"),
    "foot": _l("Under the opinion"),
    "choice": _l("Name of a choice"),
    "word": _l("Standing words"),
}
COLUMNS = ("name", "infix", "number_format", "is_external", "body")


@dataclass(frozen=True, slots=True)
class Section:
    """The texts of one block, with their numbers among all."""

    title: str
    texts: Sequence[tuple[int, Spot]]


def sections(body: Mapping[str, Any]) -> list[Section]:
    """The texts as the paper has them, block by block; choices and standing words at the end."""
    found: dict[int | None, list[tuple[int, Spot]]] = {}
    for number, spot in enumerate(editing.spots(body)):
        found.setdefault(spot.block, []).append((number, spot))
    return [Section(_title(body, block), texts) for block, texts in found.items()]


def _title(body: Mapping[str, Any], block: int | None) -> str:
    if block is None:
        return str(_("Choices and standing words"))
    if block == 0:
        return str(BLOCK_LABELS["title"])
    kind = body["blocks"][block - 1]["type"]
    return f"{block} · {BLOCK_LABELS[kind]}"


def values_of(template: DocumentTemplate, texts: Sequence[str], **changes: str) -> dict[str, Any]:
    """The columns of a new version that follows ``template``."""
    values = {name: getattr(template, name) for name in COLUMNS}
    body = editing.with_texts(template.body, texts) if texts else template.body
    return {**values, **changes, "body": body}


def number_example(template: Any, year: int) -> str:
    """A number as this version forms it; "" for a paper without one."""
    if not template.infix:
        return ""
    try:
        region = _("Region")[:6]
        return compose_number(template, abbreviation=region, year=year, serial=12)
    except InvalidInput:
        return ""


def comparison(base: DocumentTemplate, change: RuleChange) -> list[dict[str, Any]]:
    """Present and proposed, line by line: what every version has, and the texts that differ."""
    new = change.values
    rows = [
        _row(_("Word of the class"), base.infix, new["infix"]),
        _row(_("Form of the number"), base.number_format, new["number_format"]),
        _row(
            _("In force from"), format_day(base.effective_from), format_day(change.effective_from)
        ),
        _row(_("Legal source"), base.source, change.source),
        _row(
            _("Certainty"),
            str(labels.CERTAINTY_LABELS[base.certainty]),
            str(labels.CERTAINTY_LABELS[change.certainty]),
        ),
        _row(_("Note"), base.note, change.note),
    ]
    pairs = zip(editing.spots(base.body), editing.spots(new["body"]), strict=False)
    texts = [
        _row(f"{_title(base.body, old.block)} · {SPOT_LABELS[old.kind]}", old.text, wanted.text)
        for old, wanted in pairs
        if old.text != wanted.text
    ]
    return [*texts, *rows]


def _row(label: str, before: str, after: str) -> dict[str, Any]:
    return {"label": label, "before": before, "after": after, "changed": before != after}


def no_longer_printed(base: DocumentTemplate, body: Mapping[str, Any]) -> list[str]:
    """Names of the fields that the present version prints and the proposed one does not."""
    names = editing.labels_of(base.body)
    lost = editing.places(base.body) - editing.places(body)
    return sorted(names.get(place, place) for place in lost)
