"""Every term of an identification, as plain values: what a page, a paper and a snapshot show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from supervision.chemical.models import ChemicalIdentification, ChemicalItem, ChemicalUnit
from supervision.chemical.rules import Result, Standard, Term, assess, shown


@dataclass(frozen=True, slots=True)
class Reckoning:
    """S, alpha, R and grade with their terms, whether kept or reckoned just now.

    Each of ``terms`` is a dictionary of text: see :func:`term_values`.
    """

    terms: Sequence[dict[str, Any]]
    exposed: int
    s: Decimal
    is_major: bool
    alpha: Decimal | None
    weighted: Decimal | None
    r: Decimal | None
    grade: str | None


def reckon(standard: Standard, unit: ChemicalUnit) -> tuple[Result, Reckoning]:
    """What the unit would be found to be now. Raises InvalidInput for an incomplete ledger."""
    items = unit.held
    result = assess(standard, [item.substance() for item in items], unit.exposed_people)
    return result, Reckoning(
        terms=[term_values(t, item) for t, item in zip(result.terms, items, strict=True)],
        exposed=result.exposed,
        s=shown(result.s),
        is_major=result.is_major,
        alpha=result.alpha.value if result.alpha else None,
        weighted=shown(sum((t.weighted for t in result.terms), start=result.s * 0)),
        r=shown(result.r) if result.r is not None else None,
        grade=result.grade.symbol if result.grade else None,
    )


def kept(identification: ChemicalIdentification) -> Reckoning:
    """What was found then, from the snapshot alone."""
    weighted = None
    if identification.r is not None and identification.alpha:
        weighted = sum((Decimal(t["weighted"]) for t in identification.terms), Decimal(0))
    return Reckoning(
        terms=identification.terms,
        exposed=identification.exposed_people,
        s=identification.s,
        is_major=identification.is_major,
        alpha=identification.alpha,
        weighted=weighted,
        r=identification.r,
        grade=identification.grade,
    )


def term_values(term: Term, item: ChemicalItem) -> dict[str, Any]:
    """One term as JSON holds it; decimals are text, so that none is rounded."""
    return {
        "item_id": item.id,
        "name": item.name,
        "cas": item.cas,
        "classes": list(item.classes),
        "purpose": item.purpose.value,
        "tonnes": plain(term.substance.tonnes),
        "critical": plain(term.critical.value),
        "critical_table": term.critical.table.value,
        "critical_position": term.critical.position,
        "critical_symbol": term.critical.symbol,
        "critical_name": term.critical.name,
        "rule": term.rule.value,
        "ratio": plain(shown(term.ratio)),
        "beta": plain(term.beta.value),
        "beta_table": term.beta.table.value,
        "beta_position": term.beta.position,
        "beta_symbol": term.beta.symbol,
        "beta_name": term.beta.name,
        "weighted": plain(shown(term.weighted)),
    }


def plain(figure: Decimal | None) -> str:
    """Without the zeros that a column adds: 10 and not 10.000."""
    if figure is None:
        return ""
    text = f"{figure:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
