"""Papers as a reader opens them again."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from supervision.core.export.columns import Column, Kind
from supervision.core.export.fonts import FontMissingError, Weight, font_path
from supervision.core.export.pdf import PdfDocument
from supervision.core.export.pdf_charts import ChartData
from supervision.core.export.wrapping import share, wrap_lines
from supervision.core.export.xlsx_charts import ChartKind

COLUMNS = (
    Column("number", "隐患编号", lambda row: row[0], width=16),
    Column("text", "隐患描述", lambda row: row[1], width=40),
    Column("found", "发现日期", lambda row: row[2], Kind.DAY, 14),
    Column("funds", "资金", lambda row: row[3], Kind.MONEY, 14, total=True),
)
ROW = ("H1", "安全通道堵塞", date(2026, 3, 31), Decimal("1234.50"))


def document(**options):
    return PdfDocument("隐患治理月报", issuer="应急管理局", footer="数据版本 7", **options)


def pages(made):
    return [page.extract_text() for page in PdfReader(BytesIO(made.build())).pages]


def fonts_of(data):
    """Each font's name and whether its file is in the document."""
    found = {}
    for page in PdfReader(BytesIO(data)).pages:
        for font in page["/Resources"]["/Font"].values():
            one = font.get_object()
            descriptor = one.get("/FontDescriptor", {})
            found[one["/BaseFont"]] = "/FontFile2" in descriptor
    return found


def test_chinese_text_can_be_read_and_copied_from_the_paper():
    made = document()
    made.title_block("余杭区 2026年3月", ["编制单位：应急管理局"])
    made.table(COLUMNS, [ROW])
    (page,) = pages(made)
    for text in ("隐患治理月报", "余杭区 2026年3月", "安全通道堵塞", "2026-03-31", "1,234.50"):
        assert text in page


def test_every_font_of_a_paper_with_all_its_parts_is_embedded():
    fonts = fonts_of(full_paper())
    assert {name.split("+")[1] for name in fonts} == {"NotoSansSC-Regular", "NotoSansSC-Bold"}
    assert all(fonts.values())


def full_paper():
    made = document(provisional=True)
    made.title_block("三月")
    made.warning("未定稿")
    made.figures([("发现", 3, Kind.INTEGER), ("整改率", None, Kind.PERCENT)], across=3)
    made.facts([("企业", "某某公司", Kind.TEXT)])
    series = (("发现", (3.0, 4.0)), ("整改", (1.0, 2.0)))
    made.charts([ChartData(kind, "图", ("一般", "重大"), series) for kind in ChartKind])
    made.table(COLUMNS, [ROW] * 60)
    return made.build()


def test_the_same_content_gives_the_same_bytes():
    assert full_paper() == full_paper()


def test_a_long_table_repeats_its_header_and_every_page_says_which_it_is():
    made = document()
    made.table(COLUMNS, [(f"H{n}", *ROW[1:]) for n in range(120)])
    texts = pages(made)
    assert len(texts) > 2
    assert all("隐患描述" in text for text in texts)
    assert [f"Page {n} of {len(texts)}" in text for n, text in enumerate(texts, 1)] == [True] * len(
        texts
    )
    assert sum(text.count("安全通道堵塞") for text in texts) == 120


def test_totals_stand_under_the_table_and_are_handed_back():
    made = document()
    totals = made.table(COLUMNS, [ROW, ROW])
    assert totals == {"funds": Decimal("2469.00")}
    assert "2,469.00" in pages(made)[0]


def test_an_empty_table_says_that_there_is_nothing():
    made = document()
    made.table(COLUMNS, [])
    assert "Nothing to list." in pages(made)[0]


def test_only_a_provisional_paper_is_marked_and_on_every_page():
    def paper(**options):
        made = document(**options)
        made.paragraph("一")
        made.page_break()
        made.paragraph("二")
        return pages(made)

    assert all(text.count("Provisional") == 2 for text in paper(provisional=True))
    assert not any("Provisional" in text for text in paper())


def test_markup_in_a_description_is_shown_and_not_obeyed():
    made = document()
    made.paragraph("<b>粗</b> & <img src='file:///etc/passwd'/> 结束")
    text = pages(made)[0].replace("\n", "")
    assert "<b>粗</b> &" in text
    assert "<img src='file:///etc/passwd'/>" in text


