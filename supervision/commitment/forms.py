"""Forms of commitments, of who signs, and of standards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SearchField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from supervision.commitment import labels, rules
from supervision.commitment.rules import Operation
from supervision.core.statutory import Certainty
from supervision.core.web.forms import CodeField, Form, SeenForm, strip

_COUNT = [Optional(), NumberRange(min=0, max=rules.MOST_COUNTED)]
_FEW = {"inputmode": "numeric", "min": "0"}


class FilterForm(Form):
    """The list's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Enterprise"), filters=[strip])
    period = CodeField(_l("Period"), labels=labels.PERIOD_LABELS, default="daily")
    day = DateField(_l("Day"), [Optional()])
    standing = CodeField(_l("State"), labels=labels.STANDING_LABELS, optional=True)
    region = CodeField(_l("Region"), optional=True)


class MonthForm(Form):
    """Who missed in a month; likewise."""

    class Meta:
        csrf = False

    text = SearchField(_l("Enterprise"), filters=[strip])
    month = CodeField(_l("Month"))
    region = CodeField(_l("Region"), optional=True)
    behind = CodeField(_l("State"), labels={"1": _l("Those that missed")}, optional=True)
    sort = CodeField(
        _l("Order"),
        labels={
            "missed": _l("Most missed first"),
            "late": _l("Most late first"),
            "name": _l("By enterprise"),
        },
        default="missed",
    )


def _count(label: Any) -> IntegerField:
    return IntegerField(label, _COUNT, default=0, render_kw=_FEW)


class ContentForm(SeenForm):
    """What is committed to; the standard says which of it is asked."""

    production = CodeField(
        _l("State of production"), [InputRequired()], labels=labels.PRODUCTION_LABELS
    )
    operation_hot_work = _count(labels.OPERATION_LABELS[Operation.HOT_WORK])
    operation_confined_space = _count(labels.OPERATION_LABELS[Operation.CONFINED_SPACE])
    operation_blind_plate = _count(labels.OPERATION_LABELS[Operation.BLIND_PLATE])
    operation_height = _count(labels.OPERATION_LABELS[Operation.HEIGHT])
    operation_lifting = _count(labels.OPERATION_LABELS[Operation.LIFTING])
    operation_temporary_power = _count(labels.OPERATION_LABELS[Operation.TEMPORARY_POWER])
    operation_excavation = _count(labels.OPERATION_LABELS[Operation.EXCAVATION])
    operation_road_breaking = _count(labels.OPERATION_LABELS[Operation.ROAD_BREAKING])
    starts = _count(_l("Plants that start"))
    stops = _count(_l("Plants that stop"))
    trials = _count(_l("Plants on trial"))
    statement = TextAreaField(
        _l("Statement"),
        [InputRequired(), Length(max=rules.MAX_STATEMENT)],
        filters=[strip],
        render_kw={"rows": 5},
    )


class SignForm(SeenForm):
    typed = StringField(_l("Your name"), [Length(max=40)], filters=[strip])
    signature = HiddenField()


class CorrectForm(SeenForm):
    reason = TextAreaField(
        _l("Why it is corrected"),
        [InputRequired(), Length(max=500)],
        filters=[strip],
        render_kw={"rows": 2},
    )


class SignerForm(Form):
    level = CodeField(_l("Level"), [InputRequired()])
    post = StringField(_l("Post"), [InputRequired(), Length(max=40)], filters=[strip])
    account = CodeField(_l("Who signs"), [InputRequired()])

    def offer(self, levels: Sequence[str], people: Sequence[tuple[int, str]]) -> None:
        """Every level but the last, and the enterprise's people."""
        self.level.choices = [(str(at), name) for at, name in enumerate(levels[:-1])]
        self.account.choices = [(str(ident), name) for ident, name in people]


class ChoiceForm(SeenForm):
    standard = CodeField(_l("Standard"), [InputRequired()])
    reason = TextAreaField(
        _l("Reason"),
        [Length(max=500)],
        filters=[strip],
        render_kw={"rows": 2},
        description=_l("Needed for what is chosen by hand."),
    )


class StandardForm(Form):
    code = StringField(_l("Code"), [InputRequired(), Length(max=40)], filters=[strip])
    name = StringField(
        _l("Name of the standard"), [InputRequired(), Length(max=80)], filters=[strip]
    )
    period = CodeField(_l("Period"), [InputRequired()], labels=labels.PERIOD_LABELS)
    industries = StringField(
        _l("Industries"),
        [Length(max=300)],
        filters=[strip],
        description=_l("Beginnings of GB/T 4754 codes, with commas; empty with no trait: all."),
    )
    traits = StringField(
        _l("Traits"),
        [Length(max=120)],
        filters=[strip],
        description=_l("Such as chemicals, major_hazard_source, hazchem_production; with commas."),
    )
    due_days = IntegerField(
        _l("Due so many days after the period's first"),
        [Optional(), NumberRange(min=0, max=365)],
        default=0,
        render_kw=_FEW,
    )
    due_time = TimeField(
        _l("Due by what time"), [Optional()], description=_l("Empty: the end of the day.")
    )
    levels = TextAreaField(
        _l("Levels"),
        [InputRequired(), Length(max=300)],
        filters=[strip],
        description=_l("One a line, from the post upwards; the last is the principal's."),
        render_kw={"rows": 3},
    )
    statement = TextAreaField(
        _l("Statement"),
        [InputRequired(), Length(max=rules.MAX_STATEMENT)],
        filters=[strip],
        render_kw={"rows": 4},
    )
    is_automatic = BooleanField(
        _l("Asked of every enterprise that it fits"),
        default=True,
        description=_l("Otherwise only of those for which it was chosen by hand."),
    )
    effective_from = DateField(_l("In force from"), [InputRequired()])
    source = TextAreaField(
        _l("Legal source"),
        [InputRequired(), Length(max=500)],
        filters=[strip],
        render_kw={"rows": 2},
    )
    certainty = CodeField(
        _l("Certainty"), [InputRequired()], labels={c.value: c.value for c in Certainty}
    )
    note = TextAreaField(_l("Note"), [Length(max=500)], filters=[strip], render_kw={"rows": 2})
