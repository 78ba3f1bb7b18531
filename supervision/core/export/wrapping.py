"""Breaking lines of Chinese text with Latin words and figures in it.

Reportlab's own breaking lets a line begin with a full-width comma and cuts
dates and numbers in two. The rules here are those of Chinese composition (CLREQ
3.1, GB/T 15834-2011): a closing mark stays with what it follows, an opening
mark with what it opens, a word or a figure stays whole where it fits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

_NEVER_FIRST = "\uff0c\u3002\u3001\uff1b\uff1a\uff1f\uff01\uff09\u300b\u300d\u300f\u3011\u3015\u3009\uff05\u2103\u201d\u2019\u2026\u2014·,.;:?!)]}%"
_NEVER_LAST = "\uff08\u300a\u300c\u300e\u3010\u3014\u3008\u201c\u2018([{\uffe5¥$"
_PIECES = re.compile(r"[0-9A-Za-z\u00c0-\u024f@#&_/+\-=.,:%'~^*$]+|\s+|.", re.DOTALL)


def wrap_lines(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """`text` in lines no wider than `width` (of whatever unit `measure` answers in).

    Line breaks in the text are kept. A piece wider than the line by itself is cut.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines += _fill(paragraph, width, measure)
    return lines


def longest_piece(text: str, measure: Callable[[str], float]) -> float:
    """The width below which `text` has to be cut inside a word, a date or a number."""
    return max((measure(unit.strip()) for unit in _units(text)), default=0.0)


def share(whole: float, parts: Sequence[float], needs: Sequence[float]) -> list[float]:
    """`whole` in proportion to `parts`, but no part under its need while the needs have room.

    Where they have none, the proportion stands: every column is as poor as it was planned.
    """
    if sum(needs) > whole:
        return [whole * part / sum(parts) for part in parts]
    short: set[int] = set()
    while True:
        left = whole - sum(needs[n] for n in short)
        rest = sum(part for n, part in enumerate(parts) if n not in short) or 1.0
        found = [needs[n] if n in short else left * part / rest for n, part in enumerate(parts)]
        poorer = {n for n, width in enumerate(found) if n not in short and width < needs[n]}
        if not poorer:
            return found
        short |= poorer


def _fill(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    lines, line, used = [], "", 0.0
    for unit in _units(text):
        size = measure(unit)
        if line and used + measure(unit.rstrip()) > width:
            lines.append(line.rstrip())
            line, used = "", 0.0
            unit = unit.lstrip()  # noqa: PLW2901 - a space does not begin a line
            size = measure(unit)
        while size > width and len(unit) > 1:
            head = _longest_prefix(unit, width, measure)
            lines.append(head)
            unit = unit[len(head) :]  # noqa: PLW2901 - the rest goes on
            size = measure(unit)
        line, used = line + unit, used + size
    return [*lines, line.rstrip()]


def _units(text: str) -> Iterator[str]:
    """Pieces between which a line may break: marks glued to what they belong to."""
    unit = ""
    for match in _PIECES.finditer(text):
        piece = match.group()
        glued = piece[0] in _NEVER_FIRST or (unit != "" and unit[-1] in _NEVER_LAST)
        if unit and not glued:
            yield unit
            unit = ""
        unit += piece
    if unit:
        yield unit


def _longest_prefix(unit: str, width: float, measure: Callable[[str], float]) -> str:
    """As much of `unit` as fits, one character at least."""
    end = 1
    while end < len(unit) and measure(unit[: end + 1]) <= width:
        end += 1
    return unit[:end]
