"""Forms of the review, of cameras and of nodes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    FloatField,
    IntegerField,
    RadioField,
    SearchField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from supervision.core.errors import InvalidInput
from supervision.core.text import N_
from supervision.core.web.forms import CodeField, Form, blank_to_none, strip
from supervision.core.web.numbers import LARGEST_ID
from supervision.video import labels, rules
from vision.contract import ContractError, Rule, RuleKind, Schedule, Zone

_NOTE = Length(max=2000)
DAY_MINUTES = 24 * 60


class FilterForm(Form):
    """The queue's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    status = CodeField(
        _l("Verdict"), labels=labels.STATUS_LABELS, optional=True, placeholder=_l("All")
    )
    rule = CodeField(_l("Rule"), labels=labels.KIND_LABELS, optional=True)
    camera = SelectField(_l("Camera"), coerce=str, validate_choice=False)
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])
    seen_from = DateField(_l("Seen from"), [Optional()])
    seen_to = DateField(_l("Seen to"), [Optional()])
    sort = CodeField(_l("Order"), labels=labels.SORT_LABELS, default="newest")


class ConfirmForm(Form):
    note = TextAreaField(_l("Note"), [_NOTE], filters=[strip], render_kw={"rows": 2})


class RejectForm(Form):
    reason = RadioField(_l("Reason"), [InputRequired()], choices=list(labels.REASON_LABELS.items()))
    note = TextAreaField(_l("Note"), [_NOTE], filters=[strip], render_kw={"rows": 2})


class DuplicateForm(Form):
    original = SelectField(
        _l("The same as"),
        [Optional(), NumberRange(min=1, max=LARGEST_ID)],
        coerce=int,
        validate_choice=False,
    )


class CameraSearchForm(Form):
    class Meta:
        csrf = False

    text = SearchField(_l("Camera, place or enterprise"), filters=[strip])


class CameraForm(Form):
    """A camera with its zones and rules. The rules' fields are added below, by kind."""

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
        render_kw={
            "autocomplete": "off",
            "spellcheck": "false",
            "placeholder": "rtsp://user:password@host:554/path",
        },
    )
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
    zones = TextAreaField(
        _l("Zones"),
        [Length(max=20_000)],
        filters=[strip],
        description=_l(
            "One zone a line: id | name | x,y x,y x,y. Points run from 0,0 (top left) to 1,1."
        ),
        render_kw={
            "rows": 3,
            "class": "mono",
            "placeholder": "press | Press | 0.1,0.2 0.6,0.2 0.6,0.9",
        },
    )

    def zone_list(self) -> tuple[Zone, ...]:
        return rules.parse_zones(self.zones.data or "")

    def rule_list(self, zones: Sequence[Zone]) -> tuple[Rule, ...]:
        """The rules of every kind that is switched on; raises InvalidInput naming the field."""
        found: list[Rule] = []
        for kind in rules.DEFAULT_RULES:
            if self[f"{kind}_on"].data:
                found += self._rules_of(kind, {zone.zone_id for zone in zones})
        return tuple(found)

    def _rules_of(self, kind: RuleKind, known: set[str]) -> list[Rule]:
        wanted = (self[f"{kind}_zones"].data or "").replace(",", " ").split()
        if unknown := [zone_id for zone_id in wanted if zone_id not in known]:
            raise InvalidInput(
                N_("There is no zone called %(zone)s on this camera."),
                field=f"{kind}_zones",
                zone=unknown[0],
            )
        names = ("dwell_s", "votes_needed", "votes_window", "min_height", "min_score")
        values = {name: self[f"{kind}_{name}"].data for name in names}
        schedule = self._schedule(kind)
        try:
            return [
                Rule(rules.rule_id(kind, zone_id), kind, zone_id, schedule, **values)
                for zone_id in (dict.fromkeys(wanted) or [None])
            ]
        except ContractError as error:
            raise InvalidInput(error.problem, field=f"{kind}_{error.field}") from None

    def _schedule(self, kind: RuleKind) -> Schedule:
        days = str(self[f"{kind}_weekdays"].data or "1234567")
        if not days.isdecimal() or set(days) - set("1234567"):
            raise InvalidInput(
                N_("Write the weekdays as digits from 1 (Monday) to 7 (Sunday)."),
                field=f"{kind}_weekdays",
            )
        return Schedule(
            tuple(sorted({int(day) for day in days})),
            _minute(self[f"{kind}_start"].data),
            _minute(self[f"{kind}_end"].data),
        )


def _minute(moment: time | None) -> int:
    return moment.hour * 60 + moment.minute if moment else 0


def _moment(minute: int) -> time:
    minute %= DAY_MINUTES
    return time(minute // 60, minute % 60)


def _add_rule_fields() -> None:
    """Nine fields for each kind of rule, named ``<kind>_<field>``."""
    unit = NumberRange(min=0, max=1)
    for kind in rules.DEFAULT_RULES:
        parts: dict[str, Any] = {
            "on": BooleanField(labels.KIND_LABELS[kind]),
            "zones": StringField(
                _l("In zones"),
                [Length(max=400)],
                filters=[strip],
                render_kw={"placeholder": _l("whole picture")},
            ),
            "dwell_s": FloatField(_l("Lasts at least (s)"), [NumberRange(min=0, max=3600)]),
            "votes_needed": IntegerField(_l("Frames that agree"), [NumberRange(min=1, max=100)]),
            "votes_window": IntegerField(_l("out of"), [NumberRange(min=1, max=100)]),
            "min_height": FloatField(_l("Smallest height (0 to 1)"), [unit]),
            "min_score": FloatField(_l("Smallest score (0 to 1)"), [unit]),
            "weekdays": StringField(_l("Weekdays (1 to 7)"), [Length(max=7)], filters=[strip]),
            "start": TimeField(_l("From"), [Optional()]),
            "end": TimeField(_l("Until"), [Optional()], description=_l("Equal times: all day.")),
        }
        for name, field in parts.items():
            setattr(CameraForm, f"{kind}_{name}", field)


_add_rule_fields()


def rule_values(present: Sequence[Rule]) -> dict[str, Any]:
    """What the rules' fields show: the present rules, the defaults of the others."""
    values: dict[str, Any] = {}
    for kind in rules.DEFAULT_RULES:
        mine = [rule for rule in present if rule.kind is kind]
        shown = mine[0] if mine else rules.DEFAULT_RULES[kind]
        values |= {
            f"{kind}_on": bool(mine),
            f"{kind}_zones": ", ".join(rule.zone_id for rule in mine if rule.zone_id),
            f"{kind}_dwell_s": shown.dwell_s,
            f"{kind}_votes_needed": shown.votes_needed,
            f"{kind}_votes_window": shown.votes_window,
            f"{kind}_min_height": shown.min_height,
            f"{kind}_min_score": shown.min_score,
            f"{kind}_weekdays": "".join(str(day) for day in shown.schedule.weekdays),
            f"{kind}_start": _moment(shown.schedule.start_minute),
            f"{kind}_end": _moment(shown.schedule.end_minute),
        }
    return values


class NodeForm(Form):
    name = StringField(
        _l("Name of the machine"), [InputRequired(), Length(max=60)], filters=[strip]
    )


class TokenForm(Form):
    label = StringField(_l("What it is for"), [InputRequired(), Length(max=60)], filters=[strip])
    expires_on = DateField(
        _l("Valid until"), [Optional()], description=_l("Empty: until it is revoked.")
    )
