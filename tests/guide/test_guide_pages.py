"""A new enterprise is led through its first round; the steps are read from its records."""

from __future__ import annotations

import re

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.scope import visible
from supervision.guide import queries
from supervision.selfcheck.models import CheckPlan, CheckRound
from supervision.selfcheck.workflow import RoundState
from tests.factories.invitations import make_invitation
from tests.factories.selfchecks import a_list
from tests.pages import error_text, form_values


def here(pages, url, who="safety_manager"):
    found = re.search(r'aria-current="step">.*?<h2>(.*?)</h2>', pages.get(who, url).text, re.DOTALL)
    return found[1] if found else ""


def test_the_guide_leads_from_the_facts_to_the_dates(pages, cast):
    with transaction():
        a_list("SELF-GENERAL")
        a_list("SELF-STORE").industry = "59"
        a_list("SELF-DUST").post = "Dust"
    url = f"/enterprises/{cast.plant_id}/guide"
    assert pages.get("safety_manager", "/guide").headers["Location"] == url
    assert here(pages, url) == "Look over the enterprise's facts"
    pages.post("plant_manager", f"{url}/facts")
    assert here(pages, url) == "Choose what is checked", "a colleague's word is enough"

    none = pages.as_("safety_manager").post(f"{url}/lists", follow_redirects=True)
    assert "Choose at least one list." in error_text(none)
    page = pages.get("safety_manager", url).text
    suggested = form_values(page, f"{url}/lists").getlist("code")
    assert suggested == ["SELF-GENERAL"]
    assert ("SELF-DUST" in page, "SELF-STORE" in page) == (True, False), (
        "another trade's is left out"
    )
    for _twice in range(2):
        pages.post("safety_manager", f"{url}/lists", {"code": suggested})
    plans = db.session.scalars(visible(CheckPlan, SYSTEM, CheckPlan.template_code)).all()
    assert plans == suggested
    db.session.rollback()

    # The cast has colleagues already.
    assert here(pages, url) == "Walk the first round"
    with transaction():
        first = queries.first_open_round(cast.plant_id, cast["safety_manager"])
        first.status, first.done_at = RoundState.DONE, clock.now()
    assert here(pages, url) == "What comes when"
    assert "4 of 5 steps behind you." in error_text(pages.get("safety_manager", "/"))
    pages.post("safety_manager", f"{url}/next")
    assert "All steps are behind you." in error_text(pages.get("safety_manager", url))
    assert "steps behind you" not in error_text(pages.get("safety_manager", "/"))
    assert db.session.scalars(visible(CheckRound, SYSTEM, CheckRound.id)).all()


def test_whoever_works_alone_may_leave_colleagues_out_and_hide_the_guide(pages, cast):
    url = f"/enterprises/{cast.other_plant_id}/guide"
    pages.post("other_plant", f"{url}/facts")
    pages.post("other_plant", f"{url}/colleagues")
    page = error_text(pages.get("other_plant", url))
    assert "left out" in page
    assert "2 of 5 steps behind you." in error_text(pages.get("other_plant", "/"))
    assert pages.post("other_plant", f"{url}/hidden").headers["Location"] == "/"
    assert "steps behind you" not in error_text(pages.get("other_plant", "/"))
    pages.post("other_plant", f"{url}/shown")
    assert "steps behind you" in error_text(pages.get("other_plant", "/"))
    make_invitation(cast.other_plant_id, cast["other_plant"])
    assert "left out" not in error_text(pages.get("other_plant", url)), "somebody is invited now"
