"""Letting go of a month of a table that lies in months.

Nothing here asks whether a month is old enough: :class:`MonthRule` says it, the page shows it, a
person asks for it. What must stay does: rows that the rule names, rows that other records refer
to, and originals of rows that stay. Where there are such rows, a new part with them alone takes
the old one's place, and the keys that refer to the table are checked anew by the database.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Table,
    column,
    delete,
    func,
    insert,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.exc import DBAPIError

from supervision.core.db import Base, LongId, db
from supervision.core.partitions import Month, Part, parts
from supervision.core.scope import unscoped

# Whoever waits for the table longer than this gives up, and the next run tries again.
LOCK_WAIT = "10s"
_BY_JOB = "a month goes as a whole, whose ever its rows are"
_STAYING = table("month_staying", column("id", LongId))


@dataclass(frozen=True, slots=True)
class MonthRule:
    """When a month of a table may go. ``months``: whole months to keep, 0: for ever.

    ``stays``: rows that stay although their month goes; None: a month goes whole. ``archived``:
    its rows are written to a file first.
    """

    table: str
    label: Any
    months: Callable[[], int]
    stays: Callable[[], ColumnElement[bool]] | None = None
    archived: bool = False

    def is_due(self, part: Part, this: Month) -> bool:
        """Whether every row of the part is older than what is kept."""
        kept = self.months()
        if not kept or part.ends is None:
            return False
        return part.ends <= this.plus(-kept)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a part holds, counted now."""

    rows: int
    stays: int
    along: int

    @property
    def goes(self) -> int:
        return self.rows - self.stays


def find_part(of: str, name: str) -> Part | None:
    """The part of this name ("2611", "before"), or None."""
    return next((part for part in parts(of) if part.name == name), None)


def preview(rule: MonthRule, part: Part) -> Preview:
    """Count what goes, what stays, and what goes along. Takes seconds for a million rows."""
    own = _table(rule)
    rows = db.session.scalar(_all(select(func.count()).where(part.holds(own.c.id)))) or 0
    stays = _choose_staying(rule, part) if rule.stays is not None else 0
    along = 0
    for key in _going_along(rule.table) if rule.stays is not None else ():
        stmt = select(func.count()).where(part.holds(key), ~_is_staying(key))
        along += db.session.scalar(_all(stmt)) or 0
    return Preview(rows, stays, along)


def remove_along(rule: MonthRule, part: Part) -> int:
    """Delete what goes with the rows that go; nobody waits for it."""
    if rule.stays is None:
        return 0
    _choose_staying(rule, part)
    gone = 0
    for key in _going_along(rule.table):
        stmt = delete(key.table).where(part.holds(key), ~_is_staying(key))
        gone += db.session.execute(_all(stmt)).rowcount  # type: ignore[attr-defined]
    return gone


