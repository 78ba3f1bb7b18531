"""A month's package as its reader gets it: the files opened again, and counted anew."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import date, datetime, time

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import text

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.attachments import storage
from supervision.core.db import db, transaction
from supervision.core.export.checks import UnreconciledError
from supervision.core.notices import Notice
from supervision.enterprise import queries as enterprises
from supervision.enterprise import service as registry
from supervision.report import jobs, queries, service, sources
from supervision.report.bundle import FileKind, make_files
from supervision.report.contents import FIGURES, VERDICTS, Subject, SubjectKind, compose
from supervision.report.enforcement import NAMES
from supervision.report.heading import Imprint
from supervision.report.holdings import NAMES as HOLDING_NAMES
from supervision.report.models import MonthlyPackage, PackageRequest, Problem, RequestState
from supervision.report.rules import Period, ReconciliationError
from supervision.report.selfwork import NAMES as SELFWORK_NAMES
from tests.cast import enterprise_values
from tests.factories.months import OCTOBER, find, live_october, october, on

NOVEMBER_FIRST = date(2026, 11, 1)
NOVEMBER_FIFTH = date(2026, 11, 5)


def region(code="330110"):
    return queries.get_subject(SYSTEM, region=code)


def make(subject, year=2026, month=10, *, day=NOVEMBER_FIFTH, by=SYSTEM):
    """Ask for a package on ``day`` and run the maker; returns the finished request's id."""
    with on(day):
        with transaction():
            asked = service.ask(by, subject, year, month).id
        jobs.make_queued(clock.now())
    return asked


def finished(request_id):
    return queries.get_request(request_id, SYSTEM)


def package_of(request_id):
    request = finished(request_id)
    assert request.status is RequestState.READY, request.message
    return queries.get_package(request.package_id, SYSTEM)


def content(package, kind):
    with storage().open(package.file(kind).sha256) as file:
        return file.read()


def sheets(package):
    return load_workbook(io.BytesIO(content(package, FileKind.XLSX)), data_only=True)


def table(sheet, header):
    """Rows under the row whose first cell is ``header``, as dictionaries, down to the total."""
    rows = list(sheet.iter_rows(values_only=True))
    start = next(n for n, row in enumerate(rows) if row[0] == header)
    names = [name for name in rows[start] if name]
    found = []
    for row in rows[start + 1 :]:
        if row[0] in {None, "合计"}:
            break
        found.append(dict(zip(names, row, strict=False)))
    return found


def days_of(rows, name):
    return [row[name].date() for row in rows if row[name] is not None]


def test_the_month_is_what_a_person_counts_by_hand(cast):
    live_october(cast)
    total = package_of(make(region())).monthly.total
    assert {name: getattr(total, name) for name in FIGURES} == OCTOBER


def test_totals_of_the_workbook_are_those_counted_from_its_own_ledger(cast):
    live_october(cast)
    book = sheets(package_of(make(region())))
    rows = table(book["台账"], "隐患编号")
    first, last = october(1), october(31)
    left = [(r["办结方式"], r["办结日期"].date()) for r in rows if r["办结日期"]]
    counted = {
        "本月发现": sum(first <= day <= last for day in days_of(rows, "发现日期")),
        "本月销号": sum(how == "已销号" and first <= day <= last for how, day in left),
        "本月移送": sum(how == "已移送" for how, _day in left),
        "本月作废": sum(how == "已作废" for how, _day in left),
    }
    summary = {row[0].value: row[1].value for row in book["汇总"].iter_rows(max_col=2)}
    assert {name: summary[name] for name in counted} == counted
    checks = table(book["核对"], "指标")
    counted_twice = (FIGURES, VERDICTS, NAMES, HOLDING_NAMES, SELFWORK_NAMES)
    assert len(checks) == sum(map(len, counted_twice))
    assert all(row["差额"] == 0 for row in checks)
    assert {row["指标"]: row["台账核算数"] for row in checks}.items() >= counted.items()


def test_a_text_that_looks_like_a_formula_stays_a_text(cast):
    live_october(cast)
    data = content(package_of(make(region())), FileKind.XLSX)
    book = load_workbook(io.BytesIO(data))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any(cell.value == "=cmd|' /C calc'!A1" for cell in cells)
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]


def test_the_paper_speaks_chinese_with_fonts_of_its_own(cast):
    live_october(cast)
    reader = PdfReader(io.BytesIO(content(package_of(make(region())), FileKind.PDF)))
    words = "".join(page.extract_text() for page in reader.pages)
    assert "隐患排查治理月报" in words
    assert "2026年10月" in words
    fonts = [f.get_object() for page in reader.pages for f in page["/Resources"]["/Font"].values()]
    assert fonts
    assert all("/FontFile2" in font.get("/FontDescriptor", {}) for font in fonts)


