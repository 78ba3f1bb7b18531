"""What every test writes anew is written by the services once, and put back as rows after that."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Table, exists, insert, literal, select, text, union_all

from supervision.core.db import db
from supervision.core.documents import issuing
from supervision.core.documents.layout import Paper
from tests.cast import Cast, assemble

set_paper = issuing._render
Rows = list[tuple[Table, list[dict[str, Any]]]]


class Stage:
    """The cast, assembled for the first test of a worker and copied for the others."""

    def __init__(self) -> None:
        self._cast: Cast | None = None
        self._rows: Rows = []

    def cast(self) -> Cast:
        """Put everybody into the database; its dictionaries belong to the caller."""
        if self._cast is None:
            if _everything():
                return assemble()
            self._cast = assemble()
            db.session.remove()
            self._rows = _everything()
        elif not _put_back(self._rows):
            return assemble()
        return replace(
            self._cast, accounts=dict(self._cast.accounts), actors=dict(self._cast.actors)
        )


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
            for table in db.metadata.sorted_tables
        ]
    return [(table, rows) for table, rows in tables if rows]


def _put_back(saved: Rows) -> bool:
    """False, and nothing written, where somebody else has written into these tables before."""
    taken = union_all(*(select(literal(1)).where(exists(select(t))) for t, _rows in saved))
    with db.engine.begin() as connection:
        if connection.execute(taken).first():
            return False
        for table, rows in saved:
            connection.execute(insert(table), rows)
        if connection.dialect.name != "postgresql":
            return True
        # Rows that bring their number do not move the counter on.
        moves = ", ".join(
            f"setval(pg_get_serial_sequence('{table.name}', 'id'), {max(r['id'] for r in rows)})"
            for table, rows in saved
            if "id" in table.c
        )
        connection.execute(text(f"SELECT {moves}"))
    return True
