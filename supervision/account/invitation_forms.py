"""Forms of invitations."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, SearchField, StringField
from wtforms.validators import EqualTo, InputRequired, Length, Regexp

from supervision.account.labels import INVITATION_LABELS, ROLE_LABELS
from supervision.account.roles import Role
from supervision.core.web.forms import CodeField, Form, strip


class InviteForm(Form):
    role = CodeField(_l("Role"), [InputRequired()])
    name = StringField(_l("Name"), [InputRequired(), Length(max=40)], filters=[strip])
    phone = StringField(
        _l("Mobile telephone"),
        [
            InputRequired(),
            Length(max=20),
            Regexp(r"^\+?[0-9][0-9 \-]{5,}$", message=_l("Digits, please: 13800000000.")),
        ],
        filters=[strip],
        description=_l("So that colleagues and officers reach this person."),
    )

    def offer(self, roles: tuple[Role, ...]) -> None:
        self.role.choices = [(role.value, ROLE_LABELS[role]) for role in roles]


class AcceptForm(Form):
    username = StringField(
        _l("User name"),
        [
            InputRequired(),
            Length(min=3, max=40),
            Regexp(
                r"^[A-Za-z0-9._\-]+$",
                message=_l("Letters, digits, dots, dashes and underlines only."),
            ),
        ],
        filters=[strip],
        description=_l("For signing in, also your mobile number if you like."),
    )
    password = PasswordField(
        _l("Password"),
        [InputRequired(), Length(max=200)],
        description=_l("At least ten characters."),
    )
    again = PasswordField(
        _l("Password again"),
        [InputRequired(), EqualTo("password", _l("The two passwords differ."))],
    )


class InvitationFilterForm(Form):
    """The filters of the list; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Name or telephone"), filters=[strip])
    state = CodeField(_l("State"), labels=INVITATION_LABELS, optional=True)
    by = CodeField(_l("Invited by"), labels={"me": _l("Me")}, optional=True)
