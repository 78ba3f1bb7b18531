"""Self-checks on the screen: adopt a list, see what waits, say that nothing was found, who misses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from supervision import seeds
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.selfcheck import jobs, queries, templates
from tests.cast import Cast
from tests.factories.selfchecks import a_list, a_plan_of_rounds
from tests.pages import PageClient, error_text, form_values

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)


def test_an_enterprise_takes_up_a_list_excuses_a_round_and_reports_zero(
    cast: Cast, pages: PageClient
) -> None:
    plans = f"/self-checks/enterprises/{cast.plant_id}/plans"
    with clock.frozen(NOW), transaction():
        a_list()
    with clock.frozen(NOW):
        empty = error_text(pages.get("plant_manager", "/self-checks/"))
        assert "No list is walked yet" in empty
        page = pages.get("plant_manager", plans).get_data(as_text=True)
        values = form_values(page, plans)
        values["due_at"] = "17:30"
        assert pages.post("plant_manager", plans, values).status_code == 302
        again = pages.post("plant_manager", plans, values)
        assert again.status_code == 422
        assert "This list is walked there already." in error_text(again)
        (plan,) = queries.plans_of(cast["plant_manager"], cast.plant_id)
        change = f"/self-checks/plans/{plan.id}/change"
        values = form_values(pages.get("plant_manager", plans).get_data(as_text=True), change)
        seen = values.to_dict()
        wrong = seen | {"account_id": str(cast.accounts["other_plant"])}
        assert pages.post("plant_manager", change, wrong).status_code == 302
        right = seen | {"account_id": str(cast.accounts["worker"]), "due_at": "16:00"}
        assert pages.post("plant_manager", change, right).status_code == 302
        assert pages.post("plant_manager", change, right).status_code == 409
        db.session.refresh(plan)
        assert (plan.account_id, plan.due_minute) == (cast.accounts["worker"], 16 * 60)
        (one,) = queries.open_rounds(cast["worker"], clock.today())
        assert "Walk TEST" in error_text(pages.get("worker", "/self-checks/"))
        zero = f"/self-checks/enterprises/{cast.plant_id}/zero"
        refused = pages.post("worker", zero, {"day": "2026-11-18"})
        assert refused.status_code == 422
        assert "1 are open" in error_text(refused)
        url = f"/self-checks/rounds/{one.id}"
        assert pages.post("worker", f"{url}/excuse", {"reason": "x"}).status_code == 403
        assert pages.post("plant_manager", f"{url}/excuse", {"reason": ""}).status_code == 422
        page = pages.get("plant_manager", url).get_data(as_text=True)
        values = form_values(page, f"{url}/excuse")
        values["reason"] = "The line stood still: <b>100 %</b>"
        assert pages.post("plant_manager", f"{url}/excuse", values).status_code == 302
        read = pages.get("district_officer", url)
        assert "The line stood still: <b>100 %</b>" in error_text(read)
        assert b"<b>100" not in read.data
        assert pages.post("worker", zero, {"day": "2026-11-18"}).status_code == 302
        assert "Said for today" in error_text(pages.get("worker", "/self-checks/"))
        (plan,) = queries.plans_of(cast["plant_manager"], cast.plant_id)
        end = f"/self-checks/plans/{plan.id}/end"
        values = form_values(pages.get("plant_manager", plans).get_data(as_text=True), end)
        values["reason"] = "sold"
        assert pages.post("plant_manager", end, values).status_code == 302
        assert "Ended" in error_text(pages.get("plant_manager", plans))


def test_an_officer_sees_who_misses_and_the_shipped_lists(cast: Cast, pages: PageClient) -> None:
    with clock.frozen(NOW):
        with transaction():
            assert seeds.load_selfchecks() > 40
            assert seeds.load_selfchecks() == 0
        codes = {one.code for one in templates.offered(cast.plant_id, SYSTEM)}
        assert {"SELF-GENERAL", "SELF-DUST", "SELF-CONFINED"} <= codes
        with transaction():
            a_plan_of_rounds(cast.plant_id, "SELF-GENERAL")
            a_plan_of_rounds(cast.far_plant_id, "SELF-GENERAL")
    # Of the day on which it was taken up nobody misses anything.
    jobs.make_rounds(NOW + timedelta(days=1))
    after = NOW + timedelta(days=2)
    with clock.frozen(after):
        jobs.note_missed(after)
        shown = error_text(pages.get("district_officer", "/self-checks/months?only=missed"))
        assert "Plant 1" in shown
        assert "Plant 3" not in shown
        assert "Missed" in error_text(
            pages.get("district_officer", "/self-checks/?group=missed&frequency=daily")
        )
        listed = error_text(pages.get("plant_manager", "/self-checks/lists"))
        assert "SELF-GENERAL" in listed
        found = templates.offered(cast.plant_id, SYSTEM)[0]
        assert found.name in error_text(pages.get("auditor", f"/self-checks/lists/{found.id}"))
        file = pages.get("district_officer", "/self-checks/months/export.xlsx")
        assert file.data.startswith(b"PK")
        panel = pages.get("district_officer", f"/enterprises/{cast.plant_id}/tabs/selfchecks")
        assert "Rounds due this month" in error_text(panel)
