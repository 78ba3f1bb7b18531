"""When two files may be one enterprise. Pure.

Each file has a few normalised keys; files that share one are compared, nobody else is: as many
comparisons as there are shared keys, not as there are pairs. A key that many share (a market's
address, the telephone of an agent who registers for others) says nothing and is passed over.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from supervision.core.tables import read_table

DATA = Path(__file__).parent / "data"


class KeyKind(StrEnum):
    """What two files have in common."""

    LEGACY = "legacy"
    ORGANISATION = "organisation"
    NAME = "name"
    PERSON_PLACE = "person_place"
    PHONE = "phone"
    PLACE = "place"
    # Never a key of its own: names that are nearly the same beside another thing in common.
    SIMILAR = "similar"


class PairState(StrEnum):
    OPEN = "open"
    DISMISSED = "dismissed"
    MERGED = "merged"


# How much a thing in common weighs; from STRONG on it is hardly chance. Ours, not a law's.
WEIGHTS = {
    KeyKind.LEGACY: 60,
    KeyKind.ORGANISATION: 60,
    KeyKind.NAME: 50,
    KeyKind.PERSON_PLACE: 50,
    KeyKind.SIMILAR: 30,
    KeyKind.PHONE: 25,
    KeyKind.PLACE: 20,
}
STRONG = 50
# More files than this under one key: it tells nothing about any two of them.
MOST_ALIKE = 6
SIMILARITY = 0.75
LEGACY_LENGTH = 15
_LONGEST = 240


@dataclass(frozen=True, slots=True)
class Facts:
    """What the keys are made of. ``places`` are the names of the divisions that the file lies in."""

    uscc: str
    legacy_reg_no: str
    name: str
    address: str
    region_code: str
    legal_representative: str
    phones: Sequence[str]
    places: Sequence[str]


def keys(facts: Facts) -> list[tuple[KeyKind, str]]:
    """The keys of a file, each once; there is always one of the name."""
    district = facts.region_code[:6]
    name = core_name(facts.name, facts.places)
    place = plain_place(facts.address, facts.places)
    found = [
        (KeyKind.NAME, f"{district}:{name}"),
        # GB 32100: characters 9 to 17 are the organisation code, which goes with the
        # organisation whatever the rest says.
        (KeyKind.ORGANISATION, facts.uscc[8:17]),
        (KeyKind.LEGACY, plain(facts.legacy_reg_no)),
        (KeyKind.PLACE, f"{district}:{place}" if place else ""),
        (
            KeyKind.PERSON_PLACE,
            f"{plain(facts.legal_representative)}:{district}:{place}" if place else "",
        ),
        *((KeyKind.PHONE, digits(phone)) for phone in facts.phones),
    ]
    return list(dict.fromkeys((kind, value[:_LONGEST]) for kind, value in found if value))


def plain(text: str) -> str:
    """Letters and digits only: full-width forms, case, spaces and brackets tell nothing."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\W_]+", "", folded)


def digits(phone: str) -> str:
    """The number itself, without the country's code; "" for what is too short to be one's own."""
    found = re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", phone))
    found = found.removeprefix("86") if len(found) > 11 else found
    return found if len(found) >= 7 else ""


def core_name(name: str, places: Iterable[str] = ()) -> str:
    """A name without its place and its legal form: what tells one enterprise from another."""
    text = _without_places(plain(name), places)
    for part in _parts("form"):
        text = text.removesuffix(part)
    return text or plain(name)


def plain_place(address: str, places: Iterable[str] = ()) -> str:
    """An address without the divisions, which some write and others do not."""
    return _without_places(plain(address), places)


def similar(one: str, other: str) -> bool:
    """Whether two core names are nearly the same."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= SIMILARITY


def reasons(common: Iterable[KeyKind], one: str, other: str) -> list[KeyKind]:
    """What two files have in common, the weightiest first; ``one`` and ``other`` are core names."""
    found = set(common)
    if found & {KeyKind.PHONE, KeyKind.PLACE, KeyKind.PERSON_PLACE} and KeyKind.NAME not in found:
        found |= {KeyKind.SIMILAR} if similar(one, other) else set()
    # Who has person and place in common has the place in common too: counted once.
    found -= {KeyKind.PLACE} if KeyKind.PERSON_PLACE in found else set()
    return sorted(found, key=lambda kind: (-WEIGHTS[kind], kind))


def score(found: Iterable[KeyKind]) -> int:
    return sum(WEIGHTS[kind] for kind in found)


def legacy_is_fit(text: str) -> bool:
    """The business registration number before 2015: 15 digits (GS 15-2006), "" for none."""
    return not text or (len(text) == LEGACY_LENGTH and text.isascii() and text.isdecimal())


def _without_places(text: str, places: Iterable[str]) -> str:
    """``text`` without the divisions in front, widest first, written in full or short."""
    for place in map(plain, places):
        short = next((place.removesuffix(p) for p in _parts("division") if place.endswith(p)), "")
        for name in (place, short):
            if len(name) > 1 and text.startswith(name):
                text = text.removeprefix(name)
                break
    return text


@lru_cache(maxsize=4)
def _parts(kind: str) -> tuple[str, ...]:
    found = [row["part"] for row in read_table(DATA / "name_parts.tsv") if row["kind"] == kind]
    return tuple(sorted(found, key=len, reverse=True))


__all__ = [
    "LEGACY_LENGTH",
    "MOST_ALIKE",
    "STRONG",
    "WEIGHTS",
    "Facts",
    "KeyKind",
    "PairState",
    "core_name",
    "keys",
    "legacy_is_fit",
    "reasons",
    "score",
    "similar",
]
