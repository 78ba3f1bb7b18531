"""Checklists in versions: which are in force, and how a new version comes about.

A version that is in force is never changed: a new one is copied from it, edited until its day
comes, and then takes its place. An inspection keeps the items that it was planned with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import selectinload

from supervision.core import audit, clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, InvalidInput, NotFound
from supervision.core.search import contains
from supervision.core.statutory import Certainty
from supervision.core.text import N_
from supervision.inspection import rules
from supervision.inspection.checklist_rules import ItemFields, check_code, check_start
from supervision.inspection.models import Checklist, ChecklistItem

MOST_OFFERED = 200
MOST_VERSIONS = 50


def _on(day: date) -> Any:
    ends = or_(Checklist.effective_to.is_(None), Checklist.effective_to >= day)
    return and_(Checklist.effective_from <= day, ends)


def list_checklists(text: str, *, day: date, all_versions: bool) -> Select[Any]:
    """The lists in force on ``day`` or to come (``all_versions``: and those that ended)."""
    stmt = select(Checklist)
    if not all_versions:
        ends = or_(Checklist.effective_to.is_(None), Checklist.effective_to >= day)
        stmt = stmt.where(ends)
    if text:
        stmt = stmt.where(contains(text, Checklist.code, Checklist.name))
    return stmt.order_by(Checklist.name, Checklist.effective_from.desc(), Checklist.id)


def item_counts(checklist_ids: Sequence[int]) -> dict[int, int]:
    """How many items each list has, in one statement."""
    stmt = (
        select(ChecklistItem.checklist_id, func.count(ChecklistItem.id))
        .where(ChecklistItem.checklist_id.in_(checklist_ids))
        .group_by(ChecklistItem.checklist_id)
    )
    return dict(db.session.execute(stmt).tuples().all())


def get(checklist_id: int) -> Checklist:
    """One version with its items. Raises NotFound."""
    stmt = select(Checklist).where(Checklist.id == checklist_id)
    found = db.session.scalars(stmt.options(selectinload(Checklist.items))).first()
    if found is None:
        raise NotFound
    return found


def versions(code: str) -> Sequence[Checklist]:
    """All versions of a list, newest first."""
    stmt = select(Checklist).where(Checklist.code == code)
    return db.session.scalars(
        stmt.order_by(Checklist.effective_from.desc()).limit(MOST_VERSIONS)
    ).all()


def in_force(checklist_id: int, day: date) -> Checklist:
    """A list that may be chosen for ``day``. Raises InvalidInput."""
    found = db.session.scalars(
        select(Checklist).where(Checklist.id == checklist_id, _on(day))
    ).first()
    if found is None:
        raise InvalidInput(N_("This checklist is not in force on that day."), field="checklist")
    return found


def offered(industry_code: str, day: date) -> tuple[list[Checklist], list[Checklist]]:
    """What can be chosen for an enterprise of an industry on ``day``: what fits it, and the rest.

    The narrowest fits best: a list of its own division stands before one of every sector.
    """
    stmt = select(Checklist).where(_on(day)).order_by(Checklist.name, Checklist.id)
    found = db.session.scalars(stmt.limit(MOST_OFFERED)).all()
    fitting = [c for c in found if rules.in_industry(c.industry, industry_code)]
    others = [c for c in found if c not in fitting]
    return sorted(fitting, key=lambda c: -len(c.industry)), others


@dataclass(frozen=True, slots=True)
class Head:
    """What is said of a version as a whole."""

    name: str
    industry: str
    effective_from: date
    source: str
    certainty: Certainty
    note: str = ""


def create(actor: Actor, code: str, head: Head, items: Sequence[ItemFields] = ()) -> Checklist:
    """A list that nobody has had yet."""
    check_code(code)
    if versions(code):
        raise InvalidInput(N_("This code exists already."), field="code")
    check_start(head.effective_from, clock.today(), None)
    return _add(actor, code, head, items)


def new_version(
    base: Checklist, actor: Actor, head: Head, items: Sequence[ItemFields] | None = None
) -> Checklist:
    """The next version of a list: a copy, or with ``items`` instead. It ends the one before."""
    if base.effective_to is not None:
        raise Conflict(N_("There is a later version of this list already."))
    check_start(head.effective_from, clock.today(), base.effective_from)
    base.effective_to = head.effective_from - timedelta(days=1)
    copied = [fields_of(item) for item in base.items] if items is None else items
    return _add(actor, base.code, head, copied)


def _add(actor: Actor, code: str, head: Head, items: Sequence[ItemFields]) -> Checklist:
    made = Checklist(
        code=code,
        name=head.name,
        industry=head.industry,
        effective_from=head.effective_from,
        source=head.source,
        certainty=head.certainty,
        note=head.note,
        items=[ChecklistItem(position=n, **i.columns) for n, i in enumerate(items, start=1)],
    )
    db.session.add(made)
    _log(made, actor, "create", items=len(made.items))
    return made


def fields_of(item: ChecklistItem) -> ItemFields:
    """An item's own words, to be copied or edited."""
    return ItemFields(
        section=item.section,
        text=item.text,
        basis=item.basis,
        method=item.method,
        factor=item.factor,
        category=item.category,
        criterion_code=item.criterion_code,
    )


