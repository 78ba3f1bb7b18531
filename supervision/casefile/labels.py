"""Names of the codes of this slice."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.casefile.counters import Level
from supervision.casefile.rules import (
    CaseOutcome,
    CaseSource,
    DecisionState,
    EvidenceKind,
    PaperKind,
    PenaltyKind,
)
from supervision.casefile.workflow import CaseState
from supervision.order.rules import ServiceMethod

STATUS_LABELS = {
    CaseState.DRAFT: _l("Draft"),
    CaseState.SUBMITTED: _l("Filing to be approved"),
    CaseState.FILED: _l("Filed, under investigation"),
    CaseState.PROPOSED: _l("Decision to be made"),
    CaseState.DECIDED: _l("Decided, to be served"),
    CaseState.SERVED: _l("Served"),
    CaseState.EXECUTED: _l("Executed"),
    CaseState.CLOSING: _l("Closure to be approved"),
    CaseState.DROPPING: _l("Closure to be approved (no penalty)"),
    CaseState.CLOSED: _l("Case closed"),
    CaseState.NOT_FILED: _l("Not filed"),
    CaseState.WITHDRAWN: _l("Withdrawn before filing"),
}

# The line of states on top of the page: what each state stands at, in order.
STEPS = (
    (_l("Draft"), {CaseState.DRAFT}),
    (_l("Filing"), {CaseState.SUBMITTED}),
    (_l("Investigation"), {CaseState.FILED}),
    (_l("Decision"), {CaseState.PROPOSED, CaseState.DECIDED}),
    (_l("Service"), {CaseState.SERVED}),
    (_l("Execution"), {CaseState.EXECUTED}),
    (_l("Closure"), {CaseState.CLOSING, CaseState.DROPPING, CaseState.CLOSED}),
)

STATUS_TONES = {
    CaseState.DRAFT: "info",
    CaseState.SUBMITTED: "wait",
    CaseState.FILED: "active",
    CaseState.PROPOSED: "wait",
    CaseState.DECIDED: "active",
    CaseState.SERVED: "active",
    CaseState.EXECUTED: "active",
    CaseState.CLOSING: "wait",
    CaseState.DROPPING: "wait",
    CaseState.CLOSED: "good",
    CaseState.NOT_FILED: "off",
    CaseState.WITHDRAWN: "off",
}

GROUP_LABELS = {
    "open": _l("Open cases"),
    "approve": _l("To be approved"),
    "overdue": _l("Overdue"),
    "settled": _l("Settled cases"),
}

SOURCE_LABELS = {
    CaseSource.ORDER: _l("Order not complied with"),
    CaseSource.HAZARD: _l("Hazard"),
    CaseSource.INSPECTION: _l("Inspection"),
    CaseSource.REPORT: _l("Public report"),
    CaseSource.TRANSFER: _l("Transferred by another department"),
    CaseSource.OTHER: _l("Other"),
}

PENALTY_LABELS = {
    PenaltyKind.WARNING: _l("Warning"),
    PenaltyKind.CRITICISM: _l("Circulated criticism"),
    PenaltyKind.FINE: _l("Fine"),
    PenaltyKind.CONFISCATION: _l("Confiscation of unlawful gains or property"),
    PenaltyKind.LICENCE_SUSPENDED: _l("Licence suspended or downgraded"),
    PenaltyKind.LICENCE_REVOKED: _l("Licence revoked"),
    PenaltyKind.RESTRICTION: _l("Restriction of business"),
    PenaltyKind.STOP_PRODUCTION: _l("Production or business stopped"),
    PenaltyKind.CLOSURE: _l("Ordered to close down"),
    PenaltyKind.OTHER: _l("Other penalty by law"),
}

EVIDENCE_LABELS = {
    EvidenceKind.DOCUMENTARY: _l("Documentary evidence"),
    EvidenceKind.PHYSICAL: _l("Physical evidence"),
    EvidenceKind.AUDIOVISUAL: _l("Audio-visual material"),
    EvidenceKind.ELECTRONIC: _l("Electronic data"),
    EvidenceKind.WITNESS: _l("Testimony of a witness"),
    EvidenceKind.PARTY_STATEMENT: _l("Statement of the party"),
    EvidenceKind.EXPERT_OPINION: _l("Expert opinion"),
    EvidenceKind.INSPECTION_RECORD: _l("Record of inspection or of the site"),
}

DECISION_LABELS = {
    DecisionState.PROPOSED: _l("To be decided"),
    DecisionState.DECIDED: _l("Decision in force"),
    DecisionState.REJECTED: _l("Not approved"),
    DecisionState.ANNULLED: _l("Annulled"),
}
DECISION_TONES = {
    DecisionState.PROPOSED: "wait",
    DecisionState.DECIDED: "good",
    DecisionState.REJECTED: "off",
    DecisionState.ANNULLED: "bad",
}

METHOD_LABELS = {
    ServiceMethod.DIRECT: _l("Handed over"),
    ServiceMethod.LIEN: _l("Left at the place, with a witness"),
    ServiceMethod.POST: _l("By post"),
    ServiceMethod.ANNOUNCEMENT: _l("By public announcement"),
    ServiceMethod.ELECTRONIC: _l("Electronically, with a signed confirmation"),
}

PAPER_LABELS = {
    PaperKind.CASE_FILING: _l("Approval of the filing"),
    PaperKind.EVIDENCE_LIST: _l("List of evidence"),
    PaperKind.PENALTY: _l("Penalty decision"),
    PaperKind.SERVICE_RECEIPT: _l("Service receipt"),
    PaperKind.CASE_CLOSE: _l("Approval of the closure"),
}

OUTCOME_LABELS = {
    CaseOutcome.PENALTY: _l("Closed with a penalty"),
    CaseOutcome.NO_PENALTY: _l("Closed without a penalty"),
}
# Goes on the closing paper, in Chinese.
NO_PENALTY = _l("No penalty was imposed.")

CLOCK_LABELS = {
    "CASE_DECISION": _l("Decision due"),
    "SERVICE": _l("Service due"),
    "PAY": _l("Payment due"),
    "PUBLISH": _l("Publication due"),
    "PENALTY_WITHDRAW": _l("Withdrawal of the publication due"),
}

COUNTER_LABELS = {
    "ART113_180": _l("within 180 days"),
    "ART113_YEAR": _l("within a year"),
}
LEVEL_TONES = {Level.CALM: "plain", Level.WARNING: "wait", Level.REACHED: "bad"}

ACTION_LABELS = {
    "open": _l("Case opened"),
    "edit": _l("Draft of the case changed"),
    "submit": _l("Filing submitted for approval"),
    "file": _l("Filing approved"),
    "return": _l("Returned to the handler"),
    "refuse": _l("Filing refused"),
    "withdraw": _l("Case withdrawn"),
    "add_evidence": _l("Evidence added to the case"),
    "remove_evidence": _l("Evidence taken off the list"),
    "issue_evidence_list": _l("List of evidence issued"),
    "propose": _l("Decision proposed"),
    "decide": _l("Penalty decided"),
    "reject": _l("Proposed decision not approved"),
    "serve": _l("Decision served"),
    "publish": _l("Decision published"),
    "withdraw_publication": _l("Publication withdrawn"),
    "execute": _l("Decision executed"),
    "annul": _l("Decision annulled"),
    "ask_close": _l("Closure asked for"),
    "drop": _l("Closure without a penalty asked for"),
    "close": _l("Case closed"),
    "refuse_close": _l("Closure refused"),
}

ACTION_ICONS = {
    "open": "folder",
    "submit": "send",
    "file": "file-check",
    "return": "arrow-back-up",
    "refuse": "ban",
    "withdraw": "ban",
    "add_evidence": "paperclip",
    "issue_evidence_list": "list-check",
    "propose": "scale",
    "decide": "gavel",
    "reject": "arrow-back-up",
    "serve": "mail",
    "publish": "world",
    "execute": "check",
    "annul": "ban",
    "close": "circle-check",
    "refuse_close": "arrow-back-up",
}

ACTION_TONES = {"decide": "bad", "annul": "bad", "close": "good", "file": "info"}

NOTICES = {
    "case.to_approve": _l("A case waits for the approval of its filing: %(cause)s"),
    "case.filed": _l("Case %(number)s is filed"),
    "case.turned_down": _l("A step of the case was not approved: %(cause)s"),
    "case.to_decide": _l("Case %(number)s waits for its decision"),
    "case.decided": _l("Case %(number)s: penalty %(decision)s is decided"),
    "case.to_close": _l("Case %(number)s waits for the approval of its closure"),
    "case.closed": _l("Case %(number)s is closed"),
    "case.annulled": _l("Case %(number)s: decision %(decision)s was annulled"),
    "case.served": _l("Penalty decision %(number)s was served on you"),
    "case.decision_annulled": _l("Penalty decision %(number)s was annulled"),
    "case.art113_180": _l(
        "%(enterprise)s: %(count)s of %(limit)s penalties for major hazards within 180 days"
    ),
    "case.art113_year": _l(
        "%(enterprise)s: %(count)s of %(limit)s penalties for major hazards within a year"
    ),
}

# Filled into the form of a decision that fines; Penalty Law, art. 67. In Chinese.
PAY_WITHIN = _l("Pay within 15 days of receiving this decision to the bank named in it")
