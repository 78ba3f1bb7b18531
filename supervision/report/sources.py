"""What a package is made of, read from the other slices at one moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db
from supervision.core.scope import unscoped
from supervision.hazard import figures as hazards
from supervision.hazard.workflow import HazardState
from supervision.report import enforcement_sources, holdings_sources, selfwork_sources
from supervision.report.contents import Material, SeenRow, Subject, TicketText
from supervision.report.enforcement_sources import Whose
from supervision.report.rules import Exit, Period, TicketFact, Verdict, ViolationFact
from supervision.video import figures as videos

EXITS = {
    HazardState.CLOSED: Exit.CLOSED,
    HazardState.TRANSFERRED: Exit.TRANSFERRED,
    HazardState.INVALID: Exit.INVALID,
}


@contextmanager
def one_moment() -> Iterator[None]:
    """All reads inside see the same data, whoever writes meanwhile.

    SQLite's read transaction is a snapshot; PostgreSQL's is one from REPEATABLE READ up.
    """
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    try:
        yield
    finally:
        db.session.rollback()


def collect(subject: Subject, period: Period) -> Material:
    """Rows and counts of a subject's month, all of the same moment.

    Reads as the system: whoever may see the package may see all that is in its region or
    enterprise, so that the reader's own scope narrows nothing.
    """
    start, end = clock.start_of(period.first), clock.end_of(period.events_through)
    window = hazards.Window(start, end, period.first, period.last, period.due_through)
    whose: Whose = {
        "enterprise_id": subject.enterprise_id,
        "region": subject.region_code or "",
    }
    with one_moment():
        return Material(
            tickets=[_ticket(row) for row in hazards.ticket_rows(SYSTEM, window, **whose)],
            seen=[_seen(row) for row in videos.violation_rows(SYSTEM, start, end, **whose)],
            counted=hazards.ticket_counts(SYSTEM, window, **whose),
            counted_violations=videos.violation_counts(SYSTEM, start, end, **whose),
            audit_id=_last_audit_id(),
            enforcement=enforcement_sources.collect(subject, window),
            holdings=holdings_sources.collect(subject, window),
            selfwork=selfwork_sources.collect(subject, window),
        )


def _ticket(row: hazards.TicketRow) -> tuple[TicketFact, TicketText]:
    fact = TicketFact(
        id=row.id,
        number=row.number,
        grade=str(row.grade or ""),
        source=str(row.source),
        enterprise_id=row.enterprise_id,
        found_on=clock.day_of(row.found_at),
        due_on=row.due_on,
        exit=EXITS.get(row.status),
        left_on=clock.day_of(row.left_at) if row.left_at else None,
    )
    text = TicketText(
        enterprise=row.enterprise,
        uscc=row.uscc,
        place=row.place,
        description=row.description,
        responsible_person=row.responsible_person,
    )
    return fact, text


def _seen(row: videos.ViolationRow) -> SeenRow:
    fact = ViolationFact(
        id=row.id,
        rule=str(row.rule_kind),
        enterprise_id=row.enterprise_id,
        seen_on=clock.day_of(row.started_at),
        verdict=Verdict(row.status),
    )
    return SeenRow(fact, row.started_at, row.enterprise, row.camera)


def _last_audit_id() -> int:
    stmt = unscoped(select(func.max(AuditEntry.id)), reason="only the number: the data's version")
    return int(db.session.scalar(stmt) or 0)
