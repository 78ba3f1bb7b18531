"""The one table of what can be searched for, and its index in either database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import (
    DDL,
    ColumnElement,
    String,
    Text,
    UniqueConstraint,
    event,
    false,
    or_,
    true,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from supervision.core.actor import Actor
from supervision.core.db import Base
from supervision.core.grams import Words
from supervision.core.scope import region_range

# Kinds by their number, which is part of an entry's id: new ones at the end, none taken out.
KINDS = (
    "enterprise",
    "hazard",
    "inspection",
    "order",
    "case",
    "camera",
    "account",
    "licence",
    "risk",
    "person",
    "certificate",
    "chemical",
    "source",
    "document",
    "park",
)
MOST_KINDS = 64


@dataclass(frozen=True, slots=True)
class SearchSpec:
    """Which attributes of a row are searched, and how.

    ``owner`` and ``region`` are attributes too: the enterprise that the row belongs to, and, of
    the enterprise itself, the division that it lies in. "" for rows that belong to none.
    """

    kind: str
    texts: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    owner: str = "enterprise_id"
    region: str = ""

    def entry_id(self, row_id: int) -> int:
        """The index of SQLite knows entries by number alone: the row's is told from it."""
        return row_id * MOST_KINDS + KINDS.index(self.kind)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind} has no place in KINDS yet: add it at the end")

    @property
    def attributes(self) -> frozenset[str]:
        """Those whose change makes the entry stale."""
        named = {*self.texts, *self.readings, *self.codes, *self.numbers, self.owner, self.region}
        return frozenset(named - {"", "id"})

    def words(self, row: Any) -> Words:
        """``row``: an object of the model."""

        def of(names: tuple[str, ...]) -> list[str]:
            return [value for name in names if (value := getattr(row, name))]

        return Words(of(self.texts), of(self.readings), of(self.codes), of(self.numbers))


class Searchable:
    """Mixin: the row is found by :mod:`supervision.core.find`, kept up with every flush."""

    __search__: ClassVar[SearchSpec]


class SearchEntry(Base):
    """One row that can be found. Written with the row, in the same transaction."""

    __tablename__ = "search_entry"
    __table_args__ = (UniqueConstraint("kind", "row_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, sort_order=-100)
    kind: Mapped[str] = mapped_column(String(24))
    row_id: Mapped[int]
    # Plain numbers: core knows no slice.
    enterprise_id: Mapped[int | None] = mapped_column(index=True)
    region_code: Mapped[str] = mapped_column(String(9), default="")
    haystack: Mapped[str] = mapped_column(Text)
    # On SQLite `search_gram` below holds them; the text stays because FTS5 asks for it to forget.
    grams: Mapped[str] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"))

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """A first sieve by region and enterprise; whoever shows a row asks its own table too."""
        if actor.everything:
            return true()
        conditions = [region_range(cls.region_code, prefix) for prefix in actor.regions]
        if actor.enterprise_ids:
            conditions.append(cls.enterprise_id.in_(actor.enterprise_ids))
        return or_(*conditions) if conditions else false()


# The migration runs these too: Alembic sees neither virtual tables nor triggers, and the index is
# for one of the databases alone.
CREATE_POSTGRES = ["CREATE INDEX ix_search_entry_grams ON search_entry USING gin (grams)"]
CREATE_SQLITE = [
    # detail=none: pairs are looked up alone, never as phrases; a third of the size.
    (
        "CREATE VIRTUAL TABLE search_gram USING fts5(grams, content='search_entry',"
        " content_rowid='id', detail=none, columnsize=0, tokenize='ascii')"
    ),
    (
        "CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN"
        " INSERT INTO search_gram (rowid, grams) VALUES (new.id, new.grams); END"
    ),
    (
        "CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN"
        " INSERT INTO search_gram (search_gram, rowid, grams) VALUES ('delete', old.id, old.grams);"
        " END"
    ),
    (
        "CREATE TRIGGER search_entry_changed AFTER UPDATE OF grams ON search_entry BEGIN"
        " INSERT INTO search_gram (search_gram, rowid, grams) VALUES ('delete', old.id, old.grams);"
        " INSERT INTO search_gram (rowid, grams) VALUES (new.id, new.grams); END"
    ),
]
DROP_SQLITE = ["DROP TABLE IF EXISTS search_gram"]


def _install(when: str, dialect: str, statements: list[str]) -> None:
    for statement in statements:
        ddl = DDL(statement)  # type: ignore[no-untyped-call]
        event.listen(SearchEntry.__table__, when, ddl.execute_if(dialect=dialect))


_install("after_create", "postgresql", CREATE_POSTGRES)
_install("after_create", "sqlite", CREATE_SQLITE)
_install("before_drop", "sqlite", DROP_SQLITE)
