"""Who sees what, and what happens to a statement that forgot to ask."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update

from supervision.core.actor import SYSTEM, Actor, ActorKind
from supervision.core.db import StrayChangesError, db, transaction
from supervision.core.scope import UnscopedReadError, unscoped, visible
from supervision.enterprise.models import Enterprise


def names(actor):
    return sorted(db.session.scalars(visible(Enterprise, actor, Enterprise.short_name)))


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("city_officer", ["Plant 1", "Plant 2", "Plant 3"]),
        ("district_officer", ["Plant 1", "Plant 2"]),
        ("other_district", ["Plant 3"]),
        ("plant_manager", ["Plant 1"]),
        ("other_plant", ["Plant 2"]),
        ("auditor", ["Plant 1", "Plant 2", "Plant 3"]),
        ("no_role", []),
    ],
)
def test_each_of_the_cast_sees_their_own(cast, who, seen):
    assert names(cast[who]) == seen


def test_nobody_sees_nothing(cast):
    assert names(None) == []
    assert names(Actor(ActorKind.NODE, 1, "node", node_id=1)) == []


@pytest.mark.parametrize(
    "statement",
    [
        select(Enterprise),
        select(Enterprise.name),
        select(func.count()).select_from(Enterprise),
        select(select(Enterprise.id).subquery()),
        update(Enterprise).values(headcount=0),
    ],
)
def test_a_statement_that_forgot_the_scope_raises(cast, statement):
    with pytest.raises(UnscopedReadError, match="enterprise"):
        db.session.execute(statement)


def test_the_way_round_needs_a_reason(cast):
    with pytest.raises(ValueError, match="reason"):
        unscoped(select(Enterprise), reason="")
    assert len(db.session.scalars(unscoped(select(Enterprise), reason="a test")).all()) == 3


def test_a_transaction_that_fails_leaves_nothing(cast):
    with pytest.raises(RuntimeError, match="half-way"), transaction():
        plant = db.session.scalars(
            visible(Enterprise, SYSTEM).where(Enterprise.id == cast.plant_id)
        ).one()
        plant.headcount = 1
        db.session.flush()
        raise RuntimeError("half-way")
    assert cast.plant.headcount == 80


def test_changes_outside_a_transaction_are_refused(cast):
    plant = cast.plant
    plant.headcount = 1
    with pytest.raises(StrayChangesError), transaction():
        pass
    db.session.rollback()


def test_transactions_do_not_nest(app):
    with pytest.raises(Exception, match="nest"), transaction(), transaction():
        pass


def test_signed_out_people_come_back_to_where_they_were_going(pages):
    answer = pages.get(None, "/hazards/?group=open")
    assert answer.status_code == 302
    assert answer.location == "/account/sign-in?next=/hazards/?group%3Dopen"


def test_a_token_does_not_open_a_page_and_a_session_does_not_open_the_interface(pages):
    assert pages.get("administrator", "/api/nothing").status_code == 404
