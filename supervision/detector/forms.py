"""Forms of the registry."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import SearchField, TextAreaField
from wtforms.validators import InputRequired, Length

from supervision.core.web.forms import CodeField, Form, SeenForm, strip
from supervision.detector import labels
from supervision.detector.service import MAX_NOTE

_NOTE = Length(max=MAX_NOTE)


class FilterForm(Form):
    """The list's filters; a GET form without CSRF."""

    class Meta:
        csrf = False

    text = SearchField(_l("Name, version or hash"), filters=[strip])
    status = CodeField(_l("State"), labels=labels.STATE_LABELS, optional=True)
    sort = CodeField(_l("Order"), labels=labels.SORT_LABELS, default="newest")


class RegisterForm(Form):
    weights = FileField(
        _l("Weights (model.onnx)"),
        [FileRequired(_l("Choose a file."))],
        description=_l("ONNX alone: a .pt file runs whatever is in it when it is opened."),
    )
    card = FileField(
        _l("Card (card.json)"),
        [FileRequired(_l("Choose a file."))],
        description=_l(
            "It came with the weights out of training: name, version, hash, classes, licence, what"
            " they learnt from, and what they did on each test set."
        ),
    )


class NoteForm(SeenForm):
    note = TextAreaField(_l("Note"), [_NOTE], filters=[strip], render_kw={"rows": 2})


class ReasonForm(SeenForm):
    reason = TextAreaField(
        _l("Reason"), [InputRequired(), _NOTE], filters=[strip], render_kw={"rows": 2}
    )


class StepForm(SeenForm):
    pass
