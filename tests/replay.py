"""What every test writes anew is written by the services once, and put back as rows after that."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any, TypeVar

from sqlalchemy import CompoundSelect, Table, exists, func, insert, literal, select, text, union_all
from sqlalchemy.engine import Connection

from supervision.core.attachments import storage
from supervision.core.db import db
from supervision.core.documents import issuing
from supervision.core.documents.layout import Paper
from supervision.core.partitions import SPAN
from tests.cast import Cast, assemble

set_paper = issuing._render
Rows = list[tuple[Table, list[dict[str, Any]]]]
T = TypeVar("T")
CAST = "cast"


@dataclass
class Scene:
    """All rows of the database at one moment, with the files that were kept on the way there."""

    result: Any = None
    rows: Rows = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    @cached_property
    def _any_row(self) -> CompoundSelect[Any]:
        return union_all(*(select(literal(1)).where(exists(select(t))) for t, _rows in self.rows))

    def is_in_the_way(self) -> bool:
        """Whether a table that this scene fills holds a row already."""
        with db.engine.connect() as connection:
            return connection.execute(self._any_row).first() is not None

    @cached_property
    def sizes(self) -> dict[str, int]:
        return {table.name: len(rows) for table, rows in self.rows}

    def put_back(self) -> None:
        """Into tables that are empty."""
        with db.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                # A replica asks for no foreign key: rows may point to later ones.
                connection.execute(text("SET LOCAL session_replication_role = replica"))
            else:
                connection.execute(text("PRAGMA defer_foreign_keys = ON"))
            for table, rows in self.rows:
                connection.execute(insert(table), rows)
            if connection.dialect.name == "postgresql":
                self._move_counters(connection)
        for sha256, data in self.files.items():
            if not storage().exists(sha256):
                storage().put(io.BytesIO(data))

    def _move_counters(self, connection: Connection) -> None:
        """Rows that bring their number do not move the counter on."""
        moves = ", ".join(
            f"setval(pg_get_serial_sequence('{table.name}', 'id'), {max(r['id'] % SPAN for r in rows)})"
            for table, rows in self.rows
            if "id" in table.c
        )
        connection.execute(text(f"SELECT {moves}"))


class Stage:
    """The cast, assembled for the first test of a worker and copied for the others.

    And whatever else takes the services long, upon it.
    """

    def __init__(self, empty: Callable[[], None]) -> None:
        self._empty = empty
        self._scenes: dict[str, Scene] = {}

    def cast(self) -> Cast:
        """Put everybody into the database; its dictionaries belong to the caller."""
        scene = self._scenes.get(CAST)
        if scene.is_in_the_way() if scene else _sizes():
            # Somebody has written into these tables before.
            return assemble()
        if scene is None:
            scene = self._scenes[CAST] = Scene(assemble())
            db.session.remove()
            scene.rows = _everything()
        else:
            scene.put_back()
        found: Cast = scene.result
        return replace(found, accounts=dict(found.accounts), actors=dict(found.actors))

    def play(self, name: str, write: Callable[[], T], *, upon: str = CAST) -> T:
        """What ``write`` gave, with all that it wrote; nothing else may have been written before.

        Other tests get the same object, so it must not be changed.
        """
        assert _sizes() == self._scenes[upon].sizes, "this scene has another beginning"
        if name in self._scenes:
            self._empty()
            self._scenes[name].put_back()
        else:
            kept = _Kept()
            with kept:
                result = write()
            db.session.remove()
            files = self._scenes[upon].files | kept.files()
            self._scenes[name] = Scene(result, _everything(), files)
        found: T = self._scenes[name].result
        return found


class _Kept:
    """Which files are put into the storage meanwhile."""

    def __enter__(self) -> None:
        self._names: set[str] = set()
        kept = storage()
        put = kept.put

        def noting(*args: Any, **kwargs: Any) -> Any:
            stored = put(*args, **kwargs)
            self._names.add(stored.sha256)
            return stored

        kept.put = noting  # type: ignore[method-assign]

    def __exit__(self, *_error: object) -> None:
        del storage().put

    def files(self) -> dict[str, bytes]:
        found = {}
        for name in self._names:
            if storage().exists(name):
                with storage().open(name) as file:
                    found[name] = file.read()
        return found


class SetOnce:
    """Sets a paper as PDF and DOCX, and gives the same bytes for the same paper again."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[bytes, bytes]] = {}

    def __call__(self, paper: Paper) -> tuple[bytes, bytes]:
        key = repr(paper)
        if key not in self._known:
            self._known[key] = set_paper(paper)
        return self._known[key]


def _everything() -> Rows:
    with db.engine.connect() as connection:
        tables = [
            (table, [dict(row) for row in connection.execute(select(table)).mappings()])
            for table in _tables()
        ]
    return [(table, rows) for table, rows in tables if rows]


@cache
def _tables() -> list[Table]:
    return list(db.metadata.sorted_tables)


@cache
def _counts() -> CompoundSelect[Any]:
    return union_all(*(select(literal(t.name), func.count()).select_from(t) for t in _tables()))


def _sizes() -> dict[str, int]:
    """How many rows lie in each table that holds any."""
    with db.engine.connect() as connection:
        return {name: size for name, size in connection.execute(_counts()) if size}
