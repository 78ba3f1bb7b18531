"""Names of the codes of this slice."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from supervision.core.slice import Duty
from supervision.hazard.labels import SOURCE_LABELS
from supervision.returns.rules import ReturnKind
from supervision.returns.workflow import ReturnState

KIND_LABELS = {
    ReturnKind.QUARTERLY: _l("Quarterly statistics"),
    ReturnKind.ANNUAL: _l("Yearly statistics"),
    ReturnKind.LOCAL: _l("Local monthly return"),
}
STATUS_LABELS = {
    ReturnState.DRAFT: _l("To be signed"),
    ReturnState.SIGNED: _l("Signed, not submitted"),
    ReturnState.SUBMITTED: _l("Waits for the authority"),
    ReturnState.RETURNED: _l("Returned to correct"),
    ReturnState.ACCEPTED: _l("Accepted by the authority"),
}
# The way of a return; what was sent back is with the enterprise again.
STEPS = {
    ReturnState.DRAFT: _l("Counted, to be signed"),
    ReturnState.SIGNED: _l("To be submitted"),
    ReturnState.SUBMITTED: _l("With the authority"),
    ReturnState.ACCEPTED: _l("Accepted by the authority"),
}


def step_of(status: ReturnState) -> int:
    """Where on the way a return stands, from 0."""
    return 0 if status is ReturnState.RETURNED else list(STEPS).index(status)


STATUS_TONES = {
    ReturnState.DRAFT: "info",
    ReturnState.SIGNED: "active",
    ReturnState.SUBMITTED: "wait",
    ReturnState.RETURNED: "bad",
    ReturnState.ACCEPTED: "good",
}
GROUP_LABELS = {
    "open": _l("With the enterprise"),
    "overdue": _l("Overdue"),
    "waiting": _l("Waits for the authority"),
    "late": _l("Came in late"),
}
SORT_LABELS = {
    "newest": _l("Newest first"),
    "due": _l("Due first"),
    "enterprise": _l("Enterprise"),
}
FIGURE_LABELS: dict[str, Any] = {
    "carried": _l("Carried over from before"),
    "found": _l("Found in the period"),
    "found_general": _l("Found: general"),
    "found_major": _l("Found: major"),
    "found_ungraded": _l("Found: not graded yet"),
    **{f"found_{source}": label for source, label in SOURCE_LABELS.items()},
    "rectified": _l("Rectified in the period"),
    "rectified_major": _l("Rectified: major"),
    "rectified_in_time": _l("Rectified in time"),
    "invalid": _l("Found to be no hazard"),
    "transferred": _l("Transferred to others"),
    "open": _l("Open at the end"),
    "open_major": _l("Open: major"),
    "overdue": _l("Open past their deadline"),
    "listed": _l("Open under listed supervision"),
    "funds_planned": _l("Funds planned (yuan)"),
    "funds_spent": _l("Funds spent (yuan)"),
}
# Lines that are a part of the one above them.
PARTS = frozenset(
    name
    for name in FIGURE_LABELS
    if name.startswith("found_")
    or name in {"rectified_major", "rectified_in_time", "open_major", "overdue", "listed"}
)
ACTION_LABELS = {
    "returns.recount": _l("Return counted again"),
    "returns.correct": _l("Return corrected"),
    "returns.sign": _l("Return signed"),
    "returns.submit": _l("Return submitted"),
    "returns.accept": _l("Return accepted"),
    "returns.return": _l("Return sent back"),
    "returns.revise": _l("New revision of a return"),
    "returns.remind": _l("Reminded of a return"),
    "returns.layout": _l("Layout of a local return changed"),
}
NOTICES = {
    "returns.made_quarterly": _l(
        "The quarterly statistics %(first)s – %(last)s are due by %(due_on)s"
    ),
    "returns.made_annual": _l("The yearly statistics %(first)s – %(last)s are due by %(due_on)s"),
    "returns.made_local": _l("The monthly return %(first)s – %(last)s is due by %(due_on)s"),
    "returns.made_many": _l("%(count)s returns are due, the first by %(due_on)s"),
    "returns.submitted": _l("A return for %(first)s – %(last)s was submitted"),
    "returns.accepted": _l("The return for %(first)s – %(last)s was accepted"),
    "returns.returned": _l("The return for %(first)s – %(last)s was sent back to correct"),
    "returns.reminded": _l("Reminder: the return for %(first)s – %(last)s was due on %(due_on)s"),
    "returns.overdue": _l("The return for %(first)s – %(last)s is overdue since %(due_on)s"),
    "returns.overdue_many": _l("%(count)s returns are overdue, the first since %(due_on)s"),
    "returns.overdue_by": _l("%(count)s returns of %(enterprises)s enterprises became overdue"),
    "returns.escalated": _l("%(count)s returns are overdue for long and were not handed in"),
}
DUTIES = (
    Duty(
        "return.quarterly",
        _l("Quarterly statistics of hazards"),
        _l(
            "Within 15 days of the next quarter the enterprise reports how many hazards it found "
            "and rectified, signed by its principal."
        ),
        _l("Interim provisions on hazards (Order 16 of 2008), art. 14"),
    ),
    Duty(
        "return.annual",
        _l("Yearly statistics of hazards"),
        _l(
            "By 31 January the enterprise reports the hazards of the past year, signed by its "
            "principal."
        ),
        _l("Interim provisions on hazards (Order 16 of 2008), art. 14"),
    ),
    Duty(
        "return.local",
        _l("Local monthly return"),
        _l("Some regions ask for figures every month; their lines and day are the region's own."),
        _l("The notice of the region: ask its authority"),
        certainty="M",
    ),
)
