"""Alarms of papers that end: each step of each last day is told once.

A slice's daily job reads what may be due (its own indexed query), and gives it to
:func:`raise_due` batch by batch, inside its transaction. What was told is a row, so that a second
run, a second scheduler or a run after a kill tells nothing twice, and a new last day (renewed,
reviewed) starts its ladder again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import String, UniqueConstraint, select, tuple_
from sqlalchemy.orm import Mapped, mapped_column

from supervision.core import clock
from supervision.core.db import Base, db
from supervision.core.notices import Audience, queue
from supervision.core.validity import EXPIRED_STEP, STEPS, step


class ValidityAlarm(Base):
    """That ``step`` of the last day ``due_on`` of a subject was told."""

    __tablename__ = "validity_alarm"
    __table_args__ = (UniqueConstraint("kind", "subject_id", "due_on", "step"),)

    kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    due_on: Mapped[date]
    step: Mapped[int]
    at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Subject:
    """What may be due. ``kind`` says of which slice and which of its days ("licence.apply").

    ``tell`` are the audiences; ``params`` are the places of the notice's text, to which ``days``
    and ``due_on`` are added.
    """

    kind: str
    id: int
    due_on: date
    link: str
    tell: Sequence[tuple[Audience, int | None]]
    params: dict[str, object] = field(default_factory=dict)


def last_day_to_ask(today: date) -> date:
    """Nothing that ends after this day has a step yet: the bound of a job's query."""
    return date.fromordinal(today.toordinal() + STEPS[0])


def raise_due(
    subjects: Iterable[Subject],
    *,
    notice: Callable[[Subject, int], str],
    today: date | None = None,
) -> int:
    """Queue a notice for each subject whose step was not told yet; returns how many steps.

    ``notice(subject, step)`` names the kind of notice (usually ``….due`` and ``….expired``). One
    statement reads what was told of the whole batch: give some hundred at a time.
    """
    today = today or clock.today()
    due = [(s, at) for s in subjects if (at := step(s.due_on, today)) is not None]
    known = _told([s for s, _at in due])
    count = 0
    for subject, at in due:
        if (subject.kind, subject.id, subject.due_on, at) in known:
            continue
        db.session.add(
            ValidityAlarm(
                kind=subject.kind,
                subject_id=subject.id,
                due_on=subject.due_on,
                step=at,
                at=clock.now(),
            )
        )
        for audience, audience_id in subject.tell:
            told = queue(
                notice(subject, at),
                audience,
                audience_id,
                link=subject.link,
                days=max(0, (subject.due_on - today).days),
                due_on=subject.due_on,
            )
            told.params = {**{k: str(v) for k, v in subject.params.items()}, **told.params}
        count += 1
    db.session.flush()
    return count


def _told(subjects: Sequence[Subject]) -> set[tuple[str, int, date, int]]:
    if not subjects:
        return set()
    row = ValidityAlarm
    stmt = select(row.kind, row.subject_id, row.due_on, row.step).where(
        tuple_(row.kind, row.subject_id).in_([(s.kind, s.id) for s in subjects])
    )
    return set(db.session.execute(stmt).tuples())


__all__ = [
    "EXPIRED_STEP",
    "Subject",
    "ValidityAlarm",
    "last_day_to_ask",
    "raise_due",
]
