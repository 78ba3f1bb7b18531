"""Figures of rows that belong to enterprises, for the tiles above a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from supervision.core.actor import Actor
from supervision.core.counting import count_if
from supervision.core.db import db
from supervision.core.scope import CITY, unscoped, visible
from supervision.core.web.paging import COUNT_CAP, capped_counts
from supervision.enterprise.models import Enterprise


def owned_counts(
    model: type[Any],
    actor: Actor,
    clauses: Sequence[ColumnElement[bool]],
    *,
    enterprise_id: int | None = None,
    of: Callable[[Select[Any]], Select[Any]] = lambda stmt: stmt,
) -> Sequence[int]:
    """How many rows of ``model`` meet each clause, in one statement; each stops one beyond 10,000.

    ``of`` narrows or joins what all of them are counted of. A district's rows are found by its
    enterprises and read once for all figures; a city has so many of each that it is sooner to
    read every figure by its own index until nobody reads further.
    """
    if enterprise_id is None and _is_district(actor):
        return _summed(model, actor, clauses, of)
    mine = of(visible(model, actor, model.id))
    if enterprise_id is not None:
        mine = mine.where(model.enterprise_id == enterprise_id)
    return capped_counts([mine.where(clause) for clause in clauses])


def _is_district(actor: Actor) -> bool:
    """Sees districts or less, and no whole city."""
    narrow = bool(actor.regions) and all(len(region) > CITY for region in actor.regions)
    return narrow and not actor.everything


def _summed(
    model: type[Any],
    actor: Actor,
    clauses: Sequence[ColumnElement[bool]],
    of: Callable[[Select[Any]], Select[Any]],
) -> Sequence[int]:
    seen = visible(Enterprise, actor, Enterprise.id)
    figures: list[Any] = [count_if(clause) for clause in clauses]
    stmt: Select[Any] = select(*figures).select_from(model).where(model.enterprise_id.in_(seen))
    why = "of the enterprises that the actor sees"
    row = db.session.execute(unscoped(of(stmt), reason=why)).one()
    return [min(int(number), COUNT_CAP + 1) for number in row]
