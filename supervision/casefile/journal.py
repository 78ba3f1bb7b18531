"""The history of a case, its clocks, and whom a step concerns: what every verb here writes."""

from __future__ import annotations

from datetime import date
from typing import Any

from supervision.casefile.models import Case, CaseClock, CaseEvent
from supervision.casefile.workflow import CaseState
from supervision.core import audit, clock, clocks, notices
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.notices import Audience


def log(
    case: Case,
    actor: Actor,
    action: str,
    before: CaseState | None,
    *,
    note: str = "",
    **data: Any,
) -> None:
    """The case's own history and the audit trail, in one go."""
    db.session.flush()
    db.session.add(
        CaseEvent(
            case_id=case.id,
            action=action,
            from_status=before,
            to_status=case.status,
            at=clock.now(),
            actor_id=actor.id,
            actor_name=actor.name,
            note=note,
        )
    )
    audit.record(
        actor,
        f"case.{action}",
        case,
        number=case.number,
        before=before,
        after=case.status,
        note=note,
        **data,
    )


def tell_supervisors(case: Case, actor: Actor, kind: str, **params: object) -> None:
    _tell(case, actor, kind, (Audience.SUPERVISORS, case.enterprise_id), params)


def tell_handler(case: Case, actor: Actor, kind: str, **params: object) -> None:
    """Whoever opened the case."""
    _tell(case, actor, kind, (Audience.ACCOUNT, case.created_by_id), params)


def _tell(
    case: Case,
    actor: Actor,
    kind: str,
    whom: tuple[Audience, int],
    params: dict[str, object],
) -> None:
    values = {"cause": case.cause, "number": case.number or "—", **params}
    notices.queue(kind, whom[0], whom[1], link=f"/cases/{case.id}", but_not=actor.id, **values)


def tell_enterprise(case: Case, actor: Actor, kind: str, **params: object) -> None:
    """The enterprise has no page of the case: it is led to its own file."""
    link = f"/enterprises/{case.enterprise_id}/tabs/cases"
    audience = Audience.ENTERPRISE_PEOPLE
    notices.queue(kind, audience, case.enterprise_id, link=link, but_not=actor.id, **params)


def arm(case: Case, code: str, started_on: date) -> None:
    """A new clock by the version in force today; none where no version is."""
    values = clocks.arm(code, started_on)
    if values is not None:
        case.clocks.append(CaseClock(**values))


def end(case: Case, code: str, day: date) -> None:
    if running := case.clock(code):
        clocks.end(running, day)


def void(case: Case, *codes: str) -> None:
    """These count for nothing any more."""
    for row in case.clocks:
        if row.code in codes:
            clocks.void(row, clock.today())
