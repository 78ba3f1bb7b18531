"""What the authority did in a month, in the files that its readers get."""

from __future__ import annotations

import io
from datetime import date

import pytest
from openpyxl import load_workbook

from supervision import seeds
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.attachments import storage
from supervision.core.db import transaction
from supervision.escalation import jobs as escalation
from supervision.order import queries as orders
from supervision.order import service as ordering
from supervision.order.workflow import OrderState
from supervision.report import jobs, queries, service
from supervision.report.bundle import FileKind
from tests.factories.months import october, on
from tests.factories.orders import delivery, make_order, prepare, recorded

NOVEMBER_FIFTH = date(2026, 11, 5)


def package(day=NOVEMBER_FIFTH, **whose):
    with on(day):
        subject = queries.get_subject(SYSTEM, **whose)
        with transaction():
            asked = service.ask(SYSTEM, subject, 2026, 10).id
        jobs.make_queued(clock.now())
        request = queries.get_request(asked, SYSTEM)
        assert request.message == ""
        return queries.get_package(request.package_id, SYSTEM)


def book(made):
    with storage().open(made.file(FileKind.XLSX).sha256) as file:
        return load_workbook(io.BytesIO(file.read()), data_only=True)


def rows(sheet, first):
    """Rows under the one that begins with ``first``, as dictionaries, down to the total."""
    lines = list(sheet.iter_rows(values_only=True))
    start = next(n for n, row in enumerate(lines) if row[0] == first)
    names = [name for name in lines[start] if name]
    held = []
    for row in lines[start + 1 :]:
        if row[0] in {None, "合计"}:
            break
        held.append(dict(zip(names, row, strict=False)))
    return held


@pytest.fixture
def october_of_the_loop(cast):
    """An inspection with two findings on the 8th; an order served, one void; nobody comes again.

    The order's day is the 15th, its re-inspection is due on the 25th and never made.
    """
    with on(date(2026, 9, 1)):
        prepare(cast)
        with transaction():
            seeds.load_ladder()
    with on(october(8)):
        seen = recorded(cast)
        spoiled = make_order(cast, OrderState.ISSUED, inspection=seen, due_on=october(15))
        with transaction():
            order = orders.get_order(spoiled, cast["section_chief"])
            ordering.void(order, cast["section_chief"], reason="A wrong day")
        order_id = make_order(cast, OrderState.SERVED, inspection=seen, due_on=october(15))
        unserved = make_order(cast, OrderState.ISSUED, due_on=october(20))
    with on(october(28)):
        escalation.escalate(clock.now())
    return cast, order_id, unserved


def test_the_region_s_package_lists_what_was_done_and_what_was_late(october_of_the_loop):
    made = package(region="330110")
    figures = made.enforcement
    assert (figures.inspections, figures.administrative, figures.items_failed) == (2, 2, 4)
    assert (figures.orders_issued, figures.orders_void, figures.orders_closing) == (3, 1, 2)
    # Re-inspection of the served order, service of the other one.
    assert figures.clocks_overdue == 2
    sheets = book(made)
    listed = rows(sheets["文书"], "文书编号")
    assert [row["文书编号"][-2:] for row in listed] == ["1号", "2号", "3号"]
    assert [row["办结方式"] for row in listed] == ["作废", None, None]
    assert {row["届满日"].date() for row in rows(sheets["逾期时限"], "时限")} >= {october(25)}
    told = rows(sheets["升级督办"], "发送时间")
    assert len(told) == figures.escalations > 0
    inspected = rows(sheets["检查"], "检查编号")
    assert [row["不合格项"] for row in inspected] == [2, 2]
    assert all(row["差额"] == 0 for row in rows(sheets["核对"], "指标"))


def test_an_enterprise_s_package_knows_only_of_what_was_served(october_of_the_loop):
    cast, *_rest = october_of_the_loop
    made = package(enterprise_id=cast.plant_id)
    figures = made.enforcement
    assert (figures.inspections, figures.orders_issued, figures.orders_void) == (2, 1, 0)
    sheets = book(made)
    assert len(rows(sheets["文书"], "文书编号")) == 1
    assert not {"逾期时限", "升级督办"} & set(sheets.sheetnames)


def test_an_order_served_in_november_is_in_no_october_of_its_enterprise(october_of_the_loop):
    cast, _served, unserved = october_of_the_loop
    with on(date(2026, 11, 2)), transaction():
        order = orders.get_order(unserved, cast["district_officer"])
        ordering.serve(order, cast["district_officer"], delivery())
    assert package(enterprise_id=cast.plant_id).enforcement.orders_issued == 1
    assert package(region="330110").enforcement.orders_issued == 3
