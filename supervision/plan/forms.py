"""Forms of plans, items, lines, draws, caps, exemptions and avoidances."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SearchField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from supervision.core.web.forms import CodeField, Form, SeenForm, blank_to_none, strip
from supervision.plan import labels
from supervision.plan.draw import LARGEST_WEIGHT

_TEXT = Length(max=4000)
_YEAR = NumberRange(min=2000, max=2100)
MONTHS = range(1, 13)


def _text(label: Any, length: int, *, required: bool = False, **kwargs: Any) -> StringField:
    checks = [InputRequired()] if required else []
    return StringField(label, [*checks, Length(max=length)], filters=[strip], **kwargs)


def _long(label: Any, *, required: bool = False, rows: int = 2, **kw: Any) -> TextAreaField:
    checks = [InputRequired()] if required else []
    return TextAreaField(label, [*checks, _TEXT], filters=[strip], render_kw={"rows": rows}, **kw)


class _GetForm(Form):
    class Meta:
        csrf = False


class FilterForm(_GetForm):
    text = SearchField(_l("Title or authority"), filters=[strip])
    year = IntegerField(_l("Year"), [Optional(), _YEAR])
    status = CodeField(_l("State"), labels=labels.STATE_LABELS, optional=True)


class PlanForm(Form):
    authority_id = CodeField(_l("Authority"), [InputRequired()])
    year = IntegerField(_l("Year"), [InputRequired(), _YEAR])
    title = _text(_l("Title"), 120, required=True)
    summary = _long(_l("Aims and principles"), rows=4)


class HeadForm(SeenForm):
    """What of a draft's head may still change."""

    title = _text(_l("Title"), 120, required=True)
    summary = _long(_l("Aims and principles"), rows=4)


class NoteForm(SeenForm):
    note = _long(_l("Note"))


class ReasonForm(Form):
    note = _long(_l("Reason"), required=True)


class MonthsField(SelectMultipleField):
    """Twelve boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class ItemForm(SeenForm):
    matter = _text(
        _l("Matter of the inspection"),
        120,
        required=True,
        description=_l("As it is published: what is not published is not inspected."),
    )
    basis = _long(_l("Basis of the inspection"), required=True, description=_l("Law and clause."))
    content = _long(_l("Content of the inspection"), required=True)
    method = CodeField(_l("Way of inspecting"), [InputRequired()], labels=labels.METHOD_LABELS)
    frequency = _text(
        _l("Frequency and cap"),
        120,
        description=_l("As it is published; the figure that binds is the cap's."),
    )
    months = MonthsField(_l("Months of the year"), coerce=int)
    organizer = _text(_l("Organizing body"), 80)
    is_joint = BooleanField(_l("Joint inspection with other departments"))
    note = _long(_l("Note"))
    checklist_id = CodeField(_l("Checklist"), optional=True)
    selection = CodeField(
        _l("Enterprises to inspect"), [InputRequired()], labels=labels.SELECTION_LABELS
    )
    region_code = CodeField(_l("Division"), optional=True, placeholder=_l("The whole district"))
    industry = _text(
        _l("Industry"),
        4,
        description=_l("A section's letter or the first digits of a code (GB/T 4754); empty: all."),
    )
    is_key = CodeField(
        _l("Key enterprises"), labels=labels.KEY_LABELS, optional=True, placeholder=_l("All")
    )
    listed = _long(
        _l("Unified social credit codes"),
        rows=4,
        description=_l("Only where enterprises are named: one code a line."),
    )
    quantity = IntegerField(_l("Number to be drawn"), [Optional(), NumberRange(min=1, max=100_000)])
    ratio = IntegerField(_l("Or share in percent"), [Optional(), NumberRange(min=1, max=100)])
    key_weight = IntegerField(
        _l("Weight of a key enterprise"),
        [Optional(), NumberRange(min=1, max=LARGEST_WEIGHT)],
        default=1,
        description=_l("Tickets in the draw where another has one."),
    )


class LineFilterForm(_GetForm):
    text = SearchField(_l("Enterprise or code"), filters=[strip])
    item = CodeField(_l("Item"), optional=True)
    month = CodeField(_l("Month"), optional=True)
    state = CodeField(_l("State"), labels=labels.LINE_LABELS, optional=True)
    officer = CodeField(_l("Officer"), optional=True)


class LineForm(Form):
    month = CodeField(_l("Month"), [InputRequired()])
    first = CodeField(_l("First officer"), optional=True)
    second = CodeField(_l("Second officer"), optional=True)


class MakeForm(Form):
    month = CodeField(_l("Month"), [InputRequired()])


class PoolForm(Form):
    reason = _long(_l("Reason for drawing again"))


class DrawForm(Form):
    source = CodeField(_l("Seed"), [InputRequired()], labels=labels.SEED_LABELS)
    seed = _text(
        _l("Seed that was named"),
        128,
        description=_l("Only for a seed named in public, such as the numbers of a lottery."),
    )
    note = _long(_l("Where it was named, and before whom"))


class CapForm(Form):
    row_version = HiddenField()
    year = IntegerField(_l("Year"), [InputRequired(), _YEAR])
    region_code = _text(
        _l("Division code"),
        9,
        required=True,
        description=_l("GB/T 2260; the longest that fits an enterprise decides."),
    )
    industry = _text(
        _l("Industry"),
        4,
        description=_l("A section's letter or the first digits of a code (GB/T 4754); empty: all."),
    )
    is_key = BooleanField(_l("For key enterprises"))
    level = CodeField(_l("Standardization level"), labels=labels.LEVEL_LABELS, default="0")
    times = IntegerField(
        _l("Inspections a year at most"), [InputRequired(), NumberRange(min=0, max=366)]
    )
    source = _long(
        _l("Legal source"), required=True, description=_l("Title and number of the paper.")
    )
    certainty = CodeField(_l("Certainty"), [InputRequired()], labels=labels.CERTAINTY_LABELS)
    reason = _long(_l("Reason of the change"))


class YearForm(Form):
    year = IntegerField(_l("Year"), [InputRequired(), _YEAR])


class ExemptionForm(Form):
    code = _text(_l("Code"), 32, required=True, description=_l("Small letters and underscores."))
    name = _text(_l("Reason not to count"), 120, required=True)
    effective_from = DateField(_l("In force from"), [InputRequired()])
    source = _long(_l("Legal source"), required=True)
    certainty = CodeField(_l("Certainty"), [InputRequired()], labels=labels.CERTAINTY_LABELS)


class EndForm(Form):
    day = DateField(_l("Last day"), [InputRequired()])


class AvoidanceFilterForm(_GetForm):
    text = SearchField(_l("Officer or enterprise"), filters=[strip])
    ended = BooleanField(_l("Ended ones too"))


class AvoidanceForm(Form):
    account_id = CodeField(_l("Officer"), [InputRequired()], optional=True)
    uscc = StringField(
        _l("Unified social credit code"),
        [InputRequired(), Length(max=40)],
        filters=[blank_to_none],
        description=_l("Of the enterprise that the officer must avoid."),
    )
    reason = _long(_l("Reason"), required=True)
