"""Verbs of the decision: propose, decide, serve, publish, annul; and what Art. 113 says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from supervision.casefile import evidence, papers, queries, rules
from supervision.casefile.counters import Level
from supervision.casefile.journal import (
    arm,
    end,
    log,
    tell_enterprise,
    tell_handler,
    tell_supervisors,
    void,
)
from supervision.casefile.models import Case, CaseDecision
from supervision.casefile.rules import (
    CASE_DECISION,
    PAY,
    PUBLISH,
    SERVICE,
    WITHDRAW,
    DecisionState,
    PaperKind,
    PenaltyKind,
)
from supervision.casefile.workflow import CASE_WORKFLOW, CaseState, handles
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.hazard.rules import Grade
from supervision.order import queries as orders
from supervision.order.rules import ServiceMethod, check_service


@dataclass(frozen=True, slots=True)
class Proposal:
    """A decision as its handler writes it."""

    penalties: Sequence[PenaltyKind]
    facts: str
    evidence_text: str
    basis: str
    decision_text: str
    fine_yuan: Decimal | None = None
    discretion: str = ""
    pay_within: str = ""
    needs_review: bool = False
    legal_reviewer: str = ""
    legal_review_on: date | None = None
    legal_opinion: str = ""


def propose(case: Case, actor: Actor, wanted: Proposal) -> CaseDecision:
    """The handler proposes a decision; nothing binds anybody yet."""
    step = CASE_WORKFLOW.check("propose", case, actor, {"penalties": wanted.penalties})
    _check(case, wanted)
    decision = CaseDecision(
        enterprise_id=case.enterprise_id,
        status=DecisionState.PROPOSED,
        penalties=[kind.value for kind in wanted.penalties],
        fine_yuan=wanted.fine_yuan,
        facts=wanted.facts,
        evidence_text=wanted.evidence_text,
        basis=wanted.basis,
        discretion=wanted.discretion,
        decision_text=wanted.decision_text,
        pay_within=wanted.pay_within,
        for_major=any(row.hazard.grade is Grade.MAJOR for row in case.hazards),
        legal_reviewer=wanted.legal_reviewer,
        legal_review_on=wanted.legal_review_on,
        legal_opinion=wanted.legal_opinion,
        proposed_at=clock.now(),
        proposed_by_id=actor.id,
        proposed_by=actor.name,
    )
    case.decisions.append(decision)
    before, case.status = case.status, step.target
    log(case, actor, "propose", before, note=wanted.decision_text)
    tell_supervisors(case, actor, "case.to_decide")
    return decision


def _check(case: Case, wanted: Proposal) -> None:
    evidence.check_marks(case)
    rules.check_evidence(len(case.usable_evidence))
    for name in ("facts", "evidence_text", "basis", "decision_text"):
        if not getattr(wanted, name):
            raise InvalidInput(N_("This field is required."), field=name)
    rules.check_fine(wanted.penalties, wanted.fine_yuan)
    if PenaltyKind.FINE in wanted.penalties and not wanted.pay_within:
        raise InvalidInput(N_("This field is required."), field="pay_within")
    rules.check_legal_review(
        needed=rules.needs_legal_review(wanted.penalties, asked=wanted.needs_review),
        reviewer=wanted.legal_reviewer,
        opinion=wanted.legal_opinion,
        on=wanted.legal_review_on,
    )
    if wanted.legal_review_on is not None and case.filed_on is not None:
        rules.check_not_before(
            wanted.legal_review_on, case.filed_on, clock.today(), field="legal_review_on"
        )


def _held(case: Case, status: DecisionState) -> CaseDecision:
    decision = case.decision
    if decision is None or decision.status is not status:
        raise Conflict(N_("This is not possible in the present state. Reload the page to see it."))
    return decision


def decide(case: Case, actor: Actor, *, note: str = "") -> None:
    """Another person decides: number, paper, and the clocks of service and publication."""
    step = CASE_WORKFLOW.check("decide", case, actor)
    decision = _held(case, DecisionState.PROPOSED)
    evidence.check_marks(case)
    rules.check_evidence(len(case.usable_evidence))
    before, today = case.status, clock.today()
    number, serial = papers.number_for(case, PaperKind.PENALTY)
    data = papers.penalty_data(case, decision, today)
    # Issuing writes to the database: number and paper come onto the decision together.
    decision.document = papers.issue(case, actor, PaperKind.PENALTY, data, number)
    decision.number, decision.serial, decision.year = number, serial, today.year
    decision.decided_on, decision.decision_note = today, note
    decision.decided_by_id, decision.decided_by = actor.id, actor.name
    decision.status, case.status = DecisionState.DECIDED, step.target
    end(case, CASE_DECISION, today)
    arm(case, SERVICE, today)
    arm(case, PUBLISH, today)
    log(case, actor, "decide", before, note=note, decision=decision.number)
    tell_handler(case, actor, "case.decided", decision=decision.number)
    _warn_of_closure(case, actor)


def _warn_of_closure(case: Case, actor: Actor) -> None:
    """One before, and at, the number of penalties that leads to closure (art. 113)."""
    for counter in queries.art113(case.enterprise_id, actor, clock.today()):
        if counter.level is not Level.CALM:
            tell_supervisors(
                case,
                actor,
                f"case.{counter.code.lower()}",
                enterprise=case.enterprise.display_name,
                count=counter.count,
                limit=counter.limit,
            )


def reject(case: Case, actor: Actor, *, reason: str) -> None:
    """Not so: the handler proposes anew."""
    step = CASE_WORKFLOW.check("reject", case, actor, {"reason": reason})
    decision = _held(case, DecisionState.PROPOSED)
    before = case.status
    decision.status, decision.decision_note = DecisionState.REJECTED, reason
    case.status = step.target
    log(case, actor, "reject", before, note=reason)
    tell_handler(case, actor, "case.turned_down", reason=reason)


@dataclass(frozen=True, slots=True)
class Service:
    """How the decision was served (art. 61)."""

    method: ServiceMethod
    receiver: str
    served_at: datetime
    relation: str = ""
    place: str = ""
    witness: str = ""


def serve(case: Case, actor: Actor, service: Service) -> None:
    """Put the service on record, with its receipt; from now on the enterprise reads the decision."""
    data = {
        "method": service.method,
        "receiver": service.receiver,
        "served_at": service.served_at,
    }
    step = CASE_WORKFLOW.check("serve", case, actor, data)
    decision = _held(case, DecisionState.DECIDED)
    served_on = clock.day_of(service.served_at)
    assert decision.decided_on is not None
    confirmation = (
        orders.confirmation_of(case.enterprise_id, served_on)
        if service.method is ServiceMethod.ELECTRONIC
        else None
    )
    check_service(
        service.method,
        service.witness,
        has_confirmation=confirmation is not None,
        issued_on=decision.decided_on,
        served_on=served_on,
    )
    if service.served_at > clock.now():
        raise InvalidInput(N_("This day lies in the future."), field="served_at")
    before = case.status
    decision.method, decision.receiver = service.method, service.receiver
    decision.relation, decision.place = service.relation, service.place
    decision.witness, decision.served_at = service.witness, service.served_at
    decision.confirmation = confirmation
    db.session.flush()
    case.status = step.target
    end(case, SERVICE, served_on)
    if PenaltyKind.FINE in decision.kinds:
        arm(case, PAY, served_on)
    number = papers.receipt_number(case, decision)
    papers.issue(
        case, actor, PaperKind.SERVICE_RECEIPT, papers.receipt_data(case, decision), number
    )
    log(case, actor, "serve", before, note=service.receiver, method=service.method)
    tell_enterprise(case, actor, "case.served", number=decision.number)


_PUBLIC = frozenset(
    {CaseState.DECIDED, CaseState.SERVED, CaseState.EXECUTED, CaseState.CLOSING, CaseState.CLOSED}
)


def may_publish(case: Case, actor: Actor) -> bool:
    """Whether the publication of a decision that holds is still to be put on record."""
    decision = case.decision
    held = decision is not None and decision.status is DecisionState.DECIDED
    allowed = actor.may(Permission.CASE_MAKE) and handles(case, actor) is None
    return allowed and held and case.status in _PUBLIC and case.published_on is None


def publish(case: Case, actor: Actor, *, published_on: date, where: str) -> None:
    """The decision was published (Work Safety Law, art. 78: within seven working days)."""
    if not actor.may(Permission.CASE_MAKE):
        raise Forbidden
    if refusal := handles(case, actor):
        raise Forbidden(refusal)
    if not may_publish(case, actor):
        raise Conflict(N_("This is not possible in the present state. Reload the page to see it."))
    decision = _held(case, DecisionState.DECIDED)
    assert decision.decided_on is not None
    rules.check_not_before(published_on, decision.decided_on, clock.today(), field="published_on")
    case.published_on, case.published_where = published_on, where
    end(case, PUBLISH, published_on)
    log(case, actor, "publish", case.status, note=where, published_on=published_on)


def annul(case: Case, actor: Actor, *, reason: str) -> None:
    """Changed or annulled in review or court: it stays, void, and counts for nothing.

    A published decision is withdrawn within three working days (Penalty Law, art. 48).
    """
    name = "annul_closed" if case.status is CaseState.CLOSED else "annul"
    step = CASE_WORKFLOW.check(name, case, actor, {"reason": reason})
    decision = _held(case, DecisionState.DECIDED)
    before = case.status
    decision.status = DecisionState.ANNULLED
    decision.annulled_on, decision.annulled_by = clock.today(), actor.name
    decision.annulled_reason = reason
    case.status = step.target
    void(case, SERVICE, PAY, PUBLISH)
    if case.published_on is not None:
        arm(case, WITHDRAW, clock.today())
    if step.target is CaseState.FILED:
        case.executed_on, case.execution = None, ""
    log(case, actor, "annul", before, note=reason, decision=decision.number)
    tell_handler(case, actor, "case.annulled", decision=decision.number)
    if decision.served_at is not None:
        tell_enterprise(case, actor, "case.decision_annulled", number=decision.number)


def withdraw_publication(case: Case, actor: Actor) -> None:
    """The published text of an annulled decision was taken down."""
    if not actor.may(Permission.CASE_MAKE):
        raise Forbidden
    if refusal := handles(case, actor):
        raise Forbidden(refusal)
    if case.clock(WITHDRAW) is None:
        raise Conflict(N_("This is not possible in the present state. Reload the page to see it."))
    end(case, WITHDRAW, clock.today())
    case.published_on, case.published_where = None, ""
    log(case, actor, "withdraw_publication", case.status)
