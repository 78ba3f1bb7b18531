"""Rounds and months as Excel: the same queries as the screens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from supervision.core.db import db
from supervision.core.export.columns import Column, Kind
from supervision.selfcheck import labels
from supervision.selfcheck.models import CheckMonth, CheckRound

ROUNDS: tuple[Column[CheckRound], ...] = (
    Column("enterprise", _l("Enterprise"), lambda r: r.enterprise.name, width=30),
    Column("list", _l("Checklist"), lambda r: r.template.name, width=26),
    Column("area", _l("Area"), lambda r: r.plan.area, width=18),
    Column("often", _l("How often"), lambda r: str(labels.FREQUENCY_LABELS[r.frequency]), width=10),
    Column("from", _l("From"), lambda r: r.starts_on, Kind.DAY, width=12),
    Column("until", _l("Until"), lambda r: r.ends_on, Kind.DAY, width=12),
    Column("due", _l("Due"), lambda r: r.due_at, Kind.INSTANT, width=17),
    Column("state", _l("State"), lambda r: str(labels.STATE_LABELS[r.status]), width=12),
    Column("missed", _l("Missed"), lambda r: r.missed_at, Kind.INSTANT, width=17),
    Column("done", _l("Walked at"), lambda r: r.done_at, Kind.INSTANT, width=17),
    Column("by", _l("Walked by"), lambda r: r.done_by, width=12),
    Column("items", _l("Items looked at"), lambda r: r.items, Kind.INTEGER, width=10),
    Column("findings", _l("Findings"), lambda r: r.findings, Kind.INTEGER, width=10),
    Column("excuse", _l("Excuse"), labels.excuse, width=30),
)

MONTHS: tuple[Column[CheckMonth], ...] = (
    Column("enterprise", _l("Enterprise"), lambda m: m.enterprise.name, width=30),
    Column("uscc", _l("Unified social credit code"), lambda m: m.enterprise.uscc, width=22),
    Column("month", _l("Month"), lambda m: m.month, Kind.DAY, width=12),
    Column("due", _l("Rounds due"), lambda m: m.due, Kind.INTEGER, width=10),
    Column("done", _l("Walked"), lambda m: m.done, Kind.INTEGER, width=10),
    Column("late", _l("Walked late"), lambda m: m.late, Kind.INTEGER, width=10),
    Column("missed", _l("Missed"), lambda m: m.missed, Kind.INTEGER, width=10),
    Column("excused", _l("Excused"), lambda m: m.excused, Kind.INTEGER, width=10),
    Column("findings", _l("Findings"), lambda m: m.findings, Kind.INTEGER, width=10),
    Column("zero", _l("Zero reports"), lambda m: m.zero_reports, Kind.INTEGER, width=10),
)


def rounds_table(stmt: Select[Any]) -> tuple[Sequence[Column[CheckRound]], Iterable[CheckRound]]:
    """The columns, and the rows of a filtered list streamed."""
    return ROUNDS, db.session.scalars(stmt.execution_options(yield_per=500))


def months_table(stmt: Select[Any]) -> tuple[Sequence[Column[CheckMonth]], Iterable[CheckMonth]]:
    """The columns, and the rows of a filtered month streamed."""
    return MONTHS, db.session.scalars(stmt.execution_options(yield_per=500))
