"""What a person said of a step of the guide; everything else is read from the records."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from supervision.core.db import Base, code_of
from supervision.enterprise.models import OwnedByEnterprise


class MarkKind(StrEnum):
    """A step's name: done or left out. ``hidden``: no more of the guide on the start page."""

    FACTS = "facts"
    COLLEAGUES = "colleagues"
    NEXT = "next"
    HIDDEN = "hidden"


class GuideMark(OwnedByEnterprise, Base):
    """One person's word, for one enterprise."""

    __tablename__ = "guide_mark"
    __table_args__ = (UniqueConstraint("enterprise_id", "account_id", "kind"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[MarkKind] = mapped_column(code_of(MarkKind))
    at: Mapped[datetime]
