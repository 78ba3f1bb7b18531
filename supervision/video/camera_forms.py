"""The form of a camera: its streams, its zones and lines, and a group of fields for each kind of rule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Field,
    FloatField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from supervision.core.errors import InvalidInput
from supervision.core.text import N_
from supervision.core.web.forms import CodeField, SeenForm, strip
from supervision.video import labels, places, rules
from supervision.video.kinds import DEFAULT_RULES, EQUIPMENT, SHAPES, WHOLE, rule_id
from vision.contract import (
    ContractError,
    DayKind,
    Direction,
    Line,
    Mask,
    Rule,
    RuleKind,
    Schedule,
    Zone,
)

DAY_MINUTES = 24 * 60
_PLACES = {
    "zones": N_("There is no zone called %(place)s on this camera."),
    "lines": N_("There is no line called %(place)s on this camera."),
}
_ADDRESS = {"autocomplete": "off", "spellcheck": "false"}
_UNIT = NumberRange(min=0, max=1)


class ClipsMixin:
    """The clips to try a change on: the page knows which there are."""

    clips = SelectMultipleField(_l("Clips"), coerce=int, choices=[], validate_choice=False)


class CameraForm(ClipsMixin, SeenForm):
    """A camera with its zones, lines, masks and rules. The rules' fields are added below, by kind."""

    name = StringField(_l("Camera name"), [InputRequired(), Length(max=80)], filters=[strip])
    place = StringField(
        _l("Place"),
        [InputRequired(), Length(max=120)],
        filters=[strip],
        render_kw={"placeholder": _l("Workshop, line, machine")},
    )
    stream_url = StringField(
        _l("Stream address"),
        [Length(max=rules.LONGEST_URL)],
        filters=[strip],
        render_kw={**_ADDRESS, "placeholder": "rtsp://user:password@host:554/path"},
    )
    sub_url = StringField(
        _l("Address of the sub-stream"),
        [Length(max=rules.LONGEST_URL)],
        filters=[strip],
        description=_l(
            "The small stream of the same picture. It is judged in place of the other one, which is"
            " kept for evidence: that costs far less."
        ),
        render_kw={**_ADDRESS, "placeholder": "rtsp://user:password@host:554/path/sub"},
    )
    drop_sub = BooleanField(_l("Use no sub-stream any more"))
    node_id = SelectField(_l("Vision node"), coerce=int)
    input_size = StringField(
        _l("Input size"),
        [InputRequired()],
        filters=[strip],
        description=_l(
            "Width x height in multiples of 32. Near views do best at 320x192, far ones at 640x384."
        ),
        render_kw={"list": "input-sizes"},
    )
    analysed_fps = FloatField(
        _l("Frames judged per second"), [InputRequired(), NumberRange(min=0.1, max=60)]
    )
    is_enabled = BooleanField(_l("In use"))
    adaptive = BooleanField(
        _l("Decode key frames only while nothing moves"),
        description=_l(
            "Saves most of the computing; every frame is decoded as soon as something moves."
        ),
    )
    gate = BooleanField(
        _l("Judge only pictures in which something moves"),
        description=_l("Somebody who stands still is found by the forced look below."),
    )
    scan_s = FloatField(_l("Look anyway every (s)"), [InputRequired(), NumberRange(min=1, max=600)])
    view_check = BooleanField(
        _l("Watch the view itself"),
        description=_l(
            "A frozen, black, covered or moved view suspends the rules and opens a ticket."
        ),
    )
    zones = TextAreaField(
        _l("Zones"),
        [Length(max=20_000)],
        filters=[strip],
        description=_l(
            "One zone a line: id | name | x,y x,y x,y. Points run from 0,0 (top left) to 1,1. A"
            " fourth part names a place that several cameras see: id | name | points | gate-a."
        ),
        render_kw={
            "rows": 3,
            "class": "mono",
            "placeholder": "press | Press | 0.1,0.2 0.6,0.2 0.6,0.9",
        },
    )
    lines = TextAreaField(
        _l("Lines to be crossed"),
        [Length(max=20_000)],
        filters=[strip],
        description=_l(
            "One line a line: id | name | x,y x,y. Left and right are those of somebody who looks"
            " from the first point to the second."
        ),
        render_kw={"rows": 2, "class": "mono", "placeholder": "gate | Gate | 0.1,0.8 0.9,0.8"},
    )

    masks = TextAreaField(
        _l("Privacy masks"),
        [Length(max=20_000)],
        filters=[strip],
        description=_l(
            "One mask a line: id | name | x,y x,y x,y. What lies under a mask is black in every"
            " picture made from now on. Evidence that is stored already stays as it is."
        ),
        render_kw={
            "rows": 2,
            "class": "mono",
            "placeholder": "desk | Desk | 0.7,0.1 0.9,0.1 0.9,0.4 0.7,0.4",
        },
    )

    def zone_list(self) -> tuple[Zone, ...]:
        zones = places.parse_zones(self.zones.data or "")
        places.check_polygons(zones, "zones")
        return zones

    def mask_list(self) -> tuple[Mask, ...]:
        masks = places.parse_masks(self.masks.data or "")
        places.check_polygons(masks, "masks")
        return masks

    def line_list(self) -> tuple[Line, ...]:
        return places.parse_lines(self.lines.data or "")

    def rule_list(self, zones: Sequence[Zone], lines: Sequence[Line]) -> tuple[Rule, ...]:
        """The rules of every kind that is switched on; raises InvalidInput naming the field."""
        known = {
            "zones": {zone.zone_id for zone in zones},
            "lines": {line.line_id for line in lines},
        }
        found: list[Rule] = []
        for kind in SHAPES:
            if self.is_on(kind):
                found += self._rules_of(kind, known)
        return tuple(found)

    def is_on(self, kind: RuleKind) -> bool:
        """Equipment is switched on by its ticks in the table, everything else by its own one."""
        if kind in EQUIPMENT:
            return bool(self[f"{kind}_zones"].data)
        return bool(self[f"{kind}_on"].data)

    def wrong(self, *kinds: RuleKind) -> bool:
        """Whether anything that belongs to these kinds was refused."""
        return any(
            field.errors for field in self for kind in kinds if field.name.startswith(f"{kind}_")
        )

    def _rules_of(self, kind: RuleKind, known: dict[str, set[str]]) -> list[Rule]:
        where = places_field(kind)
        chosen = self._places(kind, where, known[where])
        values = {name: self._value(kind, name) for name in SHAPES[kind].fields}
        schedule = self._schedule(kind)
        base = DEFAULT_RULES[kind]
        try:
            return [
                Rule(
                    rule_id(kind, place),
                    kind,
                    zone_id=place if where == "zones" else None,
                    line_id=place if where == "lines" else None,
                    schedule=schedule,
                    **{"dwell_s": base.dwell_s, **values},
                )
                for place in chosen
            ]
        except ContractError as error:
            raise InvalidInput(error.problem, field=f"{kind}_{error.field}") from None

    def _places(self, kind: RuleKind, where: str, known: set[str]) -> list[str | None]:
        """The ids of the zones or lines of a kind; [None]: the whole picture."""
        field = f"{kind}_{where}"
        ticked = list(dict.fromkeys(self[field].data or []))
        if WHOLE in ticked:
            return [None]  # it holds in every zone as well
        if unknown := [place for place in ticked if place not in known]:
            raise InvalidInput(_PLACES[where], field=field, place=unknown[0])
        if not ticked and SHAPES[kind].on_lines:
            raise InvalidInput(N_("Tick the lines that it is about."), field=field)
        if not ticked and SHAPES[kind].needs_zone:
            raise InvalidInput(N_("Tick the zones that it is about."), field=field)
        return list(ticked) or [None]

    def _value(self, kind: RuleKind, name: str) -> Any:
        given = self[f"{kind}_{name}"].data
        if given is None:
            return getattr(DEFAULT_RULES[kind], name)
        return Direction(given) if name == "direction" else given

    def _schedule(self, kind: RuleKind) -> Schedule:
        ticked = self[f"{kind}_weekdays"].data or []
        if not ticked or not set(ticked) <= set(labels.WEEKDAY_LABELS):
            raise InvalidInput(N_("Tick at least one weekday."), field=f"{kind}_weekdays")
        return Schedule(
            tuple(sorted(set(ticked))),
            _minute(self[f"{kind}_start"].data),
            _minute(self[f"{kind}_end"].data),
            days=DayKind(self[f"{kind}_days"].data or DayKind.ANY),
        )


