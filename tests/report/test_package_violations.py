"""Violations in the package, and a ledger that moves while it is counted."""

from __future__ import annotations

import io
from datetime import date, datetime

import pytest
from openpyxl import load_workbook
from sqlalchemy import create_engine, text

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.hazard import figures as hazards
from supervision.report import queries, sources
from supervision.report.bundle import make_files
from supervision.report.contents import compose
from supervision.report.heading import Imprint
from supervision.report.rules import Period
from supervision.video import service as video
from supervision.video.rules import RejectReason
from tests.factories.months import OCTOBER, live_october, october, on
from tests.factories.video import make_camera, make_node, make_violation

PERIOD = Period(2026, 10, date(2026, 11, 5))


def contents(code="330110"):
    subject = queries.get_subject(SYSTEM, region=code)
    return compose(subject, PERIOD, sources.collect(subject, PERIOD))


@pytest.fixture
def october_of_violations(app, cast):
    """Five in October (one late on its last evening in UTC's September), one in November."""
    node = make_node(app)
    camera = make_camera(cast, node)
    ids = []
    for instant in (
        datetime(2026, 10, 1, 0, 10, tzinfo=clock.SHANGHAI),
        *(datetime(2026, 10, day, 9, tzinfo=clock.SHANGHAI) for day in (7, 8, 9, 10)),
        datetime(2026, 11, 1, 0, 0, tzinfo=clock.SHANGHAI),
    ):
        with clock.frozen(instant):
            ids.append(make_violation(node, camera, with_files=False, started_at=instant))
    operator = cast["video_operator"]
    with on(october(11)):
        for number in (0, 1):
            with transaction():
                video.confirm(ids[number], operator)
        with transaction():
            video.reject(ids[2], operator, reason=RejectReason.COMPLIANT, note="")
        with transaction():
            video.mark_duplicate(ids[3], operator, original_id=ids[1])
    return ids


def test_violations_are_counted_by_verdict(october_of_violations):
    seen = contents().figures.violations
    assert (seen.flagged, seen.confirmed, seen.rejected, seen.duplicate, seen.pending) == (
        5,
        2,
        1,
        1,
        1,
    )
    assert contents("330113").figures.violations.flagged == 0


def test_a_confirmed_violation_is_a_found_hazard_of_source_video(october_of_violations):
    [group] = contents().figures.by_source
    assert (group.key, group.figures.found) == ("video", 1)  # the second joined the open ticket


def test_the_workbook_lists_every_violation_with_its_verdict(october_of_violations):
    with on(date(2026, 11, 5)):
        files = make_files(contents(), Imprint("Bureau", clock.now(), "x", 1))
    sheet = load_workbook(io.BytesIO(files["xlsx"].data))["违规"]
    rows = [row for row in sheet.iter_rows(values_only=True) if isinstance(row[0], datetime)]
    assert [f"{row[0]:%m-%d %H:%M}" for row in rows][:2] == ["10-01 00:10", "10-07 09:00"]
    assert {row[2] for row in rows} == {"Line 2 north"}
    assert {row[3] for row in rows} == {"未戴安全帽"}
    assert len({row[4] for row in rows}) == 4


def test_a_change_while_it_is_counted_is_in_neither_rows_nor_counts(cast, monkeypatch):
    ids = live_october(cast)
    count = hazards.ticket_counts
    url = db.engine.url

    def change_and_count(*args, **kwargs):
        other = create_engine(url)
        with other.begin() as connection:
            connection.execute(
                text("UPDATE hazard SET due_on = '2026-12-24' WHERE id = :id"), {"id": ids["late"]}
            )
        other.dispose()
        return count(*args, **kwargs)

    monkeypatch.setattr(hazards, "ticket_counts", change_and_count)
    assert contents().figures.total.overdue == OCTOBER["overdue"]
    monkeypatch.undo()
    assert contents().figures.total.overdue == 0
