"""What becomes of a row: the service's own rules, with the roll read once a batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import or_, select

from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import InvalidInput
from supervision.core.messages import Problem
from supervision.core.scope import region_range, unscoped, visible
from supervision.core.text import N_
from supervision.enterprise import service
from supervision.enterprise.imports import rules
from supervision.enterprise.imports.rules import CellError
from supervision.enterprise.models import Enterprise, Region
from supervision.enterprise.uscc import normalise_uscc

Row = tuple[int, list[str]]
PLACE = ("longitude", "latitude")
# What a new enterprise has where the file says nothing.
BLANK: dict[str, Any] = {
    **dict.fromkeys((f.name for f in rules.import_fields()), ""),
    "longitude": None,
    "latitude": None,
    "size_class": None,
    "headcount": None,
    "officer_id": None,
    "is_key": False,
}
MUST = tuple(f.name for f in rules.import_fields() if f.is_required)


class Kind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    BAD = "bad"


@dataclass(slots=True)
class Verdict:
    """A row and what becomes of it. ``diff`` is ``field: [before, after]`` of a changed one."""

    row: int
    cells: list[str]
    kind: Kind
    values: dict[str, Any] = field(default_factory=dict)
    existing: Enterprise | None = None
    diff: dict[str, list[Any]] = field(default_factory=dict)
    problems: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class BatchKnowledge:
    """The part of the roll that a batch of rows speaks of (:class:`service.Known`).

    ``seen`` are the codes of the file's earlier rows and where they stood.
    """

    holders: Mapping[str, int]
    rows: Mapping[str, Enterprise]
    regions: frozenset[str]
    region_names: Mapping[str, str | None]
    officers: Mapping[str, int | None]
    seen: dict[str, int]

    def has_region(self, code: str) -> bool:
        return code in self.regions

    def holder(self, uscc: str) -> int | None:
        return self.holders.get(uscc)


def know(
    batch: Sequence[Row],
    mapping: Sequence[str],
    actor: Actor,
    *,
    officers: Mapping[str, int | None],
    seen: dict[str, int],
) -> BatchKnowledge:
    """Read what a batch needs: a handful of statements, however many rows it has."""
    codes = {normalise_uscc(text) for text in _column(batch, mapping, "uscc")}
    stmt = select(Enterprise.uscc, Enterprise.id).where(Enterprise.uscc.in_(codes))
    held = unscoped(stmt, reason="a code is unique on the whole roll")
    own = visible(Enterprise, actor).where(Enterprise.uscc.in_(codes))
    rows = db.session.scalars(own.execution_options(populate_existing=True)).all()
    regions, names = _regions(set(_column(batch, mapping, "region_code")), actor)
    return BatchKnowledge(
        holders=dict(db.session.execute(held).tuples().all()),
        rows={row.uscc: row for row in rows},
        regions=regions,
        region_names=names,
        officers=officers,
        seen=seen,
    )


def _column(batch: Sequence[Row], mapping: Sequence[str], name: str) -> Iterable[str]:
    if name not in mapping:
        return ()
    place = list(mapping).index(name)
    return (cells[place] for _row, cells in batch if cells[place])


def _regions(texts: set[str], actor: Actor) -> tuple[frozenset[str], dict[str, str | None]]:
    """Codes that exist, and for names the one division of the actor's own that is called so."""
    codes = {code for text in texts if (code := rules.leading_code(text))}
    words = {text for text in texts if not rules.leading_code(text)}
    stmt = select(Region.code).where(Region.code.in_(codes), Region.valid_to.is_(None))
    found = set(db.session.scalars(stmt))
    names: dict[str, str | None] = {}
    if words:
        named = select(Region.name, Region.code).where(Region.name.in_(words))
        named = named.where(Region.valid_to.is_(None))
        if not actor.everything:
            named = named.where(or_(*(region_range(Region.code, r) for r in actor.regions)))
        for name, code in db.session.execute(named):
            # Two streets of one name: nobody guesses which.
            names[name] = None if name in names else code
        found |= {code for code in names.values() if code}
    return frozenset(found), names


