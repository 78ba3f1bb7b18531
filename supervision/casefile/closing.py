"""Verbs of a case's end: executed, or nothing to punish; asked for by one, closed by another."""

from __future__ import annotations

from datetime import date

from supervision.casefile import papers, rules
from supervision.casefile.journal import end, log, tell_handler, tell_supervisors, void
from supervision.casefile.models import Case
from supervision.casefile.rules import CASE_DECISION, PAY, CaseOutcome, PaperKind
from supervision.casefile.workflow import CASE_WORKFLOW, CaseState
from supervision.core import clock
from supervision.core.actor import Actor


def execute(case: Case, actor: Actor, *, executed_on: date, execution: str) -> None:
    """The enterprise has done what the decision says (or was made to)."""
    step = CASE_WORKFLOW.check("execute", case, actor, {"execution": execution})
    decision = case.decision
    served = decision.served_at if decision else None
    if served is not None:
        rules.check_not_before(
            executed_on, clock.day_of(served), clock.today(), field="executed_on"
        )
    before = case.status
    case.status, case.executed_on, case.execution = step.target, executed_on, execution
    end(case, PAY, executed_on)
    log(case, actor, "execute", before, note=execution, executed_on=executed_on)


def ask_close(case: Case, actor: Actor, *, opinion: str) -> None:
    """The handler asks that the executed case be closed."""
    _ask(case, actor, "ask_close", opinion)


def drop(case: Case, actor: Actor, *, opinion: str) -> None:
    """The handler asks that the case be closed without a penalty (Penalty Law, art. 57)."""
    _ask(case, actor, "drop", opinion)


def _ask(case: Case, actor: Actor, name: str, opinion: str) -> None:
    step = CASE_WORKFLOW.check(name, case, actor, {"opinion": opinion})
    before = case.status
    case.status = step.target
    case.closing_opinion, case.closing_by = opinion, actor.name
    case.closing_on = clock.today()
    log(case, actor, name, before, note=opinion)
    tell_supervisors(case, actor, "case.to_close")


def close(case: Case, actor: Actor, *, opinion: str) -> None:
    """Another person closes it, with the paper that says so."""
    dropped = case.status is CaseState.DROPPING
    step = CASE_WORKFLOW.check(
        "close_dropped" if dropped else "close", case, actor, {"opinion": opinion}
    )
    before = case.status
    case.close_opinion, case.closed_by = opinion, actor.name
    case.closed_at = clock.now()
    case.outcome = CaseOutcome.NO_PENALTY if dropped else CaseOutcome.PENALTY
    case.status = step.target
    # The publication goes on being due; nothing else does.
    void(case, CASE_DECISION, PAY)
    number, _serial = papers.number_for(case, PaperKind.CASE_CLOSE)
    data = papers.closing_data(case, clock.today())
    papers.issue(case, actor, PaperKind.CASE_CLOSE, data, number)
    log(case, actor, "close", before, note=opinion)
    tell_handler(case, actor, "case.closed")


def refuse_close(case: Case, actor: Actor, *, reason: str) -> None:
    """Not yet: back to where the handler asked from."""
    dropped = case.status is CaseState.DROPPING
    name = "refuse_drop" if dropped else "refuse_close"
    step = CASE_WORKFLOW.check(name, case, actor, {"reason": reason})
    before = case.status
    case.status = step.target
    log(case, actor, "refuse_close", before, note=reason)
    tell_handler(case, actor, "case.turned_down", reason=reason)
