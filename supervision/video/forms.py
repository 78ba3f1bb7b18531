"""Forms of the review, of tickets, permits and nodes; a camera's own is in ``camera_forms``."""

from __future__ import annotations

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    IntegerField,
    RadioField,
    SearchField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from supervision.core.web.forms import CodeField, Form, SeenForm, blank_to_none, strip
from supervision.core.web.numbers import LARGEST_LONG_ID
from supervision.video import labels
from vision.contract import WindowEffect

_NOTE = Length(max=2000)


class FilterForm(Form):
    """The queue's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    status = CodeField(
        _l("Verdict"), labels=labels.STATUS_LABELS, optional=True, placeholder=_l("All")
    )
    severity = CodeField(_l("Severity"), labels=labels.SEVERITY_CHOICES, optional=True)
    rule = CodeField(_l("Rule"), labels=labels.KIND_LABELS, optional=True)
    camera = SelectField(_l("Camera"), coerce=str, validate_choice=False)
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])
    seen_from = DateField(_l("Seen from"), [Optional()])
    seen_to = DateField(_l("Seen to"), [Optional()])
    sort = CodeField(_l("Order"), labels=labels.SORT_LABELS, default="newest")


class ConfirmForm(Form):
    note = TextAreaField(_l("Note"), [_NOTE], filters=[strip], render_kw={"rows": 2})


class RejectForm(Form):
    reason = RadioField(_l("Reason"), [InputRequired()], choices=list(labels.REASON_LABELS.items()))
    note = TextAreaField(_l("Note"), [_NOTE], filters=[strip], render_kw={"rows": 2})


class DuplicateForm(Form):
    original = SelectField(
        _l("The same as"),
        [Optional(), NumberRange(min=1, max=LARGEST_LONG_ID)],
        coerce=int,
        validate_choice=False,
    )


class CameraSearchForm(Form):
    class Meta:
        csrf = False

    text = SearchField(_l("Camera, place or enterprise"), filters=[strip])


class TicketFilterForm(Form):
    """The filters of the maintenance tickets; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Camera, place or enterprise"), filters=[strip])
    status = CodeField(
        _l("State"), labels={"waiting": _l("Not done"), **labels.TICKET_LABELS}, optional=True
    )
    fault = CodeField(_l("Fault"), labels=labels.TICKET_FAULT_LABELS, optional=True)
    sort = CodeField(_l("Order"), labels=labels.SORT_LABELS, default="newest")


class FinishForm(SeenForm):
    note = TextAreaField(
        _l("What you did about it"),
        [InputRequired(), _NOTE],
        filters=[strip],
        render_kw={"rows": 3},
    )
    view_is_right = BooleanField(
        _l("The view is right as it is now"),
        description=_l(
            "The camera was turned on purpose: it is learnt anew. Check its zones and lines first."
        ),
    )


class PermitForm(Form):
    """A span in which a rule is lifted, or alone is on. The rules are the camera's."""

    rule_id = SelectField(_l("Rule"), validate_choice=False)
    effect = RadioField(
        _l("What it does"),
        [InputRequired()],
        choices=list(labels.EFFECT_LABELS.items()),
        default=WindowEffect.OFF,
    )
    starts_at = DateTimeLocalField(_l("From"), [InputRequired()], format="%Y-%m-%dT%H:%M")
    ends_at = DateTimeLocalField(_l("Until"), [InputRequired()], format="%Y-%m-%dT%H:%M")
    reason = StringField(
        _l("Reason"),
        [InputRequired(), Length(max=500)],
        filters=[strip],
        render_kw={"placeholder": _l("Permit number, work, who asked for it")},
    )


class NodeForm(Form):
    name = StringField(
        _l("Name of the machine"), [InputRequired(), Length(max=60)], filters=[strip]
    )


class ShareForm(Form):
    lease_s = IntegerField(
        _l("Lease of a camera, in seconds"),
        [Optional()],
        description=_l(
            "Empty or 0: one machine runs all cameras of this node. 6 suits a cluster: a camera whose"
            " machine dies is another's after so long. While this system cannot be reached for longer,"
            " nobody watches them."
        ),
    )


class TokenForm(Form):
    label = StringField(_l("What it is for"), [InputRequired(), Length(max=60)], filters=[strip])
    expires_on = DateField(
        _l("Valid until"), [Optional()], description=_l("Empty: until it is revoked.")
    )


def seen_revision(violation_id: int) -> int | None:
    """Which revision was on the screen of whoever sends a verdict; None where nothing was said."""
    given = request.form.get(f"revision-{violation_id}", type=int)
    return given if given is not None and given > 0 else None