def places_field(kind: RuleKind) -> str:
    return "lines" if SHAPES[kind].on_lines else "zones"


def _minute(moment: time | None) -> int:
    return moment.hour * 60 + moment.minute if moment else 0


def _moment(minute: int) -> time:
    minute %= DAY_MINUTES
    return time(minute // 60, minute % 60)


def _ticks(label: Any, coerce: Any = str) -> Field:
    """Boxes to tick; which there are, the page knows: zones come and go while one writes."""
    return SelectMultipleField(label, coerce=coerce, choices=[], validate_choice=False)


def _part(kind: RuleKind, name: str) -> Field:
    """The control of a rule's field; an empty one means its usual value."""
    people = {
        RuleKind.CROWDING: _l("People from which on it is a crowd"),
        RuleKind.POST_ABSENT: _l("People who must be there"),
    }
    if name == "direction":
        return CodeField(_l("Direction"), labels=labels.DIRECTION_LABELS, default=Direction.ANY)
    if name == "severity":
        return CodeField(_l("Severity"), labels=labels.RULE_SEVERITY_LABELS, default="general")
    if name == "min_count":
        return IntegerField(people[kind], [Optional(), NumberRange(min=1, max=1000)])
    if name in {"votes_needed", "votes_window"}:
        label = _l("Frames that agree") if name == "votes_needed" else _l("out of")
        return IntegerField(label, [Optional(), NumberRange(min=1, max=100)])
    if name == "dwell_s":
        return FloatField(_l("Lasts at least (s)"), [Optional(), NumberRange(min=0, max=3600)])
    unit_labels = {
        "min_height": _l("Smallest height (0 to 1)"),
        "min_score": _l("Smallest score (0 to 1)"),
        "min_share": _l("Part of the zone that is blocked (0 to 1)"),
    }
    return FloatField(unit_labels[name], [Optional(), _UNIT])


def _add_rule_fields() -> None:
    """A group of fields for each kind of rule, named ``<kind>_<field>``: only those that matter."""
    for kind, shape in SHAPES.items():
        where = places_field(kind)
        parts: dict[str, Field] = {
            where: _ticks(_l("On lines") if where == "lines" else _l("In zones")),
            **{name: _part(kind, name) for name in shape.fields},
            "weekdays": _ticks(_l("Weekdays"), int),
            "start": TimeField(_l("From"), [Optional()]),
            "end": TimeField(_l("Until"), [Optional()], description=_l("Equal times: all day.")),
            "days": CodeField(_l("Kind of day"), labels=labels.DAY_LABELS, default=DayKind.ANY),
        }
        if kind not in EQUIPMENT:
            parts["on"] = BooleanField(_l("In use"))
        for name, field in parts.items():
            setattr(CameraForm, f"{kind}_{name}", field)


_add_rule_fields()


def rule_values(present: Sequence[Rule]) -> dict[str, Any]:
    """What the rules' fields show: the present rules, the defaults of the others."""
    values: dict[str, Any] = {}
    for kind, shape in SHAPES.items():
        mine = [rule for rule in present if rule.kind is kind]
        shown = mine[0] if mine else DEFAULT_RULES[kind]
        values |= {
            f"{kind}_on": bool(mine),
            f"{kind}_{places_field(kind)}": [r.line_id or r.zone_id or WHOLE for r in mine],
            f"{kind}_weekdays": list(shown.schedule.weekdays),
            f"{kind}_start": _moment(shown.schedule.start_minute),
            f"{kind}_end": _moment(shown.schedule.end_minute),
            f"{kind}_days": shown.schedule.days,
            **{f"{kind}_{name}": getattr(shown, name) for name in shape.fields},
        }
    return values
