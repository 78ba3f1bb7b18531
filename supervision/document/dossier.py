"""Verbs and reads of dossiers: ask for one, take the next, keep it, drop it when its days are over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select

from supervision.core import attachments, audit, clock, notices
from supervision.core.actor import SYSTEM, Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import Forbidden, InvalidInput, NotFound
from supervision.core.notices import Audience
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped, visible
from supervision.core.text import N_
from supervision.document.dossier_models import OPEN_STATES, Dossier, DossierState
from supervision.enterprise.models import Enterprise

KEPT = timedelta(days=7)
# A maker that says nothing for so long has died; what it made goes back into the queue.
SILENT = timedelta(minutes=30)
MOST_ATTEMPTS = 3
MOST_OPEN = 5
_WHY = "the job makes and drops everybody's dossiers"


def ask(
    enterprise: Enterprise, actor: Actor, *, with_files: bool, reason: str, language: str
) -> Dossier:
    """Put a dossier into the queue; the same one that is being made is returned instead."""
    if not actor.may(Permission.DOSSIER_MAKE):
        raise Forbidden
    if not reason.strip():
        raise InvalidInput(N_("This field is required."), field="reason")
    waiting = _open_of(actor)
    for one in waiting:
        if (one.enterprise_id, one.with_files) == (enterprise.id, with_files):
            return one
    if len(waiting) >= MOST_OPEN:
        raise InvalidInput(
            N_("%(count)s dossiers of yours are being made: wait for them first."),
            field="reason",
            count=MOST_OPEN,
        )
    dossier = Dossier(
        enterprise_id=enterprise.id,
        with_files=with_files,
        language=language,
        reason=reason,
        asked_at=clock.now(),
        asked_by_id=actor.id,
        asked_by=actor.name,
    )
    db.session.add(dossier)
    audit.record(actor, "dossier.ask", dossier, reason=reason, with_files=with_files)
    return dossier


def _open_of(actor: Actor) -> Sequence[Dossier]:
    stmt = visible(Dossier, actor).where(Dossier.status.in_(OPEN_STATES))
    return db.session.scalars(stmt.limit(MOST_OPEN + 1)).all()


def own_of(enterprise_id: int, actor: Actor, limit: int) -> Sequence[Dossier]:
    """What ``actor`` asked for of this enterprise, newest first."""
    stmt = visible(Dossier, actor).where(Dossier.enterprise_id == enterprise_id)
    return db.session.scalars(stmt.order_by(Dossier.id.desc()).limit(limit)).all()


def get_dossier(dossier_id: int, actor: Actor) -> Dossier:
    """A dossier that ``actor`` asked for. Raises NotFound for anybody else's."""
    stmt = visible(Dossier, actor).where(Dossier.id == dossier_id)
    found: Dossier | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def take(now: datetime) -> Dossier | None:
    """The next one, marked as being made; one whose maker died is taken up again."""
    lost = Dossier.started_at < now - SILENT
    stmt = (
        select(Dossier)
        .where(or_(Dossier.status == DossierState.QUEUED, (Dossier.status == "making") & lost))
        .order_by(Dossier.asked_at, Dossier.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=Dossier)
    )
    dossier: Dossier | None = db.session.scalars(unscoped(stmt, reason=_WHY)).first()
    if dossier is None:
        return None
    if dossier.attempts >= MOST_ATTEMPTS:
        fail(dossier, "its maker died")
        return None
    dossier.status, dossier.started_at = DossierState.MAKING, now
    dossier.attempts, dossier.done = dossier.attempts + 1, 0
    db.session.flush()
    return dossier


def being_made(dossier_id: int) -> Dossier:
    """The row that a maker works on. Raises NotFound when somebody else has finished it."""
    stmt = select(Dossier).where(Dossier.id == dossier_id, Dossier.status == DossierState.MAKING)
    found = db.session.scalars(unscoped(stmt, reason=_WHY)).first()
    if found is None:
        raise NotFound
    return found


def keep(
    dossier: Dossier, *, pdf: Attachment, bundle: Attachment | None, counts: dict[str, Any]
) -> None:
    """It is ready: told to whoever asked, kept for some days."""
    now = clock.now()
    dossier.status, dossier.finished_at, dossier.drop_at = DossierState.READY, now, now + KEPT
    dossier.pdf_id, dossier.bundle_id = pdf.id, bundle.id if bundle else None
    dossier.done, dossier.counts, dossier.message = dossier.steps, counts, ""
    sha256 = {"pdf": pdf.sha256, "bundle": bundle.sha256 if bundle else None}
    audit.record(SYSTEM, "dossier.make", dossier, counts=counts, sha256=sha256)
    _tell(dossier, "dossier.ready")


def fail(dossier: Dossier, message: str) -> None:
    """Tried again a few times; then whoever asked is told."""
    dossier.message = message[:2000] or "?"
    if dossier.attempts < MOST_ATTEMPTS:
        dossier.status = DossierState.QUEUED
        return
    give_up(dossier, message)


def give_up(dossier: Dossier, message: str) -> None:
    """Trying again would not help."""
    dossier.message = message[:2000] or "?"
    dossier.status, dossier.finished_at = DossierState.FAILED, clock.now()
    audit.record(SYSTEM, "dossier.fail", dossier, message=dossier.message)
    _tell(dossier, "dossier.failed")


def note_download(dossier: Dossier, actor: Actor, kind: str) -> None:
    """Who took which file, for the audit trail."""
    audit.record(actor, "dossier.download", dossier, kind=kind)


def overdue(now: datetime, limit: int) -> Sequence[Dossier]:
    """Those whose days are over."""
    stmt = select(Dossier).where(Dossier.status == DossierState.READY, Dossier.drop_at <= now)
    stmt = stmt.order_by(Dossier.id).limit(limit)
    return db.session.scalars(unscoped(stmt, reason=_WHY)).all()


def drop(dossier: Dossier) -> None:
    """Remove its files; that it was made stays on record."""
    files = [file for file in (dossier.pdf, dossier.bundle) if file is not None]
    dossier.status, dossier.pdf_id, dossier.bundle_id = DossierState.DROPPED, None, None
    db.session.flush()
    for file in files:
        attachments.forget(file)


def _tell(dossier: Dossier, kind: str) -> None:
    name = db.session.scalar(
        unscoped(
            select(Enterprise.name).where(Enterprise.id == dossier.enterprise_id),
            reason="the name of what somebody asked for",
        )
    )
    notices.queue(
        kind, Audience.ACCOUNT, dossier.asked_by_id, link=f"/dossiers/{dossier.id}", name=name
    )