def test_the_same_data_at_the_same_instant_is_the_same_bytes(cast):
    live_october(cast)
    period = Period(2026, 10, NOVEMBER_FIFTH)
    imprint = Imprint("Bureau", datetime.combine(NOVEMBER_FIFTH, time(9), clock.SHANGHAI), "x", 1)
    made = [
        make_files(compose(region(), period, sources.collect(region(), period)), imprint)
        for _time in range(2)
    ]
    assert {k: f.sha256 for k, f in made[0].items()} == {k: f.sha256 for k, f in made[1].items()}


def test_the_archive_holds_the_files_that_its_manifest_names(cast):
    live_october(cast)
    package = package_of(make(region()))
    archive = zipfile.ZipFile(io.BytesIO(content(package, FileKind.BUNDLE)))
    manifest = json.loads(archive.read("manifest.json"))
    assert manifest["data_version"] == package.data_version
    assert len(manifest["files"]) == 2
    for entry in manifest["files"]:
        assert hashlib.sha256(archive.read(entry["name"])).hexdigest() == entry["sha256"]
        assert entry["sha256"] in {package.xlsx.sha256, package.pdf.sha256}


def test_a_second_making_stands_beside_the_first(cast):
    ids = live_october(cast)
    first = make(region())
    before = package_of(first)
    frozen = (before.id, before.version, before.pdf.sha256, before.content_sha256)
    with on(date(2026, 11, 6)), transaction():  # the deadline moves behind the package
        db.session.execute(
            text("UPDATE hazard SET due_on = '2026-11-20' WHERE id = :id"), {"id": ids["late"]}
        )
    second = package_of(make(region(), day=date(2026, 11, 7)))
    assert (second.version, second.monthly.total.overdue) == (2, 0)
    again = package_of(first)
    assert (again.id, again.version, again.pdf.sha256, again.content_sha256) == frozen
    assert again.monthly.total.overdue == 1


@pytest.mark.parametrize(
    "change", ["UPDATE monthly_package SET version = 9", "DELETE FROM monthly_package"]
)
def test_the_database_refuses_to_touch_a_frozen_package(cast, change):
    live_october(cast)
    make(region())
    with pytest.raises(Exception, match="frozen package"), transaction():
        db.session.execute(
            text("UPDATE package_request SET status = 'failed', package_id = NULL, message = 'x'")
        )
        db.session.execute(text(change))


def test_the_running_month_is_provisional_and_gives_way(cast):
    live_october(cast)
    running = package_of(make(region(), day=october(20)))
    assert (running.version, running.is_provisional) == (0, True)
    assert running.monthly.total.overdue == 0  # the deadline's day has not passed yet
    later = package_of(make(region(), day=october(29)))
    assert (later.id, later.version, later.monthly.total.overdue) == (running.id, 0, 1)
    frozen = package_of(make(region(), day=NOVEMBER_FIRST))
    assert (frozen.id, frozen.version, frozen.is_provisional) == (running.id, 1, False)


