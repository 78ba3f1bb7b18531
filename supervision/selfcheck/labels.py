"""Names of the codes of this slice."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.statutory import Certainty
from supervision.selfcheck.rules import AnswerResult, Frequency
from supervision.selfcheck.workflow import RoundState

FREQUENCY_LABELS = {
    Frequency.DAILY: _l("Daily"),
    Frequency.WEEKLY: _l("Weekly"),
    Frequency.MONTHLY: _l("Monthly"),
    Frequency.QUARTERLY: _l("Quarterly"),
    Frequency.HALF_YEARLY: _l("Half-yearly"),
    Frequency.YEARLY: _l("Yearly"),
}
STATE_LABELS = {
    RoundState.OPEN: _l("To be walked"),
    RoundState.DONE: _l("Walked"),
    RoundState.EXCUSED: _l("Excused"),
}
GROUP_LABELS = {
    "due": _l("To be walked now"),
    "missed": _l("Missed"),
    "late": _l("Walked late"),
    "done": _l("Walked"),
    "excused": _l("Excused"),
    "findings": _l("With findings"),
}
RESULT_LABELS = {
    AnswerResult.OK: _l("In order"),
    AnswerResult.FINDING: _l("Finding"),
    AnswerResult.NOT_APPLICABLE: _l("Does not apply"),
}
RESULT_TONES = {
    AnswerResult.OK: "good",
    AnswerResult.FINDING: "bad",
    AnswerResult.NOT_APPLICABLE: "off",
}
CERTAINTY_LABELS = {
    Certainty.HIGH: _l("Certain"),
    Certainty.MEDIUM: _l("One source"),
    Certainty.LOW: _l("To be checked"),
}
NOTICES = {
    "selfcheck.missed": _l("%(count)s rounds were not walked in time"),
    "selfcheck.missed_by": _l(
        "%(enterprises)s of your enterprises missed %(count)s rounds of self-checks"
    ),
    "selfcheck.excused": _l("%(enterprise)s excused a round of %(day)s"),
}
ACTION_LABELS = {
    "selfcheck.adopt": _l("List of self-checks adopted"),
    "selfcheck.end": _l("List of self-checks ended"),
    "selfcheck.excuse": _l("Round excused"),
    "selfcheck.zero": _l("Zero report made"),
    "selfcheck_list.create": _l("Version of a list of self-checks made"),
    "selfcheck_list.item": _l("Item of a list of self-checks changed"),
    "selfcheck_list.remove_item": _l("Item of a list of self-checks removed"),
    "selfcheck_list.discard": _l("Version of a list of self-checks given up"),
}
