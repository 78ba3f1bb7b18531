"""Pages of commitments, as people use them; and what hangs at the gate."""

from __future__ import annotations

import re
from datetime import datetime

from supervision.commitment import dossier, jobs, panels
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.clock import SHANGHAI
from supervision.core.db import db, transaction
from supervision.enterprise import queries as enterprises
from supervision.enterprise import service as registry
from supervision.enterprise.models import RollStatus
from tests.factories import commitments as make
from tests.pages import error_text

MONDAY = datetime(2026, 3, 2, 8, tzinfo=SHANGHAI)
LATER = MONDAY.replace(hour=10, minute=5)


def test_from_the_post_to_the_gate_and_to_the_officers_list(app, cast, pages):
    with clock.frozen(MONDAY):
        make.owes_daily(cast.plant_id, days_ago=1)
        home = f"/commitments/enterprises/{cast.plant_id}"
        boss = "plant_manager"
        person = {"level": "0", "post": "Press team", "account": cast.accounts["worker"]}
        principal = {**person, "account": cast.accounts[boss]}
        assert pages.post("safety_manager", f"{home}/signers", principal).status_code == 422
        assert pages.post("safety_manager", f"{home}/signers", person).status_code == 302
        assert "signs already" in error_text(pages.post(boss, f"{home}/signers", person))
        assert pages.get("worker", "/commitments/").location == home
        assert pages.get("other_plant", home).status_code == 404
        draft = pages.post("worker", f"{home}/begin").location.removesuffix("/edit")
        wrong = {"production": "rest", "statement": "All in hand", "operation_hot_work": "2"}
        answer = pages.post("worker", f"{draft}/edit", wrong)
        assert answer.status_code == 422
        assert "choose another state" in error_text(answer)
        written = {**wrong, "production": "running", "operation_height": ""}
        assert pages.post("worker", f"{draft}/edit", written).status_code == 302
        assert pages.post(boss, f"{draft}/sign", {"typed": "Plant Manager"}).status_code == 403
        mistyped = pages.post("worker", f"{draft}/sign", {"typed": "Somebody"})
        assert "type your name exactly" in error_text(mistyped)
        assert pages.post("worker", f"{draft}/sign", {"typed": "Worker"}).status_code == 302
        key = make.setting_of(cast.plant_id).public_key
        db.session.rollback()
        gate = pages.as_(None).get(f"/commitments/shown/{key}")
        assert "due by" in error_text(gate)
        assert pages.post(boss, f"{draft}/sign", {"typed": "Plant Manager"}).status_code == 302
        gate = pages.as_(None).get(f"/commitments/shown/{key}")
        shown = error_text(gate)
        assert "All in hand" in shown
        assert "Plant Manager" in shown
        # Neither who signed below nor a way on, nor the file's numbers.
        assert not [word for word in ("Press team", "Worker", "13800000001") if word in shown]
        assert re.findall(r'<a [^>]*href|action="', gate.text) == []
        assert "noindex" in gate.headers["X-Robots-Tag"]
        assert gate.headers["Cache-Control"] == "no-store"
        for who, sees in (("district_officer", True), ("other_district", False)):
            listed = error_text(pages.get(who, "/commitments/?standing=kept"))
            assert ("Plant 1" in listed) is sees
        book = pages.get("district_officer", "/commitments/export.xlsx")
        assert "spreadsheetml" in book.mimetype
        assert pages.get("district_officer", f"{draft}/correct").status_code == 405
        reason = {"reason": "One more crane"}
        assert pages.post("district_officer", f"{draft}/correct", reason).status_code == 403
        again = pages.post("worker", f"{draft}/correct", reason).location
        assert again.endswith("/edit")
        assert "One more crane" in error_text(pages.get("city_officer", again[:-5]))


