"""The start page: something to begin with for every role."""

from __future__ import annotations

import pytest

from supervision.core.db import transaction
from supervision.hazard.workflow import HazardState
from tests.factories.hazards import make_hazard
from tests.pages import error_text


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("district_officer", ["Report a hazard", "Enterprises on the roll", "Hazards"]),
        ("video_operator", ["Report a hazard", "Enterprises on the roll"]),
        ("plant_manager", ["Report a hazard", "My enterprise", "Invented Plant 1"]),
        ("worker", ["Report a hazard", "Hazards"]),
        ("auditor", ["Enterprises on the roll", "Hazards"]),
        ("administrator", ["Accounts", "Never signed in"]),
        ("no_role", ["Your account has no role"]),
    ],
)
def test_each_role_finds_its_own_beginning(pages, cast, who, sees):
    make_hazard(cast, HazardState.ASSIGNED)
    page = error_text(pages.get(who, "/"))
    assert [text for text in sees if text not in page] == []


@pytest.mark.parametrize("who", ["worker", "plant_manager", "auditor", "no_role"])
def test_nobody_is_offered_what_is_not_theirs(pages, who):
    page = error_text(pages.get(who, "/"))
    assert "Never signed in" not in page
    if who in {"auditor", "no_role"}:
        assert "Report a hazard" not in page


def test_a_signed_out_visitor_is_asked_to_sign_in(pages):
    assert "/account/sign-in" in pages.get(None, "/").headers["Location"]


def test_the_figures_of_the_roll_count_only_ones_own_region(pages, cast):
    from supervision.core.actor import SYSTEM
    from supervision.enterprise import queries, service
    from supervision.enterprise.models import RollStatus

    with transaction():
        plant = queries.get_enterprise(cast.far_plant_id, SYSTEM)
        service.set_roll_status(plant, SYSTEM, RollStatus.NOT_LOCATED, reason="nobody there")
    assert queries.roll_counts(cast["district_officer"]).not_located == 0
    assert queries.roll_counts(cast["other_district"]) == queries.RollCounts(1, 0, 0, 1, 0)
    assert queries.roll_counts(cast["city_officer"]).total == 3


def test_the_health_check_needs_nobody_signed_in(pages):
    assert pages.get(None, "/healthz").json == {"status": "ok"}
