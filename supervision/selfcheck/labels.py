"""Names of the codes of this slice."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.core.statutory import Certainty
from supervision.selfcheck.models import AssignmentState, CheckRound
from supervision.selfcheck.rules import AnswerResult, Frequency
from supervision.selfcheck.workflow import RoundState


def excuse(one: CheckRound) -> str:
    """Why a round was not walked: a person's words, or the system's in the reader's language.

    Not by the template's own ``_``, which takes what it is given for a format and for markup.
    """
    return _(one.excuse) if one.excuse else ""


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
    "today": _l("To be walked today"),
    "due": _l("Open in their period"),
    "missed": _l("Missed"),
    "late": _l("Walked late"),
    "done": _l("Walked"),
    "excused": _l("Excused"),
    "findings": _l("With findings"),
}
RESULT_LABELS = {
    AnswerResult.OK: _l("All right"),
    AnswerResult.FINDING: _l("Something wrong"),
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
ASSIGNMENT_LABELS = {
    AssignmentState.WAITING: _l("Being set"),
    AssignmentState.DONE: _l("Finished"),
    AssignmentState.CANCELLED: _l("Cancelled"),
    AssignmentState.FAILED: _l("Failed"),
}
ASSIGNMENT_TONES = {
    AssignmentState.WAITING: "active",
    AssignmentState.DONE: "good",
    AssignmentState.CANCELLED: "off",
    AssignmentState.FAILED: "bad",
}
NOTICES = {
    "selfcheck.missed": _l("%(count)s rounds were not walked in time"),
    "selfcheck.missed_by": _l(
        "%(enterprises)s of your enterprises missed %(count)s rounds of self-checks"
    ),
    "selfcheck.excused": _l("%(enterprise)s excused a round of %(day)s"),
    "selfcheck.ended": _l("%(enterprise)s does not walk the list “%(list)s” any more"),
    "selfcheck.assigned": _l("The authority has set you the list “%(list)s” from %(day)s on"),
    "selfcheck.assign_done": _l("%(count)s enterprises have taken up the list “%(list)s”"),
    "selfcheck.unassigned": _l("The authority has taken back the list “%(list)s”"),
    "selfcheck.unassign_done": _l("The list “%(list)s” is taken back from %(count)s enterprises"),
}
ACTION_LABELS = {
    "selfcheck.adopt": _l("List of self-checks adopted"),
    "selfcheck.change": _l("Who walks a list of self-checks, or when, changed"),
    "selfcheck.end": _l("List of self-checks ended"),
    "selfcheck.excuse": _l("Round excused"),
    "selfcheck.finish": _l("Round finished"),
    "selfcheck.replace": _l("Answer of another walker replaced"),
    "selfcheck.withdraw": _l("Finding of another walker withdrawn"),
    "selfcheck.reopen": _l("Excused round walked all the same"),
    "selfcheck.zero": _l("Zero report made"),
    "selfcheck.assign_ask": _l("List of self-checks set for many enterprises"),
    "selfcheck.assign": _l("Batch of enterprises given a list of self-checks"),
    "selfcheck.assign_cancel": _l("Setting of a list of self-checks stopped"),
    "selfcheck.assign_undo": _l("List of self-checks taken back from many enterprises"),
    "selfcheck.unassign": _l("List of self-checks taken back from a batch of enterprises"),
    "selfcheck_list.create": _l("Version of a list of self-checks made"),
    "selfcheck_list.item": _l("Item of a list of self-checks changed"),
    "selfcheck_list.move_item": _l("Item of a list of self-checks moved"),
    "selfcheck_list.remove_item": _l("Item of a list of self-checks removed"),
    "selfcheck_list.discard": _l("Version of a list of self-checks given up"),
}
