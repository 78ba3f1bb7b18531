"""Pictures as papers hold them: no larger than print needs, in the same bytes for both files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from PIL import Image, UnidentifiedImageError

from supervision.core.errors import InvalidInput
from supervision.core.text import N_

Opener = Callable[[str], IO[bytes]]

# 62 mm at some 500 dots an inch; a phone's photo has three times as many in either direction.
LONGEST_SIDE = 1280


@dataclass(frozen=True, slots=True)
class Bounded:
    """A picture's bytes and how large it is drawn, in the unit of the place."""

    data: BytesIO
    width: float
    height: float


def bounded(open_picture: Opener, sha256: str, width: float, height: float) -> Bounded:
    """The picture scaled into ``width`` by ``height``, its proportions kept.

    Raises InvalidInput for a stored file that is no picture.
    """
    with open_picture(sha256) as file:
        stored = file.read()
    try:
        with Image.open(BytesIO(stored)) as picture:
            wide, high = picture.size
            data = stored if max(wide, high) <= LONGEST_SIDE else _smaller(picture)
    except (UnidentifiedImageError, OSError):
        raise InvalidInput(
            N_("The stored file %(sha)s is no picture."), field="photos", sha=sha256[:12]
        ) from None
    scale = min(width / wide, height / high)
    return Bounded(BytesIO(data), wide * scale, high * scale)


def _smaller(picture: Image.Image) -> bytes:
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is then decoded at half its size
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = BytesIO()
    if picture.format == "PNG":
        picture.save(out, "PNG")
    else:
        picture.convert("RGB").save(out, "JPEG", quality=82)
    return out.getvalue()
