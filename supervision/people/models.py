"""People of an enterprise, their posts and certificates, and the versioned tables behind them.

A person is no account, but may be linked to one. Numbers are kept encrypted; pages show masks.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    false,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from supervision.core.actor import Actor, ActorKind
from supervision.core.attachments import Attachment, AttachmentLink
from supervision.core.db import Base, JsonValue, Versioned, code_of
from supervision.core.find_models import Searchable, SearchSpec
from supervision.core.permissions import Permission
from supervision.core.statutory import Certainty
from supervision.enterprise.models import OwnedByEnterprise, owned_filter
from supervision.people.rules import IdKind
from supervision.people.tables import RuleTable
from supervision.people.workflow import CertificateState


class PeopleRule(Base):
    """One version of one row of the tables in :mod:`supervision.people.tables`."""

    __tablename__ = "people_rule"
    __table_args__ = (
        UniqueConstraint("kind", "code", "effective_from"),
        CheckConstraint(
            "effective_to IS NULL OR effective_to >= effective_from", name="ends_after_it_begins"
        ),
    )

    kind: Mapped[RuleTable] = mapped_column(code_of(RuleTable))
    code: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120), default="")
    values: Mapped[dict[str, Any]] = mapped_column(JsonValue)
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text)
    certainty: Mapped[Certainty] = mapped_column(code_of(Certainty))
    # Why it was changed, or what the reader should mind.
    note: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[str] = mapped_column(String(80), default="")


def _is_person(actor: Actor) -> bool:
    return actor.kind is ActorKind.PERSON and bool(actor.enterprise_ids)


class Person(Searchable, Versioned, OwnedByEnterprise, Base):
    """Somebody who works, or worked, for one enterprise. Never deleted: leaves."""

    __search__ = SearchSpec("person", texts=("name",), readings=("name",))

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint(
            "employed_to IS NULL OR employed_to >= employed_from", name="leaves_after_coming"
        ),
        CheckConstraint("length(id_hash) = 64", name="number_is_hashed"),
        UniqueConstraint("enterprise_id", "id_hash"),
        UniqueConstraint("enterprise_id", "account_id"),
        Index("ix_person_enterprise_id_name", "enterprise_id", "name"),
        Index("ix_person_name", "name"),
    )

    name: Mapped[str] = mapped_column(String(40))
    id_kind: Mapped[IdKind] = mapped_column(code_of(IdKind))
    id_cipher: Mapped[str] = mapped_column(Text)
    id_hash: Mapped[str] = mapped_column(String(64))
    id_tail_hash: Mapped[str] = mapped_column(String(64))
    id_masked: Mapped[str] = mapped_column(String(40))
    phone_cipher: Mapped[str] = mapped_column(Text, default="")
    phone_masked: Mapped[str] = mapped_column(String(40), default="")
    birth_year: Mapped[int | None]
    department: Mapped[str] = mapped_column(String(60), default="")
    employed_from: Mapped[date]
    employed_to: Mapped[date | None] = mapped_column(index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    posts: Mapped[list[PersonPost]] = relationship(
        back_populates="person", order_by="PersonPost.from_on, PersonPost.id", lazy="select"
    )
    certificates: Mapped[list[PersonCertificate]] = relationship(
        back_populates="person", order_by="PersonCertificate.id.desc()", lazy="select"
    )

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Those of the enterprises that one sees; without the permission, oneself at most."""
        if actor.may(Permission.PEOPLE_READ):
            return owned_filter(cls.enterprise_id, actor)  # type: ignore[arg-type]
        return cls.is_oneself(actor)

    @classmethod
    def is_oneself(cls, actor: Actor) -> ColumnElement[bool]:
        """The actor's own record, where the enterprise linked it to the account."""
        if not _is_person(actor):
            return false()
        return and_(cls.account_id == actor.id, cls.enterprise_id.in_(actor.enterprise_ids))

    @property
    def is_employed(self) -> bool:
        return self.employed_to is None

    @property
    def current_posts(self) -> list[PersonPost]:
        return [post for post in self.posts if post.to_on is None]


class OfPerson(OwnedByEnterprise):
    """Mixin of what belongs to one person: seen by whoever sees the person."""

    @declared_attr
    @classmethod
    def person_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("person.id"), index=True)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        if actor.may(Permission.PEOPLE_READ):
            return owned_filter(cls.enterprise_id, actor)  # type: ignore[arg-type]
        if not _is_person(actor):
            return false()
        own = select(Person.id).where(Person.is_oneself(actor))
        return cls.person_id.in_(own)


