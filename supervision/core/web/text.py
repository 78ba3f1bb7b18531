"""What no database keeps as text is refused before anything looks at it."""

from __future__ import annotations

from collections.abc import Iterator

from flask import request

from supervision.core.errors import InvalidInput
from supervision.core.text import N_

NUL = "\x00"


def refuse_nul() -> None:
    """Raise InvalidInput for a NUL character, on which PostgreSQL fails with an error of its own."""
    if any(NUL in text for text in _texts()):
        raise InvalidInput(N_("The text holds a character that cannot be stored."))


def _texts() -> Iterator[str]:
    yield request.path
    yield from (value for _name, value in request.args.items(multi=True))
    # A machine's body is read, and judged, by its own endpoint.
    if not request.path.startswith("/api/"):
        yield from (value for _name, value in request.form.items(multi=True))
