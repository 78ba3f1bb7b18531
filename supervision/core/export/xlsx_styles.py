"""How the cells of a workbook look: one prototype for each look and kind of value."""

from __future__ import annotations

from typing import Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from supervision.core.export.columns import NUMERIC, Kind

FONT_NAME = "Microsoft YaHei"
_INK, _BRAND, _BAND, _LINE, _QUIET = "FF1F2937", "FF1E3A5F", "FFEFF3F8", "FFCBD5E1", "FF64748B"
_SIDE = Side(style="thin", color=_LINE)
_BOX = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)
_CENTRED = frozenset({Kind.DAY, Kind.INSTANT})

_FORMATS = {
    Kind.TEXT: "@",
    Kind.INTEGER: "#,##0",
    Kind.DECIMAL: "#,##0.0",
    Kind.PERCENT: "0.0%",
    Kind.DAY: "yyyy-mm-dd",
    Kind.INSTANT: "yyyy-mm-dd hh:mm",
    Kind.MONEY: "#,##0.00",
}

_FONTS = {
    "title": Font(FONT_NAME, 16, b=True, color=_BRAND),
    "heading": Font(FONT_NAME, 12, b=True, color=_BRAND),
    "note": Font(FONT_NAME, 9, color=_QUIET),
    "header": Font(FONT_NAME, 10, b=True, color="FFFFFFFF"),
    "label": Font(FONT_NAME, 10, color=_QUIET),
    "body": Font(FONT_NAME, 10, color=_INK),
    "total": Font(FONT_NAME, 10, b=True, color=_INK),
}
_FILLS = {
    "header": PatternFill("solid", fgColor=_BRAND),
    "label": PatternFill("solid", fgColor=_BAND),
    "total": PatternFill("solid", fgColor=_BAND),
}


def prototype(sheet: Any, look: str, kind: Kind, *, quoted: bool) -> Any:
    """An empty cell of `sheet` in the given look, whose style others may share.

    `quoted` marks the text as text for good: without it a person who merely
    edits the cell "=1+1" would turn it into a formula.
    """
    cell: Any = WriteOnlyCell(sheet)
    cell.font = _FONTS[look]
    if look in _FILLS:
        cell.fill = _FILLS[look]
    if look in {"header", "label", "body", "total"}:
        cell.border = _BOX
    cell.number_format = _FORMATS[kind]
    cell.alignment = _alignment(look, kind)
    cell.quotePrefix = quoted
    return cell


def _alignment(look: str, kind: Kind) -> Alignment:
    if look == "header":
        return Alignment(horizontal="center", vertical="center", wrap_text=True)
    if kind in NUMERIC:
        return Alignment(horizontal="right", vertical="center")
    if kind in _CENTRED:
        return Alignment(horizontal="center", vertical="center")
    return Alignment(horizontal="left", vertical="center", wrap_text=True)
