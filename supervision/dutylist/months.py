"""Figures of an enterprise's months, kept as duties are done and as periods end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from sqlalchemy import Select, func, or_, select

from supervision.core import clock
from supervision.core.db import db
from supervision.core.scope import unscoped
from supervision.core.spans import Span
from supervision.dutylist import rules
from supervision.dutylist.models import DutyDone, DutyMonth, EnterpriseDuty
from supervision.enterprise.models import Enterprise

_REASON = "figures of an enterprise are kept whoever it is that changes one of its duties"


def refresh(enterprise_id: int, day: date) -> None:
    """Count the month that holds ``day`` anew. Idempotent."""
    refresh_many([enterprise_id], day)


def refresh_many(enterprise_ids: Collection[int], day: date) -> None:
    """The same of several enterprises, in four statements."""
    month, today = rules.month_of(day), clock.today()
    hold(enterprise_ids)
    held, done = _held(enterprise_ids, month), _done(enterprise_ids, month)
    known = {m.enterprise_id: m for m in db.session.scalars(_of(enterprise_ids, month.first))}
    for enterprise_id in enterprise_ids:
        found = rules.figures(
            held.get(enterprise_id, ()), done.get(enterprise_id, ()), month, today
        )
        row = known.get(enterprise_id)
        if row is None:
            row = DutyMonth(enterprise_id=enterprise_id, month=month.first)
            db.session.add(row)
        row.due, row.done = found.due, found.done
        row.late, row.missed = found.late, found.missed
    db.session.flush()


def hold(enterprise_ids: Collection[int]) -> None:
    """One after the other where two people of an enterprise say what they did at once.

    The second would count without the first, or make the month's row a second time.
    """
    stmt = (
        select(Enterprise.id)
        .where(Enterprise.id.in_(enterprise_ids))
        .order_by(Enterprise.id)
        .with_for_update(key_share=True)
    )
    db.session.execute(unscoped(stmt, reason=_REASON)).all()


def _of(enterprise_ids: Collection[int], month: date) -> Select[DutyMonth]:
    stmt = select(DutyMonth).where(
        DutyMonth.enterprise_id.in_(enterprise_ids), DutyMonth.month == month
    )
    return unscoped(stmt, reason=_REASON)


def _held(enterprise_ids: Collection[int], month: Span) -> dict[int, list[rules.Held]]:
    """The lines that count in the month, by enterprise; alike ones together."""
    duty = EnterpriseDuty
    alike = duty.frequency, duty.begins_on, duty.ends_on
    stmt = (
        select(duty.enterprise_id, *alike, func.count())
        .where(
            duty.enterprise_id.in_(enterprise_ids),
            duty.begins_on <= month.last,
            or_(duty.ends_on.is_(None), duty.ends_on >= month.first),
        )
        .group_by(duty.enterprise_id, *alike)
    )
    found: defaultdict[int, list[rules.Held]] = defaultdict(list)
    rows = db.session.execute(unscoped(stmt, reason=_REASON)).tuples()
    for enterprise_id, frequency, begins_on, ends_on, count in rows:
        found[enterprise_id].append(rules.Held(frequency, begins_on, ends_on, count))
    return found


def _done(enterprise_ids: Collection[int], month: Span) -> dict[int, list[rules.Done]]:
    """What was done for periods that end in the month.

    A line of the law that a new version replaced has handed its running period on; one of the
    enterprise's own that has ended asks nothing for the period in which it did.
    """
    duty, done = EnterpriseDuty, DutyDone
    stmt = (
        select(done.enterprise_id, done.ends_on, done.at)
        .join(duty, duty.id == done.duty_id)
        .where(
            done.enterprise_id.in_(enterprise_ids),
            done.ends_on >= month.first,
            done.ends_on <= month.last,
            or_(duty.ends_on.is_(None), duty.ends_on >= done.ends_on, duty.code != ""),
        )
    )
    found: defaultdict[int, list[rules.Done]] = defaultdict(list)
    rows = db.session.execute(unscoped(stmt, reason=_REASON)).tuples()
    for enterprise_id, ends_on, at in rows:
        found[enterprise_id].append(rules.Done(ends_on, clock.day_of(at)))
    return found
