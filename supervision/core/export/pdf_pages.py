"""What stands on every page: header, footer with page x of y, and the mark of a provisional paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from supervision.core.export.fonts import BOLD, REGULAR

_QUIET, _LINE = HexColor("#64748b"), HexColor("#cbd5e1")
_WARN, _WATERMARK = HexColor("#b45309"), HexColor("#b45309")
_EDGE = 18 * mm
_SMALL = 8


@dataclass(frozen=True)
class PageFurniture:
    """Texts of every page; `mark` (such as "Provisional") is empty on a final paper."""

    title: str
    issuer: str
    footer: str
    mark: str


def numbered_canvas(furniture: PageFurniture) -> Callable[..., Canvas]:
    """A canvas maker for a document template, which puts ``furniture`` on every page."""
    return counting_canvas(lambda canvas, number, pages: furnish(canvas, furniture, number, pages))


def counting_canvas(furnish: Callable[[Canvas, int, int], None]) -> Callable[..., Canvas]:
    """A canvas maker that calls ``furnish(canvas, page, pages)`` once all pages are known."""

    class NumberedCanvas(Canvas):  # type: ignore[misc]
        """Keeps the pages until the last is known, then writes each with its number."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            # Otherwise every page names Helvetica, which no file embeds.
            super().__init__(*args, **{**kwargs, "initialFontName": REGULAR})
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 - reportlab's name
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self._pages, start=1):
                self.__dict__.update(page)
                furnish(self, number, len(self._pages))
                super().showPage()
            super().save()

    return NumberedCanvas


def furnish(canvas: Canvas, furniture: PageFurniture, number: int, pages: int) -> None:
    """Header, footer and mark of one page."""
    width, height = canvas._pagesize  # noqa: SLF001 - the page may be turned; there is no getter
    canvas.saveState()
    if furniture.mark:
        watermark(canvas, furniture.mark, width, height)
    _header(canvas, furniture, width, height)
    _footer(canvas, furniture, width, _("Page %(page)d of %(pages)d", page=number, pages=pages))
    canvas.restoreState()


def _header(canvas: Canvas, furniture: PageFurniture, width: float, height: float) -> None:
    line = height - 17 * mm
    canvas.setFont(REGULAR, _SMALL)
    canvas.setFillColor(_QUIET)
    canvas.drawString(_EDGE, line + 2 * mm, furniture.issuer)
    canvas.drawRightString(width - _EDGE, line + 2 * mm, furniture.title)
    if furniture.mark:
        canvas.setFillColor(_WARN)
        canvas.setFont(BOLD, _SMALL)
        canvas.drawCentredString(width / 2, line + 2 * mm, furniture.mark)
    _rule(canvas, width, line)


def _footer(canvas: Canvas, furniture: PageFurniture, width: float, page: str) -> None:
    line = 14 * mm
    _rule(canvas, width, line)
    canvas.setFont(REGULAR, _SMALL)
    canvas.setFillColor(_QUIET)
    canvas.drawString(_EDGE, line - 4 * mm, furniture.footer)
    canvas.drawRightString(width - _EDGE, line - 4 * mm, page)


def _rule(canvas: Canvas, width: float, y: float) -> None:
    canvas.setStrokeColor(_LINE)
    canvas.setLineWidth(0.5)
    canvas.line(_EDGE, y, width - _EDGE, y)


def watermark(canvas: Canvas, mark: str, width: float, height: float) -> None:
    """The mark across the page, pale enough to read the tables through it."""
    size = min(110.0, 0.7 * width / max(stringWidth(mark, BOLD, 1), 1))
    canvas.saveState()
    canvas.translate(width / 2, height / 2)
    canvas.rotate(35)
    canvas.setFont(BOLD, size)
    canvas.setFillColor(_WATERMARK, alpha=0.09)
    canvas.drawCentredString(0, -size / 3, mark)
    canvas.restoreState()
