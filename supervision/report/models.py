"""Packages, and the requests to make them.

A package of a finished month is frozen: the database refuses to change or delete it. That of a
running month is provisional (version 0): there is one at most, making it again replaces it, and
the first one made after the month's end takes its place as version 1.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    DDL,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    event,
    false,
    or_,
    text,
    true,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import Base, JsonValue, LongId, code_of
from supervision.core.scope import region_range
from supervision.enterprise.models import Enterprise, owned_filter
from supervision.report.bundle import FileKind
from supervision.report.contents import Subject, SubjectKind, figures_of
from supervision.report.enforcement import EnforcementFigures
from supervision.report.holdings import HoldingFigures
from supervision.report.rules import MonthlyFigures, month_days
from supervision.report.selfwork import SelfWorkFigures


class RequestState(StrEnum):
    QUEUED = "queued"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"


class Problem(StrEnum):
    """Why a package was not made. The first is about the data, the second about the machine."""

    UNRECONCILED = "unreconciled"
    ERROR = "error"


OPEN_STATES = frozenset({RequestState.QUEUED, RequestState.MAKING})
_OPEN_SQL = text("status IN ('queued', 'making')")


class OfSubject:
    """Mixin: a row about one subject's month, seen by whoever sees the subject.

    A region's is for those whose own region covers it; an enterprise's for whoever sees the
    enterprise. The name is kept as it was then.
    """

    kind: Mapped[SubjectKind] = mapped_column(code_of(SubjectKind))
    region_code: Mapped[str | None] = mapped_column(String(9), index=True)
    subject_key: Mapped[str] = mapped_column(String(32))
    subject_name: Mapped[str] = mapped_column(String(120))
    year: Mapped[int]
    month: Mapped[int]

    @declared_attr
    @classmethod
    def enterprise_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("enterprise.id"), index=True)

    @declared_attr
    @classmethod
    def enterprise(cls) -> Mapped[Enterprise | None]:
        return relationship(Enterprise, lazy="raise_on_sql")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        if actor.everything:
            return true()
        conditions = [region_range(cls.region_code, prefix) for prefix in actor.regions]
        if actor.regions or actor.enterprise_ids:
            conditions.append(owned_filter(cls.enterprise_id, actor))  # type: ignore[arg-type]
        return or_(*conditions) if conditions else false()

    @property
    def subject(self) -> Subject:
        return Subject(self.kind, self.subject_name, self.enterprise_id, self.region_code)

    @property
    def last_day(self) -> date:
        return month_days(self.year, self.month)[1]


_SUBJECT_FITS = (
    "(kind = 'enterprise') = (enterprise_id IS NOT NULL)"
    " AND (kind = 'region') = (region_code IS NOT NULL)"
)


class MonthlyPackage(OfSubject, Base):
    """A made package: its figures, the version of the data, and its files."""

    __tablename__ = "monthly_package"
    __table_args__ = (
        UniqueConstraint("subject_key", "year", "month", "version"),
        CheckConstraint(_SUBJECT_FITS, name="subject_fits"),
        CheckConstraint("month BETWEEN 1 AND 12", name="month_exists"),
        CheckConstraint("is_provisional = (version = 0)", name="provisional_has_no_version"),
        Index("ix_monthly_package_year_month", "year", "month"),
    )

    version: Mapped[int]
    is_provisional: Mapped[bool]
    # The day of the count; for a finished month any later day gives the same figures.
    as_of: Mapped[date]
    audit_entry_id: Mapped[int] = mapped_column(LongId)
    content_sha256: Mapped[str] = mapped_column(String(64))
    figures: Mapped[dict[str, Any]] = mapped_column(JsonValue)
    by_day: Mapped[list[dict[str, Any]]] = mapped_column(JsonValue)
    made_at: Mapped[datetime] = mapped_column(index=True)
    made_by_id: Mapped[int]
    made_by: Mapped[str] = mapped_column(String(80))

    xlsx_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"))
    pdf_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"))
    manifest_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"))
    bundle_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"))

    xlsx: Mapped[Attachment] = relationship(foreign_keys=[xlsx_id], lazy="raise_on_sql")
    pdf: Mapped[Attachment] = relationship(foreign_keys=[pdf_id], lazy="raise_on_sql")
    manifest: Mapped[Attachment] = relationship(foreign_keys=[manifest_id], lazy="raise_on_sql")
    bundle: Mapped[Attachment] = relationship(foreign_keys=[bundle_id], lazy="raise_on_sql")

    @property
    def data_version(self) -> str:
        return f"{self.audit_entry_id}-{self.content_sha256[:12]}"

    @property
    def monthly(self) -> MonthlyFigures:
        return figures_of(self.figures)

    @property
    def enforcement(self) -> EnforcementFigures | None:
        """What the authority did; None in a package from before that was counted."""
        held = self.figures.get("enforcement")
        return EnforcementFigures(**held) if held else None

    @property
    def holdings(self) -> HoldingFigures | None:
        """What the enterprises' files held; None in a package from before that was counted."""
        held = self.figures.get("holdings")
        return HoldingFigures(**held) if held else None

    @property
    def selfwork(self) -> SelfWorkFigures | None:
        """What the enterprises did themselves; None in a package from before that was counted."""
        held = self.figures.get("selfwork")
        return SelfWorkFigures(**held) if held else None

    def file(self, kind: FileKind) -> Attachment:
        """Needs the four relationships loaded."""
        found: Attachment = getattr(self, kind.value)
        return found


