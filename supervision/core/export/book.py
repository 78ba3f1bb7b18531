"""A paper with a cover, chapters that begin on their own pages, and contents that name the pages.

The contents stand before what they name, whose pages are known only at the end: they are drawn
last, when the canvas writes the pages that it kept. So the paper is laid out once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from flask_babel import gettext as _
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_LEFT
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, PageBreak, SimpleDocTemplate, Spacer

from supervision.core.export.fonts import BOLD, REGULAR
from supervision.core.export.pdf import PdfDocument, paragraph_of, style_of
from supervision.core.export.pdf_pages import PageFurniture, counting_canvas, furnish

_INK, _BRAND, _QUIET = HexColor("#1f2937"), HexColor("#1e3a5f"), HexColor("#64748b")
_LEFT, _TOP = 18 * mm, 24 * mm
_LINE = 8 * mm
# What fits under the heading of one page.
MOST_CHAPTERS = 26
_CONTENTS_PAGE = 2


@dataclass(slots=True)
class _Place:
    """Where a chapter begins."""

    title: str
    page: int = 0


class _Mark(Flowable):  # type: ignore[misc]
    """Nothing to see: notes the page on which it comes to lie."""

    def __init__(self, place: _Place) -> None:
        super().__init__()
        self.width = self.height = 0
        self._place = place

    def draw(self) -> None:
        self._place.page = self.canv.getPageNumber()


class Book(PdfDocument):
    """Call :meth:`cover`, then :meth:`chapter` before the parts of each; then :meth:`build`."""

    def __init__(self, title: str, *, issuer: str, footer: str = "") -> None:
        super().__init__(title, issuer=issuer, footer=footer)
        self._places: list[_Place] = []
        self._running = PageFurniture(title, issuer, footer, "")

    def cover(self, name: str, lines: Sequence[str]) -> None:
        """The first page, and the page of contents after it."""
        self._story += [Spacer(1, 60 * mm)]
        self._story.append(paragraph_of(self._title, style_of("t", 30, BOLD, TA_CENTER, _BRAND)))
        self._story += [Spacer(1, 8 * mm)]
        self._story.append(paragraph_of(name, style_of("n", 18, BOLD, TA_CENTER, _INK)))
        self._story += [Spacer(1, 50 * mm)]
        quiet = style_of("l", 11, REGULAR, TA_CENTER, _QUIET)
        self._story += [paragraph_of(line, quiet) for line in lines]
        self._story.append(PageBreak())
        heading = style_of("c", 16, BOLD, TA_LEFT, _BRAND)
        self._story.append(paragraph_of(_("Contents"), heading))

    def chapter(self, title: str) -> None:
        """The next chapter, on a page of its own. Raises ValueError for more than fit."""
        if len(self._places) == MOST_CHAPTERS:
            raise ValueError("more chapters than one page of contents holds")
        place = _Place(f"{len(self._places) + 1}. {title}")
        self._places.append(place)
        self._story += [PageBreak(), _Mark(place)]
        heading = style_of("h", 17, BOLD, TA_LEFT, _BRAND)
        self._story.append(paragraph_of(place.title, heading))
        self._story.append(Spacer(1, 3 * mm))

    def build(self) -> bytes:
        """The file. A book can be built once."""
        out = BytesIO()
        document = SimpleDocTemplate(
            out,
            pagesize=self._size,
            leftMargin=_LEFT,
            rightMargin=_LEFT,
            topMargin=_TOP,
            bottomMargin=20 * mm,
            title=self._title,
            author=self._running.issuer,
            invariant=1,
        )
        document.build(self._story, canvasmaker=counting_canvas(self._furnish))
        return out.getvalue()

    def _furnish(self, canvas: Canvas, number: int, pages: int) -> None:
        if number == 1:
            return  # the cover has neither header nor number
        furnish(canvas, self._running, number, pages)
        for place in self._places:
            if place.page == number:
                canvas.bookmarkPage(_key(place))
                canvas.addOutlineEntry(place.title, _key(place), 0)
        if number == _CONTENTS_PAGE:
            self._contents(canvas)

    def _contents(self, canvas: Canvas) -> None:
        """A line for each chapter: its title, dots, its page; a click leads there."""
        width, height = self._size
        right, y = width - _LEFT, height - _TOP - 18 * mm
        for place in self._places:
            number = str(place.page)
            canvas.setFont(REGULAR, 11)
            canvas.setFillColor(_INK)
            canvas.drawString(_LEFT, y, place.title)
            canvas.drawRightString(right, y, number)
            begin = _LEFT + stringWidth(place.title, REGULAR, 11) + 2 * mm
            end = right - stringWidth(number, REGULAR, 11) - 2 * mm
            canvas.setFillColor(_QUIET)
            dots = max(0, int((end - begin) / stringWidth(".", REGULAR, 11)))
            canvas.drawRightString(end, y, "." * dots)
            box = (_LEFT, y - 2 * mm, right, y + 5 * mm)
            canvas.linkAbsolute("", _key(place), box)
            y -= _LINE


def _key(place: _Place) -> str:
    return f"page-{place.page}-{place.title.split()[0]}"


__all__ = ["MOST_CHAPTERS", "Book"]
