"""Pages of a list: never unbounded, counted only as far as anybody reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import request, url_for
from sqlalchemy import BinaryExpression, Select, func, select
from sqlalchemy.sql import operators

from supervision.core.db import db

T = TypeVar("T")

PER_PAGE = 25
COUNT_CAP = 10_000
# A list says by this option that an index holds each of its orders.
WALK = "anqi_walk"
# Fewer are sorted sooner than found on a walk.
WALKED = 1000
MAX_PAGE = COUNT_CAP // PER_PAGE + 1


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """``total`` stops at :data:`COUNT_CAP`; ``is_capped`` says that there are more."""

    items: Sequence[T]
    number: int
    per_page: int
    total: int
    is_capped: bool

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))

    @property
    def has_prev(self) -> bool:
        return self.number > 1

    @property
    def has_next(self) -> bool:
        return self.number < self.pages

    @property
    def first(self) -> int:
        return (self.number - 1) * self.per_page + 1 if self.items else 0

    @property
    def last(self) -> int:
        return self.first + len(self.items) - 1 if self.items else 0

    @property
    def total_text(self) -> str:
        return count_text(self.total + self.is_capped)

    def url(self, number: int) -> str:
        """The list's address at another page, filters kept."""
        args = {k: v for k, v in request.args.items(multi=True) if k != "page" and v}
        return url_for(
            str(request.endpoint), **{**(request.view_args or {}), **args, "page": number}
        )


def count_text(count: int) -> str:
    """A count as a reader sees it: beyond the cap nobody needs the rest."""
    return f"{COUNT_CAP:,}+" if count > COUNT_CAP else f"{count:,}"


def page_number() -> int:
    """``?page=``, forgiving: nonsense is page 1."""
    number = request.args.get("page", 1, type=int) or 1
    return min(max(number, 1), MAX_PAGE)


def paginate(stmt: Select[Any], *, number: int, per_page: int = PER_PAGE) -> Page[Any]:
    """One page of ``stmt``'s first entity. ``stmt`` comes from ``visible()`` and is ordered."""
    key = stmt.column_descriptions[0]["entity"].id
    plain = stmt.with_only_columns(key, maintain_column_froms=True)
    total = capped_count(plain.order_by(None))
    if total > WALKED and _may_walk(stmt):
        plain = _walked(plain)
    # Which rows, out of an index where there is one; then these rows, and no others, whole.
    some = plain.limit(per_page).offset((number - 1) * per_page).subquery()
    chosen = select(*some.c).execution_options(**stmt.get_execution_options())
    ids = db.session.scalars(chosen).all()
    rows = whole_rows(stmt, key, ids)
    return Page(rows, number, per_page, min(total, COUNT_CAP), total > COUNT_CAP)


def _may_walk(stmt: Select[Any]) -> bool:
    return WALK in stmt.get_execution_options() and db.engine.dialect.name == "sqlite"


def _walked(stmt: Select[Any]) -> Select[Any]:
    """The same rows, read in their order until there are enough, not looked up and sorted.

    For a search that has found many: SQLite would fetch each of them by its id first.
    """
    walked = stmt.where()
    walked._where_criteria = tuple(map(_not_by_key, stmt._where_criteria))  # noqa: SLF001 - as above
    return walked


def _not_by_key(clause: Any) -> Any:
    """``id IN (SELECT ...)`` as a condition on each row that is read."""
    if isinstance(clause, BinaryExpression) and clause.operator is operators.in_op:
        left: Any = clause.left
        return (left + 0).in_(clause.right)
    return clause


def first_rows(stmt: Select[Any], limit: int) -> Sequence[Any]:
    """The first few of a list, by the same two steps as a page of it."""
    key = stmt.column_descriptions[0]["entity"].id
    some = stmt.with_only_columns(key, maintain_column_froms=True).limit(limit).subquery()
    chosen = select(*some.c).execution_options(**stmt.get_execution_options())
    return whole_rows(stmt, key, db.session.scalars(chosen).all())


def whole_rows(stmt: Select[Any], key: Any, ids: Sequence[int]) -> Sequence[Any]:
    """The rows of ``ids``, in the order and with the options of ``stmt``, which has found them."""
    if not ids:
        return ()
    found = stmt.where(key.in_(ids))
    # What narrowed the list has done its work: a search would be made a second time.
    found._where_criteria = found._where_criteria[-1:]  # noqa: SLF001 - there is no other way
    return db.session.scalars(found).unique().all()


def capped_count(stmt: Select[Any], cap: int = COUNT_CAP) -> int:
    """How many rows ``stmt`` (of one column, from ``visible()``) has; ``cap + 1`` for more."""
    counted = select(func.count()).select_from(stmt.limit(cap + 1).subquery())
    return db.session.scalar(counted.execution_options(**stmt.get_execution_options())) or 0


def capped_counts(stmts: Sequence[Select[Any]], cap: int = COUNT_CAP) -> Sequence[int]:
    """:func:`capped_count` of several statements in one, none of which reads more than it would."""
    counted = [
        select(func.count()).select_from(stmt.limit(cap + 1).subquery()).scalar_subquery()
        for stmt in stmts
    ]
    asked = select(*counted).execution_options(**stmts[0].get_execution_options())
    return tuple(db.session.execute(asked).one())


__all__ = [
    "COUNT_CAP",
    "PER_PAGE",
    "Page",
    "capped_count",
    "capped_counts",
    "count_text",
    "page_number",
    "paginate",
]
