"""Personal data as those see it who need not know all of it. Pure."""

from __future__ import annotations

STAR = "*"


def masked_name(name: str) -> str:
    """The first character, and a star for each other one."""
    name = name.strip()
    return name[:1] + STAR * (len(name) - 1)


def masked_id(number: str) -> str:
    """An identity number: its first three and its last two characters."""
    return _middle(number.strip(), 3, 2)


def masked_phone(number: str) -> str:
    """A telephone number: its first three and its last four digits."""
    return _middle(number.strip(), 3, 4)


def _middle(text: str, head: int, tail: int) -> str:
    """Too short for both ends: nothing of it is shown."""
    if len(text) <= head + tail:
        return STAR * len(text)
    return text[:head] + STAR * (len(text) - head - tail) + text[-tail:]
