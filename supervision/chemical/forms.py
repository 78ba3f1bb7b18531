"""Forms of the ledger, of identification and of the file of a source."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    DateField,
    DecimalField,
    IntegerField,
    SearchField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from supervision.chemical import labels
from supervision.chemical.rules import Standard
from supervision.core.web.forms import CodeField, Form, SeenForm, strip

# PostgreSQL's integers end there.
MOST_PEOPLE = 2_000_000


class FilterForm(Form):
    """The list's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Enterprise, unit or filing number"), filters=[strip])
    group = CodeField(_l("Standing"), labels=labels.GROUP_LABELS, optional=True)
    grade = CodeField(_l("Grade of the source"), labels=labels.GRADE_LABELS, optional=True)
    region = CodeField(_l("Region"), optional=True)
    sort = CodeField(_l("Sort"), labels=labels.SORT_LABELS, default="grade")


class UnitForm(SeenForm):
    name = StringField(_l("Name of the unit"), [InputRequired(), Length(max=80)], filters=[strip])
    kind = CodeField(
        _l("Kind of unit"),
        [InputRequired()],
        labels=labels.UNIT_LABELS,
        description=_l(
            "A production unit is bounded by its cut-off valves; a storage unit by the bund of a"
            " tank area or by one building."
        ),
    )
    exposed_people = IntegerField(
        _l("People within 500 m outside the boundary"),
        [InputRequired(), NumberRange(min=0, max=MOST_PEOPLE)],
        description=_l("Those who are there permanently; they decide on α."),
        render_kw={"inputmode": "numeric"},
    )
    place = StringField(_l("Place"), [Length(max=120)], filters=[strip])
    area_id = CodeField(_l("Area on the site plan"), optional=True)
    note = TextAreaField(_l("Note"), [Length(max=2000)], filters=[strip], render_kw={"rows": 2})


class _ChecksField(SelectMultipleField):
    """Several of a list, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class ItemForm(SeenForm):
    named = CodeField(
        _l("Substance in Table 1"), optional=True, placeholder=_l("Not named in Table 1")
    )
    name = StringField(
        _l("Name of the chemical"),
        [Length(max=160)],
        filters=[strip],
        description=_l("Empty for a substance of Table 1: its name there is taken."),
    )
    cas = StringField(
        _l("CAS number"),
        [Length(max=20)],
        filters=[strip],
        description=_l("With its check digit, such as 7664-41-7. Empty for a mixture without one."),
        render_kw={"autocomplete": "off"},
    )
    classes = _ChecksField(
        _l("Hazard classes of Table 2"),
        description=_l(
            "All that hold. They decide on Q where Table 1 does not name the substance, and on β"
            " where Table 3 does not. A mixture of the same class as the pure substance counts"
            " whole, otherwise by its own class."
        ),
    )
    purpose = CodeField(_l("Held as"), [InputRequired()], labels=labels.PURPOSE_LABELS)
    tonnes = DecimalField(
        _l("Design maximum (t)"),
        [InputRequired()],
        places=None,
        description=_l("What the unit can hold at most by its design, not what lies there today."),
        render_kw={"inputmode": "decimal"},
    )
    stock = DecimalField(
        _l("Stock now (t)"),
        [Optional()],
        places=None,
        description=_l("For information: it grades nothing."),
        render_kw={"inputmode": "decimal"},
    )
    stock_on = DateField(_l("Stock as of"), [Optional()])
    supplier = StringField(_l("Supplier"), [Length(max=120)], filters=[strip])
    note = TextAreaField(_l("Note"), [Length(max=2000)], filters=[strip], render_kw={"rows": 2})

    def offer(self, standard: Standard) -> None:
        """Tables 1 and 2 of the edition of today."""
        offered: list[tuple[str, Any]] = [("", _l("Not named in Table 1"))]
        for row in standard.rows:
            if row.table == "named":
                number = f" · {row.cas[0]}" if row.cas else ""
                offered.append((str(row.position), f"{row.position} {row.name}{number}"))
        self.named.choices = offered
        self.classes.choices = [
            (row.symbol, f"{row.symbol} {row.name}")
            for row in standard.rows
            if row.table == "class"
        ]


class ReasonForm(SeenForm):
    reason = TextAreaField(
        _l("Reason"), [InputRequired(), Length(max=1000)], filters=[strip], render_kw={"rows": 2}
    )


class StepForm(SeenForm):
    """A step that needs nothing but its button."""


class FileForm(SeenForm):
    filing_number = StringField(
        _l("Filing number"), [InputRequired(), Length(max=60)], filters=[strip]
    )
    filed_on = DateField(_l("Filing day"), [InputRequired()])


class SheetForm(Form):
    version = StringField(_l("Version"), [InputRequired(), Length(max=40)], filters=[strip])
    issued_on = DateField(_l("Issued on"), [InputRequired()])
    sheet = FileField(_l("Safety data sheet"), [InputRequired()])


class IdentifyForm(SeenForm):
    done_on = DateField(_l("Identified on"), [InputRequired()])
    assessor = StringField(_l("Assessor"), [InputRequired(), Length(max=40)], filters=[strip])
    organisation = StringField(_l("Assessing body"), [Length(max=120)], filters=[strip])
    reason = TextAreaField(
        _l("Occasion"),
        [Length(max=1000)],
        filters=[strip],
        description=_l("First identification, three years, or what changed."),
        render_kw={"rows": 2},
    )


class CorrectForm(Form):
    figure = DecimalField(
        _l("New figure"), [InputRequired()], places=None, render_kw={"inputmode": "decimal"}
    )
    effective_from = DateField(_l("Holds from"), [InputRequired()])
    source = StringField(
        _l("Source of the rule"), [InputRequired(), Length(max=300)], filters=[strip]
    )
    reason = TextAreaField(
        _l("Reason"), [InputRequired(), Length(max=1000)], filters=[strip], render_kw={"rows": 2}
    )
