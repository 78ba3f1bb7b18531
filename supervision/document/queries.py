"""Reads of documents. Every one of an enterprise starts at ``visible()``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from supervision.core import alarms, clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import region_range, unscoped, visible
from supervision.core.search import contains
from supervision.document.models import (
    DocumentEvent,
    DocumentGap,
    DocumentReview,
    DocumentScan,
    EnterpriseDocument,
)
from supervision.document.rules import GapReason
from supervision.document.workflow import OPEN_FILING, UNFILED, DocumentState, FilingState
from supervision.enterprise.models import Enterprise
from supervision.enterprise.tiles import owned_counts

D = EnterpriseDocument

SORTS = {
    "newest": (D.created_at.desc(), D.id.desc()),
    "end": (D.valid_to.is_(None), D.valid_to, D.id),
    "review": (D.review_due_on.is_(None), D.review_due_on, D.id),
}
# An alarm that nobody has heard for so long is no news.
_STALE_DAYS = 90


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """What a list is narrowed to; empty means all. ``group``: a key of :func:`_groups`."""

    text: str = ""
    kind: str = ""
    group: str = "in_force"
    region: str = ""
    enterprise_id: int | None = None
    sort: str = "newest"


def _groups(today: date) -> dict[str, ColumnElement[bool]]:
    live = D.status == DocumentState.IN_FORCE
    soon = alarms.last_day_to_ask(today)
    return {
        "in_force": live,
        "draft": D.status == DocumentState.DRAFT,
        "expired": and_(live, D.valid_to < today),
        "ending": and_(live, D.valid_to >= today, D.valid_to <= soon),
        "review": and_(live, D.review_due_on <= soon),
        "to_file": and_(live, D.filing.in_(UNFILED)),
        "filing_late": and_(live, D.filing.in_(OPEN_FILING), D.filing_due_on < today),
        "submitted": and_(live, D.filing == FilingState.SUBMITTED),
        "ended": D.status.in_({DocumentState.SUPERSEDED, DocumentState.WITHDRAWN}),
    }


def list_documents(actor: Actor, wanted: DocumentFilter) -> Select[Any]:
    """The ordered statement behind the list and its export, enterprise and kind loaded along."""
    stmt = (
        visible(D, actor)
        .join(Enterprise, Enterprise.id == D.enterprise_id)
        .options(contains_eager(D.enterprise), joinedload(D.kind))
    )
    groups = _groups(clock.today())
    if wanted.group in groups:
        stmt = stmt.where(groups[wanted.group])
    if wanted.text:
        columns = (D.title, D.number, D.filing_number, Enterprise.name)
        stmt = stmt.where(contains(wanted.text, *columns))
    if wanted.kind:
        stmt = stmt.where(D.kind_code == wanted.kind)
    if wanted.enterprise_id:
        stmt = stmt.where(D.enterprise_id == wanted.enterprise_id)
    if wanted.region:
        stmt = stmt.where(region_range(Enterprise.region_code, wanted.region))
    return stmt.order_by(*SORTS.get(wanted.sort, SORTS["newest"]))


@dataclass(frozen=True, slots=True)
class Counts:
    """Figures on top of the list, each counted up to a cap."""

    expired: int
    ending: int
    review: int
    to_file: int
    submitted: int
    missing: int


def counts(actor: Actor) -> Counts:
    """What waits for somebody; none is counted beyond 10,001."""
    groups = _groups(clock.today())
    names = ("expired", "ending", "review", "to_file", "submitted")
    found = owned_counts(D, actor, [groups[name] for name in names])
    return Counts(*found, *owned_counts(DocumentGap, actor, [true()]))


def get_document(document_id: int, actor: Actor) -> EnterpriseDocument:
    """One version with what its page shows. Raises NotFound out of scope."""
    stmt = visible(D, actor).where(D.id == document_id)
    found: EnterpriseDocument | None = db.session.scalars(
        stmt.options(joinedload(D.enterprise), joinedload(D.kind), selectinload(D.scans))
    ).first()
    if found is None:
        raise NotFound
    return found


def versions(series: str, actor: Actor) -> Sequence[EnterpriseDocument]:
    """All versions of a document, newest first."""
    stmt = visible(D, actor).where(D.series == series).order_by(D.version.desc()).limit(100)
    return db.session.scalars(stmt).all()


def get_scan(document: EnterpriseDocument, scan_id: int) -> DocumentScan:
    """A file of a version; raises NotFound."""
    for scan in document.scans:
        if scan.id == scan_id:
            return scan
    raise NotFound


def get_review(document: EnterpriseDocument, review_id: int) -> DocumentReview:
    """A re-evaluation of a version; raises NotFound."""
    for review in document.reviews:
        if review.id == review_id:
            return review
    raise NotFound


def of_enterprise(enterprise_id: int, actor: Actor, limit: int) -> Sequence[EnterpriseDocument]:
    """What is in force and what is being drafted, for the panel; the first to end first."""
    live = {DocumentState.IN_FORCE, DocumentState.DRAFT}
    stmt = (
        visible(D, actor)
        .where(D.enterprise_id == enterprise_id, D.status.in_(live))
        .options(joinedload(D.kind))
        .order_by(*SORTS["end"])
        .limit(limit)
    )
    return db.session.scalars(stmt).all()


def all_of_enterprise(enterprise_id: int, actor: Actor) -> Select[Any]:
    """Every version that was ever in force, newest first, for the dossier."""
    return (
        visible(D, actor)
        .where(D.enterprise_id == enterprise_id, D.in_force_at.is_not(None))
        .options(joinedload(D.kind), selectinload(D.scans))
        .order_by(D.in_force_at.desc(), D.id.desc())
    )


@dataclass(frozen=True, slots=True)
class GapFilter:
    """What the list of missing documents is narrowed to."""

    kind: str = ""
    reason: GapReason | None = None
    region: str = ""
    text: str = ""


def list_gaps(actor: Actor, wanted: GapFilter) -> Select[Any]:
    """Missing documents with their enterprises, ordered by enterprise."""
    gap = DocumentGap
    stmt = (
        visible(gap, actor)
        .join(Enterprise, Enterprise.id == gap.enterprise_id)
        .options(contains_eager(gap.enterprise))
    )
    if wanted.kind:
        stmt = stmt.where(gap.kind_code == wanted.kind)
    if wanted.reason:
        stmt = stmt.where(gap.reason == wanted.reason)
    if wanted.region:
        stmt = stmt.where(region_range(Enterprise.region_code, wanted.region))
    if wanted.text:
        stmt = stmt.where(contains(wanted.text, Enterprise.name, Enterprise.uscc))
    return stmt.order_by(gap.enterprise_id, gap.kind_code)


def events_of_enterprise(
    enterprise_id: int, actor: Actor, before: datetime | None, limit: int, actions: Sequence[str]
) -> Sequence[DocumentEvent]:
    """Steps of an enterprise's documents, newest first, for the file's timeline."""
    event = DocumentEvent
    stmt = (
        visible(event, actor)
        .where(event.enterprise_id == enterprise_id, event.action.in_(actions))
        .options(joinedload(event.document))
        .order_by(event.at.desc(), event.id.desc())
        .limit(limit)
    )
    if before is not None:
        stmt = stmt.where(event.at < before)
    return db.session.scalars(stmt).all()


def due_after(last_id: int, column: Any, today: date, limit: int) -> Sequence[EnterpriseDocument]:
    """Documents in force whose ``column`` (a last day) has an alarm today, batch by batch."""
    stmt = (
        select(D)
        .where(D.status == DocumentState.IN_FORCE, D.id > last_id)
        .where(column <= alarms.last_day_to_ask(today))
        .where(column >= today - timedelta(days=_STALE_DAYS))
        .order_by(D.id)
        .limit(limit)
    )
    if column is D.filing_due_on:
        stmt = stmt.where(D.filing.in_(OPEN_FILING))
    return db.session.scalars(unscoped(stmt, reason="the daily alarms of all documents")).all()


def provisional_filings(limit: int) -> Sequence[EnterpriseDocument]:
    """Days that were counted without a year's table of holidays, to be counted again."""
    stmt = select(D).where(D.filing.in_(OPEN_FILING), D.filing_provisional.is_(True)).limit(limit)
    stmt = stmt.options(joinedload(D.kind))
    return db.session.scalars(unscoped(stmt, reason="the daily count of all documents")).all()
