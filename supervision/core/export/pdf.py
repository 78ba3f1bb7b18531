"""Papers in A4: embedded Chinese font, page x of y, tables over pages, the same bytes every time.

A document is written from the top down, like a sheet of a workbook, and takes
the same column lists. Its own date is not in the file (reportlab's invariant
mode sets it to 2000-01-01); print the real one in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from io import BytesIO
from typing import Any, TypeVar
from xml.sax.saxutils import escape

from flask_babel import gettext as _
from reportlab.lib.colors import HexColor, white
from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import (
    CondPageBreak,
    Image,
    KeepTogether,
    LongTable,
    PageBreak,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from supervision.core.export.columns import (
    NUMERIC,
    Column,
    Kind,
    Number,
    Value,
    add,
    is_number,
    shown,
)
from supervision.core.export.fonts import BOLD, REGULAR, register_fonts
from supervision.core.export.pdf_charts import ChartData, draw_chart
from supervision.core.export.pdf_pages import PageFurniture, numbered_canvas
from supervision.core.export.wrapping import longest_piece, share, wrap_lines

RowT = TypeVar("RowT")

_INK, _BRAND, _BAND = HexColor("#1f2937"), HexColor("#1e3a5f"), HexColor("#eff3f8")
_LINE, _QUIET, _WARN = HexColor("#cbd5e1"), HexColor("#64748b"), HexColor("#b45309")
_MARGIN_X, _MARGIN_TOP, _MARGIN_FOOT = 18 * mm, 24 * mm, 20 * mm
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# Rows that a table's columns are measured by, and the part of the page that one word may ask for.
_MEASURED, _WIDEST_PIECE = 60, 0.25
_CELL_PADDING = 4
_CENTRED = frozenset({Kind.DAY, Kind.INSTANT})


class PdfDocument:
    """A paper in the making: add its parts in order, then take the bytes."""

    def __init__(
        self,
        title: str,
        *,
        issuer: str,
        footer: str = "",
        provisional: bool = False,
        wide: bool = False,
    ) -> None:
        """`provisional` marks every page; `wide` turns the paper. Raises FontMissingError."""
        register_fonts()
        self._title, self._issuer = title, issuer
        self._size = landscape(A4) if wide else A4
        self._story: list[Any] = []
        mark = _("Provisional") if provisional else ""
        self._furniture = PageFurniture(title, issuer, footer, mark)

    @property
    def width(self) -> float:
        """Points between the margins."""
        return float(self._size[0] - 2 * _MARGIN_X)

    def title_block(self, subtitle: str, lines: Sequence[str] = ()) -> None:
        """The title, the subtitle under it and lines such as who made it and from which data."""
        self._say(self._title, style_of("title", 20, BOLD, TA_CENTER, _BRAND, after=4))
        self._say(subtitle, style_of("subtitle", 12, REGULAR, TA_CENTER, _INK, after=6))
        for line in lines:
            self._say(line, style_of("line", 9, REGULAR, TA_CENTER, _QUIET, after=1))
        self.space(6)

    def heading(self, text: str) -> None:
        """A heading that does not stand alone at the foot of a page."""
        self._story.append(CondPageBreak(40 * mm))
        self._say(text, style_of("heading", 13, BOLD, TA_LEFT, _BRAND, before=8, after=5))

    def paragraph(self, text: str) -> None:
        self._say(text, style_of("body", 10, REGULAR, TA_LEFT, _INK, after=4))

    def note(self, text: str) -> None:
        self._say(text, style_of("note", 8.5, REGULAR, TA_LEFT, _QUIET, after=3))

    def warning(self, text: str) -> None:
        self._say(text, style_of("warning", 10, BOLD, TA_LEFT, _WARN, after=4))

    def space(self, millimetres: float) -> None:
        self._story.append(Spacer(1, millimetres * mm))

    def page_break(self) -> None:
        self._story.append(PageBreak())

    def picture(self, data: bytes, *, height: float) -> None:
        """A picture such as a signature, `height` millimetres high, at the left."""
        wide, high = ImageReader(BytesIO(data)).getSize()
        drawn = Image(BytesIO(data), width=wide * height * mm / high, height=height * mm)
        drawn.hAlign = "LEFT"
        self._story.append(drawn)

    def figures(self, pairs: Sequence[tuple[str, Value, Kind]], *, across: int = 4) -> None:
        """Key figures as a band of large numbers over their labels, `across` in a row."""
        number = style_of("figure", 17, BOLD, TA_CENTER, _BRAND)
        label = style_of("figure-label", 8.5, REGULAR, TA_CENTER, _QUIET)
        cells = [
            [paragraph_of(shown(value, kind, empty="—"), number), paragraph_of(text, label)]
            for text, value, kind in pairs
        ]
        rows = [cells[start : start + across] for start in range(0, len(cells), across)]
        rows[-1] += [[]] * (across - len(rows[-1]))
        table = Table(rows, colWidths=[self.width / across] * across)
        table.setStyle(_FIGURES)
        self._story += [table, Spacer(1, 3 * mm)]

    def facts(self, pairs: Iterable[tuple[str, Value, Kind]]) -> None:
        """Labels and values in two columns."""
        label = style_of("label", 9, REGULAR, TA_LEFT, _QUIET)
        body = style_of("cell", 9, REGULAR, TA_LEFT, _INK)
        rows = [
            [paragraph_of(text, label), paragraph_of(shown(value, kind, empty="—"), body)]
            for text, value, kind in pairs
        ]
        table = Table(rows, colWidths=[self.width * 0.28, self.width * 0.72])
        table.setStyle(_FACTS)
        self._story += [table, Spacer(1, 3 * mm)]

    def table(self, columns: Sequence[Column[RowT]], rows: Iterable[RowT]) -> dict[str, Number]:
        """A table whose header repeats on every page; returns the totals printed under it.

        Column widths share the page in proportion. Long Chinese text wraps,
        numbers stand right; a row taller than a page is split.
        """
        totals: dict[str, Number] = {column.key: 0 for column in columns if column.total}
        body = [self._row(columns, row, totals) for row in rows]
        if not body:
            self.note(_("Nothing to list."))
            return totals
        content = [_header(columns), *body]
        if totals:
            content.append(_totals(columns, totals))
        table = LongTable(
            content, colWidths=self._widths(columns, content), repeatRows=1, splitInRow=1
        )
        table.setStyle(_table_style(has_totals=bool(totals)))
        self._story += [table, Spacer(1, 3 * mm)]
        return totals

    def chart(self, data: ChartData, *, height: float = 62) -> None:
        """One chart across the page, `height` in millimetres."""
        self.charts([data], height=height)

    def charts(self, charts: Sequence[ChartData], *, height: float = 62) -> None:
        """Charts side by side; one without a value says so instead of drawing nothing."""
        each = self.width / len(charts)
        cells: list[Any] = [
            paragraph_of(
                _("%(chart)s: no data", chart=data.title),
                style_of("empty", 9, REGULAR, TA_CENTER, _QUIET),
            )
            if data.is_empty
            else draw_chart(data, each - 8, height * mm)
            for data in charts
        ]
        table = Table([cells], colWidths=[each] * len(charts))
        table.setStyle(TableStyle([_FONT, ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]))
        self._story.append(KeepTogether([table, Spacer(1, 2 * mm)]))

    def build(self) -> bytes:
        """The file. A document can be built once."""
        out = BytesIO()
        document = SimpleDocTemplate(
            out,
            pagesize=self._size,
            leftMargin=_MARGIN_X,
            rightMargin=_MARGIN_X,
            topMargin=_MARGIN_TOP,
            bottomMargin=_MARGIN_FOOT,
            title=self._title,
            author=self._issuer,
            invariant=1,
        )
        document.build(self._story, canvasmaker=numbered_canvas(self._furniture))
        return out.getvalue()

    def _say(self, text: str, style: ParagraphStyle) -> None:
        self._story.append(paragraph_of(text, style))

    def _widths(
        self, columns: Sequence[Column[Any]], content: Sequence[Sequence[WrappedParagraph]]
    ) -> list[float]:
        # The first rows speak for all: a register of thousands is not measured twice.
        sample = [*content[:_MEASURED], content[-1]]
        most = self.width * _WIDEST_PIECE
        needs = [min(most, max(row[n].needed() for row in sample)) for n in range(len(columns))]
        return share(self.width, [column.width for column in columns], needs)

    def _row(
        self, columns: Sequence[Column[RowT]], row: RowT, totals: dict[str, Number]
    ) -> list[WrappedParagraph]:
        cells = []
        for column in columns:
            value = column.value(row)
            if column.total and is_number(value):
                totals[column.key] = add(totals[column.key], value)
            cells.append(paragraph_of(_cell(value, column.kind), _cell_style(column.kind, REGULAR)))
        return cells


@lru_cache(maxsize=4096)
def _lines(text: str, width: float, font: str, size: float) -> tuple[str, ...]:
    """Kept: the papers of one matter say the same things, and each is laid out several times."""
    return tuple(wrap_lines(text, width, lambda part: stringWidth(part, font, size)))


class WrappedParagraph(Paragraph):  # type: ignore[misc]
    """A paragraph of plain text whose lines are broken by our rules once the width is known."""

    def __init__(self, text: str | None, style: ParagraphStyle, *args: Any, **kwargs: Any) -> None:
        self._plain = text
        self._broken_at: float | None = None
        super().__init__(None if text is None else escape(text), style, *args, **kwargs)

    def needed(self) -> float:
        """The width of a cell that cuts no word, date or number of this in two, in points."""
        font, size = self.style.fontName, self.style.fontSize
        piece = longest_piece(self._plain or "", lambda part: float(stringWidth(part, font, size)))
        return piece + 2 * _CELL_PADDING + 0.1

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: N803
        style = self.style
        # A table asks for the same width many times while it is laid out.
        if self._plain is not None and self._broken_at != availWidth:
            lines = _lines(self._plain, availWidth, style.fontName, style.fontSize)
            super().__init__("<br/>".join(escape(line) for line in lines), style)
            self._broken_at = availWidth
        size: tuple[float, float] = super().wrap(availWidth, availHeight)
        return size


def paragraph_of(text: str, style: ParagraphStyle) -> WrappedParagraph:
    """`text` as it stands, no markup."""
    return WrappedParagraph(_ILLEGAL.sub("", text), style)


def style_of(
    name: str,
    size: float,
    font: str,
    alignment: int,
    colour: Any,
    *,
    before: float = 0,
    after: float = 0,
) -> ParagraphStyle:
    return ParagraphStyle(
        name,
        fontName=font,
        fontSize=size,
        leading=size * 1.5,
        alignment=alignment,
        textColor=colour,
        spaceBefore=before,
        spaceAfter=after,
    )


def _cell(value: Value, kind: Kind) -> str:
    """A rate of nothing is not an empty cell: the dash says that there was nothing to divide."""
    return shown(value, kind, empty="—" if kind is Kind.PERCENT else "")


def _cell_style(kind: Kind, font: str) -> ParagraphStyle:
    alignment = TA_RIGHT if kind in NUMERIC else TA_CENTER if kind in _CENTRED else TA_LEFT
    return style_of("cell", 8.5, font, alignment, _INK)


def _header(columns: Sequence[Column[Any]]) -> list[WrappedParagraph]:
    style = style_of("header", 8.5, BOLD, TA_CENTER, white)
    return [paragraph_of(str(column.heading), style) for column in columns]


def _totals(columns: Sequence[Column[Any]], totals: dict[str, Number]) -> list[WrappedParagraph]:
    texts = [shown(totals.get(column.key, column.overall), column.kind) for column in columns]
    if columns[0].key not in totals:
        texts[0] = _("Total")
    return [
        paragraph_of(text, _cell_style(column.kind, BOLD))
        for text, column in zip(texts, columns, strict=True)
    ]


def _table_style(*, has_totals: bool) -> TableStyle:
    commands: list[Any] = [
        _FONT,
        ("BACKGROUND", (0, 0), (-1, 0), _BRAND),
        ("GRID", (0, 0), (-1, -1), 0.5, _LINE),
        # A row that is split over pages keeps its other cells only where they stand on top.
        ("VALIGN", (0, 0), (-1, 0), "MIDDLE"),
        ("VALIGN", (0, 1), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
        ("LEFTPADDING", (0, 0), (-1, -1), _CELL_PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), _CELL_PADDING),
    ]
    if has_totals:
        commands.append(("BACKGROUND", (0, -1), (-1, -1), _BAND))
    return TableStyle(commands)


# Tables start with Helvetica even for cells without text, and no file embeds that.
_FONT = ("FONTNAME", (0, 0), (-1, -1), REGULAR)
_FIGURES = TableStyle(
    [
        _FONT,
        ("BACKGROUND", (0, 0), (-1, -1), _BAND),
        ("INNERGRID", (0, 0), (-1, -1), 3, white),
        ("TOPPADDING", (0, 0), (-1, -1), 6),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 8),
    ]
)
_FACTS = TableStyle(
    [
        _FONT,
        ("GRID", (0, 0), (-1, -1), 0.5, _LINE),
        ("BACKGROUND", (0, 0), (0, -1), _BAND),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ]
)