def test_a_missing_one_is_red_at_the_gate_and_its_old_address_is_nobodys(app, cast, pages):
    with clock.frozen(LATER):
        make.owes_daily(cast.plant_id, days_ago=1)
        jobs.watch(LATER)
        key = make.setting_of(cast.plant_id).public_key
        db.session.rollback()
        gate = pages.as_(None).get(f"/commitments/shown/{key}")
        assert "gate-missing" in gate.text
        assert "Plant 1" in error_text(
            pages.get("district_officer", "/commitments/?standing=missed")
        )
        assert "missing" in error_text(pages.get("district_officer", f"/enterprises/{cast.plant_id}/timeline")).lower()  # fmt: skip
        home = f"/commitments/enterprises/{cast.plant_id}"
        manager = cast["plant_manager"]
        with app.test_request_context():
            assert [due.duty for due in panels.dues(manager, MONDAY.date())] == ["commitment.daily"]
        with transaction():
            plant = enterprises.get_enterprise(cast.plant_id, SYSTEM)
            officer = cast["district_officer"]
            registry.set_roll_status(plant, officer, RollStatus.SUSPENDED, reason="Overhaul")
        month = "/commitments/months?month=2026-03&behind=1&sort=name"
        assert "Plant 1" in error_text(pages.get("district_officer", month))
        assert "Plant 1" not in error_text(pages.get("other_district", month))
        book = pages.get("district_officer", "/commitments/months/export.xlsx")
        assert "spreadsheetml" in book.mimetype
        # Whoever stands still owes nothing.
        with app.test_request_context():
            assert panels.dues(manager, MONDAY.date()) == []
        assert "gate-missing" not in pages.as_(None).get(f"/commitments/shown/{key}").text
        assert pages.post("plant_manager", f"{home}/key").status_code == 302
        assert pages.as_(None).get(f"/commitments/shown/{key}").status_code == 404


def test_a_chief_makes_a_version_and_chooses_it_for_one_enterprise(app, cast, pages):
    make.owes_daily(cast.plant_id)
    listed = error_text(pages.get("district_officer", "/commitments/standards"))
    assert make.DAILY in listed
    tomorrow = clock.today() + clock.DAY
    entered = {
        "code": "LOCAL", "name": "Local daily", "period": "daily", "due_time": "09:30",
        "levels": "Team\nPrincipal", "part": ["operations"], "statement": "We commit.",
        "source": "Local notice", "certainty": "H", "effective_from": tomorrow, "due_days": "3",
    }  # fmt: skip
    new = "/commitments/standards/new"
    assert pages.post("district_officer", new, entered).status_code == 403
    refused = pages.post("section_chief", new, entered)
    assert "due on its own day" in error_text(refused)
    made = pages.post("section_chief", new, {**entered, "due_days": "0"})
    assert "09:30" in error_text(pages.get("section_chief", made.location))
    url = f"/commitments/enterprises/{cast.plant_id}/standard"
    none = {"standard": "0", "reason": "Stores nothing any more"}
    unsaid = pages.post("section_chief", url, {**none, "reason": ""})
    assert "Say why" in error_text(unsaid)
    assert pages.post("section_chief", url, none).status_code == 302
    page = error_text(pages.get("plant_manager", url.removesuffix("/standard")))
    assert "No commitment is asked" in page


def test_the_dossier_holds_what_was_published_and_missed_with_the_signatures(app, cast):
    with clock.frozen(LATER):
        make.committed(cast, days_ago=1)
        assert jobs.watch(LATER) == 7  # the week before, but for the day that was kept
    [chapter] = dossier.CHAPTERS
    officer = cast["district_officer"]
    with app.test_request_context():
        months, published, missed = chapter.sections(cast.plant_id, officer)
        assert [(m.due, m.kept, m.missed) for m in months.rows] == [(2, 1, 1), (6, 0, 6)]
        assert [c.published_by for c in published.rows] == ["Plant Manager"]
        assert [m.day for m in missed.rows][:2] == [MONDAY.date(), MONDAY.date() - 2 * clock.DAY]
        # Typed: there is no picture of it.
        assert list(chapter.files(cast.plant_id, officer)) == []
        assert [s.count for s in chapter.sections(cast.plant_id, cast["other_district"])] == [0] * 3
