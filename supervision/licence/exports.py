"""Licences as Excel: the same query and columns as the screen, and the rest of the paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import selectinload

from supervision.core.db import db
from supervision.core.export.columns import Column, Kind
from supervision.licence import labels
from supervision.licence.models import Licence

COLUMNS: tuple[Column[Licence], ...] = (
    Column("number", _l("Licence number"), lambda x: x.number, width=26),
    Column("type", _l("Type of licence"), lambda x: x.type.name, width=26),
    Column("enterprise", _l("Enterprise"), lambda x: x.enterprise.name, width=30),
    Column("uscc", _l("Unified social credit code"), lambda x: x.enterprise.uscc, width=22),
    Column("state", _l("Standing"), lambda x: labels.text_of(x.status, x.standing), width=20),
    Column("issuer", _l("Issued by"), lambda x: x.issuing_authority, width=26),
    Column("issued_on", _l("Day of issue"), lambda x: x.issued_on, Kind.DAY, width=12),
    Column("valid_from", _l("Valid from"), lambda x: x.valid_from, Kind.DAY, width=12),
    Column("valid_to", _l("Valid until"), lambda x: x.valid_to, Kind.DAY, width=12),
    Column("apply_by", _l("Apply by"), lambda x: x.apply_by, Kind.DAY, width=12),
    Column("applied_on", _l("Applied on"), lambda x: x.applied_on, Kind.DAY, width=12),
    Column("left", _l("Days left"), lambda x: x.days_left, Kind.INTEGER, width=10),
    Column("origin", _l("Issued as"), lambda x: str(labels.ORIGIN_LABELS[x.origin]), width=14),
    Column("scope", _l("Scope as written"), lambda x: x.scope_text, width=36),
    Column(
        "items",
        _l("Chemicals of the scope"),
        lambda x: "\n".join(f"{i.cas} {i.name}" for i in x.items),
        width=30,
    ),
    Column("verified_by", _l("Verified by"), lambda x: x.verified_by, width=14),
    Column("decision", _l("Number of the decision"), lambda x: x.decision_number, width=22),
)


def licence_table(stmt: Select[Any]) -> tuple[Sequence[Column[Licence]], Iterable[Licence]]:
    """The columns, and the rows of a filtered list streamed."""
    stmt = stmt.options(selectinload(Licence.items))
    return COLUMNS, db.session.scalars(stmt.execution_options(yield_per=500))
