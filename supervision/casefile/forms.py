"""Forms of cases: one per step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    DecimalField,
    IntegerField,
    SearchField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from supervision.casefile import labels
from supervision.casefile.rules import PenaltyKind
from supervision.core.web.forms import CodeField, Form, SeenForm, blank_to_none, strip

_TEXT = Length(max=8000)


def _words(label: Any, *, required: bool = True, rows: int = 3, hint: Any = "") -> TextAreaField:
    rules = [InputRequired(), _TEXT] if required else [_TEXT]
    return TextAreaField(label, rules, filters=[strip], description=hint, render_kw={"rows": rows})


def _line(label: Any, *, required: bool = True, most: int = 40, hint: Any = "") -> StringField:
    rules = [InputRequired(), Length(max=most)] if required else [Length(max=most)]
    return StringField(label, rules, filters=[strip], description=hint)


class CheckField(SelectMultipleField):
    """Several of a list, as check boxes; each has the id of its place."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class CaseForm(SeenForm):
    """The draft of a case."""

    cause = _line(_l("Cause of the case"), most=200)
    source = CodeField(_l("Source of the case"), [InputRequired()], labels=labels.SOURCE_LABELS)
    source_note = _line(_l("Details of the source"), required=False, most=200)
    order_id = CodeField(_l("Order that was not complied with"), optional=True)
    hazard_ids = CheckField(_l("Hazards of the case"), coerce=int)
    facts = _words(_l("Facts in brief"), rows=5)
    officer_ids = CheckField(_l("Officers who handle it"), coerce=int)

    def offer(
        self,
        orders: Sequence[tuple[int, str]],
        hazards: Sequence[tuple[int, str]],
        officers: Sequence[tuple[int, str]],
    ) -> None:
        self.order_id.choices = [("", "—"), *((str(ident), name) for ident, name in orders)]
        self.hazard_ids.choices = list(hazards)
        self.officer_ids.choices = list(officers)


class OpinionForm(SeenForm):
    opinion = _words(_l("Opinion"))


class ReasonForm(Form):
    reason = _words(_l("Reason"), rows=2)


class NoteForm(SeenForm):
    note = _words(_l("Note"), required=False, rows=2)


class EmptyForm(Form):
    """Nothing but the button."""


class EvidenceForm(Form):
    name = _line(_l("Name of the evidence"), most=120)
    kind = CodeField(_l("Kind of evidence"), [InputRequired()], labels=labels.EVIDENCE_LABELS)
    source = _line(_l("Where it comes from"), most=120)
    hazard_file_id = CodeField(_l("File of a hazard of this case"), optional=True)
    photo = FileField(_l("Photo"))
    copies = IntegerField(_l("Copies"), [InputRequired(), NumberRange(1, 999)], default=1)
    pages = IntegerField(_l("Number of pages"), [InputRequired(), NumberRange(1, 9999)], default=1)
    note = _words(_l("What it proves"), required=False, rows=2)
    is_monitoring = BooleanField(_l("Recorded by electronic monitoring (camera, sensor)"))
    review_reference = _line(
        _l("Review of the device"),
        required=False,
        most=200,
        hint=_l(
            "Legal and technical review, and where its place was published (Penalty Law, art. 41)."
            " Without it a recording is no evidence of a penalty."
        ),
    )


class ProposeForm(Form):
    penalties = CheckField(
        _l("Penalties"),
        [InputRequired()],
        choices=[(kind.value, labels.PENALTY_LABELS[kind]) for kind in PenaltyKind],
    )
    fine_yuan = DecimalField(
        _l("Fine (yuan)"), [Optional(), NumberRange(min=0, max=10**10)], places=2
    )
    pay_within = _line(_l("When and how to pay"), required=False, most=400)
    facts = _words(_l("Facts of the violation"), rows=5)
    evidence_text = _words(_l("Evidence"))
    basis = _words(_l("Legal basis"))
    discretion = _words(_l("Reasons of discretion"), required=False, rows=2)
    decision_text = _words(_l("Decision"))
    needs_review = BooleanField(_l("The legal section has to review it (Penalty Law, art. 58)"))
    legal_reviewer = _line(_l("Legal reviewer"), required=False)
    legal_review_on = DateField(_l("Day of the legal review"), [Optional()])
    legal_opinion = _words(_l("Opinion of the legal section"), required=False, rows=2)


class ServeForm(Form):
    method = CodeField(_l("Way of service"), [InputRequired()], labels=labels.METHOD_LABELS)
    receiver = _line(_l("Receiver"))
    relation = _line(_l("Relation to the party"), required=False)
    served_at = DateTimeLocalField(_l("Served at"), [InputRequired()], format="%Y-%m-%dT%H:%M")
    place = _line(_l("Place"), required=False, most=120)
    witness = _line(_l("Witness"), required=False)


class PublishForm(Form):
    published_on = DateField(_l("Published on"), [InputRequired()])
    where = _line(_l("Where it is published"), most=120)


class ExecuteForm(Form):
    executed_on = DateField(_l("Executed on"), [InputRequired()])
    execution = _words(_l("How it was executed"))


class FilterForm(Form):
    """The index's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Number, cause or enterprise"), filters=[strip])
    group = CodeField(_l("State"), labels=labels.GROUP_LABELS, optional=True)
    status = CodeField(_l("Step"), labels=labels.STATUS_LABELS, optional=True)
    source = CodeField(_l("Source of the case"), labels=labels.SOURCE_LABELS, optional=True)
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])
    filed_from = DateField(_l("Filed from"), [Optional()])
    filed_to = DateField(_l("Filed to"), [Optional()])
    sort = CodeField(
        _l("Order"),
        labels={"newest": _l("Newest first"), "filed": _l("By day of filing")},
        default="newest",
    )
