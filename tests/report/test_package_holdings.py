"""What the enterprises' files held at a month's end, in the files that a package's readers get."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.licence import jobs as licences
from supervision.licence import steps
from supervision.risk.workflow import RiskState
from tests.factories.chemicals import a_source, hold, make_unit
from tests.factories.licences import load_licence, make_licence
from tests.factories.months import october, on
from tests.factories.people import load_tables, make_certificate, make_person
from tests.factories.risks import make_point
from tests.report.test_package_enforcement import book, package, rows

SEPTEMBER, NOVEMBER = date(2026, 9, 1), date(2026, 11, 2)


def in_days(day):
    return (day - clock.today()).days


@pytest.fixture
def october_of_the_files(cast):
    """Two plants of a district; what happens in November belongs to no October."""
    with on(SEPTEMBER):
        load_tables()
        late = make_licence(cast, number="LATE", valid_to=date(2027, 1, 10))
        make_licence(cast, number="ENDING", valid_to=october(20))
        make_licence(cast, number="THEIRS", by="other_plant", enterprise_id=cast.other_plant_id)
        make_licence(cast, number="LONG-GONE", valid_to=SEPTEMBER - timedelta(days=1))
        person = make_person(cast)
        make_certificate(person, ends=in_days(october(15)))
        make_certificate(person, "SO-HEIGHT", ends=in_days(date(2026, 12, 1)))
        make_certificate(make_person(cast, 2), ends=in_days(date(2027, 12, 1)))
    with on(october(8)):
        make_licence(cast, number="NEW")
        make_point(cast, colour="red")
        make_point(cast, RiskState.RETIRED)
        make_point(cast, enterprise_id=cast.other_plant_id)
        a_source(cast.plant_id, cast["plant_manager"])
    with on(october(21)):
        licences.watch(clock.now())
    with on(NOVEMBER):
        make_licence(cast, number="NOVEMBER")
        make_point(cast)
        with transaction():
            steps.apply(load_licence(late), cast["plant_manager"], applied_on=clock.today())
            hold(make_unit(cast.plant_id, SYSTEM, mark="New"), SYSTEM, "2")
    return cast


def test_a_package_counts_the_files_twice_a_region_s_by_enterprise_an_enterprise_s_row_by_row(
    october_of_the_files,
):
    made = package(region="330110")
    found = made.holdings
    assert (found.licences_opening, found.licences_new) == (3, 1)
    assert (found.licences_ended, found.licences_expired, found.licences_closing) == (1, 1, 3)
    assert found.licences_late == 1
    assert (found.certificates_soon, found.certificates_expired) == (1, 1)
    assert (found.risks_red, found.risks_orange, found.risks_blue) == (1, 1, 0)
    assert (found.chemicals, found.sources_first) == (1, 1)
    sheets = book(made)
    listed = rows(sheets["证照"], "许可证类型")
    assert {row["许可证编号"] for row in listed} == {"LATE", "ENDING", "THEIRS", "NEW"}
    assert [row["持证人"] for row in rows(sheets["人员证书"], "持证人")] == ["W*******"] * 2
    assert len(rows(sheets["风险分级"], "企业")) == 2
    assert len(rows(sheets["危险化学品"], "企业")) == 1
    assert len(rows(sheets["重大危险源"], "单元")) == 1
    checked = rows(sheets["核对"], "指标")
    assert all(row["差额"] == 0 for row in checked)
    assert {"月末有效证照", "风险点：重大", "化学品台账条目"} <= {row["指标"] for row in checked}
    own = package(enterprise_id=october_of_the_files.plant_id)
    assert (own.holdings.licences_closing, own.holdings.risks_orange) == (2, 0)
    sheets = book(own)
    numbers = [row["许可证编号"] for row in rows(sheets["证照"], "许可证类型")]
    assert sorted(numbers) == ["ENDING", "LATE", "NEW"]
    assert [row["风险点"] for row in rows(sheets["风险分级"], "风险点编号")] == ["Press 3"]
    assert [row["单元"] for row in rows(sheets["危险化学品"], "单元")] == ["Tank farm"]
