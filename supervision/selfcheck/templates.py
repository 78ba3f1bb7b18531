"""Lists in versions: the authority's for all, an enterprise's own for itself.

A version in force is never changed: a new one is copied from it, edited until its first day, and
then takes its place. A round keeps the version of its first day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from supervision.core import audit, clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from supervision.core.permissions import Permission
from supervision.core.scope import visible
from supervision.core.search import contains
from supervision.core.statutory import Certainty
from supervision.core.text import N_
from supervision.hazard.rules import Category, Factor
from supervision.selfcheck.models import CheckPlan, CheckTemplate, CheckTemplateItem
from supervision.selfcheck.rules import Frequency

MOST_OFFERED = 200
MOST_VERSIONS = 50
MOST_ITEMS = 200
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]*")


@dataclass(frozen=True, slots=True)
class ItemFields:
    """An item without its place."""

    section: str
    text: str
    basis: str
    method: str
    frequency: Frequency
    factor: Factor
    category: Category


@dataclass(frozen=True, slots=True)
class Head:
    """What is said of a version as a whole."""

    name: str
    effective_from: date
    source: str
    certainty: Certainty
    industry: str = ""
    post: str = ""
    note: str = ""


def list_lists(actor: Actor, text: str, *, all_versions: bool) -> Select[Any]:
    """The lists in force or to come (``all_versions``: and those that ended)."""
    stmt = visible(CheckTemplate, actor).options(joinedload(CheckTemplate.enterprise))
    if not all_versions:
        stmt = stmt.where(_goes_on(clock.today()))
    if text:
        stmt = stmt.where(contains(text, CheckTemplate.code, CheckTemplate.name))
    return stmt.order_by(CheckTemplate.name, CheckTemplate.effective_from.desc(), CheckTemplate.id)


def _goes_on(day: date) -> Any:
    return or_(CheckTemplate.effective_to.is_(None), CheckTemplate.effective_to >= day)


def item_counts(ids: Sequence[int]) -> dict[int, int]:
    """How many items each version has, in one statement."""
    stmt = (
        select(CheckTemplateItem.template_id, func.count(CheckTemplateItem.id))
        .where(CheckTemplateItem.template_id.in_(ids))
        .group_by(CheckTemplateItem.template_id)
    )
    return dict(db.session.execute(stmt).tuples().all())


def get(template_id: int, actor: Actor, *, for_update: bool = False) -> CheckTemplate:
    """One version with its items. Raises NotFound."""
    stmt = visible(CheckTemplate, actor).where(CheckTemplate.id == template_id)
    stmt = stmt.options(selectinload(CheckTemplate.items), joinedload(CheckTemplate.enterprise))
    if for_update:
        stmt = stmt.with_for_update(of=CheckTemplate).execution_options(populate_existing=True)
    found: CheckTemplate | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def versions(code: str, actor: Actor) -> Sequence[CheckTemplate]:
    """All versions of a list, newest first."""
    stmt = visible(CheckTemplate, actor).where(CheckTemplate.code == code)
    order = CheckTemplate.effective_from.desc()
    return db.session.scalars(stmt.order_by(order).limit(MOST_VERSIONS)).all()


def offered(enterprise_id: int, actor: Actor) -> Sequence[CheckTemplate]:
    """What an enterprise can adopt: the authority's lists and its own, one line for each code."""
    stmt = visible(CheckTemplate, actor).where(
        _goes_on(clock.today()),
        or_(CheckTemplate.enterprise_id.is_(None), CheckTemplate.enterprise_id == enterprise_id),
    )
    return _by_code(stmt)


def _by_code(stmt: Select[Any]) -> Sequence[CheckTemplate]:
    """Of each list the version that is in force, or comes first."""
    order = (CheckTemplate.code, CheckTemplate.effective_from)
    found = db.session.scalars(stmt.order_by(*order).limit(MOST_OFFERED)).all()
    return list({one.code: one for one in reversed(found)}.values())[::-1]


def starting_points(actor: Actor) -> Sequence[CheckTemplate]:
    """Lists in force that a new one can be copied from."""
    today = clock.today()
    stmt = visible(CheckTemplate, actor).where(
        CheckTemplate.effective_from <= today, _goes_on(today)
    )
    order = (CheckTemplate.name, CheckTemplate.id)
    return db.session.scalars(stmt.order_by(*order).limit(MOST_OFFERED)).all()


