"""Smart assignment: rules and load propose, a person decides, and both are on record."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from supervision.account import service as accounts
from supervision.account.models import Account
from supervision.account.roles import Role
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.notices import Notice
from supervision.core.scope import unscoped
from supervision.enterprise import queries as enterprises
from supervision.hazard import assignment
from supervision.hazard.assignment import RuleValues
from supervision.hazard.assignment_models import AssignmentChoice
from supervision.hazard.assignment_rules import (
    Candidate,
    Duty,
    Ground,
    Place,
    Rule,
    person_of,
    propose,
)
from supervision.hazard.rules import Grade
from supervision.hazard.workflow import HazardState as S
from tests.cast import PASSWORD, hashed
from tests.factories.hazards import load, make_hazard

DAY = date(2026, 3, 2)
PLACE = Place("330110001", "2611", in_charge_id=1)


def rule(ident, *pool, region="330110", industry="", **more):
    return Rule(ident, Duty.HAZARD, region, industry, frozenset(pool), **more)


def people(**loads):
    """``a=3`` is account 1 with three open tickets, ``b`` account 2 and so on."""
    return [Candidate(ord(n) - 96, n, load, near=6) for n, load in loads.items()]


def order(rules, **loads):
    found = propose(rules, Duty.HAZARD, PLACE, DAY, people(**loads))
    return [(p.candidate.name, p.ground) for p in found]


def test_the_pool_of_the_rule_that_fits_decides_by_the_lightest_load():
    found = order([rule(7, 2, 3)], a=0, b=4, c=2)
    assert found == [("c", Ground.RULE), ("b", Ground.RULE), ("a", Ground.IN_CHARGE)]


def test_priority_comes_before_the_narrower_region_and_industry():
    wide, narrow = rule(1, 2, region="3301"), rule(2, 3, region="330110", industry="26")
    assert order([wide, narrow], b=0, c=9)[0] == ("c", Ground.RULE)
    first = rule(1, 2, region="3301", priority=5)
    assert order([first, narrow], b=9, c=0)[0] == ("b", Ground.RULE)


@pytest.mark.parametrize(
    "other",
    [
        rule(1, 2, region="330113"),
        rule(1, 2, industry="33"),
        rule(1, 2, effective_from=DAY + timedelta(days=1)),
        rule(1, 2, effective_to=DAY - timedelta(days=1)),
        Rule(1, Duty.INSPECTION, "330110", "", frozenset({2})),
    ],
)
def test_a_rule_of_elsewhere_or_another_time_decides_nothing(other):
    assert order([other], a=9, b=0)[0] == ("a", Ground.IN_CHARGE)


def test_a_pool_of_people_who_left_is_passed_over():
    assert order([rule(1, 26), rule(2, 2, region="3301")], a=0, b=3)[0] == ("b", Ground.RULE)


def test_equal_loads_stay_with_whoever_is_in_charge():
    assert order([rule(1, 1, 2)], b=2, a=2)[0] == ("a", Ground.RULE)


@pytest.mark.parametrize(("is_major", "name"), [(True, "P"), (False, "S")])
def test_the_enterprises_person_is_found_by_post(is_major, name):
    members = {"principal": ["P"], "safety_manager": ["S", "T"]}
    assert person_of(members, is_major=is_major)[0] == name
    assert person_of({}, is_major=is_major) == ("", "")


# --- with the database ---------------------------------------------------------------------------


def colleague(name="second_officer", region="330110") -> int:
    with transaction():
        return _colleague(name, region)


def _colleague(name: str, region: str) -> int:
    account = accounts.create_account(
        SYSTEM,
        username=name,
        name=name.replace("_", " ").title(),
        role=Role.OFFICER,
        password=PASSWORD,
        password_hash=hashed(),
        region_code=region,
        enterprise_ids=(),
    )
    db.session.flush()
    return account.id


def values(*pool, **changes) -> RuleValues:
    known = {
        "duty": Duty.HAZARD,
        "region_code": "330110",
        "industry": "33",
        "officer_ids": pool,
        "priority": 0,
        "effective_from": clock.today(),
        "effective_to": None,
    }
    return RuleValues(**{**known, **changes})


def proposals(cast, who="section_chief"):
    plant = enterprises.get_enterprise(cast.plant_id, cast[who])
    return assignment.propose_officers(plant, Duty.HAZARD, clock.today(), cast[who])


def test_without_a_rule_the_officer_in_charge_is_proposed(cast):
    best = proposals(cast)[0]
    assert (best.candidate.id, best.ground) == (cast.accounts["district_officer"], Ground.IN_CHARGE)
    names = [p.candidate.name for p in proposals(cast)]
    assert "Other District" not in names
    assert names[-1] == "City Officer"


def test_a_rule_proposes_whoever_has_fewest_open_tickets_and_skips_who_left(cast):
    second = colleague()
    with transaction():
        assignment.add_rule(
            cast["section_chief"], values(cast.accounts["district_officer"], second)
        )
    make_hazard(cast, S.RECTIFYING)
    best = proposals(cast)[0]
    assert (best.candidate.id, best.ground, best.candidate.load) == (second, Ground.RULE, 0)
    with transaction():
        stmt = db.select(Account).where(Account.id == second)
        db.session.scalars(unscoped(stmt, reason="a test")).one().is_active = False
    best = proposals(cast)[0]
    assert (best.candidate.id, best.candidate.load) == (cast.accounts["district_officer"], 1)


def test_an_enterprise_is_proposed_no_officers(cast):
    assert proposals(cast, "plant_manager") == []


def test_the_form_shows_the_proposal_with_its_reason_and_an_override_is_on_record(cast, pages):
    second = colleague()
    with transaction():
        assignment.add_rule(cast["section_chief"], values(second))
    hazard_id = make_hazard(cast, S.GRADED)
    page = pages.get("district_officer", f"/hazards/{hazard_id}").get_data(as_text=True)
    assert f'<option selected value="{second}">Second Officer (0)' in page
    assert "region 330110, industry 33; fewest open (0 open tickets)" in page
    assert "Proposed: Safety Manager, safety manager of the enterprise" in page
    wanted = {
        "responsible_person": "Somebody Else",
        "officer_id": cast.accounts["section_chief"],
        "due_on": (clock.today() + timedelta(days=5)).isoformat(),
    }
    assert pages.post("district_officer", f"/hazards/{hazard_id}/assign", wanted).status_code == 302
    assert load(hazard_id, SYSTEM).officer_id == cast.accounts["section_chief"]
    stmt = db.select(AssignmentChoice)
    (choice,) = db.session.scalars(unscoped(stmt, reason="a test looks"))
    assert (choice.proposed_id, choice.proposed_person) == (second, "Safety Manager")
    assert (choice.chosen_name, choice.chosen_person) == ("Section Chief", "Somebody Else")
    stmt = db.select(AuditEntry.data).where(AuditEntry.action == "hazard.assignment_overridden")
    (data,) = db.session.scalars(unscoped(stmt, reason="a test looks"))
    assert data["proposed"] == ["Second Officer", "Safety Manager"]
    told = db.session.scalars(db.select(Notice.audience_id).where(Notice.kind == "hazard.officer"))
    assert list(told) == [cast.accounts["section_chief"]]
    page = pages.get("section_chief", f"/hazards/{hazard_id}").get_data(as_text=True)
    assert "proposed: Second Officer" in page
    page = pages.get("plant_manager", f"/hazards/{hazard_id}").get_data(as_text=True)
    assert "proposed: Second Officer" not in page


def test_an_officer_of_another_district_cannot_be_chosen(cast, pages):
    hazard_id = make_hazard(cast, S.GRADED)
    wanted = {
        "responsible_person": "S",
        "officer_id": cast.accounts["other_district"],
        "due_on": (clock.today() + timedelta(days=5)).isoformat(),
    }
    assert pages.post("district_officer", f"/hazards/{hazard_id}/assign", wanted).status_code == 422
    assert load(hazard_id, SYSTEM).status is S.GRADED


def test_the_principal_is_proposed_for_a_major_hazard(cast):
    major = load(make_hazard(cast, S.GRADED, grade=Grade.MAJOR), SYSTEM)
    assert assignment.propose_person(major).name == "Plant Manager"


RULE = {
    "duty": "hazard",
    "region_code": "330110",
    "industry": "",
    "priority": "3",
    "effective_from": "2026-01-01",
    "is_enabled": "y",
}


def test_a_chief_edits_the_table_tries_it_and_a_stale_form_is_refused(cast, pages):
    second = colleague()
    wanted = {**RULE, "officer_ids": [second]}
    url = "/hazards/assignment-rules"
    assert pages.post("section_chief", f"{url}/new", wanted).status_code == 302
    page = pages.get("section_chief", f"{url}?enterprise=Plant+1").get_data(as_text=True)
    assert "Second Officer" in page
    assert "Rule 1: region 330110, industry any" in page
    change = {**wanted, "priority": "5", "row_version": "1"}
    assert pages.post("section_chief", f"{url}/1", change).status_code == 302
    assert pages.post("section_chief", f"{url}/1", change).status_code == 409
    assert pages.get("section_chief", f"{url}/1").status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("region_code", "330113", "not yours"),
        ("region_code", "3301x", "digits"),
        ("industry", "C", "digits"),
        ("effective_to", "2025-01-01", "before the first"),
        ("officer_ids", [], "required"),
    ],
)
def test_a_line_that_decides_nothing_is_refused_at_its_field(cast, pages, field, value, message):
    wanted = {**RULE, "officer_ids": [cast.accounts["district_officer"]], field: value}
    answer = pages.post("section_chief", "/hazards/assignment-rules/new", wanted)
    assert answer.status_code == 422
    assert message in answer.get_data(as_text=True)
