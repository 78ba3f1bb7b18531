"""Forms of data sets."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SearchField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from supervision.core.web.forms import CodeField, Form, SeenForm, blank_to_none, strip
from supervision.dataset import labels
from supervision.dataset.rules import ACCUSED
from supervision.video.labels import KIND_LABELS


class FilterForm(Form):
    """The list's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Name or purpose"), filters=[strip])
    status = CodeField(_l("State"), labels=labels.STATE_LABELS, optional=True)


class ChoiceForm(Form):
    """Which verdicts; a GET form without CSRF, so that a choice has an address."""

    class Meta:
        csrf = False

    since = DateField(_l("Seen from"), [Optional()])
    until = DateField(_l("Seen to"), [Optional()])
    kinds = SelectMultipleField(
        _l("Rules"), choices=[(str(kind), KIND_LABELS[kind]) for kind in ACCUSED]
    )
    verdicts = SelectMultipleField(_l("Verdicts"), choices=list(labels.KIND_CHOICES.items()))
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])
    place = SearchField(_l("Enterprise, camera or place"), filters=[strip])


class AskForm(Form):
    """What it is called and what for; the choice comes with the address."""

    name = StringField(
        _l("Name of the data set"), [InputRequired(), Length(max=80)], filters=[strip]
    )
    purpose = TextAreaField(
        _l("What for"),
        [InputRequired(_l("Say in words why.")), Length(max=500)],
        filters=[strip],
        description=_l(
            "It stands in the trail and in the archive: pictures of people at work are taken out."
        ),
        render_kw={"rows": 2},
    )


class StepForm(SeenForm):
    """One button."""
