"""Who sees which rows. Every read of a scoped table starts at :func:`visible`.

A model is scoped when it has a classmethod ``visible_to(actor)`` that returns the SQL
condition for the rows this actor may know of. A statement that reaches a scoped table
without having passed through here raises: forgetting the scope is a crash in the first
test, not a leak in production.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Protocol, TypeVar, cast

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Executable,
    Select,
    Table,
    and_,
    event,
    false,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.sql import util as sql_util
from sqlalchemy.sql.visitors import InternalTraversal

from supervision.core.actor import Actor
from supervision.core.db import Base

_MARK = "anqi_scope"

E = TypeVar("E", bound=Executable)


class Scoped(Protocol):
    """What a scoped model offers."""

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """The condition for rows that ``actor`` may know of."""


class UnscopedReadError(RuntimeError):
    """A statement reached a scoped table without :func:`visible` or :func:`unscoped`."""


def visible(model: type[Any], actor: Actor | None, *entities: Any) -> Select[Any]:
    """Select ``model`` (or ``entities`` of it) restricted to what ``actor`` may see."""
    condition = false() if actor is None else cast("type[Scoped]", model).visible_to(actor)
    stmt = select(*entities).select_from(model) if entities else select(model)
    return stmt.where(condition).execution_options(**{_MARK: "visible"})


def unscoped(stmt: E, *, reason: str) -> E:
    """The only way round the scope. ``reason`` is for the reader of the code."""
    if not reason:
        raise ValueError("unscoped() needs a reason")
    return stmt.execution_options(**{_MARK: reason})


def region_range(column: Any, prefix: str) -> ColumnElement[bool]:
    """``column`` starts with the digits ``prefix``, as a range that an index serves."""
    if len(prefix) > LONGEST_CODE:
        return false()
    after = str(int(prefix) + 1).zfill(len(prefix))
    if len(prefix) > CITY:
        return and_(column >= prefix, column < after)
    return and_(MostlyTrue(column >= prefix), MostlyTrue(column < after))


# Digits of a city's code. Nearly all rows of an installation lie in its city.
CITY = 4
# Streets and towns (GB/T 10114); what an address says beyond that is no division.
LONGEST_CODE = 9


class MostlyTrue(ColumnElement[bool]):
    """A condition that holds for nearly every row, said to the planner that cannot count.

    SQLite takes every range for a sixteenth of the table, reads a whole city by region and sorts
    it; PostgreSQL keeps histograms and needs no word.
    """

    inherit_cache = True
    _traverse_internals = [("inner", InternalTraversal.dp_clauseelement)]  # noqa: RUF012 - theirs
    type = Boolean()

    def __init__(self, inner: ColumnElement[bool]) -> None:
        self.inner = inner

    def self_group(self, against: Any = None) -> MostlyTrue:  # noqa: ARG002 - a function's call
        return self


@compiles(MostlyTrue)
def _as_it_is(element: MostlyTrue, compiler: Any, **options: Any) -> str:
    return f"({compiler.process(element.inner, **options)})"


@compiles(MostlyTrue, "sqlite")
def _as_likely(element: MostlyTrue, compiler: Any, **options: Any) -> str:
    return f"likely({compiler.process(element.inner, **options)})"


@cache
def _scoped_tables() -> frozenset[Table]:
    return frozenset(
        cast("Table", mapper.local_table)
        for mapper in Base.registry.mappers
        if hasattr(mapper.class_, "visible_to")
    )


def _tripwire(state: ORMExecuteState) -> None:
    if state.is_column_load or state.is_relationship_load or state.is_insert:
        return
    if state.execution_options.get(_MARK) or state.statement.get_execution_options().get(_MARK):
        return
    reached = set(
        sql_util.find_tables(
            cast("Any", state.statement),
            include_joins=True,
            include_aliases=True,
            include_selects=True,
            include_crud=True,
            check_columns=True,
        )
    )
    loose = {t.name for t in reached if t in _scoped_tables()}
    if loose:
        raise UnscopedReadError(
            f"{', '.join(sorted(loose))} read without visible() or unscoped(): {state.statement}"
        )


def install_tripwire(session_class: type[Session] | Any) -> None:
    """Arm the tripwire on a session factory, once."""
    if not event.contains(session_class, "do_orm_execute", _tripwire):
        event.listen(session_class, "do_orm_execute", _tripwire)


__all__ = [
    "Scoped",
    "UnscopedReadError",
    "install_tripwire",
    "region_range",
    "unscoped",
    "visible",
]