def test_a_provisional_paper_says_so_on_every_page(cast):
    live_october(cast)
    data = content(package_of(make(region(), day=october(29))), FileKind.PDF)
    assert all("未定稿" in page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def test_a_month_with_nothing_still_has_its_package(cast):
    package = package_of(make(region(), month=8))
    assert package.monthly.total.found == 0
    assert package.monthly.total.rate is None
    assert table(sheets(package)["台账"], "隐患编号") == []
    assert content(package, FileKind.PDF).startswith(b"%PDF")


def test_the_first_of_the_month_asks_for_every_region_and_enterprise_once(cast):
    live_october(cast)
    with on(NOVEMBER_FIRST, 3):
        asked = jobs.queue_month(clock.now())
        while jobs.make_queued(clock.now()):
            pass
        keys = sorted(
            db.session.scalars(queries.list_packages(SYSTEM, queries.PackageFilter())),
            key=lambda p: p.subject_key,
        )
        # Three plants, two streets, two districts and the city; the province has one city only.
        assert [p.subject_key for p in keys] == [
            *sorted(
                f"enterprise:{i}" for i in (cast.plant_id, cast.other_plant_id, cast.far_plant_id)
            ),
            "region:3301",
            "region:330110",
            "region:330110001",
            "region:330113",
            "region:330113001",
        ]
        assert asked == len(keys)
        assert {p.version for p in keys} == {1}
    with on(date(2026, 11, 2), 3):
        assert jobs.queue_month(clock.now()) == 0
        assert jobs.make_queued(clock.now()) == 0


def test_an_enterprise_that_came_later_has_no_package_of_the_month_before(cast):
    live_october(cast)
    with on(NOVEMBER_FIFTH), transaction():
        newcomer = registry.register(SYSTEM, enterprise_values(9)).id
    with on(NOVEMBER_FIFTH):
        jobs.queue_month(clock.now())
    asked = db.session.scalars(
        queries.visible(PackageRequest, SYSTEM).where(PackageRequest.enterprise_id == newcomer)
    ).all()
    assert asked == []


def test_the_parts_of_a_city_add_up_to_the_city(cast):
    live_october(cast)
    find(cast, october(12), october(14), by="other_district", enterprise_id=cast.far_plant_id)
    parts = [package_of(make(region(code))).monthly.total for code in ("330110", "330113")]
    assert parts[0] + parts[1] == package_of(make(region("3301"))).monthly.total
    assert parts[1].found == parts[1].overdue == 1


def test_one_bad_ticket_stops_its_own_package_only_and_says_why(cast):
    ids = live_october(cast)
    with transaction():  # closed before it was found: no service does that
        db.session.execute(
            text("UPDATE hazard SET found_at = '2026-10-20 00:00:00' WHERE id = :id"),
            {"id": ids["carried"]},
        )
    far = Subject(SubjectKind.REGION, "Linping", region_code="330113")
    with on(NOVEMBER_FIFTH):
        with transaction():
            bad = service.ask(cast["district_officer"], region(), 2026, 10).id
            good = service.ask(cast["other_district"], far, 2026, 10).id
        jobs.make_queued(clock.now())
    assert finished(good).status is RequestState.READY
    failed = finished(bad)
    assert (failed.status, failed.problem, failed.attempts) == (
        RequestState.FAILED,
        Problem.UNRECONCILED,
        1,
    )
    assert "before it was found" in failed.message
    assert (
        db.session.scalars(
            queries.visible(MonthlyPackage, SYSTEM).where(MonthlyPackage.region_code == "330110")
        ).all()
        == []
    )
    told = db.session.scalars(db.select(Notice).where(Notice.kind == "report.failed")).all()
    assert [n.audience_id for n in told] == [cast.accounts["district_officer"]]


def test_figures_that_differ_from_the_database_are_never_printed(cast):
    live_october(cast)
    period = Period(2026, 10, NOVEMBER_FIFTH)
    material = sources.collect(region(), period)
    object.__setattr__(material, "tickets", material.tickets[:-1])
    with pytest.raises((UnreconciledError, ReconciliationError)):
        compose(region(), period, material)


def test_a_maker_that_broke_down_is_tried_again_and_gives_up_in_the_end(cast, monkeypatch):
    live_october(cast)
    tries = []

    def breaks(*_args):
        tries.append(1)
        raise OSError("disk full")

    monkeypatch.setattr(jobs, "make_files", breaks)
    asked = make(region())
    assert len(tries) == service.MOST_ATTEMPTS
    assert finished(asked).status is RequestState.FAILED
    assert finished(asked).message == "OSError: disk full"


def test_a_request_whose_maker_died_is_taken_up_again(cast):
    live_october(cast)
    with on(NOVEMBER_FIFTH, 9), transaction():
        asked = service.ask(SYSTEM, region(), 2026, 10).id
        service.take(clock.now())
    with on(NOVEMBER_FIFTH, 10):
        jobs.make_queued(clock.now())
    assert finished(asked).status is RequestState.READY


def test_a_second_click_joins_the_first(cast):
    with on(NOVEMBER_FIFTH), transaction():
        one = service.ask(cast["district_officer"], region(), 2026, 10)
        assert service.ask(cast["section_chief"], region(), 2026, 10).id == one.id


def test_what_a_person_asks_for_comes_before_the_months_round(cast):
    live_october(cast)
    with on(NOVEMBER_FIRST):
        jobs.queue_month(clock.now())
        with transaction():
            mine = service.ask(cast["city_officer"], region(), 2026, 9).id
        jobs.make_queued(clock.now(), limit=1)
    assert finished(mine).status is RequestState.READY


def test_a_ticket_closed_early_counts_in_the_month_of_its_deadline(cast):
    live_october(cast)  # "before": due in October, closed in September
    september = package_of(make(region(), month=9)).monthly.total
    assert (september.closed, september.due) == (1, 0)


def test_half_past_midnight_in_shanghai_belongs_to_the_new_month(cast):
    hazard = find(cast, october(31))
    with transaction():
        db.session.execute(
            text("UPDATE hazard SET found_at = '2026-10-31 16:30:00+00:00' WHERE id = :id")
            if db.engine.dialect.name == "postgresql"
            else text("UPDATE hazard SET found_at = '2026-10-31 16:30:00.000000' WHERE id = :id"),
            {"id": hazard},
        )
    assert package_of(make(region())).monthly.total.found == 0
    november = package_of(make(region(), month=11, day=date(2026, 12, 1)))
    assert november.monthly.total.found == 1


def test_the_enterprises_people_hear_of_their_package_on_the_first(cast):
    live_october(cast)
    subject = queries.of_enterprise(enterprises.get_enterprise(cast.plant_id, SYSTEM))
    request = make(subject, day=NOVEMBER_FIRST)
    told = db.session.scalars(db.select(Notice).where(Notice.kind == "report.ready")).all()
    assert [(n.audience, n.audience_id, n.link) for n in told] == [
        ("enterprise_people", cast.plant_id, f"/reports/requests/{request}")
    ]
