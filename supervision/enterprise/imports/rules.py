"""What a column is called and what a cell says. Pure.

The names that people give their columns, in Chinese and English, stand in
``data/import_columns.tsv``; the words for codes in ``data/import_values.tsv``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from supervision.core.messages import Problem
from supervision.core.tables import read_table
from supervision.core.text import N_
from supervision.enterprise.rules import DATA, SizeClass

REQUIRED_TEXT = N_("This field is required.")
# Rows of the file's top in which the headings are looked for: ledgers begin with a title.
HEADER_SEARCH = 10
_LEADING_CODE = re.compile(r"([0-9]{2,9})(?![0-9])")
_COUNT = re.compile(r"[0-9]{1,9}")


class CellError(ValueError):
    """A cell that cannot be read; ``problem`` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class ImportField:
    """A field that a column may fill. ``is_required``: of a new enterprise."""

    name: str
    is_required: bool
    aliases: tuple[str, ...]


@lru_cache(maxsize=1)
def import_fields() -> tuple[ImportField, ...]:
    """Every field, in the order of the template."""
    return tuple(
        ImportField(row["field"], row["required"] == "yes", tuple(row["aliases"].split("|")))
        for row in read_table(DATA / "import_columns.tsv")
    )


@lru_cache(maxsize=1)
def _headings() -> dict[str, str]:
    return {plain(a): f.name for f in import_fields() for a in (f.name, *f.aliases)}


@lru_cache(maxsize=4)
def _words(field: str) -> dict[str, str]:
    rows = (r for r in read_table(DATA / "import_values.tsv") if r["field"] == field)
    return {
        plain(a): row["value"] for row in rows for a in (row["value"], *row["aliases"].split("|"))
    }


def plain(text: str) -> str:
    """A heading or a word without what people vary: width, case, spaces, stars, brackets' content."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = re.sub(r"\([^)]*\)|\[[^\]]*\]", "", folded)
    return re.sub(r"[\s*:_\-/\u200b\ufeff]", "", folded)


def guess(headers: Sequence[str], remembered: Mapping[str, str]) -> list[str]:
    """The field of each column, "" for none: what this person chose before, else by its name.

    A field is given to one column only, the first.
    """
    known, taken, found = _headings(), set[str](), list[str]()
    fields = {f.name for f in import_fields()}
    for header in headers:
        key = plain(header)
        field = remembered[key] if key in remembered else known.get(key, "")
        field = field if field in fields and field not in taken else ""
        taken.add(field)
        found.append(field)
    return found


def header_row(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """Which of the first rows holds the headings, and how many of them are known names."""
    known = _headings()
    scores = [len({plain(c) for c in row} & known.keys()) for row in rows[:HEADER_SEARCH]]
    if not scores or max(scores) == 0:
        filled = [i for i, row in enumerate(rows) if any(row)]
        return (filled[0] if filled else 0), 0
    best = max(scores)
    return scores.index(best), best


def cell_text(value: Any) -> str:
    """A cell as text: a whole number without its point, so that a telephone stays one."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def parse(field: str, text: str) -> Any:
    """The value of a field from its text; regions and officers need the roll and stay text.

    None for an empty cell of a number or a code. Raises CellError.
    """
    if field == "headcount":
        return _count(text)
    if field in {"longitude", "latitude"}:
        return _degrees(text)
    if field == "size_class":
        word = _word(field, text)
        return SizeClass(word) if word else None
    if field == "is_key":
        return _word(field, text) == "yes"
    if field in {"industry_code", "region_code"}:
        return leading_code(text) or text
    return text


def leading_code(text: str) -> str:
    """The code of "330110 Yuhang" as the template's lists offer it; "" where none stands there."""
    match = _LEADING_CODE.match(text)
    return match[1] if match else ""


def _word(field: str, text: str) -> str:
    if not text:
        return ""
    word = _words(field).get(plain(text)) or _words(field).get(text)
    if word is None:
        message = N_("“%(text)s” is none of the words that may stand here.")
        raise CellError(Problem("import_word", message, {"text": text[:40]}))
    return word


def _count(text: str) -> int | None:
    if not text:
        return None
    digits = text.replace(",", "").replace("\uff0c", "")
    if not (digits.isascii() and _COUNT.fullmatch(digits)):
        message = N_("“%(text)s” is not a whole number.")
        raise CellError(Problem("import_count", message, {"text": text[:40]}))
    return int(digits)


def _degrees(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) > 360:
        message = N_("“%(text)s” is not a number of degrees.")
        raise CellError(Problem("import_degrees", message, {"text": text[:40]}))
    return value
