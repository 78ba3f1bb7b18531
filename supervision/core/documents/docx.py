"""Draws a laid-out paper as DOCX: Chinese font names, fields for page x of y, fixed bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from supervision.core import clock
from supervision.core.documents import layout, pdf
from supervision.core.documents.layout import Align, Cell, Grid, Paper, Style
from supervision.core.documents.pagination import Density, ending
from supervision.core.documents.pictures import Opener, bounded
from supervision.core.export.deterministic import fixed_zip

_WIDTH = 210 - 28 - 26
_SONG, _HEI = "FangSong", "SimHei"
_RED, _QUIET = RGBColor(0xC8, 0x10, 0x2E), RGBColor(0x59, 0x59, 0x59)
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_CENTRE, _RIGHT_HAND = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
_ALIGN = {Align.LEFT: None, Align.CENTRE: _CENTRE, Align.RIGHT: _RIGHT_HAND}


@dataclass(frozen=True, slots=True)
class _Look:
    """``size`` in points, None for the body's; ``leading`` in times of it, None for the body's."""

    font: str
    size: float | None
    leading: float | None = None
    align: Any = None
    colour: Any = None
    before: float = 0
    after: float = 0


_LOOKS = {
    Style.LETTERHEAD: _Look(_HEI, 20, 1.5, _CENTRE, _RED, 0, 2),
    Style.ISSUER: _Look(_HEI, 18, 1.5, _CENTRE),
    Style.TITLE: _Look(_HEI, 22, 1.5, _CENTRE, None, 12, 6),
    Style.NUMBER: _Look(_SONG, None, 1.5, _RIGHT_HAND, None, 0, 8),
    Style.HEADING: _Look(_HEI, None, 1.5, None, None, 6, 4),
    Style.BODY: _Look(_SONG, None, after=2),
    Style.FLUSH: _Look(_SONG, None, after=2),
    Style.QUIET: _Look(_SONG, 10, 1.4, None, _QUIET),
}


@dataclass(frozen=True, slots=True)
class _Pen:
    """What every block is drawn with."""

    density: Density
    open_picture: Opener


def draw(paper: Paper, open_picture: Opener, density: Density | None = None) -> bytes:
    """The file. Its own date is the first instant of the day that the paper names.

    It is set as close as the PDF, whose ``density`` is reckoned where the caller has it not.
    """
    pen = _Pen(density or pdf.fit(paper, open_picture)[1], open_picture)
    document = _empty(paper)
    start = ending(paper.blocks)
    for block in paper.blocks[:start]:
        _DRAW[type(block)](document, block, pen)
    before = len(document.element.body)
    for block in paper.blocks[start:]:
        _DRAW[type(block)](document, block, pen)
    # The section stands last: what was added begins one before.
    _keep_together(document.element.body[before - 1 :])
    out = BytesIO()
    document.save(out)
    stamp = layout.stamp_of(paper)
    return fixed_zip(out.getvalue(), clock.start_of(stamp))


def _keep_together(elements: Iterable[Any]) -> None:
    """No page ends within these, as far as they fit on one."""
    paragraphs = [p for element in elements for p in element.iter(qn("w:p"))]
    for element in paragraphs:
        form = Paragraph(element, None).paragraph_format  # type: ignore[arg-type]
        form.keep_together = True
        form.keep_with_next = element is not paragraphs[-1]


def _empty(paper: Paper) -> DocxDocument:
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(24)
    _font(document.styles["Normal"], _SONG, 13)
    properties = document.core_properties
    properties.title = f"{paper.title} {paper.number}".strip()
    properties.author = properties.last_modified_by = paper.issuer
    properties.comments = ""
    properties.revision = 1
    _page_line(section.footer.paragraphs[0], paper.page_line)
    if paper.mark:
        _say(section.header.paragraphs[0], paper.mark, _HEI, 16, align=_CENTRE, colour=_QUIET)
    return document


def _font(owner: Any, name: str, size: float) -> None:
    """Word keeps a font for Latin and one for Chinese; both are named."""
    owner.font.name, owner.font.size = name, Pt(size)
    fonts = owner.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:eastAsia", "w:ascii", "w:hAnsi"):
        fonts.set(qn(script), name)


def _say(
    paragraph: Paragraph,
    text: str,
    font: str,
    size: float,
    *,
    align: Any = None,
    colour: Any = None,
) -> None:
    run = paragraph.add_run(_ILLEGAL.sub("", text))
    _font(run, font, size)
    if colour is not None:
        run.font.color.rgb = colour
    paragraph.alignment = align


def _page_line(paragraph: Paragraph, line: str) -> None:
    for part in re.split(r"(\{pages?\})", line):
        if part in ("{page}", "{pages}"):
            _field(paragraph, "PAGE" if part == "{page}" else "NUMPAGES")
        elif part:
            _say(paragraph, part, _SONG, 10)
    paragraph.alignment = _CENTRE


def _field(paragraph: Paragraph, code: str) -> None:
    for kind, text in (("begin", ""), ("", code), ("separate", ""), ("text", "1"), ("end", "")):
        run = paragraph.add_run(text if kind == "text" else "")
        _font(run, _SONG, 10)
        if kind == "text":
            continue
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.set(qn("xml:space"), "preserve")
            mark.text = f" {text} "
        run._r.append(mark)  # noqa: SLF001 - python-docx has no fields


def _text(document: DocxDocument, block: layout.Text, pen: _Pen) -> None:
    look, density = _LOOKS[block.style], pen.density
    size = look.size or density.body
    paragraph = document.add_paragraph()
    _say(paragraph, block.text, look.font, size, align=look.align, colour=look.colour)
    for run in paragraph.runs:
        run.font.bold = look.font == _HEI
    form = paragraph.paragraph_format
    form.space_before, form.space_after = (
        Pt(look.before * density.gap),
        Pt(look.after * density.gap),
    )
    # Exactly so many points: what a line takes else depends on the reader's fonts.
    form.line_spacing = Pt(size * (look.leading or density.leading))
    if block.style is Style.BODY:
        form.first_line_indent = Pt(2 * size)
    form.keep_with_next = block.style is Style.HEADING


def _rule(document: DocxDocument, block: layout.Rule, _pen: _Pen) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    paragraph.paragraph_format.space_after = Pt(4)
    _font(paragraph.add_run(""), _SONG, 4)
    paragraph.paragraph_format.line_spacing = Pt(6)
    border = OxmlElement("w:pBdr")
    line = OxmlElement("w:bottom")
    size, colour = ("12", "C8102E") if block.is_red else ("4", "000000")
    for name, value in (("val", "single"), ("sz", size), ("space", "1"), ("color", colour)):
        line.set(qn(f"w:{name}"), value)
    border.append(line)
    paragraph._p.get_or_add_pPr().append(border)  # noqa: SLF001 - no borders in python-docx


def _grid(document: DocxDocument, block: Grid, pen: _Pen) -> None:
    parts = [width / 100 for width in block.widths]
    table = _table(document, parts)
    table.style = "Table Grid"
    _pad(table, pen.density.gap)
    for number, row in enumerate(block.rows):
        cells = _row(table, parts)
        column = 0
        for cell in row:
            target = cells[column]
            if cell.span > 1:
                target = target.merge(cells[column + cell.span - 1])
            _cell(target, cell, pen.density)
            column += cell.span
        if block.heads:
            _mark_row(table.rows[number], "w:cantSplit")
        if number < block.heads:
            _mark_row(table.rows[number], "w:tblHeader")
    _gap(document)


def _cell(target: Any, cell: Cell, density: Density) -> None:
    align = _CENTRE if cell.is_label else _ALIGN[cell.align]
    _cell_text(target, cell.text, density.cell, density, align=align)
    if cell.foot:
        own = target.add_paragraph()
        _say(own, cell.foot, _SONG, density.cell, align=_RIGHT_HAND)
        own.paragraph_format.space_before = Pt(8 * density.gap)
        own.paragraph_format.space_after = Pt(0)


def _cell_text(target: Any, text: str, size: float, density: Density, *, align: Any = None) -> None:
    for index, line in enumerate(text.split("\n")):
        own = target.paragraphs[0] if index == 0 else target.add_paragraph()
        _say(own, line, _SONG, size, align=align)
        own.paragraph_format.space_after = Pt(0)
        own.paragraph_format.line_spacing = Pt(size * density.cell_leading)


def _table(document: DocxDocument, parts: Sequence[float]) -> Any:
    """An empty table; Word reads the widths of its cells, LibreOffice those of its columns."""
    table = document.add_table(rows=0, cols=len(parts))
    table.autofit = False
    for column, part in zip(table.columns, parts, strict=True):
        column.width = Mm(_WIDTH * part)
    return table


def _row(table: Any, parts: Sequence[float]) -> Any:
    cells = table.add_row().cells
    for cell, part in zip(cells, parts, strict=True):
        cell.width = Mm(_WIDTH * part)
    return cells


def _pad(table: Any, gap: float) -> None:
    margins = OxmlElement("w:tblCellMar")
    upper, lower = f"{20 + 30 * gap:.0f}", f"{20 + 40 * gap:.0f}"
    for side, twips in (("top", upper), ("left", "85"), ("bottom", lower), ("right", "85")):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), twips)
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.append(margins)  # noqa: SLF001 - no cell margins in python-docx


def _mark_row(row: Any, name: str) -> None:
    mark = OxmlElement(name)
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)  # noqa: SLF001 - no row marks in python-docx


def _border(cell: Any, sides: Sequence[str], kind: str) -> None:
    borders = OxmlElement("w:tcBorders")
    for side in sides:
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", kind), ("sz", "4"), ("space", "0"), ("color", "595959")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    cell._tc.get_or_add_tcPr().append(borders)  # noqa: SLF001 - no borders in python-docx


def _gap(document: DocxDocument) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.line_spacing = Pt(8)


def _signatures(document: DocxDocument, block: layout.Signatures, pen: _Pen) -> None:
    density, parts = pen.density, layout.SIGNATURE_PARTS
    size = min(10.5, density.cell)
    table = _table(document, parts)
    for line in block.lines:
        label, signed, after = _row(table, parts)
        for cell, text in ((label, line.label), (signed, ""), (after, line.after)):
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.BOTTOM
            _cell_text(cell, text, size, density)
        label.paragraphs[0].paragraph_format.space_before = Pt(10 * density.gap)
        if line.picture is not None:
            paragraph = signed.paragraphs[0]
            # A line of a fixed height would cut the picture.
            paragraph.paragraph_format.line_spacing = None
            _image(paragraph, pen.open_picture, line.picture.sha256, 33, density.signature)
        else:
            _border(signed, ["bottom"], "single")
    _gap(document)


def _seal(document: DocxDocument, block: layout.Seal, pen: _Pen) -> None:
    density = pen.density
    table = _table(document, [0.46])
    table.alignment = WD_TABLE_ALIGNMENT.RIGHT
    (cell,) = _row(table, [0.46])
    _border(cell, ["top", "left", "bottom", "right"], "dotted")
    mark = cell.paragraphs[0]
    _say(mark, block.mark, _SONG, 11, align=_CENTRE, colour=_QUIET)
    mark.paragraph_format.line_spacing = Pt(15)
    mark.paragraph_format.space_before = mark.paragraph_format.space_after = Pt(
        max(0, (Mm(density.seal).pt - 15) / 2)
    )
    for line in block.lines:
        own = cell.add_paragraph()
        _say(own, line, _SONG, density.body, align=_CENTRE)
        own.paragraph_format.line_spacing = Pt(density.body * density.leading)
        own.paragraph_format.space_after = Pt(2 * density.gap)
    _gap(document)


def _pictures(document: DocxDocument, block: layout.Pictures, pen: _Pen) -> None:
    _text(document, layout.Text(block.heading, Style.HEADING), pen)
    parts = [1 / block.across] * block.across
    table = _table(document, parts)
    width = _WIDTH / block.across - 6
    for start in range(0, len(block.pictures), block.across):
        cells = _row(table, parts)
        _mark_row(table.rows[-1], "w:cantSplit")
        row = block.pictures[start : start + block.across]
        for cell, picture in zip(cells, row, strict=False):
            paragraph = cell.paragraphs[0]
            _image(paragraph, pen.open_picture, picture.sha256, width, 62)
            paragraph.alignment = _CENTRE
            paragraph.paragraph_format.space_after = Pt(2)
            _say(cell.add_paragraph(), picture.caption, _SONG, 9.5, align=_CENTRE, colour=_QUIET)
    _gap(document)


def _image(
    paragraph: Paragraph, open_picture: Opener, sha256: str, width: float, height: float
) -> None:
    """A picture within ``width`` by ``height`` millimetres."""
    picture = bounded(open_picture, sha256, width, height)
    paragraph.add_run().add_picture(picture.data, Mm(picture.width), Mm(picture.height))


_DRAW: dict[type[Any], Callable[[DocxDocument, Any, _Pen], None]] = {
    layout.Text: _text,
    layout.Rule: _rule,
    Grid: _grid,
    layout.Signatures: _signatures,
    layout.Seal: _seal,
    layout.Pictures: _pictures,
}
