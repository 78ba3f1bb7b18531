"""Verbs of the items of a draft: added, changed, moved, removed; each with its enterprises."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import delete

from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import InvalidInput
from supervision.core.scope import unscoped
from supervision.core.text import N_
from supervision.plan import queries, rules, targets
from supervision.plan.journal import log
from supervision.plan.models import AnnualPlan, PlanItem, PlanTarget
from supervision.plan.rules import Method, Selection
from supervision.plan.workflow import PLAN_WORKFLOW

MOST_ITEMS = 200


@dataclass(frozen=True, slots=True)
class ItemFields:
    """The columns of an item; ``months`` 1..12, ``listed`` unified social credit codes."""

    matter: str
    basis: str
    content: str
    method: Method
    months: tuple[int, ...]
    selection: Selection
    frequency: str = ""
    organizer: str = ""
    is_joint: bool = False
    note: str = ""
    industry: str = ""
    region_code: str = ""
    is_key: bool | None = None
    listed: tuple[str, ...] = ()
    quantity: int | None = None
    ratio: int | None = None
    key_weight: int = 1
    checklist_id: int | None = None


def add(plan: AnnualPlan, actor: Actor, wanted: ItemFields) -> PlanItem:
    """A further item at the end, with its enterprises unless they are drawn later."""
    PLAN_WORKFLOW.check("edit", plan, actor)
    if len(plan.items) >= MOST_ITEMS:
        raise InvalidInput(N_("A plan has at most %(count)s items."), count=MOST_ITEMS)
    _check(plan, wanted)
    position = max((i.position for i in plan.items), default=0) + 1
    item = PlanItem(plan=plan, position=position, **_columns(wanted))
    db.session.add(item)
    db.session.flush()
    targets.choose(item, actor)
    log(plan, actor, "add_item", item_id=item.id, **asdict(wanted))
    return item


def change(item: PlanItem, actor: Actor, wanted: ItemFields) -> None:
    """Change an item of a draft; its enterprises are found anew."""
    PLAN_WORKFLOW.check("edit", item.plan, actor)
    _check(item.plan, wanted)
    for name, value in _columns(wanted).items():
        setattr(item, name, value)
    db.session.flush()
    targets.choose(item, actor)
    log(item.plan, actor, "change_item", item_id=item.id, **asdict(wanted))


def remove(item: PlanItem, actor: Actor) -> None:
    """Take an item out of a draft."""
    PLAN_WORKFLOW.check("edit", item.plan, actor)
    log(item.plan, actor, "remove_item", item_id=item.id, matter=item.matter)
    reason = "the enterprises of an item of a draft go with it"
    gone = delete(PlanTarget).where(PlanTarget.item_id == item.id)
    db.session.execute(unscoped(gone, reason=reason))
    plan = item.plan
    plan.items.remove(item)
    db.session.delete(item)
    for position, other in enumerate(plan.items, start=1):
        other.position = position
    db.session.flush()


def move(item: PlanItem, actor: Actor, *, up: bool) -> None:
    """One place up or down; at the end nothing happens."""
    PLAN_WORKFLOW.check("edit", item.plan, actor)
    order = list(item.plan.items)
    at = order.index(item)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(order):
        return
    order[at], order[to] = order[to], order[at]
    for position, other in enumerate(order, start=1):
        other.position = position
    db.session.flush()
    log(item.plan, actor, "move_item", item_id=item.id, position=item.position)


def _check(plan: AnnualPlan, wanted: ItemFields) -> None:
    rules.check_months(wanted.months)
    rules.check_amount(wanted.selection, wanted.quantity, wanted.ratio)
    region = wanted.region_code
    if region and not region.startswith(plan.authority.region_code):
        raise InvalidInput(
            N_("This division lies outside the authority's own."), field="region_code"
        )
    if wanted.selection is Selection.LISTED and not wanted.listed:
        raise InvalidInput(N_("Name at least one enterprise."), field="listed")
    if len(wanted.listed) > rules.MOST_LISTED:
        raise InvalidInput(
            N_("At most %(count)s enterprises can be named."),
            field="listed",
            count=rules.MOST_LISTED,
        )
    if wanted.checklist_id is not None and not queries.is_checklist(wanted.checklist_id):
        raise InvalidInput(N_("Choose one of the list."), field="checklist_id")


def _columns(wanted: ItemFields) -> dict[str, object]:
    """Values of the columns; what the selection does not use is not kept."""
    drawn = wanted.selection is Selection.DRAWN
    return {
        **asdict(wanted),
        "months": sorted(set(wanted.months)),
        "listed": list(wanted.listed) if wanted.selection is Selection.LISTED else [],
        "quantity": wanted.quantity if drawn else None,
        "ratio": wanted.ratio if drawn else None,
        "key_weight": wanted.key_weight if drawn else 1,
    }
