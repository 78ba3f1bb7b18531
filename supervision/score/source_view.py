"""What the sources look at: a month of some enterprises, seen from a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Select

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.score.rules import Record, last_day, month_after


@dataclass(frozen=True, slots=True)
class View:
    """``ids`` of at most 500 enterprises; ``month`` its first day; ``today``: when it is asked."""

    ids: Sequence[int]
    month: date
    today: date

    @property
    def last(self) -> date:
        return last_day(self.month)

    @property
    def day(self) -> date:
        """The day as of which is judged: today, or the month's last one."""
        return min(self.today, self.last)

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.month, time(), clock.SHANGHAI)

    @property
    def ends_at(self) -> datetime:
        return datetime.combine(month_after(self.month), time(), clock.SHANGHAI)


def owned(model: type[Any], view: View, *columns: Any) -> Select[Any]:
    """Columns of the rows of these enterprises, their id first."""
    stmt = visible(model, SYSTEM, model.enterprise_id, *columns)
    return stmt.where(model.enterprise_id.in_(view.ids))


def rows(stmt: Select[Any]) -> Sequence[Any]:
    return db.session.execute(stmt).all()


def records_by(found: Iterable[tuple[int, Record]]) -> Mapping[int, list[Record]]:
    """By enterprise, in their order."""
    by: defaultdict[int, list[Record]] = defaultdict(list)
    for enterprise_id, record in found:
        by[enterprise_id].append(record)
    return by
