"""What a search looks up: pairs of neighbouring characters, initials, and the ends of numbers. Pure.

Neither database finds two Chinese characters in the middle of a name by an index of its own: a
trigram needs three, and Chinese has no spaces between words. So every text is cut into pairs of
neighbouring characters, and a term is found where all of its pairs are. That is a superset; the
caller compares the folded text itself, and what is found is exact.

A token is plain ASCII, so that no tokenizer of either database has an opinion about it:

* ``676dx5dde``: two characters, by code point; ``676dx`` is the last one of a text,
* ``n202600123``: a number from one of its parts to its end; ``u0110ma2``: the same of a code from
  any character on, for those who have the last digits or the middle,
* ``khazard``, ``r330110``: the kind of a row, and the divisions that it lies in.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

MOST_TERMS = 6
LONGEST_TERM = 60
# A shorter run of digits begins a large part of all numbers: only a whole part will do then.
NUMBER_PREFIX, CODE_PREFIX = 6, 5
SHORTEST_END = 4
# Digits of the divisions that are tokens.
LEVELS = (2, 4, 6, 9)
_PARTS = re.compile(r"[0-9a-z]+")


def folded(text: str) -> str:
    """Letters and digits of any script; width, case, spaces and punctuation make no difference."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in plain if char.isalnum())


def initials(text: str) -> str:
    """The first letter of each character's reading, other letters as they are: "hzhg"."""
    # Loading the readings takes 60 MB and a moment: only for who writes.
    from pypinyin import Style, lazy_pinyin

    letters = lazy_pinyin(folded(text), style=Style.FIRST_LETTER, errors=list)  # type: ignore[arg-type]
    return "".join(letter[:1] for letter in letters)


def pairs(text: str) -> Iterator[str]:
    """The pairs of a folded text, and its last character alone."""
    codes = [f"{ord(char):x}" for char in text]
    for first, second in itertools.pairwise(codes):
        yield f"{first}x{second}"
    if codes:
        yield f"{codes[-1]}x"


def number_tokens(number: str) -> Iterator[str]:
    """A number from each of its parts on, and its serial without the zeros in front."""
    parts = _PARTS.findall(unicodedata.normalize("NFKC", number).casefold())
    for start in range(len(parts)):
        yield "n" + "".join(parts[start:])
    if parts and parts[-1].isdecimal():
        yield "n" + (parts[-1].lstrip("0") or "0")


def code_tokens(code: str) -> Iterator[str]:
    """A code from each of its characters on."""
    plain = folded(code)
    for start in range(max(1, len(plain) - SHORTEST_END + 1)):
        yield f"u{plain[start:]}"


def region_tokens(region_code: str) -> list[str]:
    return [f"r{region_code[:n]}" for n in LEVELS if len(region_code) >= n]


@dataclass(frozen=True, slots=True)
class Words:
    """What a row is found by. ``readings`` are texts that are found by their initials too."""

    texts: Sequence[str] = ()
    readings: Sequence[str] = ()
    codes: Sequence[str] = ()
    numbers: Sequence[str] = ()


def haystack(words: Words) -> str:
    """The folded texts, line by line: what a find is compared with."""
    plain = [folded(text) for text in (*words.texts, *words.codes, *words.numbers)]
    return "\n".join(dict.fromkeys(t for t in (*plain, *map(initials, words.readings)) if t))


def tokens(kind: str, region_code: str, words: Words) -> str:
    """All tokens of a row, each once, with spaces between."""
    found: dict[str, None] = {f"k{kind}": None}
    found.update(dict.fromkeys(region_tokens(region_code)))
    for text in (*map(folded, words.texts), *map(initials, words.readings)):
        found.update(dict.fromkeys(pairs(text)))
    for code in words.codes:
        found.update(dict.fromkeys(code_tokens(code)))
    for number in words.numbers:
        found.update(dict.fromkeys(number_tokens(number)))
    return " ".join(found)


def moved(grams: str, region_code: str) -> str:
    """The tokens of a row whose enterprise lies in another division now."""
    kept = [token for token in grams.split() if not token.startswith("r")]
    return " ".join([*kept, *region_tokens(region_code)])


def terms(text: str) -> list[str]:
    """The folded words of what somebody typed; empty where nothing in it can be looked for."""
    found = (folded(word)[:LONGEST_TERM] for word in text.split())
    return list(dict.fromkeys(word for word in found if word))[:MOST_TERMS]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One token, or (``is_start``) all that begin so."""

    token: str
    is_start: bool = False


# All of the outer have to hold, one of each inner, and of that all.
Query = list[list[list[Wanted]]]


def query(words: Sequence[str], kinds: Iterable[str] = (), regions: Iterable[str] = ()) -> Query:
    """The tokens that a row has which holds every one of ``words`` (folded)."""
    wanted: Query = [_ways(word) for word in words]
    if kinds := list(kinds):
        wanted.append([[Wanted(f"k{kind}")] for kind in kinds])
    # A prefix of an odd length is compared by the caller's scope alone.
    if (regions := list(regions)) and all(len(code) in LEVELS for code in regions):
        wanted.append([[Wanted(f"r{code}")] for code in regions])
    return wanted


def _ways(word: str) -> list[list[Wanted]]:
    if len(word) == 1:
        alone = [[Wanted(f"{ord(word):x}x", is_start=True)]]
        return [*alone, [Wanted(f"n{word}")]] if word.isascii() else alone
    found = [[Wanted(token) for token in list(pairs(word))[:-1]]]
    if word.isascii():
        found.append([Wanted(f"n{word}", is_start=len(word) >= NUMBER_PREFIX)])
        found.append([Wanted(f"u{word}", is_start=len(word) >= CODE_PREFIX)])
    return found


def as_fts5(wanted: Query) -> str:
    """The query in the language of SQLite's FTS5."""
    return _joined(wanted, " AND ", " OR ", lambda w: f'"{w.token}"{"*" if w.is_start else ""}')


def as_tsquery(wanted: Query) -> str:
    """The query in the language of PostgreSQL's tsquery."""
    return _joined(wanted, " & ", " | ", lambda w: f"'{w.token}'{':*' if w.is_start else ''}")


def _joined(wanted: Query, both: str, either: str, show: Callable[[Wanted], str]) -> str:
    return both.join(
        "(" + either.join("(" + both.join(map(show, way)) + ")" for way in ways) + ")"
        for ways in wanted
    )
