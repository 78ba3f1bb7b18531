"""The shipped editions of the standard, as the seed and the tests read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from supervision.chemical.rules import Row, Standard, Table
from supervision.core.statutory import Certainty
from supervision.core.tables import read_table

DATA = Path(__file__).resolve().parent / "data"


@dataclass(frozen=True, slots=True)
class Shipped:
    """An edition with the certainty of each of its rows, in the order of its rows."""

    standard: Standard
    effective_from: date
    source: str
    certainty: Certainty
    certainties: tuple[Certainty, ...]


def shipped_standards() -> list[Shipped]:
    """Every edition of ``data/standards.tsv``."""
    return [_shipped(line) for line in read_table(DATA / "standards.tsv")]


def _shipped(line: dict[str, str]) -> Shipped:
    rows = read_table(DATA / line["rows"])
    return Shipped(
        standard=Standard(line["code"], tuple(_row(row) for row in rows)),
        effective_from=date.fromisoformat(line["effective_from"]),
        source=line["source"],
        certainty=Certainty(line["certainty"]),
        certainties=tuple(Certainty(row["certainty"]) for row in rows),
    )


def _row(row: dict[str, str]) -> Row:
    return Row(
        table=Table(row["kind"]),
        position=int(row["position"]),
        symbol=row["symbol"],
        name=row["name"],
        cas=tuple(n for n in row["cas"].split(";") if n),
        bound=Decimal(row["bound"]) if row["bound"] else None,
        value=Decimal(row["value"]) if row["value"] else None,
    )
