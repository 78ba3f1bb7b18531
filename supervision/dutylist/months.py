"""Figures of an enterprise's months, kept as duties are done and as periods end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from sqlalchemy import Select, or_, select

from supervision.core import clock
from supervision.core.db import db
from supervision.core.scope import unscoped
from supervision.core.spans import Span
from supervision.dutylist import rules
from supervision.dutylist.models import DutyDone, DutyMonth, EnterpriseDuty

_REASON = "figures of an enterprise are kept whoever it is that changes one of its duties"


def refresh(enterprise_id: int, day: date) -> None:
    """Count the month that holds ``day`` anew. Idempotent."""
    refresh_many([enterprise_id], day)


def refresh_many(enterprise_ids: Collection[int], day: date) -> None:
    """The same of several enterprises, in three statements."""
    month = rules.month_of(day)
    lines = _lines(enterprise_ids, month)
    known = {m.enterprise_id: m for m in db.session.scalars(_of(enterprise_ids, month.first))}
    for enterprise_id in enterprise_ids:
        found = rules.figures(lines.get(enterprise_id, ()), month, clock.today())
        row = known.get(enterprise_id)
        if row is None:
            row = DutyMonth(enterprise_id=enterprise_id, month=month.first)
            db.session.add(row)
        row.due, row.done = found.due, found.done
        row.late, row.missed = found.late, found.missed
    db.session.flush()


def _of(enterprise_ids: Collection[int], month: date) -> Select[DutyMonth]:
    stmt = select(DutyMonth).where(
        DutyMonth.enterprise_id.in_(enterprise_ids), DutyMonth.month == month
    )
    return unscoped(stmt, reason=_REASON)


def _lines(enterprise_ids: Collection[int], month: Span) -> dict[int, list[rules.Line]]:
    """What counts in the month, by enterprise."""
    duty, done = EnterpriseDuty, DutyDone
    held = select(duty).where(
        duty.enterprise_id.in_(enterprise_ids),
        duty.begins_on <= month.last,
        or_(duty.ends_on.is_(None), duty.ends_on >= month.first),
    )
    made = select(done.duty_id, done.starts_on, done.at).where(
        done.enterprise_id.in_(enterprise_ids),
        done.ends_on >= month.first,
        done.ends_on <= month.last,
    )
    days: defaultdict[int, dict[date, date]] = defaultdict(dict)
    for duty_id, starts_on, at in db.session.execute(unscoped(made, reason=_REASON)):
        days[duty_id][starts_on] = clock.day_of(at)
    found: defaultdict[int, list[rules.Line]] = defaultdict(list)
    for row in db.session.scalars(unscoped(held, reason=_REASON)):
        line = rules.Line(row.frequency, row.begins_on, row.ends_on, days[row.id])
        found[row.enterprise_id].append(line)
    return found
