"""The statutory clocks of tickets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core.clocks import ClockColumns, clock_checks
from supervision.core.db import Base
from supervision.enterprise.models import OwnedByEnterprise

if TYPE_CHECKING:
    from supervision.hazard.models import Hazard

_RUNNING = text("ended_on IS NULL")


class HazardClock(ClockColumns, OwnedByEnterprise, Base):
    """A statutory clock of a ticket: re-inspection, reply to a request. Verbs: ``hazard.clocks``."""

    __tablename__ = "hazard_clock"
    __table_args__ = (
        *clock_checks(),
        Index("ix_hazard_clock_ended_on_due_on", "ended_on", "due_on"),
        # One of a kind at a time, whoever arms it.
        Index(
            "uq_hazard_clock_running",
            "hazard_id",
            "code",
            unique=True,
            sqlite_where=_RUNNING,
            postgresql_where=_RUNNING,
        ),
    )

    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazard.id"), index=True)

    hazard: Mapped[Hazard] = relationship(back_populates="clocks")
