"""Finding rows by what stands in them, in an index that both databases serve.

A model says what it is found by (:class:`Searchable` with its ``__search__``); its entry is
written with the row. Lists narrow themselves with :func:`having`; the palette asks :func:`hits`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    column,
    delete,
    event,
    false,
    func,
    insert,
    inspect,
    literal_column,
    or_,
    select,
    table,
    update,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import cast

from supervision.core import grams
from supervision.core.actor import Actor
from supervision.core.db import Base, db
from supervision.core.find_models import KINDS, MOST_KINDS, Searchable, SearchEntry, SearchSpec
from supervision.core.grams import LEVELS, Query, Wanted
from supervision.core.scope import CITY, unscoped, visible

BATCH = 2000
_ENTRY: Any = SearchEntry.__table__
_GRAM = table("search_gram", column("rowid", Integer))


def having(row_id: Any, kind: str, text: str, actor: Actor | None = None) -> ColumnElement[bool]:
    """``row_id`` (a column) is of a row of ``kind`` that holds every word of ``text``.

    ``actor`` narrows the look-up to their regions in the index itself; the caller's statement
    has its own scope all the same. Without a letter or digit in ``text`` nothing is found.
    """
    words = grams.terms(text)
    if not words:
        return false()
    regions = _regions(actor)
    if db.engine.dialect.name == "sqlite" and not _rechecked(words):
        # The entry is not even read.
        found = select(_GRAM.c.rowid // MOST_KINDS).where(
            _match(grams.query(words, [kind], regions))
        )
    else:
        found = select(_ENTRY.c.row_id).where(_clause(words, [kind], regions))
    return row_id.in_(found)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Found:
    """A search, for a list of one kind of row that asks for it in the way that pays.

    ``ids`` selects the ids of the rows, within ``actor``'s regions and enterprises, from the index
    alone; ``holds`` is the condition on a row of the list, for where nearly each one meets it.
    """

    ids: Select[Any]
    holds: ColumnElement[bool]


def found(row_id: Any, kind: str, text: str, actor: Actor) -> Found | None:
    """The rows of ``kind`` that hold every word of ``text``; None without a letter or digit.

    As far as the entries know what ``actor`` sees: all there is to know of an enterprise.
    """
    words = grams.terms(text)
    if not words:
        return None
    holds = _holds(row_id * MOST_KINDS + KINDS.index(kind), words)
    if db.engine.dialect.name != "sqlite" or _rechecked(words) or not _are_tokens(actor):
        mine = visible(SearchEntry, actor, SearchEntry.row_id)
        return Found(mine.where(_clause(words, [kind], _regions(actor))), holds)
    regions = () if actor.everything else actor.regions
    token = _match(grams.query(words, [kind], regions))
    return Found(select(_GRAM.c.rowid // MOST_KINDS).where(token), holds)


def _holds(entry_id: Any, words: Sequence[str]) -> ColumnElement[bool]:
    """The entry holds the words, by a look at itself.

    As a value and not as a condition, so that no planner goes through the index for each row.
    """
    wanted = grams.query(words)
    if db.engine.dialect.name == "sqlite":
        spaced = " " + _ENTRY.c.grams + " "
        ways = [[[_stands(spaced, w) for w in way] for way in one] for one in wanted]
        match = and_(*(or_(*(and_(*way) for way in one)) for one in ways))
    else:
        match = _matching(wanted)
    value = select(and_(match, *_exact(words))).where(_ENTRY.c.id == entry_id)
    return value.scalar_subquery().is_(True)


def _stands(spaced: Any, wanted: Wanted) -> ColumnElement[bool]:
    token = f" {wanted.token}" if wanted.is_start else f" {wanted.token} "
    return func.instr(spaced, token) > 0


def _are_tokens(actor: Actor) -> bool:
    """What ``actor`` sees is a matter of the divisions that stand in the index."""
    if actor.everything:
        return True
    known = all(len(code) in LEVELS for code in actor.regions)
    return bool(actor.regions) and known and not actor.enterprise_ids


def hits(actor: Actor, text: str, kind: str, limit: int) -> list[tuple[int, str]]:
    """(row id, haystack) of the first ``limit`` rows of a kind that ``actor`` may know of."""
    words = grams.terms(text)
    if not words:
        return []
    stmt = visible(SearchEntry, actor, SearchEntry.row_id, SearchEntry.haystack)
    regions = _regions(actor)
    if db.engine.dialect.name == "sqlite":
        # Joined, and not looked up from the entry's side: ends with the last that is wanted.
        stmt = stmt.join(_GRAM, _GRAM.c.rowid + 0 == _ENTRY.c.id)
        stmt = stmt.where(_match(grams.query(words, [kind], regions)), *_exact(words))
    else:
        stmt = stmt.where(_clause(words, [kind], regions))
    stmt = stmt.limit(limit)
    return [(row[0], row[1]) for row in db.session.execute(stmt)]


def _regions(actor: Actor | None) -> tuple[str, ...]:
    # Whoever has an enterprise as well as a region sees more than the region. A whole city is
    # nearly every row: to compare it in the index costs more than the caller's scope does.
    if actor is None or actor.everything or actor.enterprise_ids:
        return ()
    return actor.regions if all(len(code) > CITY for code in actor.regions) else ()


def _clause(
    words: Sequence[str], kinds: Iterable[str], regions: Iterable[str]
) -> ColumnElement[bool]:
    """Index first, then the text itself: pairs alone do not say that they are neighbours."""
    wanted = grams.query(words, kinds, regions)
    return and_(_matching(wanted), *_exact(words))


def _exact(words: Sequence[str]) -> list[ColumnElement[bool]]:
    return [_ENTRY.c.haystack.like(f"%{word}%") for word in _rechecked(words)]


def _rechecked(words: Sequence[str]) -> list[str]:
    """A single pair, or character, is found exactly by its token."""
    return [word for word in words if len(word) > 2]


def _matching(wanted: Query) -> ColumnElement[bool]:
    if db.engine.dialect.name == "postgresql":
        asked = cast(grams.as_tsquery(wanted), TSQUERY)
        return _ENTRY.c.grams.op("@@")(asked)  # type: ignore[no-any-return]
    return _ENTRY.c.id.in_(select(_GRAM.c.rowid).where(_match(wanted)))  # type: ignore[no-any-return]


def _match(wanted: Query) -> ColumnElement[bool]:
    return literal_column("search_gram").op("MATCH")(grams.as_fts5(wanted))


def entry(spec: SearchSpec, row: Any, owner: int | None, region_code: str) -> dict[str, Any]:
    """The values of a row's entry; ``row`` needs an id."""
    words = spec.words(row)
    return {
        "id": spec.entry_id(row.id),
        "kind": spec.kind,
        "row_id": row.id,
        "enterprise_id": owner,
        "region_code": region_code,
        "haystack": grams.haystack(words),
        "grams": grams.tokens(spec.kind, region_code, words),
    }


