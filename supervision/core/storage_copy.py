"""From one storage to another, so often as one likes: what is there is passed over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import IO

from sqlalchemy import func, select

from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.storage import CHUNK, Storage

BATCH = 500


def copy_all(source: Storage, target: Storage) -> Iterator[tuple[str, str]]:
    """Each file that a record names, and what came of it: copied, there, missing or different.

    ``different``: its bytes are not what its name says; they are not copied. Files are taken in
    the order of their records: what comes meanwhile is copied as well.
    """
    last = 0
    while True:
        stmt = (
            select(func.max(Attachment.id), Attachment.sha256)
            .where(Attachment.id > last, Attachment.id <= last + BATCH)
            .group_by(Attachment.sha256)
            .order_by(func.max(Attachment.id))
        )
        rows = db.session.execute(stmt).tuples().all()
        end = db.session.scalar(select(func.max(Attachment.id))) or 0
        db.session.rollback()  # no transaction waits for a network
        for _ident, sha256 in rows:
            yield sha256, _copy(sha256, source, target)
        last += BATCH
        if last >= end:
            return


def _copy(sha256: str, source: Storage, target: Storage) -> str:
    if target.exists(sha256):
        return "there"
    try:
        with source.open(sha256) as file:
            if _hash(file) != sha256:
                return "different"
            file.seek(0)
            kept = target.put(file)
    except FileNotFoundError:
        return "missing"
    return "copied" if kept.sha256 == sha256 and target.exists(sha256) else "different"


def _hash(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
