"""Draws a laid-out paper as PDF: A4, embedded font, page x of y, the same bytes every time.

Margins follow GB/T 9704-2012 (top 37, foot 35, left 28, right 26 mm).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    CondPageBreak,
    HRFlowable,
    Image,
    KeepTogether,
    LongTable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from supervision.core.documents import layout
from supervision.core.documents.layout import Align, Cell, Grid, Paper, Style
from supervision.core.documents.pictures import Opener, bounded
from supervision.core.export.fonts import BOLD, REGULAR, register_fonts
from supervision.core.export.pdf import WrappedParagraph
from supervision.core.export.pdf_pages import counting_canvas, watermark
from supervision.core.export.wrapping import wrap_lines

_TOP, _FOOT, _LEFT, _RIGHT = 37 * mm, 35 * mm, 28 * mm, 26 * mm
_WIDTH = A4[0] - _LEFT - _RIGHT
# What a page holds, without the padding of reportlab's frame.
_PAGE = A4[1] - _TOP - _FOOT - 12
_INK, _RED, _QUIET = HexColor("#000000"), HexColor("#c8102e"), HexColor("#595959")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ALIGN = {Align.LEFT: TA_LEFT, Align.CENTRE: TA_CENTER, Align.RIGHT: TA_RIGHT}
_SIGNATURE_HEIGHT, _SIGNATURE_WIDTH = 12 * mm, 33 * mm
_PHOTO_HEIGHT = 62 * mm


def _style(
    name: str,
    size: float,
    font: str = REGULAR,
    alignment: int = TA_LEFT,
    *,
    leading: float = 1.6,
    before: float = 0,
    after: float = 0,
    colour: Any = _INK,
) -> ParagraphStyle:
    return ParagraphStyle(
        name,
        fontName=font,
        fontSize=size,
        leading=size * leading,
        alignment=alignment,
        textColor=colour,
        spaceBefore=before,
        spaceAfter=after,
    )


_STYLES = {
    Style.LETTERHEAD: _style("letterhead", 20, BOLD, TA_CENTER, colour=_RED, after=2),
    Style.ISSUER: _style("issuer", 18, BOLD, TA_CENTER),
    Style.TITLE: _style("title", 22, BOLD, TA_CENTER, before=14, after=6),
    Style.NUMBER: _style("number", 13, REGULAR, TA_RIGHT, after=8),
    Style.HEADING: _style("heading", 13, BOLD, before=6, after=4),
    Style.BODY: _style("body", 13, after=2, leading=1.75),
    Style.FLUSH: _style("flush", 13, after=2, leading=1.75),
    Style.QUIET: _style("quiet", 10, leading=1.5, colour=_QUIET),
}
_CELL = _style("cell", 11, leading=1.45)
_SIGNED = _style("signed", 10.5, leading=1.45)
_LABEL = _style("label", 11, REGULAR, TA_CENTER, leading=1.45)
_CAPTION = _style("caption", 9.5, REGULAR, TA_CENTER, leading=1.4, colour=_QUIET)


def draw(paper: Paper, open_picture: Opener) -> bytes:
    """The file. ``open_picture`` gives the bytes of a stored picture by its sha256."""
    register_fonts()
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=_LEFT,
        rightMargin=_RIGHT,
        topMargin=_TOP,
        bottomMargin=_FOOT,
        title=f"{paper.title} {paper.number}".strip(),
        author=paper.issuer,
        invariant=1,
    )
    # Reportlab's frame has a padding of its own; the margins are stated without it.
    document.leftMargin -= 6
    document.rightMargin -= 6
    story: list[Any] = []
    for block in paper.blocks:
        story += _DRAW[type(block)](block, open_picture)
    document.build(_keep_ending(story), canvasmaker=counting_canvas(_furnish(paper)))
    return out.getvalue()


def _furnish(paper: Paper) -> Callable[[Canvas, int, int], None]:
    def furnish(canvas: Canvas, page: int, pages: int) -> None:
        canvas.saveState()
        if paper.mark:
            watermark(canvas, paper.mark, A4[0], A4[1])
        canvas.setFont(REGULAR, 10)
        canvas.setFillColor(_INK)
        line = paper.page_line.format(page=page, pages=pages)
        canvas.drawCentredString(A4[0] / 2, 24 * mm, line)
        if page > 1 and paper.number:
            canvas.setFillColor(_QUIET)
            canvas.drawRightString(A4[0] - _RIGHT, A4[1] - 28 * mm, paper.number)
        canvas.restoreState()

    return furnish


def _keep_ending(story: list[Any]) -> list[Any]:
    """Signatures, seal and what follows stay with the paragraph before: never alone on a page."""
    kept: list[Any] = []
    for flowable in story:
        if not isinstance(flowable, _Ending):
            kept.append(flowable)
        elif kept and isinstance(kept[-1], (KeepTogether, Paragraph)):
            before = kept.pop()
            parts = before._content if isinstance(before, KeepTogether) else [before]  # noqa: SLF001
            kept.append(KeepTogether([*parts, *flowable.parts]))
        else:
            kept.append(KeepTogether(list(flowable.parts)))
    return kept


@dataclass(frozen=True, slots=True)
class _Ending:
    """Signatures, the seal's place, or the last line, before they are kept together."""

    parts: list[Any]


