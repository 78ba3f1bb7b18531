"""The hazard ledger as Excel: the same query and columns as the screen, and the rest of the law's.

Minimum fields of the ledger: FACTS 2.4 (Order 16, local rules and provincial manuals united).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import selectinload

from supervision.core.db import db
from supervision.core.export.columns import Column, Kind
from supervision.hazard import labels
from supervision.hazard.major_rules import PLAN_PARTS, RecordKind
from supervision.hazard.models import Hazard


def _plan(hazard: Hazard) -> str:
    """The six parts of a major hazard's plan, a line each; else the plan in one piece."""
    plan = hazard.current_plan
    if plan is None:
        return hazard.plan
    return "\n".join(f"{labels.PART_LABELS[n]}: {getattr(plan, n)}" for n in PLAN_PARTS)


COLUMNS: tuple[Column[Hazard], ...] = (
    Column("number", _l("Number"), lambda h: h.number, width=22),
    Column("enterprise", _l("Enterprise"), lambda h: h.enterprise.name, width=30),
    Column("uscc", _l("Unified social credit code"), lambda h: h.enterprise.uscc, width=22),
    Column("status", _l("Step"), lambda h: str(labels.STATUS_LABELS[h.status]), width=14),
    Column("overdue", _l("Overdue"), lambda h: _yes(h.is_overdue), width=8),
    Column("grade", _l("Grade"), lambda h: _label(labels.GRADE_LABELS, h.grade), width=12),
    Column(
        "criterion", _l("Criterion"), lambda h: h.criterion.code if h.criterion else "", width=16
    ),
    Column("source", _l("Source"), lambda h: str(labels.SOURCE_LABELS[h.source]), width=12),
    Column("found_at", _l("Found at"), lambda h: h.found_at, Kind.INSTANT, width=17),
    Column("place", _l("Place"), lambda h: h.place, width=22),
    Column("description", _l("Description"), lambda h: h.description, width=44),
    Column("factor", _l("Factor"), lambda h: str(labels.FACTOR_LABELS[h.factor]), width=10),
    Column("category", _l("Category"), lambda h: str(labels.CATEGORY_LABELS[h.category]), width=16),
    Column("basis", _l("Basis clause"), lambda h: h.basis, width=30),
    Column("responsible", _l("Responsible person"), lambda h: h.responsible_person, width=12),
    Column("due_on", _l("Deadline"), lambda h: h.due_on, Kind.DAY, width=12),
    Column("measures", _l("Measures"), lambda h: h.measures, width=36),
    Column("plan", _l("Plan"), _plan, width=30),
    Column("planned", _l("Funds planned (yuan)"), lambda h: h.funds_planned, Kind.MONEY, width=14),
    Column("spent", _l("Funds spent (yuan)"), lambda h: h.funds_spent, Kind.MONEY, width=14),
    Column(
        "notified", _l("Workers notified on"), lambda h: h.workers_notified_on, Kind.DAY, width=14
    ),
    Column(
        "department",
        _l("Reported to the supervising department"),
        lambda h: h.told_on(RecordKind.DEPARTMENT_REPORT),
        Kind.DAY,
        width=14,
    ),
    Column(
        "congress",
        _l("Reported to the workers' congress"),
        lambda h: h.told_on(RecordKind.CONGRESS_REPORT),
        Kind.DAY,
        width=14,
    ),
    Column("submitted", _l("Submitted at"), lambda h: h.submitted_at, Kind.INSTANT, width=17),
    Column("rectified_by", _l("Rectified by"), lambda h: h.rectified_by, width=12),
    Column("verified_by", _l("Re-inspected by"), lambda h: h.verified_by, width=12),
    Column("verification", _l("Result of the re-inspection"), lambda h: h.verification, width=30),
    Column("closed_at", _l("Closed at"), lambda h: h.closed_at, Kind.INSTANT, width=17),
)


def ledger_table(stmt: Select[Any]) -> tuple[Sequence[Column[Hazard]], Iterable[Hazard]]:
    """The columns, and the rows of a filtered ledger streamed."""
    stmt = stmt.options(selectinload(Hazard.plans), selectinload(Hazard.records))
    return COLUMNS, db.session.scalars(stmt.execution_options(yield_per=500))


def _label(table: dict, code: object) -> str:  # type: ignore[type-arg]
    return str(table[code]) if code is not None else ""


def _yes(value: bool) -> str:
    return _("Yes") if value else ""
