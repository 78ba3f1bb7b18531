"""Licences of a period, for those who count them: rows for a ledger, and counts made by SQL.

A licence counts from the day on which an officer verified it until its last day (expired), the
day of the decision (revoked, cancelled) or the day before its successor's first (replaced). One
that was entered when it had ended already is counted nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, cast, func, not_, or_

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.counting import count_if
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.enterprise.models import Enterprise, narrowed
from supervision.licence.models import Licence, LicenceType
from supervision.licence.workflow import LicenceState

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class LicenceRow:
    """One licence. ``applied_on``: when its renewal was applied for, or settled."""

    id: int
    type: str
    number: str
    status: LicenceState
    enterprise_id: int
    enterprise: str
    uscc: str
    verified_at: datetime
    valid_from: date
    valid_to: date | None
    apply_by: date | None
    applied_on: date | None
    ended_on: date | None


def licence_rows(
    actor: Actor,
    first: date,
    last: date,
    *,
    enterprise_id: int | None = None,
    region: str = "",
) -> Iterator[LicenceRow]:
    """Licences in force on any day from ``first`` to ``last``, by end; one statement, streamed."""
    stmt = _licences(
        actor,
        last,
        Licence.id,
        LicenceType.name,
        Licence.number,
        Licence.status,
        Licence.enterprise_id,
        Enterprise.name,
        Enterprise.uscc,
        Licence.verified_at,
        Licence.valid_from,
        Licence.valid_to,
        Licence.apply_by,
        _settled_on(),
        Licence.ended_on,
    ).join(LicenceType, LicenceType.id == Licence.type_id)
    stmt = narrowed(stmt, Licence.enterprise_id, enterprise_id=enterprise_id, region=region)
    stmt = stmt.where(or_(Licence.ended_on.is_(None), Licence.ended_on >= first))
    stmt = stmt.order_by(func.coalesce(Licence.valid_to, date.max), Licence.id)
    for row in db.session.execute(stmt.execution_options(yield_per=_CHUNK)):
        yield LicenceRow(*row)


def licence_counts(
    actor: Actor,
    first: date,
    last: date,
    *,
    enterprise_id: int | None = None,
    region: str = "",
) -> dict[str, int]:
    """The window's figures by name, counted by the database."""
    new = Licence.verified_at >= clock.start_of(first)
    gone = and_(Licence.ended_on.is_not(None), Licence.ended_on < first)
    ended = and_(Licence.ended_on.is_not(None), Licence.ended_on.between(first, last))
    here = or_(Licence.ended_on.is_(None), Licence.ended_on > last)
    unsettled = or_(_settled_on().is_(None), _settled_on() > last)
    parts: dict[str, ColumnElement[bool]] = {
        "licences_opening": and_(not_(new), not_(gone)),
        "licences_new": new,
        "licences_ended": ended,
        "licences_expired": and_(ended, Licence.status == LicenceState.EXPIRED),
        "licences_closing": here,
        "licences_late": and_(here, Licence.apply_by < last, unsettled),
    }
    columns = [count_if(part) for part in parts.values()]
    stmt = narrowed(
        _licences(actor, last, *columns),
        Licence.enterprise_id,
        enterprise_id=enterprise_id,
        region=region,
    )
    row = db.session.execute(stmt).one()
    return {name: int(value) for name, value in zip(parts, row, strict=True)}


def _licences(actor: Actor, last: date, *columns: Any) -> Select[Any]:
    """Verified by the end of ``last``, and in force on some day after that."""
    return (
        visible(Licence, actor, *columns)
        .join(Enterprise, Enterprise.id == Licence.enterprise_id)
        .where(
            Licence.verified_at < clock.end_of(last),
            or_(Licence.ended_on.is_(None), _day(Licence.verified_at) <= Licence.ended_on),
        )
    )


def _settled_on() -> Any:
    return func.coalesce(Licence.applied_on, Licence.renewed_on)


def _day(instant: Any) -> Any:
    """The day in Shanghai of a column of instants (UTC+8 without summer time since 1992)."""
    if db.engine.dialect.name == "postgresql":
        return cast(func.timezone("Asia/Shanghai", instant), Date)
    return func.date(instant, "+8 hours")
