"""Verbs of months that are let go: a person asks, a job does it, the trail keeps both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from supervision.core import attachments, audit, clock, month_drop, notices
from supervision.core.actor import SYSTEM, Actor
from supervision.core.audit import AuditEntry
from supervision.core.db import db
from supervision.core.errors import Conflict, InvalidInput, NotFound
from supervision.core.month_drop import MonthRule
from supervision.core.notices import Audience
from supervision.core.partition_models import DropState, MonthDrop
from supervision.core.partitions import Month, Part, parts
from supervision.core.text import N_
from supervision.core.web.state import settings
from supervision.slices import slices

LINK = "/audit/months/"
_SHOWN = 100

TRAIL = MonthRule(
    table=AuditEntry.__tablename__,
    label=_l("Audit trail"),
    months=lambda: settings().audit_months,
    archived=True,
)


def rules() -> dict[str, MonthRule]:
    """Of every table that lies in months, by its name."""
    return {rule.table: rule for manifest in slices() for rule in manifest.months}


def get(table: str, name: str) -> tuple[MonthRule, Part]:
    """A part and its table's rule. Raises NotFound."""
    rule = rules().get(table)
    part = month_drop.find_part(table, name) if rule else None
    if rule is None or part is None or part.is_net:
        raise NotFound
    return rule, part


@dataclass(frozen=True, slots=True)
class Standing:
    """A table with its parts and which of them are old enough to go."""

    rule: MonthRule
    parts: Sequence[Part]
    due: frozenset[str]
    asked: frozenset[str]
    # Dropped before: what is there now is what had to stay.
    thinned: frozenset[str]

    @property
    def size(self) -> int:
        return sum(part.size for part in self.parts)

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)


def standings() -> list[Standing]:
    """Every table in months; none where the database keeps them in one piece."""
    this = Month.of(clock.now())
    found = []
    asked, done = _parts_in(DropState.ASKED), _parts_in(DropState.DONE)
    for table, rule in rules().items():
        held = parts(table)
        due = frozenset(part.name for part in held if rule.is_due(part, this))
        if held:
            waiting, thinned = (
                frozenset(name for of, name in some if of == table) for some in (asked, done)
            )
            found.append(Standing(rule, held, due, waiting, thinned))
    return found


def _parts_in(state: DropState) -> set[tuple[str, str]]:
    stmt = select(MonthDrop.table_name, MonthDrop.part).where(MonthDrop.status == state)
    return set(db.session.execute(stmt).tuples())


def drops() -> Sequence[MonthDrop]:
    """What was asked for, newest first."""
    stmt = select(MonthDrop).order_by(MonthDrop.id.desc()).limit(_SHOWN)
    return db.session.scalars(stmt).all()


def get_drop(drop_id: int, *, for_update: bool = False) -> MonthDrop:
    """Raises NotFound."""
    stmt = select(MonthDrop).where(MonthDrop.id == drop_id)
    if for_update:
        stmt = stmt.with_for_update(of=MonthDrop).execution_options(populate_existing=True)
    found = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def ask(actor: Actor, table: str, name: str) -> MonthDrop:
    """Ask that a part be dropped. Raises InvalidInput where it is too young, Conflict if asked."""
    rule, part = get(table, name)
    if not rule.is_due(part, Month.of(clock.now())):
        raise InvalidInput(N_("This month is not old enough to be dropped."))
    if (table, name) in _parts_in(DropState.ASKED):
        raise Conflict(N_("Somebody has asked for this already."))
    drop = MonthDrop(
        table_name=table,
        part=name,
        asked_at=clock.now(),
        asked_by_id=actor.id,
        asked_by=actor.name,
        status=DropState.ASKED,
    )
    db.session.add(drop)
    try:
        db.session.flush()
    except IntegrityError:
        raise Conflict(N_("Somebody has asked for this already.")) from None
    audit.record(actor, "month.ask", drop, table=table, part=name)
    return drop


def withdraw(actor: Actor, drop: MonthDrop) -> None:
    """Take back what the job has not done yet. Raises Conflict."""
    if drop.status is not DropState.ASKED:
        raise Conflict(N_("This was done already."))
    audit.record(actor, "month.withdraw", drop, table=drop.table_name, part=drop.part)
    db.session.delete(drop)
    db.session.flush()


def end(drop: MonthDrop, state: DropState, *, problem: str = "") -> None:
    """Say what became of it: in its row, in the trail and to the administrators."""
    drop.status, drop.ended_at, drop.problem = state, clock.now(), problem
    is_done = state is DropState.DONE
    if not is_done:
        _forget_archive(drop)
    facts: dict[str, Any] = {"table": drop.table_name, "part": drop.part, "gone": drop.gone}
    facts |= {"kept": drop.kept, "problem": problem, "asked_by": drop.asked_by}
    facts["archive"] = drop.archive.sha256 if drop.archive else ""
    audit.record(SYSTEM, "month.drop" if is_done else "month.refuse", drop, **facts)
    kind = "month.dropped" if is_done else "month.refused"
    told: dict[str, Any] = {name: facts[name] for name in ("table", "part", "gone", "kept")}
    notices.queue(kind, Audience.ADMINISTRATORS, None, link=LINK, **told)


def _forget_archive(drop: MonthDrop) -> None:
    file, drop.archive = drop.archive, None
    drop.first_id = drop.last_id = None
    drop.gone = 0
    db.session.flush()
    if file is not None:
        attachments.forget(file)