class PersonPost(OfPerson, Base):
    """A post (岗位) from one day to another; ``to_on`` None: held now."""

    __tablename__ = "person_post"
    __table_args__ = (
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="ends_after_it_begins"),
        Index("ix_person_post_enterprise_id_to_on", "enterprise_id", "to_on"),
    )

    # The version of the kind that was in force when the post was entered.
    kind_id: Mapped[int] = mapped_column(ForeignKey("people_rule.id"))
    code: Mapped[str] = mapped_column(String(32), index=True)
    title: Mapped[str] = mapped_column(String(60), default="")
    from_on: Mapped[date]
    to_on: Mapped[date | None]

    person: Mapped[Person] = relationship(back_populates="posts")
    kind: Mapped[PeopleRule] = relationship(lazy="joined")


class PersonCertificate(Versioned, OfPerson, Base):
    """A certificate as issued; a renewed one is a new row that replaces the old.

    Its number is often the holder's identity number, so it is kept like one.
    """

    __tablename__ = "person_certificate"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="ends_after_it_begins"),
        CheckConstraint("(status = 'valid') = (ended_on IS NULL)", name="ended_has_day"),
        CheckConstraint("(status = 'revoked') = (revoked_reason <> '')", name="revoked_has_reason"),
        # The alarms' and the list's question: what of the valid ones ends next.
        Index("ix_person_certificate_status_next_on", "status", "next_on"),
        Index("ix_person_certificate_enterprise_id_next_on", "enterprise_id", "next_on"),
    )

    kind_id: Mapped[int] = mapped_column(ForeignKey("people_rule.id"))
    code: Mapped[str] = mapped_column(String(32), index=True)
    # The group of ``kind``, kept here for filters.
    group: Mapped[str] = mapped_column(String(24), index=True)
    number_cipher: Mapped[str] = mapped_column(Text)
    number_masked: Mapped[str] = mapped_column(String(60))
    number_hash: Mapped[str] = mapped_column(String(64), index=True)
    issuer: Mapped[str] = mapped_column(String(80), default="")
    issued_on: Mapped[date]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    # The last day of the review (复审) that comes next; None where none does.
    review_on: Mapped[date | None]
    # The earlier of both: what is asked of it on a day.
    next_on: Mapped[date | None]
    status: Mapped[CertificateState] = mapped_column(
        code_of(CertificateState), default=CertificateState.VALID
    )
    ended_on: Mapped[date | None]
    revoked_reason: Mapped[str] = mapped_column(Text, default="")
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("person_certificate.id"))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(80))

    person: Mapped[Person] = relationship(back_populates="certificates")
    kind: Mapped[PeopleRule] = relationship(lazy="joined")
    files: Mapped[list[CertificateFile]] = relationship(
        back_populates="certificate", order_by="CertificateFile.id", lazy="select"
    )

    def holds_on(self, day: date) -> bool:
        """Whether its holder may work by it on ``day``: not ended, no review missed."""
        gone = self.ended_on is not None and self.ended_on <= day
        past = self.next_on is not None and self.next_on < day
        return self.valid_from <= day and not gone and not past


def holding(day: date) -> ColumnElement[bool]:
    """:meth:`PersonCertificate.holds_on` as SQL."""
    model = PersonCertificate
    return and_(
        model.valid_from <= day,
        or_(model.ended_on.is_(None), model.ended_on > day),
        or_(model.next_on.is_(None), model.next_on >= day),
    )


class CertificateFile(AttachmentLink, Base):
    """A scan of a certificate."""

    __tablename__ = "person_certificate_file"

    certificate_id: Mapped[int] = mapped_column(ForeignKey("person_certificate.id"), index=True)

    certificate: Mapped[PersonCertificate] = relationship(back_populates="files")
    attachment: Mapped[Attachment] = relationship(lazy="joined")


class PeopleEvent(OwnedByEnterprise, Base):
    """What happened, for the person's page and the enterprise's timeline; no personal data."""

    __tablename__ = "people_event"
    __table_args__ = (Index("ix_people_event_enterprise_id_at", "enterprise_id", "at"),)

    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(32))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    certificate_id: Mapped[int | None] = mapped_column(
        ForeignKey("person_certificate.id"), index=True
    )
    session_id: Mapped[int | None] = mapped_column(ForeignKey("training_session.id"), index=True)
    actor_id: Mapped[int]
    actor_name: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text, default="")

    read_permission = Permission.PEOPLE_READ
