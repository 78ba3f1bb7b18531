"""Forms of both lists."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, MultipleFileField, SearchField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from supervision.core.statutory import Certainty
from supervision.core.web.forms import CodeField, Form, SeenForm, strip
from supervision.dutylist import labels
from supervision.dutylist.rules import MAX_LINK, Holder

_TEXT = Length(max=2000)
_LATE = {"1": _l("Late")}


def _text(label: Any, *, required: bool = False, rows: int = 2) -> TextAreaField:
    checks = [InputRequired(), _TEXT] if required else [_TEXT]
    return TextAreaField(label, checks, filters=[strip], render_kw={"rows": rows})


def _person() -> CodeField:
    return CodeField(_l("Who does it"), optional=True)


def _post() -> StringField:
    return StringField(_l("Or a post, by its name"), [Length(max=60)], filters=[strip])


class FilterForm(Form):
    """The filters of an enterprise's list; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Duty, clause or post"), filters=[strip])
    person = CodeField(_l("Who does it"), optional=True)
    late = CodeField(_l("State"), labels=_LATE, optional=True)


class MonthForm(Form):
    """The filters of the list of enterprises; likewise."""

    class Meta:
        csrf = False

    text = SearchField(_l("Name or credit code of the enterprise"), filters=[strip])
    month = CodeField(_l("Month"))
    region = CodeField(_l("Region"), optional=True)
    behind = CodeField(_l("State"), labels={"1": _l("Behind")}, optional=True)
    sort = CodeField(
        _l("Order"),
        labels={
            "missed": _l("Most missed first"),
            "done": _l("Most done first"),
            "name": _l("By enterprise"),
        },
        default="missed",
    )


class SupervisionFilterForm(Form):
    """The filters of the authority's list; likewise."""

    class Meta:
        csrf = False

    text = SearchField(_l("Duty, basis, section or person"), filters=[strip])
    grade = CodeField(_l("Class of enterprise"), labels=labels.GRADE_LABELS, optional=True)
    late = CodeField(_l("State"), labels=_LATE, optional=True)
    mine = CodeField(_l("Whose"), labels={"1": _l("My own")}, optional=True)


class DutyForm(Form):
    """A line that an enterprise adds."""

    what = _text(_l("What is to be done"), required=True)
    how = _text(_l("How"))
    clause = StringField(_l("Clause"), [Length(max=80)], filters=[strip])
    frequency = CodeField(_l("How often"), [InputRequired()], labels=labels.FREQUENCY_LABELS)
    account_id = _person()
    person = _post()


class AssignForm(SeenForm):
    account_id = _person()
    person = _post()


class DoneForm(Form):
    """``period``: its first day. Not a SeenForm: a period is said to be done once anyway."""

    period = CodeField(_l("Period"), [InputRequired()])
    note = _text(_l("How the duty was done"))
    link = StringField(
        _l("Link to a record"),
        [Length(max=MAX_LINK)],
        filters=[strip],
        description=_l("The address of a page here, or of the web."),
    )


class DoneFilesForm(DoneForm):
    files = MultipleFileField(_l("Files"))


class EndForm(SeenForm):
    reason = _text(_l("Reason"), required=True)


class LawForm(Form):
    """A version of a duty that the law gives."""

    code = StringField(
        _l("Code"),
        [InputRequired(), Length(max=24)],
        filters=[strip],
        description=_l("The same code: another version of that duty."),
    )
    holder = CodeField(
        _l("Who answers for it"),
        [InputRequired()],
        labels={h: labels.HOLDER_LABELS[h] for h in (Holder.PRINCIPAL, Holder.MANAGER)},
    )
    what = _text(_l("What is to be done"), required=True)
    how = _text(_l("How"))
    clause = StringField(_l("Clause"), [InputRequired(), Length(max=80)], filters=[strip])
    frequency = CodeField(_l("How often"), [InputRequired()], labels=labels.FREQUENCY_LABELS)
    duty = CodeField(
        _l("Explanation"), labels={d.key: d.title for d in labels.DUTIES}, optional=True
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


class EndLawForm(Form):
    last_day = DateField(_l("Last day in force"), [InputRequired()])
    reason = _text(_l("Reason"), required=True)


class LineForm(SeenForm):
    """A version of a line of an authority."""

    what = _text(_l("What is checked or supervised"), required=True)
    basis = _text(_l("Basis"), required=True)
    grade = CodeField(_l("Class of enterprise"), [InputRequired()], labels=labels.GRADE_LABELS)
    industry = StringField(
        _l("Industry"),
        [Length(max=4)],
        filters=[strip],
        description=_l("Beginning of a GB/T 4754 code; empty: every trade."),
    )
    frequency = CodeField(_l("How often"), [InputRequired()], labels=labels.FREQUENCY_LABELS)
    unit = StringField(
        _l("Responsible section"), [InputRequired(), Length(max=60)], filters=[strip]
    )
    account_id = _person()
    person = _post()


class NewLineForm(LineForm):
    authority_id = CodeField(_l("Authority"), [InputRequired()])


class ChangeLineForm(LineForm):
    reason = _text(_l("Reason of the change"), required=True)
