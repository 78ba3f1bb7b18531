"""Pages of packages: who may open them, asking by hand, waiting, reading, downloading."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.enterprise import queries as enterprises
from supervision.report import jobs, queries, service
from supervision.report.models import PackageRequest
from supervision.report.rules import ReconciliationError
from tests.factories.months import live_october, on
from tests.pages import error_text

DAY = date(2026, 11, 5)

REGION_READERS = {
    None: 302,
    "no_role": 403,
    "worker": 403,
    "video_operator": 403,
    "city_officer": 200,
    "district_officer": 200,
    "section_chief": 200,
    "auditor": 200,
    "other_district": 404,
    "plant_manager": 404,
    "other_plant": 404,
}
ENTERPRISE_READERS = {
    **REGION_READERS,
    "plant_manager": 200,
    "safety_manager": 200,
    "other_plant": 404,
}


@pytest.fixture
def made(app, cast):
    """October of the district and of the plant: ids of both requests and packages."""
    live_october(cast)
    plant = queries.of_enterprise(enterprises.get_enterprise(cast.plant_id, SYSTEM))
    district = queries.get_subject(SYSTEM, region="330110")
    with on(DAY):
        with transaction():
            asked = [
                service.ask(cast["district_officer"], s, 2026, 10).id for s in (district, plant)
            ]
        jobs.make_queued(clock.now())
    packages = [queries.get_request(i, SYSTEM).package_id for i in asked]
    db.session.rollback()
    return {
        "region": packages[0],
        "plant": packages[1],
        "region_request": asked[0],
        "plant_request": asked[1],
    }


def asked_for():
    return db.session.scalars(queries.visible(PackageRequest, SYSTEM)).all()


def test_a_regions_package_is_for_those_whose_region_covers_it(made, pages):
    for who, status in REGION_READERS.items():
        assert pages.get(who, f"/reports/{made['region']}").status_code == status, who


def test_files_are_for_those_who_may_open_the_page(made, pages):
    for kind in ("xlsx", "pdf", "manifest", "bundle"):
        address = f"/reports/{made['plant']}/files/{kind}"
        for who, status in ENTERPRISE_READERS.items():
            assert pages.get(who, address).status_code == status, (who, kind)
        wanted = getattr(queries.get_package(made["plant"], SYSTEM), kind).sha256
        db.session.rollback()
        given = pages.get("plant_manager", address).data
        assert hashlib.sha256(given).hexdigest() == wanted


def test_a_request_is_for_those_who_may_see_its_subject(made, pages):
    for who, status in REGION_READERS.items():
        for page in ("", "/state"):
            given = pages.get(who, f"/reports/requests/{made['region_request']}{page}").status_code
            assert given == (302 if status == 200 and not page else status), (who, page)


def test_lists_show_each_their_own(made, pages):
    district = f'href="/reports/{made["region"]}"'
    plant = f'href="/reports/{made["plant"]}"'
    sees = {
        "city_officer": (True, True),
        "district_officer": (True, True),
        "plant_manager": (False, True),
        "other_plant": (False, False),
        "other_district": (False, False),
        "auditor": (True, True),
    }
    for who, wanted in sees.items():
        page = pages.get(who, "/reports/").get_data(as_text=True)
        assert (district in page, plant in page) == wanted, who
    assert pages.get(None, "/reports/").status_code == 302
    assert pages.get("no_role", "/reports/").status_code == 403


def test_filters_narrow_the_list(made, pages):
    both = {"region", "plant"}
    for query, shown in {
        "month=2026-10": both,
        "month=2026-09": set(),
        "kind=region": {"region"},
        "kind=enterprise": {"plant"},
        "text=Invented+Plant+1": {"plant"},
        "text=%25": set(),
        "region=330110001": {"plant"},
        "month=nonsense&region=x&kind=y": both,
    }.items():
        page = pages.get("city_officer", f"/reports/?{query}").get_data(as_text=True)
        found = {name for name in both if f'href="/reports/{made[name]}"' in page}
        assert found == shown, query


def test_the_page_says_what_the_paper_says(made, pages):
    response = pages.get("district_officer", f"/reports/{made['region']}", language="zh_Hans_CN")
    words = error_text(response)
    package = queries.get_package(made["region"], SYSTEM)
    for text in ("2026年10月", "第 1 版", "50.0%", package.data_version, package.pdf.sha256):
        assert text in words


def test_only_makers_may_ask(pages):
    may = {
        "district_officer",
        "section_chief",
        "city_officer",
        "plant_manager",
        "safety_manager",
        "administrator",
    }
    for who in (None, "no_role", "worker", "auditor", "video_operator", *sorted(may)):
        wanted = 302 if who is None else 200 if who in may else 403
        assert pages.get(who, "/reports/make").status_code == wanted, who
    assert pages.post("auditor", "/reports/make", {"month": "2026-10"}).status_code == 403


def test_asked_by_hand_waited_for_and_opened(cast, pages):
    live_october(cast)
    with on(DAY):
        answer = pages.post(
            "district_officer", "/reports/make", {"month": "2026-10", "region": "330110"}
        )
        waiting = answer.headers["Location"]
        assert "data-wait=" in pages.get("district_officer", waiting).get_data(as_text=True)
        assert pages.get("district_officer", f"{waiting}/state").json["state"] == "queued"
        assert waiting in pages.get("district_officer", "/reports/").get_data(as_text=True)
        jobs.make_queued(clock.now())
        assert pages.get("district_officer", f"{waiting}/state").json["state"] == "ready"
        opened = pages.get("district_officer", waiting)
    assert opened.status_code == 302
    assert pages.get("district_officer", opened.headers["Location"]).status_code == 200


def test_a_manager_makes_the_package_of_their_own_enterprise_only(cast, pages):
    with on(DAY):
        form = pages.get("plant_manager", "/reports/make").get_data(as_text=True)
        assert cast.plant.uscc in form
        db.session.rollback()
        assert (
            pages.post(
                "plant_manager",
                "/reports/make",
                {"month": "2026-10", "enterprise": "Invented Plant 1"},
            ).status_code
            == 302
        )
        refused = pages.post(
            "plant_manager", "/reports/make", {"month": "2026-10", "enterprise": "Invented Plant 2"}
        )
        assert (refused.status_code, "No enterprise of that name" in error_text(refused)) == (
            422,
            True,
        )
        assert (
            pages.post(
                "plant_manager", "/reports/make", {"month": "2026-10", "region": "330110"}
            ).status_code
            == 422
        )
    assert [r.enterprise_id for r in asked_for()] == [cast.plant_id]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"month": "2026-12", "region": "330110"}, "Choose one of the list"),
        ({"month": "2026-10"}, "Choose a region or name an enterprise"),
        ({"month": "2026-10", "region": "330110", "enterprise": "x"}, "Choose a region or name"),
        ({"month": "2026-10", "region": "330113"}, "Choose one of the list"),
        ({"month": "2026-10", "enterprise": "Invented"}, "Several enterprises fit"),
        ({"month": "2026-10", "enterprise": "nobody"}, "No enterprise of that name"),
    ],
)
def test_what_cannot_be_made_is_refused_in_words(pages, form, said):
    with on(DAY):
        response = pages.post("district_officer", "/reports/make", form)
    assert response.status_code == 422
    assert said in error_text(response)
    assert asked_for() == []


def test_figures_that_do_not_agree_are_shown_not_hidden(cast, pages, monkeypatch):
    live_october(cast)

    def contradicts(*_args):
        raise ReconciliationError("the rows by_grade do not sum to the total")

    monkeypatch.setattr(jobs, "compose", contradicts)
    with on(DAY):
        waiting = pages.post(
            "district_officer", "/reports/make", {"month": "2026-10", "region": "330110"}
        ).headers["Location"]
        jobs.make_queued(clock.now())
        words = error_text(pages.get("district_officer", waiting))
    assert "The figures do not agree with the ledger. No file was made." in words
    assert "by_grade do not sum" in words


def test_a_months_package_stands_in_the_enterprises_file_and_on_the_start_page(
    made, pages, cast, app
):
    from supervision.report import panels

    with app.test_request_context():
        from flask import g

        g.actor = cast["plant_manager"]
        shown = panels.panel(cast.plant_id, cast["plant_manager"])
        assert f"/reports/{made['plant']}" in shown
        assert f"/reports/{made['region']}" not in shown
        assert f"/reports/{made['plant']}" in panels.card(cast["plant_manager"])
        assert panels.card(cast["other_plant"]) == ""


def test_a_frozen_package_stands_on_the_files_timeline_for_those_who_read_reports(
    made, pages, cast
):
    address = f"/enterprises/{cast.plant_id}"
    told = f'href="/reports/{made["plant"]}"'
    with on(DAY):
        with transaction():
            subject = queries.of_enterprise(enterprises.get_enterprise(cast.plant_id, SYSTEM))
            running = service.ask(cast["district_officer"], subject, 2026, 11).id
        jobs.make_queued(clock.now())
    provisional = queries.get_request(running, SYSTEM).package_id
    db.session.rollback()
    shown = pages.get("district_officer", address).get_data(as_text=True)
    assert told in shown
    assert f'href="/reports/{provisional}"' not in shown
    assert told not in pages.get("video_operator", address).get_data(as_text=True)
