"""Is this file what it says it is? By content, without decoding video. Pure."""

from __future__ import annotations

import io
import struct
import warnings
from typing import IO

from PIL import Image, UnidentifiedImageError

MAX_PIXELS = 60_000_000


class NotThisTypeError(ValueError):
    """The bytes are not a whole file of the declared type; the text says why."""


def check_media(source: IO[bytes], media_type: str) -> None:
    """Raise :class:`NotThisTypeError` unless ``source`` is a whole file of ``media_type``."""
    source.seek(0)
    if media_type == "image/jpeg":
        _check_jpeg(source)
    else:
        _check_mp4(source)
    source.seek(0)


def _check_jpeg(source: IO[bytes]) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(source, formats=("JPEG",)) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise NotThisTypeError("the picture has too many pixels")
                picture.load()
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        struct.error,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        if isinstance(error, NotThisTypeError):
            raise
        raise NotThisTypeError("not a whole JPEG picture") from error


def _check_mp4(source: IO[bytes]) -> None:
    """Walk the boxes (ISO/IEC 14496-12, 4.2): ``ftyp`` first, a ``moov``, none cut short."""
    end = source.seek(0, io.SEEK_END)
    at = 0
    names: list[bytes] = []
    while at < end:
        source.seek(at)
        head = source.read(16)
        if len(head) < 8:
            raise NotThisTypeError("not a whole MP4 file")
        size, name = struct.unpack(">I4s", head[:8])
        if size == 1 and len(head) == 16:
            (size,) = struct.unpack(">Q", head[8:])
        elif size == 0:
            size = end - at
        if size < 8 or at + size > end or (not names and name != b"ftyp"):
            raise NotThisTypeError("not a whole MP4 file")
        names.append(name)
        at += size
    if b"moov" not in names:
        raise NotThisTypeError("an MP4 file without an index (moov)")
