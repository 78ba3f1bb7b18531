"""Reads of changes of many enterprises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import visible
from supervision.enterprise.assigning.models import BulkChange, BulkRow
from supervision.enterprise.assigning.service import MOST
from supervision.enterprise.models import Enterprise


def get_change(bulk_id: int, actor: Actor) -> BulkChange:
    """One's change. Raises NotFound for another's."""
    stmt = visible(BulkChange, actor).where(BulkChange.id == bulk_id)
    found: BulkChange | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def undo_of(change: BulkChange, actor: Actor) -> BulkChange | None:
    """The change that took this one back."""
    stmt = visible(BulkChange, actor).where(BulkChange.undo_of_id == change.id)
    found: BulkChange | None = db.session.scalars(stmt).first()
    return found


def rows(change: BulkChange, actor: Actor) -> Select[Any]:
    """What became of which enterprise, as far as ``actor`` sees them."""
    return (
        visible(BulkRow, actor)
        .where(BulkRow.bulk_id == change.id)
        .options(joinedload(BulkRow.enterprise))
        .order_by(BulkRow.enterprise_id)
    )


def ids_of(stmt: Select[Any]) -> list[int]:
    """The ids of a filtered roll, one more than may be changed at most."""
    narrow = stmt.order_by(None).with_only_columns(Enterprise.id, maintain_column_froms=True)
    return list(db.session.scalars(narrow.order_by(Enterprise.id).limit(MOST + 1)))


def seen(ids: Sequence[int], actor: Actor) -> list[int]:
    """Those of ``ids`` that ``actor`` sees."""
    stmt = visible(Enterprise, actor, Enterprise.id).where(Enterprise.id.in_(ids))
    return list(db.session.scalars(stmt.order_by(Enterprise.id)))


def first(ids: Sequence[int], actor: Actor, limit: int) -> Sequence[Enterprise]:
    """Some of them, to look at."""
    stmt = visible(Enterprise, actor).where(Enterprise.id.in_(ids[:limit]))
    return db.session.scalars(stmt.order_by(Enterprise.name)).all()
