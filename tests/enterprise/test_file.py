"""The file: who opens and edits it, two editors at once, the roll status, the timeline."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, InvalidInput
from supervision.core.notices import Notice
from supervision.core.scope import visible
from supervision.core.slice import TimelineItem
from supervision.enterprise import queries, service
from supervision.enterprise.models import EnterpriseEvent, RollStatus
from supervision.enterprise.timeline import tell
from supervision.hazard.workflow import HazardState
from tests.enterprise.test_registry import fields
from tests.factories.hazards import make_hazard
from tests.pages import error_text

OUTSIDERS = [
    (None, 302),
    ("no_role", 403),
    ("worker", 403),
    ("other_district", 404),
    ("other_plant", 404),
]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        *OUTSIDERS,
        ("plant_manager", 200),
        ("district_officer", 200),
        ("city_officer", 200),
        ("video_operator", 200),
        ("auditor", 200),
        ("administrator", 200),
    ],
)
@pytest.mark.parametrize("tab", ["", "/tabs/hazards", "/tabs/people"])
def test_who_may_open_a_file(pages, cast, who, status, tab):
    assert pages.get(who, f"/enterprises/{cast.plant_id}{tab}").status_code == status


@pytest.mark.parametrize(
    ("who", "status"),
    [
        *OUTSIDERS[:-1],
        ("other_plant", 403),
        ("plant_manager", 403),
        ("video_operator", 403),
        ("auditor", 403),
        ("district_officer", 200),
        ("administrator", 200),
    ],
)
@pytest.mark.parametrize("page", ["edit", "roll-status"])
def test_who_may_edit_a_file(pages, cast, who, status, page):
    assert pages.get(who, f"/enterprises/{cast.plant_id}/{page}").status_code == status
    if status != 200:
        assert pages.post(who, f"/enterprises/{cast.plant_id}/{page}").status_code in {302, status}


def test_a_tab_that_does_not_exist_is_not_found(pages, cast):
    assert (
        pages.get("district_officer", f"/enterprises/{cast.plant_id}/tabs/nothing").status_code
        == 404
    )


def edited(cast, **changes):
    plant = queries.get_enterprise(cast.plant_id, SYSTEM)
    values = fields(1, name=plant.name, short_name=plant.short_name, address=plant.address)
    values |= {"row_version": str(plant.row_version), "headcount": str(plant.headcount)}
    values |= {"officer_id": str(cast.accounts["district_officer"])}
    db.session.rollback()
    return {**values, **changes}


def test_the_edit_form_shows_what_the_file_holds(pages, cast):
    page = pages.get("district_officer", f"/enterprises/{cast.plant_id}/edit").get_data(
        as_text=True
    )
    plant = queries.get_enterprise(cast.plant_id, SYSTEM)
    assert f'value="{plant.uscc}"' in page
    assert re.search(r"<option selected value=\"330110001\">First Street</option>", page)
    assert re.search(rf"<option selected value=\"{cast.accounts['district_officer']}\">", page)
    assert f'name="row_version" type="hidden" value="{plant.row_version}"' in page


def test_a_change_is_in_the_file_and_its_timeline_names_the_fields(pages, cast):
    response = pages.post(
        "district_officer",
        f"/enterprises/{cast.plant_id}/edit",
        edited(cast, headcount="95", short_name="P1"),
    )
    assert response.status_code == 302
    assert queries.get_enterprise(cast.plant_id, SYSTEM).headcount == 95
    page = error_text(pages.get("plant_manager", f"/enterprises/{cast.plant_id}"))
    assert "File changed" in page
    assert "Headcount" in page
    entry = db.session.scalars(
        visible(AuditEntry, SYSTEM).where(AuditEntry.action == "enterprise.change")
    ).one()
    assert entry.data["diff"]["headcount"] == [80, 95]


def test_saving_without_a_change_leaves_no_event(cast):
    plant = queries.get_enterprise(cast.plant_id, SYSTEM)
    before = db.session.scalars(visible(EnterpriseEvent, SYSTEM)).all()
    with transaction():
        plant = queries.get_enterprise(cast.plant_id, SYSTEM)
        assert service.change(plant, SYSTEM, {"name": plant.name}) == {}
    assert len(db.session.scalars(visible(EnterpriseEvent, SYSTEM)).all()) == len(before)


def test_of_two_editors_the_second_is_told_who_was_first_and_loses_nothing(pages, cast):
    url = f"/enterprises/{cast.plant_id}/edit"
    mine = edited(cast, address="99 Second Road")
    pages.post("district_officer", url, edited(cast, headcount="95"))

    refused = pages.post("section_chief", url, mine)
    text, markup = error_text(refused), refused.get_data(as_text=True)
    assert refused.status_code == 409
    assert "District Officer saved this file" in text
    assert "In the file now: 95" in text
    assert 'value="99 Second Road"' in markup
    assert queries.get_enterprise(cast.plant_id, SYSTEM).address != "99 Second Road"
    db.session.rollback()

    version = re.search(r'name="row_version" type="hidden" value="(\d+)"', markup).group(1)
    again = pages.post("section_chief", url, {**mine, "row_version": version, "headcount": "95"})
    assert again.status_code == 302
    plant = queries.get_enterprise(cast.plant_id, SYSTEM)
    assert (plant.address, plant.headcount) == ("99 Second Road", 95)


@pytest.mark.parametrize("version", ["", "nonsense", "0"])
def test_a_form_without_its_version_counts_as_stale(pages, cast, version):
    url = f"/enterprises/{cast.plant_id}/edit"
    response = pages.post("district_officer", url, edited(cast, row_version=version))
    assert response.status_code == 409


def test_the_status_on_the_roll_changes_with_its_reason_and_the_enterprise_is_told(pages, cast):
    url = f"/enterprises/{cast.plant_id}/roll-status"
    version = queries.get_enterprise(cast.plant_id, SYSTEM).row_version
    db.session.rollback()
    without = pages.post(
        "district_officer", url, {"row_version": version, "roll_status": "suspended", "reason": ""}
    )
    assert without.status_code == 422
    given = {"row_version": version, "roll_status": "suspended", "reason": "Power cut off"}
    assert pages.post("district_officer", url, given).status_code == 302
    assert queries.get_enterprise(cast.plant_id, SYSTEM).roll_status is RollStatus.SUSPENDED
    db.session.rollback()
    page = error_text(pages.get("plant_manager", f"/enterprises/{cast.plant_id}"))
    assert "In production → Production suspended" in page
    assert "Power cut off" in page
    kinds = db.session.scalars(db.select(Notice.kind)).all()
    assert "enterprise.roll_status" in kinds
    assert pages.post("section_chief", url, given).status_code == 409


def test_the_same_status_again_is_refused(cast):
    with pytest.raises(InvalidInput, match="already"), transaction():
        plant = queries.get_enterprise(cast.plant_id, SYSTEM)
        service.set_roll_status(plant, SYSTEM, RollStatus.IN_PRODUCTION, reason="once more")


def test_a_stale_version_is_a_conflict_for_every_verb(cast):
    for act in (
        lambda p: service.change(p, SYSTEM, {"headcount": 1}, expected_version=99),
        lambda p: service.set_roll_status(
            p, SYSTEM, RollStatus.CLOSED, reason="gone", expected_version=99
        ),
    ):
        with pytest.raises(Conflict), transaction():
            act(queries.get_enterprise(cast.plant_id, SYSTEM))


def test_a_text_longer_than_its_column_is_refused_by_name(cast):
    with pytest.raises(InvalidInput) as refused, transaction():
        plant = queries.get_enterprise(cast.plant_id, SYSTEM)
        service.change(plant, SYSTEM, {"short_name": "x" * 41})
    assert (refused.value.field, refused.value.params) == ("short_name", {"count": 40})


def test_the_new_supervising_officer_is_told(cast):
    chief = cast.accounts["section_chief"]
    with transaction():
        plant = queries.get_enterprise(cast.plant_id, SYSTEM)
        service.change(plant, cast["district_officer"], {"officer_id": chief})
    told = db.session.scalars(
        db.select(Notice.audience_id).where(Notice.kind == "enterprise.officer")
    ).all()
    assert told[-1] == chief


def test_the_timeline_unites_what_happened_in_every_slice(pages, cast):
    make_hazard(cast, HazardState.GRADED)
    page = error_text(pages.get("plant_manager", f"/enterprises/{cast.plant_id}"))
    graded = page.index("Hazard graded:")
    reported = page.index("Hazard reported:")
    assert graded < reported < page.index("Put on the roll")


def test_the_timeline_goes_back_page_by_page_without_a_gap(pages, cast):
    start = clock.now() - timedelta(days=2)
    for number in range(70):
        with clock.frozen(start + timedelta(minutes=number // 2)), transaction():
            plant = queries.get_enterprise(cast.plant_id, SYSTEM)
            service.change(plant, SYSTEM, {"headcount": 1000 + number})
    # The cast's own registration is newer than this story.
    url, seen = f"/enterprises/{cast.plant_id}", 0
    for _page in range(10):
        markup = pages.get("district_officer", url).get_data(as_text=True)
        seen += markup.count("File changed</span>")
        older = re.search(r'href="([^"]+before=[^"]+)#timeline">Older', markup)
        if not older:
            break
        url = older.group(1).replace("&amp;", "&")
    assert seen == 70


def test_a_nonsense_instant_shows_the_newest_page(pages, cast):
    for wrong in ("x", "2026-01-01T00:00:00", quote("<script>")):
        response = pages.get("district_officer", f"/enterprises/{cast.plant_id}?before={wrong}")
        assert "Put on the roll" in error_text(response)


T0 = datetime(2026, 3, 1, tzinfo=UTC)


def source(name, minutes):
    items = [
        TimelineItem(at=T0 + timedelta(minutes=m), title=f"{name}{i}")
        for i, m in enumerate(minutes)
    ]
    items.sort(key=lambda item: item.at, reverse=True)

    def read(_enterprise, _actor, before, limit):
        return [i for i in items if before is None or i.at < before][:limit]

    return read


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 50])
def test_paging_over_events_of_one_instant_shows_each_exactly_once(limit):
    sources = [source("a", [1, 1, 1, 2, 9]), source("b", [1, 2, 2, 3]), source("c", [])]
    seen, before = [], None
    for _page in range(30):
        story = tell(sources, 1, SYSTEM, before, limit)
        seen += [item.title for item in story.items]
        before = story.older
        if before is None:
            break
    assert sorted(seen) == sorted(["a0", "a1", "a2", "a3", "a4", "b0", "b1", "b2", "b3"])
