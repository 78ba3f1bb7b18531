"""Draws a laid-out paper as PDF: A4, embedded font, page x of y, the same bytes every time.

Margins follow GB/T 9704-2012 (top 37, foot 35, left 28, right 26 mm).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
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
from supervision.core.documents.pagination import Density, choose, ending
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
_SIGNATURE_WIDTH = 33 * mm
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


def _styles(density: Density) -> dict[Style, ParagraphStyle]:
    gap, body, leading = density.gap, density.body, density.leading
    title = 1.25 + 0.35 * gap
    return {
        Style.LETTERHEAD: _style(
            "letterhead", 20, BOLD, TA_CENTER, leading=title, colour=_RED, after=2
        ),
        Style.ISSUER: _style("issuer", 18, BOLD, TA_CENTER, leading=title),
        Style.TITLE: _style(
            "title", 22, BOLD, TA_CENTER, leading=title, before=14 * gap, after=6 * gap
        ),
        Style.NUMBER: _style("number", body, REGULAR, TA_RIGHT, after=8 * gap),
        Style.HEADING: _style("heading", body, BOLD, before=6 * gap, after=4 * gap),
        Style.BODY: _style("body", body, after=2 * gap, leading=leading),
        Style.FLUSH: _style("flush", body, after=2 * gap, leading=leading),
        Style.QUIET: _style("quiet", 10, leading=1.5, colour=_QUIET),
    }


_CAPTION = _style("caption", 9.5, REGULAR, TA_CENTER, leading=1.4, colour=_QUIET)


@dataclass(frozen=True, slots=True)
class _Pen:
    """What every block is drawn with."""

    density: Density
    styles: Mapping[Style, ParagraphStyle]
    open_picture: Opener
    cell: ParagraphStyle
    label: ParagraphStyle
    signed: ParagraphStyle


def _pen(density: Density, open_picture: Opener) -> _Pen:
    size, leading = density.cell, density.cell_leading
    return _Pen(
        density,
        _styles(density),
        open_picture,
        cell=_style("cell", size, leading=leading),
        label=_style("label", size, REGULAR, TA_CENTER, leading=leading),
        signed=_style("signed", min(10.5, size), leading=leading),
    )


def draw(paper: Paper, open_picture: Opener) -> bytes:
    """The file. ``open_picture`` gives the bytes of a stored picture by its sha256."""
    return fit(paper, open_picture)[0]


def fit(paper: Paper, open_picture: Opener) -> tuple[bytes, Density]:
    """The file, and how close it had to be set."""
    drawn: dict[Density, tuple[bytes, int]] = {}

    def pages(density: Density) -> int:
        drawn[density] = _draw(paper, _pen(density, open_picture))
        return drawn[density][1]

    density = choose(pages)
    return drawn[density][0], density


def _draw(paper: Paper, pen: _Pen) -> tuple[bytes, int]:
    """The file and how many pages it has."""
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
    start = ending(paper.blocks)
    story: list[Any] = []
    for block in paper.blocks[:start]:
        story += _DRAW[type(block)](block, pen)
    last: list[Any] = []
    for block in paper.blocks[start:]:
        last += _DRAW[type(block)](block, pen)
    if last:
        # Nothing in it may ask for a page of its own.
        story.append(KeepTogether([f for f in last if not isinstance(f, CondPageBreak)]))
    document.build(story, canvasmaker=counting_canvas(_furnish(paper)))
    return out.getvalue(), document.page


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


def _text(block: layout.Text, pen: _Pen) -> list[Any]:
    style = pen.styles[block.style]
    kind = _Indented if block.style is Style.BODY else WrappedParagraph
    paragraph = kind(_plain(block.text), style)
    return [CondPageBreak(40 * mm), paragraph] if block.style is Style.HEADING else [paragraph]


def _rule(block: layout.Rule, pen: _Pen) -> list[Any]:
    width, colour = (1.6, _RED) if block.is_red else (0.5, _INK)
    gap = 4 * pen.density.gap
    return [HRFlowable("100%", width, color=colour, spaceBefore=gap, spaceAfter=gap)]


def _grid(block: Grid, pen: _Pen) -> list[Any]:
    count = len(block.widths)
    commands = _ruling(pen.density)
    rows = []
    for number, row in enumerate(block.rows):
        cells: list[Any] = []
        for cell in row:
            start = len(cells)
            cells += [_cell(cell, pen), *[""] * (cell.span - 1)]
            if cell.span > 1:
                commands.append(("SPAN", (start, number), (start + cell.span - 1, number)))
        rows.append(cells + [""] * (count - len(cells)))
    table = _Ruled(
        rows,
        colWidths=[_WIDTH * width / 100 for width in block.widths],
        repeatRows=block.heads,
    )
    table.setStyle(TableStyle(commands))
    return [Spacer(1, 2), table, Spacer(1, 6 * pen.density.gap)]


def _cell(cell: Cell, pen: _Pen) -> list[Any]:
    style = (
        pen.label
        if cell.is_label
        else ParagraphStyle("cell-aligned", parent=pen.cell, alignment=_ALIGN[cell.align])
    )
    parts: list[Any] = [WrappedParagraph(_plain(cell.text), style)]
    if cell.foot:
        foot = ParagraphStyle("cell-foot", parent=pen.cell, alignment=TA_RIGHT)
        parts += [Spacer(1, 8 * pen.density.gap), WrappedParagraph(_plain(cell.foot), foot)]
    return parts


def _signatures(block: layout.Signatures, pen: _Pen) -> list[Any]:
    rows = []
    for line in block.lines:
        label = WrappedParagraph(_plain(line.label), pen.signed)
        after = WrappedParagraph(_plain(line.after), pen.signed)
        signed: Any = ""
        if line.picture is not None:
            high = pen.density.signature * mm
            signed = _image(pen.open_picture, line.picture.sha256, _SIGNATURE_WIDTH, high)
        rows.append([label, signed, after])
    table = Table(rows, colWidths=[_WIDTH * part for part in layout.SIGNATURE_PARTS])
    commands: list[Any] = [
        _FONT,
        ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 8 * pen.density.gap),
        ("LINEBELOW", (1, 0), (1, -1), 0.5, _INK),
    ]
    table.setStyle(TableStyle(commands))
    return [Spacer(1, 4 * mm * pen.density.gap), table]


def _seal(block: layout.Seal, pen: _Pen) -> list[Any]:
    centred = ParagraphStyle("seal", parent=pen.styles[Style.FLUSH], alignment=TA_CENTER)
    mark = ParagraphStyle("seal-mark", parent=centred, textColor=_QUIET, fontSize=11)
    cells = [[WrappedParagraph(block.mark, mark)]]
    cells += [[WrappedParagraph(_plain(line), centred)] for line in block.lines]
    table = Table(cells, colWidths=[_WIDTH * 0.46], rowHeights=[pen.density.seal * mm, None, None])
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
    gap = pen.density.gap * mm
    return [Spacer(1, 6 * gap), table, Spacer(1, 4 * gap)]


def _pictures(block: layout.Pictures, pen: _Pen) -> list[Any]:
    width = _WIDTH / block.across
    rows = []
    for start in range(0, len(block.pictures), block.across):
        row: list[Any] = [
            [
                _image(pen.open_picture, picture.sha256, width - 4 * mm, _PHOTO_HEIGHT),
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
    heading = WrappedParagraph(_plain(block.heading), pen.styles[Style.HEADING])
    return [CondPageBreak(_PHOTO_HEIGHT + 30 * mm), heading, table, Spacer(1, 6)]


def _image(open_picture: Opener, sha256: str, width: float, height: float) -> Image:
    picture = bounded(open_picture, sha256, width, height)
    return Image(picture.data, picture.width, picture.height)


# Tables start with Helvetica even for cells without text, and no file embeds that.
_FONT = ("FONTNAME", (0, 0), (-1, -1), REGULAR)


def _ruling(density: Density) -> list[Any]:
    whole = (0, 0), (-1, -1)
    return [
        _FONT,
        ("GRID", *whole, 0.6, _INK),
        ("VALIGN", *whole, "TOP"),
        ("TOPPADDING", *whole, 1 + 3 * density.gap),
        ("BOTTOMPADDING", *whole, 2 + 4 * density.gap),
        ("LEFTPADDING", *whole, 5),
        ("RIGHTPADDING", *whole, 5),
    ]


_DRAW: dict[type[Any], Callable[[Any, _Pen], list[Any]]] = {
    layout.Text: _text,
    layout.Rule: _rule,
    Grid: _grid,
    layout.Signatures: _signatures,
    layout.Seal: _seal,
    layout.Pictures: _pictures,
}
