"""Native charts of a workbook, drawn by the reader's program from cells on the same sheet."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from openpyxl.chart import BarChart, LineChart, PieChart, Reference, Series
from openpyxl.chart.data_source import StrRef
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.marker import DataPoint
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties

_GRID = "E2E8F0"
# Told apart in print and by the colour-blind; eight, because hazards have seven sources.
PALETTE = ("1E3A5F", "2E8B57", "C0392B", "E69F00", "94A3B8", "7A5195", "56B4E9", "8B5E3C")


class ChartKind(StrEnum):
    BAR = "bar"
    LINE = "line"
    PIE = "pie"


@dataclass(frozen=True)
class ChartSpec:
    """Which columns of a table to draw: categories down the rows, one series a column.

    A pie draws the first series only. Sizes are centimetres.
    """

    kind: ChartKind
    title: str
    category: str
    series: tuple[str, ...]
    width: float = 15.5
    height: float = 7.5


@dataclass(frozen=True)
class Region:
    """The cells of a table (1-based): header row, data rows, and the keys of its columns."""

    header_row: int
    first_row: int
    last_row: int
    columns: tuple[str, ...]

    def column_index(self, key: str) -> int:
        return self.columns.index(key) + 1


def make_chart(spec: ChartSpec, region: Region, sheet: Any) -> Any:
    """An openpyxl chart of `spec` over `region`; ValueError for an unknown column."""
    chart: Any = {ChartKind.BAR: BarChart, ChartKind.LINE: LineChart, ChartKind.PIE: PieChart}[
        spec.kind
    ]()
    chart.title, chart.width, chart.height = spec.title, spec.width, spec.height
    wanted = spec.series[:1] if spec.kind is ChartKind.PIE else spec.series
    for key in wanted:
        chart.series.append(_series(region, sheet, key))
    categories = region.column_index(spec.category)
    chart.set_categories(
        Reference(sheet, min_col=categories, min_row=region.first_row, max_row=region.last_row)
    )
    _dress(chart, spec)
    return chart


def _series(region: Region, sheet: Any, key: str) -> Any:
    column = region.column_index(key)
    values = Reference(sheet, min_col=column, min_row=region.first_row, max_row=region.last_row)
    series = Series(values, title_from_data=False)
    heading = Reference(sheet, min_col=column, min_row=region.header_row)
    series.tx = SeriesLabel(strRef=StrRef(str(heading)))
    return series


def _dress(chart: Any, spec: ChartSpec) -> None:
    chart.legend.position = "b"
    if spec.kind is ChartKind.PIE:
        chart.dataLabels = DataLabelList(showVal=True, showPercent=True, showLeaderLines=True)
        for name in ("showSerName", "showCatName", "showLegendKey"):
            setattr(chart.dataLabels, name, False)
        _colour_slices(chart)
        return
    # Newer programs hide axes that do not say that they stay.
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=_GRID))
    for series, colour in zip(chart.series, PALETTE * 4, strict=False):
        series.graphicalProperties.line.solidFill = colour
        if spec.kind is ChartKind.BAR:
            series.graphicalProperties.solidFill = colour
        else:
            series.smooth = False
            series.marker.symbol = "circle"
            series.marker.graphicalProperties.solidFill = colour
            series.marker.graphicalProperties.line.solidFill = colour
    if spec.kind is ChartKind.BAR:
        chart.gapWidth = 60
        if len(chart.series) == 1:
            chart.legend = None
            chart.dataLabels = DataLabelList(showVal=True)
            for name in ("showSerName", "showCatName", "showLegendKey", "showPercent"):
                setattr(chart.dataLabels, name, False)


def _colour_slices(chart: Any) -> None:
    for index, colour in enumerate(PALETTE):
        point = DataPoint(idx=index)
        point.graphicalProperties.solidFill = colour
        chart.series[0].dPt.append(point)
