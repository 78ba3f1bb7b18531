"""Files that belong to a record. Who may read one is decided by its owner's access.

The type is found in the content, never believed from a name. Photos are decoded and encoded
anew: no EXIF (places and serial numbers of private phones), no trailing payload.
"""

from __future__ import annotations

import io
import struct
import unicodedata
import warnings
from datetime import datetime
from typing import IO

from flask import Response, current_app, request, send_file
from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import BigInteger, ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import Base, db
from supervision.core.errors import InvalidInput
from supervision.core.storage import Storage, StoredFile, TooLargeError
from supervision.core.text import N_

MAX_SIDE = 2560
MAX_PIXELS = 60_000_000
MAX_SCAN = 64 * 1024 * 1024
_PDF_HEAD = b"%PDF-"
IMAGE_FORMATS = ("JPEG", "PNG", "WEBP", "BMP")


class Attachment(Base):
    """A stored file. The link to its owner is the owner's table."""

    __tablename__ = "attachment"

    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    # Office names its types at length: a workbook's has 65 characters.
    media_type: Mapped[str] = mapped_column(String(100))
    filename: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(80))
    width: Mapped[int | None]
    height: Mapped[int | None]


class AttachmentLink:
    """Mixin for an owner's link table."""

    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), index=True)


def storage() -> Storage:
    """The application's storage."""
    found: Storage = current_app.extensions["anqi_storage"]
    return found


def init_storage(app: object, where: Storage) -> None:
    app.extensions["anqi_storage"] = where  # type: ignore[attr-defined]


def send_ahead(source: IO[bytes]) -> None:
    """Give the bytes to a storage over the network now, so that no transaction waits for it.

    :func:`store_file` then finds them there. Nothing happens where files lie in a folder.
    """
    if storage().is_remote:
        storage().put(source)
        source.seek(0)


def store_photo(actor: Actor, source: IO[bytes], filename: str, *, field: str) -> Attachment:
    """Check, re-encode and keep a photo. Raises InvalidInput naming ``field`` and the file."""
    data, size = _clean_image(source, filename, field)
    stored = storage().put(io.BytesIO(data))
    name = safe_stem(filename) + ".jpg"
    return _add(actor, stored, "image/jpeg", name, size)


def store_scan(actor: Actor, source: IO[bytes], filename: str, *, field: str) -> Attachment:
    """Keep a scanned paper: a PDF as it came, else a picture like any photo.

    Raises InvalidInput naming ``field`` for anything else. A PDF is only ever sent as a download
    (:func:`send_scan`): what it may contain does not run on our pages.
    """
    if source.read(len(_PDF_HEAD)) == _PDF_HEAD:
        source.seek(0)
        try:
            stored = storage().put(source, limit=MAX_SCAN)
        except TooLargeError:
            raise InvalidInput(N_("The file is too large."), field=field) from None
        name = safe_stem(filename) + ".pdf"
        return _add(actor, stored, "application/pdf", name, (None, None))
    source.seek(0)
    try:
        return store_photo(actor, source, filename, field=field)
    except InvalidInput as error:
        raise InvalidInput(
            N_("%(name)s is neither a PDF nor a picture that can be read."),
            field=field,
            name=error.params.get("name", filename),
        ) from None


def send_scan(attachment: Attachment) -> Response:
    """Answer with a scan: pictures open in the page, everything else is saved."""
    return send(attachment, download=not attachment.media_type.startswith("image/"))


def safe_stem(filename: str) -> str:
    """The name without folders, ending and anything invisible: it goes into a header one day."""
    base = filename.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
    plain = "".join(c for c in base if unicodedata.category(c)[0] != "C")
    return plain.strip()[:100] or "photo"


def store_file(
    actor: Actor,
    source: IO[bytes],
    filename: str,
    media_type: str,
    *,
    limit: int,
    ahead: StoredFile | None = None,
) -> Attachment:
    """Keep bytes whose type the caller has already established.

    ``ahead``: they lie in the storage already, put there before the transaction began, because
    they are so many that others would have waited.
    """
    try:
        stored = ahead or storage().put(source, limit=limit)
        _guard(stored.sha256)
        if not storage().exists(stored.sha256):
            # Somebody forgot the same bytes while these came.
            source.seek(0)
            storage().put(source, limit=limit)
    except TooLargeError:
        raise InvalidInput(N_("The file is too large."), field="file") from None
    return _add(actor, stored, media_type, filename, (None, None))


def _guard(sha256: str) -> None:
    """Until the transaction ends nobody else stores or forgets these bytes.

    SQLite has one writer anyway. On PostgreSQL the row of one that stores them is not seen by one
    that forgets them before it is committed.
    """
    if db.engine.dialect.name == "postgresql":
        # 63 bits of the hash: two that share them wait for each other, and that is all.
        key = int(sha256[:16], 16) >> 1
        db.session.execute(select(func.pg_advisory_xact_lock(key)))


def forget(attachment: Attachment) -> None:
    """Remove a file that was kept for some days; its link must be gone already.

    Bytes that another attachment has too stay. They go before the transaction ends: a file that
    is gone although its row came back is made anew, one that stays for ever is not noticed.
    """
    _guard(attachment.sha256)
    db.session.delete(attachment)
    db.session.flush()
    others = select(Attachment.id).where(Attachment.sha256 == attachment.sha256).limit(1)
    if db.session.scalar(others) is None:
        storage().remove(attachment.sha256)


def send(attachment: Attachment, *, download: bool = False) -> Response:
    """Answer with the file, ranges and conditional requests included."""
    path = storage().path(attachment.sha256)
    response = send_file(
        path if path is not None else storage().open(attachment.sha256),
        mimetype=attachment.media_type,
        as_attachment=download,
        download_name=attachment.filename,
        conditional=path is not None,
        etag=attachment.sha256,
        max_age=3600,
    )
    if path is None:
        # Only of a path is the size known there, and without it there are no ranges.
        response.content_length = attachment.size
        response.make_conditional(request, accept_ranges=True, complete_length=attachment.size)
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _add(
    actor: Actor,
    stored: StoredFile,
    media_type: str,
    filename: str,
    size: tuple[int | None, int | None],
) -> Attachment:
    attachment = Attachment(
        sha256=stored.sha256,
        size=stored.size,
        media_type=media_type,
        filename=filename,
        created_at=clock.now(),
        created_by=actor.name,
        width=size[0],
        height=size[1],
    )
    db.session.add(attachment)
    db.session.flush()
    return attachment


def _clean_image(source: IO[bytes], filename: str, field: str) -> tuple[bytes, tuple[int, int]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(source, formats=IMAGE_FORMATS) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise InvalidInput(
                        N_("%(name)s is too large a picture."), field=field, name=filename
                    )
                upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        struct.error,  # EXIF that is cut short
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ):
        raise InvalidInput(
            N_("%(name)s is not a picture that can be read. Use a JPEG, PNG or WebP photo."),
            field=field,
            name=filename,
        ) from None
    upright.thumbnail((MAX_SIDE, MAX_SIDE))
    upright.info.clear()  # a JPEG's comment would be written again
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=88, optimize=True)
    return out.getvalue(), upright.size
