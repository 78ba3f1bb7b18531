"""Names of the codes of listed supervision."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.clocks import ClockOutcome
from supervision.hazard.listing_workflow import ListingLevel, ListingState

STATUS_LABELS = {
    ListingState.PROPOSED: _l("Proposed for listing"),
    ListingState.LISTED: _l("Listed"),
    ListingState.REVIEW_APPLIED: _l("Review applied for"),
    ListingState.DELISTED: _l("Delisted"),
    ListingState.REFUSED: _l("Not listed"),
    ListingState.WITHDRAWN: _l("Taken off the list"),
}

STATUS_TONES = {
    ListingState.PROPOSED: "info",
    ListingState.LISTED: "active",
    ListingState.REVIEW_APPLIED: "wait",
    ListingState.DELISTED: "good",
    ListingState.REFUSED: "off",
    ListingState.WITHDRAWN: "off",
}

LEVEL_LABELS = {
    ListingLevel.COUNTY: _l("County level"),
    ListingLevel.CITY: _l("City level"),
    ListingLevel.PROVINCE: _l("Province level"),
}

GROUP_LABELS = {
    "force": _l("Being supervised"),
    "overdue": _l("Overdue"),
    "review": _l("Review applied for"),
    "proposed": _l("Proposed for listing"),
    "ended": _l("Ended"),
}

OUTCOME_LABELS = {
    ClockOutcome.MET: _l("in time"),
    ClockOutcome.MISSED: _l("late"),
    ClockOutcome.VOID: _l("void"),
}

# Steps that stand in the ticket's history.
ACTION_LABELS = {
    "listing_approve": _l("Put under listed supervision"),
    "listing_apply": _l("Review of the listing applied for"),
    "listing_pass": _l("Review passed, delisted"),
    "listing_fail": _l("Review not passed"),
    "listing_revoke": _l("Taken off the list"),
}

ACTION_ICONS = {
    "listing_approve": "flag",
    "listing_apply": "send",
    "listing_pass": "circle-check",
    "listing_fail": "arrow-back-up",
    "listing_revoke": "ban",
}

ACTION_TONES = {
    "listing_approve": "bad",
    "listing_apply": "wait",
    "listing_pass": "good",
    "listing_fail": "bad",
}

# In the audit trail only: what is proposed is the authority's own affair.
AUDIT_ACTIONS = {
    "listing.propose": _l("Listed supervision proposed"),
    "listing.refuse": _l("Listed supervision refused"),
    "listing.withdraw": _l("Proposal of a listed supervision withdrawn"),
}

NOTICES = {
    "hazard.listing_proposed": _l("Hazard %(number)s is proposed for listed supervision"),
    "hazard.listing_dropped": _l("Hazard %(number)s: the proposal to list it was not followed"),
    "hazard.listed": _l("Hazard %(number)s is under listed supervision until %(due_on)s"),
    "hazard.review_applied": _l("Hazard %(number)s: the review of its listing is applied for"),
    "hazard.delisted": _l("Hazard %(number)s passed the review and is delisted"),
    "hazard.review_failed": _l("Hazard %(number)s did not pass the review and stays listed"),
    "hazard.listing_revoked": _l("Hazard %(number)s was taken off the list"),
}
