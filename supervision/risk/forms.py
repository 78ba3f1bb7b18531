"""Forms of risk points and site plans: one per action."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    HiddenField,
    IntegerField,
    RadioField,
    SearchField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from supervision.core.web.forms import CodeField, Form, SeenForm, blank_to_none, given, strip
from supervision.enterprise.site_models import SitePlan
from supervision.risk import labels
from supervision.risk.assessing import Scoring
from supervision.risk.models import RiskPoint, RiskTable
from supervision.risk.rules import AXES, Axis, FactorGroup, Method, Stage
from supervision.risk.service import PointValues
from supervision.risk.table_rules import Part

_TEXT = Length(max=2000)
_PERCENT = NumberRange(min=0, max=100)
_HUNDRED = Decimal(100)
_PLACES = Decimal("0.0001")


class PointForm(SeenForm):
    """A risk point, all but its grade."""

    name = StringField(
        _l("Name of the risk point"),
        [InputRequired(), Length(max=80)],
        filters=[strip],
        render_kw={"placeholder": _l("Machine, process or place")},
    )
    number = StringField(
        _l("Number of the risk point"),
        [Length(max=24)],
        filters=[strip],
        description=_l("Empty: the next number is given."),
    )
    place = StringField(_l("Place"), [InputRequired(), Length(max=120)], filters=[strip])
    factor_group = CodeField(
        _l("Kind of factor (GB/T 13861)"), [InputRequired()], labels=labels.FACTOR_LABELS
    )
    factor = TextAreaField(
        _l("Hazardous factor"),
        [InputRequired(), _TEXT],
        filters=[strip],
        description=_l("What can do harm here, and how."),
        render_kw={"rows": 3},
    )
    accidents = SelectMultipleField(
        _l("Possible accidents"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    people_exposed = IntegerField(
        _l("People exposed"), [Optional(), NumberRange(min=0, max=100_000)]
    )
    responsible_person = StringField(_l("Person responsible"), [Length(max=40)], filters=[strip])
    responsible_post = StringField(_l("Department or post"), [Length(max=60)], filters=[strip])
    responsible_phone = StringField(
        _l("Phone"),
        [Optional(), Length(max=20), Regexp(r"[0-9+\- ]+$", message=_l("Digits only."))],
        filters=[strip],
    )
    plan_id = CodeField(_l("Site plan"), optional=True)
    area_id = CodeField(
        _l("Area"), optional=True, description=_l("Empty: found by the position on the plan.")
    )
    x = DecimalField(_l("From the left (%)"), [Optional(), _PERCENT], places=2)
    y = DecimalField(_l("From the top (%)"), [Optional(), _PERCENT], places=2)
    longitude = DecimalField(
        _l("Longitude (WGS-84)"), [Optional(), NumberRange(min=-180, max=180)], places=6
    )
    latitude = DecimalField(
        _l("Latitude (WGS-84)"), [Optional(), NumberRange(min=-90, max=90)], places=6
    )

    def offer(self, plans: Sequence[SitePlan], accidents: Mapping[str, str]) -> None:
        """The enterprise's own plans and areas, and the types of accident in force."""
        self.plan_id.choices = [("", "—"), *((str(p.id), p.name) for p in plans)]
        areas = [(p, a) for p in plans for a in p.areas if a.retired_at is None]
        self.area_id.choices = [
            ("", "—"),
            *((str(a.id), f"{p.name} · {a.name}" if len(plans) > 1 else a.name) for p, a in areas),
        ]
        self.accidents.choices = list(accidents.items())

    def validate(self, extra_validators: Any = None) -> bool:
        fits = bool(super().validate(extra_validators))
        for one, other in (("x", "y"), ("longitude", "latitude")):
            if fits and (self[one].data is None) != (self[other].data is None):
                self[other].errors = [_l("Both or neither.")]
                fits = False
        if fits and self.x.data is not None and not (self.plan_id.data or self.area_id.data):
            self.plan_id.errors = [_l("Choose the plan that the position is on.")]
            fits = False
        return fits

    @property
    def values(self) -> PointValues:
        return PointValues(
            name=self.name.data or "",
            number=self.number.data or "",
            place=self.place.data or "",
            factor_group=FactorGroup(self.factor_group.data),
            factor=self.factor.data or "",
            accidents=tuple(self.accidents.data or ()),
            people_exposed=self.people_exposed.data,
            responsible_person=self.responsible_person.data or "",
            responsible_post=self.responsible_post.data or "",
            responsible_phone=self.responsible_phone.data or "",
            plan_id=_id(self.plan_id.data),
            area_id=_id(self.area_id.data),
            x=_fraction(self.x.data),
            y=_fraction(self.y.data),
            longitude=self.longitude.data,
            latitude=self.latitude.data,
        )


