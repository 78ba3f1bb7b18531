"""Verbs and reads of how a person likes a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import select, update

from supervision.core import audit, clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Forbidden, InvalidInput, NotFound
from supervision.core.export.columns import Column
from supervision.core.scope import visible
from supervision.core.text import N_
from supervision.enterprise.preference_models import ListColumns, SavedFilter

MOST_FILTERS = 50
MOST_QUERY = 1000
MOST_FIELDS = 100
# Not part of what a list is narrowed to.
_PASSING = frozenset({"page", "pick", "all", "saved", "csrf_token"})

RowT = TypeVar("RowT")


def tidy_query(query: str) -> str:
    """The filters of an address in a fixed order, without its page and what is empty."""
    try:
        pairs = parse_qsl(query, keep_blank_values=False, max_num_fields=MOST_FIELDS)
    except ValueError:  # so many are no filter of ours
        return ""
    return urlencode(sorted((k, v) for k, v in pairs if k not in _PASSING))


def filters(actor: Actor, list_name: str) -> Sequence[SavedFilter]:
    """One's own first, then those that colleagues share."""
    stmt = (
        visible(SavedFilter, actor)
        .where(SavedFilter.list_name == list_name)
        .order_by((SavedFilter.owner_id != actor.id), SavedFilter.name, SavedFilter.id)
        .limit(2 * MOST_FILTERS)
    )
    return db.session.scalars(stmt).all()


def default_filter(actor: Actor, list_name: str) -> SavedFilter | None:
    """What the list opens with, for this person."""
    stmt = visible(SavedFilter, actor).where(
        SavedFilter.list_name == list_name,
        SavedFilter.owner_id == actor.id,
        SavedFilter.is_default,
        SavedFilter.query != "",
    )
    found: SavedFilter | None = db.session.scalars(stmt.limit(1)).first()
    return found


def own_filter(filter_id: int, actor: Actor) -> SavedFilter:
    """A filter to change. Raises NotFound where one does not see it, Forbidden for another's."""
    stmt = visible(SavedFilter, actor).where(SavedFilter.id == filter_id)
    found: SavedFilter | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    if found.owner_id != actor.id:
        raise Forbidden(N_("This filter belongs to a colleague."))
    return found


def save_filter(
    actor: Actor, list_name: str, name: str, query: str, *, is_default: bool, is_shared: bool
) -> SavedFilter:
    """Keep the filters of an address; the same name again replaces them."""
    name, query = name.strip(), tidy_query(query)
    if not name:
        raise InvalidInput(N_("This field is required."), field="name")
    if len(query) > MOST_QUERY:
        raise InvalidInput(N_("So many filters cannot be saved."), field="name")
    own = [f for f in filters(actor, list_name) if f.owner_id == actor.id]
    found = next((f for f in own if f.name == name), None)
    if found is None and len(own) >= MOST_FILTERS:
        message = N_("You have %(count)s saved filters. Delete one first.")
        raise InvalidInput(message, field="name", count=MOST_FILTERS)
    if found is None:
        found = SavedFilter(
            list_name=list_name,
            owner_id=actor.id,
            owner_name=actor.name,
            name=name,
            created_at=clock.now(),
        )
        db.session.add(found)
    found.query = query
    found.shared_region = shareable_region(actor) if is_shared else None
    db.session.flush()
    set_default(found, actor, is_default=is_default)
    audit.record(actor, "list.filter_save", found, name=name, query=query, shared=is_shared)
    return found


def shareable_region(actor: Actor) -> str | None:
    """Whose officers see a filter that this person shares; None where there is no such region."""
    return actor.regions[0] if actor.is_regulator and actor.regions else None


def set_default(found: SavedFilter, actor: Actor, *, is_default: bool) -> None:
    """The list opens with it from now on, or with everything again."""
    stmt = update(SavedFilter).where(
        SavedFilter.owner_id == actor.id, SavedFilter.list_name == found.list_name
    )
    own = visible(SavedFilter, actor).get_execution_options()
    db.session.execute(stmt.values(is_default=False).execution_options(**own))
    db.session.refresh(found)
    found.is_default = is_default
    db.session.flush()


def delete_filter(found: SavedFilter, actor: Actor) -> None:
    audit.record(actor, "list.filter_delete", found, name=found.name, query=found.query)
    db.session.delete(found)
    db.session.flush()


def chosen_keys(actor: Actor, list_name: str) -> tuple[str, ...]:
    """Keys of the columns that a person chose; empty for no choice."""
    stmt = select(ListColumns.keys).where(
        ListColumns.account_id == actor.id, ListColumns.list_name == list_name
    )
    return tuple(db.session.scalar(stmt) or ())


def chosen(
    actor: Actor, list_name: str, columns: Sequence[Column[RowT]], otherwise: Sequence[str]
) -> tuple[Column[RowT], ...]:
    """The columns that a person chose, else those named ``otherwise``, else all."""
    by_key = {column.key: column for column in columns}
    keys = chosen_keys(actor, list_name) or otherwise
    found = tuple(by_key[key] for key in keys if key in by_key)
    return found or tuple(columns)


def choose(actor: Actor, list_name: str, keys: Sequence[str], known: Sequence[str]) -> None:
    """Keep a choice of columns; none at all is the list's own choice again."""
    wanted = [key for key in known if key in set(keys)]
    stmt = select(ListColumns).where(
        ListColumns.account_id == actor.id, ListColumns.list_name == list_name
    )
    found = db.session.scalars(stmt).first()
    if found is None and wanted:
        db.session.add(ListColumns(account_id=actor.id, list_name=list_name, keys=wanted))
    elif found is not None and wanted:
        found.keys = wanted
    elif found is not None:
        db.session.delete(found)
    db.session.flush()
