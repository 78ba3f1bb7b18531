"""Forms of orders: one per step; those about problems grow a field for each of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    HiddenField,
    MultipleFileField,
    RadioField,
    SearchField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from supervision.core.web.forms import CodeField, Form, SeenForm, blank_to_none, strip
from supervision.hazard.models import Hazard
from supervision.order import labels
from supervision.order.models import OrderExtensionItem, OrderItem
from supervision.order.rules import ItemResult
from supervision.order.workflow import OrderKind

_TEXT = Length(max=4000)


class ChecksField(SelectMultipleField):
    """Several of a list, each with a box of its own."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class FilterForm(Form):
    """The register's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Number, enterprise or problem"), filters=[strip])
    group = CodeField(_l("State"), labels=labels.GROUP_LABELS, optional=True)
    kind = CodeField(_l("Class"), labels=labels.KIND_SHORT, optional=True)
    status = CodeField(_l("Step"), labels=labels.STATUS_LABELS, optional=True)
    year = CodeField(_l("Year"), optional=True, filters=[blank_to_none])
    authority = CodeField(_l("Issuing authority"), optional=True, filters=[blank_to_none])
    officer = CodeField(_l("Officer"), optional=True, filters=[blank_to_none])
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])
    issued_from = DateField(_l("Issued from"), [Optional()])
    issued_to = DateField(_l("Issued to"), [Optional()])
    sort = CodeField(_l("Order"), labels=labels.SORT_LABELS, default="newest")


class OrderForm(Form):
    """What an order says; :func:`order_form` adds ``pick``, ``due`` and ``basis`` per problem."""

    row_version = HiddenField()
    officers = ChecksField(_l("Officers who sign"), coerce=int)
    interim_measures = TextAreaField(
        _l("Safety measures until then"), [_TEXT], filters=[strip], render_kw={"rows": 3}
    )
    consequence = TextAreaField(
        _l("What follows if it is not done"), [_TEXT], filters=[strip], render_kw={"rows": 2}
    )


class MeasureForm(Form):
    """An on-site measure decision."""

    row_version = HiddenField()
    measures = ChecksField(_l("What is decided"), choices=list(labels.MEASURE_LABELS.items()))
    decision_text = TextAreaField(
        _l("The decision in words"),
        [InputRequired(), _TEXT],
        filters=[strip],
        description=_l("Which machines, which places, from when on."),
        render_kw={"rows": 3},
    )
    basis = TextAreaField(
        _l("Legal basis of the decision"),
        [InputRequired(), _TEXT],
        filters=[strip],
        render_kw={"rows": 2},
    )
    officers = ChecksField(_l("Officers who sign"), coerce=int)


def order_form(kind: OrderKind, hazards: Sequence[Hazard], **values: Any) -> Any:
    """A form with a tick, a day and a legal basis for each problem that may stand on the order."""
    base: type[Form] = OrderForm if kind is OrderKind.RECTIFY else MeasureForm
    fields: dict[str, Any] = {}
    for hazard in hazards:
        fields[f"pick_{hazard.id}"] = BooleanField(_l("On the order"))
        if kind is OrderKind.RECTIFY:
            fields[f"due_{hazard.id}"] = DateField(_l("To be rectified by"), [Optional()])
        fields[f"basis_{hazard.id}"] = TextAreaField(
            _l("What it breaks"), [_TEXT], filters=[strip], render_kw={"rows": 2}
        )
    return type("OrderForm", (base,), fields)(**values)


class NothingForm(Form):
    """A step that asks for nothing but the press of its button."""


class ApproveForm(SeenForm):
    note = TextAreaField(_l("Note"), [_TEXT], filters=[strip], render_kw={"rows": 2})


class ReasonForm(Form):
    reason = TextAreaField(
        _l("Reason"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 3}
    )


class ServeForm(Form):
    method = CodeField(_l("Way of service"), [InputRequired()], labels=labels.METHOD_LABELS)
    receiver = StringField(_l("Received by"), [InputRequired(), Length(max=40)], filters=[strip])
    relation = StringField(_l("Receiver's post or relation"), [Length(max=40)], filters=[strip])
    served_at = DateTimeLocalField(_l("Served at"), [InputRequired()], format="%Y-%m-%dT%H:%M")
    place = StringField(_l("Place"), [Length(max=120)], filters=[strip])
    witness = StringField(
        _l("Witness"),
        [Length(max=40)],
        filters=[strip],
        description=_l("Needed where it is left there because nobody accepts it."),
    )
    note = TextAreaField(_l("Note"), [_TEXT], filters=[strip], render_kw={"rows": 2})


class ApplyForm(Form):
    note = TextAreaField(
        _l("What was done"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 3}
    )


class RecheckForm(Form):
    """A re-inspection; :func:`recheck_form` adds ``result``, ``note``, ``photos`` per item."""

    row_version = HiddenField()
    opinion = TextAreaField(
        _l("Opinion of the re-inspection"),
        [InputRequired(), _TEXT],
        filters=[strip],
        render_kw={"rows": 3},
    )
    next_step = TextAreaField(
        _l("What follows"),
        [_TEXT],
        filters=[strip],
        description=_l("Only where something is not rectified."),
        render_kw={"rows": 2},
    )
    officers = ChecksField(_l("Officers who re-inspect"), coerce=int)
    party_name = StringField(
        _l("The enterprise's person on site"), [Length(max=40)], filters=[strip]
    )
    signature = HiddenField()
    refused = BooleanField(_l("The enterprise refuses to sign"))
    refusal_reason = TextAreaField(
        _l("Reason of the refusal"), [_TEXT], filters=[strip], render_kw={"rows": 2}
    )
    witness = StringField(_l("Witness"), [Length(max=40)], filters=[strip])


RESULT_CHOICES = (ItemResult.DONE, ItemResult.PARTLY, ItemResult.NOT_DONE)


def recheck_form(items: Sequence[OrderItem], today: date, **values: Any) -> Any:
    """Only what is still open; an item whose day is to come may be left for later."""
    fields: dict[str, Any] = {}
    for item in items:
        choices = [(code.value, labels.RESULT_LABELS[code]) for code in RESULT_CHOICES]
        if item.due_on is not None and item.due_on > today:
            choices.append((ItemResult.OPEN.value, _l("Left for later: not due yet")))
        fields[f"result_{item.id}"] = RadioField(_l("Result"), [InputRequired()], choices=choices)
        fields[f"note_{item.id}"] = TextAreaField(
            _l("What was seen"), [_TEXT], filters=[strip], render_kw={"rows": 2}
        )
        fields[f"photos_{item.id}"] = MultipleFileField(_l("Photos"))
    return type("RecheckForm", (RecheckForm,), fields)(**values)


class ExtensionForm(Form):
    items = ChecksField(_l("Problems"), coerce=int)
    wanted_on = DateField(_l("New deadline wished for"), [InputRequired()])
    reason = TextAreaField(
        _l("Reason"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 3}
    )


class ReplyForm(Form):
    """The reply to a request; :func:`reply_form` adds ``due`` per problem that was asked for."""

    officers = ChecksField(_l("Officers who sign"), coerce=int)
    note = TextAreaField(
        _l("Reason and conditions"), [_TEXT], filters=[strip], render_kw={"rows": 2}
    )


def reply_form(rows: Iterable[OrderExtensionItem], **values: Any) -> Any:
    """A day for each problem; left empty it is refused."""
    fields: dict[str, Any] = {
        f"due_{row.id}": DateField(
            _l("Problem %(place)s: new deadline", place=row.item.position),
            [Optional()],
        )
        for row in rows
    }
    return type("ReplyForm", (ReplyForm,), fields)(**values)


class LetterForm(Form):
    """A letter of transfer of a ticket: the matter is the ticket's own description."""

    receiver = StringField(
        _l("Receiving department"), [InputRequired(), Length(max=120)], filters=[strip]
    )
    reason = TextAreaField(
        _l("Reason"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 2}
    )
    enclosures = TextAreaField(
        _l("Enclosures"),
        [_TEXT],
        filters=[strip],
        description=_l("One in a line."),
        render_kw={"rows": 3},
    )
    officers = ChecksField(_l("Officers who sign"), coerce=int)


class TransferForm(LetterForm):
    matter = TextAreaField(
        _l("Matter"), [InputRequired(), _TEXT], filters=[strip], render_kw={"rows": 3}
    )


class ConfirmationForm(Form):
    signed_on = DateField(_l("Signed on"), [InputRequired()])
    signer = StringField(_l("Signed by"), [InputRequired(), Length(max=40)], filters=[strip])
    address = StringField(
        _l("Address for electronic service"),
        [InputRequired(), Length(max=120)],
        filters=[strip],
        description=_l("E-mail address, number, or this system."),
    )
    photo = FileField(_l("Photo of the signed confirmation"), [FileRequired(_l("Choose a file."))])
