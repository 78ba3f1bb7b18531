"""The form of a policy, and the words of its codes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DecimalField, IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired

from supervision.core.web.forms import SeenForm
from supervision.video.policy import LEAST_PRECISION, LEAST_VERDICTS, SAMPLE, Mode

MODE_LABELS = {
    Mode.HOLD: _l("A person decides"),
    Mode.MERGE: _l("Joins an open ticket by itself"),
    Mode.AUTOMATIC: _l("Opens or joins a ticket by itself"),
}
MODE_TONES = {Mode.HOLD: "plain", Mode.MERGE: "info", Mode.AUTOMATIC: "active"}
ACTION_LABELS = {
    "video.policy_set": _l("Policy of a rule set"),
    "video.policy_remove": _l("Policy of a rule removed"),
    "video.policy_fallen": _l("Policy of a rule fell back to people"),
    "video.confirm_automatic": _l("Violation confirmed by the system"),
}
NOTICES = {
    "video.policy_fallen": _l(
        "%(rule)s no longer decides by itself: its precision is %(precision)s, asked for are"
        " %(least)s"
    ),
}


class PolicyForm(SeenForm):
    camera = SelectField(
        _l("Camera"),
        validate_choice=False,
        description=_l("A camera's own policy goes before that of all cameras."),
    )
    mode = RadioField(
        _l("What happens to a violation"),
        [InputRequired()],
        choices=list(MODE_LABELS.items()),
        default=Mode.HOLD,
    )
    least_precision = DecimalField(
        _l("Least precision"),
        [InputRequired()],
        places=3,
        description=_l(
            "Of people's verdicts in these days; %(least)s at least. Below it people decide again.",
            least=LEAST_PRECISION,
        ),
        render_kw={"inputmode": "decimal"},
    )
    least_verdicts = IntegerField(
        _l("Least number of verdicts"),
        [InputRequired()],
        description=_l("%(least)s at least.", least=LEAST_VERDICTS),
        render_kw={"inputmode": "numeric"},
    )
    window_days = IntegerField(
        _l("Measured over so many days"),
        [InputRequired()],
        description=_l(
            "One in %(sample)s still waits for a person, to go on being measured.", sample=SAMPLE
        ),
        render_kw={"inputmode": "numeric"},
    )
