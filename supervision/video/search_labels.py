"""Names of what a search for cameras comes to. A worker tells its problems in plain English."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.video.job_models import JobState

STATE_LABELS = {
    JobState.WAITING: _l("Waiting for the node"),
    JobState.TAKEN: _l("The node looks"),
    JobState.DONE: _l("Done"),
    JobState.FAILED: _l("Failed"),
}
STATE_TONES = {
    JobState.WAITING: "wait",
    JobState.TAKEN: "wait",
    JobState.DONE: "good",
    JobState.FAILED: "bad",
}

ACTION_LABELS = {"video.search": _l("Search for cameras asked for")}

# The worker's own words: vision/sites.
_PROBLEMS = {
    "not asked: its address is not on the list of allowed stream hosts": _l(
        "Not asked: its address is not on the node's list of allowed stream hosts."
    ),
    "the address cannot be read": _l("The address cannot be read."),
    "this worker cannot ask cameras: install its extra 'onvif'": _l(
        "The node's worker cannot ask cameras: install its extra 'onvif'."
    ),
    "there was no time left to ask it": _l("There was no time left to ask it; look again."),
    "it refuses the user or the password": _l("It refuses the user or the password."),
    "it offers no stream": _l("It offers no stream."),
    "its answer cannot be read": _l("Its answer cannot be read."),
    "nothing answers at this address": _l("Nothing answers at this address."),
    "the worker died in it three times": _l("The worker died in it three times."),
}


def problem_text(told: str) -> str:
    """A problem in the reader's language; what is not known stays as it was told."""
    if told in _PROBLEMS:
        return str(_PROBLEMS[told])
    if told.startswith("it did not answer within"):
        return str(_("It did not answer in time."))
    return told
