"""What people of both sides open and press."""

from __future__ import annotations

import io
from datetime import timedelta

from supervision import seeds
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.notices import Notice
from supervision.dutylist import dossier, jobs, queries, service
from supervision.dutylist.service import Evidence
from supervision.enterprise import queries as enterprises
from supervision.enterprise import service as registry
from supervision.enterprise.models import RollStatus
from tests.factories.authorities import make_authority
from tests.factories.duties import adopt, load_duty
from tests.factories.licences import PDF, scan
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


def test_a_new_version_of_the_law_is_offered_and_one_that_ended_may_leave_the_list(pages, cast):
    ids = adopt(cast.plant_id)
    first = load_duty(ids["ASL28"]).template_id
    law, home = f"/duties/law/{first}", f"/duties/enterprises/{cast.plant_id}"
    day = clock.today() + clock.DAY
    entered = {
        "code": "ASL28", "holder": "manager", "what": "Keep the training archive",
        "clause": "art. 28", "frequency": "monthly", "duty": "art28", "source": "Local notice",
        "certainty": "L", "effective_from": clock.today(),
    }  # fmt: skip
    assert pages.post("plant_manager", "/duties/law/new", entered).status_code == 404
    assert pages.post("district_officer", "/duties/law/new", entered).status_code == 403
    too_soon = pages.post("section_chief", "/duties/law/new", entered)
    assert "tomorrow or later" in error_text(too_soon)
    made = pages.post("section_chief", "/duties/law/new", {**entered, "effective_from": day})
    assert "Keep the training archive" in error_text(pages.get("plant_manager", made.location))
    assert "Local notice" in error_text(pages.get("auditor", made.location))
    with clock.frozen(clock.start_of(day) + clock.DAY):
        assert "1 duty of the law is not on the list yet" in error_text(
            pages.get("plant_manager", home)
        )
        assert pages.post("plant_manager", f"{home}/adopt").status_code == 302
        now = {d.code: d for d in queries.live(cast.plant_id, cast["plant_manager"])}["ASL28"]
        item, version = f"/duties/items/{now.id}", str(now.row_version)
        refused = {"reason": "Not asked any more", "row_version": version}
        assert pages.post("plant_manager", f"{item}/end", refused).status_code == 409
        asked = {"last_day": clock.today(), "reason": "Repealed"}
        assert pages.post("section_chief", f"{law}/end", asked).status_code == 409
        assert pages.post("section_chief", f"{made.location}/end", asked).status_code == 302
    with clock.frozen(clock.start_of(day) + 2 * clock.DAY):
        assert pages.post("plant_manager", f"{item}/end", refused).status_code == 302


def test_who_has_left_the_roll_is_behind_with_nothing_and_told_of_nothing(pages, cast):
    adopt(cast.plant_id)
    adopt(cast.other_plant_id)
    # The first day of a month of which nothing was done in the last one.
    first = (clock.today().replace(day=1) + timedelta(days=62)).replace(day=1)
    with clock.frozen(clock.start_of(first)):
        with transaction():
            closed = enterprises.get_enterprise(cast.other_plant_id, SYSTEM)
            registry.set_roll_status(
                closed, cast["district_officer"], RollStatus.CLOSED, reason="Moved away"
            )
        jobs.watch(clock.now())
        told = {n.link for n in late_notices()}
        assert {link.split("?")[0] for link in told} == {f"/duties/enterprises/{cast.plant_id}"}
        behind = f"/duties/?month={first - clock.DAY:%Y-%m}&behind=1&sort=name"
        listed = error_text(pages.get("district_officer", behind))
        assert "Plant 1" in listed
        assert "Plant 2" not in listed
        assert pages.get("district_officer", "/duties/export.xlsx?sort=done").data[:2] == b"PK"
        told_again = len(told), jobs.watch(clock.now())
        assert told_again == (len(told), 0)


def late_notices():
    return db.session.scalars(db.select(Notice).where(Notice.kind == "dutylist.late")).all()


def test_the_dossier_and_the_timeline_tell_what_was_done(app, pages, cast):
    ids = adopt(cast.plant_id)
    manager = cast["safety_manager"]
    with transaction():
        duty = queries.get_duty(ids["ASL41_2"], manager, for_update=True)
        given = Evidence("Posted on the board", files=[scan(manager)])
        start = clock.today().replace(day=1)
        service.complete(duty, manager, starts_on=start, given=given)
    [chapter] = dossier.CHAPTERS
    officer = cast["district_officer"]
    with app.test_request_context():
        months, duties, done = chapter.sections(cast.plant_id, officer)
        assert (len(months.rows), duties.count, done.count) == (1, 20, 1)
        said = [str(column.value(done.rows[0])) for column in done.columns]
        assert "Posted on the board" in said
        assert [file.of for file in chapter.files(cast.plant_id, officer)] == [start.isoformat()]
        stranger = cast["other_district"]
        assert [s.count for s in chapter.sections(cast.plant_id, stranger)] == [0, 0, 0]
        assert list(chapter.files(cast.plant_id, stranger)) == []
    line = error_text(pages.get("district_officer", f"/enterprises/{cast.plant_id}/timeline"))
    assert "Duty done" in line


def test_an_interval_that_no_law_names_is_not_shown_as_the_law_s(cast, pages):
    adopt(cast.plant_id, cast["safety_manager"])
    text = pages.get("safety_manager", "/today").text
    assert "Work Safety Law, art. 46" in text
    assert "How often is a proposal of this system" in text
