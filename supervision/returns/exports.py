"""The list of returns as a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import selectinload

from supervision.core.db import db
from supervision.core.export.columns import Column, Kind
from supervision.returns import labels
from supervision.returns.models import PeriodReturn
from supervision.returns.rules import FIGURES, MONEY


def _name(row: PeriodReturn) -> str:
    return row.layout.name if row.layout else str(labels.KIND_LABELS[row.kind])


def _figure(name: str) -> Column[PeriodReturn]:
    kind = Kind.MONEY if name in MONEY else Kind.INTEGER

    def value(row: PeriodReturn) -> Any:
        return row.values[name] if name in MONEY else int(row.values[name])

    return Column(name, labels.FIGURE_LABELS[name], value, kind, width=12)


def _corrected_by(row: PeriodReturn) -> Any:
    return row.expected_on if row.expected_on != row.due_on else None


COLUMNS: tuple[Column[PeriodReturn], ...] = (
    Column("enterprise", _l("Enterprise"), lambda r: r.enterprise.name, width=30),
    Column("kind", _l("Kind"), _name, width=18),
    Column("first", _l("From"), lambda r: r.first_day, Kind.DAY, width=12),
    Column("last", _l("Until"), lambda r: r.last_day, Kind.DAY, width=12),
    Column("due_on", _l("Due on"), lambda r: r.due_on, Kind.DAY, width=12),
    Column("expected", _l("To be corrected by"), _corrected_by, Kind.DAY, width=12),
    Column("status", _l("Step"), lambda r: str(labels.STATUS_LABELS[r.status]), width=16),
    Column("overdue", _l("Overdue"), lambda r: _("Yes") if r.is_overdue else "", width=8),
    Column("late", _l("Came in late"), lambda r: _("Yes") if r.is_late else "", width=8),
    Column("signed_by", _l("Signed by"), lambda r: r.signed_by, width=12),
    Column("submitted", _l("Submitted at"), lambda r: r.submitted_at, Kind.INSTANT, width=17),
    Column("reminded", _l("Reminded at"), lambda r: r.reminded_at, Kind.INSTANT, width=17),
    *(_figure(name) for name in FIGURES),
)


def list_table(
    stmt: Select[Any],
) -> tuple[Sequence[Column[PeriodReturn]], Iterable[PeriodReturn]]:
    """The columns, and the rows of a filtered list streamed."""
    stmt = stmt.options(selectinload(PeriodReturn.corrections))
    return COLUMNS, db.session.scalars(stmt.execution_options(yield_per=500))
