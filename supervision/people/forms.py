"""Forms of people, posts and certificates."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    MultipleFileField,
    SearchField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from supervision.core.web.forms import CodeField, Form, SeenForm, blank_to_none, strip
from supervision.people import labels

TEXT = Length(max=500)
_KEPT = _l("Leave it empty to keep what is on file: %(shown)s")


class PersonForm(SeenForm):
    """A person's file. On a change, empty numbers keep what is there."""

    name = StringField(_l("Name of the person"), [InputRequired(), Length(max=40)], filters=[strip])
    id_kind = CodeField(_l("Identity document"), [InputRequired()], labels=labels.ID_KIND_LABELS)
    id_number = StringField(
        _l("Identity number"),
        [Length(max=40)],
        filters=[strip],
        render_kw={"autocomplete": "off"},
    )
    phone = StringField(
        _l("Telephone"), [Length(max=20)], filters=[strip], render_kw={"autocomplete": "off"}
    )
    forget_phone = BooleanField(_l("Take the telephone number off the file"))
    department = StringField(_l("Department of the person"), [Length(max=60)], filters=[strip])
    employed_from = DateField(_l("Employed since"), [InputRequired()])
    account_id = CodeField(
        _l("Linked account"),
        optional=True,
        filters=[blank_to_none],
        description=_l("The person then sees their own certificates and trainings."),
    )

    def keep(self, id_masked: str, phone_masked: str) -> None:
        """Say what stays where nothing is typed."""
        self.id_number.description = _KEPT % {"shown": id_masked}
        if phone_masked:
            self.phone.description = _KEPT % {"shown": phone_masked}


class NewPersonForm(PersonForm):
    """The first post is given along."""

    code = CodeField(_l("Post held"), optional=True, filters=[blank_to_none])
    title = StringField(_l("Post as the enterprise calls it"), [Length(max=60)], filters=[strip])
    from_on = DateField(_l("In this post since"), [Optional()])


class PostForm(Form):
    code = CodeField(_l("Post held"), [InputRequired()])
    title = StringField(_l("Post as the enterprise calls it"), [Length(max=60)], filters=[strip])
    from_on = DateField(_l("In this post since"), [InputRequired()])


class DayForm(Form):
    day = DateField(_l("Last day in the post"), [InputRequired()])


class LeaveForm(Form):
    day = DateField(_l("Last day of work"), [InputRequired()])
    reason = StringField(_l("Note"), [Length(max=200)], filters=[strip])


class BackForm(Form):
    day = DateField(_l("Back since"), [InputRequired()])


class RevealForm(Form):
    reason = StringField(
        _l("Why it is needed"),
        [InputRequired(), Length(min=2, max=200)],
        filters=[strip],
        description=_l("Your name, this reason and the time are recorded for ever."),
    )


class PersonFilterForm(Form):
    """The list's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Name, department, enterprise or whole identity number"), filters=[strip])
    post = CodeField(_l("Post held"), optional=True)
    state = CodeField(
        _l("State"),
        labels={**labels.PERSON_STATE_LABELS, "all": _l("All")},
        default="employed",
    )
    without = CodeField(
        _l("Without a certificate for"), labels=labels.LACKING_LABELS, optional=True
    )
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])
    sort = CodeField(_l("Order"), labels=labels.PERSON_SORT_LABELS, default="newest")
    enterprise = HiddenField()


class CertificateForm(SeenForm):
    """A certificate as printed."""

    number = StringField(
        _l("Number of the certificate"),
        [Length(max=60)],
        filters=[strip],
        render_kw={"autocomplete": "off"},
    )
    issuer = StringField(_l("Issued by"), [Length(max=80)], filters=[strip])
    issued_on = DateField(_l("Day of issue"), [InputRequired()])
    valid_from = DateField(_l("Valid from"), [InputRequired()])
    valid_to = DateField(
        _l("Valid until"), [Optional()], description=_l("Empty: by the months of its kind.")
    )
    review_on = DateField(
        _l("Review due by"), [Optional()], description=_l("Empty: by the months of its kind.")
    )


class NewCertificateForm(CertificateForm):
    code = CodeField(_l("Kind of certificate"), [InputRequired()])
    number = StringField(
        _l("Number of the certificate"),
        [InputRequired(), Length(max=60)],
        filters=[strip],
        render_kw={"autocomplete": "off"},
    )
    files = MultipleFileField(_l("Scans"))


class RenewForm(CertificateForm):
    number = StringField(
        _l("Number of the certificate"),
        [InputRequired(), Length(max=60)],
        filters=[strip],
        render_kw={"autocomplete": "off"},
    )
    files = MultipleFileField(_l("Scans"))


class ReviewForm(SeenForm):
    day = DateField(_l("Review passed on"), [InputRequired()])
    next_review_on = DateField(
        _l("Next review due by"), [Optional()], description=_l("Empty: by the months of its kind.")
    )
    note = StringField(_l("Note"), [Length(max=200)], filters=[strip])


class RevokeForm(SeenForm):
    day = DateField(_l("Revoked from"), [InputRequired()])
    reason = TextAreaField(
        _l("Reason"), [InputRequired(), TEXT], filters=[strip], render_kw={"rows": 2}
    )


class FilesForm(Form):
    files = MultipleFileField(_l("Files"))


class CertificateFilterForm(Form):
    """The list's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Name, issuer, enterprise or whole number"), filters=[strip])
    state = CodeField(_l("State"), labels=labels.CERTIFICATE_STATE_LABELS, optional=True)
    group = CodeField(_l("Certificate"), labels=labels.GROUP_LABELS, optional=True)
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])
    sort = CodeField(_l("Order"), labels=labels.CERTIFICATE_SORT_LABELS, default="ends")
    enterprise = HiddenField()
