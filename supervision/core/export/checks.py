"""Totals that are checked before they are printed, and the proof that they were."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l

from supervision.core.export.columns import Column, Kind, Number


class UnreconciledError(ValueError):
    """A printed total differs from the ledger's; no file is made of it."""


@dataclass(frozen=True)
class Check:
    """A total as the summary states it beside the same total counted from the ledger's rows."""

    label: Any
    reported: Number
    ledger: Number

    @property
    def difference(self) -> Decimal:
        return Decimal(str(self.reported)) - Decimal(str(self.ledger))


def require(checks: Iterable[Check]) -> tuple[Check, ...]:
    """The checks, all of which agree; raises UnreconciledError naming those that do not."""
    done = tuple(checks)
    wrong = [
        f"{check.label}: {check.reported} reported, {check.ledger} in the ledger"
        for check in done
        if check.difference
    ]
    if wrong:
        raise UnreconciledError("; ".join(wrong))
    return done


CHECK_COLUMNS: tuple[Column[Check], ...] = (
    Column("label", _l("Figure"), lambda check: str(check.label), width=36),
    Column("reported", _l("As reported"), lambda check: check.reported, Kind.INTEGER, 14),
    Column("ledger", _l("Counted in the ledger"), lambda check: check.ledger, Kind.INTEGER, 16),
    Column("difference", _l("Difference"), lambda check: check.difference, Kind.INTEGER, 12),
)