class PackageRequest(OfSubject, Base):
    """Somebody, or the first of the month, asks for a package; the scheduler makes it."""

    __tablename__ = "package_request"
    __table_args__ = (
        CheckConstraint(_SUBJECT_FITS, name="subject_fits"),
        CheckConstraint("(status = 'ready') = (package_id IS NOT NULL)", name="ready_has_package"),
        CheckConstraint("status <> 'failed' OR message <> ''", name="failed_has_message"),
        # A second click, or a second scheduler, joins the request that is already open.
        Index(
            "uq_package_request_open",
            "subject_key",
            "year",
            "month",
            unique=True,
            sqlite_where=_OPEN_SQL,
            postgresql_where=_OPEN_SQL,
        ),
    )

    status: Mapped[RequestState] = mapped_column(
        code_of(RequestState), default=RequestState.QUEUED, index=True
    )
    problem: Mapped[Problem | None] = mapped_column(code_of(Problem))
    message: Mapped[str] = mapped_column(Text, default="")
    requested_at: Mapped[datetime]
    # 0: the system, on the first of the month.
    requested_by_id: Mapped[int]
    requested_by: Mapped[str] = mapped_column(String(80))
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    package_id: Mapped[int | None] = mapped_column(ForeignKey("monthly_package.id"))

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATES


# The application never touches a frozen package again; the database makes sure of it.
FROZEN_SQLITE = [
    f"CREATE TRIGGER monthly_package_no_{verb} BEFORE {verb.upper()} ON monthly_package "
    "WHEN OLD.version > 0 BEGIN SELECT RAISE(ABORT, 'a frozen package stays as it is'); END"
    for verb in ("update", "delete")
]
FROZEN_POSTGRES = [
    (
        "CREATE OR REPLACE FUNCTION anqi_frozen_package() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'a frozen package stays as it is'; END $$"
    ),
    (
        "CREATE TRIGGER monthly_package_frozen BEFORE UPDATE OR DELETE ON monthly_package "
        "FOR EACH ROW WHEN (OLD.version > 0) EXECUTE FUNCTION anqi_frozen_package()"
    ),
]


def _install_triggers(dialect: str, statements: list[str]) -> None:
    for statement in statements:
        ddl = DDL(statement).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]
        event.listen(MonthlyPackage.__table__, "after_create", ddl)


_install_triggers("sqlite", FROZEN_SQLITE)
_install_triggers("postgresql", FROZEN_POSTGRES)