def is_editable(checklist: Checklist) -> bool:
    """Only before its first day: what was inspected by a list keeps its list."""
    return checklist.effective_from > clock.today()


def _check_editable(checklist: Checklist) -> None:
    if not is_editable(checklist):
        raise Conflict(N_("This version is in force: make a new one to change it."))


def save_item(
    checklist: Checklist, actor: Actor, fields: ItemFields, item: ChecklistItem | None = None
) -> ChecklistItem:
    """Add an item at the end, or change one."""
    _check_editable(checklist)
    if item is None:
        if len(checklist.items) >= rules.MOST_ITEMS:
            raise InvalidInput(N_("At most %(count)s items."), count=rules.MOST_ITEMS)
        last = max((i.position for i in checklist.items), default=0)
        item = ChecklistItem(position=last + 1, **fields.columns)
        checklist.items.append(item)
    else:
        for name, value in fields.columns.items():
            setattr(item, name, value)
    _log(checklist, actor, "item", position=item.position, text=item.text)
    return item


def remove_item(checklist: Checklist, actor: Actor, item: ChecklistItem) -> None:
    """Take an item off; those after it move up."""
    _check_editable(checklist)
    text = item.text
    checklist.items.remove(item)
    db.session.delete(item)
    db.session.flush()
    for number, one in enumerate(sorted(checklist.items, key=lambda i: i.position), start=1):
        one.position = number
        db.session.flush()  # one by one: two may never share a place
    _log(checklist, actor, "remove_item", text=text)


def move_item(checklist: Checklist, actor: Actor, item: ChecklistItem, *, up: bool) -> None:
    """Change places with the neighbour; at the end nothing happens."""
    _check_editable(checklist)
    row = sorted(checklist.items, key=lambda i: i.position)
    at = row.index(item)
    other = at - 1 if up else at + 1
    if not 0 <= other < len(row):
        return
    here, there = item.position, row[other].position
    item.position = 0
    db.session.flush()
    row[other].position = here
    db.session.flush()
    item.position = there
    _log(checklist, actor, "move_item", text=item.text, position=there)


def discard(checklist: Checklist, actor: Actor) -> None:
    """Give up a version that is not in force yet; the one before goes on."""
    _check_editable(checklist)
    _log(checklist, actor, "discard", effective_from=checklist.effective_from)
    for item in list(checklist.items):
        db.session.delete(item)
    db.session.delete(checklist)
    db.session.flush()
    before = next(iter(versions(checklist.code)), None)
    if before is not None:
        before.effective_to = None


def _log(checklist: Checklist, actor: Actor, action: str, **data: Any) -> None:
    db.session.flush()
    audit.record(actor, f"checklist.{action}", checklist, code=checklist.code, **data)
