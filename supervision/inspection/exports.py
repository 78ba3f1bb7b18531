"""The list of inspections as Excel: the same query as the screen, its columns and some more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from supervision.core.db import db
from supervision.core.export.columns import Column, Kind
from supervision.inspection import labels
from supervision.inspection.models import Inspection


def _paper(inspection: Inspection) -> str:
    return inspection.document.number if inspection.document is not None else ""


def _officers(inspection: Inspection) -> str:
    named = (f"{o.name} {o.certificate_no}".strip() for o in inspection.officers)
    return str(_(", ")).join(named)


# Both sides may download it: no private note, no word of the cap.
COLUMNS: tuple[Column[Inspection], ...] = (
    Column("number", _l("Inspection number"), lambda i: i.number, width=22),
    Column("paper", _l("Number of the record"), _paper, width=26),
    Column("enterprise", _l("Enterprise"), lambda i: i.enterprise.name, width=30),
    Column("uscc", _l("Unified social credit code"), lambda i: i.enterprise.uscc, width=22),
    Column("kind", _l("Kind"), lambda i: str(labels.KIND_LABELS[i.kind]), width=12),
    Column("status", _l("Step"), lambda i: str(labels.STATUS_LABELS[i.status]), width=12),
    Column("subject", _l("Subject of the inspection"), lambda i: i.subject, width=36),
    Column("basis", _l("Basis"), lambda i: i.basis, width=30),
    Column("place", _l("Place"), lambda i: i.place, width=18),
    Column("planned_on", _l("Day"), lambda i: i.planned_on, Kind.DAY, width=12),
    Column("officers", _l("Officers"), _officers, width=24),
    Column("started", _l("Begun"), lambda i: i.started_at, Kind.INSTANT, width=17),
    Column("ended", _l("Ended"), lambda i: i.ended_at, Kind.INSTANT, width=17),
    Column("party", _l("Person on site"), lambda i: i.party_name, width=14),
    Column("refused", _l("Refused to sign"), lambda i: _("yes") if i.refused else "", width=10),
)


def inspections_table(
    stmt: Select[Any],
) -> tuple[Sequence[Column[Inspection]], Iterable[Inspection]]:
    """The columns, and the rows of a filtered list streamed."""
    stmt = stmt.options(joinedload(Inspection.document))
    return COLUMNS, db.session.scalars(stmt.execution_options(yield_per=500))
