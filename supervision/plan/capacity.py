"""What a plan takes of the enterprises' yearly caps (FACTS 2.3).

The caps and what inspections have used of them are the inspection slice's; here the plan's own
lines are added, so that no enterprise is planned beyond its cap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from supervision.core.errors import InvalidInput
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.inspection import caps
from supervision.plan import queries
from supervision.plan.models import AnnualPlan, PlanItem


@dataclass(frozen=True, slots=True)
class Room:
    """What is left of an enterprise's cap in the plan's year.

    ``cap`` None: none is published. ``used`` by inspections outside the plan; ``planned`` lines.
    """

    cap: int | None
    used: int
    planned: int

    @property
    def left(self) -> int | None:
        """How many more may be planned; negative where it is too many already."""
        return None if self.cap is None else self.cap - self.used - self.planned


def rooms(plan: AnnualPlan, enterprises: Sequence[Enterprise]) -> dict[int, Room]:
    """By enterprise's id. An inspection made from the plan is its line, not counted twice."""
    ids = {e.id for e in enterprises}
    usage = caps.usage_of_many(enterprises, plan.year)
    planned = queries.planned_counts(plan.id, ids)
    own = queries.own_counted(plan.authority_id, plan.year, ids)
    return {i: Room(usage[i].times, usage[i].used - own.get(i, 0), planned.get(i, 0)) for i in ids}


def check_item(item: PlanItem, enterprises: Sequence[Enterprise]) -> None:
    """Refuse, by name, the first enterprise of an item that would go beyond its cap."""
    _check(item.plan, enterprises, {e.id: item.position for e in enterprises})


def check_plan(plan: AnnualPlan) -> None:
    """The same for all that the plan names."""
    places = dict(queries.places(plan.id))
    _check(plan, queries.enterprises_by_id(set(places)), places)


def _check(plan: AnnualPlan, enterprises: Sequence[Enterprise], places: dict[int, int]) -> None:
    found = rooms(plan, enterprises)
    beyond = [e for e in enterprises if (found[e.id].left or 0) < 0]
    if not beyond:
        return
    first = min(beyond, key=lambda e: (places[e.id], e.name))
    room = found[first.id]
    raise InvalidInput(
        N_(
            "Item %(position)s, %(enterprise)s: the plan has it %(planned)s times and %(used)s"
            " inspections stand outside the plan, but its cap for %(year)s is %(cap)s"
            " (enterprises beyond their cap: %(count)s)."
        ),
        field="selection",
        position=places[first.id],
        enterprise=first.name,
        planned=room.planned,
        used=room.used,
        year=plan.year,
        cap=room.cap,
        count=len(beyond),
    )
