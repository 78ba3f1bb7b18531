"""Imports: one row each, the rows of the file that did not fit, and what columns were taken for."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import Base, JsonValue, code_of


class ImportState(StrEnum):
    """``to_check`` and ``to_import`` are the scheduler's work, waiting or under way."""

    UPLOADED = "uploaded"
    TO_CHECK = "to_check"
    CHECKED = "checked"
    TO_IMPORT = "to_import"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


WORKING = frozenset({ImportState.TO_CHECK, ImportState.TO_IMPORT})
ENDED = frozenset({ImportState.DONE, ImportState.CANCELLED, ImportState.FAILED})


class OwnRow:
    """Mixin: only who asked for it sees it; the files hold other people's telephones."""

    asked_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        return cls.asked_by_id == actor.id


class ImportRun(OwnRow, Base):
    """One file on its way onto the roll.

    ``cursor`` is how many of the file's rows are dealt with. It moves in the transaction that
    writes them, so a process that is killed leaves no row half done and none to do twice.
    """

    __tablename__ = "import_run"
    __table_args__ = (
        CheckConstraint(
            "(status IN ('done', 'cancelled', 'failed')) = (finished_at IS NOT NULL)",
            name="ended_at",
        ),
        CheckConstraint("status <> 'failed' OR message <> ''", name="failed_has_message"),
        CheckConstraint(
            "new_count + changed_count + same_count + kept_count + bad_count = cursor",
            name="counts_are_rows",
        ),
        Index("ix_import_run_status_id", "status", "id"),
    )

    asked_by: Mapped[str] = mapped_column(String(80))
    # The language of the error file.
    language: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    file_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"))
    sheet: Mapped[int] = mapped_column(default=0)
    # Rows of the sheet before the first row of data, headings included.
    skip: Mapped[int]
    headers: Mapped[list[str]] = mapped_column(JsonValue)
    samples: Mapped[list[list[str]]] = mapped_column(JsonValue)
    # The field of each column, "" for none.
    mapping: Mapped[list[str]] = mapped_column(JsonValue)
    update_existing: Mapped[bool] = mapped_column(default=False)

    status: Mapped[ImportState] = mapped_column(code_of(ImportState), default=ImportState.UPLOADED)
    total: Mapped[int] = mapped_column(default=0)
    cursor: Mapped[int] = mapped_column(default=0)
    new_count: Mapped[int] = mapped_column(default=0)
    changed_count: Mapped[int] = mapped_column(default=0)
    same_count: Mapped[int] = mapped_column(default=0)
    # On the roll with other values, and left alone because nobody ticked the box.
    kept_count: Mapped[int] = mapped_column(default=0)
    bad_count: Mapped[int] = mapped_column(default=0)
    # Kind of row -> its first rows, as the page of the trial run shows them.
    previews: Mapped[dict[str, Any]] = mapped_column(JsonValue, default=dict)
    # Officer's account -> how many enterprises came to them, told at the end.
    officers: Mapped[dict[str, int]] = mapped_column(JsonValue, default=dict)
    errors_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))

    # Who works on it now; another one that took over makes the first stop.
    holder: Mapped[str] = mapped_column(String(32), default="")
    heartbeat_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    message: Mapped[str] = mapped_column(Text, default="")

    file: Mapped[Attachment] = relationship(foreign_keys=[file_id], lazy="raise_on_sql")
    errors: Mapped[Attachment | None] = relationship(foreign_keys=[errors_id], lazy="raise_on_sql")

    @property
    def is_working(self) -> bool:
        return self.status in WORKING

    @property
    def percent(self) -> int:
        return min(100, self.cursor * 100 // self.total) if self.total else 0


class ImportProblem(Base):
    """A row that did not fit: as it stood in the file, and what is wrong with it."""

    __tablename__ = "import_problem"
    __table_args__ = (Index("ix_import_problem_run_id_row", "run_id", "row", unique=True),)

    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"))
    # As the file counts them, from 1.
    row: Mapped[int]
    cells: Mapped[list[str]] = mapped_column(JsonValue)
    # [{"field", "text", "params"}]: translated where they are shown.
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JsonValue)


class ImportMapping(Base):
    """What a person took a heading for the last time; "" for a column to leave out."""

    __tablename__ = "import_mapping"
    __table_args__ = (
        Index("uq_import_mapping_account_id_heading", "account_id", "heading", unique=True),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    heading: Mapped[str] = mapped_column(String(120))
    field: Mapped[str] = mapped_column(String(40))
