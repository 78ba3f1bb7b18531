"""Workbooks as a reader opens them again."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook

from supervision.core.export.checks import Check, UnreconciledError
from supervision.core.export.columns import Column, Kind
from supervision.core.export.xlsx import MAX_TEXT, XlsxBook
from supervision.core.export.xlsx_charts import PALETTE, ChartKind, ChartSpec

STAMP = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
COLUMNS = (
    Column("number", "隐患编号", lambda row: row["number"], width=16),
    Column("text", "隐患描述", lambda row: row["text"], width=20),
    Column("found", "发现日期", lambda row: row["found"], Kind.DAY, 12),
    Column("entered", "登记时间", lambda row: row["entered"], Kind.INSTANT, 17),
    Column("count", "数量", lambda row: row["count"], Kind.INTEGER, 8, total=True),
    Column("funds", "资金", lambda row: row["funds"], Kind.MONEY, 12, total=True),
    Column("rate", "整改率", lambda row: row["rate"], Kind.PERCENT, 10),
)


def row(**values):
    return {
        "number": "H1",
        "text": "通道堵塞",
        "found": date(2026, 3, 31),
        "entered": datetime(2026, 3, 31, 16, 30, tzinfo=UTC),
        "count": 2,
        "funds": Decimal("0.10"),
        "rate": Decimal("0.5"),
    } | values


def book():
    return XlsxBook("月报", author="应急管理局", stamp=STAMP)


def ledger(*rows, notes=("说明",)):
    made = book()
    placed = made.ledger("隐患台账", COLUMNS, rows, title="隐患台账", notes=notes)
    return placed, load_workbook(BytesIO(made.save()))["隐患台账"]


@pytest.mark.parametrize(("times", "paper"), [(1, "9"), (3, "8")], ids=["A4", "A3"])
def test_a_list_too_wide_for_a4_is_printed_on_a3(times, paper):
    made = book()
    columns = [replace(c, key=f"{c.key}{n}", total=False) for n in range(times) for c in COLUMNS]
    made.ledger("隐患台账", columns, [row()], title="隐患台账")
    sheet = load_workbook(BytesIO(made.save()))["隐患台账"]
    assert str(sheet.page_setup.paperSize) == paper


def test_values_come_back_as_what_they_are():
    placed, sheet = ledger(row())
    cells = sheet[placed.first_row]
    assert [cell.value for cell in cells] == [
        "H1", "通道堵塞", datetime(2026, 3, 31), datetime(2026, 4, 1, 0, 30), 2, 0.1, 0.5,  # noqa: DTZ001
    ]  # fmt: skip
    assert cells[2].is_date
    assert cells[3].number_format == "yyyy-mm-dd hh:mm"
    assert cells[6].number_format == "0.0%"


@pytest.mark.parametrize(
    "text", ["=1+1", "+86 571", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "#N/A"]
)
def test_text_that_looks_like_a_formula_stays_text_even_when_it_is_edited(text):
    placed, sheet = ledger(row(text=text))
    cell = sheet.cell(placed.first_row, 2)
    assert (cell.value, cell.data_type) == (text, "s")
    assert cell.quotePrefix == (text[0] in "=+-@")


def test_no_cell_of_a_book_is_a_formula():
    made = book()
    placed = made.ledger("a", COLUMNS, [row(text="=1")], title="=A1")
    made.checks([Check("=B1", 1, 1)], name="c", title="核对")
    for sheet in load_workbook(BytesIO(made.save())):
        assert all(cell.data_type != "f" for cells in sheet.iter_rows() for cell in cells)
    assert placed.totals["count"] == 2


def test_totals_are_numbers_that_equal_the_sum_of_the_rows_exactly():
    placed, sheet = ledger(*[row(count=n, funds=Decimal("0.10")) for n in range(10)])
    below = sheet[placed.last_row + 1]
    assert placed.totals == {"count": 45, "funds": Decimal("1.00")}
    assert (below[4].value, below[5].value) == (45, 1)
    assert below[0].value == "Total"


def test_the_header_stays_in_sight_is_filtered_and_repeats_in_print():
    placed, sheet = ledger(row(), row(), notes=("一", "二"))
    assert sheet.freeze_panes == f"A{placed.header_row + 1}"
    assert sheet.auto_filter.ref == f"A{placed.header_row}:G{placed.last_row}"
    assert sheet.print_title_rows == f"${placed.header_row}:${placed.header_row}"
    assert [cell.value for cell in sheet[placed.header_row]] == [c.heading for c in COLUMNS]


def test_an_empty_ledger_still_opens_with_its_header():
    placed, sheet = ledger()
    assert placed.last_row < placed.first_row
    assert sheet.cell(placed.header_row, 1).value == "隐患编号"


def test_a_row_of_long_chinese_text_is_tall_enough_for_its_lines():
    placed, sheet = ledger(row(text="很长的描述" * 8), row())
    tall, low = (sheet.row_dimensions[placed.first_row + n].height for n in (0, 1))
    assert tall > 3.5 * 14
    assert low < tall


def test_control_characters_and_overlong_text_do_not_break_the_file():
    placed, sheet = ledger(row(text="a\x00b\x0b"), row(text="长" * (MAX_TEXT + 5)))
    assert sheet.cell(placed.first_row, 2).value == "ab"
    cut = sheet.cell(placed.last_row, 2).value
    assert (len(cut), cut[-1]) == (MAX_TEXT, "…")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"found": "2026-03-31"}, "column of days"),
        ({"found": datetime(2026, 3, 31, tzinfo=UTC)}, "column of days"),
        ({"entered": datetime(2026, 3, 31)}, "has no zone"),  # noqa: DTZ001
        ({"count": "2"}, "column of numbers"),
        ({"count": True}, "column of numbers"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_instead_of_exported_as_text(values, said):
    with pytest.raises(TypeError, match=said):
        book().ledger("a", COLUMNS, [row(**values)], title="t")


def test_a_total_that_differs_from_the_ledger_stops_the_book_and_is_named():
    with pytest.raises(UnreconciledError, match="closed: 5 reported, 4 in the ledger"):
        book().checks([Check("found", 3, 3), Check("closed", 5, 4)], name="核对", title="核对")


def test_the_sheet_of_checks_shows_both_figures():
    made = book()
    placed = made.checks([Check("found", 3, 3)], name="核对", title="核对")
    sheet = load_workbook(BytesIO(made.save()))["核对"]
    assert [cell.value for cell in sheet[placed.first_row]] == ["found", 3, 3, 0]


def full_book():
    made = book()
    sheet = made.sheet("汇总", [16, 16, 12, 17, 8, 12, 10], portrait=True)
    sheet.title("汇总", "说明")
    sheet.heading("指标")
    sheet.facts([("发现", 3, Kind.INTEGER), ("整改率", None, Kind.PERCENT)])
    sheet.gap()
    placed = sheet.table(COLUMNS, [row(number="甲"), row(number="乙", count=5)])
    for kind, anchor in zip(ChartKind, ("A20", "A40", "A60"), strict=True):
        sheet.chart(ChartSpec(kind, kind.value, "number", ("count", "funds")), placed, anchor)
    made.ledger("台账", COLUMNS, [row()], title="台账")
    return made.save()


def test_charts_are_native_and_draw_the_tables_own_cells():
    sheet = load_workbook(BytesIO(full_book()))["汇总"]
    bar, line, pie = sheet._charts
    first = 2 + 1 + 1 + 2 + 1 + 1 + 1
    assert bar.series[0].val.numRef.f == f"'汇总'!$E${first}:$E${first + 1}"
    assert [len(chart.series) for chart in (bar, line, pie)] == [2, 2, 1]
    assert sheet.cell(first, 5).value == 2


def test_the_same_content_gives_the_same_bytes_and_other_content_others():
    assert full_book() == full_book()
    other = book()
    other.sheet("a", [10]).title("b")
    assert other.save() != full_book()


def test_the_file_carries_the_datas_instant_and_no_other():
    with zipfile.ZipFile(BytesIO(full_book())) as archive:
        core = archive.read("docProps/core.xml").decode()
        assert core.count("2026-11-22T08:00:00Z") == 2
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.testzip() is None


def test_sheet_names_that_excel_refuses_are_mended_and_kept_apart():
    made = book()
    names = [made.sheet(name, [10]).name for name in ("a/b:c", "A b c", "长" * 40, "长" * 40)]
    assert names[0] == "a b c"
    assert len({name.casefold() for name in names}) == 4
    assert all(len(name) <= 31 for name in names)


def test_the_seven_sources_of_a_hazard_get_seven_colours():
    assert len(set(PALETTE)) >= 7
