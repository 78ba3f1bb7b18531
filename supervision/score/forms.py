"""Forms of the safety code."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    DateField,
    DecimalField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    MonthField,
    SearchField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from supervision.core.web.forms import CodeField, Form, SeenForm, blank_to_none, strip
from supervision.score import labels
from supervision.score.line_forms import LineForm

MOST_LINES = 60


class FilterForm(Form):
    """The list's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Enterprise"), filters=[strip])
    month = MonthField(_l("Month"), validators=[Optional()])
    colour = CodeField(_l("Safety code"), labels=labels.COLOUR_LABELS, optional=True)
    moved = CodeField(_l("Since last month"), labels=labels.MOVED_LABELS, optional=True)
    sector = StringField(_l("Sector (GB/T 4754 code)"), filters=[strip])
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])
    sort = CodeField(_l("Order"), labels=labels.SORT_LABELS, default="worst")


class FactForm(Form):
    """A fact that stands in no other record."""

    kind = CodeField(_l("What happened"), labels=labels.FACT_LABELS, validators=[InputRequired()])
    happened_on = DateField(_l("On which day"), validators=[InputRequired()])
    paper_number = StringField(
        _l("Number of the paper"), filters=[strip], validators=[Length(max=80)]
    )
    scan = FileField(_l("File"))
    reason = TextAreaField(
        _l("What it says, and why it is recorded"),
        filters=[strip],
        validators=[InputRequired(), Length(max=1000)],
    )


class VoidForm(SeenForm):
    """Why a fact counts no more."""

    reason = TextAreaField(
        _l("Reason"), filters=[strip], validators=[InputRequired(), Length(max=1000)]
    )


_POINTS = (InputRequired(), NumberRange(0, 100))


class TableForm(Form):
    """The next version of the table."""

    base = HiddenField()
    effective_from = MonthField(_l("In force from"), validators=[InputRequired()])
    green_from = DecimalField(_l("Green from"), places=1, validators=_POINTS)
    yellow_from = DecimalField(_l("Yellow from"), places=1, validators=_POINTS)
    orange_from = DecimalField(_l("Orange from"), places=1, validators=_POINTS)
    source = TextAreaField(
        _l("What it rests on"), filters=[strip], validators=[InputRequired(), Length(max=500)]
    )
    certainty = CodeField(_l("Certainty"), labels=labels.CERTAINTY_LABELS)
    reason = TextAreaField(
        _l("Reason of the change"), filters=[strip], validators=[InputRequired(), Length(max=1000)]
    )
    lines = FieldList(FormField(LineForm), max_entries=MOST_LINES)
    # Pressing "Add the line" puts one of this group and source below the others.
    new_group = CodeField(_l("Group of the indicator"), labels=labels.GROUP_LABELS, optional=True)
    new_source = CodeField(
        _l("Where its points come from"), labels=labels.SOURCE_LABELS, optional=True
    )

    @property
    def all_errors(self) -> list[tuple[Field | None, str]]:
        """Those of a line stand at the line's own fields."""
        found = [one for one in super().all_errors if one[0] is not self.lines]
        for entry in self.lines:
            found += [(part, str(text)) for part in entry.form for text in part.errors]
        return found
