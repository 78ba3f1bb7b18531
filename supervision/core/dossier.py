"""What a slice adds to an enterprise's dossier: a chapter of tables and facts, and its evidence.

Everything is read for the person who asked: a chapter starts its reads at ``visible()`` like any
page, so that a dossier never says more than the pages do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, func, select

from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.export.columns import Column, Kind, Value
from supervision.core.permissions import Permission

# More rows than anybody reads on paper: the newest so many are printed, and the rest is counted.
MOST_ROWS = 2000

Fact = tuple[str, Value, Kind]


@dataclass(frozen=True, slots=True)
class Section:
    """Facts, a table, or both, under a heading. ``rows`` are in the order of the paper.

    ``total`` is how many rows there are where only the first of them are in ``rows``; ``note`` is
    a line for the reader, such as a rule's source.
    """

    title: str = ""
    facts: Sequence[Fact] = ()
    columns: Sequence[Column[Any]] = ()
    rows: Sequence[Any] = ()
    total: int | None = None
    note: str = ""

    @property
    def count(self) -> int:
        """How many rows there are, printed or not."""
        return len(self.rows) if self.total is None else self.total


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file behind a chapter. ``of`` names what it belongs to ("YH-2026-1"): its folder."""

    of: str
    attachment: Attachment


Sections = Callable[[int, Actor], Sequence[Section]]
Files = Callable[[int, Actor], Iterable[Evidence]]


def _none(_enterprise_id: int, _actor: Actor) -> Iterable[Evidence]:
    return ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter: left out for whoever lacks ``permission``. ``key`` names its folder of files.

    ``sections(enterprise_id, actor)`` is what is printed; an empty chapter says so.
    ``files(enterprise_id, actor)`` are the files that go into the archive.
    """

    key: str
    label: Any
    permission: Permission
    order: int
    sections: Sections
    files: Files = field(default=_none)


def section_of(
    stmt: Select[Any], columns: Sequence[Column[Any]], *, title: str = "", note: str = ""
) -> Section:
    """A table of what an ordered ``stmt`` from ``visible()`` finds, and how many there are."""
    rows = db.session.scalars(stmt.limit(MOST_ROWS)).unique().all()
    total = len(rows)
    if total == MOST_ROWS:
        key = stmt.column_descriptions[0]["entity"].id
        inner = stmt.order_by(None).with_only_columns(key, maintain_column_froms=True)
        counted = select(func.count()).select_from(inner.subquery())
        total = db.session.scalar(counted.execution_options(**stmt.get_execution_options())) or 0
    return Section(title=title, columns=columns, rows=rows, total=total, note=note)


def pick(columns: Sequence[Column[Any]], *keys: str) -> tuple[Column[Any], ...]:
    """Of a list's columns those that fit on paper, in the order of ``keys``."""
    known = {column.key: column for column in columns}
    return tuple(known[key] for key in keys)


__all__ = ["MOST_ROWS", "Chapter", "Evidence", "Fact", "Kind", "Section", "pick", "section_of"]
