"""The lists of documents as Excel: the same query as the screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from supervision.core import clock
from supervision.core.db import db
from supervision.core.export.columns import Column, Kind
from supervision.document import kinds, labels
from supervision.document.models import DocumentGap, DocumentKind, EnterpriseDocument

CHUNK = 500


def _filing(document: EnterpriseDocument) -> str:
    return document.filing_number or str(labels.FILING_LABELS[document.filing])


def _standing(document: EnterpriseDocument) -> str:
    return str(labels.STANDING_LABELS[document.standing]) if document.is_in_force else ""


_Column = Column[EnterpriseDocument]

# Of one enterprise's documents, for its dossier; the list puts the enterprise in front.
OWN_COLUMNS: tuple[_Column, ...] = (
    _Column("kind", _l("Kind of document"), lambda d: labels.kind_name(d.kind), width=24),
    _Column("title", _l("Title"), lambda d: d.title, width=30),
    _Column("version", _l("Version"), lambda d: d.version, Kind.INTEGER, width=7),
    _Column("status", _l("State"), lambda d: str(labels.STATUS_LABELS[d.status]), width=10),
    _Column("published", _l("Made public on"), lambda d: d.published_on, Kind.DAY, width=12),
    _Column("end", _l("Valid to"), lambda d: d.valid_to, Kind.DAY, width=12),
    _Column("number", _l("Its own number"), lambda d: d.number, width=18),
    _Column("filing", _l("Filing status"), _filing, width=18),
)

COLUMNS: tuple[_Column, ...] = (
    _Column("enterprise", _l("Enterprise"), lambda d: d.enterprise.name, width=30),
    _Column("uscc", _l("Unified social credit code"), lambda d: d.enterprise.uscc, width=22),
    *OWN_COLUMNS,
    _Column("standing", _l("Validity"), _standing, width=12),
    _Column("approver", _l("Approved by"), lambda d: d.approver, width=12),
    _Column("issuer", _l("Given by"), lambda d: d.issuer, width=22),
    _Column("level", _l("Level"), lambda d: d.level, Kind.INTEGER, width=7),
    _Column("sum", _l("Insured sum (yuan)"), lambda d: d.insured_sum, Kind.MONEY, width=16),
    _Column("review", _l("Next evaluation"), lambda d: d.review_due_on, Kind.DAY, width=14),
    _Column("filing_due", _l("Filing due"), lambda d: d.filing_due_on, Kind.DAY, width=12),
)


def document_table(stmt: Select[Any]) -> tuple[Sequence[_Column], Iterable[EnterpriseDocument]]:
    """The columns, and the rows of a filtered list streamed."""
    return COLUMNS, db.session.scalars(stmt.execution_options(yield_per=CHUNK))


def gap_table(stmt: Select[Any]) -> tuple[Sequence[Column[DocumentGap]], Iterable[DocumentGap]]:
    """The same of what is missing."""
    named = kinds.by_codes({k.code for k in kinds.kinds_on(clock.today())})
    return _gap_columns(named), db.session.scalars(stmt.execution_options(yield_per=CHUNK))


def _gap_columns(named: dict[str, DocumentKind]) -> tuple[Column[DocumentGap], ...]:
    def kind(gap: DocumentGap) -> str:
        found = named.get(gap.kind_code)
        return labels.kind_name(found) if found else gap.kind_code

    return (
        Column("enterprise", _l("Enterprise"), lambda g: g.enterprise.name, width=30),
        Column("uscc", _l("Unified social credit code"), lambda g: g.enterprise.uscc, width=22),
        Column("kind", _l("Kind of document"), kind, width=28),
        Column("reason", _l("What is wrong"), lambda g: str(labels.GAP_LABELS[g.reason]), width=12),
        Column("since", _l("Missing since"), lambda g: g.since, Kind.DAY, width=12),
    )
