"""Forms of accounts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, SearchField, StringField
from wtforms.validators import EqualTo, InputRequired, Length, Optional, Regexp

from supervision.account.labels import ROLE_LABELS, SORT_LABELS, STATE_LABELS
from supervision.core.web.forms import CodeField, Form, blank_to_none, strip
from supervision.enterprise.regions import RegionForm


class SignInForm(Form):
    username = StringField(
        _l("User name"),
        [InputRequired(), Length(max=40)],
        filters=[strip],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "autofocus": True},
    )
    password = PasswordField(
        _l("Password"),
        [InputRequired(), Length(max=200)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class PasswordForm(Form):
    old = PasswordField(
        _l("Present password"), [InputRequired()], render_kw={"autocomplete": "current-password"}
    )
    new = PasswordField(
        _l("New password"),
        [InputRequired(), Length(max=200)],
        description=_l("At least ten characters."),
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _l("New password again"),
        [InputRequired(), EqualTo("new", _l("The two passwords differ."))],
        render_kw={"autocomplete": "new-password"},
    )


class PersonForm(RegionForm):
    """What an administrator says about a person. The role decides which scope counts."""

    name = StringField(_l("Name"), [InputRequired(), Length(max=40)], filters=[strip])
    phone = StringField(_l("Telephone"), [Length(max=20)], filters=[strip])
    role = CodeField(_l("Role"), [InputRequired()], labels=ROLE_LABELS, optional=True)
    enterprise = StringField(
        _l("Enterprise"),
        [Length(max=400)],
        filters=[strip],
        description=_l(
            "For people of an enterprise: its unified social credit code;"
            " several are separated by spaces."
        ),
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    certificate_no = StringField(
        _l("Enforcement certificate number"),
        [Length(max=40)],
        filters=[strip],
        description=_l("Of officers; it is printed on documents that they sign."),
    )


class NewPersonForm(PersonForm):
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
        description=_l("Used for signing in; it cannot be changed later."),
        render_kw={"autocapitalize": "none", "autocomplete": "off"},
    )
    password = PasswordField(
        _l("First password"),
        [Optional(), Length(max=200)],
        description=_l("Leave it empty to have one made. The person replaces it when signing in."),
        render_kw={"autocomplete": "new-password"},
    )


class PeopleFilterForm(Form):
    """The filters of the list of people; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Name, user name or telephone"), filters=[strip])
    role = CodeField(_l("Role"), labels=ROLE_LABELS, optional=True)
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])
    state = CodeField(_l("Account"), labels=STATE_LABELS, optional=True)
    sort = CodeField(_l("Order"), labels=SORT_LABELS, default="name")
