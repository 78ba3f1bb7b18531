"""Exports that take a while: asked for, made by the scheduler, kept for a week for who asked.

What was asked for is the address of the list, so that the file holds what the page showed. It
is made with the rights of the moment; ``inbox`` runs the jobs and shows them.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    Text,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from supervision.core import attachments, audit, clock, notices
from supervision.core import held as making
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment, storage
from supervision.core.db import Base, code_of, db
from supervision.core.errors import Conflict, NotFound
from supervision.core.export.lists import FileKind
from supervision.core.notices import Audience
from supervision.core.scope import unscoped, visible
from supervision.core.text import N_

KEPT = timedelta(days=7)
# A maker that says nothing for so long has died; the file is begun anew.
SILENT = timedelta(seconds=90)
MOST_ATTEMPTS = 3
# Waiting at once for one person.
MOST_OPEN = 5
_REASON = "the scheduler works for everybody"


class ExportState(StrEnum):
    QUEUED = "queued"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


OPEN = frozenset({ExportState.QUEUED, ExportState.MAKING})


class ExportJob(Base):
    """One file on its way. Nobody but who asked for it knows of it."""

    __tablename__ = "export_job"
    __table_args__ = (
        CheckConstraint("(status = 'ready') = (file_id IS NOT NULL)", name="ready_has_file"),
        CheckConstraint("status <> 'failed' OR message <> ''", name="failed_has_message"),
        Index("ix_export_job_asked_by_id_id", "asked_by_id", "id"),
        Index("ix_export_job_status_id", "status", "id"),
    )

    # The list's name in its slice's manifest.
    name: Mapped[str] = mapped_column(String(48))
    kind: Mapped[FileKind] = mapped_column(code_of(FileKind))
    # The filters as the address of the list had them.
    query: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(16))
    status: Mapped[ExportState] = mapped_column(code_of(ExportState), default=ExportState.QUEUED)
    # A plain number: core knows no accounts.
    asked_by_id: Mapped[int]
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[datetime]
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    holder: Mapped[str] = mapped_column(String(32), default="")
    heartbeat_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None] = mapped_column(index=True)
    message: Mapped[str] = mapped_column(Text, default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))

    file: Mapped[Attachment | None] = relationship(lazy="raise_on_sql")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        return cls.asked_by_id == actor.id

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def percent(self) -> int:
        return min(99, self.done * 100 // self.total) if self.total else 0

    @property
    def kept_until(self) -> datetime | None:
        return self.finished_at + KEPT if self.finished_at is not None else None


def list_jobs(actor: Actor) -> Select[Any]:
    """One's exports, newest first."""
    stmt = visible(ExportJob, actor).options(joinedload(ExportJob.file))
    return stmt.order_by(ExportJob.id.desc())


def get_job(job_id: int, actor: Actor) -> ExportJob:
    """One's export. Raises NotFound for another's."""
    stmt = visible(ExportJob, actor).where(ExportJob.id == job_id)
    found: ExportJob | None = db.session.scalars(stmt.options(joinedload(ExportJob.file))).first()
    if found is None:
        raise NotFound
    return found


def ask(actor: Actor, name: str, kind: FileKind, query: str, language: str) -> ExportJob:
    """Put an export into the queue; the same one that waits already is returned instead."""
    waiting: Sequence[ExportJob] = db.session.scalars(
        visible(ExportJob, actor).where(ExportJob.status.in_(OPEN))
    ).all()
    for job in waiting:
        if (job.name, job.kind, job.query) == (name, kind, query):
            return job
    if len(waiting) >= MOST_OPEN:
        raise Conflict(
            N_("%(count)s of your exports are waiting already. Wait for one of them."),
            count=len(waiting),
        )
    job = ExportJob(
        name=name,
        kind=kind,
        query=query,
        language=language,
        asked_by_id=actor.id,
        asked_by=actor.name,
        asked_at=clock.now(),
    )
    db.session.add(job)
    audit.record(actor, "export.ask", job, list=name, query=query, kind=kind)
    return job


def cancel(job: ExportJob, actor: Actor) -> None:
    if not job.is_open:
        raise Conflict(N_("This export has ended already."))
    job.status, job.finished_at, job.holder = ExportState.CANCELLED, clock.now(), ""
    audit.record(actor, "export.cancel", job)


def take(now: datetime, *, silent: timedelta = SILENT) -> ExportJob | None:
    """The next export to make, marked as held; one whose maker died included."""
    stmt = (
        select(ExportJob)
        .where(
            ExportJob.status.in_(OPEN),
            or_(ExportJob.heartbeat_at.is_(None), ExportJob.heartbeat_at <= now - silent),
        )
        .order_by(ExportJob.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    job = db.session.scalars(unscoped(stmt, reason=_REASON)).first()
    if job is None:
        return None
    job.status, job.holder, job.heartbeat_at = ExportState.MAKING, secrets.token_hex(8), now
    job.started_at, job.done = job.started_at or now, 0
    job.attempts += 1
    db.session.flush()
    return job


def held(job_id: int, holder: str) -> ExportJob | None:
    """The export as long as it is still this maker's; None when it was cancelled."""
    return making.held(ExportJob, job_id, holder, ExportState.MAKING)


def report(job_id: int, holder: str, *, done: int, total: int) -> bool:
    """Say how far it is. False when the export was cancelled or taken over."""
    progress = {"done": done, "total": total}
    return making.report(ExportJob, job_id, holder, ExportState.MAKING, progress)


def keep(job: ExportJob, file: Attachment) -> None:
    """The file is there: tell who asked."""
    job.status, job.file_id, job.finished_at = ExportState.READY, file.id, clock.now()
    job.done = job.total
    job.holder, job.message = "", ""
    db.session.flush()
    _tell(job, "export.ready")


def fail(job: ExportJob, message: str, *, again: bool) -> None:
    """Note what went wrong; ``again``: the machine's fault, worth another attempt."""
    job.holder, job.message = "", message[:2000]
    if again and job.attempts < MOST_ATTEMPTS:
        job.status = ExportState.QUEUED
        return
    job.status, job.finished_at = ExportState.FAILED, clock.now()
    db.session.flush()
    _tell(job, "export.failed")


def _tell(job: ExportJob, kind: str) -> None:
    notices.queue(kind, Audience.ACCOUNT, job.asked_by_id, link=f"/exports/{job.id}")


def expire(now: datetime, limit: int) -> int:
    """Throw away files that were kept for :data:`KEPT`; returns how many."""
    stmt = (
        select(ExportJob)
        .where(ExportJob.status == ExportState.READY, ExportJob.finished_at <= now - KEPT)
        .options(joinedload(ExportJob.file))
        .order_by(ExportJob.id)
        .limit(limit)
    )
    jobs = db.session.scalars(unscoped(stmt, reason=_REASON)).all()
    for job in jobs:
        file, job.file_id, job.status = job.file, None, ExportState.EXPIRED
        db.session.flush()
        if file is not None:
            _drop(file)
    return len(jobs)


def _drop(file: Attachment) -> None:
    """Its row, and its bytes unless another row has the same."""
    others = select(func.count(Attachment.id)).where(
        Attachment.sha256 == file.sha256, Attachment.id != file.id
    )
    is_alone = not db.session.scalar(others)
    db.session.delete(file)
    db.session.flush()
    if is_alone:
        storage().remove(file.sha256)


def store(actor: Actor, source: Any, filename: str, media_type: str) -> Attachment:
    """Keep the made file."""
    return attachments.store_file(actor, source, filename, media_type, limit=1 << 31)
