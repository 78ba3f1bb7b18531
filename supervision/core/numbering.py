"""Gap-free serial numbers, allocated inside the transaction that uses them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from supervision.core.db import Base, db


class Counter(Base):
    """The last serial given out in a series and year."""

    __tablename__ = "counter"
    __table_args__ = (UniqueConstraint("series", "year"),)

    series: Mapped[str] = mapped_column(String(64))
    year: Mapped[int]
    value: Mapped[int]


def next_serial(series: str, year: int) -> int:
    """The next number of ``series`` in ``year``, from 1.

    The counter's row stays locked until the transaction ends: a rolled-back transaction gives
    its number back, so there is no gap, and parallel callers get different numbers.
    """
    insert: Any = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    stmt = insert(Counter).values(series=series, year=year, value=1)
    stmt = stmt.on_conflict_do_update(
        index_elements=[Counter.series, Counter.year], set_={"value": Counter.value + 1}
    ).returning(Counter.value)
    return int(db.session.execute(stmt).scalar_one())
