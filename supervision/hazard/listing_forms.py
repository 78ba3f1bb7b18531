"""Forms of listed supervision: one per step."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SearchField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from supervision.core.web.forms import CodeField, Form, blank_to_none, strip
from supervision.hazard import listing_labels

_TEXT = Length(max=4000)


def _words(label: Any, *, required: bool = True, rows: int = 3) -> TextAreaField:
    rules = [InputRequired(), _TEXT] if required else [_TEXT]
    return TextAreaField(label, rules, filters=[strip], render_kw={"rows": rows})


class ProposeForm(Form):
    level = CodeField(_l("Level"), [InputRequired()], labels=listing_labels.LEVEL_LABELS)
    organ = StringField(
        _l("Listed by"),
        [InputRequired(), Length(max=80)],
        filters=[strip],
        description=_l("The organ in whose name it is listed."),
    )
    due_on = DateField(_l("Deadline of the listing"), [InputRequired()])
    leader = StringField(
        _l("Responsible leader"), [InputRequired(), Length(max=40)], filters=[strip]
    )
    requirements = _words(_l("What is required"))
    reason = _words(_l("Why it is to be listed"), rows=2)


class ApproveForm(Form):
    note = _words(_l("Note"), required=False, rows=2)


class ReasonForm(Form):
    reason = _words(_l("Reason"), rows=2)


class ApplyForm(Form):
    note = _words(_l("What was done"))


class PassForm(Form):
    reviewers = StringField(
        _l("Reviewed on site by"), [InputRequired(), Length(max=120)], filters=[strip]
    )
    note = _words(_l("Result of the review"))


class FailForm(Form):
    reviewers = StringField(
        _l("Reviewed on site by"), [InputRequired(), Length(max=120)], filters=[strip]
    )
    reason = _words(_l("What is still missing"))


class BoardForm(Form):
    """The board's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Number, description, enterprise or leader"), filters=[strip])
    group = CodeField(_l("State"), labels=listing_labels.GROUP_LABELS, optional=True)
    level = CodeField(_l("Level"), labels=listing_labels.LEVEL_LABELS, optional=True)
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])
    sort = CodeField(
        _l("Order"),
        labels={"due": _l("By deadline of the listing"), "newest": _l("Newest first")},
        default="due",
    )
