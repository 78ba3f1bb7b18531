"""Returns of hundreds of tickets against the ledger, by SQL that is not ours."""

from __future__ import annotations

from datetime import date, datetime

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.scope import unscoped, visible
from supervision.enterprise.models import Enterprise
from supervision.returns import jobs, rules
from supervision.returns.models import PeriodReturn
from supervision.returns.rules import ReturnKind
from tests.factories.returns import load_layouts
from tests.returns import ledger

NOW = datetime(2027, 1, 2, 0, 50, tzinfo=clock.SHANGHAI)


def test_every_figure_of_every_return_equals_the_ledger_s(app, cast):
    plants = (cast.plant_id, cast.other_plant_id, cast.far_plant_id)
    with transaction():
        load_layouts()
        stmt = db.update(Enterprise).values(created_at=clock.start_of(date(2026, 9, 1)))
        db.session.execute(unscoped(stmt, reason="on the roll since September"))
        ledger.fill(plants, 600, seed=16)
    with clock.frozen(NOW):
        jobs.make(clock.now())
    returns = db.session.scalars(visible(PeriodReturn, SYSTEM)).all()
    wrong = {
        (row.enterprise_id, row.kind, row.first_day): problem
        for row in returns
        if (problem := compared(row)) or (problem := rules.problems(row.values))
    }
    assert wrong == {}
    kinds = {kind: sum(row.kind is kind for row in returns) for kind in ReturnKind}
    assert kinds == {ReturnKind.QUARTERLY: 6, ReturnKind.ANNUAL: 3, ReturnKind.LOCAL: 12}
    # No line is equal because it is nought everywhere.
    assert all(any(row.computed[name] for row in returns) for name in rules.FIGURES)


def compared(row):
    """What differs, by line: (ours, the ledger's)."""
    theirs = ledger.by_sql(row.enterprise_id, row.first_day, row.last_day)
    ours = row.computed
    assert set(theirs) == set(ours)
    return {name: (ours[name], theirs[name]) for name in ours if ours[name] != theirs[name]}
