"""Forms of rules: the list's filters, a proposal, a year's file, the calculator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SearchField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from supervision.core.documents.editing import Spot
from supervision.core.web.forms import CodeField, Form, strip
from supervision.statute import labels

_TEXT = Length(max=4000)
TIMES = {"on": _l("In force on the day"), "all": _l("All versions")}


class FilterForm(Form):
    """The list's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Code, name, text or source"), filters=[strip])
    certainty = CodeField(_l("Certainty"), labels=labels.CERTAINTY_SHORT, optional=True)
    times = CodeField(_l("Versions"), labels=TIMES, default="on")
    day = DateField(_l("On the day"), [Optional()])


class ChangesForm(Form):
    class Meta:
        csrf = False

    status = CodeField(_l("State"), labels=labels.STATE_LABELS, optional=True)


class _ProposalForm(Form):
    """What every proposal says besides the rule itself."""

    effective_from = DateField(
        _l("In force from"),
        [InputRequired()],
        description=_l("Today at the earliest; the version before ends the day before."),
    )
    source = TextAreaField(
        _l("Legal source"),
        [InputRequired(), _TEXT],
        filters=[strip],
        description=_l("Title of the law or standard, and the clause."),
        render_kw={"rows": 2},
    )
    certainty = CodeField(_l("Certainty"), [InputRequired()], labels=labels.CERTAINTY_LABELS)
    note = TextAreaField(_l("Note"), [_TEXT], filters=[strip], render_kw={"rows": 2})
    reason = TextAreaField(
        _l("Reason of the change"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 2}
    )
    repeal = BooleanField(
        _l("The rule ends without a successor"),
        description=_l("Its last day is the day before the one above; the rest is left as it is."),
    )


class RuleForm(_ProposalForm):
    """A clock."""

    # Not InputRequired: the address says which rule is changed, not the form.
    code = StringField(_l("Code"), [DataRequired(), Length(max=48)], filters=[strip])
    name = StringField(_l("Name of the rule"), [InputRequired(), Length(max=120)], filters=[strip])
    value = IntegerField(_l("How many"), [InputRequired(), NumberRange(min=1, max=9999)])
    unit = CodeField(_l("Unit"), [InputRequired()], labels=labels.UNIT_LABELS)
    day_type = CodeField(_l("Counted in"), [InputRequired()], labels=labels.DAY_TYPE_LABELS)
    direction = CodeField(_l("Runs"), [InputRequired()], labels=labels.DIRECTION_LABELS)
    trigger = TextAreaField(
        _l("Event"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 2}
    )
    COLUMNS = ("name", "value", "unit", "day_type", "direction", "trigger")


class CriterionForm(_ProposalForm):
    """An item of a list of major hazards."""

    source = TextAreaField(
        _l("Legal source"),
        [InputRequired(), Length(max=120)],
        filters=[strip],
        description=_l("Title of the law or standard, and the clause."),
        render_kw={"rows": 2},
    )
    # Not InputRequired: the address says which rule is changed, not the form.
    code = StringField(_l("Code"), [DataRequired(), Length(max=24)], filters=[strip])
    sector = StringField(_l("Sector"), [InputRequired(), Length(max=40)], filters=[strip])
    article = StringField(_l("Article"), [InputRequired(), Length(max=40)], filters=[strip])
    text = TextAreaField(
        _l("Text"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 3}
    )
    COLUMNS = ("article", "sector", "text")


class PaperForm(_ProposalForm):
    """A version of a paper's template; :func:`paper_form` adds a control for each of its texts."""

    infix = StringField(
        _l("Word of the class"),
        [Length(max=8)],
        filters=[strip],
        description=_l("Stands in the number; papers with the same word share a counter."),
    )
    number_format = StringField(
        _l("Form of the number"),
        [Length(max=60)],
        filters=[strip],
        description=_l("With {region}, {infix}, {year} and {serial}, each once."),
    )

    def texts(self) -> list[str]:
        """The texts in the order of the template."""
        names = sorted((f.short_name for f in self if f.short_name.startswith("text_")), key=_place)
        return [self[name].data or "" for name in names]


def _place(name: str) -> int:
    return int(name.removeprefix("text_"))


def _lines(value: str | None) -> str:
    return (value or "").replace("\r\n", "\n").strip("\n ")


def paper_form(spots: Sequence[Spot], names: Mapping[str, Any]) -> type[PaperForm]:
    """The form for the texts of one template."""
    controls: dict[str, Any] = {}
    for number, spot in enumerate(spots):
        kind = TextAreaField if spot.is_long else StringField
        rows = {"rows": 1 + min(8, spot.text.count("\n") + len(spot.text) // 45)}
        controls[f"text_{number}"] = kind(
            names[spot.kind],
            [_TEXT],
            filters=[_lines],
            default=spot.text,
            render_kw=rows if spot.is_long else {},
        )
    return type("PaperTextsForm", (PaperForm,), controls)


class HolidaysForm(Form):
    """A year's file."""

    year = IntegerField(_l("Year"), [InputRequired(), NumberRange(min=2000, max=2100)])
    status = CodeField(_l("State"), [InputRequired()], labels=labels.YEAR_LABELS)
    source = StringField(
        _l("Legal source"),
        [InputRequired(), Length(max=200)],
        filters=[strip],
        description=_l("Title and number of the State Council's notice."),
    )
    reason = TextAreaField(
        _l("Reason of the change"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 2}
    )
    file = FileField(_l("File"), [FileRequired(_l("This field is required."))])


class DecisionForm(Form):
    note = TextAreaField(_l("Note"), [_TEXT], filters=[strip], render_kw={"rows": 2})


class CalculatorForm(Form):
    """A rule and the day of the event; a GET form, so that an answer has an address."""

    class Meta:
        csrf = False

    code = CodeField(_l("Rule"), [InputRequired()])
    day = DateField(_l("Day of the event"), [InputRequired()])
    at = TimeField(
        _l("Time of the event"),
        [Optional()],
        description=_l("Only for rules that count hours."),
    )
