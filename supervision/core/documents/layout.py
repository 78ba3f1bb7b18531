"""A template and a snapshot become a list of laid-out blocks, which both renderers draw. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from supervision.core.documents.fields import PICTURE
from supervision.core.documents.wording import Scope, numbers

ENGINE = 1
# Office files must have some date.
NO_DAY = date(2000, 1, 1)
# Who signs, where, and what is said of it: parts of the width.
SIGNATURE_PARTS = (0.41, 0.22, 0.37)


class Style(StrEnum):
    """What a text is; how that looks is the renderer's."""

    LETTERHEAD = "letterhead"
    # The authority's name over an internal form.
    ISSUER = "issuer"
    TITLE = "title"
    NUMBER = "number"
    HEADING = "heading"
    BODY = "body"
    # Body without the two characters that begin a Chinese paragraph.
    FLUSH = "flush"
    QUIET = "quiet"


class Align(StrEnum):
    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    style: Style = Style.BODY


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    is_label: bool = False
    align: Align = Align.LEFT
    span: int = 1
    # Stands right in the cell, under its text: who signed an opinion, and when.
    foot: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled table. ``widths`` are parts of 100; ``heads`` first rows repeat on every page."""

    widths: tuple[float, ...]
    rows: tuple[tuple[Cell, ...], ...]
    heads: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    sha256: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Pictures:
    """``heading`` stays with the first row."""

    pictures: tuple[Picture, ...]
    heading: str = ""
    across: int = 2


@dataclass(frozen=True, slots=True)
class Signature:
    """A line to sign on, or the signature that was drawn on a screen."""

    label: str
    picture: Picture | None
    after: str = ""


@dataclass(frozen=True, slots=True)
class Signatures:
    lines: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Seal:
    """The place of the seal: a mark to press on, the authority, the day."""

    mark: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the page."""

    is_red: bool = False


