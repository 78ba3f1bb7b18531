"""One line of the table as a form: its points, its titles, and what its source asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DecimalField,
    Form,
    HiddenField,
    IntegerField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from supervision.core.clock import today
from supervision.core.web.forms import CodeField, strip
from supervision.document import kinds
from supervision.document import labels as documents
from supervision.score import labels, params
from supervision.score.rules import Axis, Group
from supervision.score.sources import SOURCES
from supervision.score.tables import Line

_POINTS = (InputRequired(), NumberRange(0, 100))
_PART = (Optional(), NumberRange(0, 1))
_TITLE = (InputRequired(), Length(max=120))


class LineForm(Form):
    """A part of :class:`supervision.score.forms.TableForm`; the CSRF token is the whole form's."""

    code = HiddenField()
    source = HiddenField()
    group = HiddenField()
    is_on = BooleanField(_l("On"))
    title = StringField(_l("Title in Chinese"), validators=_TITLE, filters=[strip])
    title_en = StringField(_l("Title in English"), validators=_TITLE, filters=[strip])
    points = DecimalField(_l("Points"), places=1, validators=_POINTS)
    most = DecimalField(_l("At most"), places=1, validators=_POINTS)
    axis = CodeField(_l("Ray"), labels=labels.AXIS_LABELS, optional=True)
    months = IntegerField(
        _l("Months it looks back"), validators=[Optional(), NumberRange(1, params.MOST_MONTHS)]
    )
    each = DecimalField(_l("Part that each one takes (0 to 1)"), places=None, validators=_PART)
    kind = CodeField(
        _l("What is counted"),
        labels={kind: labels.FACT_LABELS[kind] for kind in params.OCCURRENCES},
        optional=True,
    )
    codes = SelectMultipleField(_l("Documents that count"), validate_choice=False)
    level_1 = DecimalField(_l("Part at level 1 (0 to 1)"), places=None, validators=_PART)
    level_2 = DecimalField(_l("Part at level 2 (0 to 1)"), places=None, validators=_PART)
    level_3 = DecimalField(_l("Part at level 3 (0 to 1)"), places=None, validators=_PART)

    def validate(self, extra_validators: Any = None) -> bool:
        """What the source asks for is there; its limits are those of the fields."""
        fine = super().validate(extra_validators)
        for name in self.asked:
            field = self[name]
            if field.data in (None, "", []):
                field.errors = [*field.errors, _("This field is required.")]
                fine = False
        return fine

    @property
    def asked(self) -> Sequence[str]:
        """Names of the fields that its source asks for."""
        source = SOURCES.get(str(self.source.data))
        names = [_FIELDS.get(name, (name,)) for name in (source.params if source else ())]
        return [field for group in names for field in group]


_FIELDS: Mapping[str, tuple[str, ...]] = {
    "categories": ("codes",),
    "kinds": ("codes",),
    "levels": ("level_1", "level_2", "level_3"),
}


def offer(lines: Sequence[LineForm]) -> None:
    """What the lines that count documents can choose among."""
    all_kinds = [(kind.code, documents.kind_name(kind)) for kind in kinds.kinds_on(today())]
    shelves = [(code.value, text) for code, text in documents.CATEGORY_LABELS.items()]
    for line in lines:
        source = SOURCES.get(str(line.source.data))
        asks_shelf = source is not None and "categories" in source.params
        choices = shelves if asks_shelf else all_kinds
        known = {code for code, _text in choices}
        # A kind that is not in force any more stays chosen until somebody takes it off.
        gone = [(code, code) for code in line.codes.data or () if code not in known]
        line.codes.choices = [*choices, *gone]


def filled(line: Line) -> dict[str, Any]:
    """The values of the fields."""
    values = dict(line.params)
    levels = values.pop("levels", {})
    codes = values.pop("categories", None) or values.pop("kinds", None) or []
    return {
        "code": line.code,
        "source": line.source,
        "group": line.group.value,
        "is_on": line.is_on,
        "title": line.title,
        "title_en": line.title_en,
        "points": line.points,
        "most": line.most,
        "axis": line.axis.value if line.axis else None,
        **{name: values.get(name) for name in ("months", "each", "kind")},
        "codes": codes,
        **{f"level_{level}": levels.get(level) for level in params.LEVELS},
    }


def line_of(form: Mapping[str, Any]) -> Line:
    """A line as it was sent, by the names of its fields."""
    given = {
        "months": form["months"],
        "each": form["each"],
        "kind": form["kind"],
        "categories": form["codes"],
        "kinds": form["codes"],
        "levels": {level: form[f"level_{level}"] for level in params.LEVELS},
    }
    axis = form["axis"]
    return Line(
        code=form["code"] or "",
        group=Group(form["group"]) if form["group"] in set(Group) else Group.BASE,
        title=form["title"],
        title_en=form["title_en"],
        points=form["points"],
        most=form["most"],
        source=form["source"] or "",
        params=given,
        axis=Axis(axis) if axis else None,
        is_on=form["is_on"],
    )
