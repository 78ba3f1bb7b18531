"""Verbs of a case up to the approval of its filing.

Services flush; the edge commits. A raised error means that nothing happened: the number of a
filing that is rolled back is the next one's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from supervision.authority import queries as authorities
from supervision.casefile import papers, queries
from supervision.casefile.journal import arm, log, tell_handler, tell_supervisors
from supervision.casefile.models import Case, CaseHazard, CaseOfficer
from supervision.casefile.rules import CASE_DECISION, CaseSource, PaperKind
from supervision.casefile.workflow import CASE_WORKFLOW, CaseState
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.order.officers import signers


@dataclass(frozen=True, slots=True)
class Draft:
    """What a handler writes before the filing is approved."""

    cause: str
    source: CaseSource
    facts: str
    officer_ids: Sequence[int]
    hazard_ids: Sequence[int] = ()
    order_id: int | None = None
    source_note: str = ""


def open_case(enterprise: Enterprise, actor: Actor, draft: Draft) -> Case:
    """Begin a case; it is a draft until its filing is submitted."""
    if not (actor.is_regulator and actor.may(Permission.CASE_MAKE)):
        raise Forbidden
    authority = authorities.authority_of(enterprise.region_code)
    case = Case(
        enterprise_id=enterprise.id,
        status=CaseState.DRAFT,
        authority_id=authority.id,
        cause="",
        source=draft.source,
        created_at=clock.now(),
        created_by_id=actor.id,
        created_by=actor.name,
    )
    db.session.add(case)
    db.session.flush()
    _write(case, actor, draft)
    log(case, actor, "open", None, note=draft.cause)
    return case


def edit(case: Case, actor: Actor, draft: Draft) -> None:
    """Write the draft anew."""
    CASE_WORKFLOW.check("edit", case, actor)
    _write(case, actor, draft)
    log(case, actor, "edit", case.status, note=draft.cause)


def _write(case: Case, actor: Actor, draft: Draft) -> None:
    if not draft.cause:
        raise InvalidInput(N_("This field is required."), field="cause")
    if draft.source is CaseSource.ORDER and draft.order_id is None:
        raise InvalidInput(N_("Choose the order that was not complied with."), field="order_id")
    chosen = signers(case.authority_id, draft.officer_ids)
    queries.check_belongs(case.enterprise_id, actor, draft.order_id, draft.hazard_ids)
    case.cause, case.source, case.source_note = draft.cause, draft.source, draft.source_note
    case.facts, case.order_id = draft.facts, draft.order_id
    _set_officers(case, [(s.account_id, s.name, s.certificate_no) for s in chosen])
    wanted = list(dict.fromkeys(draft.hazard_ids))
    for row in [r for r in case.hazards if r.hazard_id not in wanted]:
        case.hazards.remove(row)
    known = {row.hazard_id for row in case.hazards}
    case.hazards += [CaseHazard(hazard_id=h) for h in wanted if h not in known]
    db.session.flush()


def _set_officers(case: Case, chosen: Sequence[tuple[int, str, str]]) -> None:
    ids = {ident for ident, _name, _number in chosen}
    for row in [o for o in case.officers if o.account_id not in ids]:
        case.officers.remove(row)
    known = {o.account_id: o for o in case.officers}
    for ident, name, number in chosen:
        if ident in known:
            known[ident].name, known[ident].certificate_no = name, number
        else:
            case.officers.append(CaseOfficer(account_id=ident, name=name, certificate_no=number))


def submit(case: Case, actor: Actor, *, opinion: str) -> None:
    """The handler asks that the filing be approved."""
    data = {"opinion": opinion, "facts": case.facts}
    step = CASE_WORKFLOW.check("submit", case, actor, data)
    before = case.status
    case.status = step.target
    case.handler_opinion, case.handler_by = opinion, actor.name
    case.handler_on = clock.today()
    log(case, actor, "submit", before, note=opinion)
    tell_supervisors(case, actor, "case.to_approve")


def approve_filing(case: Case, actor: Actor, *, opinion: str) -> None:
    """File the case: its number, its paper, and the clock of the decision begin today."""
    step = CASE_WORKFLOW.check("file", case, actor, {"opinion": opinion})
    before, today = case.status, clock.today()
    case.number, case.serial = papers.number_for(case, PaperKind.CASE_FILING)
    case.year = today.year
    case.filing_opinion = opinion
    case.filed_by_id, case.filed_by, case.filed_on = actor.id, actor.name, today
    case.status = step.target
    arm(case, CASE_DECISION, today)
    data = papers.filing_data(case, today)
    papers.issue(case, actor, PaperKind.CASE_FILING, data, case.number)
    log(case, actor, "file", before, note=opinion)
    tell_handler(case, actor, "case.filed")


def send_back(case: Case, actor: Actor, *, reason: str) -> None:
    """Not yet: the handler writes it anew."""
    _turn_down(case, actor, "return", reason)


def refuse(case: Case, actor: Actor, *, reason: str) -> None:
    """No case is filed; it stays on record with the reason."""
    case.ended_reason = reason
    _turn_down(case, actor, "refuse", reason)


def _turn_down(case: Case, actor: Actor, name: str, reason: str) -> None:
    step = CASE_WORKFLOW.check(name, case, actor, {"reason": reason})
    before = case.status
    case.status = step.target
    log(case, actor, name, before, note=reason)
    tell_handler(case, actor, "case.turned_down", reason=reason)


def withdraw(case: Case, actor: Actor, *, reason: str) -> None:
    """The handler takes it back before it is filed."""
    step = CASE_WORKFLOW.check("withdraw", case, actor, {"reason": reason})
    before = case.status
    case.status, case.ended_reason = step.target, reason
    log(case, actor, "withdraw", before, note=reason)
