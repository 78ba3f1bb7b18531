"""Lists on the screen: an enterprise's own, item by item; one that the authority sets for many."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.selfcheck import assigning, jobs, queries, templates
from supervision.selfcheck.models import AssignmentState
from supervision.selfcheck.rules import Frequency
from tests.cast import Cast
from tests.factories.selfchecks import a_list
from tests.pages import PageClient, error_text, form_values

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
WHO = "plant_manager"


def test_an_enterprise_makes_a_list_of_its_own_from_a_shared_one(
    cast: Cast, pages: PageClient
) -> None:
    with clock.frozen(NOW):
        with transaction():
            base = a_list("TEST", Frequency.DAILY, Frequency.WEEKLY).id
        assert "New list of our own" in error_text(pages.get(WHO, "/self-checks/lists"))
        new = "/self-checks/lists/new"
        values = form_values(pages.get(WHO, new).get_data(as_text=True), new).to_dict()
        assert "code" not in values
        refused = pages.post(WHO, new, values)
        assert refused.status_code == 422
        values.update(name="Crane walk", post="Crane driver", copied=str(base))
        made = pages.post(WHO, new, values)
        assert made.status_code == 302
        url = made.location
        shown = error_text(pages.get(WHO, url))
        assert "can be edited until its first day" in shown
        assert "Item 2" in shown
        add = f"{url}/items/new"
        values = form_values(pages.get(WHO, add).get_data(as_text=True), add).to_dict()
        values.update(text="The hook has its latch", basis="")
        assert "Basis clause" in error_text(pages.post(WHO, add, values))
        values["basis"] = "GB 6067.1"
        assert pages.post(WHO, add, values).status_code == 302
        found = templates.get(int(url.rsplit("/", 1)[1]), SYSTEM)
        last = found.items[-1]
        edit = f"{url}/items/{last.id}"
        values = form_values(pages.get(WHO, edit).get_data(as_text=True), edit).to_dict()
        values["frequency"] = "weekly"
        assert pages.post(WHO, edit, values).status_code == 302
        assert pages.post(WHO, f"{edit}/move-up", {}).status_code == 302
        assert pages.post(WHO, f"{url}/items/{found.items[0].id}/remove", {}).status_code == 302
        db.session.expire_all()
        left = templates.get(found.id, SYSTEM).items
        assert [(i.text, i.frequency) for i in left] == [
            ("The hook has its latch", "weekly"),
            ("Item 2", "weekly"),
        ]
        # The other side reads it and has nothing to press.
        assert "Add an item" not in error_text(pages.get("district_officer", url))
        assert pages.post("section_chief", f"{url}/discard", {}).status_code == 403
        assert pages.post(WHO, f"/self-checks/lists/{base}/version", {}).status_code == 403
        assert pages.post(WHO, f"{url}/discard", {}).status_code == 302
        assert pages.get(WHO, url).status_code == 404


def test_the_chief_makes_the_next_version_of_a_shared_list(cast: Cast, pages: PageClient) -> None:
    with clock.frozen(NOW):
        with transaction():
            base = a_list("TEST").id
        url = f"/self-checks/lists/{base}/version"
        values = form_values(pages.get("section_chief", url).get_data(as_text=True), url).to_dict()
        assert values["effective_from"] == "2026-11-19"
        made = pages.post("section_chief", url, values)
        assert made.status_code == 302
        assert "Versions:" in error_text(pages.get("section_chief", made.location))
        again = pages.post("section_chief", url, values)
        assert again.status_code == 409


def test_the_chief_sets_a_list_for_all_sees_how_many_and_stops_it(
    cast: Cast, pages: PageClient
) -> None:
    who, new = "section_chief", "/self-checks/assignments/new"
    with clock.frozen(NOW):
        with transaction():
            a_list("TEST")
        assert pages.get(who, new).status_code == 200
        asked = f"{new}?count=0&template_code=TEST&begins_on=2026-11-19&region=&industry=&due_at="
        page = pages.get(who, asked)
        assert "To be confirmed" in error_text(page)
        values = form_values(page.get_data(as_text=True), "/self-checks/assignments").to_dict()
        assert values["count"] == "2"
        stale = pages.post(who, "/self-checks/assignments", values | {"count": "7"})
        assert stale.status_code == 409
        assert "changed meanwhile" in error_text(stale)
        made = pages.post(who, "/self-checks/assignments", values)
        assert made.status_code == 302
        state = pages.get(who, f"{made.location}/state").get_json()
        assert (state["over"], state["percent"]) == (False, 0)
        assert "Stop" in error_text(pages.get(who, made.location))
        jobs.assign(NOW)
        db.session.rollback()
        assert pages.get(who, f"{made.location}/state").get_json()["over"] is True
        assert "Took it up" in error_text(pages.get(who, made.location))
        assert "Walk TEST" in error_text(pages.get(who, "/self-checks/assignments"))
        plans = f"/self-checks/enterprises/{cast.plant_id}/plans"
        assert "set by the authority" in error_text(pages.get("plant_manager", plans))
        assert len(queries.plans_of(SYSTEM, cast.other_plant_id)) == 1
        late = pages.post(who, f"{made.location}/cancel", {})
        assert late.status_code == 302
        found = assigning.get(int(made.location.rsplit("/", 1)[1]), SYSTEM)
        assert found.status is AssignmentState.DONE
        taken_back = pages.post(who, f"{made.location}/take-back", {})
        assert taken_back.status_code == 302
        assert taken_back.location != made.location
        assert "This list was taken back." in error_text(pages.get(who, made.location))
        assert "Taken back: Walk TEST" in error_text(pages.get(who, taken_back.location))
        jobs.assign(NOW)
        db.session.rollback()
        none = f"{asked.replace('industry=', 'industry=T')}"
        assert "No enterprise in production" in error_text(pages.get(who, none))
    assert jobs.make_rounds(NOW + timedelta(days=1)) == 0
