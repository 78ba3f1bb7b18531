"""Duty lists as files; on paper each line has room for a signature."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from supervision.account import queries as accounts
from supervision.core.db import db
from supervision.core.export.columns import Column, Kind
from supervision.dutylist import labels, queries
from supervision.dutylist.models import DutyMonth, EnterpriseDuty, SupervisionDuty


def _who(row: Any, names: Any) -> str:
    return str(names.get(row.account_id) or row.person)


def _sign() -> Column[Any]:
    return Column("signature", _l("Signature"), lambda _row: "", width=14)


def _tail(names: Any) -> tuple[Column[Any], ...]:
    return (
        Column("who", _l("Who does it"), lambda x: _who(x, names), width=14),
        Column(
            "often", _l("How often"), lambda x: str(labels.FREQUENCY_LABELS[x.frequency]), width=12
        ),
        Column("due", _l("Due on"), lambda x: x.due_on, Kind.DAY, width=12),
        Column(
            "standing", _l("State"), lambda x: str(labels.STANDING_LABELS[x.standing]), width=12
        ),
        _sign(),
    )


def duty_table(
    stmt: Select[Any],
) -> tuple[Sequence[Column[EnterpriseDuty]], Iterable[EnterpriseDuty]]:
    rows = db.session.scalars(stmt.limit(queries.MOST_DUTIES)).all()
    names = accounts.names({r.account_id for r in rows if r.account_id})
    head: tuple[Column[EnterpriseDuty], ...] = (
        Column("what", _l("What is to be done"), lambda x: x.what, width=36),
        Column("how", _l("How"), lambda x: x.how, width=28),
        Column("clause", _l("Clause"), lambda x: x.clause, width=18),
    )
    return (*head, *_tail(names)), rows


MONTH_COLUMNS: tuple[Column[DutyMonth], ...] = (
    Column("enterprise", _l("Enterprise"), lambda m: m.enterprise.name, width=36),
    Column("uscc", _l("Unified social credit code"), lambda m: m.enterprise.uscc, width=22),
    Column("due", _l("Due in the month"), lambda m: m.due, Kind.INTEGER),
    Column("done", _l("Done"), lambda m: m.done, Kind.INTEGER),
    Column("late", _l("Done late"), lambda m: m.late, Kind.INTEGER),
    Column("missed", _l("Missed"), lambda m: m.missed, Kind.INTEGER),
    Column("rate", _l("Completion rate"), lambda m: m.rate, Kind.PERCENT),
)


def month_table(
    stmt: Select[Any],
) -> tuple[Sequence[Column[DutyMonth]], Iterable[DutyMonth]]:
    return MONTH_COLUMNS, db.session.scalars(stmt.execution_options(yield_per=500))


def supervision_table(
    stmt: Select[Any],
) -> tuple[Sequence[Column[SupervisionDuty]], Iterable[SupervisionDuty]]:
    ids = stmt.order_by(None).with_only_columns(
        SupervisionDuty.account_id, maintain_column_froms=True
    )
    names = accounts.names({i for i in db.session.scalars(ids.distinct()) if i})
    head: tuple[Column[SupervisionDuty], ...] = (
        Column("authority", _l("Authority"), lambda x: x.authority.name, width=22),
        Column("what", _l("What is checked or supervised"), lambda x: x.what, width=36),
        Column("basis", _l("Basis"), lambda x: x.basis, width=24),
        Column(
            "grade",
            _l("Class of enterprise"),
            lambda x: str(labels.GRADE_LABELS[x.grade]),
            width=12,
        ),
        Column("industry", _l("Industry"), lambda x: x.industry, width=8),
        Column("unit", _l("Responsible section"), lambda x: x.unit, width=16),
    )
    return (*head, *_tail(names)), db.session.scalars(stmt.execution_options(yield_per=500))
