"""Making dossiers in the background, and dropping them when their days are over."""

from __future__ import annotations

import logging
import tempfile
from datetime import datetime
from functools import partial
from io import BytesIO

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from supervision.account import service as accounts
from supervision.core import attachments, clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.attachments import Attachment, storage
from supervision.core.db import db, transaction
from supervision.core.errors import NotFound
from supervision.core.permissions import Permission
from supervision.core.web.state import settings
from supervision.document import dossier, dossier_bundle, dossier_paper
from supervision.document.dossier_models import Dossier
from supervision.document.dossier_paper import Imprint, Made
from supervision.enterprise import queries as enterprises

# One run; the next one follows in seconds, so that a stop is not kept waiting.
MOST_AT_ONCE = 3
BATCH = 50
_LARGEST = 4 * 1024**3
# An archive this small is kept in memory while it is written.
_IN_MEMORY = 8 * 1024**2

log = logging.getLogger("supervision.document")


def make_queued(now: datetime, limit: int = MOST_AT_ONCE) -> int:
    """Make what is in the queue; one that fails says why and stops nothing."""
    done = 0
    while done < limit:
        with transaction():
            taken = dossier.take(now)
            ident = None if taken is None else taken.id
        if ident is None:
            break
        _make_one(ident)
        done += 1
    return done


def _make_one(dossier_id: int) -> None:
    try:
        # Chapters ask for addresses and translations, like a page does.
        with current_app.test_request_context():
            _make(dossier_id)
    except NotFound:
        # Whoever asked may not see the enterprise any more, or has no account.
        _end(dossier_id, "what was asked for is out of reach", for_good=True)
    except Exception as error:
        log.exception("dossier %s failed", dossier_id)
        _end(dossier_id, f"{type(error).__name__}: {error}")


def _make(dossier_id: int) -> None:
    row = dossier.being_made(dossier_id)
    actor = accounts.actor_of(row.asked_by_id)
    if actor is None or not actor.may(Permission.DOSSIER_MAKE):
        raise NotFound
    with_files, language = row.with_files, row.language
    with force_locale(language):
        imprint = _imprint(row, actor)
        _set_steps(dossier_id, len(dossier_paper.chapters_for(actor)) + 1)
        made = dossier_paper.make(
            imprint, actor, with_files=with_files, done=partial(_progress, dossier_id)
        )
        _keep(dossier_id, made, imprint, with_files=with_files)


def _imprint(row: Dossier, actor: Actor) -> Imprint:
    enterprise = enterprises.get_enterprise(row.enterprise_id, actor)
    return Imprint(
        enterprise_id=enterprise.id,
        name=enterprise.name,
        uscc=enterprise.uscc,
        issuer=settings().authority_name or _("Anqi"),
        made_at=clock.now(),
        made_for=actor.name,
        role=actor.role,
        reason=row.reason,
    )


def _set_steps(dossier_id: int, steps: int) -> None:
    with transaction():
        row = dossier.being_made(dossier_id)
        row.steps, row.done = steps, 0


def _progress(dossier_id: int, done: int) -> None:
    with transaction():
        dossier.being_made(dossier_id).done = done


def _keep(dossier_id: int, made: Made, imprint: Imprint, *, with_files: bool) -> None:
    """The archive is written beside the database's lock; only its row is made inside."""
    stem = attachments.safe_stem(f"{_('Enterprise dossier')}-{imprint.name}.x")
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        if with_files:
            dossier_bundle.write(file, made, imprint, storage())
            file.seek(0)
        with transaction():
            row = dossier.being_made(dossier_id)
            pdf = _store(BytesIO(made.pdf), f"{stem}.pdf", "application/pdf")
            bundle = _store(file, f"{stem}.zip", "application/zip") if with_files else None
            files = {key: len(held) for key, held in made.files.items()}
            counts = {"rows": made.rows, "files": files}
            dossier.keep(row, pdf=pdf, bundle=bundle, counts=counts)


def _store(source: object, name: str, media_type: str) -> Attachment:
    return attachments.store_file(
        SYSTEM,
        source,  # type: ignore[arg-type]  # a spooled file reads like any other
        name,
        media_type,
        limit=_LARGEST,
    )


def _end(dossier_id: int, message: str, *, for_good: bool = False) -> None:
    db.session.rollback()
    try:
        with transaction():
            row = dossier.being_made(dossier_id)
            (dossier.give_up if for_good else dossier.fail)(row, message)
    except NotFound:
        log.warning("dossier %s was finished by somebody else", dossier_id)


def drop_old(now: datetime) -> int:
    """Remove the files of those whose days are over, one transaction each."""
    total = 0
    while ids := _overdue(now):
        for ident in ids:
            with transaction():
                found = next((d for d in dossier.overdue(now, BATCH) if d.id == ident), None)
                if found is not None:
                    dossier.drop(found)
                    total += 1
    return total


def _overdue(now: datetime) -> list[int]:
    found = [row.id for row in dossier.overdue(now, BATCH)]
    db.session.rollback()
    return found
