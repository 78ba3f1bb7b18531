"""Draws a laid-out paper as DOCX: Chinese font names, fields for page x of y, fixed bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
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
from supervision.core.documents import layout
from supervision.core.documents.layout import Align, Cell, Grid, Paper, Style
from supervision.core.documents.pictures import Opener, bounded
from supervision.core.export.deterministic import fixed_zip

_WIDTH = 210 - 28 - 26
_SONG, _HEI = "FangSong", "SimHei"
_RED, _QUIET = RGBColor(0xC8, 0x10, 0x2E), RGBColor(0x59, 0x59, 0x59)
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_CENTRE, _RIGHT_HAND = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
_ALIGN = {Align.LEFT: None, Align.CENTRE: _CENTRE, Align.RIGHT: _RIGHT_HAND}
# font, size, alignment, colour, space before, space after
_LOOKS: dict[Style, tuple[str, float, Any, Any, float, float]] = {
    Style.LETTERHEAD: (_HEI, 20, _CENTRE, _RED, 0, 2),
    Style.ISSUER: (_HEI, 18, _CENTRE, None, 0, 0),
    Style.TITLE: (_HEI, 22, _CENTRE, None, 12, 6),
    Style.NUMBER: (_SONG, 13, _RIGHT_HAND, None, 0, 8),
    Style.HEADING: (_HEI, 13, None, None, 6, 4),
    Style.BODY: (_SONG, 13, None, None, 0, 2),
    Style.FLUSH: (_SONG, 13, None, None, 0, 2),
    Style.QUIET: (_SONG, 10, None, _QUIET, 0, 0),
}


def draw(paper: Paper, open_picture: Opener) -> bytes:
    """The file. Its own date is the first instant of the day that the paper names."""
    document = _empty(paper)
    for block in paper.blocks:
        _DRAW[type(block)](document, block, open_picture)
    out = BytesIO()
    document.save(out)
    stamp = layout.stamp_of(paper)
    return fixed_zip(out.getvalue(), clock.start_of(stamp))


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


def _text(document: DocxDocument, block: layout.Text, _open: Opener) -> None:
    font, size, align, colour, before, after = _LOOKS[block.style]
    paragraph = document.add_paragraph()
    _say(paragraph, block.text, font, size, align=align, colour=colour)
    for run in paragraph.runs:
        run.font.bold = font == _HEI
    form = paragraph.paragraph_format
    form.space_before, form.space_after, form.line_spacing = Pt(before), Pt(after), 1.4
    if block.style is Style.BODY:
        form.first_line_indent = Pt(2 * size)
    form.keep_with_next = block.style is Style.HEADING


def _rule(document: DocxDocument, block: layout.Rule, _open: Opener) -> None:
    _hold(document)
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


def _grid(document: DocxDocument, block: Grid, _open: Opener) -> None:
    parts = [width / 100 for width in block.widths]
    table = _table(document, parts)
    table.style = "Table Grid"
    _pad(table)
    for number, row in enumerate(block.rows):
        cells = _row(table, parts)
        column = 0
        for cell in row:
            target = cells[column]
            if cell.span > 1:
                target = target.merge(cells[column + cell.span - 1])
            _cell(target, cell)
            column += cell.span
        if block.heads:
            _mark_row(table.rows[number], "w:cantSplit")
        if number < block.heads:
            _mark_row(table.rows[number], "w:tblHeader")
    _gap(document)


def _cell(target: Any, cell: Cell) -> None:
    align = _CENTRE if cell.is_label else _ALIGN[cell.align]
    _cell_text(target, cell.text, align=align)
    if cell.foot:
        own = target.add_paragraph()
        _say(own, cell.foot, _SONG, 11, align=_RIGHT_HAND)
        own.paragraph_format.space_before = Pt(8)


def _cell_text(
    target: Any, text: str, *, size: float = 11, align: Any = None, keep: bool = False
) -> None:
    for index, line in enumerate(text.split("\n")):
        own = target.paragraphs[0] if index == 0 else target.add_paragraph()
        _say(own, line, _SONG, size, align=align)
        own.paragraph_format.space_after = Pt(0)
        own.paragraph_format.keep_with_next = keep


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


def _pad(table: Any) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side, twips in (("top", "50"), ("left", "85"), ("bottom", "60"), ("right", "85")):
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


def _hold(document: DocxDocument) -> None:
    """What comes next stays on the page of the paragraph before it."""
    last = document.element.body[-2]  # the last is the section
    if last.tag == qn("w:p"):
        Paragraph(last, document).paragraph_format.keep_with_next = True


def _signatures(document: DocxDocument, block: layout.Signatures, open_picture: Opener) -> None:
    _hold(document)
    parts = (0.38, 0.22, 0.40)
    table = _table(document, parts)
    for line in block.lines:
        label, signed, after = _row(table, parts)
        for cell, text in ((label, line.label), (signed, ""), (after, line.after)):
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.BOTTOM
            _cell_text(cell, text, size=10.5, keep=True)
        label.paragraphs[0].paragraph_format.space_before = Pt(10)
        if line.picture is not None:
            _image(signed.paragraphs[0], open_picture, line.picture.sha256, 33, 12)
        else:
            _border(signed, ["bottom"], "single")
    _gap(document)


def _seal(document: DocxDocument, block: layout.Seal, _open: Opener) -> None:
    _hold(document)
    table = _table(document, [0.46])
    table.alignment = WD_TABLE_ALIGNMENT.RIGHT
    (cell,) = _row(table, [0.46])
    _border(cell, ["top", "left", "bottom", "right"], "dotted")
    mark = cell.paragraphs[0]
    _say(mark, block.mark, _SONG, 11, align=_CENTRE, colour=_QUIET)
    mark.paragraph_format.space_before = mark.paragraph_format.space_after = Pt(12)
    for line in block.lines:
        own = cell.add_paragraph()
        _say(own, line, _SONG, 13, align=_CENTRE)
        own.paragraph_format.space_after = Pt(4)
    for own in cell.paragraphs:
        own.paragraph_format.keep_with_next = True
    _gap(document)


def _pictures(document: DocxDocument, block: layout.Pictures, open_picture: Opener) -> None:
    _text(document, layout.Text(block.heading, Style.HEADING), open_picture)
    parts = [1 / block.across] * block.across
    table = _table(document, parts)
    width = _WIDTH / block.across - 6
    for start in range(0, len(block.pictures), block.across):
        cells = _row(table, parts)
        _mark_row(table.rows[-1], "w:cantSplit")
        row = block.pictures[start : start + block.across]
        for cell, picture in zip(cells, row, strict=False):
            paragraph = cell.paragraphs[0]
            _image(paragraph, open_picture, picture.sha256, width, 62)
            paragraph.alignment = _CENTRE
            paragraph.paragraph_format.keep_with_next = True
            paragraph.paragraph_format.space_after = Pt(2)
            _say(cell.add_paragraph(), picture.caption, _SONG, 9.5, align=_CENTRE, colour=_QUIET)
    _gap(document)


def _image(
    paragraph: Paragraph, open_picture: Opener, sha256: str, width: float, height: float
) -> None:
    """A picture within ``width`` by ``height`` millimetres."""
    picture = bounded(open_picture, sha256, width, height)
    paragraph.add_run().add_picture(picture.data, Mm(picture.width), Mm(picture.height))


_DRAW: dict[type[Any], Callable[[DocxDocument, Any, Opener], None]] = {
    layout.Text: _text,
    layout.Rule: _rule,
    Grid: _grid,
    layout.Signatures: _signatures,
    layout.Seal: _seal,
    layout.Pictures: _pictures,
}
