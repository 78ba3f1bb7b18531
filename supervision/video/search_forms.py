"""Forms of searches for cameras: where to look, and which of the found are added."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from supervision.core.web.forms import Form, strip
from supervision.video.searches import Choice
from vision.contract import FoundCamera

_HIDDEN = {"autocomplete": "off", "spellcheck": "false"}
_LOGIN = _l("Tried where a camera asks for it, and sent as a digest.")


class SearchForm(Form):
    node_id = SelectField(_l("Vision node"), coerce=int)
    hosts = TextAreaField(
        _l("Addresses to ask besides"),
        [Length(max=10_000)],
        filters=[strip],
        description=_l(
            "One to a line, such as 10.0.0.12 or 10.0.0.12:8000. Cameras in the node's own network"
            " answer by themselves."
        ),
        render_kw={"rows": 3, "class": "mono", **_HIDDEN},
    )
    user = StringField(
        _l("User on the cameras"),
        [Length(max=64)],
        filters=[strip],
        description=_LOGIN,
        render_kw=_HIDDEN,
    )
    password = PasswordField(
        _l("Password on the cameras"),
        [Length(max=200)],
        description=_l("Kept encrypted for a day, to be put into the addresses of what you add."),
        render_kw={"autocomplete": "new-password"},
    )
    seconds = IntegerField(
        _l("Wait for answers (s)"), [InputRequired(), NumberRange(min=1, max=30)]
    )

    @property
    def host_list(self) -> tuple[str, ...]:
        return (
            tuple(dict.fromkeys(re.split(r"[\s,;]+", (self.hosts.data or "").strip())))
            if (self.hosts.data or "").strip()
            else ()
        )


class AddForm(Form):
    """What holds for all that is added; each camera's own fields are read by :func:`choices_of`."""

    user = StringField(
        _l("User on the cameras"), [Length(max=64)], filters=[strip], render_kw=_HIDDEN
    )
    password = PasswordField(
        _l("Password on the cameras"),
        [Length(max=200)],
        description=_l("Leave both empty to use those of the search."),
        render_kw={"autocomplete": "new-password"},
    )

    @property
    def login(self) -> tuple[str, str] | None:
        """None: that of the search."""
        user, password = self.user.data or "", self.password.data or ""
        return (user, password) if user or password else None


def choices_of(values: Mapping[str, str], cameras: tuple[FoundCamera, ...]) -> list[Choice]:
    """What was ticked of ``cameras``; their fields bear their number."""
    chosen = []
    for number, camera in enumerate(cameras):
        if f"pick-{number}" in values:
            chosen.append(
                Choice(
                    camera.address,
                    values.get(f"name-{number}", "").strip(),
                    values.get(f"place-{number}", "").strip(),
                    values.get(f"main-{number}", ""),
                    values.get(f"sub-{number}", ""),
                )
            )
    return chosen
