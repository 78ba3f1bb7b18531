"""Rules of cases that are more than a transition. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from enum import StrEnum

from supervision.core.errors import Conflict, InvalidInput
from supervision.core.text import N_

CASE_DECISION, SERVICE, PAY, PUBLISH = "CASE_DECISION", "SERVICE", "PAY", "PUBLISH"
WITHDRAW = "PENALTY_WITHDRAW"


class CaseSource(StrEnum):
    ORDER = "order"
    HAZARD = "hazard"
    INSPECTION = "inspection"
    REPORT = "report"
    TRANSFER = "transfer"
    OTHER = "other"


class PenaltyKind(StrEnum):
    """Administrative Penalty Law (2021), art. 9."""

    WARNING = "warning"
    CRITICISM = "criticism"
    FINE = "fine"
    CONFISCATION = "confiscation"
    LICENCE_SUSPENDED = "licence_suspended"
    LICENCE_REVOKED = "licence_revoked"
    RESTRICTION = "restriction"
    STOP_PRODUCTION = "stop_production"
    CLOSURE = "closure"
    OTHER = "other"


class EvidenceKind(StrEnum):
    """Administrative Penalty Law (2021), art. 46: eight kinds."""

    DOCUMENTARY = "documentary"
    PHYSICAL = "physical"
    AUDIOVISUAL = "audiovisual"
    ELECTRONIC = "electronic"
    WITNESS = "witness"
    PARTY_STATEMENT = "party_statement"
    EXPERT_OPINION = "expert_opinion"
    INSPECTION_RECORD = "inspection_record"


class DecisionState(StrEnum):
    PROPOSED = "proposed"
    DECIDED = "decided"
    REJECTED = "rejected"
    ANNULLED = "annulled"


class CaseOutcome(StrEnum):
    PENALTY = "penalty"
    NO_PENALTY = "no_penalty"


class PaperKind(StrEnum):
    """Papers of a case; the values are the codes of their templates."""

    CASE_FILING = "CASE_FILING"
    EVIDENCE_LIST = "EVIDENCE_LIST"
    PENALTY = "PENALTY"
    SERVICE_RECEIPT = "SERVICE_RECEIPT"
    CASE_CLOSE = "CASE_CLOSE"


# Kinds that bear on major rights: their decision is reviewed by the legal section before it is
# made (art. 58). Which fine is large is a local figure: the handler says so on the form.
_HEAVY = frozenset(
    {
        PenaltyKind.LICENCE_SUSPENDED,
        PenaltyKind.LICENCE_REVOKED,
        PenaltyKind.RESTRICTION,
        PenaltyKind.STOP_PRODUCTION,
        PenaltyKind.CLOSURE,
    }
)


def needs_legal_review(penalties: Collection[PenaltyKind], *, asked: bool = False) -> bool:
    """Whether the legal section looks at it first; ``asked``: the handler says that it must."""
    return asked or bool(_HEAVY & set(penalties))


def check_fine(penalties: Collection[PenaltyKind], fine_yuan: Decimal | None) -> None:
    """A fine has an amount, and an amount is a fine."""
    if PenaltyKind.FINE in penalties and not fine_yuan:
        raise InvalidInput(N_("A fine needs its amount."), field="fine_yuan")
    if PenaltyKind.FINE not in penalties and fine_yuan:
        raise InvalidInput(N_("An amount belongs to a fine: choose it above."), field="fine_yuan")


def check_legal_review(*, needed: bool, reviewer: str, opinion: str, on: date | None) -> None:
    """Who, when and what: all three, where a review is needed or has been begun."""
    given = (("legal_reviewer", reviewer), ("legal_review_on", on), ("legal_opinion", opinion))
    if not needed and not any(value for _name, value in given):
        return
    for name, value in given:
        if not value:
            raise InvalidInput(
                N_("This decision needs the legal section's review first."), field=name
            )


def check_not_before(day: date, earliest: date, today: date, *, field: str) -> None:
    """A day of the case's story lies between what it follows and today."""
    if day < earliest:
        raise InvalidInput(
            N_("This day lies before the step that it follows (%(day)s)."),
            field=field,
            day=earliest,
        )
    if day > today:
        raise InvalidInput(N_("This day lies in the future."), field=field)


# The kinds that what a device recorded can be of.
MONITORED = frozenset({EvidenceKind.AUDIOVISUAL, EvidenceKind.ELECTRONIC})


def may_prove(kind: EvidenceKind, *, is_monitoring: bool, review_reference: str) -> bool:
    """Whether it may be used as evidence of a penalty.

    Art. 41: what electronic monitoring has recorded is evidence only if the device passed legal
    and technical review and its place was published; the reference names that review.
    """
    monitored = is_monitoring and kind in MONITORED
    return not monitored or bool(review_reference)


def check_evidence(usable: int) -> None:
    """No decision without any evidence that may be used."""
    if not usable:
        raise Conflict(N_("There is no evidence yet that may be used: add it to the list first."))
