"""The work itself: batch by batch, the cursor moving in the transaction that writes the rows."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from flask_babel import force_locale
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from supervision.core import audit, clock
from supervision.core.actor import Actor
from supervision.core.attachments import storage
from supervision.core.db import db, transaction
from supervision.core.errors import DomainError, Forbidden
from supervision.core.permissions import Permission
from supervision.enterprise import bulk
from supervision.enterprise.imports import checking, files, reading, service
from supervision.enterprise.imports.checking import Kind, Row, Verdict
from supervision.enterprise.imports.models import ImportProblem, ImportRun, ImportState
from supervision.enterprise.uscc import normalise_uscc
from supervision.slices import slices

BATCH = 500
PREVIEWS = 10
# Another's registration of the same code in the same moment; the batch is judged anew.
_ATTEMPTS = 3

log = logging.getLogger("supervision.enterprise.imports")


class _Stopped(Exception):
    """Cancelled, or taken over by another worker."""


@dataclass(frozen=True, slots=True)
class _Task:
    """What does not change while an import runs."""

    run_id: int
    holder: str
    actor: Actor
    mapping: Sequence[str]
    officers: Mapping[str, int | None]
    applies: bool
    updates: bool


def work(now: datetime, *, silent: timedelta = service.SILENT, batch: int = BATCH) -> int:
    """Do what waits, one file after the other; returns how many rows were dealt with.

    A worker that was killed is followed by the next one at its cursor once it was ``silent``
    for so long.
    """
    total = 0
    while True:
        with transaction():
            run = service.take(now, silent=silent)
            taken = None if run is None else (run.id, run.holder)
        if taken is None:
            return total
        total += _work_on(*taken, batch)
        now = clock.now()


def _work_on(run_id: int, holder: str, batch: int) -> int:
    try:
        with transaction():
            run = service.held(run_id, holder)
            if run is None:
                return 0
            task, source, done = _begin(run)
        count = _rows(task, source, done, batch)
        _end(task)
    except _Stopped:
        return 0
    except DomainError as error:
        # The file or the person's rights: trying again would not help.
        _fail(run_id, holder, error.message % error.params, again=False)
        return 0
    except Exception as error:
        log.exception("import %s failed", run_id)
        _fail(run_id, holder, f"{type(error).__name__}: {error}", again=True)
        return 0
    return count


@dataclass(frozen=True, slots=True)
class _Source:
    sha256: str
    media_type: str
    sheet: int
    skip: int
    width: int


def _begin(run: ImportRun) -> tuple[_Task, _Source, int]:
    actor = _actor(run.asked_by_id)
    file = run.file
    if run.cursor == 0:
        run.total = 0
    task = _Task(
        run.id,
        run.holder,
        actor,
        tuple(run.mapping),
        _officers(actor),
        applies=run.status is ImportState.TO_IMPORT,
        updates=run.update_existing,
    )
    source = _Source(file.sha256, file.media_type, run.sheet, run.skip, len(run.headers))
    return task, source, run.cursor


def _actor(account_id: int) -> Actor:
    """Whom the import acts as: with the rights of now, not of the day of the upload."""
    for manifest in slices():
        if manifest.actor_of is not None:
            found = manifest.actor_of(account_id)
            if found is not None and found.may(Permission.ENTERPRISE_IMPORT):
                return found
    raise Forbidden


def _officers(actor: Actor) -> dict[str, int | None]:
    """Officers by name; None for a name that two of them have."""
    found: dict[str, int | None] = {}
    for manifest in slices():
        if manifest.officers is not None:
            for ident, name in manifest.officers.choices(actor):
                found[name] = None if name in found else ident
    return found


def _rows(task: _Task, source: _Source, done: int, size: int) -> int:
    """Everything after the cursor. Codes of the rows before it are remembered, for doubles."""
    count = 0
    with storage().open(source.sha256) as file:
        total, rows = reading.table(
            file, source.media_type, source.sheet, source.skip, source.width
        )
        seen = _codes(islice(rows, done), task.mapping)
        if not done:
            with transaction():
                _held(task).total = total
        while batch := list(islice(rows, size)):
            _batch(task, batch, seen, done + count)
            count += len(batch)
    return count


def _codes(rows: Iterator[Row], mapping: Sequence[str]) -> dict[str, int]:
    place = list(mapping).index("uscc")
    seen: dict[str, int] = {}
    for number, cells in rows:
        if cells[place]:
            seen.setdefault(normalise_uscc(cells[place]), number)
    return seen


def _batch(task: _Task, batch: Sequence[Row], seen: dict[str, int], cursor: int) -> None:
    for attempt in range(_ATTEMPTS):
        trial = dict(seen) if attempt + 1 < _ATTEMPTS else seen
        try:
            if task.applies:
                with transaction():
                    run = _held(task, cursor)
                    _apply(task, run, _judge(task, batch, trial))
            else:
                verdicts = _judge(task, batch, trial)
                with transaction():
                    run = _held(task, cursor)
                    _note(task, run, verdicts)
        except IntegrityError:
            if attempt + 1 == _ATTEMPTS:
                raise
            continue
        seen.update(trial)
        return


def _held(task: _Task, cursor: int | None = None) -> ImportRun:
    run = service.held(task.run_id, task.holder)
    if run is None or (cursor is not None and run.cursor != cursor):
        raise _Stopped
    run.heartbeat_at = clock.now()
    return run


def _judge(task: _Task, batch: Sequence[Row], seen: dict[str, int]) -> list[Verdict]:
    known = checking.know(batch, task.mapping, task.actor, officers=task.officers, seen=seen)
    return [checking.judge(row, task.mapping, task.actor, known) for row in batch]


def _apply(task: _Task, run: ImportRun, verdicts: Sequence[Verdict]) -> None:
    """Write what fits; one audit entry for the batch, an event for each enterprise."""
    new = [v for v in verdicts if v.kind is Kind.NEW]
    changed = [v for v in verdicts if v.kind is Kind.CHANGED and v.existing is not None]
    made = bulk.register_many(task.actor, [v.values for v in new])
    told = dict(run.officers)
    for row in made:
        _add_officer(told, row.officer_id)
    written = []
    if task.updates:
        written = [(v.existing, v.diff) for v in changed if v.existing is not None]
        bulk.change_many(task.actor, written)
        for _enterprise, diff in written:
            _add_officer(told, diff["officer_id"][1] if "officer_id" in diff else None)
    run.officers = told
    if made or written:
        audit.record(
            task.actor,
            "enterprise.import",
            run,
            rows=[verdicts[0].row, verdicts[-1].row],
            registered=[[e.id, e.uscc] for e in made],
            changed={str(e.id): diff for e, diff in written},
        )
    _note(task, run, verdicts)


def _add_officer(told: dict[str, int], officer_id: int | None) -> None:
    if officer_id is not None:
        told[str(officer_id)] = told.get(str(officer_id), 0) + 1


def _note(task: _Task, run: ImportRun, verdicts: Sequence[Verdict]) -> None:
    """Counts, first rows of each kind, rows to mend, and the cursor."""
    counts = {kind: sum(1 for v in verdicts if v.kind is kind) for kind in Kind}
    run.new_count += counts[Kind.NEW]
    run.same_count += counts[Kind.SAME]
    run.bad_count += counts[Kind.BAD]
    if task.applies and not task.updates:
        run.kept_count += counts[Kind.CHANGED]
    else:
        run.changed_count += counts[Kind.CHANGED]
    run.cursor += len(verdicts)
    previews = {kind: list(rows) for kind, rows in run.previews.items()}
    for verdict in verdicts:
        shown = previews.setdefault(verdict.kind, [])
        if verdict.kind is not Kind.BAD and len(shown) < PREVIEWS:
            shown.append(_preview(verdict))
    run.previews = previews
    bad = [
        {"run_id": run.id, "row": v.row, "cells": v.cells, "problems": v.problems}
        for v in verdicts
        if v.kind is Kind.BAD
    ]
    if bad:
        db.session.execute(insert(ImportProblem), bad)
    db.session.flush()


def _preview(verdict: Verdict) -> dict[str, Any]:
    held = verdict.existing
    return {
        "row": verdict.row,
        "uscc": verdict.values.get("uscc", ""),
        "name": verdict.values.get("name") or (held.name if held is not None else ""),
        "diff": {
            name: ["" if v is None else str(v) for v in pair] for name, pair in verdict.diff.items()
        },
    }


def _end(task: _Task) -> None:
    """The error file, then the end; the file is made outside of the transaction."""
    with transaction():
        run = _held(task)
        bad, language, headers = run.bad_count, run.language, list(run.headers)
    stored = None
    if bad:
        with force_locale(language):
            stored = files.error_book(task.run_id, headers)
    with transaction():
        run = _held(task)
        if stored is not None:
            run.errors_id = files.keep_errors(task.actor, stored, language).id
        service.finish(run)


def _fail(run_id: int, holder: str, message: str, *, again: bool) -> None:
    db.session.rollback()
    with transaction():
        run = service.held(run_id, holder)
        if run is not None:
            service.fail(run, message, again=again)
