"""Where the roll has gaps: files that nobody looks after, and places that nobody finds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.scope import region_range, visible
from supervision.core.web.paging import COUNT_CAP
from supervision.enterprise.models import Enterprise, RollStatus

# Enterprises that somebody has to look after.
LIVING = (RollStatus.IN_PRODUCTION, RollStatus.SUSPENDED)
# What is stale where nobody says otherwise.
DAYS = 180
GAPS = ("no_officer", "stale", "moved", "not_located", "no_coordinates")

# The enterprises at which something was checked since an instant, as a statement of their ids.
CheckedSince = Callable[[datetime], Select[Any]]


def gap(
    name: str, now: datetime, days: int, checked: Sequence[CheckedSince] = ()
) -> ColumnElement[bool]:
    """The files with a gap of :data:`GAPS`.

    ``stale``: for ``days`` neither was the file changed nor, as far as other slices say, anything
    checked there.
    """
    living = Enterprise.roll_status.in_(LIVING)
    since = now - timedelta(days=days)
    if name == "stale":
        quiet = [Enterprise.id.not_in(one(since)) for one in checked]
        return and_(living, Enterprise.updated_at < since, *quiet)
    return {
        "no_officer": and_(living, Enterprise.officer_id.is_(None)),
        "moved": Enterprise.roll_status == RollStatus.MOVED,
        "not_located": Enterprise.roll_status == RollStatus.NOT_LOCATED,
        "no_coordinates": and_(living, Enterprise.longitude.is_(None)),
    }[name]


def list_gap(actor: Actor, condition: ColumnElement[bool], region: str = "") -> Select[Any]:
    """The files with a gap, those that were longest untouched first."""
    return _in_region(visible(Enterprise, actor).where(condition), region).order_by(
        Enterprise.updated_at, Enterprise.id
    )


def count_gap(actor: Actor, condition: ColumnElement[bool], region: str = "") -> int:
    """How many, counted as far as anybody reads: one more than the cap says that there are more."""
    stmt = _in_region(visible(Enterprise, actor, Enterprise.id).where(condition), region)
    options = stmt.get_execution_options()
    counted = select(func.count()).select_from(stmt.limit(COUNT_CAP + 1).subquery())
    return db.session.scalar(counted.execution_options(**options)) or 0


def _in_region(stmt: Select[Any], region: str) -> Select[Any]:
    return stmt.where(region_range(Enterprise.region_code, region)) if region else stmt
