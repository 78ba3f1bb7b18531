"""Names of the codes of this slice, and what its notices say."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext

from supervision.escalation.rules import Audience, EventState, Ladder, Urgency

LADDER_LABELS = {
    Ladder.HAZARD_DUE: _l("Deadline of a hazard"),
    Ladder.RECHECK: _l("Re-inspection of a hazard"),
    Ladder.EXTENSION_REPLY: _l("Reply to a request for extension"),
    Ladder.LISTING_DUE: _l("Deadline of a listed supervision"),
    Ladder.LISTING_REVIEW: _l("Review of a listed supervision"),
    Ladder.ORDER_DUE: _l("Deadline of an order"),
    Ladder.SERVICE: _l("Service of an order"),
    Ladder.ORDER_RECHECK: _l("Re-inspection of an order"),
    Ladder.ORDER_REPLY: _l("Reply to a request on an order"),
    Ladder.CASE: _l("Time limit of a case"),
    Ladder.REPEATED: _l("Repeated hazard"),
}
AUDIENCE_LABELS = {
    Audience.RESPONSIBLE: _l("Safety manager of the enterprise"),
    Audience.PRINCIPAL: _l("Principal of the enterprise"),
    Audience.PEOPLE: _l("All people of the enterprise"),
    Audience.OFFICER: _l("Officer in charge"),
    Audience.CHIEF: _l("Section chief"),
    Audience.CITY: _l("Officers of the city"),
}
URGENCY_LABELS = {
    Urgency.NORMAL: _l("In the application, by mail as each person chose"),
    Urgency.URGENT: _l("Urgent: mail at once, past the daily digest"),
}
URGENCY_SHORT = {Urgency.NORMAL: _l("Normal"), Urgency.URGENT: _l("Urgent")}
STATE_LABELS = {
    EventState.SENT: _l("Told"),
    EventState.ABSORBED: _l("Spoken for by another step"),
    EventState.NOBODY: _l("Nobody to tell"),
}
STATE_TONES = {EventState.SENT: "good", EventState.ABSORBED: "off", EventState.NOBODY: "bad"}

# Clocks by the code of their rule; a code that is not here is called by its rule's own name.
CODE_LABELS = {
    "RECHECK": _l("Re-inspection"),
    "EXT_REPLY": _l("Reply to the request for extension"),
    "SERVICE": _l("Service"),
    "LISTED_REVIEW": _l("Review of a listed supervision"),
    "CASE_DECISION": _l("Decision of the case"),
    "PAY": _l("Payment"),
    "PUBLISH": _l("Publication"),
}
GROUP_LABELS = {
    "running": _l("Running"),
    "overdue": _l("Overdue"),
    "soon": _l("Due within three days"),
    "missed": _l("Ended too late"),
    "met": _l("Ended in time"),
}
KIND_LABELS = {
    "hazard": _l("Hazard"),
    "listing": _l("Listed supervision"),
    # A word of its own: "Order" is the order of a list.
    "order": _l("Legal order"),
    "case": _l("Case"),
}

ACTIONS = {
    "escalation.add": _l("Step of the ladder added"),
    "escalation.change": _l("Step of the ladder changed"),
    "escalation.end": _l("Step of the ladder ended"),
    "escalation.hours": _l("Hours of the ladder changed"),
}

_TEXTS: dict[str, Any] = {
    "hazard_due_before": _l("Hazard %(number)s is due on %(due_on)s"),
    "hazard_due_on": _l("Hazard %(number)s is due today"),
    "hazard_due_late": _l("Hazard %(number)s is overdue since %(due_on)s"),
    "recheck_before": _l("Hazard %(number)s: re-inspection by %(due_on)s"),
    "recheck_on": _l("Hazard %(number)s: the re-inspection is due today"),
    "recheck_late": _l("Hazard %(number)s: the re-inspection is overdue since %(due_on)s"),
    "extension_reply_before": _l("Hazard %(number)s: reply to the request by %(due_on)s"),
    "extension_reply_on": _l("Hazard %(number)s: the reply to the request is due today"),
    "extension_reply_late": _l("Hazard %(number)s: no reply to the request since %(due_on)s"),
    "listing_due_before": _l("Listed hazard %(number)s is due on %(due_on)s"),
    "listing_due_on": _l("Listed hazard %(number)s is due today"),
    "listing_due_late": _l("Listed hazard %(number)s is overdue since %(due_on)s"),
    "listing_review_before": _l("Listed hazard %(number)s: review by %(due_on)s"),
    "listing_review_on": _l("Listed hazard %(number)s: the review is due today"),
    "listing_review_late": _l("Listed hazard %(number)s: the review is overdue since %(due_on)s"),
    "order_due_before": _l("Order %(number)s is due on %(due_on)s"),
    "order_due_on": _l("Order %(number)s is due today"),
    "order_due_late": _l("Order %(number)s is overdue since %(due_on)s"),
    "service_before": _l("Order %(number)s: to be served by %(due_on)s"),
    "service_on": _l("Order %(number)s: to be served today"),
    "service_late": _l("Order %(number)s: not served, overdue since %(due_on)s"),
    "order_recheck_before": _l("Order %(number)s: re-inspection by %(due_on)s"),
    "order_recheck_on": _l("Order %(number)s: the re-inspection is due today"),
    "order_recheck_late": _l("Order %(number)s: the re-inspection is overdue since %(due_on)s"),
    "order_reply_before": _l("Order %(number)s: reply to the request by %(due_on)s"),
    "order_reply_on": _l("Order %(number)s: the reply to the request is due today"),
    "order_reply_late": _l("Order %(number)s: no reply to the request since %(due_on)s"),
    "case_before": _l("Case %(number)s: a time limit ends on %(due_on)s"),
    "case_on": _l("Case %(number)s: a time limit ends today"),
    "case_late": _l("Case %(number)s: a time limit has passed on %(due_on)s"),
    "repeated_before": _l("Hazard %(number)s came back on %(due_on)s"),
    "repeated_on": _l("Hazard %(number)s came back after its closure"),
    "repeated_late": _l("Hazard %(number)s came back on %(due_on)s and is still open"),
}
# The same words; the noun says whether it goes past the digest.
NOTICES = {
    f"{noun}.{name}": text
    for noun in ("escalation", "escalation_urgent")
    for name, text in _TEXTS.items()
}


def offset_text(offset: int) -> Any:
    """How many working days before or after the last day."""
    if offset == 0:
        return _l("On the last day")
    if offset < 0:
        return lazy_ngettext("%(num)s working day before", "%(num)s working days before", -offset)
    return lazy_ngettext("%(num)s working day after", "%(num)s working days after", offset)