class _Ruled(LongTable):  # type: ignore[misc]
    """A table that breaks between its rows, and within one only where it must.

    Reportlab would cut any row at the foot of a page, even through its padding.
    """

    def split(self, availWidth: float, availHeight: float) -> list[Any]:  # noqa: N803
        self._calc(availWidth, availHeight)
        heads = self.repeatRows
        row = self._rowHeights[heads] if len(self._rowHeights) > heads else 0
        # Where heads repeat they would stand twice on a page: a tall row waits for the next.
        least = 0.8 if heads else 0.2
        self.splitInRow = int(row > _PAGE / 3 and availHeight > least * _PAGE)
        found: list[Any] = super().split(availWidth, availHeight)
        return found


class _Indented(WrappedParagraph):
    """A paragraph that begins two characters in, as Chinese papers do."""

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: N803
        style = self.style
        if self._plain is None:
            return super().wrap(availWidth, availHeight)
        size, font = style.fontSize, style.fontName
        lines = wrap_lines(
            "\u3000\u3000" + self._plain, availWidth, lambda text: stringWidth(text, font, size)
        )
        lines[0] = lines[0].removeprefix("\u3000\u3000")
        own = ParagraphStyle("indented", parent=style, firstLineIndent=2 * size)
        Paragraph.__init__(self, "<br/>".join(escape(line) for line in lines), own)
        self._plain = None
        wrapped: tuple[float, float] = super().wrap(availWidth, availHeight)
        return wrapped


def _plain(text: str) -> str:
    # Reportlab folds every white space but this one.
    return _ILLEGAL.sub("", text).replace("\u3000", "\u00a0" * 4)


def _text(block: layout.Text, _open: Opener) -> list[Any]:
    style = _STYLES[block.style]
    kind = _Indented if block.style is Style.BODY else WrappedParagraph
    paragraph = kind(_plain(block.text), style)
    if block.style is Style.HEADING:
        return [CondPageBreak(40 * mm), paragraph]
    return [_Ending([paragraph])] if block.style is Style.QUIET else [paragraph]


def _rule(block: layout.Rule, _open: Opener) -> list[Any]:
    if block.is_red:
        return [HRFlowable("100%", 1.6, color=_RED, spaceBefore=4, spaceAfter=4)]
    line = HRFlowable("100%", 0.5, color=_INK, spaceBefore=4, spaceAfter=4)
    return [_Ending([line])]


def _grid(block: Grid, _open: Opener) -> list[Any]:
    count = len(block.widths)
    commands: list[Any] = [*_GRID]
    rows = []
    for number, row in enumerate(block.rows):
        cells: list[Any] = []
        for cell in row:
            start = len(cells)
            cells += [_cell(cell), *[""] * (cell.span - 1)]
            if cell.span > 1:
                commands.append(("SPAN", (start, number), (start + cell.span - 1, number)))
        rows.append(cells + [""] * (count - len(cells)))
    table = _Ruled(
        rows,
        colWidths=[_WIDTH * width / 100 for width in block.widths],
        repeatRows=block.heads,
    )
    table.setStyle(TableStyle(commands))
    return [Spacer(1, 2), table, Spacer(1, 6)]


