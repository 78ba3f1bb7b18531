"""One holder at a time: keeps a second scheduler idle, and lets it take over when the first dies."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Mapped, mapped_column

from supervision.core.db import Base, db


class Lease(Base):
    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(48), unique=True)
    holder: Mapped[str] = mapped_column(String(80))
    until: Mapped[datetime]


def acquire(name: str, holder: str, now: datetime, term: timedelta) -> bool:
    """Take or renew the lease; False while another holder's has not run out."""
    insert: Any = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    seed = insert(Lease).values(name=name, holder=holder, until=now)
    db.session.execute(seed.on_conflict_do_nothing(index_elements=[Lease.name]))
    result = db.session.execute(
        update(Lease)
        .where(Lease.name == name, or_(Lease.holder == holder, Lease.until <= now))
        .values(holder=holder, until=now + term)
    )
    return isinstance(result, CursorResult) and result.rowcount == 1
