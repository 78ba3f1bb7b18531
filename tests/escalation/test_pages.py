"""Pages of time limits: the list of clocks, the ladder with its preview, the log."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta

import openpyxl
import pytest

from supervision import seeds
from supervision.core import clock
from supervision.core.db import db, transaction
from supervision.escalation import clock_list, jobs, queries
from supervision.escalation.models import EscalationStep
from supervision.escalation.rules import Ladder
from supervision.hazard.workflow import HazardState as S
from tests.factories.hazards import load, make_hazard
from tests.pages import error_text

NOON = datetime(2026, 3, 20, 12, tzinfo=clock.SHANGHAI)
STEP = {
    "ladder": "recheck",
    "offset": "5",
    "audience": "officer",
    "urgency": "normal",
    "is_enabled": "y",
    "reason": "asked for",
}


@pytest.fixture
def law(cast):
    with clock.frozen(NOON - timedelta(days=60)), transaction():
        seeds.load_rules()
        seeds.load_holidays()
        seeds.load_ladder()
    return cast


def overdue_ticket(cast) -> str:
    """Expired on 9 March: the re-inspection was due by the 19th."""
    with clock.frozen(NOON - timedelta(days=18)):
        hazard_id = make_hazard(cast, S.RECTIFYING, due_on=date(2026, 3, 9))
    return str(load(hazard_id, cast["district_officer"]).number)


def test_the_list_shows_what_is_overdue_and_only_ones_own_region(law, pages):
    number = overdue_ticket(law)
    with clock.frozen(NOON):
        page = error_text(pages.get("district_officer", "/clocks/?group=overdue"))
        assert number in page
        assert "1 day late" in page
        assert number not in error_text(pages.get("other_district", "/clocks/"))
        assert pages.get("plant_manager", "/clocks/").status_code == 403
        assert clock_list.counts(law["district_officer"]) == clock_list.Counts(1, 1, 0)


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ("", True),
        ("?code=RECHECK", True),
        ("?code=EXT_REPLY", False),
        ("?due_from=2026-03-20", False),
        ("?text=Plant+1", True),
        ("?text=Nobody", False),
        ("?region=330110", True),
        ("?group=met", False),
        ("?group=nonsense&due_to=never", True),
    ],
)
def test_the_list_can_be_narrowed(law, pages, query, there):
    number = overdue_ticket(law)
    with clock.frozen(NOON):
        assert (number in error_text(pages.get("section_chief", f"/clocks/{query}"))) is there


def test_the_filtered_list_comes_as_excel(law, pages):
    number = overdue_ticket(law)
    with clock.frozen(NOON):
        answer = pages.get("district_officer", "/clocks/export.xlsx?group=overdue")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    cells = [cell.value for row in book.active.iter_rows() for cell in row]
    assert number in cells
    assert "Overdue" in cells


def test_the_preview_says_what_is_sent_on_which_working_day(law, pages):
    # Expiry on Sunday 8 March: the step of that day is taken on Monday.
    url = "/clocks/ladder/preview?ladder=hazard_due&due_on=2026-03-08&grade=general"
    page = error_text(pages.get("district_officer", url))
    assert "moved from 2026-03-08, a day of rest" in page
    assert "Officers of the city" not in page
    assert "Officers of the city" in error_text(
        pages.get("district_officer", url.replace("general", "major"))
    )


def test_a_chief_adds_changes_and_ends_a_step(law, pages):
    assert pages.post("section_chief", "/clocks/ladder/new", STEP).status_code == 302
    step = db.session.scalars(db.select(EscalationStep).filter_by(offset=5)).one()
    line = step.id
    again = pages.post("section_chief", "/clocks/ladder/new", STEP)
    assert again.status_code == 422
    assert "has this step already" in again.get_data(as_text=True)
    changed = {**STEP, "offset": "6"}
    assert pages.post("section_chief", f"/clocks/ladder/{line}", changed).status_code == 302
    # The old version has ended today: whoever held its page open is told so.
    assert pages.post("section_chief", f"/clocks/ladder/{line}", changed).status_code == 404
    new = queries.line_history(line)[0]
    assert (new.offset, new.line_id, new.effective_to) == (6, line, None)
    ended = pages.post("section_chief", f"/clocks/ladder/{new.id}/end", {"reason": "enough"})
    assert ended.status_code == 302
    offsets = [s.offset for s in queries.steps_on(clock.today())[Ladder.RECHECK]]
    assert 6 not in offsets


@pytest.mark.parametrize(
    ("field", "value"), [("offset", "61"), ("offset", "soon"), ("audience", "x"), ("to_group", "y")]
)
def test_a_step_that_cannot_be_taken_is_refused(law, pages, field, value):
    wanted = {**STEP, "audience": "chief", field: value}
    assert pages.post("section_chief", "/clocks/ladder/new", wanted).status_code == 422


def test_a_change_needs_its_reason(law, pages):
    step = queries.steps_on(clock.today())[Ladder.RECHECK][0]
    answer = pages.post("section_chief", f"/clocks/ladder/{step.id}", {**STEP, "reason": ""})
    assert answer.status_code == 422


def test_the_hours_hold_for_the_engine_and_a_stale_form_is_refused(law, pages):
    url = "/clocks/ladder/hours"
    hours = {"morning": "09:00", "night": "18:00", "row_version": "0"}
    assert pages.post("section_chief", url, hours).status_code == 302
    assert pages.post("section_chief", url, hours).status_code == 409
    late = {**hours, "night": "23:30", "row_version": "1"}
    assert pages.post("section_chief", url, late).status_code == 422
    overdue_ticket(law)
    with clock.frozen(NOON.replace(hour=8, minute=45)):
        assert jobs.escalate(clock.now()) == 0
    with clock.frozen(NOON.replace(hour=9)):
        assert jobs.escalate(clock.now()) > 0


def test_the_log_names_who_was_told_and_only_in_ones_own_region(law, pages):
    number = overdue_ticket(law)
    with clock.frozen(NOON):
        jobs.escalate(clock.now())
        page = error_text(pages.get("section_chief", "/clocks/log?ladder=recheck&state=sent"))
        assert number in page
        assert "District Officer" in page
        book = pages.get("section_chief", "/clocks/log/export.xlsx")
        assert book.status_code == 200
        assert number not in error_text(pages.get("other_district", "/clocks/log"))
        assert number not in error_text(pages.get("section_chief", "/clocks/log?text=nobody"))