def shared(actor: Actor) -> Sequence[CheckTemplate]:
    """The authority's lists that go on, one line for each code."""
    stmt = visible(CheckTemplate, actor).where(
        _goes_on(clock.today()), CheckTemplate.enterprise_id.is_(None)
    )
    return _by_code(stmt)


def names(codes: set[str], actor: Actor) -> Mapping[str, str]:
    """The name of the latest version of each list."""
    stmt = visible(CheckTemplate, actor, CheckTemplate.code, CheckTemplate.name)
    stmt = stmt.where(CheckTemplate.code.in_(codes)).order_by(CheckTemplate.effective_from)
    return dict(db.session.execute(stmt).tuples().all())


def may_edit(template: CheckTemplate, actor: Actor) -> bool:
    """The authority's lists are the authority's, an enterprise's own are its own."""
    return _may_own(template.enterprise_id, actor)


def _may_own(enterprise_id: int | None, actor: Actor) -> bool:
    if enterprise_id is None:
        return actor.may(Permission.SELFCHECK_TEMPLATE)
    return enterprise_id in actor.enterprise_ids and actor.may(Permission.SELFCHECK_PLAN)


def is_editable(template: CheckTemplate) -> bool:
    """Only before its first day: what was walked by a list keeps its list."""
    return template.effective_from > clock.today()


def own_code(enterprise_id: int) -> str:
    """The next code for a list of an enterprise's own."""
    stem = f"OWN-{enterprise_id}-"
    stmt = visible(CheckTemplate, SYSTEM, CheckTemplate.code).distinct()
    taken = set(db.session.scalars(stmt.where(CheckTemplate.code.startswith(stem))))
    return next(f"{stem}{n}" for n in range(1, len(taken) + 2) if f"{stem}{n}" not in taken)


def create(
    actor: Actor,
    code: str,
    head: Head,
    items: Sequence[ItemFields] = (),
    *,
    enterprise_id: int | None = None,
) -> CheckTemplate:
    """A list that nobody has had yet: the authority's, or an enterprise's own. Raises Forbidden."""
    if not _may_own(enterprise_id, actor):
        raise Forbidden
    if not _CODE.fullmatch(code):
        raise InvalidInput(N_("Capital letters, digits and hyphens only."), field="code")
    if versions(code, SYSTEM):
        raise InvalidInput(N_("This code exists already."), field="code")
    _check_start(head.effective_from)
    return _add(actor, code, head, items, enterprise_id)


def new_version(base: CheckTemplate, actor: Actor, head: Head) -> CheckTemplate:
    """The next version of a list: a copy. It ends the one before."""
    check_may(base, actor)
    if base.effective_to is not None:
        raise Conflict(N_("There is a later version of this list already."))
    _check_start(head.effective_from)
    if head.effective_from <= base.effective_from:
        raise InvalidInput(
            N_("The last version begins on %(day)s: a new one can only begin after it."),
            field="effective_from",
            day=base.effective_from,
        )
    base.effective_to = head.effective_from - timedelta(days=1)
    copied = [fields_of(item) for item in base.items]
    return _add(actor, base.code, head, copied, base.enterprise_id)


def _check_start(effective_from: date) -> None:
    if effective_from <= clock.today():
        raise InvalidInput(N_("A version begins tomorrow at the earliest."), field="effective_from")


def _add(
    actor: Actor, code: str, head: Head, items: Sequence[ItemFields], enterprise_id: int | None
) -> CheckTemplate:
    made = CheckTemplate(
        code=code,
        enterprise_id=enterprise_id,
        items=[CheckTemplateItem(position=n, **asdict(i)) for n, i in enumerate(items, start=1)],
        **asdict(head),
    )
    db.session.add(made)
    _log(made, actor, "create", items=len(items))
    return made


def fields_of(item: CheckTemplateItem) -> ItemFields:
    """An item's own words, to be copied or edited."""
    return ItemFields(
        section=item.section,
        text=item.text,
        basis=item.basis,
        method=item.method,
        frequency=item.frequency,
        factor=item.factor,
        category=item.category,
    )


def item_of(template: CheckTemplate, item_id: int) -> CheckTemplateItem:
    for item in template.items:
        if item.id == item_id:
            return item
    raise NotFound