def test_a_description_longer_than_a_page_goes_on_over_the_next_without_loss():
    made = document()
    made.table(COLUMNS, [("H1", "很长的描述。" * 900, ROW[2], ROW[3])])
    text = "".join(pages(made)).replace("\n", "")
    assert text.count("描") >= 900
    assert text.count("H1") == 1


def test_a_chart_without_values_says_so():
    made = document()
    made.chart(ChartData(ChartKind.PIE, "来源", ("巡查",), (("发现", (0,)),)))
    assert "no data" in pages(made)[0]


def test_a_chart_names_its_parts_in_chinese():
    made = document()
    made.chart(ChartData(ChartKind.PIE, "隐患来源", ("巡查", "视频"), (("发现", (3, 1)),)))
    text = pages(made)[0]
    assert "隐患来源" in text
    assert "巡查 3 (75.0%)" in text


SOURCES = ("专家", "执法检查", "巡查", "举报", "企业自查", "上级交办", "视频")


def placed(data):
    """Each piece of text with its height on the page and whether it stands upright."""
    found = []

    def see(text, matrix, text_matrix, *_font):
        if text.strip():
            slope = matrix[1] * text_matrix[0] + text_matrix[1] * matrix[0]
            found.append((text.strip(), matrix[5] + text_matrix[5] * matrix[3], slope))

    for page in PdfReader(BytesIO(data)).pages:
        page.extract_text(visitor_text=see)
    return found


def test_the_names_under_the_bars_stand_upright_and_clear_of_the_legend():
    made = document()
    series = tuple((name, (16.0,) * 7) for name in ("发现", "已销号", "逾期未销号"))
    made.charts([ChartData(kind, "各来源隐患", SOURCES, series) for kind in (ChartKind.BAR,) * 2])
    texts = placed(made.build())
    assert {slope for _text, _y, slope in texts} == {0}
    lowest_label = min(y for text, y, _slope in texts if text in {"检查", "自查", "交办"})
    legend = max(y for text, y, _slope in texts if text == "逾期未销号")
    assert lowest_label - legend >= 8


def test_a_rate_of_nothing_is_a_dash_and_not_an_empty_cell():
    made = document()
    rate = Column("rate", "按期整改率", lambda row: row, Kind.PERCENT)
    made.table((Column("name", "企业", lambda _row: "甲厂"), rate), [None])
    assert "—" in pages(made)[0]


def test_a_series_must_have_a_value_for_every_category():
    with pytest.raises(ValueError, match="1 values, 2 categories"):
        ChartData(ChartKind.BAR, "图", ("a", "b"), (("发现", (1,)),))


def test_a_missing_font_says_what_to_run(tmp_path):
    with pytest.raises(FontMissingError, match="make vendor"):
        font_path(Weight.REGULAR, tmp_path)
    (tmp_path / "vendor").mkdir()
    entry = {"files": {Weight.BOLD.value: {"path": "vendor/gone.ttf"}}}
    (tmp_path / "vendor" / "manifest.json").write_text(json.dumps(entry), "utf-8")
    with pytest.raises(FontMissingError, match="make vendor"):
        font_path(Weight.BOLD, tmp_path)


def wide(text):
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)


def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one():
    lines = wrap_lines("一二三四，五六七（八九）十。", 8, wide)
    assert lines == ["一二三", "四，五六", "七（八", "九）十。"]


def test_dates_figures_and_words_stay_whole():
    lines = wrap_lines("截至2026-03-31共1,234.5元 see report AQ-17/B", 14, wide)
    assert lines == ["截至2026-03-31", "共1,234.5元", "see report", "AQ-17/B"]


def test_a_word_wider_than_the_line_is_cut_rather_than_lost():
    assert wrap_lines("abcdefghij", 4, wide) == ["abcd", "efgh", "ij"]


@given(st.text(alphabet="一二，。（）ab 12.\n", max_size=60), st.integers(4, 30))
def test_wrapping_loses_nothing_but_spaces_and_keeps_to_the_width(text, width):
    lines = wrap_lines(text, width, wide)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(wide(line) <= width for line in lines)


def test_a_column_is_no_narrower_than_its_longest_word_while_there_is_room():
    assert share(100, [10, 30, 60], [20, 5, 5]) == pytest.approx([20, 80 / 3, 160 / 3])
    assert share(100, [1, 1, 2], [25, 25, 50]) == [25, 25, 50]


def test_columns_that_can_never_fit_keep_their_proportion():
    assert share(100, [1, 1, 2], [60, 60, 60]) == [25, 25, 50]
