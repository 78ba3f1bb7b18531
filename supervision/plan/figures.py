"""How far a plan has come: by item, by month, in all; and the chart of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.inspection.workflow import InspectionState
from supervision.plan import labels, queries, rules
from supervision.plan.models import AnnualPlan, PlanTarget
from supervision.plan.queries import OPEN_STATES, Cell
from supervision.plan.rules import TargetState
from supervision.plan.workflow import PlanState


@dataclass(slots=True)
class Tally:
    """Lines by state; ``total`` leaves out those that were taken out."""

    by_state: dict[TargetState, int] = field(default_factory=lambda: dict.fromkeys(TargetState, 0))
    overdue: int = 0

    def add(self, cell: Cell, *, is_over: bool) -> None:
        self.by_state[cell.state] += cell.count
        if is_over and cell.state in OPEN_STATES:
            self.overdue += cell.count

    @property
    def total(self) -> int:
        return sum(self.by_state.values()) - self.by_state[TargetState.DROPPED]

    @property
    def done(self) -> int:
        return self.by_state[TargetState.DONE]

    @property
    def share(self) -> int:
        """Done in percent, rounded down: a hundred means all."""
        return self.done * 100 // self.total if self.total else 0


@dataclass(frozen=True, slots=True)
class Figures:
    """``items`` by id, ``months`` 1..12."""

    all: Tally
    items: dict[int, Tally]
    months: dict[int, Tally]


def of_plan(plan: AnnualPlan, actor: Actor) -> Figures:
    """The figures as far as the actor sees the enterprises; one statement."""
    found = Figures(
        Tally(), {item.id: Tally() for item in plan.items}, {m: Tally() for m in range(1, 13)}
    )
    for cell in queries.progress(plan, actor):
        is_over = plan.status is PlanState.PUBLISHED and rules.month_is_over(
            plan.year, cell.month, clock.today()
        )
        tallies = found.all, found.items.setdefault(cell.item_id, Tally()), found.months[cell.month]
        for tally in tallies:
            tally.add(cell, is_over=is_over)
    return found


def shares(plans: Sequence[AnnualPlan], actor: Actor) -> dict[int, Tally]:
    """The tally of each published plan of a page (a page has one or two)."""
    return {p.id: of_plan(p, actor).all for p in plans if p.status is PlanState.PUBLISHED}


def chart(figures: Figures) -> dict[str, Any]:
    """By month: done, open and overdue, for the chart on the page."""
    months = figures.months
    return {
        "categories": [labels.month_short(m) for m in months],
        "series": [
            {"key": "done", "name": _("Done"), "data": [t.done for t in months.values()]},
            {
                "key": "open",
                "name": _("Not yet done"),
                "data": [_open(t) - t.overdue for t in months.values()],
            },
            {"key": "overdue", "name": _("Overdue"), "data": [t.overdue for t in months.values()]},
        ],
    }


def _open(tally: Tally) -> int:
    return sum(tally.by_state[state] for state in OPEN_STATES)


def state_of(target: PlanTarget) -> TargetState:
    """The state of a line whose inspection is loaded; the SQL in ``queries`` says the same."""
    if target.dropped_at is not None:
        return TargetState.DROPPED
    if target.inspection is None:
        return TargetState.PLANNED
    settled = {
        InspectionState.RECORDED: TargetState.DONE,
        InspectionState.CANCELLED: TargetState.CANCELLED,
    }
    return settled.get(target.inspection.status, TargetState.UNDER_WAY)
