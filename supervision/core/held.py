"""Rows of work that one maker holds: still its own, or cancelled and taken over meanwhile.

For tables with ``holder``, ``status``, ``done``, ``total`` and ``heartbeat_at``. Whose the row is
was decided when somebody asked for it; who makes it sees all of them.
"""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select, update

from supervision.core import clock
from supervision.core.db import db
from supervision.core.scope import unscoped

T = TypeVar("T")
_REASON = "the maker works for everybody"


def held(model: type[T], ident: int, holder: str, making: Any) -> T | None:
    """The row, locked, as long as it is still this maker's; None when it was cancelled."""
    stmt = select(model).where(*_is_held(model, ident, holder, making))
    stmt = stmt.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(unscoped(stmt, reason=_REASON)).first()


def report(
    model: type[Any], ident: int, holder: str, making: Any, progress: dict[str, int]
) -> bool:
    """Say how far it is, on a connection of its own: much is being read meanwhile.

    False when the row was cancelled or taken over.
    """
    stmt = (
        update(model.__table__)
        .where(*_is_held(model, ident, holder, making))
        .values(**progress, heartbeat_at=clock.now())
    )
    with db.engine.begin() as connection:
        return connection.execute(stmt).rowcount == 1


def _is_held(
    model: type[Any], ident: int, holder: str, making: Any
) -> tuple[ColumnElement[bool], ...]:
    return model.id == ident, model.holder == holder, model.status == making