def _cell(cell: Cell) -> list[Any]:
    style = (
        _LABEL
        if cell.is_label
        else ParagraphStyle("cell-aligned", parent=_CELL, alignment=_ALIGN[cell.align])
    )
    parts: list[Any] = [WrappedParagraph(_plain(cell.text), style)]
    if cell.foot:
        foot = ParagraphStyle("cell-foot", parent=_CELL, alignment=TA_RIGHT)
        parts += [Spacer(1, 8), WrappedParagraph(_plain(cell.foot), foot)]
    return parts


def _signatures(block: layout.Signatures, open_picture: Opener) -> list[Any]:
    rows = []
    for line in block.lines:
        label = WrappedParagraph(_plain(line.label), _SIGNED)
        after = WrappedParagraph(_plain(line.after), _SIGNED)
        signed: Any = ""
        if line.picture is not None:
            signed = _image(open_picture, line.picture.sha256, _SIGNATURE_WIDTH, _SIGNATURE_HEIGHT)
        rows.append([label, signed, after])
    table = Table(rows, colWidths=[_WIDTH * part for part in (0.38, 0.22, 0.40)])
    commands: list[Any] = [
        _FONT,
        ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 8),
        ("LINEBELOW", (1, 0), (1, -1), 0.5, _INK),
    ]
    table.setStyle(TableStyle(commands))
    return [_Ending([Spacer(1, 4 * mm), table])]


def _seal(block: layout.Seal, _open: Opener) -> list[Any]:
    centred = ParagraphStyle("seal", parent=_STYLES[Style.FLUSH], alignment=TA_CENTER)
    mark = ParagraphStyle("seal-mark", parent=centred, textColor=_QUIET, fontSize=11)
    cells = [[WrappedParagraph(block.mark, mark)]]
    cells += [[WrappedParagraph(_plain(line), centred)] for line in block.lines]
    table = Table(cells, colWidths=[_WIDTH * 0.46], rowHeights=[16 * mm, None, None])
    table.hAlign = "RIGHT"
    table.setStyle(
        TableStyle(
            [
                _FONT,
                ("BOX", (0, 0), (-1, -1), 0.5, _QUIET, None, (2, 2)),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("TOPPADDING", (0, 0), (-1, -1), 0),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            ]
        )
    )
    return [_Ending([Spacer(1, 6 * mm), table, Spacer(1, 4 * mm)])]


def _pictures(block: layout.Pictures, open_picture: Opener) -> list[Any]:
    width = _WIDTH / block.across
    rows = []
    for start in range(0, len(block.pictures), block.across):
        row: list[Any] = [
            [
                _image(open_picture, picture.sha256, width - 4 * mm, _PHOTO_HEIGHT),
                Spacer(1, 3),
                WrappedParagraph(_plain(picture.caption), _CAPTION),
            ]
            for picture in block.pictures[start : start + block.across]
        ]
        rows.append(row + [""] * (block.across - len(row)))
    table = Table(rows, colWidths=[width] * block.across)
    table.setStyle(
        TableStyle(
            [_FONT, ("VALIGN", (0, 0), (-1, -1), "BOTTOM"), ("ALIGN", (0, 0), (-1, -1), "CENTER")]
        )
    )
    heading = WrappedParagraph(_plain(block.heading), _STYLES[Style.HEADING])
    return [CondPageBreak(_PHOTO_HEIGHT + 30 * mm), heading, table, Spacer(1, 6)]


def _image(open_picture: Opener, sha256: str, width: float, height: float) -> Image:
    picture = bounded(open_picture, sha256, width, height)
    return Image(picture.data, picture.width, picture.height)


# Tables start with Helvetica even for cells without text, and no file embeds that.
_FONT = ("FONTNAME", (0, 0), (-1, -1), REGULAR)
_GRID = (
    _FONT,
    ("GRID", (0, 0), (-1, -1), 0.6, _INK),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("TOPPADDING", (0, 0), (-1, -1), 4),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
    ("LEFTPADDING", (0, 0), (-1, -1), 5),
    ("RIGHTPADDING", (0, 0), (-1, -1), 5),
)
_DRAW: dict[type[Any], Callable[[Any, Opener], list[Any]]] = {
    layout.Text: _text,
    layout.Rule: _rule,
    Grid: _grid,
    layout.Signatures: _signatures,
    layout.Seal: _seal,
    layout.Pictures: _pictures,
}
