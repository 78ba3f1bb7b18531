"""Verbs of returns: recounted, corrected, signed, submitted, decided on, reminded of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm.attributes import flag_modified

from supervision.core import audit, clock, notices
from supervision.core.actor import SYSTEM, Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.notices import Audience
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.returns import counting, rules
from supervision.returns.models import PeriodReturn, ReturnCorrection, ReturnRevision
from supervision.returns.rules import FIGURES, Span
from supervision.returns.workflow import RETURN_WORKFLOW


def lines_of(row: PeriodReturn) -> Sequence[str]:
    """The figures on its paper, each once: all of them, or those of the region's layout."""
    if row.layout is None:
        return FIGURES
    return tuple(dict.fromkeys(line["figure"] for line in row.layout.lines))


def recount(row: PeriodReturn, actor: Actor) -> None:
    """Count the ledger again, for what was entered late; corrections stay as they are."""
    RETURN_WORKFLOW.check("recount", row, actor)
    span, owners = Span(row.first_day, row.last_day), [row.enterprise_id]
    row.figures = counting.count(SYSTEM, owners, span)[row.enterprise_id]
    row.majors = counting.majors(SYSTEM, owners, span)[row.enterprise_id]
    row.counted_at = clock.now()
    row.audit_id = counting.trail_end()
    _log(row, actor, "recount")


def correct(
    row: PeriodReturn, actor: Actor, *, figure: str, value: Decimal | None, reason: str
) -> None:
    """Another value than was counted, with its reason; a signature that stood under it goes.

    The value that was counted takes the correction back. Raises InvalidInput.
    """
    given = {"figure": figure, "value": value, "reason": reason}
    step = RETURN_WORKFLOW.check("correct", row, actor, given)
    if figure not in lines_of(row):
        raise InvalidInput(N_("Choose one of the list."), field="figure")
    if value is None or not rules.is_value(figure, value):
        raise InvalidInput(N_("A whole number from 0, or yuan with two places."), field="value")
    computed, before = row.computed[figure], row.values[figure]
    if value == before:
        raise InvalidInput(N_("The line has this value already."), field="value")
    row.corrections.append(
        ReturnCorrection(
            revision=row.revision,
            figure=figure,
            computed=computed,
            value=value,
            reason=reason,
            made_at=clock.now(),
            made_by_id=actor.id,
            made_by=actor.name,
        )
    )
    row.status = step.target
    _unsign(row)
    # A change of the return even where no column of it is another: whoever is about to sign what
    # stood there before is told so.
    flag_modified(row, "figures")
    _log(row, actor, "correct", figure=figure, before=before, value=value, reason=reason)


def sign(row: PeriodReturn, actor: Actor, *, name: str, signature: Attachment | None) -> None:
    """The principal's signature under these figures (Order 16, art. 14).

    Raises Conflict where the figures do not add up.
    """
    given = {"name": name, "signature": signature}
    step = RETURN_WORKFLOW.check("sign", row, actor, given)
    assert signature is not None  # the workflow asks for it
    if name != actor.name:
        raise InvalidInput(
            N_("Type your name as your account has it: %(name)s."), field="name", name=actor.name
        )
    if rules.problems(row.values, lines_of(row)):
        raise Conflict(N_("The figures do not add up: correct them before you sign."))
    row.status, row.signed_at = step.target, clock.now()
    row.signed_by_id, row.signed_by = actor.id, name
    row.signed_for = row.enterprise.name
    row.signature = signature
    _log(row, actor, "sign", name=name, sha256=signature.sha256)


def submit(row: PeriodReturn, actor: Actor) -> None:
    """Hand it to the authority."""
    step = RETURN_WORKFLOW.check("submit", row, actor)
    row.status, row.submitted_at = step.target, clock.now()
    row.submitted_by_id, row.submitted_by = actor.id, actor.name
    row.first_submitted_on = row.first_submitted_on or clock.today()
    row.return_reason = ""
    row.decided_at = row.decided_by_id = None
    row.decided_by = ""
    _log(row, actor, "submit", late=row.is_late)
    _tell(row, actor, "submitted", Audience.SUPERVISORS)


