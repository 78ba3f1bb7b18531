"""Forms of GB/T 28181 platforms, and the words of their states."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, PasswordField, SearchField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from supervision.core.web.forms import CodeField, Form, SeenForm, blank_to_none, strip
from supervision.core.web.numbers import LARGEST_ID
from supervision.video import platforms
from supervision.video.platform_models import PlatformTask
from supervision.video.platform_queries import ChannelFilter, Shown

SHOWN_LABELS = {
    Shown.FREE: _l("Not yet a camera"),
    Shown.CAMERAS: _l("Cameras"),
    Shown.NEW: _l("New in the last import"),
    Shown.RENAMED: _l("Renamed in the last import"),
    Shown.GONE: _l("Gone from the platform"),
}
ONLINE_LABELS = {"yes": _l("Online"), "no": _l("Offline")}
TASK_LABELS = {
    PlatformTask.CHECK: _l("The connection is being tried"),
    PlatformTask.IMPORT: _l("The device tree is being imported"),
}
# What went wrong, and what to do about it.
PROBLEM_LABELS: dict[str, Any] = {
    "unknown_host": _l("The host was not found. Check its name."),
    "inner_address": _l(
        "The host leads to an address that is not on the list. Whoever runs the server may allow it"
        " with ANQI_STREAM_HOSTS."
    ),
    "not_listed": _l(
        "The host is not on the list of allowed stream hosts any more (ANQI_STREAM_HOSTS)."
    ),
    "not_https": _l("Without HTTPS only hosts on ANQI_STREAM_HOSTS are called."),
    "bad_address": _l("This address cannot be called."),
    "timeout": _l("No answer in time."),
    "no_connection": _l("Nobody answers at this host and port."),
    "broken_off": _l("The connection broke off."),
    "certificate": _l("The server's certificate is not trusted."),
    "tls": _l("TLS could not be agreed on."),
    "bad_answer": _l("The answer cannot be read. Is the address right?"),
    "no_platform": _l("What answers there is no wvp-compatible platform. Check address and port."),
    "key_refused": _l("The platform refuses the key. Make a new one there and enter it here."),
    "key_changed": _l("The stored key cannot be read: the data key was changed. Enter it again."),
    "platform_error": _l("The platform answers with an error."),
    "empty": _l("The platform has no channels. Nothing was marked as gone."),
}
ROW_LABELS = {
    "bad_code": _l("The code has not 20 digits"),
    "not_a_row": _l("Cannot be read"),
    "twice": _l("Occurs twice; the first one counts"),
    "platform_error": _l("The platform gives no list of its channels"),
}
# GB/T 28181 (its annex on PTZType); M.
PTZ_LABELS = {
    1: _l("Dome, can be turned"),
    2: _l("Half dome"),
    3: _l("Fixed"),
    4: _l("Can be turned"),
    5: _l("Half dome, can be turned"),
}
ACTION_LABELS = {
    "video.platform_create": _l("Platform of GB/T 28181 added"),
    "video.platform_change": _l("Platform of GB/T 28181 changed"),
    "video.platform_remove": _l("Platform of GB/T 28181 removed"),
    "video.platform_ask": _l("Platform of GB/T 28181 asked"),
}


class PlatformForm(SeenForm):
    name = StringField(
        _l("Name of the platform"), [InputRequired(), Length(max=60)], filters=[strip]
    )
    base_url = StringField(
        _l("Address of its API"),
        [InputRequired(), Length(max=300)],
        filters=[strip],
        description=_l("As its own pages are opened, without the path after host and port."),
        render_kw={"placeholder": "https://wvp.example:18080", "inputmode": "url"},
    )
    api_key = PasswordField(
        _l("Key"),
        [Length(max=platforms.LONGEST_KEY)],
        filters=[strip],
        description=_l(
            "An API key of a user there who may play and list devices. Kept encrypted and never"
            " shown again."
        ),
        render_kw={"autocomplete": "new-password", "spellcheck": "false"},
    )
    drop_key = BooleanField(_l("Use no key any more"))
    node_id = SelectField(
        _l("Vision node"),
        coerce=int,
        description=_l("Proposed for cameras that are made of its channels."),
    )


class ChannelFilterForm(Form):
    """A GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Name or code"), [Length(max=60)], filters=[strip])
    shown = CodeField(_l("Channels"), labels=SHOWN_LABELS, optional=True)
    online = CodeField(_l("State"), labels=ONLINE_LABELS, optional=True)
    device = StringField(_l("Device"), [Length(max=20)], filters=[strip])
    region = StringField(_l("Division code"), [Length(max=9)], filters=[blank_to_none])

    def wanted(self) -> ChannelFilter:
        """What was given, without what cannot be meant."""
        shown = self.shown.data if self.shown.data in set(Shown) else None
        return ChannelFilter(
            text=(self.text.data or "")[:60],
            shown=Shown(shown) if shown else None,
            is_online={"yes": True, "no": False}.get(self.online.data or ""),
            device_id=self.device.data or "",
            region=self.region.data or "",
        )


class AssignForm(Form):
    """Which enterprise and node the ticked channels go to; the page lists the enterprises found."""

    enterprise = SelectField(
        _l("Enterprise"),
        [InputRequired(), NumberRange(min=1, max=LARGEST_ID)],
        coerce=int,
        validate_choice=False,
    )
    node_id = SelectField(_l("Vision node"), [Optional()], coerce=int)
