"""The double-random draw (双随机): enterprises and officers by lot, for anybody to draw again.

Pure, and exact: SHA-256 over text and integers, so that the same pool and seed give the same
result in any process, on any machine and in any language. The way it draws has a name; a better
way would be another name, and old draws are verified by the way that they were drawn.

``anqi-sha256-1``:

1. An enterprise of weight w holds the tickets 1..w. A ticket's rank is the SHA-256 of
   ``<seed>|enterprise|<code>|<ticket>`` (UTF-8, hexadecimal); an enterprise ranks by its lowest.
   The enterprises with the lowest ranks are drawn, lowest first. That is drawing tickets from an
   urn one by one and skipping enterprises already out: chances are in proportion to weights.
2. For each of them in that order two officers are taken, of those who have no reason to avoid
   it: first those with the fewest tasks in this draw, among equals the lowest SHA-256 of
   ``<seed>|officer|<code>|<certificate number>``.
3. The months of the item are dealt out in that order too: first, second, ..., and from the
   beginning again.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

ALGORITHM = "anqi-sha256-1"
OFFICERS_EACH = 2
LARGEST_WEIGHT = 10


class DrawImpossibleError(ValueError):
    """The pool cannot give what is asked of it."""


@dataclass(frozen=True, slots=True)
class Entrant:
    """An enterprise in the pool: its unified social credit code and its number of tickets."""

    code: str
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Pool:
    """All that a draw depends on besides its seed.

    ``officers`` are certificate numbers; ``avoidances`` pairs of officer and enterprise;
    ``months`` 1..12 in order.
    """

    entrants: tuple[Entrant, ...]
    officers: tuple[str, ...]
    avoidances: frozenset[tuple[str, str]]
    quantity: int
    months: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One line of the result."""

    position: int
    code: str
    month: int
    officers: tuple[str, str]


def pool_values(pool: Pool) -> dict[str, Any]:
    """The pool as it is stored and hashed: everything sorted."""
    return {
        "algorithm": ALGORITHM,
        "enterprises": sorted([e.code, e.weight] for e in pool.entrants),
        "officers": sorted(pool.officers),
        "avoidances": sorted([list(pair) for pair in pool.avoidances]),
        "quantity": pool.quantity,
        "months": list(pool.months),
    }


def pool_of(values: Mapping[str, Any]) -> Pool:
    """The pool from what was stored. Raises DrawImpossibleError for another way of drawing."""
    if values["algorithm"] != ALGORITHM:
        raise DrawImpossibleError(f"no such way of drawing: {values['algorithm']}")
    return Pool(
        entrants=tuple(Entrant(code, weight) for code, weight in values["enterprises"]),
        officers=tuple(values["officers"]),
        avoidances=frozenset((officer, code) for officer, code in values["avoidances"]),
        quantity=values["quantity"],
        months=tuple(values["months"]),
    )


def canonical(values: object) -> bytes:
    """The bytes that a hash of a pool or a result covers."""
    text = json.dumps(values, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return text.encode("ascii")


def digest(values: object) -> str:
    return hashlib.sha256(canonical(values)).hexdigest()


def result_values(rows: Iterable[Drawn]) -> list[list[Any]]:
    """The result as it is hashed."""
    return [[row.position, row.code, row.month, list(row.officers)] for row in rows]


def draw(pool: Pool, seed: str) -> tuple[Drawn, ...]:
    """Draw ``pool.quantity`` enterprises with two officers each.

    Raises DrawImpossibleError where an enterprise has no two officers who may go there.
    """
    ranked = sorted(pool.entrants, key=lambda e: (rank(seed, e), e.code))
    load: Counter[str] = Counter()
    rows = []
    for position, entrant in enumerate(ranked[: pool.quantity], start=1):
        pair = _officers(pool, seed, entrant.code, load)
        load.update(pair)
        month = pool.months[(position - 1) % len(pool.months)]
        rows.append(Drawn(position, entrant.code, month, pair))
    return tuple(rows)


def rank(seed: str, entrant: Entrant) -> str:
    """The lowest of an enterprise's tickets."""
    return min(
        _hash(seed, "enterprise", entrant.code, str(ticket))
        for ticket in range(1, entrant.weight + 1)
    )


def eligible(pool: Pool, code: str) -> list[str]:
    """The officers who have no reason to avoid an enterprise."""
    return [o for o in pool.officers if (o, code) not in pool.avoidances]


def _officers(pool: Pool, seed: str, code: str, load: Mapping[str, int]) -> tuple[str, str]:
    free = eligible(pool, code)
    if len(free) < OFFICERS_EACH:
        raise DrawImpossibleError(f"fewer than two officers may go to {code}")
    first, second, *_rest = sorted(
        free, key=lambda o: (load.get(o, 0), _hash(seed, "officer", code, o), o)
    )
    return first, second


def _hash(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()
