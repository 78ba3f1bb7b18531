"""The versioned tables: what is in force on a day, and how a new version comes about.

A version that is in force is never changed: a new one takes its place from its first day, and
what was decided under the old one keeps its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Select, and_, or_, select

from supervision.core import audit, clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from supervision.core.permissions import Permission
from supervision.core.search import contains
from supervision.core.statutory import Certainty
from supervision.core.text import N_
from supervision.people import tables
from supervision.people.models import PeopleRule
from supervision.people.tables import HoursRule, RuleTable, Sector, StaffingRule

MOST_VERSIONS = 50
MOST_ROWS = 500
LONGEST_AHEAD_YEARS = 2
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def _on(day: date) -> Any:
    ends = or_(PeopleRule.effective_to.is_(None), PeopleRule.effective_to >= day)
    return and_(PeopleRule.effective_from <= day, ends)


def in_force(kind: RuleTable, day: date) -> Sequence[PeopleRule]:
    """Every row of a table as it holds on ``day``, in the order in which the rows came."""
    stmt = select(PeopleRule).where(PeopleRule.kind == kind, _on(day)).order_by(PeopleRule.id)
    return db.session.scalars(stmt.limit(MOST_ROWS)).all()


def rule_on(kind: RuleTable, code: str, day: date, *, field: str = "code") -> PeopleRule:
    """A row that may be chosen on ``day``. Raises InvalidInput naming ``field``."""
    stmt = select(PeopleRule).where(PeopleRule.kind == kind, PeopleRule.code == code, _on(day))
    found = db.session.scalars(stmt.order_by(PeopleRule.effective_from.desc())).first()
    if found is None:
        raise InvalidInput(N_("Choose one of the list."), field=field)
    return found


@dataclass(frozen=True)
class Tables:
    """All tables of a day, read in one statement."""

    rows: Sequence[PeopleRule]

    def of(self, kind: RuleTable) -> list[PeopleRule]:
        return [row for row in self.rows if row.kind is kind]

    @cached_property
    def posts(self) -> Mapping[str, tables.PostKind]:
        return {row.code: tables.as_post(row.values) for row in self.of(RuleTable.POST)}

    @cached_property
    def sectors(self) -> Mapping[str, Sector]:
        return {row.code: tables.as_sector(row.values) for row in self.of(RuleTable.SECTOR)}

    @cached_property
    def hours(self) -> Sequence[tuple[int, HoursRule]]:
        return [(row.id, tables.as_hours(row.values)) for row in self.of(RuleTable.HOURS)]

    @cached_property
    def staffing(self) -> Sequence[tuple[int, StaffingRule]]:
        return [(row.id, tables.as_staffing(row.values)) for row in self.of(RuleTable.STAFFING)]

    def is_high_risk(self, sector: str) -> bool:
        return sector in self.sectors and self.sectors[sector].high_risk


def on(day: date) -> Tables:
    stmt = select(PeopleRule).where(_on(day)).order_by(PeopleRule.id).limit(MOST_ROWS)
    return Tables(db.session.scalars(stmt).all())


def load(rows_of: Mapping[RuleTable, Iterable[Mapping[str, str]]]) -> int:
    """Rows as they ship that have no row yet; what somebody changed is theirs. For the seeds."""
    stmt = select(PeopleRule.kind, PeopleRule.code)
    known = {(kind, code) for kind, code in db.session.execute(stmt)}
    new = [
        _shipped(kind, row)
        for kind, rows in rows_of.items()
        for row in rows
        if (kind, row["code"]) not in known
    ]
    db.session.add_all(new)
    db.session.flush()
    return len(new)


def _shipped(kind: RuleTable, row: Mapping[str, str]) -> PeopleRule:
    until = row["effective_to"]
    return PeopleRule(
        kind=kind,
        **{name: row[name] for name in ("code", "name", "name_en", "source", "note")},
        values=tables.read_values(kind, row),
        effective_from=date.fromisoformat(row["effective_from"]),
        effective_to=date.fromisoformat(until) if until else None,
        certainty=Certainty(row["certainty"]),
    )


def by_id(ids: Iterable[int]) -> dict[int, PeopleRule]:
    """Versions that records were decided under, ended ones included."""
    stmt = select(PeopleRule).where(PeopleRule.id.in_(set(ids)))
    return {row.id: row for row in db.session.scalars(stmt)}


def list_rules(kind: RuleTable, text: str, *, day: date, all_versions: bool) -> Select[Any]:
    """Rows in force on ``day`` or to come; ``all_versions``: and those that ended."""
    stmt = select(PeopleRule).where(PeopleRule.kind == kind)
    if not all_versions:
        ends = or_(PeopleRule.effective_to.is_(None), PeopleRule.effective_to >= day)
        stmt = stmt.where(ends)
    if text:
        stmt = stmt.where(contains(text, PeopleRule.code, PeopleRule.name, PeopleRule.name_en))
    return stmt.order_by(PeopleRule.code, PeopleRule.effective_from.desc())


def get(rule_id: int) -> PeopleRule:
    found = db.session.get(PeopleRule, rule_id)
    if found is None:
        raise NotFound
    return found


def versions(rule: PeopleRule) -> Sequence[PeopleRule]:
    """All versions of a row, newest first."""
    stmt = select(PeopleRule).where(PeopleRule.kind == rule.kind, PeopleRule.code == rule.code)
    return db.session.scalars(
        stmt.order_by(PeopleRule.effective_from.desc()).limit(MOST_VERSIONS)
    ).all()


@dataclass(frozen=True, slots=True)
class Head:
    """A version without its place in the table; ``note`` says why it is made."""

    name: str
    name_en: str
    effective_from: date
    source: str
    certainty: Certainty
    note: str
    values: Mapping[str, Any]


def create(actor: Actor, kind: RuleTable, code: str, head: Head) -> PeopleRule:
    """A row that nobody has had yet."""
    _check_editor(actor)
    if not _CODE.fullmatch(code):
        raise InvalidInput(N_("Letters, digits, hyphens and underscores only."), field="code")
    stmt = select(PeopleRule.id).where(PeopleRule.kind == kind, PeopleRule.code == code)
    if db.session.scalar(stmt.limit(1)) is not None:
        raise InvalidInput(N_("This code exists already."), field="code")
    _check_start(head.effective_from, None)
    return _add(actor, kind, code, head)


def new_version(base: PeopleRule, actor: Actor, head: Head) -> PeopleRule:
    """The next version of a row; it ends the one before."""
    _check_editor(actor)
    if base.effective_to is not None:
        raise Conflict(N_("There is a later version of this row already."))
    _check_start(head.effective_from, base.effective_from)
    made = _add(actor, base.kind, base.code, head)
    base.effective_to = head.effective_from - timedelta(days=1)
    db.session.flush()
    return made


def discard(rule: PeopleRule, actor: Actor) -> None:
    """Give up a version before its first day; the one before goes on."""
    _check_editor(actor)
    if rule.effective_from <= clock.today():
        raise Conflict(N_("This version is in force: make a new one to change it."))
    audit.record(
        actor, "people_rule.discard", rule, code=rule.code, effective_from=rule.effective_from
    )
    kind, code = rule.kind, rule.code
    db.session.delete(rule)
    db.session.flush()
    stmt = select(PeopleRule).where(PeopleRule.kind == kind, PeopleRule.code == code)
    before = db.session.scalars(stmt.order_by(PeopleRule.effective_from.desc())).first()
    if before is not None:
        before.effective_to = None
    db.session.flush()


def _add(actor: Actor, kind: RuleTable, code: str, head: Head) -> PeopleRule:
    made = PeopleRule(
        kind=kind,
        code=code,
        name=head.name,
        name_en=head.name_en,
        values=tables.read_values(kind, head.values),
        effective_from=head.effective_from,
        source=head.source,
        certainty=head.certainty,
        note=head.note,
        created_by=actor.name,
    )
    db.session.add(made)
    audit.record(
        actor,
        "people_rule.create",
        made,
        kind=kind,
        code=code,
        effective_from=head.effective_from,
        values=made.values,
        reason=head.note,
    )
    return made


def _check_editor(actor: Actor) -> None:
    if not actor.may(Permission.FILE_TABLES_EDIT):
        raise Forbidden


def _check_start(effective_from: date, last_from: date | None) -> None:
    today = clock.today()
    if effective_from <= today:
        raise InvalidInput(N_("A version begins tomorrow at the earliest."), field="effective_from")
    if effective_from.year > today.year + LONGEST_AHEAD_YEARS:
        raise InvalidInput(N_("This day lies too far ahead."), field="effective_from")
    if last_from is not None and effective_from <= last_from:
        raise InvalidInput(
            N_("The last version begins on %(day)s: a new one can only begin after it."),
            field="effective_from",
            day=last_from,
        )
