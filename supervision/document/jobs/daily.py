"""Daily work on documents: alarms of what ends, and what is missing. Batch by batch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from supervision.core import alarms, clock, clocks
from supervision.core.alarms import EXPIRED_STEP, Subject
from supervision.core.db import db, transaction
from supervision.core.notices import Audience
from supervision.document import gaps, queries
from supervision.document.models import EnterpriseDocument
from supervision.document.workflow import FilingState

BATCH = 300

D = EnterpriseDocument
# Which day, what the alarm is of, and the notices before and after it.
DAYS: tuple[tuple[Any, str], ...] = (
    (D.valid_to, "valid"),
    (D.review_due_on, "review"),
    (D.filing_due_on, "filing"),
)


def watch(now: datetime) -> int:
    """Tell of every step of every last day once; also count provisional days again."""
    today = clock.day_of(now)
    total = _recount()
    for column, name in DAYS:
        last_id, more = 0, True
        while more:
            with transaction():
                rows = queries.due_after(last_id, column, today, BATCH)
                subjects = [_subject(row, name, getattr(row, column.key)) for row in rows]
                total += alarms.raise_due(subjects, notice=_notice(name), today=today)
                more = bool(rows)
                last_id = rows[-1].id if rows else last_id
    return total


def _notice(name: str) -> Callable[[Subject, int], str]:
    def kind(_subject: Subject, step: int) -> str:
        return f"document.{name}_{'passed' if step == EXPIRED_STEP else 'due'}"

    return kind


def _subject(document: EnterpriseDocument, name: str, due_on: Any) -> Subject:
    return Subject(
        kind=f"document.{name}",
        id=document.id,
        due_on=due_on,
        link=f"/documents/{document.id}",
        tell=_whom(document, name),
        params={"title": document.title},
    )


def _whom(document: EnterpriseDocument, name: str) -> list[tuple[Audience, int | None]]:
    """Whoever has to act, and the officer; a filing that is handed in waits for the authority."""
    officers = (Audience.SUPERVISORS, document.enterprise_id)
    if name == "filing" and document.filing is FilingState.SUBMITTED:
        return [officers]
    return [(Audience.ENTERPRISE_PEOPLE, document.enterprise_id), officers]


def _recount() -> int:
    """Days that crossed a year without a published table of holidays."""
    changed = 0
    with transaction():
        for document in queries.provisional_filings(BATCH):
            handed_in = document.filing is FilingState.SUBMITTED
            code = document.kind.acceptance_rule if handed_in else document.kind.filing_rule
            start = document.submitted_on if handed_in else document.published_on
            armed = clocks.arm(code, start) if code and start else None
            if armed and armed["due_on"] != document.filing_due_on:
                document.filing_due_on, changed = armed["due_on"], changed + 1
            document.filing_provisional = bool(armed and armed["is_provisional"])
    return changed


def reckon(_now: datetime) -> int:
    """Bring the rows of missing documents up to date for the whole roll."""
    total, last_id = 0, 0
    while True:
        with transaction():
            batch = gaps.batch_after(last_id, BATCH)
            if not batch:
                return total
            last_id = batch[-1].id
            total += gaps.refresh(batch)
        db.session.expunge_all()
