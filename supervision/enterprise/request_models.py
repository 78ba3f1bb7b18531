"""What enterprises ask of the registry: to be put on the roll, to have their file changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    false,
    or_,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core.actor import Actor
from supervision.core.attachments import Attachment, AttachmentLink
from supervision.core.db import Base, JsonValue, Versioned, code_of
from supervision.core.scope import region_range
from supervision.enterprise.models import OwnedByEnterprise
from supervision.enterprise.workflow import ChangeState, RegistrationState


class Registration(Versioned, Base):
    """An enterprise that asks to be put on the roll. It has no file yet, so the region owns it.

    ``number`` is random, not serial: together with the telephone it is the key to the receipt.
    ``given`` are the file's fields as they were typed, in the form that JSON keeps.
    """

    __tablename__ = "registration"
    __table_args__ = (
        CheckConstraint(
            "(status = 'accepted') = (enterprise_id IS NOT NULL)", name="accepted_has_file"
        ),
        CheckConstraint(
            "(status IN ('accepted', 'refused')) = (decided_at IS NOT NULL)",
            name="decided_has_time",
        ),
        CheckConstraint(
            "status NOT IN ('returned', 'refused') OR answer <> ''", name="answer_has_words"
        ),
        Index("ix_registration_region_code_status", "region_code", "status"),
    )

    number: Mapped[str] = mapped_column(String(20), unique=True)
    status: Mapped[RegistrationState] = mapped_column(code_of(RegistrationState))
    uscc: Mapped[str] = mapped_column(String(18), index=True)
    name: Mapped[str] = mapped_column(String(120))
    region_code: Mapped[str] = mapped_column(String(9))
    given: Mapped[dict[str, Any]] = mapped_column(JsonValue)
    contact: Mapped[str] = mapped_column(String(40))
    contact_phone: Mapped[str] = mapped_column(String(20))
    submitted_at: Mapped[datetime] = mapped_column(index=True)
    # How often it was sent in, the first time included.
    rounds: Mapped[int] = mapped_column(default=1)
    # What the authority says to the applicant.
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str] = mapped_column(String(40), default="")
    decided_at: Mapped[datetime | None]
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"), index=True)

    files: Mapped[list[RegistrationFile]] = relationship(
        back_populates="registration", lazy="select", order_by="RegistrationFile.id"
    )

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """The region's officers; no enterprise sees who else asks to be registered."""
        if actor.everything:
            return true()
        conditions = [region_range(cls.region_code, prefix) for prefix in actor.regions]
        return or_(*conditions) if conditions else false()


class RegistrationFile(AttachmentLink, Base):
    """A scan that came with a registration."""

    __tablename__ = "registration_file"

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), index=True)

    registration: Mapped[Registration] = relationship(back_populates="files")
    attachment: Mapped[Attachment] = relationship(lazy="joined")


_PENDING = text("status = 'pending'")


class ChangeRequest(Versioned, OwnedByEnterprise, Base):
    """Fields of its file that an enterprise wants changed, and why.

    ``base`` are the values that stood there when it asked, ``wanted`` those it asks for, both in
    the form that JSON keeps; ``applied`` names the fields that were approved.
    """

    __tablename__ = "change_request"
    __table_args__ = (
        CheckConstraint("(status = 'pending') = (decided_at IS NULL)", name="decided_has_time"),
        CheckConstraint(
            "status NOT IN ('partly', 'refused') OR note <> ''", name="refused_has_reason"
        ),
        Index("ix_change_request_status_requested_at", "status", "requested_at"),
        Index(
            "uq_change_request_pending",
            "enterprise_id",
            unique=True,
            sqlite_where=_PENDING,
            postgresql_where=_PENDING,
        ),
    )

    status: Mapped[ChangeState] = mapped_column(code_of(ChangeState))
    base: Mapped[dict[str, Any]] = mapped_column(JsonValue)
    wanted: Mapped[dict[str, Any]] = mapped_column(JsonValue)
    applied: Mapped[list[Any]] = mapped_column(JsonValue, default=list)
    reason: Mapped[str] = mapped_column(Text)
    requested_at: Mapped[datetime]
    requested_by_id: Mapped[int]
    requested_by: Mapped[str] = mapped_column(String(40))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(Text, default="")

    files: Mapped[list[ChangeRequestFile]] = relationship(
        back_populates="request", lazy="select", order_by="ChangeRequestFile.id"
    )


class ChangeRequestFile(AttachmentLink, Base):
    """A scan that came with a change request."""

    __tablename__ = "change_request_file"

    request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"), index=True)

    request: Mapped[ChangeRequest] = relationship(back_populates="files")
    attachment: Mapped[Attachment] = relationship(lazy="joined")
