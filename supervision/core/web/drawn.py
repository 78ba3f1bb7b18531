"""Signatures that are drawn on a screen and travel in a form as a PNG."""

from __future__ import annotations

import base64
import binascii
import io

from supervision.core import attachments
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.errors import InvalidInput
from supervision.core.text import N_

_PNG = "data:image/png;base64,"
_LARGEST = 400_000


def signature(actor: Actor, text: str, *, field: str = "signature") -> Attachment | None:
    """What was drawn, stored; None where nobody drew. Raises InvalidInput."""
    if not text:
        return None
    unreadable = InvalidInput(N_("The signature cannot be read."), field=field)
    if not text.startswith(_PNG) or len(text) > _LARGEST:
        raise unreadable
    try:
        drawn = base64.b64decode(text.removeprefix(_PNG), validate=True)
    except binascii.Error:
        raise unreadable from None
    return attachments.store_photo(actor, io.BytesIO(drawn), "signature.png", field=field)
