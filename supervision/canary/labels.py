"""Names of the codes of this slice."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.canary.rules import Finding
from supervision.canary.workflow import CanaryState

STATE_LABELS = {
    CanaryState.RUNNING: _l("Going on"),
    CanaryState.PROMOTED: _l("Promoted"),
    CanaryState.ROLLED_BACK: _l("Rolled back"),
    CanaryState.ENDED: _l("Ended on its last day"),
}
STATE_TONES = {
    CanaryState.RUNNING: "wait",
    CanaryState.PROMOTED: "good",
    CanaryState.ROLLED_BACK: "off",
    CanaryState.ENDED: "off",
}
FINDING_LABELS = {
    Finding.TOO_FEW: _l("Too few verdicts to say anything"),
    Finding.BETTER: _l("Clearly better"),
    Finding.WORSE: _l("Clearly worse"),
    Finding.NO_DIFFERENCE: _l("No difference can be shown"),
}
FINDING_TONES = {
    Finding.TOO_FEW: "plain",
    Finding.BETTER: "good",
    Finding.WORSE: "bad",
    Finding.NO_DIFFERENCE: "info",
}
ACTION_LABELS = {
    "canary.begin": _l("Trial of a model begun"),
    "canary.promote": _l("Trial of a model ended: promoted"),
    "canary.roll_back": _l("Trial of a model rolled back"),
    "canary.end": _l("Trial of a model ended on its last day"),
    "canary.worse": _l("Told that a model on trial is clearly worse"),
}
