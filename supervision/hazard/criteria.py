"""The lists of major hazards: what is in force on a day, and what of it fits an industry.

The sectors of an enterprise come from its GB/T 4754 code by a table with certainties (FACTS 2.5);
they narrow the choice at first and bind nobody: every list stays one choice away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Select, func, or_, select

from supervision.core.db import db
from supervision.core.search import contains
from supervision.core.tables import read_table
from supervision.core.web.numbers import LARGEST_ID
from supervision.hazard.models import HazardCriterion

DATA = Path(__file__).resolve().parent / "data" / "sector_divisions.tsv"
# Criteria that are asked of every trade stand under this industry.
EVERY_TRADE = "*"
# More than this is not read in the form but on the page of its own.
INLINE = 50
OWN, ALL = "own", "all"


@cache
def _table() -> dict[str, frozenset[str]]:
    """Sectors by industry: a prefix of GB/T 4754-2017, or :data:`EVERY_TRADE`."""
    table: dict[str, frozenset[str]] = {}
    for row in read_table(DATA):
        sectors = {row["sector"]} if row["sector"] else set()
        table[row["industry"]] = table.get(row["industry"], frozenset()) | sectors
    return table


def sectors_of_industry(code: str) -> frozenset[str]:
    """The sectors whose criteria concern an industry of GB/T 4754-2017 (two to four digits).

    The longest prefix decides: 3073 is taken out of 30. An industry that no row names gets the
    criteria of every trade alone.
    """
    table = _table()
    prefixes = (code[:length] for length in range(len(code), 1, -1))
    own = next((table[prefix] for prefix in prefixes if prefix in table), frozenset())
    return own | table[EVERY_TRADE]


def search(day: date, text: str, sectors: frozenset[str] | None) -> Select[Any]:
    """The criteria in force on ``day`` that hold every word, by code; ``None``: of all sectors."""
    stmt = select(HazardCriterion).where(*_in_force(day)).order_by(HazardCriterion.code)
    if sectors is not None:
        stmt = stmt.where(HazardCriterion.sector.in_(sectors))
    columns = (
        HazardCriterion.text,
        HazardCriterion.code,
        HazardCriterion.article,
        HazardCriterion.sector,
    )
    for word in text.split():
        stmt = stmt.where(contains(word, *columns))
    return stmt


def _in_force(day: date) -> tuple[Any, Any]:
    until = HazardCriterion.effective_to
    return HazardCriterion.effective_from <= day, or_(until.is_(None), until >= day)


def sectors_on(day: date) -> Sequence[str]:
    """The sectors that have criteria on ``day``, in the order of the lists."""
    first = func.min(HazardCriterion.code)
    stmt = (
        select(HazardCriterion.sector)
        .where(*_in_force(day))
        .group_by(HazardCriterion.sector)
        .order_by(first)
    )
    return db.session.scalars(stmt).all()


def narrowed(wanted: str | None, industry_code: str, day: date) -> frozenset[str] | None:
    """The sectors that a choice in the form stands for; nonsense narrows like the default."""
    if wanted == ALL:
        return None
    if wanted in sectors_on(day):
        return frozenset({str(wanted)})
    return sectors_of_industry(industry_code)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the grading form offers: ``chosen`` stays among them, ``is_cut``: there are more."""

    items: Sequence[HazardCriterion]
    chosen: HazardCriterion | None
    is_cut: bool


def choice(
    day: date, text: str, sectors: frozenset[str] | None, chosen_id: int | None = None
) -> Choice:
    """The first :data:`INLINE` that fit, and the one that is chosen, whether it fits or not.

    A choice that is not in force on ``day`` is none.
    """
    found = db.session.scalars(search(day, text, sectors).limit(INLINE + 1)).all()
    items = found[:INLINE]
    chosen = None
    if chosen_id and 0 < chosen_id <= LARGEST_ID:
        stmt = select(HazardCriterion).where(HazardCriterion.id == chosen_id, *_in_force(day))
        chosen = db.session.scalars(stmt).first()
    return Choice([c for c in items if c is not chosen], chosen, len(found) > INLINE)
