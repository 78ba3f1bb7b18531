"""Pages of a list: never unbounded, counted only as far as anybody reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import request, url_for
from sqlalchemy import Select, func, select

from supervision.core.db import db

T = TypeVar("T")

PER_PAGE = 25
COUNT_CAP = 10_000
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
        return f"{self.total:,}+" if self.is_capped else f"{self.total:,}"

    def url(self, number: int) -> str:
        """The list's address at another page, filters kept."""
        args = {k: v for k, v in request.args.items(multi=True) if k != "page" and v}
        return url_for(
            str(request.endpoint), **{**(request.view_args or {}), **args, "page": number}
        )


def page_number() -> int:
    """``?page=``, forgiving: nonsense is page 1."""
    number = request.args.get("page", 1, type=int) or 1
    return min(max(number, 1), MAX_PAGE)


def paginate(stmt: Select[Any], *, number: int, per_page: int = PER_PAGE) -> Page[Any]:
    """One page of ``stmt``'s first entity. ``stmt`` comes from ``visible()`` and is ordered."""
    options = stmt.get_execution_options()
    inner = stmt.order_by(None).with_only_columns(*_key(stmt), maintain_column_froms=True)
    counted = select(func.count()).select_from(inner.limit(COUNT_CAP + 1).subquery())
    count = counted.execution_options(**options)
    total = db.session.scalar(count) or 0
    rows = db.session.scalars(stmt.limit(per_page).offset((number - 1) * per_page)).unique().all()
    return Page(rows, number, per_page, min(total, COUNT_CAP), total > COUNT_CAP)


def _key(stmt: Select[Any]) -> list[Any]:
    entity = stmt.column_descriptions[0]["entity"]
    return [entity.id]


__all__ = ["COUNT_CAP", "PER_PAGE", "Page", "page_number", "paginate"]