def judge(row: Row, mapping: Sequence[str], actor: Actor, known: BatchKnowledge) -> Verdict:
    """What becomes of one row; never raises for what a person wrote."""
    number, cells = row
    given, problems = _parse(cells, mapping, known)
    code = given.get("uscc", "")
    first = known.seen.setdefault(code, number) if code else number
    if first != number:
        message = N_("Row %(row)s of the file has the same code.")
        problems.append(_problem("uscc", message, {"row": first}))
    existing = known.rows.get(code)
    values = given if existing is not None else {**BLANK, **given}
    if not problems:
        try:
            values = _checked(actor, values, existing, known)
        except InvalidInput as error:
            problems = _all_problems(actor, values, existing, known) or [_of(error)]
    else:
        bad = {p["field"] for p in problems}
        rest = {name: value for name, value in values.items() if name not in bad}
        problems += _all_problems(actor, rest, existing, known)
    if problems:
        return Verdict(number, cells, Kind.BAD, problems=problems)
    if existing is None:
        return Verdict(number, cells, Kind.NEW, values)
    diff = {
        name: [getattr(existing, name), value]
        for name, value in values.items()
        if getattr(existing, name) != value
    }
    kind = Kind.CHANGED if diff else Kind.SAME
    return Verdict(number, cells, kind, values, existing, diff)


def _parse(
    cells: Sequence[str], mapping: Sequence[str], known: BatchKnowledge
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Values of the cells that hold something: an empty cell says nothing about its field."""
    given: dict[str, Any] = {}
    problems: list[dict[str, Any]] = []
    for name, text in zip(mapping, cells, strict=True):
        if not name or not text:
            continue
        try:
            given[name] = _value(name, text, known)
        except CellError as error:
            found = error.problem
            problems.append(_problem(name, found.msgid, dict(found.params)))
    return given, problems


def _value(name: str, text: str, known: BatchKnowledge) -> Any:
    if name == "uscc":
        return normalise_uscc(text)
    if name == "officer_id":
        return _officer(text, known)
    if name == "region_code" and text in known.region_names:
        code = known.region_names[text]
        if code is None:
            message = N_("More than one division is called “%(text)s”. Write its code.")
            raise CellError(Problem("import_region", message, {"text": text[:40]}))
        return code
    return rules.parse(name, text)


def _officer(text: str, known: BatchKnowledge) -> int:
    found = known.officers.get(text)
    if found is not None:
        return found
    message = (
        N_("More than one officer is called “%(text)s”. Choose on the list afterwards.")
        if text in known.officers
        else N_("No officer whom you may choose is called “%(text)s”.")
    )
    raise CellError(Problem("import_officer", message, {"text": text[:40]}))


def _checked(
    actor: Actor, values: Mapping[str, Any], existing: Enterprise | None, known: BatchKnowledge
) -> dict[str, Any]:
    for name in MUST:
        if name in values and values[name] in {"", None}:
            raise InvalidInput(rules.REQUIRED_TEXT, field=name)
    return service.checked(actor, values, existing, known)


def _all_problems(
    actor: Actor, values: Mapping[str, Any], existing: Enterprise | None, known: BatchKnowledge
) -> list[dict[str, Any]]:
    """Everything that is wrong, field by field, so that a row is mended once."""
    found = []
    groups = [(name,) for name in values if name not in PLACE]
    if all(name in values for name in PLACE):
        groups.append(PLACE)  # type: ignore[arg-type]
    for names in groups:
        try:
            _checked(actor, {name: values[name] for name in names}, existing, known)
        except InvalidInput as error:
            found.append(_of(error))
    return found


def _of(error: InvalidInput) -> dict[str, Any]:
    return _problem(error.field or "", error.message, error.params)


def _problem(name: str, text: str, params: Mapping[str, Any]) -> dict[str, Any]:
    return {"field": name, "text": text, "params": dict(params)}
