"""The sealer, and the months of tables that grow for ever: made ahead, let go when asked for."""

from __future__ import annotations

import logging
import tempfile
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from supervision.audit import months
from supervision.core import (
    attachments,
    audit,
    audit_archive,
    clock,
    month_drop,
    notices,
    partitions,
)
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import NotFound
from supervision.core.month_drop import MonthRule, StillReferredError
from supervision.core.notices import Audience
from supervision.core.partition_models import DropState, MonthDrop
from supervision.core.partitions import Month, Part

LARGEST_ARCHIVE = 1 << 40

log = logging.getLogger(__name__)


def seal(_now: datetime) -> int:
    """Seal everything that is not yet sealed, batch by batch, each its own transaction."""
    return _seal(thorough=False)


def seal_latecomers(_now: datetime) -> int:
    """Seal what was written so slowly that others of its time were sealed long before."""
    return _seal(thorough=True)


def _seal(*, thorough: bool) -> int:
    total = 0
    while True:
        with transaction():
            count = audit.seal(thorough=thorough)
        total += count
        if count < audit.SEAL_BATCH:
            return total


def make_months(now: datetime) -> int:
    """Make the parts of the months ahead; tell the administrators of rows that no month holds."""
    if partitions.in_months():
        # Where a drop was killed before its last step, the keys wait to be checked.
        for table in partitions.MONTHLY:
            with transaction():
                month_drop.check_keys(table)
    with transaction():
        made = partitions.make_ahead(now)
        for table, count in partitions.in_the_net().items():
            notices.queue(
                "month.net",
                Audience.ADMINISTRATORS,
                None,
                link=months.LINK,
                table=table,
                count=count,
            )
    return made


def drop_months(_now: datetime) -> int:
    """Drop what was asked for. Where one cannot be dropped now, the next run tries it again."""
    stmt = select(MonthDrop.id).where(MonthDrop.status == DropState.ASKED).order_by(MonthDrop.id)
    asked = list(db.session.scalars(stmt))
    total = 0
    for drop_id in asked:
        try:
            total += _carry_out(drop_id)
        except OperationalError:
            db.session.rollback()
            log.warning("month %s: the table is busy, it stays for now", drop_id, exc_info=True)
        except OSError:
            # What holds files has its bad hours; a month that needs none of it does not wait.
            db.session.rollback()
            log.exception("month %s: its archive cannot be kept, it stays for now", drop_id)
    return total


class RefusedError(RuntimeError):
    """The month stays; the message is a code of ``labels.PROBLEMS``."""


def _carry_out(drop_id: int) -> int:
    """Do what was asked for; returns how many rows went. Each step is a transaction of its own.

    Killed in between, the next run begins again: nothing is lost before the last step.
    """
    try:
        gone = _drop(drop_id)
    except (RefusedError, StillReferredError) as error:
        code = "referred" if isinstance(error, StillReferredError) else str(error)
        with transaction():
            drop = months.get_drop(drop_id, for_update=True)
            if drop.status is DropState.ASKED:
                months.end(drop, DropState.REFUSED, problem=code)
        return 0
    with transaction():
        month_drop.check_keys(months.get_drop(drop_id).table_name)
    return gone


def _drop(drop_id: int) -> int:
    drop = months.get_drop(drop_id)
    rule, part = _still_due(drop.table_name, drop.part)
    if rule.archived and drop.archive_id is None:
        _archive(drop_id, part)
    with transaction():
        month_drop.remove_along(rule, part)
    with transaction():
        drop = months.get_drop(drop_id, for_update=True)
        if drop.status is not DropState.ASKED:
            return 0
        done = month_drop.drop(rule, part)
        if rule.archived and done.rows != drop.gone:
            raise RefusedError("changed")
        left = month_drop.find_part(drop.table_name, drop.part)
        drop.gone, drop.kept = done.goes, done.stays
        drop.bytes_before, drop.bytes_after = part.size, left.size if left else 0
        months.end(drop, DropState.DONE)
        return done.goes


def _still_due(table: str, name: str) -> tuple[MonthRule, Part]:
    try:
        rule, part = months.get(table, name)
    except NotFound:
        raise RefusedError("gone") from None
    if not rule.is_due(part, Month.of(clock.now())):
        raise RefusedError("young")
    return rule, part


def _archive(drop_id: int, part: Part) -> None:
    """Write the part to a file and keep it: from here on it can be proved what the month held."""
    if audit_archive.unsealed(part):
        raise RefusedError("unsealed")
    with tempfile.TemporaryFile() as file:
        written = audit_archive.write(part, file)
        if written is None:
            return
        file.seek(0)
        attachments.send_ahead(file)
        with transaction():
            drop = months.get_drop(drop_id)
            drop.archive = attachments.store_file(
                SYSTEM,
                file,
                f"{part.table}-{part.name}.jsonl.gz",
                "application/gzip",
                limit=LARGEST_ARCHIVE,
            )
            drop.first_id, drop.last_id = written.first_id, written.last_id
            drop.gone = written.entries
