"""What people of both sides open and press."""

from __future__ import annotations

import io

from supervision import seeds
from supervision.core import clock
from supervision.core.db import transaction
from supervision.dutylist import queries
from tests.factories.authorities import make_authority
from tests.factories.duties import adopt, load_duty
from tests.factories.licences import PDF
from tests.pages import error_text


def test_a_manager_takes_the_list_over_assigns_it_does_it_and_the_officer_reads_it(pages, cast):
    with transaction():
        seeds.load_duties()
    home = f"/duties/enterprises/{cast.plant_id}"
    assert pages.get("plant_manager", "/duties/").location.endswith(home)
    assert "20 duties of the law are not on the list yet" in error_text(
        pages.get("plant_manager", home)
    )
    assert pages.post("plant_manager", f"{home}/adopt").status_code == 302
    ids = {d.code: d.id for d in queries.live(cast.plant_id, cast["plant_manager"])}
    url = f"/duties/items/{ids['ASL41_2']}"
    month = clock.today().replace(day=1).isoformat()
    empty = pages.post("safety_manager", f"{url}/complete", {"period": month})
    assert empty.status_code == 422
    files = [(io.BytesIO(PDF), "notice.pdf")]
    done = pages.post("safety_manager", f"{url}/complete", {"period": month, "files": files})
    assert done.status_code == 302
    seen = error_text(pages.get("district_officer", url))
    assert "notice.pdf" in seen
    assert "Say that it is done" not in seen
    stale = {"person": "Foreman", "row_version": "99"}
    assert pages.post("plant_manager", f"{url}/assign", stale).status_code == 409
    fresh = {"person": "Foreman", "row_version": str(load_duty(ids["ASL41_2"]).row_version)}
    assert pages.post("plant_manager", f"{url}/assign", fresh).status_code == 302
    assert "Foreman" in error_text(pages.get("plant_manager", f"{home}?person=0"))
    tab = error_text(pages.get("district_officer", f"/enterprises/{cast.plant_id}/tabs/duties"))
    assert load_duty(ids["ASL28"]).what in tab
    assert pages.get("plant_manager", f"{home}/export.pdf").data.startswith(b"%PDF")
    assert f'href="{home}"' in pages.get("district_officer", "/duties/").get_data(as_text=True)


def test_a_chief_keeps_the_authority_s_list_and_an_officer_says_what_was_done(pages, cast):
    authority = make_authority("330110")
    data = {
        "authority_id": authority,
        "what": "Check the tanks",
        "basis": "Plan",
        "grade": "key",
        "frequency": "quarterly",
        "unit": "Chemicals section",
        "account_id": cast.accounts["district_officer"],
    }
    assert pages.post("plant_manager", "/duties/supervision/new", data).status_code == 404
    assert pages.post("section_chief", "/duties/supervision/new", {}).status_code == 422
    made = pages.post("section_chief", "/duties/supervision/new", data)
    assert made.status_code == 302
    url = made.location
    assert "Check the tanks" in error_text(
        pages.get("district_officer", "/duties/supervision?mine=1")
    )
    quarter = clock.today().replace(month=(clock.today().month - 1) // 3 * 3 + 1, day=1)
    done = {"period": quarter.isoformat(), "note": "Nine tanks", "link": "/inspections/"}
    assert pages.post("district_officer", f"{url}/complete", done).status_code == 302
    assert "Nine tanks" in error_text(pages.get("auditor", url))
    changed = {**data, "unit": "Tank section", "reason": "Reorganised"}
    assert pages.post("district_officer", f"{url}/change", changed).status_code == 403
    after = pages.post("section_chief", f"{url}/change", changed)
    assert after.status_code == 302
    assert "Reorganised" in error_text(pages.get("section_chief", after.location))
    assert pages.get("plant_manager", url).status_code == 404
    sheet = pages.get("district_officer", "/duties/supervision/export.xlsx")
    assert sheet.data.startswith(b"PK")


def test_an_enterprise_sees_no_other_s_list(pages, cast):
    ids = adopt(cast.plant_id)
    for path in (f"enterprises/{cast.plant_id}", f"items/{ids['ASL28']}"):
        assert pages.get("other_plant", f"/duties/{path}").status_code == 404
        assert pages.get("other_district", f"/duties/{path}").status_code == 404
        assert pages.get("worker", f"/duties/{path}").status_code == 403
