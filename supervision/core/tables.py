"""Reads the tab-separated tables of law and codes that ship beside the slices.

The tables are *seeds*: rows that carry their effective dates, source and
certainty (H read in the text, M one source, L a default to be checked) into the
database, where an administrator may change them. Code that decides reads the
database; only tables that never change at run time are read straight from here.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path


class TableError(ValueError):
    """A seed table that cannot be trusted: a missing file, or a row of the wrong width."""


def read_table(path: Path) -> list[dict[str, str]]:
    """Rows of a UTF-8, tab-separated file with one header line, as dictionaries of strings.

    A row that is shorter or longer than the header raises: a lost tab would
    otherwise move a date into the column of a source.
    """
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            return list(_rows(path, csv.reader(handle, delimiter="\t")))
    except OSError as error:
        raise TableError(f"cannot read the table {path.name}: {error.strerror}") from error


def _rows(path: Path, reader: Iterator[list[str]]) -> Iterator[dict[str, str]]:
    header = next(reader, None)
    if not header:
        raise TableError(f"{path.name} is empty")
    for number, row in enumerate(reader, start=2):
        if len(row) != len(header):
            raise TableError(
                f"{path.name} line {number}: {len(row)} fields where the header has {len(header)}"
            )
        yield dict(zip(header, row, strict=True))
