"""What a person drew on a camera's picture: zones, lines and masks, as the editor sends them. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from supervision.core.errors import InvalidInput
from supervision.core.text import N_
from supervision.video import places
from vision import contract
from vision.contract import ContractError, Line, Mask, Rule, Zone

FIELD = "drawing"
LONGEST_NAME = 60
LARGEST = 100_000  # characters of JSON
KINDS: dict[str, tuple[type, str, int]] = {
    "zones": (Zone, "zone_id", places.MAX_ZONES),
    "lines": (Line, "line_id", places.MAX_LINES),
    "masks": (Mask, "mask_id", places.MAX_MASKS),
}
UNREADABLE = N_("The drawing cannot be read. Load the page again.")
PROBLEMS = {
    "shared": N_("%(name)s: the shared name has letters, digits, dots, colons and dashes."),
    "polygon": N_("%(name)s: it needs three or more points between 0 and 1."),
    "start": N_("%(name)s: it needs two points between 0 and 1."),
    "end": N_("%(name)s: it needs two different points between 0 and 1."),
}

S = TypeVar("S", Zone, Line, Mask)


@dataclass(frozen=True, slots=True)
class Drawing:
    """All shapes of one camera's picture."""

    zones: tuple[Zone, ...] = ()
    lines: tuple[Line, ...] = ()
    masks: tuple[Mask, ...] = ()


def read(text: str) -> Drawing:
    """What the editor sent: ``{"zones": […], "lines": […], "masks": […]}`` in the contract's shape.

    Raises InvalidInput for the field ``drawing``, naming the shape that does not fit.
    """
    try:
        data = json.loads(text) if len(text) <= LARGEST else None
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict) or set(data) - set(KINDS):
        raise InvalidInput(UNREADABLE, field=FIELD)
    found = Drawing(
        zones=_shapes(Zone, data.get("zones", [])),
        lines=_shapes(Line, data.get("lines", [])),
        masks=_shapes(Mask, data.get("masks", [])),
    )
    places.check_polygons((*found.zones, *found.masks), FIELD)
    return found


def write(drawing: Drawing) -> str:
    """The text that :func:`read` reads."""
    return json.dumps(plain(drawing), ensure_ascii=False)


def plain(drawing: Drawing) -> dict[str, Any]:
    """As JSON values."""
    return contract.to_json(drawing)


def lost_rules(rules: Iterable[Rule], drawing: Drawing) -> tuple[Rule, ...]:
    """The rules whose zone or line is not in the drawing any more."""
    zones = {zone.zone_id for zone in drawing.zones}
    lines = {line.line_id for line in drawing.lines}
    return tuple(
        rule
        for rule in rules
        if (rule.zone_id is not None and rule.zone_id not in zones)
        or (rule.line_id is not None and rule.line_id not in lines)
    )


def _shapes(kind: type[S], given: object) -> tuple[S, ...]:
    key, most = next((key, most) for each, key, most in KINDS.values() if each is kind)
    if not isinstance(given, list):
        raise InvalidInput(UNREADABLE, field=FIELD)
    if len(given) > most:
        raise InvalidInput(N_("At most %(count)s of one kind."), field=FIELD, count=most)
    found = tuple(_shape(kind, key, one) for one in given)
    _check_ids([getattr(shape, key) for shape in found])
    return found


def _shape(kind: type[S], key: str, given: object) -> S:
    try:
        shape = contract.parse(kind, given)
    except ContractError as error:
        name = given.get("name", "") if isinstance(given, dict) else ""
        field = re.split(r"[.\[]", error.field)[0]
        raise InvalidInput(
            PROBLEMS.get(field, UNREADABLE), field=FIELD, name=str(name)[:LONGEST_NAME]
        ) from None
    name, shared = shape.name, getattr(shape, "shared", "")
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable() or "|" in name:
        # A bar parts the columns where the same shapes are written as text.
        raise InvalidInput(
            N_("%(name)s: a name has 1 to %(count)s characters and no bar."),
            field=FIELD,
            name=name[:LONGEST_NAME] or "?",
            count=LONGEST_NAME,
        )
    if len(shared) > places.LONGEST_ID:
        raise InvalidInput(PROBLEMS["shared"], field=FIELD, name=name)
    if len(getattr(shape, key)) > places.LONGEST_ID:
        raise InvalidInput(UNREADABLE, field=FIELD)
    return shape


def _check_ids(ids: Sequence[str]) -> None:
    if len(set(ids)) != len(ids):
        raise InvalidInput(UNREADABLE, field=FIELD)
