"""What each kind of violation means as a hazard: a table of law's words that ships with the slice."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from supervision.core.statutory import Certainty
from supervision.core.tables import read_table
from supervision.hazard.rules import Category, Factor
from vision.contract import RuleKind

TABLE = Path(__file__).parent / "data" / "rule_kinds.tsv"


@dataclass(frozen=True, slots=True)
class Meaning:
    """The ticket's wording; statutory text, the same in every language of the pages.

    ``certainty`` is that of ``basis`` for this finding: H as read in the law, M the article was
    read and its use here is ours, L from memory. Whoever grades the ticket may name another.
    """

    factor: Factor
    category: Category
    finding: str
    basis: str
    certainty: Certainty


def meaning_of(kind: RuleKind) -> Meaning:
    return _meanings()[kind]


@cache
def _meanings() -> dict[RuleKind, Meaning]:
    """Every kind has a row; a missing one fails here, at the first confirmation of a test."""
    rows = {
        RuleKind(row["kind"]): Meaning(
            Factor(row["factor"]),
            Category(row["category"]),
            row["finding"],
            row["basis"],
            Certainty(row["certainty"]),
        )
        for row in read_table(TABLE)
    }
    if set(rows) != set(RuleKind):
        raise ValueError(f"{TABLE.name} does not describe every kind of rule")
    return rows
