"""Forms of channels, of the log and of one's own wishes."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    PasswordField,
    SearchField,
    SelectMultipleField,
    StringField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from supervision.channel import labels, rules
from supervision.channel.rules import Topic
from supervision.core.i18n import LANGUAGES
from supervision.core.web.forms import CodeField, Form, blank_to_none, strip
from supervision.enterprise.regions import RegionForm

_OFF = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
_SECRET = {"autocomplete": "new-password"}


class ChannelForm(Form):
    """What every channel has."""

    name = StringField(
        _l("Name of the channel"), [InputRequired(), Length(max=60)], filters=[strip]
    )
    language = CodeField(_l("Language"), [InputRequired()], labels=LANGUAGES)
    row_version = IntegerField(
        validators=[Optional(), NumberRange(min=0, max=2**31 - 1)], widget=HiddenInput()
    )


class MailForm(ChannelForm):
    host = StringField(
        _l("Mail server"),
        [
            InputRequired(),
            Length(max=200),
            Regexp(r"^[A-Za-z0-9.:\-]+$", message=_l("A host's name.")),
        ],
        filters=[strip],
        render_kw={**_OFF, "placeholder": "smtp.example.org"},
    )
    port = IntegerField(_l("Port"), [InputRequired(), NumberRange(min=1, max=65535)], default=587)
    security = CodeField(_l("Encryption"), [InputRequired()], labels=labels.SECURITY_LABELS)
    sender = StringField(
        _l("Sender's address"), [InputRequired(), Length(max=190)], filters=[strip],
        render_kw={**_OFF, "inputmode": "email"},
    )  # fmt: skip
    sender_name = StringField(_l("Sender's name"), [Length(max=60)], filters=[strip])
    username = StringField(_l("User name"), [Length(max=200)], filters=[strip], render_kw=_OFF)
    password = PasswordField(_l("Password"), [Length(max=200)], render_kw=_SECRET)


class GroupForm(ChannelForm, RegionForm):
    """A webhook or a bot."""

    url = StringField(
        _l("Address"), [Length(max=1000)], filters=[strip],
        render_kw={**_OFF, "inputmode": "url", "placeholder": "https://"},
    )  # fmt: skip
    key = PasswordField(_l("Key to sign with"), [Length(max=200)], render_kw=_SECRET)
    reach = CodeField(_l("Hears"), [InputRequired()], labels=labels.REACH_LABELS)
    enterprise = StringField(
        _l("Enterprise"),
        [Length(max=40)],
        filters=[strip],
        description=_l("Its unified social credit code; for a channel of one enterprise."),
        render_kw=_OFF,
    )
    topics = SelectMultipleField(
        _l("Topics"),
        choices=[(t.value, text) for t, text in labels.TOPIC_LABELS.items()],
        default=[t.value for t in Topic],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    only_urgent = BooleanField(_l("Urgent notices only"))


class TrialForm(Form):
    address = StringField(
        _l("Test letter to"),
        [Length(max=254)],
        filters=[strip],
        render_kw={**_OFF, "inputmode": "email"},
    )


class DeliveryFilterForm(Form):
    """The filters of the log; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Reader, kind or number"), filters=[strip])
    channel = CodeField(_l("Channel"), optional=True)
    state = CodeField(_l("State"), labels=labels.DELIVERY_LABELS, optional=True)
    day_from = DateField(_l("From"), [Optional()])
    day_to = DateField(_l("To"), [Optional()])
    sort = CodeField(
        _l("Order"),
        labels={
            "newest": _l("Newest first"),
            "oldest": _l("Oldest first"),
            "due": _l("Next first"),
        },
        default="newest",
    )


class WishesForm(Form):
    """One's own: which topics come by mail, and when not."""

    address = StringField(
        _l("Address of mail"),
        [Length(max=254)],
        filters=[strip],
        description=_l("A code is sent there first. Leave it empty to get no mail."),
        render_kw={"autocomplete": "email", "inputmode": "email", "autocapitalize": "none"},
    )
    tasks = CodeField(labels.TOPIC_LABELS[Topic.TASKS], [InputRequired()], labels=labels.WAY_LABELS)
    deadlines = CodeField(
        labels.TOPIC_LABELS[Topic.DEADLINES], [InputRequired()], labels=labels.WAY_LABELS
    )
    papers = CodeField(
        labels.TOPIC_LABELS[Topic.PAPERS], [InputRequired()], labels=labels.WAY_LABELS
    )
    system = CodeField(
        labels.TOPIC_LABELS[Topic.SYSTEM], [InputRequired()], labels=labels.WAY_LABELS
    )
    language = CodeField(
        _l("Language"), labels=LANGUAGES, optional=True, placeholder=_l("As in the application")
    )
    quiet_from = TimeField(_l("No mail from"), [Optional()])
    quiet_to = TimeField(_l("until"), [Optional()])
    workdays_only = BooleanField(_l("The daily mail comes on working days only"))
    row_version = IntegerField(
        validators=[Optional(), NumberRange(min=0, max=2**31 - 1)], widget=HiddenInput()
    )

    def fill(self, ways: dict[Topic, Any]) -> None:
        for topic, way in ways.items():
            self[topic.value].data = way.value


class CodeForm(Form):
    code = StringField(
        _l("Code from the letter"),
        [
            InputRequired(),
            Regexp(rf"^\d{{{rules.CODE_DIGITS}}}$", message=_l("Six digits.")),
        ],
        filters=[strip, blank_to_none],
        render_kw={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": 6},
    )