def drop(rule: MonthRule, part: Part) -> Preview:
    """Let the part go, but for what stays; everybody else waits for a moment.

    Raises :class:`StillReferredError` where something refers to a row that would go.
    """
    db.session.execute(text(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'"))
    db.session.execute(text(f"LOCK TABLE {rule.table} IN ACCESS EXCLUSIVE MODE"))
    found = preview(rule, part)
    if found.along:
        raise StillReferredError(rule.table)
    if not found.stays:
        _let_go(part)
    elif found.goes:
        _put_in_place(rule, part)
    return found


class StillReferredError(RuntimeError):
    """Other records refer to rows that were to go."""


def _table(rule: MonthRule) -> Table:
    return Base.metadata.tables[rule.table]


def _all(stmt: Any) -> Any:
    return unscoped(stmt, reason=_BY_JOB)


def _referring(name: str) -> list[Column[int]]:
    """Every column that refers to the table's rows, its own one as well."""
    return [
        key.parent
        for other in Base.metadata.sorted_tables
        for key in sorted(other.foreign_keys, key=lambda key: key.parent.name)
        if key.column.table.name == name
    ]


def _going_along(name: str) -> list[Column[int]]:
    return [key for key in _referring(name) if key.table.info.get("goes_along")]


def _is_staying(ident: Any) -> ColumnElement[bool]:
    return ident.in_(select(_STAYING.c.id))  # type: ignore[no-any-return]


def _choose_staying(rule: MonthRule, part: Part) -> int:
    """Write the ids of what stays to a table of this transaction; returns how many."""
    assert rule.stays is not None
    own = _table(rule)
    db.session.execute(text("DROP TABLE IF EXISTS pg_temp.month_staying"))
    db.session.execute(
        text("CREATE TEMPORARY TABLE month_staying (id bigint PRIMARY KEY) ON COMMIT DROP")
    )
    conditions = [rule.stays(), *(own.c.id.in_(stmt) for stmt in _referred(own, part))]
    count = _stay(select(own.c.id).where(part.holds(own.c.id), or_(*conditions)))
    while more := sum(_stay(stmt) for stmt in _originals(own, part)):
        count += more
    return count


def _referred(own: Table, part: Part) -> list[Any]:
    """Ids of the part that anything outside of it refers to."""
    found = []
    for key in _referring(own.name):
        if key.table is own:
            other = own.alias("elsewhere")
            ident = other.c[key.name]
            found.append(select(ident).where(part.holds(ident), ~part.holds(other.c.id)))
        elif not key.table.info.get("goes_along"):
            found.append(select(key).where(part.holds(key)))
    return found


def _originals(own: Table, part: Part) -> list[Any]:
    """What rows that stay refer to within the same part."""
    return [
        select(key).where(part.holds(key), _is_staying(own.c.id), ~_is_staying(key))
        for key in _referring(own.name)
        if key.table is own
    ]


def _stay(stmt: Any) -> int:
    more = insert(_STAYING).from_select(["id"], stmt.distinct())
    # Of an INSERT SQLAlchemy forgets the number of rows unless it is asked not to.
    done = db.session.execute(_all(more), execution_options={"preserve_rowcount": True})
    return max(0, int(done.rowcount))  # type: ignore[attr-defined]


def _let_go(part: Part) -> None:
    """The database refuses where anything refers to a row."""
    try:
        db.session.execute(text(f"ALTER TABLE {part.table} DETACH PARTITION {_name(part)}"))
    except DBAPIError as error:
        if "violates foreign key" in str(error.orig):
            raise StillReferredError(part.table) from error
        raise
    db.session.execute(text(f"DROP TABLE {_name(part)}"))


def _put_in_place(rule: MonthRule, part: Part) -> None:
    """A part with the rows that stay instead of the old one.

    A part that is referred to cannot be detached; so the keys go, and come back unchecked for a
    moment: :func:`check_keys` has the database check them without keeping anybody waiting.
    """
    name = _name(part)
    keys = _keys_to(rule.table)
    low = "MINVALUE" if part.since is None else part.since
    statements = [
        f"CREATE TABLE {name}_new (LIKE {name} INCLUDING ALL)",
        f"INSERT INTO {name}_new SELECT * FROM {name} WHERE id IN (SELECT id FROM month_staying)",  # noqa: S608 - our own names
        *(f"ALTER TABLE {of} DROP CONSTRAINT {key}" for of, key, _definition in keys),
        f"ALTER TABLE {rule.table} DETACH PARTITION {name}",
        f"DROP TABLE {name}",
        f"ALTER TABLE {name}_new RENAME TO {name}",
        f"ALTER TABLE {rule.table} ATTACH PARTITION {name} FOR VALUES FROM ({low}) TO ({part.until})",
        *(
            f"ALTER TABLE {of} ADD CONSTRAINT {key} {definition}{_later(of == rule.table)}"
            for of, key, definition in keys
        ),
    ]
    for statement in statements:
        db.session.execute(text(statement))


def _later(is_own: bool) -> str:
    """Checked by :func:`check_keys`; before PostgreSQL 18 a table in parts checks its own at once."""
    version = db.session.connection().dialect.server_version_info
    return "" if is_own and version is not None and version < (18,) else " NOT VALID"


_KEYS = text(
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated"
    " FROM pg_constraint WHERE contype = 'f' AND conparentid = 0"
    " AND confrelid = CAST(:table AS regclass) ORDER BY 1, 2"
)


def _keys_to(name: str) -> list[tuple[str, str, str]]:
    rows = db.session.execute(_KEYS, {"table": name})
    return [(str(row[0]), str(row[1]), str(row[2]).removesuffix(" NOT VALID")) for row in rows]


def check_keys(name: str) -> int:
    """Have the database check the keys that a drop has made anew; returns how many."""
    found = [row for row in db.session.execute(_KEYS, {"table": name}) if not row[3]]
    for row in found:
        db.session.execute(text(f"ALTER TABLE {row[0]} VALIDATE CONSTRAINT {row[1]}"))
    return len(found)


def _name(part: Part) -> str:
    return f"{part.table}_{part.name}"