def check_may(template: CheckTemplate, actor: Actor) -> None:
    """Raises Forbidden for the other side's list."""
    if not may_edit(template, actor):
        raise Forbidden


def check_editable(template: CheckTemplate, actor: Actor) -> None:
    """Raises Forbidden for the other side's list, Conflict for a version in force."""
    check_may(template, actor)
    if not is_editable(template):
        raise Conflict(N_("This version is in force: make a new one to change it."))


def save_item(
    template: CheckTemplate, actor: Actor, fields: ItemFields, item: CheckTemplateItem | None = None
) -> CheckTemplateItem:
    """Add an item at the end, or change one."""
    check_editable(template, actor)
    if item is None:
        if len(template.items) >= MOST_ITEMS:
            raise InvalidInput(N_("At most %(count)s items."), count=MOST_ITEMS)
        last = max((i.position for i in template.items), default=0)
        item = CheckTemplateItem(position=last + 1, **asdict(fields))
        template.items.append(item)
    else:
        for name, value in asdict(fields).items():
            setattr(item, name, value)
    _log(template, actor, "item", position=item.position, text=item.text)
    return item


def remove_item(template: CheckTemplate, actor: Actor, item: CheckTemplateItem) -> None:
    """Take an item off; those after it move up."""
    check_editable(template, actor)
    text = item.text
    template.items.remove(item)
    db.session.delete(item)
    db.session.flush()
    for number, one in enumerate(sorted(template.items, key=lambda i: i.position), start=1):
        one.position = number
        db.session.flush()  # one by one: two may never share a place
    _log(template, actor, "remove_item", text=text)


def move_item(template: CheckTemplate, actor: Actor, item: CheckTemplateItem, *, up: bool) -> None:
    """Change places with the neighbour; at the end nothing happens."""
    check_editable(template, actor)
    row = sorted(template.items, key=lambda i: i.position)
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
    _log(template, actor, "move_item", text=item.text, position=there)


def discard(template: CheckTemplate, actor: Actor) -> None:
    """Give up a version that is not in force yet; the one before goes on."""
    check_editable(template, actor)
    _check_unwalked(template)
    _log(template, actor, "discard", effective_from=template.effective_from)
    for item in list(template.items):
        db.session.delete(item)
    db.session.delete(template)
    db.session.flush()
    before = next(iter(versions(template.code, actor)), None)
    if before is not None:
        before.effective_to = None


def _check_unwalked(template: CheckTemplate) -> None:
    """The only version of a list that somebody has taken up already stays."""
    if len(versions(template.code, SYSTEM)) > 1:
        return
    walked = visible(CheckPlan, SYSTEM, CheckPlan.id).where(
        CheckPlan.template_code == template.code, CheckPlan.ends_on.is_(None)
    )
    if db.session.scalar(walked.limit(1)) is not None:
        raise Conflict(N_("This list is taken up already: end that first."))


def seed(rows: Sequence[Mapping[str, str]]) -> int:
    """Lists whose code nobody has yet; one that somebody changed is theirs. Counts items."""
    known = set(db.session.scalars(visible(CheckTemplate, SYSTEM, CheckTemplate.code)))
    by_code: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        if row["code"] not in known:
            by_code.setdefault(row["code"], []).append(row)
    db.session.add_all(_seeded(lines) for lines in by_code.values())
    db.session.flush()
    return sum(len(lines) for lines in by_code.values())


def _seeded(lines: Sequence[Mapping[str, str]]) -> CheckTemplate:
    head = lines[0]
    items = [
        CheckTemplateItem(
            position=int(row["position"]),
            section=row["section"],
            text=row["text"],
            basis=row["basis"],
            method=row["method"],
            frequency=Frequency(row["frequency"]),
            factor=Factor(row["factor"]),
            category=Category(row["category"]),
        )
        for row in lines
    ]
    return CheckTemplate(
        **{name: head[name] for name in ("code", "name", "industry", "post", "source")},
        effective_from=date.fromisoformat(head["effective_from"]),
        certainty=Certainty(head["certainty"]),
        items=items,
    )


def _log(template: CheckTemplate, actor: Actor, action: str, **data: Any) -> None:
    db.session.flush()
    audit.record(actor, f"selfcheck_list.{action}", template, code=template.code, **data)
