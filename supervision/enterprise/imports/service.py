"""Verbs of an import: take a file, say what its columns are, have it checked, have it imported."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import IO, Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import joinedload

from supervision.core import attachments, audit, clock, notices
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.notices import Audience
from supervision.core.scope import unscoped
from supervision.core.text import N_
from supervision.enterprise.imports import queries, rules
from supervision.enterprise.imports.models import (
    ENDED,
    WORKING,
    ImportMapping,
    ImportProblem,
    ImportRun,
    ImportState,
)
from supervision.enterprise.imports.reading import CSV, Outline, outline

# A worker that says nothing for so long has died; another goes on at its cursor.
SILENT = timedelta(seconds=60)
MOST_ATTEMPTS = 5
KEEP_DAYS = 90


def upload(actor: Actor, file: IO[bytes], filename: str, *, limit: int, language: str) -> ImportRun:
    """Keep a file and guess its columns. Raises InvalidInput naming the field ``file``."""
    seen: Outline = outline(file)
    file.seek(0)
    ending = ".csv" if seen.media_type == CSV else ".xlsx"
    name = attachments.safe_stem(filename) + ending
    kept = attachments.store_file(actor, file, name, seen.media_type, limit=limit)
    remembered = queries.remembered(actor, [rules.plain(h)[:120] for h in seen.headers])
    run = ImportRun(
        asked_by_id=actor.id,
        asked_by=actor.name,
        language=language,
        created_at=clock.now(),
        file_id=kept.id,
        sheet=seen.sheet,
        skip=seen.skip,
        headers=seen.headers,
        samples=seen.samples,
        mapping=rules.guess(seen.headers, remembered),
    )
    db.session.add(run)
    audit.record(actor, "enterprise.import_upload", run, sha256=kept.sha256, filename=name)
    return run


def set_mapping(run: ImportRun, actor: Actor, mapping: Sequence[str]) -> None:
    """Say what each column is, remember it for the next file, and ask for the trial run."""
    if run.status not in {ImportState.UPLOADED, ImportState.CHECKED}:
        raise Conflict(N_("This import has begun; its columns stay as they are."))
    chosen = [name for name in mapping if name]
    if len(mapping) != len(run.headers) or not set(chosen) <= {
        f.name for f in rules.import_fields()
    }:
        raise InvalidInput(N_("Choose one of the list."), field="column")
    for name in chosen:
        if chosen.count(name) > 1:
            message = N_("Two columns cannot fill the same field.")
            raise InvalidInput(message, field=f"column-{list(mapping).index(name)}")
    if "uscc" not in chosen:
        message = N_("Say which column holds the unified social credit code.")
        raise InvalidInput(message, field="column-0")
    run.mapping = list(mapping)
    _remember(run, actor)
    _start(run, ImportState.TO_CHECK)


def confirm(run: ImportRun, actor: Actor, *, update_existing: bool) -> None:
    """Have it imported, after the trial run was seen."""
    if run.status is not ImportState.CHECKED:
        raise Conflict(N_("Only a file that was checked can be imported."))
    run.update_existing = update_existing
    _start(run, ImportState.TO_IMPORT)
    audit.record(actor, "enterprise.import_start", run, rows=run.total, update=update_existing)


def cancel(run: ImportRun, actor: Actor) -> None:
    """Stop after the batch that is under way. What was imported stays imported."""
    if run.status in ENDED:
        raise Conflict(N_("This import has ended already."))
    audit.record(actor, "enterprise.import_cancel", run, cursor=run.cursor, status=run.status)
    run.status, run.finished_at, run.holder = ImportState.CANCELLED, clock.now(), ""


def _start(run: ImportRun, status: ImportState) -> None:
    """Begin at the first row again, with nothing found yet."""
    db.session.execute(delete(ImportProblem).where(ImportProblem.run_id == run.id))
    run.status, run.cursor, run.attempts, run.holder = status, 0, 0, ""
    run.new_count = run.changed_count = run.same_count = run.kept_count = run.bad_count = 0
    run.previews, run.officers, run.errors_id = {}, {}, None
    run.heartbeat_at = run.started_at = None
    db.session.flush()


def _remember(run: ImportRun, actor: Actor) -> None:
    keys = {rules.plain(h)[:120]: name for h, name in zip(run.headers, run.mapping, strict=True)}
    stmt = select(ImportMapping).where(
        ImportMapping.account_id == actor.id, ImportMapping.heading.in_(keys)
    )
    known = {row.heading: row for row in db.session.scalars(stmt)}
    for heading, name in keys.items():
        if heading in known:
            known[heading].field = name
        elif heading:
            db.session.add(ImportMapping(account_id=actor.id, heading=heading, field=name))
    db.session.flush()


def take(now: datetime, *, silent: timedelta = SILENT) -> ImportRun | None:
    """The next import to work on, marked as held; one whose worker died included."""
    stmt = (
        select(ImportRun)
        .where(
            ImportRun.status.in_(WORKING),
            or_(ImportRun.heartbeat_at.is_(None), ImportRun.heartbeat_at <= now - silent),
        )
        .order_by(ImportRun.id)
        .limit(1)
        .with_for_update(of=ImportRun, skip_locked=True)
    )
    run = db.session.scalars(unscoped(stmt, reason="the scheduler works for everybody")).first()
    if run is None:
        return None
    run.holder, run.heartbeat_at = secrets.token_hex(8), now
    run.started_at = run.started_at or now
    run.attempts += 1
    db.session.flush()
    return run


def held(run_id: int, holder: str) -> ImportRun | None:
    """The import, locked, as long as it is still this worker's; None when it was cancelled."""
    stmt = select(ImportRun).where(
        ImportRun.id == run_id, ImportRun.holder == holder, ImportRun.status.in_(WORKING)
    )
    stmt = stmt.options(joinedload(ImportRun.file, innerjoin=True))
    stmt = stmt.with_for_update(of=ImportRun).execution_options(populate_existing=True)
    return db.session.scalars(unscoped(stmt, reason="the scheduler works for everybody")).first()


def finish(run: ImportRun) -> None:
    """The last row is dealt with: a trial run waits for its decision, an import tells who asked."""
    run.holder, run.total = "", run.cursor  # blank lines are no rows
    if run.status is ImportState.TO_CHECK:
        run.status = ImportState.CHECKED
        db.session.flush()
        return
    run.status, run.finished_at = ImportState.DONE, clock.now()
    db.session.flush()
    _tell(run, "enterprise.import_done", new=run.new_count, bad=run.bad_count)
    for account_id, count in run.officers.items():
        if int(account_id) != run.asked_by_id:
            notices.queue(
                "enterprise.officer_many",
                Audience.ACCOUNT,
                int(account_id),
                link=f"/enterprises/?officer={account_id}",
                count=count,
            )


def fail(run: ImportRun, message: str, *, again: bool) -> None:
    """Note what went wrong; ``again``: the machine's fault, worth another attempt."""
    run.holder, run.message = "", message[:2000]
    if again and run.attempts < MOST_ATTEMPTS:
        return
    run.status, run.finished_at = ImportState.FAILED, clock.now()
    db.session.flush()
    _tell(run, "enterprise.import_failed")


def _tell(run: ImportRun, kind: str, **params: Any) -> None:
    notices.queue(
        kind,
        Audience.ACCOUNT,
        run.asked_by_id,
        link=f"/enterprises/imports/{run.id}",
        **params,
    )
