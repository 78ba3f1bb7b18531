"""Signatures that are drawn on a screen and travel in a form as a PNG."""

from __future__ import annotations

import base64
import io

from PIL import Image, UnidentifiedImageError

from supervision.core import attachments
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.errors import InvalidInput
from supervision.core.text import N_

_PNG = "data:image/png;base64,"
_LARGEST = 400_000
_MAX_SIDE = 4000
# Nothing darker than this: nobody drew.
_INK = 160


def signature(actor: Actor, text: str, *, field: str = "signature") -> Attachment | None:
    """What was drawn, on white, stored; None where nobody drew. Raises InvalidInput.

    A sheet without a stroke is nobody's signature, whatever sent it.
    """
    if not text:
        return None
    unreadable = InvalidInput(N_("The signature cannot be read."), field=field)
    if not text.startswith(_PNG) or len(text) > _LARGEST:
        raise unreadable
    try:
        drawn = base64.b64decode(text.removeprefix(_PNG), validate=True)
        sheet = _on_white(drawn)
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,  # not base 64, too large a picture
        Image.DecompressionBombError,
    ):
        raise unreadable from None
    darkest, _lightest = sheet.convert("L").getextrema()
    if darkest > _INK:  # type: ignore[operator]
        raise InvalidInput(N_("The signature is empty."), field=field)
    out = io.BytesIO()
    sheet.save(out, "PNG")
    out.seek(0)
    return attachments.store_photo(actor, out, "signature.png", field=field)


def _on_white(drawn: bytes) -> Image.Image:
    """The strokes on a sheet: without one, what is clear would come out black."""
    with Image.open(io.BytesIO(drawn), formats=("PNG",)) as picture:
        if max(picture.size) > _MAX_SIDE:
            raise ValueError("larger than any screen")
        strokes = picture.convert("RGBA")
    sheet = Image.new("RGB", strokes.size, "white")
    sheet.paste(strokes, mask=strokes.getchannel("A"))
    return sheet