def _id(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None


def _fraction(percent: Decimal | None) -> Decimal | None:
    return None if percent is None else (percent / _HUNDRED).quantize(_PLACES)


def known(point: RiskPoint) -> dict[str, Any]:
    """What the form of a point starts with."""
    names = (
        "name", "number", "place", "factor", "people_exposed", "responsible_person",
        "responsible_post", "responsible_phone", "longitude", "latitude", "accidents",
        "row_version",
    )  # fmt: skip
    values = {name: getattr(point, name) for name in names}
    values["factor_group"] = point.factor_group.value
    values["plan_id"] = str(point.plan_id or "")
    values["area_id"] = str(point.area_id or "")
    for axis in ("x", "y"):
        fraction = getattr(point, axis)
        values[axis] = None if fraction is None else fraction * _HUNDRED
    return values


class AssessForm(Form):
    """Scores by one method. :meth:`offer` fills in what the tables in force have."""

    method: Method

    stage = RadioField(
        _l("What is assessed"), [InputRequired()], choices=list(labels.STAGE_LABELS.items())
    )
    likelihood = CodeField(labels.PART_LABELS[Part.LIKELIHOOD], [InputRequired()])
    exposure = CodeField(labels.PART_LABELS[Part.EXPOSURE], [InputRequired()])
    severity = CodeField(labels.PART_LABELS[Part.SEVERITY], [InputRequired()])
    direct_code = CodeField(
        _l("A rule that grades the risk whatever its scores"),
        optional=True,
        placeholder=_l("No rule applies"),
    )
    reason = TextAreaField(
        _l("Reason"),
        [_TEXT],
        filters=[strip],
        description=_l("Needed where a rule applies."),
        render_kw={"rows": 2},
    )
    assessed_on = DateField(_l("Assessed on"), [InputRequired()])
    table_id = HiddenField()

    def offer(self, method: Method, table: RiskTable, direct: RiskTable | None) -> None:
        self.method = method
        for axis in Axis:
            if axis not in AXES[method]:
                del self[axis.value]
                continue
            lines = table.part(Part(axis.value))
            self[axis.value].choices = [
                ("", "—"),
                *((labels.plain(x.score), f"{labels.plain(x.score)} · {x.text}") for x in lines),
            ]
        rules = direct.part(Part.RULE) if direct else []
        self.direct_code.choices = [
            ("", _l("No rule applies")),
            *((x.code, f"{labels.COLOUR_LABELS[x.grade]} · {x.text}") for x in rules if x.grade),
        ]

    @property
    def scoring(self) -> Scoring:
        return Scoring(
            stage=Stage(self.stage.data),
            method=self.method,
            assessed_on=given(self.assessed_on.data),
            scores={axis: Decimal(self[axis.value].data) for axis in AXES[self.method]},
            direct_code=self.direct_code.data or "",
            reason=self.reason.data or "",
            table_id=_id(self.table_id.data),
        )


class ControlForm(Form):
    kind = CodeField(_l("Kind of control"), [InputRequired()], labels=labels.KIND_LABELS)
    text = TextAreaField(
        _l("Control"), [InputRequired(), Length(max=1000)], filters=[strip], render_kw={"rows": 2}
    )
    responsible_post = StringField(
        _l("Responsible post"), [InputRequired(), Length(max=60)], filters=[strip]
    )


class NoteForm(SeenForm):
    note = TextAreaField(_l("Note"), [_TEXT], filters=[strip], render_kw={"rows": 2})


class ReasonForm(SeenForm):
    reason = TextAreaField(
        _l("Reason"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 2}
    )


class CommentForm(Form):
    text = TextAreaField(
        _l("Comment"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 2}
    )


class ReviewForm(Form):
    """Assess it anew before its day."""

    cause = CodeField(_l("Why"), [InputRequired()], labels=labels.CAUSE_LABELS)
    due_on = DateField(_l("To be done by"), [InputRequired()])
    note = TextAreaField(
        _l("What happened"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 2}
    )


class EmptyForm(SeenForm):
    """A button: it asks for nothing but the token."""


class PlanForm(Form):
    name = StringField(
        _l("Name of the plan"),
        [InputRequired(), Length(max=80)],
        filters=[strip],
        render_kw={"placeholder": _l("Whole site, ground floor, workshop 2")},
    )
    picture = FileField(_l("Picture"))


class PictureForm(Form):
    """A newer picture of the same floor."""

    picture = FileField(_l("Newer picture"))
    keep_areas = BooleanField(
        _l("Take over the areas and the points"),
        default=True,
        description=_l("For a picture of the same frame. Otherwise draw the areas anew."),
    )


class NameForm(Form):
    name = StringField(_l("New name"), [InputRequired(), Length(max=80)], filters=[strip])


class AreaForm(SeenForm):
    name = StringField(_l("Name of the area"), [InputRequired(), Length(max=80)], filters=[strip])
    polygon = TextAreaField(
        _l("Corners"),
        [InputRequired(_l("Draw the area on the plan first.")), Length(max=2000)],
        filters=[strip],
        description=_l("Percent of the width and the height, from the top left: 10,10 40,10 40,30"),
        render_kw={"rows": 2, "spellcheck": "false"},
    )


class FilterForm(Form):
    """The list's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Number, name, place or enterprise"), filters=[strip])
    grade = CodeField(_l("Risk grade"), labels=labels.GRADE_LABELS, optional=True)
    status = CodeField(_l("State"), labels=labels.STATUS_LABELS, optional=True)
    method = CodeField(_l("Method of assessment"), labels=labels.METHOD_SHORT, optional=True)
    review = CodeField(_l("Re-assessment"), labels=labels.REVIEW_LABELS, optional=True)
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])
    sort = CodeField(
        _l("Order"),
        labels={
            "worst": _l("Highest risk first"),
            "review": _l("By day of re-assessment"),
            "newest": _l("Newest first"),
            "number": _l("By enterprise and number"),
        },
        default="worst",
    )


def chosen(field: Any, kind: Any) -> Any:
    """The code of an optional choice, or None where it is empty or unknown."""
    return kind(field.data) if field.data in set(kind) else None


def corners_text(polygon: Iterable[Sequence[float]]) -> str:
    """Fractions as the form's percent."""
    return " ".join(f"{x * 100:g},{y * 100:g}" for x, y in polygon)
