"""Tables that grow for ever lie in months on PostgreSQL; SQLite keeps them in one piece.

The month is in the id (docs/adr/0022): ``YYMM * SPAN + a number of a sequence``, so that
the id alone is still the primary key, foreign keys stay real, a row is found in one part by its
id, and the database itself refuses to let go of a part that something refers to. Ids below
:data:`SPAN` were given before the table lay in months.

A table's parts: ``<table>_before`` for what is older than its first month, one ``<table>_YYMM`` a
month (UTC), made ahead by a daily job, and ``<table>_rest``, a net for instants that no month
holds: it should be empty.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Table,
    and_,
    bindparam,
    column,
    event,
    func,
    literal,
    literal_column,
    or_,
    select,
    table,
    text,
    true,
)
from sqlalchemy.engine import Connection
from sqlalchemy.orm import InstrumentedAttribute

from supervision.core import clock
from supervision.core.db import LongId, db

# So many numbers has a month; the sequence begins anew after them.
SPAN = 10**10
# For a model's ``__table_args__``.
BY_MONTH: dict[str, Any] = {"postgresql_partition_by": "RANGE (id)"}
# The same of a table whose rows go together with the row of a month that they refer to.
GOES_ALONG: dict[str, Any] = {"info": {"goes_along": True}}
AHEAD = 2
BEFORE, REST = "before", "rest"
_POSTGRES = "postgresql"


@dataclass(frozen=True, slots=True)
class Monthly:
    """A table in months. ``at``: the column whose month the id begins with.

    ``unique``: columns that are unique in each part; over all parts whoever inserts sees to it.
    """

    table: str
    at: str
    unique: tuple[str, ...] = ()


MONTHLY: dict[str, Monthly] = {}


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of UTC, from January 2000 on."""

    year: int
    month: int

    @classmethod
    def of(cls, instant: datetime) -> Month:
        """The month that holds ``instant``; what is before the year 2000 counts as its January."""
        utc = instant.astimezone(UTC)
        return cls(utc.year, utc.month) if utc.year >= 2000 else cls(2000, 1)

    @classmethod
    def parse(cls, code: str) -> Month:
        """``"2611"``; raises ValueError."""
        if not re.fullmatch(r"\d{2,4}(0[1-9]|1[0-2])", code):
            raise ValueError(code)
        return cls(2000 + int(code[:-2]), int(code[-2:]))

    @property
    def code(self) -> str:
        return f"{self.year - 2000:02}{self.month:02}"

    @property
    def first_id(self) -> int:
        """No id of the month is smaller."""
        return int(self.code) * SPAN

    @property
    def begins(self) -> datetime:
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    def plus(self, months: int) -> Month:
        count = self.year * 12 + self.month - 1 + months
        return Month(count // 12, count % 12 + 1)

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"


def lies_in_months(
    table: Any, at: InstrumentedAttribute[datetime], *, unique: Sequence[str] = ()
) -> None:
    """Make the table's parts when the table is made. The model says :data:`BY_MONTH` itself."""
    found = Monthly(table.name, at.key, tuple(unique))
    MONTHLY[table.name] = found

    def make_parts(_table: Table, connection: Connection, **_options: Any) -> None:
        if connection.dialect.name == _POSTGRES:
            number_by_month(connection, found.table)
            make_first_parts(connection, found, Month.of(clock.now()))

    event.listen(table, "after_create", make_parts)


def in_months() -> bool:
    """Whether this database keeps them so."""
    return db.engine.dialect.name == _POSTGRES


def _counted(instant: datetime) -> datetime:
    """What is from months ahead, by somebody's wrong clock, counts to the last month that is made.

    In the net it would be in the way of its own for ever. A search by its instant does not find it.
    """
    return min(instant, Month.of(clock.now()).plus(AHEAD).begins)


def own_id_given(table: str) -> ColumnElement[int]:
    """The next id of a row's month, for an INSERT that is built once; PostgreSQL only.

    :func:`own_id_values` go with it.
    """
    number = func.nextval(f"{table}_id_seq", type_=LongId) % literal(SPAN, LongId)
    return bindparam(_FIRST_ID, type_=LongId) + number


def own_id_values(instant: datetime) -> dict[str, int]:
    """The month of a row, for a statement with :func:`own_id_given`; nothing where there is none."""
    first = first_id_of(instant)
    return {} if first is None else {_FIRST_ID: first}


def first_id_of(instant: datetime) -> int | None:
    """Where the ids of a row's month begin; None where there are no months."""
    return Month.of(_counted(instant)).first_id if in_months() else None


def of_month(ident: ColumnElement[int], first_id: int) -> ColumnElement[bool]:
    """Only the month that :func:`first_id_of` names, of which the database then looks into one part.

    The month stands in the statement itself: it is one statement a month whose plan can be kept.
    Given as a parameter, the part would have to be looked for, and all be planned, each time.
    """
    first: ColumnElement[int] = literal_column(str(int(first_id)), LongId)
    last: ColumnElement[int] = literal_column(str(int(first_id) + SPAN), LongId)
    return and_(ident >= first, ident < last)


_FIRST_ID = "month_s_first_id"


def within(
    ident: InstrumentedAttribute[int], since: datetime | None, until: datetime | None
) -> ColumnElement[bool]:
    """Keeps the database off the months in which no row from ``since`` to ``until`` can lie.

    It narrows nothing that a condition on the instant itself does not, which goes along with it.
    """
    if not in_months() or (since is None and until is None):
        return true()
    bounds = []
    if since is not None and since.year >= 2000:
        bounds.append(ident >= Month.of(since).first_id)
    if until is not None and 2000 <= until.year < 9999:
        bounds.append(ident < Month.of(until).plus(1).first_id)
    return or_(ident < SPAN, and_(*bounds)) if bounds else true()


_LEAF = re.compile(r"(?P<table>[a-z_]+)_(?P<part>\d{4,6}|before|rest)")


def is_part(name: str) -> bool:
    """Whether a table of this name is a part of one that lies in months."""
    found = _LEAF.fullmatch(name)
    return found is not None and found["table"] in MONTHLY


# What the models say for SQLite alone: alembic does not read ``ddl_if``.
_PLAIN_ONLY = {"uq_violation_event_id", "fk_audit_seal_entry_id"}


def is_described(item: Any, name: str | None, kind: str, dialect: str) -> bool:
    """Whether a comparison of the models with a database of this kind should look at it.

    For alembic's ``include_object``. A key that refers to a table has a copy for each of its parts.
    """
    if dialect != _POSTGRES or name is None:
        return True
    if kind == "foreign_key_constraint":
        referred = (one.target_fullname.rpartition(".")[0] for one in item.elements)
        return name not in _PLAIN_ONLY and not any(is_part(table) for table in referred)
    return not (kind == "table" and is_part(name)) and name not in _PLAIN_ONLY


def number_by_month(connection: Connection, table: str) -> None:
    """Rows that bring no id get one of the month of the database's own clock."""
    connection.execute(
        text(
            f"ALTER TABLE {table} ALTER COLUMN id SET DEFAULT"
            f" to_char(now() AT TIME ZONE 'UTC', 'YYMM')::bigint * {SPAN}"
            f" + nextval('{table}_id_seq') % {SPAN}"
        )
    )


def make_first_parts(connection: Connection, monthly: Monthly, first: Month) -> None:
    """The part for what is older, the months from ``first`` on, and the net."""
    table = monthly.table
    _make_part(connection, monthly, BEFORE, f"FROM (MINVALUE) TO ({first.first_id})")
    for ahead in range(AHEAD + 1):
        make_month(connection, monthly, first.plus(ahead))
    connection.execute(text(f"CREATE TABLE {table}_{REST} PARTITION OF {table} DEFAULT"))
    _make_unique(connection, monthly, REST)


def make_month(connection: Connection, monthly: Monthly, month: Month) -> None:
    """The part for one month."""
    bounds = f"FROM ({month.first_id}) TO ({month.plus(1).first_id})"
    _make_part(connection, monthly, month.code, bounds)


def _make_part(connection: Connection, monthly: Monthly, part: str, bounds: str) -> None:
    table = monthly.table
    connection.execute(
        text(f"CREATE TABLE {table}_{part} PARTITION OF {table} FOR VALUES {bounds}")
    )
    _make_unique(connection, monthly, part)


def _make_unique(connection: Connection, monthly: Monthly, part: str) -> None:
    name = f"{monthly.table}_{part}"
    for key in monthly.unique:
        connection.execute(text(f"CREATE UNIQUE INDEX uq_{name}_{key} ON {name} ({key})"))


def make_ahead(now: datetime) -> int:
    """The parts of this month and of the next ones that are not there yet; returns how many.

    A month of which the net holds rows already cannot be made: they stay there, and
    :func:`in_the_net` says so.
    """
    if not in_months():
        return 0
    made = 0
    for monthly in MONTHLY.values():
        known = {part.name for part in parts(monthly.table)}
        for ahead in range(AHEAD + 1):
            month = Month.of(now).plus(ahead)
            if month.code not in known and not _is_before(monthly.table, month):
                made += _make_unless_in_the_net(monthly, month)
    return made


def _is_before(table: str, month: Month) -> bool:
    """Whether the part for what is older holds this month, because the clock was behind."""
    top = next((part.until for part in parts(table) if part.name == BEFORE), None)
    return top is not None and month.first_id < top


def _make_unless_in_the_net(monthly: Monthly, month: Month) -> int:
    first, last = month.first_id, month.plus(1).first_id
    net = table(f"{monthly.table}_{REST}", column("id", LongId))
    strays = select(net.c.id).where(net.c.id >= first, net.c.id < last).limit(1)
    if db.session.execute(strays).first() is not None:
        return 0
    make_month(db.session.connection(), monthly, month)
    return 1


def in_the_net() -> dict[str, int]:
    """Tables whose net holds rows, and how many (at most a thousand are counted)."""
    if not in_months():
        return {}
    found = {}
    for name in MONTHLY:
        some = select(table(f"{name}_{REST}", column("id", LongId))).limit(1000).subquery()
        if count := db.session.scalar(select(func.count()).select_from(some)):
            found[name] = count
    return found


@dataclass(frozen=True, slots=True)
class Part:
    """One part as the database describes it; ``rows`` is its own estimate, ``size`` in bytes.

    ``since`` and ``until`` are ids, None for an end that is open.
    """

    table: str
    name: str
    rows: int
    size: int
    since: int | None
    until: int | None

    @property
    def month(self) -> Month | None:
        return Month.parse(self.name) if self.name.isdecimal() else None

    @property
    def ends(self) -> Month | None:
        """The first month that it does not hold; None: it is the net."""
        return None if self.until is None else Month.parse(f"{self.until // SPAN:04}")

    @property
    def is_net(self) -> bool:
        return self.name == REST

    def holds(self, ident: Any) -> ColumnElement[bool]:
        """The condition for an id that lies in here; not for the net."""
        low = true() if self.since is None else ident >= self.since
        return and_(low, ident < self.until)


def parts(table: str) -> list[Part]:
    """The parts of a table, oldest first, the net last; nothing on SQLite."""
    if not in_months():
        return []
    rows = db.session.execute(
        text(
            "SELECT c.relname, c.reltuples, pg_total_relation_size(c.oid),"
            " pg_get_expr(c.relpartbound, c.oid)"
            " FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = CAST(:table AS regclass)"
        ),
        {"table": table},
    )
    found = [
        Part(table, name.removeprefix(f"{table}_"), max(0, int(rows)), size, *_bounds(bounds))
        for name, rows, size, bounds in rows
    ]
    return sorted(found, key=lambda part: (part.is_net, part.until or 0))


_BOUNDS = re.compile(r"FROM \((?:'?(\d+)'?|MINVALUE)\) TO \('?(\d+)'?\)")


def _bounds(told: str) -> tuple[int | None, int | None]:
    found = _BOUNDS.search(told)
    if found is None:
        return None, None
    return int(found[1]) if found[1] else None, int(found[2])
