"""Forms of the ladder."""

from __future__ import annotations

from datetime import time
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SearchField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from supervision.core.web.forms import CodeField, Form, blank_to_none, given, strip
from supervision.escalation import labels, rules
from supervision.escalation.rules import Audience, Hours, Ladder, Urgency
from supervision.escalation.service import StepValues

_BEFORE = _l("Working days after the last day; negative before it.")


class StepForm(Form):
    """A step of a ladder."""

    ladder = CodeField(_l("What runs out"), [InputRequired()], labels=labels.LADDER_LABELS)
    offset = IntegerField(
        _l("Working days"),
        [InputRequired(), NumberRange(min=-rules.FURTHEST, max=rules.FURTHEST)],
        description=_BEFORE,
    )
    audience = CodeField(_l("Who is told"), [InputRequired()], labels=labels.AUDIENCE_LABELS)
    only_major = BooleanField(_l("Major hazards only"))
    urgency = CodeField(_l("How"), [InputRequired()], labels=labels.URGENCY_LABELS)
    to_group = BooleanField(
        _l("Also the group channels"),
        description=_l("Only for all people of the enterprise, or the officer in charge."),
    )
    is_enabled = BooleanField(_l("Switched on"), default=True)
    reason = TextAreaField(_l("Reason"), [Length(max=1000)], filters=[strip], render_kw={"rows": 2})

    @property
    def values(self) -> StepValues:
        return StepValues(
            Ladder(self.ladder.data),
            given(self.offset.data),
            Audience(self.audience.data),
            bool(self.only_major.data),
            Urgency(self.urgency.data),
            bool(self.to_group.data),
            bool(self.is_enabled.data),
        )


class ChangeForm(StepForm):
    """Another version of a step, with the reason."""

    reason = TextAreaField(
        _l("Reason"), [InputRequired(), Length(max=1000)], filters=[strip], render_kw={"rows": 2}
    )


class EndForm(Form):
    reason = TextAreaField(
        _l("Reason"), [InputRequired(), Length(max=1000)], filters=[strip], render_kw={"rows": 2}
    )


class HoursForm(Form):
    """When steps are taken."""

    morning = TimeField(_l("From"), [InputRequired()])
    night = TimeField(_l("Until"), [InputRequired()])
    row_version = HiddenField()

    @property
    def hours(self) -> Hours:
        morning: time = given(self.morning.data)
        return Hours(morning, given(self.night.data))

    @property
    def version(self) -> int:
        text = self.row_version.data or ""
        return int(text) if text.isdecimal() else 0


class _Get(Form):
    class Meta:
        csrf = False


class ClocksForm(_Get):
    """Filters of the list of clocks."""

    text = SearchField(_l("Number or enterprise"), filters=[strip])
    group = CodeField(_l("State"), labels=labels.GROUP_LABELS, default="running")
    code = CodeField(_l("Time limit"), labels=labels.CODE_LABELS, optional=True)
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])
    due_from = DateField(_l("Last day from"), [Optional()])
    due_to = DateField(_l("Last day to"), [Optional()])


class PreviewForm(_Get):
    """What the ladder would do for a day; a GET form."""

    ladder = CodeField(_l("What runs out"), labels=labels.LADDER_LABELS, default=Ladder.HAZARD_DUE)
    due_on = DateField(_l("Last day"), [Optional()])
    grade = CodeField(
        _l("Grade"),
        labels={"general": _l("General hazard"), "major": _l("Major hazard")},
        default="general",
    )


class LogForm(_Get):
    """Filters of the log."""

    text = SearchField(_l("Number or enterprise"), filters=[strip])
    ladder = CodeField(_l("What runs out"), labels=labels.LADDER_LABELS, optional=True)
    audience = CodeField(_l("Who was told"), labels=labels.AUDIENCE_LABELS, optional=True)
    state = CodeField(_l("State"), labels=labels.STATE_LABELS, optional=True)
    grade = CodeField(_l("Grade"), labels={"major": _l("Major hazard")}, optional=True)
    day_from = DateField(_l("From"), [Optional()])
    day_to = DateField(_l("To"), [Optional()])


def chosen(field: Any, kind: Any) -> Any:
    """The code of an optional choice, or None where it is empty or unknown."""
    return kind(field.data) if field.data in set(kind) else None
