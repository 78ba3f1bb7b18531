"""The list of safety codes as Excel: the same query as the screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from supervision.core.db import db
from supervision.core.export.columns import Column, Kind
from supervision.score import labels
from supervision.score.models import Score


def _number(value: object) -> str:
    return "" if value is None else str(value)


COLUMNS: Sequence[Column[Score]] = (
    Column("enterprise", _l("Enterprise"), lambda s: s.enterprise.name, width=30),
    Column("uscc", _l("Unified social credit code"), lambda s: s.enterprise.uscc, width=22),
    Column("region", _l("Region"), lambda s: s.enterprise.region_code, width=12),
    Column("industry", _l("Industry"), lambda s: s.enterprise.industry_code, width=10),
    Column("month", _l("Month"), lambda s: s.month, Kind.DAY, width=12),
    Column(
        "colour",
        _l("Safety code"),
        lambda s: str(labels.COLOUR_LABELS[s.colour]) if s.colour else "",
        width=12,
    ),
    Column("total", _l("Points"), lambda s: _number(s.total), width=10),
    Column("change", _l("Since last month"), lambda s: _number(s.change), width=10),
    Column("veto", _l("Veto"), lambda s: str(_l("Yes")) if s.is_vetoed else "", width=8),
)


def table(stmt: Select[Any]) -> tuple[Sequence[Column[Score]], Iterable[Score]]:
    """The columns, and the rows of a filtered list streamed."""
    return COLUMNS, db.session.scalars(stmt.execution_options(yield_per=500))
