"""Small pictures of snapshots, for lists of many: 320 pixels wide, with nothing of the camera's in them."""

from __future__ import annotations

import io
import struct
from typing import IO

from PIL import Image
from sqlalchemy import select

from supervision.core import attachments
from supervision.core.actor import SYSTEM, Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.scope import unscoped
from supervision.video.models import ViolationEvidence
from vision.contract import EvidenceKind

WIDTH = 320
QUALITY = 75
LIMIT = 1024 * 1024
BATCH = 50


def make(actor: Actor, evidence: ViolationEvidence, source: IO[bytes]) -> Attachment | None:
    """Keep the small picture of a snapshot; None for a clip, and for what cannot be read."""
    if evidence.kind is not EvidenceKind.SNAPSHOT:
        return None
    data = shrunk(source)
    if data is None:
        return None
    name = f"{evidence.sha256[:16]}-small.jpg"
    made = attachments.store_file(actor, io.BytesIO(data), name, "image/jpeg", limit=LIMIT)
    evidence.thumbnail_id = made.id
    return made


def shrunk(source: IO[bytes]) -> bytes | None:
    """The picture as a JPEG of :data:`WIDTH` pixels without EXIF; None where it cannot be read."""
    source.seek(0)
    try:
        with Image.open(source, formats=("JPEG",)) as picture:
            # The decoder itself halves as long as enough is left, by the shape it will have.
            picture.draft("RGB", (WIDTH, max(1, picture.height * WIDTH // picture.width)))
            small = picture.convert("RGB")
    except (OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError):
        return None
    small.thumbnail((WIDTH, small.height))
    small.info.clear()
    out = io.BytesIO()
    small.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def make_missing(after: int) -> tuple[int, int | None]:
    """For snapshots that came before there were small pictures, so many at once.

    Returns how many were made, and the last row that was looked at; None: there are no more.
    """
    found = _without(after)
    made = sum(_make_one(evidence) for evidence in found)
    return made, found[-1].id if len(found) == BATCH else None


def _without(last: int) -> list[ViolationEvidence]:
    stmt = (
        select(ViolationEvidence)
        .where(ViolationEvidence.kind == EvidenceKind.SNAPSHOT)
        .where(ViolationEvidence.attachment_id.is_not(None))
        .where(ViolationEvidence.thumbnail_id.is_(None), ViolationEvidence.id > last)
        .order_by(ViolationEvidence.id)
        .limit(BATCH)
        .with_for_update(of=ViolationEvidence, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(unscoped(stmt, reason="the job goes over all snapshots")))


def _make_one(evidence: ViolationEvidence) -> int:
    assert evidence.attachment is not None
    try:
        with attachments.storage().open(evidence.attachment.sha256) as source:
            return int(make(SYSTEM, evidence, source) is not None)
    except FileNotFoundError:
        return 0
