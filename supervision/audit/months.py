"""Verbs of months that are let go: a person asks, a job does it, the trail keeps both."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from supervision.core import attachments, audit, audit_archive, clock, month_drop, notices
from supervision.core.actor import SYSTEM, Actor
from supervision.core.audit import AuditEntry
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, InvalidInput, NotFound
from supervision.core.month_drop import MonthRule, StillReferredError
from supervision.core.notices import Audience
from supervision.core.partition_models import DropState, MonthDrop
from supervision.core.partitions import Month, Part, parts
from supervision.core.text import N_
from supervision.core.web.state import settings
from supervision.slices import slices

LINK = "/audit/months/"
LARGEST_ARCHIVE = 1 << 40
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
    asked = _asked_parts()
    for table, rule in rules().items():
        held = parts(table)
        due = frozenset(part.name for part in held if rule.is_due(part, this))
        of_table = frozenset(name for of, name in asked if of == table)
        if held:
            found.append(Standing(rule, held, due, of_table))
    return found


def _asked_parts() -> set[tuple[str, str]]:
    stmt = select(MonthDrop.table_name, MonthDrop.part).where(MonthDrop.status == DropState.ASKED)
    return set(db.session.execute(stmt).tuples())


def drops() -> Sequence[MonthDrop]:
    """What was asked for, newest first."""
    stmt = select(MonthDrop).order_by(MonthDrop.id.desc()).limit(_SHOWN)
    return db.session.scalars(stmt).all()


def get_drop(drop_id: int) -> MonthDrop:
    """Raises NotFound."""
    found = db.session.get(MonthDrop, drop_id)
    if found is None:
        raise NotFound
    return found


def ask(actor: Actor, table: str, name: str) -> MonthDrop:
    """Ask that a part be dropped. Raises InvalidInput where it is too young, Conflict if asked."""
    rule, part = get(table, name)
    if not rule.is_due(part, Month.of(clock.now())):
        raise InvalidInput(N_("This month is not old enough to be dropped."))
    if (table, name) in _asked_parts():
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


class RefusedError(RuntimeError):
    """The month stays; the message is a code of ``labels.PROBLEMS``."""


def carry_out(drop_id: int) -> int:
    """Do what was asked for; returns how many rows went. Each step is a transaction of its own.

    Killed in between, the next run begins again: nothing is lost before the last step.
    """
    try:
        gone = _carry_out(drop_id)
    except (RefusedError, StillReferredError) as error:
        code = "referred" if isinstance(error, StillReferredError) else str(error)
        with transaction():
            _end(get_drop(drop_id), DropState.REFUSED, problem=code)
        return 0
    with transaction():
        month_drop.check_keys(get_drop(drop_id).table_name)
    return gone


def _carry_out(drop_id: int) -> int:
    drop = get_drop(drop_id)
    rule, part = _still_due(drop.table_name, drop.part)
    if rule.archived:
        _archive(drop_id, part)
    with transaction():
        month_drop.remove_along(rule, part)
    with transaction():
        drop = get_drop(drop_id)
        done = month_drop.drop(rule, part)
        if rule.archived and done.rows != drop.gone:
            raise RefusedError("changed")
        left = month_drop.find_part(drop.table_name, drop.part)
        drop.gone, drop.kept = done.goes, done.stays
        drop.bytes_before, drop.bytes_after = part.size, left.size if left else 0
        _end(drop, DropState.DONE)
        return done.goes


def _still_due(table: str, name: str) -> tuple[MonthRule, Part]:
    try:
        rule, part = get(table, name)
    except NotFound:
        raise RefusedError("gone") from None
    if not rule.is_due(part, Month.of(clock.now())):
        raise RefusedError("young")
    return rule, part


def _archive(drop_id: int, part: Part) -> None:
    """Write the part to a file and keep it: from here on it can be proved what the month held."""
    if audit_archive.unsealed(part):
        raise RefusedError("unsealed")
    with tempfile.TemporaryFile() as file:
        written = audit_archive.write(part, file)
        if written is None:
            return
        file.seek(0)
        attachments.send_ahead(file)
        with transaction():
            drop = get_drop(drop_id)
            drop.archive = attachments.store_file(
                SYSTEM,
                file,
                f"{part.table}-{part.name}.jsonl.gz",
                "application/gzip",
                limit=LARGEST_ARCHIVE,
            )
            drop.first_id, drop.last_id = written.first_id, written.last_id
            drop.gone = written.entries


def _end(drop: MonthDrop, state: DropState, *, problem: str = "") -> None:
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
