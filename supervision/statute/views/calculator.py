"""The calculator of deadlines: a rule, a day, and the reckoning line by line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.access import requires
from supervision.core.deadlines import Period, due_at, due_on
from supervision.core.errors import NotFound
from supervision.core.holidays import workday_table
from supervision.core.i18n import format_day, format_instant, line_text, message_of
from supervision.core.permissions import Permission
from supervision.core.statutory import StatutoryRule, rule_on
from supervision.statute import forms, labels, queries
from supervision.statute.views.blueprint import bp


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page shows: the day (or instant) as text, and how it came about."""

    rule: StatutoryRule
    due: str
    provisional: bool
    lines: list[str]


@bp.get("/calculator")
@requires(Permission.STATUTE_READ)
def calculator() -> ResponseReturnValue:
    """The version of the rule that was in force on the day of the event is the one that counts."""
    form = forms.CalculatorForm(request.args)
    day = form.day.data or clock.today()
    form.code.choices = [(r.code, f"{r.name} ({r.code})") for r in queries.rules_on(day)]
    if form.day.data is None and "day" not in request.args:
        form.day.data = day
    answer = None
    if "code" in request.args and form.validate():
        answer = _answer(form)
    return render_template("statute/calculator.html", form=form, answer=answer, labels=labels)


def _answer(form: forms.CalculatorForm) -> Answer | None:
    day: date = form.day.data or clock.today()
    try:
        rule = rule_on(form.code.data, day)
    except NotFound as error:
        form.code.errors = [message_of(error)]
        return None
    period = Period(rule.value, rule.unit, rule.day_type, rule.direction)
    try:
        return (
            _of_hours(form, rule, period, day)
            if rule.unit == "hour"
            else _of_days(rule, period, day)
        )
    except OverflowError:
        form.day.errors = [_("No calendar reaches that far.")]
        return None


def _of_days(rule: StatutoryRule, period: Period, day: date) -> Answer:
    due = due_on(period, day, workday_table())
    lines = [line_text(line) for line in due.lines]
    return Answer(rule, format_day(due.day), due.provisional, lines)


def _of_hours(
    form: forms.CalculatorForm, rule: StatutoryRule, period: Period, day: date
) -> Answer | None:
    at: time | None = form.at.data
    if at is None:
        form.at.errors = [_("This rule counts hours: the time of the event is needed.")]
        return None
    instant = datetime.combine(day, at, tzinfo=clock.SHANGHAI)
    shown = format_instant(due_at(period, instant))
    lines = [
        _("Hours are counted from the event on, nights and days of rest included."),
        _("The time limit ends at %(at)s.", at=shown),
    ]
    return Answer(rule, shown, provisional=False, lines=lines)
