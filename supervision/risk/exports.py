"""Risk points as Excel: the same query as the screen, and the columns of the law's ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import selectinload

from supervision.core import clock
from supervision.core.db import db
from supervision.core.export.columns import Column, Kind
from supervision.risk import labels, tables
from supervision.risk.models import RiskPoint
from supervision.risk.service import standing_controls


def controls_text(point: RiskPoint) -> str:
    """The controls that stand, a line each, with the post that answers for each."""
    return "\n".join(
        f"{labels.KIND_LABELS[c.kind]}: {c.text} ({c.responsible_post})"
        for c in standing_controls(point)
    )


def accidents_text(point: RiskPoint, names: Mapping[str, str]) -> str:
    return ", ".join(names.get(code, code) for code in point.accidents)


def columns(names: Mapping[str, str]) -> Sequence[Column[RiskPoint]]:
    """``names`` of the types of accident, by code."""
    return (
        Column("number", _l("Number of the risk point"), lambda p: p.number, width=10),
        Column("name", _l("Name of the risk point"), lambda p: p.name, width=24),
        Column("enterprise", _l("Enterprise"), lambda p: p.enterprise.name, width=30),
        Column("uscc", _l("Unified social credit code"), lambda p: p.enterprise.uscc, width=22),
        Column("place", _l("Place"), lambda p: p.place, width=20),
        Column("area", _l("Area"), lambda p: p.area.name if p.area else "", width=16),
        Column("status", _l("State"), lambda p: str(labels.STATUS_LABELS[p.status]), width=10),
        Column("inherent", _l("Without controls"), lambda p: _grade(p.inherent), width=14),
        Column("residual", _l("With controls"), lambda p: _grade(p.residual), width=14),
        Column("grade", _l("Risk grade"), lambda p: _grade(p.grade), width=14),
        Column(
            "method",
            _l("Method of assessment"),
            lambda p: str(labels.METHOD_SHORT[p.method]) if p.method else "",
            width=8,
        ),
        Column("factor", _l("Hazardous factor"), lambda p: p.factor, width=36),
        Column("accidents", _l("Possible accidents"), lambda p: accidents_text(p, names), width=20),
        Column("controls", _l("Controls"), controls_text, width=48),
        Column(
            "level",
            _l("Level of control"),
            lambda p: str(labels.LEVEL_LABELS[p.control_level]) if p.control_level else "",
            width=14,
        ),
        Column("person", _l("Person responsible"), lambda p: p.responsible_person, width=12),
        Column("post", _l("Department or post"), lambda p: p.responsible_post, width=14),
        Column("assessed", _l("Assessed on"), lambda p: p.assessed_on, Kind.DAY, width=12),
        Column("review", _l("Re-assess by"), lambda p: p.next_review_on, Kind.DAY, width=12),
        Column("longitude", _l("Longitude (WGS-84)"), lambda p: _degrees(p.longitude), width=12),
        Column("latitude", _l("Latitude (WGS-84)"), lambda p: _degrees(p.latitude), width=12),
    )


def point_table(stmt: Select[Any]) -> tuple[Sequence[Column[RiskPoint]], Iterable[RiskPoint]]:
    """The columns, and the rows of a filtered list streamed."""
    names = tables.accident_names(clock.today())
    stmt = stmt.options(selectinload(RiskPoint.controls))
    return columns(names), db.session.scalars(stmt.execution_options(yield_per=500))


def _grade(grade: object) -> str:
    return "" if grade is None else str(labels.GRADE_LABELS[grade])  # type: ignore[index]


def _degrees(value: object) -> str:
    return "" if value is None else str(value)
