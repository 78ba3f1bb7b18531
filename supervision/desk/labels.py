"""Names of the codes of the desk."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.desk.queue import OpinionFilter
from supervision.desk.workflow import Advice

OPINION_FILTERS = {
    OpinionFilter.ASKED: _l("Asked of me"),
    OpinionFilter.MINE: _l("I wait for one"),
    OpinionFilter.ANSWERED: _l("Given"),
}

ADVICE_LABELS = {
    Advice.CONFIRM: _l("It is a violation"),
    Advice.REJECT: _l("It is none"),
    Advice.UNCLEAR: _l("I cannot tell"),
}

ADVICE_TONES = {Advice.CONFIRM: "bad", Advice.REJECT: "off", Advice.UNCLEAR: "wait"}

# What each key does, in the order in which the help shows them.
SINGLE_KEYS = (
    ("Y", _l("Confirm: open a hazard, or join the open one")),
    ("N", _l("Not a violation; then 1 to 6 for the reason")),
    ("D", _l("Duplicate; then 1 to 9 for its original")),
    ("S", _l("Ask for a second opinion")),
    ("A", _l("Answer what one was asked")),
    ("M", _l("Add a note to the confirmation")),
    ("J", _l("Next")),
    ("K", _l("Back to the one before")),
    ("U", _l("Later: set aside for this session")),
    (",", _l("Earlier on this camera")),
    (".", _l("Later on this camera")),
    ("Space", _l("Play or pause")),
    ("B", _l("Boxes on or off")),
    ("F", _l("Full screen")),
    ("G", _l("Grid")),
    ("?", _l("This help")),
    ("Esc", _l("Close what is open, leave a field")),
)

GRID_KEYS = (
    ("← ↑ → ↓", _l("Move")),
    ("X", _l("Select or not; the space bar too")),
    ("Shift + ←→", _l("Select on the way")),
    ("A", _l("Select all, or none")),
    ("Enter", _l("Open it")),
    ("Y", _l("Confirm the selected ones")),
    ("N", _l("Reject the selected ones; then 1 to 6 for the reason")),
    ("D", _l("The selected ones are duplicates of the first")),
    ("Y / N", _l("Yes or no, when asked")),
    ("J", _l("Next page")),
    ("K", _l("Previous page")),
    ("?", _l("This help")),
)

ACTION_LABELS = {
    "desk.opinion_ask": _l("Second opinion asked for"),
    "desk.opinion_answer": _l("Second opinion given"),
    "desk.opinion_withdraw": _l("Second opinion withdrawn"),
}
