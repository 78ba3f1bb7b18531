"""Names of the codes of this slice, with their tones."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.dataset.models import DatasetState
from supervision.dataset.rules import LeftOut
from vision.contract import BoxVerdict

STATE_LABELS = {
    DatasetState.QUEUED: _l("Waiting for its turn"),
    DatasetState.MAKING: _l("Being made"),
    DatasetState.READY: _l("Ready"),
    DatasetState.FAILED: _l("Not made"),
    DatasetState.CANCELLED: _l("Cancelled"),
    DatasetState.DISCARDED: _l("Archive thrown away"),
}
STATE_TONES = {
    DatasetState.QUEUED: "wait",
    DatasetState.MAKING: "wait",
    DatasetState.READY: "good",
    DatasetState.FAILED: "bad",
    DatasetState.CANCELLED: "off",
    DatasetState.DISCARDED: "off",
}
VERDICT_LABELS = {
    BoxVerdict.RIGHT: _l("Right"),
    BoxVerdict.NOTHING: _l("Nothing of the kind there"),
    BoxVerdict.INSTEAD: _l("Something else there"),
}
LEFT_OUT_LABELS = {
    LeftOut.NO_WORD: _l("The verdict says nothing of the picture"),
    LeftOut.NO_BOX: _l("No box was accused: the detector missed something"),
    LeftOut.AMBIGUOUS: _l("Of several boxes nobody can tell which was meant"),
    LeftOut.NO_CLASS: _l("The present model does not know the class"),
    LeftOut.NO_PICTURE: _l("No picture has arrived"),
    LeftOut.OTHER_MOMENT: _l("The stored picture is of another moment than the boxes"),
    LeftOut.REMOVED: _l("The picture was removed when its time was over"),
    LeftOut.HELD: _l("The picture is held as evidence"),
    LeftOut.DAMAGED: _l("The stored picture cannot be read"),
    LeftOut.TOO_MANY: _l("More verdicts than one data set takes"),
}
KIND_CHOICES = {"confirmed": _l("Confirmed violations"), "rejected": _l("False alarms")}
ACTION_LABELS = {
    "dataset.ask": _l("Data set asked for"),
    "dataset.make": _l("Data set made"),
    "dataset.fail": _l("Data set not made"),
    "dataset.cancel": _l("Data set cancelled"),
    "dataset.fetch": _l("Data set downloaded"),
    "dataset.discard": _l("Data set's archive thrown away"),
}
NOTICES = {
    "dataset.ready": _l("The data set %(name)s is ready"),
    "dataset.failed": _l("The data set %(name)s was not made"),
}
