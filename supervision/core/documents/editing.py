"""A template's texts, one by one: listed, replaced, checked; and a sample to preview them. Pure.

What may be changed are the words: paragraphs, labels, captions, the names of choices. Which
blocks there are, and which data they need, is the form's structure and stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from supervision.core.documents.fields import parse
from supervision.core.documents.wording import PLACE
from supervision.core.errors import InvalidInput
from supervision.core.text import N_

Path = tuple[str | int, ...]

# Of a block, in the order in which a reader meets them.
_TEXTS = ("label", "text", "caption", "whole", "officers", "officer", "party", "witness", "foot")
_LONG = frozenset({"text", "caption", "whole", "foot"})
# The other words are forms of days and marks, which nobody rewrites by hand.
_WORDS = ("refused", "witness", "seal", "opinion_foot", "no_number", "draft")
_WORD_PLACES = {"refused": {"refusal_reason"}}
# Reckoned by the layout, beside the fields of the template.
_RECKONED = frozenset({"no", "numbers", "photo", "photo_numbers", "number"})
_NUMBER_PLACES = ("region", "infix", "year", "serial")


@dataclass(frozen=True, slots=True)
class Spot:
    """A text at its place in the body; ``block`` counts from 1, 0 is the title, None the rest."""

    path: Path
    text: str
    block: int | None
    kind: str
    is_long: bool


def spots(body: Mapping[str, Any]) -> list[Spot]:
    """Every text that may be changed, always in the same order."""
    if not body.get("blocks"):
        return []
    found = [Spot(("title",), body["title"], 0, "title", is_long=False)]
    for index, block in enumerate(body["blocks"]):
        found += _of_block(block, ("blocks", index), index + 1)
    for name in sorted(body.get("choices", {})):
        for code in sorted(body["choices"][name]):
            path: Path = ("choices", name, code)
            found.append(Spot(path, body["choices"][name][code], None, "choice", is_long=False))
    for name in _WORDS:
        if name in body["words"]:
            text = body["words"][name]
            found.append(Spot(("words", name), text, None, "word", is_long=False))
    return found


def _of_block(part: Any, path: Path, block: int) -> Iterator[Spot]:
    if isinstance(part, list):
        for index, one in enumerate(part):
            yield from _of_block(one, (*path, index), block)
        return
    for name in _TEXTS:
        if isinstance(part.get(name), str):
            is_long = name in _LONG and "rows" not in path
            yield Spot((*path, name), part[name], block, name, is_long=is_long)
    for name in ("rows", "columns"):
        if name in part:
            yield from _of_block(part[name], (*path, name), block)


def with_texts(body: Mapping[str, Any], texts: Sequence[str]) -> dict[str, Any]:
    """A copy of ``body`` with new texts, one for each of :func:`spots`."""
    changed: dict[str, Any] = deepcopy(dict(body))
    for spot, text in zip(spots(body), texts, strict=True):
        owner: Any = changed
        for step in spot.path[:-1]:
            owner = owner[step]
        owner[spot.path[-1]] = text
    return changed


def check_texts(body: Mapping[str, Any]) -> None:
    """Every ``{place}`` is a field of the paper. Raises InvalidInput, field ``text_<n>``."""
    known = _known(body)
    for number, spot in enumerate(spots(body)):
        allowed = known | _WORD_PLACES.get(str(spot.path[-1]), set())
        if spot.kind == "title" and not spot.text.strip():
            raise InvalidInput(N_("A paper has a title."), field=f"text_{number}")
        for place in PLACE.findall(spot.text):
            if place not in allowed:
                raise InvalidInput(
                    N_("{%(place)s} is no field of this paper."),
                    field=f"text_{number}",
                    place=place,
                )
        if re.search(r"[{}]", PLACE.sub("", spot.text)):
            raise InvalidInput(
                N_("A field stands between { and }, and a brace stands for nothing else."),
                field=f"text_{number}",
            )


def check_number(number_format: str, infix: str) -> None:
    """The form of a number: each part once, nothing padded. Both empty: a paper without one."""
    if not number_format and not infix:
        return
    if not infix or not infix.strip() or len(infix) > 8:
        raise InvalidInput(N_("The word of the class has one to eight characters."), field="infix")
    places = re.findall(r"\{([^}]*)\}", number_format)
    if sorted(places) != sorted(_NUMBER_PLACES):
        raise InvalidInput(
            N_("The form of a number has {region}, {infix}, {year} and {serial}, each once."),
            field="number_format",
        )


def places(body: Mapping[str, Any]) -> set[str]:
    """The fields that the texts print."""
    return {place for spot in spots(body) for place in PLACE.findall(spot.text)}


def labels_of(body: Mapping[str, Any]) -> dict[str, str]:
    """What may stand between braces, with its name: ``party.name``, ``due_on`` of an item."""
    found: dict[str, str] = {}
    for path, label in body.get("fields", ()):
        parts = parse(path)
        lists = [index for index, part in enumerate(parts) if part.at_least is not None]
        # Of a list's items the names within the item are written.
        start = lists[0] + 1 if lists else 0
        name = ".".join(part.name for part in parts[start:])
        if name and name not in {"image", "photos"}:
            found[name] = label
        if lists == [len(parts) - 1]:
            found["text"] = label
        if lists and lists[-1] == len(parts) - 1 and len(parts) == 1:
            found[parts[0].name] = label
    return found


def _known(body: Mapping[str, Any]) -> set[str]:
    known = {*labels_of(body), *_RECKONED}
    for block in body["blocks"]:
        if block["type"] == "opinions":
            known |= {"text", "by", "on"}
    return known


def sample(body: Mapping[str, Any]) -> dict[str, Any]:
    """Data for a preview: each field holds its own name, lists two items, choices a code."""
    data: dict[str, Any] = {}
    for path, label in body.get("fields", ()):
        parts = parse(path)
        if parts[0].name != "signatures":
            _put(data, parts, f"\uff3b{label}\uff3d", body.get("choices", {}))
    return data


def _put(data: dict[str, Any], parts: Any, text: str, choices: Mapping[str, Any]) -> None:
    part, rest = parts[0], parts[1:]
    name = part.name
    if name in {"image", "photos"}:
        return
    value: Any = min(choices[name]) if name in choices else text
    if part.at_least is None:
        if rest:
            _put(data.setdefault(name, {}), rest, text, choices)
        else:
            data[name] = value
        return
    items = data.setdefault(name, [{}, {}] if rest else [value])
    for number, item in enumerate(items, start=1):
        if rest:
            item["no"] = number
            if rest[0].name != "no":
                _put(item, rest, text, choices)
