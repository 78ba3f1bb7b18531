"""Names of the codes of documents."""

from __future__ import annotations

from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext as _n

from supervision.core.statutory import Certainty
from supervision.core.validity import Standing
from supervision.document.dossier_models import DossierState
from supervision.document.models import DocumentKind, EnterpriseDocument
from supervision.document.rules import Category, GapReason, Result
from supervision.document.workflow import DocumentState, FilingState

CATEGORY_LABELS = {
    Category.POLICY: _l("Policies and rules"),
    Category.PLAN: _l("Emergency plans"),
    Category.EVALUATION: _l("Evaluations"),
    Category.INSURANCE: _l("Insurance"),
    Category.STANDARDIZATION: _l("Standardization"),
    Category.OTHER: _l("Other"),
}

STATUS_LABELS = {
    DocumentState.DRAFT: _l("Draft"),
    DocumentState.IN_FORCE: _l("Now in force"),
    DocumentState.SUPERSEDED: _l("Superseded"),
    DocumentState.WITHDRAWN: _l("Taken out of force"),
}

STATUS_TONES = {
    DocumentState.DRAFT: "info",
    DocumentState.IN_FORCE: "good",
    DocumentState.SUPERSEDED: "off",
    DocumentState.WITHDRAWN: "off",
}

STANDING_LABELS = {
    Standing.OPEN_ENDED: _l("no end"),
    Standing.NOT_YET: _l("not valid yet"),
    Standing.OK: _l("valid"),
    Standing.DUE: _l("ends soon"),
    Standing.LATE_TO_APPLY: _l("too late to apply"),
    Standing.EXPIRED: _l("expired"),
}

STANDING_TONES = {
    Standing.OPEN_ENDED: "plain",
    Standing.NOT_YET: "info",
    Standing.OK: "good",
    Standing.DUE: "wait",
    Standing.LATE_TO_APPLY: "bad",
    Standing.EXPIRED: "bad",
}

FILING_LABELS = {
    FilingState.NOT_NEEDED: _l("No filing needed"),
    FilingState.TO_FILE: _l("To be filed"),
    FilingState.SUBMITTED: _l("Handed in"),
    FilingState.ACCEPTED: _l("Filed"),
    FilingState.RETURNED: _l("Sent back"),
}

FILING_TONES = {
    FilingState.NOT_NEEDED: "plain",
    FilingState.TO_FILE: "wait",
    FilingState.SUBMITTED: "active",
    FilingState.ACCEPTED: "good",
    FilingState.RETURNED: "bad",
}

RESULT_LABELS = {
    Result.FIT: _l("Fit as it is"),
    Result.REVISE: _l("To be revised"),
    Result.UNFIT: _l("Not fit any more"),
}

GAP_LABELS = {GapReason.MISSING: _l("missing"), GapReason.EXPIRED: _l("expired")}

GROUP_LABELS = {
    "in_force": _l("Now in force"),
    "draft": _l("Drafts"),
    "expired": _l("Expired"),
    "ending": _l("Ending within 90 days"),
    "review": _l("To be evaluated within 90 days"),
    "to_file": _l("To be filed"),
    "submitted": _l("Filing to be answered"),
    "filing_late": _l("Filing past its day"),
    "ended": _l("Superseded or withdrawn"),
    "all": _l("All"),
}

SORT_LABELS = {
    "newest": _l("Newest first"),
    "end": _l("By last valid day"),
    "review": _l("By day of evaluation"),
}

CERTAINTY_LABELS = {
    Certainty.HIGH: _l("read in the text"),
    Certainty.MEDIUM: _l("one source"),
    Certainty.LOW: _l("to be checked by the legal section"),
}

ACTION_LABELS = {
    "draft": _l("Document drafted"),
    "edit": _l("Draft of a document changed"),
    "remove_scan": _l("File taken off a draft"),
    "discard": _l("Draft of a document given up"),
    "publish": _l("Document in force"),
    "supersede": _l("Document superseded"),
    "withdraw": _l("Document withdrawn"),
    "submit_filing": _l("Filing handed in"),
    "accept_filing": _l("Filing accepted"),
    "return_filing": _l("Filing sent back"),
    "review": _l("Document evaluated again"),
}

ACTION_ICONS = {
    "publish": "file-check",
    "withdraw": "archive",
    "supersede": "archive",
    "submit_filing": "send",
    "accept_filing": "square-check",
    "return_filing": "arrow-back-up",
    "review": "checklist",
}

ACTION_TONES = {
    "publish": "good",
    "accept_filing": "good",
    "return_filing": "bad",
    "withdraw": "off",
    "submit_filing": "active",
}

# What the file's timeline tells; drafts are nobody's event.
TOLD = ("publish", "withdraw", "submit_filing", "accept_filing", "return_filing", "review")

DOSSIER_LABELS = {
    DossierState.QUEUED: _l("Waits to be made"),
    DossierState.MAKING: _l("Being made"),
    DossierState.READY: _l("Ready"),
    DossierState.FAILED: _l("Not made"),
    DossierState.DROPPED: _l("Removed"),
}

DOSSIER_TONES = {
    DossierState.QUEUED: "info",
    DossierState.MAKING: "active",
    DossierState.READY: "good",
    DossierState.FAILED: "bad",
    DossierState.DROPPED: "off",
}


def kind_name(kind: DocumentKind) -> str:
    """A kind as the reader's language has it."""
    locale = get_locale()
    is_chinese = locale is not None and locale.language == "zh"
    return kind.name if is_chinese else kind.name_en


def days_text(document: EnterpriseDocument) -> Any:
    """How long it still holds, in words; empty without an end."""
    left = document.days_left
    if left is None:
        return ""
    if left < 0:
        return _n("%(num)s day over", "%(num)s days over", -left)
    return _n("%(num)s day left", "%(num)s days left", left)


def months(count: int | None) -> str:
    """A term in months as a reader says it."""
    if count is None:
        return str(_("no end"))
    if count % 12 == 0:
        return str(_n("%(num)s year", "%(num)s years", count // 12))
    return str(_n("%(num)s month", "%(num)s months", count))