def install(session_class: Any) -> None:
    """Keep the entries up with every flush, once per session factory."""
    if not event.contains(session_class, "after_flush", _after_flush):
        event.listen(session_class, "after_flush", _after_flush)


def add_new(rows: Sequence[Any]) -> None:
    """Entries of rows that were written past the session's flush, in the running transaction."""
    _write(db.session.connection(), [row for row in rows if isinstance(row, Searchable)])


def _after_flush(session: Session, _context: object) -> None:
    new = [row for row in session.new if isinstance(row, Searchable)]
    changed = [row for row in session.dirty if isinstance(row, Searchable) and _is_stale(row)]
    gone = [row for row in session.deleted if isinstance(row, Searchable)]
    if not (new or changed or gone):
        return
    connection = session.connection()
    for row in (*changed, *gone):
        _forget(connection, row)
    _write(connection, [*new, *changed])
    for row in changed:
        _move_owned(connection, row)


def _is_stale(row: Searchable) -> bool:
    state = inspect(row)
    assert state is not None
    return any(state.attrs[name].history.has_changes() for name in row.__search__.attributes)


def _forget(connection: Connection, row: Any) -> None:
    mine = and_(_ENTRY.c.kind == row.__search__.kind, _ENTRY.c.row_id == row.id)
    connection.execute(delete(_ENTRY).where(mine))


def _write(connection: Connection, rows: Sequence[Any]) -> None:
    """Entries of rows that have none. Those of enterprises first: the others lie where they lie."""
    owners = [row for row in rows if row.__search__.region]
    others = [row for row in rows if not row.__search__.region]
    values = [entry(r.__search__, r, r.id, getattr(r, r.__search__.region)) for r in owners]
    if values:
        connection.execute(insert(_ENTRY), values)
    regions = _regions_of(connection, {owner for r in others if (owner := _owner(r)) is not None})
    values = [entry(r.__search__, r, _owner(r), regions.get(_owner(r) or 0, "")) for r in others]
    if values:
        connection.execute(insert(_ENTRY), values)


def _owner(row: Any) -> int | None:
    name = row.__search__.owner
    return getattr(row, name) if name else None


def _regions_of(connection: Connection, owners: set[int]) -> Mapping[int, str]:
    stmt = select(_ENTRY.c.row_id, _ENTRY.c.region_code).where(
        _ENTRY.c.kind == "enterprise", _ENTRY.c.row_id.in_(owners)
    )
    return {row[0]: row[1] for row in connection.execute(stmt)} if owners else {}


def _move_owned(connection: Connection, row: Any) -> None:
    """An enterprise that lies elsewhere now takes everything of its own along."""
    name = row.__search__.region
    state = inspect(row)
    if not name or not state.attrs[name].history.has_changes():
        return
    region = getattr(row, name)
    owned = and_(_ENTRY.c.enterprise_id == row.id, _ENTRY.c.kind != row.__search__.kind)
    for found in connection.execute(select(_ENTRY.c.id, _as_text(_ENTRY.c.grams)).where(owned)):
        values = {"region_code": region, "grams": grams.moved(found[1], region)}
        connection.execute(update(_ENTRY).where(_ENTRY.c.id == found[0]).values(values))


def _as_text(grams_column: Any) -> Any:
    """The tokens with spaces between, also where the database keeps a vector of them."""
    if db.engine.dialect.name != "postgresql":
        return grams_column
    return func.array_to_string(func.tsvector_to_array(grams_column), " ")


def searchable_models() -> list[type[Any]]:
    """Every model that is found, enterprises first."""
    found = [m.class_ for m in Base.registry.mappers if issubclass(m.class_, Searchable)]
    return sorted(found, key=lambda model: (not model.__search__.region, model.__search__.kind))


def forget_all() -> None:
    """Empty the index, for :func:`rebuild`. Runs in a transaction."""
    db.session.execute(unscoped(delete(SearchEntry), reason="the index is written anew"))
    if db.engine.dialect.name == "sqlite":
        db.session.connection().exec_driver_sql(
            "INSERT INTO search_gram (search_gram) VALUES ('rebuild')"
        )


def rebuild_batch(model: type[Any], after: int) -> tuple[int, int]:
    """Write the entries of the next :data:`BATCH` rows; returns the last id and how many."""
    stmt = select(model).where(model.id > after).order_by(model.id).limit(BATCH)
    rows = db.session.scalars(unscoped(stmt, reason="the index knows every row")).unique().all()
    _write(db.session.connection(), rows)
    last = rows[-1].id if rows else after
    db.session.expunge_all()
    return last, len(rows)
