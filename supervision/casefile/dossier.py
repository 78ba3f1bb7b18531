"""The cases' chapter of the dossier: cases for the authority, served decisions for the enterprise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import lazy_gettext as _l

from supervision.casefile import queries
from supervision.casefile.exports import COLUMNS
from supervision.casefile.models import Case, CaseDecision, CaseEvidence
from supervision.casefile.queries import CaseFilter
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.dossier import MOST_ROWS, Chapter, Evidence, Section, pick, section_of
from supervision.core.export.columns import Column, Kind
from supervision.core.permissions import Permission
from supervision.core.scope import visible

_CASES = pick(COLUMNS, "number", "cause", "status", "filed_on", "decision", "fine", "closed_at")
_DECISIONS: tuple[Column[CaseDecision], ...] = (
    Column("number", _l("Penalty decision"), lambda d: d.number or "", width=26),
    Column("text", _l("Decision"), lambda d: d.decision_text, width=40),
    Column("fine", _l("Fine (yuan)"), lambda d: d.fine_yuan, Kind.MONEY, width=12),
    Column("decided_on", _l("Decided on"), lambda d: d.decided_on, Kind.DAY, width=12),
    Column("served_at", _l("Served at"), lambda d: d.served_at, Kind.INSTANT, width=12),
)


def _sections(enterprise_id: int, actor: Actor) -> Sequence[Section]:
    if actor.may(Permission.CASE_READ):
        stmt = queries.list_cases(actor, CaseFilter(enterprise_id=enterprise_id))
        return [section_of(stmt, _CASES)]
    return [Section(columns=_DECISIONS, rows=queries.decisions_of(enterprise_id, actor, MOST_ROWS))]


def _files(enterprise_id: int, actor: Actor) -> Iterable[Evidence]:
    """Decisions that were served; the authority's own dossier has the evidence of its cases too."""
    for decision in queries.decisions_of(enterprise_id, actor, MOST_ROWS):
        if decision.document is not None:
            yield Evidence(decision.number or str(decision.id), decision.document.pdf)
    if not actor.may(Permission.CASE_READ):
        return
    pieces = (
        visible(Case, actor, Case.number, CaseEvidence)
        .join(CaseEvidence, CaseEvidence.case_id == Case.id)
        .where(Case.enterprise_id == enterprise_id, CaseEvidence.attachment_id.is_not(None))
        .order_by(Case.id, CaseEvidence.id)
    )
    for number, piece in db.session.execute(pieces):
        if piece.attachment is not None:
            yield Evidence(number or "—", piece.attachment)


CHAPTERS = (Chapter("cases", _l("Cases"), Permission.ORDER_READ, 90, _sections, _files),)
