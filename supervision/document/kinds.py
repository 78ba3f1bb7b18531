"""The list of kinds in versions: which are in force, and how a new version comes about.

A version is never edited: a new one takes its place from a day on, and a document keeps the
version that it was written under.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from supervision.core import audit, clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from supervision.core.permissions import Permission
from supervision.core.statutory import Certainty
from supervision.core.text import N_
from supervision.document.models import DocumentKind
from supervision.document.rules import Category

MOST_KINDS = 200
MOST_VERSIONS = 50


def _on(day: date) -> ColumnElement[bool]:
    ends = or_(DocumentKind.effective_to.is_(None), DocumentKind.effective_to >= day)
    return and_(DocumentKind.effective_from <= day, ends)


def kinds_on(day: date) -> Sequence[DocumentKind]:
    """The list in force on ``day``, in the order in which it was written."""
    stmt = select(DocumentKind).where(_on(day))
    return db.session.scalars(stmt.order_by(DocumentKind.id).limit(MOST_KINDS)).all()


def kind_on(code: str, day: date) -> DocumentKind:
    """The version of ``code`` in force on ``day``; raises InvalidInput for the field ``kind``."""
    found = db.session.scalars(select(DocumentKind).where(DocumentKind.code == code, _on(day)))
    kind = found.first()
    if kind is None:
        raise InvalidInput(N_("This kind of document is not in force."), field="kind")
    return kind


def versions(code: str) -> Sequence[DocumentKind]:
    """All versions of a kind, newest first. Raises NotFound for an unknown code."""
    stmt = select(DocumentKind).where(DocumentKind.code == code)
    found = db.session.scalars(
        stmt.order_by(DocumentKind.effective_from.desc()).limit(MOST_VERSIONS)
    ).all()
    if not found:
        raise NotFound
    return found


def by_codes(codes: set[str]) -> dict[str, DocumentKind]:
    """The newest version of each code, for its name."""
    if not codes:
        return {}
    stmt = select(DocumentKind).where(DocumentKind.code.in_(codes))
    rows = db.session.scalars(stmt.order_by(DocumentKind.effective_from)).all()
    return {row.code: row for row in rows}


@dataclass(frozen=True, slots=True)
class Head:
    """What a new version says."""

    name: str
    name_en: str
    category: Category
    term_months: int | None
    review_months: int | None
    required_industries: str
    required_traits: str
    required_headcount: int
    filing_industries: str
    filing_traits: str
    effective_from: date
    source: str
    certainty: Certainty
    note: str = ""


def new_version(code: str, actor: Actor, head: Head, *, reason: str) -> DocumentKind:
    """The next version of a kind from ``head.effective_from`` on; it ends the one before.

    What was written under an earlier version keeps it. Raises Forbidden, or InvalidInput.
    """
    if not actor.may(Permission.FILE_TABLES_EDIT):
        raise Forbidden
    if not reason.strip():
        raise InvalidInput(N_("This field is required."), field="reason")
    last = versions(code)[0]
    if last.effective_to is not None:
        raise Conflict(N_("This kind has ended."))
    if head.effective_from <= max(last.effective_from, clock.today()):
        raise InvalidInput(
            N_("A new version begins after today, and after the one before it (%(day)s)."),
            field="effective_from",
            day=last.effective_from,
        )
    last.effective_to = head.effective_from - timedelta(days=1)
    made = DocumentKind(
        code=code,
        has_level=last.has_level,
        has_sum=last.has_sum,
        filing_rule=last.filing_rule,
        acceptance_rule=last.acceptance_rule,
        **asdict(head),
    )
    db.session.add(made)
    before = {name: getattr(last, name) for name in asdict(head)}
    audit.record(actor, "document.kind", made, code=code, reason=reason, **_changes(before, head))
    return made


def _changes(before: dict[str, Any], head: Head) -> dict[str, Any]:
    """What differs from the version before, as [old, new]."""
    now = asdict(head)
    return {name: [before[name], now[name]] for name in now if before[name] != now[name]}
