"""The only place that reads the clock.

Instants are aware UTC datetimes. Statutory days are days in Asia/Shanghai, whatever
the server's own zone is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)

_frozen: ContextVar[datetime | None] = ContextVar("anqi_frozen_clock", default=None)


def now() -> datetime:
    """The instant it is, aware, UTC."""
    return _frozen.get() or datetime.now(UTC)


def today() -> date:
    """The statutory day it is now."""
    return day_of(now())


def day_of(instant: datetime) -> date:
    """The statutory day that holds ``instant``."""
    return instant.astimezone(SHANGHAI).date()


def start_of(day: date) -> datetime:
    """The first instant of a statutory day, UTC."""
    try:
        return datetime.combine(day, time.min, tzinfo=SHANGHAI).astimezone(UTC)
    except OverflowError:  # the first day that there is began before UTC's calendar does
        return datetime.min.replace(tzinfo=UTC)


def end_of(day: date) -> datetime:
    """The first instant after a statutory day, UTC."""
    return datetime.max.replace(tzinfo=UTC) if day == date.max else start_of(day + DAY)


@contextmanager
def frozen(instant: datetime) -> Iterator[None]:
    """Pretend that it is ``instant``: for tests and for demonstration history."""
    if instant.tzinfo is None:
        raise ValueError("a frozen clock needs an aware datetime")
    token = _frozen.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
