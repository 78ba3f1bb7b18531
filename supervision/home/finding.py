"""The search on every page: the menu's lines, and rows of every slice that one may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from supervision.core import find, grams
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.scope import visible
from supervision.core.slice import Findable, Found
from supervision.core.web.nav import nav_items
from supervision.slices import slices

SHOWN = 6
# Ranked among so many: of thousands that hold a word, whoever looks for one types more of it.
LOOKED_AT = 60
LONGEST = 120


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of a kind; ``all_url`` leads to its list, "" where there is no more."""

    label: str
    icon: str
    items: Sequence[Found]
    all_url: str = ""


def search(actor: Actor, text: str) -> list[Group]:
    """Pages first, then rows by kind; those that begin so before those that hold it."""
    text = text[:LONGEST]
    words = grams.terms(text)
    if not words:
        return []
    kinds = [f for m in slices() for f in m.findables if actor.may(f.permission)]
    groups = [_pages(actor, words)]
    groups += [_rows(f, actor, text, words) for f in sorted(kinds, key=lambda f: f.order)]
    return [group for group in groups if group.items]


def _pages(actor: Actor, words: Sequence[str]) -> Group:
    found = [
        Found(str(link.label), "", link.url)
        for link in nav_items(actor, slices(), with_badges=False)
        if all(_holds(str(link.label), word) for word in words)
    ]
    return Group(_("Pages of the menu"), "layout-dashboard", found[:SHOWN])


def _holds(label: str, word: str) -> bool:
    return word in grams.folded(label) or (word.isascii() and word in _initials(label))


@lru_cache(maxsize=512)
def _initials(label: str) -> str:
    return grams.initials(label)


def _rows(findable: Findable, actor: Actor, text: str, words: Sequence[str]) -> Group:
    model = findable.model
    hits = find.hits(actor, text, model.__search__.kind, LOOKED_AT)
    hits.sort(key=lambda hit: _rank(hit[1], words[0]))
    # The index is a sieve; who may see a row is its own table's business.
    stmt = visible(model, actor).where(model.id.in_([row_id for row_id, _text in hits]))
    if hasattr(model, "enterprise"):
        stmt = stmt.options(joinedload(model.enterprise))
    rows: dict[int, Any] = {}
    if hits:
        rows = {row.id: row for row in db.session.scalars(stmt).unique()}
    shown = [findable.show(rows[row_id]) for row_id, _text in hits if row_id in rows][:SHOWN]
    more = findable.all_url(text) if findable.all_url and len(rows) > SHOWN else ""
    return Group(str(findable.label), findable.icon, shown, more)


def _rank(haystack: str, word: str) -> tuple[int, int]:
    lines = haystack.split("\n")
    best = min((0 if x == word else 1 if x.startswith(word) else 2) for x in lines)
    return best, len(lines[0])