Block = Text | Grid | Pictures | Signatures | Seal | Rule


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything a renderer needs. ``page_line`` has ``{page}`` and ``{pages}``."""

    title: str
    issuer: str
    number: str
    mark: str
    page_line: str
    issued_on: str
    blocks: tuple[Block, ...]


def lay_out(
    template: Mapping[str, Any],
    data: Mapping[str, Any],
    *,
    draft: bool = False,
    every_block: bool = False,
) -> Paper:
    """The paper of ``data``; a draft is marked and shows lines where values are missing.

    ``every_block`` shows also what stands only in some cases: for whoever checks the template.
    """
    if template.get("engine") != ENGINE:
        raise ValueError(f"this engine cannot lay out templates of engine {template.get('engine')}")
    words = template["words"]
    scope = Scope(template, data, words["blank"] if draft else "")
    blocks: list[Block] = []
    for block in template["blocks"]:
        if every_block or scope.holds(block.get("when")):
            blocks += _BLOCKS[block["type"]](block, scope)
    return Paper(
        title=template["title"],
        issuer=scope.said("authority.name"),
        number=str(data.get("number") or ""),
        mark=words["draft"] if draft else "",
        page_line=words["page"],
        issued_on=str(data.get("issued_on") or ""),
        blocks=tuple(blocks),
    )


def pictures_of(paper: Paper) -> Iterator[Picture]:
    """Every picture that the renderers will ask for."""
    for block in paper.blocks:
        if isinstance(block, Pictures):
            yield from block.pictures
        elif isinstance(block, Signatures):
            yield from (line.picture for line in block.lines if line.picture)


def stamp_of(paper: Paper) -> date:
    """The day that the paper names as its own; a draft may have none yet."""
    try:
        return date.fromisoformat(paper.issued_on)
    except ValueError:
        return NO_DAY


def _title(block: Mapping[str, Any], scope: Scope) -> list[Block]:
    issuer = scope.said("authority.name")
    found: list[Block] = [Text(issuer, Style.ISSUER)]
    if block.get("letterhead"):
        found = [Text(issuer, Style.LETTERHEAD), Rule(is_red=True)]
    found.append(Text(scope.template["title"], Style.TITLE))
    number = str(scope.data.get("number") or "")
    if number or (scope.blank and block.get("numbered", True)):
        found.append(Text(number or scope.word("no_number"), Style.NUMBER))
    return found


def _text(block: Mapping[str, Any], scope: Scope) -> list[Block]:
    style = Style(block.get("style", Style.BODY))
    return [Text(line, style) for line in scope.fill(block["text"]).split("\n") if line.strip()]


def _lines(block: Mapping[str, Any], scope: Scope) -> list[Block]:
    found: list[Block] = []
    for item in _items(block, scope):
        if scope.within(item).holds(block.get("only")):
            found += _text(block, scope.within(item))
    return found


def _grid(block: Mapping[str, Any], scope: Scope) -> list[Block]:
    """Labels and values, in pairs beside each other; a row of one pair spans the paper."""
    rows = []
    for row in block["rows"]:
        pairs = [pair for pair in row if scope.holds(pair.get("when"))]
        if pairs:
            rows.append(_pairs(pairs, scope))
    return [Grid((23.0, 29.0, 16.0, 32.0), tuple(rows))] if rows else []


def _pairs(pairs: Sequence[Mapping[str, Any]], scope: Scope) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for pair in pairs:
        value = scope.fill(pair["text"]).strip() or scope.word("empty")
        cells.append(Cell(pair["label"], is_label=True, align=Align.CENTRE))
        cells.append(Cell(value, span=1 if len(pairs) > 1 else 3))
    return tuple(cells)


def _opinions(block: Mapping[str, Any], scope: Scope) -> list[Block]:
    rows = []
    for line in block["rows"]:
        given = scope.value(line["value"]) or {}
        own = scope.within(given)
        text = own.said("text") if given else "\n\n"
        foot = own.fill(line["foot"]) if given else scope.word("opinion_foot")
        label = Cell(line["label"], is_label=True, align=Align.CENTRE)
        rows.append((label, Cell(text, foot=foot)))
    return [Grid((23.0, 77.0), tuple(rows))]


def _table(block: Mapping[str, Any], scope: Scope) -> list[Block]:
    columns = block["columns"]
    head = tuple(Cell(c["label"], is_label=True, align=Align.CENTRE) for c in columns)
    rows = [head]
    for item in _items(block, scope):
        own = scope.within(item)
        rows.append(
            tuple(
                Cell(own.fill(c["text"]).strip(), align=Align(c.get("align", Align.LEFT)))
                for c in columns
            )
        )
    whole = sum(c["width"] for c in columns)
    return [Grid(tuple(100.0 * c["width"] / whole for c in columns), tuple(rows), heads=1)]


def _groups(block: Mapping[str, Any], scope: Scope) -> list[Block]:
    """One sentence for all items with the same value, such as the same day; the earliest first."""
    groups: dict[str, list[Any]] = {}
    for item in _items(block, scope):
        groups.setdefault(str(item.get(block["by"]) or ""), []).append(item.get("no"))
    found: list[Block] = []
    for value, of in sorted(groups.items()):
        own = scope.within({block["by"]: value, "numbers": numbers(scope, of)})
        found += _text(block, own)
    return found


def _checks(block: Mapping[str, Any], scope: Scope) -> list[Block]:
    value = scope.value(block["value"])
    chosen = {str(one) for one in (value if isinstance(value, list) else [value])}
    choices = scope.template["choices"][block["value"].split(".")[-1]]
    boxes = [
        scope.word("ticked" if code in chosen else "unticked") + choices[code]
        for code in block["codes"]
    ]
    if block.get("listed"):
        return [Text(box, Style.BODY) for box in boxes]
    return [Text(scope.word("gap").join(boxes), Style.BODY)]


def _photos(block: Mapping[str, Any], scope: Scope) -> list[Block]:
    """Photos of the items, then those of the whole, numbered throughout."""
    taken = [(item, sha) for item in _items(block, scope) for sha in item.get("photos") or ()]
    whole: list[tuple[Mapping[str, Any], Any]] = [({}, sha) for sha in scope.value("photos") or ()]
    pictures: list[Picture] = []
    for item, sha in [*taken, *whole]:
        own = scope.within({**item, "photo": len(pictures) + 1})
        picture = _picture(sha, own.fill(block["caption" if item else "whole"]))
        if picture is not None:
            pictures.append(picture)
    if not pictures:
        return []
    return [Pictures(tuple(pictures), block.get("text", ""), block.get("across", 2))]


def _signatures(block: Mapping[str, Any], scope: Scope) -> list[Block]:
    given = scope.value("signatures") or {}
    lines: list[Signature] = []
    if block.get("officers"):
        signed = {one.get("name"): one for one in given.get("officers") or ()}
        for officer in scope.value("officers") or ():
            own = scope.within(officer)
            after = own.fill(block["officer"])
            lines.append(_signature(block["officers"], signed.get(officer.get("name")), after, own))
    if block.get("party"):
        lines += _party(block, given, scope)
    if block.get("witness") and scope.value("witness") and not given.get("refused"):
        lines.append(Signature(block["witness"], None, scope.said("witness")))
    return [Signatures(tuple(lines))] if lines else []


def _party(block: Mapping[str, Any], given: Mapping[str, Any], scope: Scope) -> list[Signature]:
    if not given.get("refused"):
        party = given.get("party")
        return [_signature(block["party"], party, (party or {}).get("name") or "", scope)]
    reason = scope.within({"refusal_reason": given.get("refusal_reason") or ""})
    witness = given.get("witness")
    name = (witness or {}).get("name") or ""
    return [
        Signature(block["party"], None, reason.fill(scope.word("refused"))),
        _signature(scope.word("witness"), witness, name, scope),
    ]


def _signature(label: str, signed: Mapping[str, Any] | None, after: str, scope: Scope) -> Signature:
    given = signed or {}
    # A time beside an empty line would claim a signature that nobody has seen.
    if given.get("at") and given.get("image"):
        after = f"{after}\n{scope.instant(given['at'])}"
    return Signature(label, _picture(given.get("image")), after)


def _seal(block: Mapping[str, Any], scope: Scope) -> list[Block]:
    lines = (scope.said("authority.name"), scope.said(block.get("day", "issued_on")))
    return [Seal(scope.word("seal"), lines)]


def _copies(block: Mapping[str, Any], scope: Scope) -> list[Block]:
    return [Rule(), Text(scope.fill(block["text"]), Style.QUIET)]


def _items(block: Mapping[str, Any], scope: Scope) -> list[Mapping[str, Any]]:
    """The items of a list, each with the numbers of its photos among all photos of the list."""
    found: list[Mapping[str, Any]] = []
    count = 0
    for item in scope.value(block["each"]) or ():
        own = dict(item) if isinstance(item, dict) else {"text": item}
        photos = len(own.get("photos") or ())
        own.setdefault("no", len(found) + 1)
        own["photo_numbers"] = numbers(scope, range(count + 1, count + photos + 1))
        count += photos
        found.append(own)
    return found


def _picture(value: Any, caption: str = "") -> Picture | None:
    match = PICTURE.fullmatch(value) if isinstance(value, str) else None
    return Picture(match.group(1), caption) if match else None


_BLOCKS: dict[str, Callable[[Mapping[str, Any], Scope], Sequence[Block]]] = {
    "title": _title,
    "text": _text,
    "lines": _lines,
    "grid": _grid,
    "opinions": _opinions,
    "table": _table,
    "groups": _groups,
    "checks": _checks,
    "photos": _photos,
    "signatures": _signatures,
    "seal": _seal,
    "copies": _copies,
}
