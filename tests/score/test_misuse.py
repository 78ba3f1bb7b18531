"""What a code must not tell too early, and one bad file that must not stop the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import select, text

from supervision.account import administration
from supervision.account import queries as accounts
from supervision.casefile.workflow import CaseState
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.notices import Notice
from supervision.enterprise import service as registry
from supervision.inbox.queries import recipients
from supervision.score import queries
from supervision.score.rules import FactKind
from supervision.score.source_acts import penalties
from supervision.score.source_view import View
from tests.cast import enterprise_values
from tests.factories.cases import law, make_case
from tests.factories.scores import load_table, make_fact, night


def test_a_decision_counts_from_its_service_on(cast):
    law(cast)
    today = clock.today()
    view = View([cast.plant_id], today.replace(day=1), today)
    make_case(cast, CaseState.DECIDED)
    # The enterprise reads its code: it would learn of the decision before it is served.
    assert penalties(view, {})[cast.plant_id].count == 0
    make_case(cast, CaseState.SERVED)
    assert penalties(view, {})[cast.plant_id].count == 1


def test_one_enterprise_that_cannot_be_reckoned_stops_none_of_the_others(cast):
    load_table()
    bad, today = cast.other_plant_id, clock.today()
    with refused(bad):
        night(today)
    known = {
        one: queries.score_of(one, SYSTEM)
        for one in (cast.plant_id, cast.other_plant_id, cast.far_plant_id)
    }
    assert [one for one, score in known.items() if score is None] == [bad]


def test_of_an_officer_who_has_left_those_of_the_district_hear(cast):
    load_table()
    officer = cast.accounts["district_officer"]
    with transaction():
        values = [enterprise_values(50 + n, officer_id=officer) for n in range(5)]
        plants = [registry.register(SYSTEM, one).id for one in values]
        administration.deactivate(accounts.get_account(officer, SYSTEM), SYSTEM)
    for plant in plants:
        make_fact(plant, FactKind.FATAL_ACCIDENT)
    night(clock.today())
    many = db.session.scalars(select(Notice).where(Notice.kind == "score.worse")).all()
    assert [n.params["count"] for n in many] == ["5"]
    assert cast.accounts["section_chief"] in frozenset().union(*recipients(many).values())


def test_nobody_has_a_code_of_a_month_before_they_were_on_the_roll(cast):
    load_table()
    month = clock.today().replace(day=1)
    following = (month + timedelta(days=32)).replace(day=1)
    with clock.frozen(clock.start_of(following) + timedelta(days=1)), transaction():
        late = registry.register(SYSTEM, enterprise_values(60)).id
    night(following + timedelta(days=2))
    assert queries.score_of(late, SYSTEM, month) is None
    assert queries.score_of(cast.plant_id, SYSTEM, month) is not None


@contextmanager
def refused(enterprise_id: int) -> Iterator[None]:
    """The database refuses every score of this enterprise, as it would a figure out of bounds."""
    if db.engine.dialect.name == "sqlite":
        made = (
            f"CREATE TRIGGER bad_one BEFORE INSERT ON score WHEN NEW.enterprise_id = {enterprise_id}"
            " BEGIN SELECT RAISE(ABORT, 'out of bounds'); END"
        )
        gone = "DROP TRIGGER bad_one"
    else:
        bound = f"CHECK (enterprise_id <> {enterprise_id})"
        made = f"ALTER TABLE score ADD CONSTRAINT bad_one {bound}"
        gone = "ALTER TABLE score DROP CONSTRAINT bad_one"
    _run(made)
    try:
        yield
    finally:
        _run(gone)


def _run(statement: str) -> None:
    db.session.rollback()
    with transaction():
        db.session.execute(text(statement))
