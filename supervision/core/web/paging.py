"""Pages of a list: never unbounded, counted only as far as anybody reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import request, url_for
from sqlalchemy import ColumnElement, Select, case, func, select

from supervision.core.db import db
from supervision.core.find import Found

T = TypeVar("T")

PER_PAGE = 25
COUNT_CAP = 10_000
# Fewer are sorted sooner than met on a walk through the list.
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
            str(request.endpoint), **{**args, **(request.view_args or {}), "page": number}
        )


def count_text(count: int) -> str:
    """A count as a reader sees it: beyond the cap nobody needs the rest."""
    return f"{COUNT_CAP:,}+" if count > COUNT_CAP else f"{count:,}"


def page_number() -> int:
    """``?page=``, forgiving: nonsense is page 1."""
    number = request.args.get("page", 1, type=int) or 1
    return min(max(number, 1), MAX_PAGE)


def paginate(
    stmt: Select[Any], *, number: int, per_page: int = PER_PAGE, search: Search | None = None
) -> Page[Any]:
    """One page of ``stmt``'s first entity. ``stmt`` comes from ``visible()`` and is ordered.

    With ``search``, of those rows of ``stmt`` that it has found.
    """
    key = stmt.column_descriptions[0]["entity"].id
    plain = stmt.with_only_columns(key, maintain_column_froms=True)
    # Which rows, out of an index where there is one; then these rows, and no others, whole.
    window = _Window(key, per_page, (number - 1) * per_page)
    if search is None:
        total = capped_count(plain.order_by(None))
        ids = window.read(plain)
    else:
        total, ids = _searched(plain, window, search)
    rows = whole_rows(stmt, key, ids)
    return Page(rows, number, per_page, min(total, COUNT_CAP), total > COUNT_CAP)


@dataclass(frozen=True, slots=True)
class Search:
    """What narrows a list, each of whose orders an index holds, to the rows that hold some words.

    ``is_alone``: nothing but the reader's scope narrows it besides, so that the index of the
    search knows how many they are.
    """

    found: Found
    is_alone: bool


@dataclass(frozen=True, slots=True)
class _Window:
    """The rows of a page among all."""

    key: Any
    limit: int
    offset: int

    def of(self, plain: Select[Any]) -> Select[Any]:
        return plain.limit(self.limit).offset(self.offset)

    def read(self, plain: Select[Any]) -> Sequence[int]:
        some = self.of(plain).subquery()
        chosen = select(*some.c).execution_options(**plain.get_execution_options())
        return db.session.scalars(chosen).all()


def _searched(plain: Select[Any], window: _Window, search: Search) -> tuple[int, Sequence[int]]:
    """How many have been found, and the ids of the page, out of one look into the index.

    A few are looked up and sorted; many are met soon on a walk through the list in its order, and
    beyond what anybody counts, nearly every row on it is one.
    """
    key, hits = window.key, search.found.ids
    if not search.is_alone:
        hits = plain.where(key.in_(hits)).order_by(None)
    some = hits.limit(COUNT_CAP + 1).cte("found")
    ids = select(*some.c)
    count = select(func.count()).select_from(some).scalar_subquery()
    page = case(
        (count <= WALKED, _as_list(window.of(plain.where(key.in_(ids))))),
        (count <= COUNT_CAP, _as_list(window.of(plain.where(_met_on_a_walk(key, ids))))),
    )
    asked = select(count, page).execution_options(**plain.get_execution_options())
    total, found = db.session.execute(asked).one()
    if total > COUNT_CAP:
        return total, window.read(plain.where(search.found.holds))
    return total, json.loads(found) if isinstance(found, str) else found


def _met_on_a_walk(key: Any, ids: Select[Any]) -> ColumnElement[bool]:
    """``key`` is one of ``ids``, said so that no planner fetches each of them and sorts."""
    if db.engine.dialect.name == "sqlite":
        return (key + 0).in_(ids)  # type: ignore[no-any-return]
    return key.in_(ids).is_(True)  # type: ignore[no-any-return]


def _as_list(ids: Select[Any]) -> ColumnElement[Any]:
    """The rows of a statement of one column as one value, in their order."""
    if db.engine.dialect.name == "sqlite":
        return select(func.json_group_array(ids.subquery().c[0])).scalar_subquery()
    return func.array(ids.scalar_subquery())


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
    "Search",
    "capped_count",
    "capped_counts",
    "count_text",
    "page_number",
    "paginate",
]
