"""Charts of papers, drawn as vectors with the embedded font."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.graphics.charts.barcharts import VerticalBarChart
from reportlab.graphics.charts.legends import Legend
from reportlab.graphics.charts.linecharts import HorizontalLineChart
from reportlab.graphics.charts.piecharts import Pie
from reportlab.graphics.shapes import Drawing, String
from reportlab.graphics.widgets.markers import makeMarker
from reportlab.lib.colors import Color, HexColor, white

from supervision.core.export.columns import display_width
from supervision.core.export.fonts import BOLD, REGULAR
from supervision.core.export.xlsx_charts import PALETTE, ChartKind

_INK, _QUIET, _GRID = HexColor("#1f2937"), HexColor("#64748b"), HexColor("#e2e8f0")
_COLOURS = tuple(HexColor(f"#{colour}") for colour in PALETTE)
_TOP = 24  # points for the title
_FOOT = 54  # points for category labels of two lines and the legend
_SLANTED_FOOT = 74  # the same where the labels must be slanted
_LETTER = 3.75  # points of one column of text at the size of the labels


@dataclass(frozen=True)
class ChartData:
    """A chart's content: category names, and for each series its name and one value a category.

    A pie draws its first series. Every series must be as long as the categories.
    """

    kind: ChartKind
    title: str
    categories: tuple[str, ...]
    series: tuple[tuple[str, tuple[float, ...]], ...]

    def __post_init__(self) -> None:
        for name, values in self.series:
            if len(values) != len(self.categories):
                raise ValueError(f"{name}: {len(values)} values, {len(self.categories)} categories")

    @property
    def is_empty(self) -> bool:
        """Nothing to draw: no category, no series, or only zeros."""
        return not any(value for _, values in self.series for value in values)


def draw_chart(data: ChartData, width: float, height: float) -> Drawing:
    """`data` as a drawing of the given size in points."""
    drawing = Drawing(width, height)
    drawing.add(_text(data.title, width / 2, height - 14, 10, BOLD))
    if data.kind is ChartKind.PIE:
        _add_pie(drawing, data, width, height)
        return drawing
    chart = _bars(data) if data.kind is ChartKind.BAR else _lines(data)
    chart.width = width - 48
    names, slanted = _fit(data.categories, chart.width / max(len(data.categories), 1))
    foot = _SLANTED_FOOT if slanted else _FOOT
    chart.x, chart.y, chart.height = 34, foot, height - foot - _TOP - 8
    chart.data = [values for _, values in data.series]
    _dress_axes(chart, data, names, slanted=slanted)
    drawing.add(chart)
    if len(data.series) > 1:
        legend = [name for name, _ in data.series]
        drawing.add(_legend(legend, _COLOURS, 34, 10, columns=len(legend)))
    return drawing


def _fit(names: Sequence[str], room: float) -> tuple[list[str], bool]:
    """The labels in at most two lines each, and whether they must be slanted even so."""
    found = [name if _points(name) < room else _halved(name) for name in names]
    widest = max((_points(line) for name in found for line in name.split("\n")), default=0)
    return (found, False) if widest < room else (list(names), True)


def _points(text: str) -> float:
    return display_width(text) * _LETTER


def _halved(name: str) -> str:
    """In two lines: at the space nearest the middle, else in the middle (Chinese has no spaces)."""
    middle = (len(name) + 1) // 2
    spaces = [place for place, letter in enumerate(name) if letter == " "]
    if spaces:
        cut = min(spaces, key=lambda place: abs(place - middle))
        return f"{name[:cut]}\n{name[cut + 1 :]}"
    return f"{name[:middle]}\n{name[middle:]}" if display_width(name) > len(name) else name


def _bars(data: ChartData) -> Any:
    chart: Any = VerticalBarChart()
    chart.groupSpacing, chart.barSpacing = 10, 1
    for index, colour in zip(range(len(data.series)), _COLOURS * 4, strict=False):
        chart.bars[index].fillColor = colour
        chart.bars[index].strokeColor = None
    labels = chart.barLabels
    labels.fontName, labels.fontSize, labels.fillColor, labels.nudge = REGULAR, 7, _QUIET, 6
    chart.barLabelFormat = _whole
    return chart


def _lines(data: ChartData) -> Any:
    chart: Any = HorizontalLineChart()
    chart.joinedLines = 1
    for index, colour in zip(range(len(data.series)), _COLOURS * 4, strict=False):
        line = chart.lines[index]
        line.strokeColor, line.strokeWidth = colour, 1.6
        line.symbol = makeMarker("FilledCircle", size=3.5, fillColor=colour, strokeColor=colour)
    return chart


def _dress_axes(chart: Any, data: ChartData, names: Sequence[str], *, slanted: bool) -> None:
    axis = chart.categoryAxis
    axis.categoryNames = list(names)
    axis.labels.fontName, axis.labels.fontSize, axis.labels.fillColor = REGULAR, 7.5, _INK
    if slanted:
        axis.labels.angle, axis.labels.boxAnchor, axis.labels.dy = 25, "ne", -2
    axis.strokeColor = _QUIET
    axis.visibleTicks = 0
    values = chart.valueAxis
    values.labels.fontName, values.labels.fontSize, values.labels.fillColor = REGULAR, 7.5, _QUIET
    values.valueMin = 0
    values.valueMax, values.valueStep = _scale(max(max(row) for _, row in data.series))
    values.labelTextFormat = _whole
    values.visibleGrid, values.gridStrokeColor, values.gridStrokeWidth = 1, _GRID, 0.5
    values.visibleAxis, values.visibleTicks = 0, 0


def _scale(highest: float) -> tuple[float, float]:
    """Top and step of an axis of counts: about five whole steps, with room for a label above."""
    step = 1
    while step * 5 < highest * 1.1:
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    return step * (int(highest * 1.1 / step) + 1), step


def _add_pie(drawing: Drawing, data: ChartData, width: float, height: float) -> None:
    """A pie with a legend that names each part, its count and its share."""
    values = data.series[0][1]
    parts = [(name, value) for name, value in zip(data.categories, values, strict=True) if value]
    total = sum(value for _, value in parts)
    pie: Any = Pie()
    size = min(height - _TOP - 16, width * 0.42)
    pie.x, pie.y, pie.width, pie.height = 10, (height - _TOP - size) / 2, size, size
    pie.data, pie.labels = [value for _, value in parts], None
    pie.startAngle, pie.direction = 90, "clockwise"
    colours = (_COLOURS * 4)[: len(parts)]
    for index, colour in enumerate(colours):
        pie.slices[index].fillColor = colour
        pie.slices[index].strokeColor, pie.slices[index].strokeWidth = white, 1
    drawing.add(pie)
    names = [f"{name} {_whole(value)} ({value / total:.1%})" for name, value in parts]
    top = (height - _TOP) / 2 + len(names) * 7
    drawing.add(_legend(names, colours, size + 26, top, columns=1, from_top=True))


def _legend(
    names: Sequence[str],
    colours: Sequence[Color],
    x: float,
    y: float,
    *,
    columns: int,
    from_top: bool = False,
) -> Any:
    legend: Any = Legend()
    legend.x, legend.y = x, y
    legend.boxAnchor = "nw" if from_top else "sw"
    legend.fontName, legend.fontSize, legend.fillColor = REGULAR, 8, _INK
    legend.alignment = "right"
    legend.columnMaximum = 1 if columns > 1 else max(len(names), 1)
    legend.dx = legend.dy = 7
    legend.deltax, legend.deltay, legend.dxTextSpace = 70, 13, 5
    legend.strokeColor, legend.strokeWidth = None, 0
    legend.colorNamePairs = list(zip(colours, names, strict=False))
    return legend


def _text(text: str, x: float, y: float, size: float, font: str) -> String:
    return String(x, y, text, fontName=font, fontSize=size, fillColor=_INK, textAnchor="middle")


def _whole(value: float) -> str:
    return f"{value:,.0f}"
