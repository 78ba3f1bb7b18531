"""The safety code's table, computed months and recorded facts."""

from __future__ import annotations

from datetime import date, datetime

from supervision import seeds
from supervision.core import clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import transaction
from supervision.enterprise import queries as enterprises
from supervision.score import jobs, service, tables
from supervision.score.rules import FactKind
from supervision.score.service import FactFields
from supervision.score.source_view import View
from tests.factories.documents import scan


def load_table() -> None:
    with transaction():
        seeds.load_score_table()


def night(day: date) -> int:
    """What the job does in the night that begins such a day."""
    at = datetime(day.year, day.month, day.day, 3, 20, tzinfo=clock.SHANGHAI)
    with clock.frozen(at):
        return jobs.nightly(at)


def make_fact(
    enterprise_id: int,
    kind: FactKind = FactKind.INJURY,
    *,
    by: Actor = SYSTEM,
    on: date | None = None,
    number: str = "T-1",
    with_scan: bool = False,
) -> int:
    """The id of a fact that was recorded."""
    with transaction():
        plant = enterprises.get_enterprise(enterprise_id, SYSTEM)
        fields = FactFields(kind, on or clock.today(), number, f"{number} says so")
        return service.record_fact(plant, by, fields, scan(by) if with_scan else None).id


def a_score(enterprise_id: int, mark: str) -> dict[str, int]:
    """Ids of a fact with its file and of the table, for the world."""
    load_table()
    fact = make_fact(enterprise_id, number=f"{mark} paper", with_scan=True)
    with transaction():
        table = tables.table_on(clock.today().replace(day=1))
        view = View([enterprise_id], clock.today().replace(day=1), clock.today())
        service.compute(table, view, clock.now())
        return {"score.fact_id": fact, "score.table_id": table.id}
