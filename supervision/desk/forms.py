"""Forms of the desk: filters, the verdict on many, a question to a colleague and its answer."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from supervision.core.web.forms import CodeField, Form, blank_to_none, strip
from supervision.desk import labels
from supervision.video import labels as video

_WORDS = Length(max=2000)


class FilterForm(Form):
    """What the queue is narrowed to; a GET form without CSRF."""

    class Meta:
        csrf = False

    severity = CodeField(_l("Severity"), labels=video.SEVERITY_CHOICES, optional=True)
    rule = CodeField(_l("Rule"), labels=video.KIND_LABELS, optional=True)
    camera = SelectField(_l("Camera"), coerce=str, validate_choice=False)
    enterprise = SelectField(_l("Enterprise"), coerce=str, validate_choice=False)
    region = CodeField(_l("Region"), optional=True, filters=[blank_to_none])
    seen_from = DateField(_l("Seen from"), [Optional()])
    seen_to = DateField(_l("Seen to"), [Optional()])
    opinion = CodeField(_l("Second opinion"), labels=labels.OPINION_FILTERS, optional=True)


class BulkForm(Form):
    """One verdict on all that are ticked; the ticks themselves are ``id``, one each."""

    verdict = RadioField(
        _l("Verdict"),
        [InputRequired()],
        choices=[("confirm", _l("Confirm")), ("reject", _l("Reject")), ("duplicate", "")],
    )
    reason = RadioField(_l("Reason"), [Optional()], choices=list(video.REASON_LABELS.items()))
    note = TextAreaField(_l("Note"), [_WORDS], filters=[strip], render_kw={"rows": 2})


class AskForm(Form):
    colleague = SelectField(_l("Whom to ask"), coerce=str)
    question = TextAreaField(
        _l("Question"), [InputRequired(), _WORDS], filters=[strip], render_kw={"rows": 3}
    )


class AnswerForm(Form):
    advice = RadioField(
        _l("What you think"), [InputRequired()], choices=list(labels.ADVICE_LABELS.items())
    )
    reason = CodeField(_l("Reason"), labels=video.REASON_LABELS, optional=True)
    words = TextAreaField(_l("In words"), [_WORDS], filters=[strip], render_kw={"rows": 2})
