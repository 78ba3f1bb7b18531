"""How a paper is spread over its pages: how close it is set, and which end stays together. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from supervision.core.documents.layout import Block, Rule, Seal, Signatures, Style, Text

# So many of the last paragraphs stand on the page of the seal, unless one is long.
LAST_TEXTS = 2
LONG_TEXT = 400


@dataclass(frozen=True, slots=True)
class Density:
    """Sizes in points, ``leading`` in times of them; every gap is ``gap`` times its own size.

    ``seal`` and ``signature`` are heights in millimetres: of the mark in the seal's place, and of
    a signature that was drawn on a screen, at most.
    """

    body: float
    leading: float
    cell: float
    cell_leading: float
    gap: float
    seal: float
    signature: float


LOOSE = Density(13, 1.75, 11, 1.45, 1.0, 16, 12)
CLOSE = Density(13, 1.5, 10.5, 1.35, 0.7, 12, 10)
TIGHT = Density(12, 1.4, 10, 1.3, 0.45, 8, 8)


def choose(pages: Callable[[Density], int]) -> Density:
    """The loosest that fills one page; else the looser of two that takes the fewest pages.

    ``pages(density)`` counts them. The closest is for a single page only.
    """
    loose = pages(LOOSE)
    if loose == 1:
        return LOOSE
    close = pages(CLOSE)
    if close > 1 and loose == 2 and pages(TIGHT) == 1:
        return TIGHT
    return CLOSE if close < loose else LOOSE


def ending(blocks: Sequence[Block]) -> int:
    """Where the part begins that no page cuts: last paragraphs, signatures, seal, closing lines."""
    start = next((i for i, block in enumerate(blocks) if _closes(block)), len(blocks))
    texts = 0
    while start > 0 and texts < LAST_TEXTS and _is_text(blocks[start - 1], texts):
        start, texts = start - 1, texts + 1
    if start > 0 and _is(blocks[start - 1], Style.HEADING):
        start -= 1
    return start


def _closes(block: Block) -> bool:
    return (
        isinstance(block, (Signatures, Seal))
        or (isinstance(block, Rule) and not block.is_red)
        or _is(block, Style.QUIET)
    )


def _is_text(block: Block, before: int) -> bool:
    """A paragraph of the text; a long one only where it is the last."""
    is_body = _is(block, Style.BODY) or _is(block, Style.FLUSH)
    return is_body and (not before or len(getattr(block, "text", "")) <= LONG_TEXT)


def _is(block: Block, style: Style) -> bool:
    return isinstance(block, Text) and block.style is style