def accept(row: PeriodReturn, actor: Actor) -> None:
    step = RETURN_WORKFLOW.check("accept", row, actor)
    _decide(row, actor)
    row.status = step.target
    _log(row, actor, "accept")
    _tell(row, actor, "accepted", Audience.ENTERPRISE_PEOPLE)


def give_back(row: PeriodReturn, actor: Actor, *, reason: str, by: date | None = None) -> None:
    """Not as it should be: the enterprise corrects it in another revision, ``by`` that day.

    Whether the return was late is not changed by it. Raises InvalidInput.
    """
    step = RETURN_WORKFLOW.check("return", row, actor, {"reason": reason})
    today = clock.today()
    by = by or max(rules.correct_by(today), row.due_on)
    if not today <= by <= max(today + rules.CORRECTED_AT_MOST, row.due_on):
        raise InvalidInput(N_("A day from today on, within 90 days."), field="by")
    _decide(row, actor)
    row.return_reason, row.status = reason, step.target
    row.expected_on = by
    row.overdue_told_at = row.escalated_at = row.reminded_at = None
    _log(row, actor, "return", reason=reason, by=by)
    _tell(row, actor, "returned", Audience.ENTERPRISE_PEOPLE)


def revise(row: PeriodReturn, actor: Actor) -> None:
    """A new revision of what was returned; the earlier one is kept as it was signed."""
    step = RETURN_WORKFLOW.check("revise", row, actor)
    if row.signed_at is None or row.submitted_at is None or row.decided_at is None:
        raise Conflict
    row.revisions.append(
        ReturnRevision(
            revision=row.revision,
            reported={name: str(value) for name, value in row.values.items()},
            figures=row.figures,
            majors=row.majors,
            counted_at=row.counted_at,
            audit_id=row.audit_id,
            signed_at=row.signed_at,
            signed_by=row.signed_by,
            signed_for=row.signed_for,
            signature=row.signature,
            submitted_at=row.submitted_at,
            submitted_by=row.submitted_by,
            returned_at=row.decided_at,
            returned_by=row.decided_by,
            reason=row.return_reason,
        )
    )
    row.revision += 1
    row.status = step.target
    _unsign(row)
    _log(row, actor, "revise")


def remind(rows: Sequence[PeriodReturn], actor: Actor) -> int:
    """Remind enterprises of what is overdue, once a day each; returns how many were told."""
    if not (actor.is_regulator and actor.may(Permission.RETURN_DECIDE)):
        raise Forbidden
    told = 0
    for row in rows:
        today = clock.today()
        if not row.is_overdue or (row.reminded_at and clock.day_of(row.reminded_at) == today):
            continue
        row.reminded_at = clock.now()
        _log(row, actor, "remind")
        _tell(row, actor, "reminded", Audience.ENTERPRISE_PEOPLE)
        told += 1
    return told


def _decide(row: PeriodReturn, actor: Actor) -> None:
    row.decided_at, row.decided_by_id, row.decided_by = clock.now(), actor.id, actor.name


def _unsign(row: PeriodReturn) -> None:
    row.signed_at = row.signed_by_id = None
    row.signed_by = row.signed_for = ""
    row.signature = None


def _log(row: PeriodReturn, actor: Actor, action: str, **data: Any) -> None:
    db.session.flush()
    audit.record(
        actor,
        f"returns.{action}",
        row,
        kind=row.kind,
        first_day=row.first_day,
        last_day=row.last_day,
        revision=row.revision,
        **data,
    )


def _tell(row: PeriodReturn, actor: Actor, kind: str, audience: Audience) -> None:
    notices.queue(
        f"returns.{kind}",
        audience,
        row.enterprise_id,
        link=f"/returns/{row.id}",
        but_not=actor.id,
        first=row.first_day,
        last=row.last_day,
        due_on=row.expected_on,
    )
