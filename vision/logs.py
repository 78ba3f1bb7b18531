"""Log lines for people or for machines, alike in every process of the worker.

Addresses should reach a log only through ``streams.mask``. What slips past that, in the text of
an exception for instance, is caught here: no line leaves with a password in it.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

from vision.streams import mask

_ADDRESS = re.compile(r"([a-z][a-z0-9+.\-]{1,20})://([^\s'\"<>]+)", re.IGNORECASE)
_NO_FIELDS = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
# Shorter ones would blot out half of every line; they still go wherever they stand in an address.
_SHORTEST = 6
_secrets: set[str] = set()


def hide(*secrets: str) -> None:
    """Never let these words into a line of this process."""
    _secrets.update(word for word in secrets if len(word) >= _SHORTEST)


def hide_password_of(url: str) -> None:
    """Hide an address' password, as it is written and as it is meant."""
    authority = url.partition("://")[2]
    written = authority.rpartition("@")[0].partition(":")[2]
    try:
        parsed = urlsplit(url).password or ""
    except ValueError:
        parsed = ""
    hide(written, unquote(written), parsed, unquote(parsed))


def conceal(text: str) -> str:
    """``text`` without the secrets of any address in it, nor those told to :func:`hide`."""
    text = _ADDRESS.sub(_without_secrets, text)
    # Longer ones first: one may hold another.
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def _without_secrets(match: re.Match[str]) -> str:
    scheme, rest = match.group(1), match.group(2)
    user, at, place = rest.rpartition("@")
    if at and ("?" in user or "#" in user):
        # A password with a question mark, or a query with an @? Show neither.
        return f"{scheme}://***"
    if at and "/" in user:
        # A password with a slash in it, or a path with an @: the end of it is the place either way.
        return f"{scheme}://***@{place.partition('?')[0]}"
    return mask(f"{scheme}://{rest}")


class TextFormatter(logging.Formatter):
    """One line for people; what is known beside the message stands in the message already."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return conceal(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line; ``extra=`` fields such as ``camera_id`` stand on their own."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "process": record.processName,
            "message": conceal(record.getMessage()),
        }
        for name, value in record.__dict__.items():
            if name not in _NO_FIELDS and name not in line:
                line[name] = value if isinstance(value, int | float) else conceal(str(value))
        if record.exc_info:
            line["exception"] = conceal(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def set_up(style: str) -> None:
    """``style`` is ``text`` or ``json``; everything goes to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if style == "json" else TextFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # Its debug lines carry request headers.
    logging.getLogger("urllib3").setLevel(logging.WARNING)
