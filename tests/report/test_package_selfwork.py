"""What enterprises did themselves in a month, in the files that a package's readers get."""

from __future__ import annotations

import io
from dataclasses import asdict
from datetime import date

import pytest
from pypdf import PdfReader
from sqlalchemy import text

from supervision.core.attachments import storage
from supervision.core.db import db
from supervision.report.bundle import FileKind
from tests.factories.ownmonths import DISTRICT, PLANT, live_own_november, live_own_october
from tests.report.test_package_enforcement import book, package, rows

# Counted by hand from the tables, without a word of the program's own SQL.
BY_HAND = {
    "rounds_missed": """
        SELECT count(*) FROM selfcheck_round r JOIN enterprise e ON e.id = r.enterprise_id
        WHERE e.region_code LIKE '330110%' AND r.ends_on BETWEEN '2026-10-01' AND '2026-10-31'
          AND r.status <> 'excused'
          AND (r.done_at IS NULL OR r.done_at >= '2026-10-31 16:00:00')""",
    "commitments_missed": """
        SELECT count(*) FROM commitment_missed m JOIN enterprise e ON e.id = m.enterprise_id
        WHERE e.region_code LIKE '330110%' AND m.day BETWEEN '2026-10-01' AND '2026-10-31'
          AND (m.made_up_at IS NULL OR m.made_up_at >= '2026-10-31 16:00:00')""",
    "training_minutes": """
        SELECT coalesce(sum(s.hours * 60), 0) FROM training_attendance a
        JOIN training_session s ON s.id = a.session_id
        JOIN enterprise e ON e.id = s.enterprise_id
        WHERE e.region_code LIKE '330110%' AND a.result = 'passed' AND s.status = 'recorded'
          AND s.recorded_at >= '2026-09-30 16:00:00' AND s.recorded_at < '2026-10-31 16:00:00'""",
    "scores_none": """
        SELECT count(*) FROM score s JOIN enterprise e ON e.id = s.enterprise_id
        WHERE e.region_code LIKE '330110%' AND s.month = '2026-10-01' AND s.colour IS NULL""",
    "duties_missed": """
        SELECT coalesce(sum(d.missed), 0) FROM duty_month d
        JOIN enterprise e ON e.id = d.enterprise_id
        WHERE e.region_code LIKE '330110%' AND d.month = '2026-10-01'""",
}
COLOURS = ("scores_green", "scores_yellow", "scores_orange", "scores_red", "scores_none")


@pytest.fixture
def october_of_their_own(cast):
    live_own_october(cast)
    return cast


def part(figures, names):
    return {name: getattr(figures, name) for name in names}


def test_a_district_s_package_lists_its_enterprises_and_november_changes_nothing(
    october_of_their_own,
):
    made = package(date(2026, 11, 2), region="330110")
    found = made.selfwork
    assert part(found, DISTRICT) == DISTRICT
    assert sum(part(found, COLOURS).values()) == 2
    assert found.duties_due > found.duties_done == 0
    assert {name: int(db.session.execute(text(sql)).scalar()) for name, sql in BY_HAND.items()} == (
        part(found, BY_HAND)
    )
    sheets = book(made)
    walked = rows(sheets["自查记录"], "企业")
    assert [(r["应完成"], r["未完成"]) for r in walked] == [(4, 4), (4, 1)]
    assert [r["零报告次数"] for r in walked] == [0, 1]
    assert [r["未完成"] for r in rows(sheets["漏查"], "企业")] == [4, 1]
    assert [r["未完成"] for r in rows(sheets["安全承诺"], "企业")] == [1, 1]
    assert [r["合格学时（人时）"] for r in rows(sheets["培训学时"], "企业")] == [8, 0]
    assert len(rows(sheets["企业安全码"], "企业")) == 2
    assert len(rows(sheets["责任清单"], "企业")) == 1
    checked = rows(sheets["核对"], "指标")
    assert all(row["差额"] == 0 for row in checked)
    assert {"漏查次数", "未公示承诺", "绿码企业"} <= {row["指标"] for row in checked}
    live_own_november(october_of_their_own)
    again = package(date(2026, 11, 5), region="330110")
    assert again.version == 2
    assert asdict(again.selfwork) == asdict(found)


def test_an_enterprise_s_package_lists_its_own_row_by_row(october_of_their_own):
    cast = october_of_their_own
    live_own_november(cast)
    made = package(enterprise_id=cast.plant_id)
    assert part(made.selfwork, PLANT) == PLANT
    sheets = book(made)
    walked = rows(sheets["自查记录"], "自查清单")
    assert [r["完成情况"] for r in walked] == ["按期", "逾期完成", "已说明原因", "未完成"]
    # Walked in November: the package of October does not say so.
    assert [r["完成时间"] is None for r in walked] == [False, False, True, True]
    assert [r["起始"].day for r in rows(sheets["漏查"], "自查清单")] == [8]
    promised = rows(sheets["安全承诺"], "频次")
    assert [r["完成情况"] for r in promised] == ["按期", "逾期完成", "未完成"]
    (trained,) = rows(sheets["培训学时"], "培训名称")
    assert (trained["参加人次"], trained["合格学时（人时）"]) == (2, 8)
    assert len(rows(sheets["安全码"], "指标类别")) > 20


def test_a_month_without_any_of_it_says_so(cast):
    made = package(region="330110")
    assert not any(asdict(made.selfwork).values())
    sheets = book(made)
    names = ("自查记录", "漏查", "安全承诺", "培训学时", "企业安全码", "责任清单")
    for name in names:
        said = [row[0] for row in sheets[name].iter_rows(values_only=True)]
        assert "本月没有相关记录。" in said, name
    with storage().open(made.file(FileKind.PDF).sha256) as file:
        pages = "".join(page.extract_text() for page in PdfReader(io.BytesIO(file.read())).pages)
    assert all(name in pages for name in names)
