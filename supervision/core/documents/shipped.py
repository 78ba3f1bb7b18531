"""The templates that ship, as rows: an index of all types, and one file for each that has a text."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from supervision.core.statutory import Certainty
from supervision.core.tables import read_table

FOLDER = Path(__file__).resolve().parents[1] / "data" / "documents"
NUMBER_FORMAT = "number_format.txt"


def rows() -> Iterator[dict[str, Any]]:
    """Columns of :class:`DocumentTemplate` for every type of the index."""
    common = _read(FOLDER / "common.toml")
    number_format = (FOLDER / NUMBER_FORMAT).read_text(encoding="utf-8").strip()
    for row in read_table(FOLDER / "index.tsv"):
        until = row["effective_to"]
        yield {
            "code": row["code"],
            "name": row["name"],
            "infix": row["infix"],
            "number_format": number_format if row["infix"] else "",
            "is_external": row["visibility"] == "external",
            "body": body_of(row["code"], common),
            "effective_from": date.fromisoformat(row["effective_from"]),
            "effective_to": date.fromisoformat(until) if until else None,
            "source": row["source"],
            "certainty": Certainty(row["certainty"]),
            "note": row["note"],
        }


def body_of(code: str, common: Mapping[str, Any]) -> dict[str, Any]:
    """The text of a type with everything that it shares with others; {} where it has none.

    Lists stand where order matters: PostgreSQL keeps the keys of an object in its own order.
    """
    path = FOLDER / f"{code}.toml"
    if not path.is_file():
        return {}
    own = _read(path)
    fields: dict[str, str] = {}
    for name in own.get("sets", ()):
        fields |= common["sets"][name]
    fields |= own.get("fields", {})
    return {
        "engine": common["engine"],
        "title": own["title"],
        "words": {**common["words"], **own.get("words", {})},
        "fields": [[field, label] for field, label in fields.items()],
        "choices": own.get("choices", {}),
        "blocks": own["blocks"],
    }


def _read(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)
