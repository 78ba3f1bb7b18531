"""Whoever decides or saves from a page that is no longer true is told so, and nothing is lost."""

from __future__ import annotations

import re

from sqlalchemy import select

from supervision.casefile.workflow import CaseState
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.scope import unscoped
from supervision.inspection import service as inspections
from supervision.inspection.workflow import InspectionState
from supervision.order import queries, service
from supervision.order.workflow import OrderState
from supervision.plan.models import PlanItem
from supervision.plan.workflow import PlanState
from tests.factories import cases, plans
from tests.factories.authorities import certified_district
from tests.factories.inspections import load as load_inspection
from tests.factories.inspections import make_inspection, task
from tests.factories.inspections import prepare as prepare_inspections
from tests.factories.orders import in_days, load, make_order, prepare, recorded, wording
from tests.pages import error_text

CHIEF, OFFICER = "section_chief", "district_officer"


def form_of(page, action):
    """The fields of the form that leads to ``action``, as a browser sends them back."""
    text = page.get_data(as_text=True)
    found = re.search(rf'<form[^>]*action="{action}".*?</form>', text, re.DOTALL)
    part = found.group(0) if found else text
    name = re.search(r'<input[^>]*name="row_version"[^>]*>', part)
    assert name, f"the form of {action} says nothing of what was read"
    value = re.search(r'value="([^"]*)"', name.group(0))
    assert value
    assert value.group(1)
    return {"row_version": value.group(1)}


def test_an_order_that_was_rewritten_meanwhile_is_not_approved_unread(pages, cast):
    prepare(cast)
    ident, hazards = recorded(cast)
    order_id = make_order(cast, OrderState.SUBMITTED, inspection=(ident, hazards))
    seen = form_of(pages.get(CHIEF, f"/orders/{order_id}"), f"/orders/{order_id}/approve")
    officer = cast[OFFICER]
    with transaction():
        order = queries.get_order(order_id, officer)
        service.reject(order, SYSTEM, reason="Too long")
        service.edit(order, officer, wording(cast, hazards, in_days(200)))
        service.submit(order, officer)
    assert pages.post(CHIEF, f"/orders/{order_id}/approve", seen).status_code == 409
    assert load(order_id, cast).status is OrderState.SUBMITTED
    seen = form_of(pages.get(CHIEF, f"/orders/{order_id}"), f"/orders/{order_id}/approve")
    assert pages.post(CHIEF, f"/orders/{order_id}/approve", seen).status_code == 302


def test_an_inspection_that_was_rewritten_meanwhile_is_not_approved_unread(pages, cast):
    prepare_inspections(cast)
    ident = make_inspection(cast, InspectionState.SUBMITTED)
    seen = form_of(pages.get(CHIEF, f"/inspections/{ident}"), f"/inspections/{ident}/approve")
    officer = cast[OFFICER]
    with transaction():
        found = load_inspection(ident, officer)
        inspections.reject(found, SYSTEM, reason="Later")
        inspections.edit(found, officer, task(cast, subject="Something else"))
        inspections.submit(found, officer)
    assert pages.post(CHIEF, f"/inspections/{ident}/approve", seen).status_code == 409
    assert load_inspection(ident, officer).status is InspectionState.SUBMITTED


def test_a_penalty_that_was_proposed_anew_is_not_decided_unread(pages, cast):
    cases.law(cast)
    ident = cases.make_case(cast, CaseState.PROPOSED)
    seen = form_of(pages.get(CHIEF, f"/cases/{ident}"), f"/cases/{ident}/decide")
    with transaction():
        case = cases.load_case(ident)
        cases.decision.reject(case, SYSTEM, reason="Too little")
        cases.decision.propose(case, cast[OFFICER], cases.proposal(decision_text="Ten times that"))
    assert pages.post(CHIEF, f"/cases/{ident}/decide", {"note": "", **seen}).status_code == 409
    assert cases.load_case(ident).status is CaseState.PROPOSED


def test_two_handlers_who_write_one_draft_do_not_overwrite_each_other(pages, cast):
    cases.law(cast)
    ident = cases.make_case(cast)
    url = f"/cases/{ident}/edit"
    seen = form_of(pages.get(OFFICER, url), url)
    data = {
        "cause": "Mine",
        "source": "hazard",
        "facts": "As found",
        "officer_ids": [cast.accounts[who] for who in cases.HANDLERS],
        **seen,
    }
    first = pages.post("city_officer", url, {**data, "cause": "Theirs"})
    assert first.status_code == 302, error_text(first)
    assert pages.post(OFFICER, url, data).status_code == 409
    assert cases.load_case(ident).cause == "Theirs"


def test_two_chiefs_who_write_one_line_of_a_plan_do_not_overwrite_each_other(pages, cast):
    authority = certified_district(cast)
    year = clock.today().year
    plan_id = plans.make_plan(cast, authority, state=PlanState.DRAFT, year=year)
    stmt = unscoped(select(PlanItem).where(PlanItem.plan_id == plan_id), reason="a test looks")
    item = db.session.scalars(stmt).first()
    url = f"/plans/{plan_id}/items/{item.id}/edit"
    seen = form_of(pages.get(CHIEF, url), url)
    data = {
        "matter": "Mine",
        "basis": "Work Safety Law, art. 62",
        "content": "Guards",
        "method": "on_site",
        "months": [3],
        "selection": "every",
        "organizer": "Bureau",
        "frequency": "once",
        "key_weight": "1",
        **seen,
    }
    first = pages.post(CHIEF, url, {**data, "matter": "Theirs"})
    assert first.status_code == 302, error_text(first)
    assert pages.post(CHIEF, url, data).status_code == 409
    db.session.rollback()
    assert db.session.scalars(stmt).first().matter == "Theirs"
