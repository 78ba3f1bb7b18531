"""The index of cases as Excel: the same query as the screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import selectinload

from supervision.casefile import labels
from supervision.casefile.models import Case, CaseDecision
from supervision.core.db import db
from supervision.core.export.columns import Column, Kind


def _of(case: Case, name: str) -> str:
    found: CaseDecision | None = case.decision
    return getattr(found, name) or "" if found else ""


def _penalties(case: Case) -> str:
    found = case.decision
    return ", ".join(str(labels.PENALTY_LABELS[kind]) for kind in found.kinds) if found else ""


COLUMNS: tuple[Column[Case], ...] = (
    Column("number", _l("Case number"), lambda c: c.number or "", width=28),
    Column("enterprise", _l("Enterprise"), lambda c: c.enterprise.name, width=30),
    Column("cause", _l("Cause of the case"), lambda c: c.cause, width=40),
    Column(
        "source", _l("Source of the case"), lambda c: str(labels.SOURCE_LABELS[c.source]), width=16
    ),
    Column("status", _l("Step"), lambda c: str(labels.STATUS_LABELS[c.status]), width=22),
    Column("officers", _l("Officers"), lambda c: ", ".join(o.name for o in c.officers), width=20),
    Column("filed_on", _l("Filed on"), lambda c: c.filed_on, Kind.DAY, width=12),
    Column("decision", _l("Penalty decision"), lambda c: _of(c, "number"), width=28),
    Column("penalties", _l("Penalties"), _penalties, width=24),
    Column(
        "fine",
        _l("Fine (yuan)"),
        lambda c: c.decision.fine_yuan if c.decision else None,
        Kind.MONEY,
        width=14,
    ),
    Column(
        "decided_on",
        _l("Decided on"),
        lambda c: c.decision.decided_on if c.decision else None,
        Kind.DAY,
        width=12,
    ),
    Column("published_on", _l("Published on"), lambda c: c.published_on, Kind.DAY, width=12),
    Column("executed_on", _l("Executed on"), lambda c: c.executed_on, Kind.DAY, width=12),
    Column("closed_at", _l("Closed at"), lambda c: c.closed_at, Kind.INSTANT, width=17),
)


def case_table(stmt: Select[Any]) -> tuple[Sequence[Column[Case]], Iterable[Case]]:
    """The columns, and the rows of a filtered index streamed."""
    stmt = stmt.options(selectinload(Case.officers))
    return COLUMNS, db.session.scalars(stmt.execution_options(yield_per=500))
