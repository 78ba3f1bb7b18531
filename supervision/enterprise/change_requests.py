"""Verbs of change requests: an enterprise asks that its file be changed, an officer decides."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from supervision.core import audit, clock, notices
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.notices import Audience
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.enterprise import request_queries, rules, service
from supervision.enterprise.file_values import restored, stored
from supervision.enterprise.journal import log
from supervision.enterprise.models import Enterprise, EventKind
from supervision.enterprise.registration import Unknowing
from supervision.enterprise.request_models import ChangeRequest, ChangeRequestFile
from supervision.enterprise.workflow import CHANGE_WORKFLOW, ChangeState

ASKED = service.FIELDS - rules.OF_AUTHORITY


def propose(
    enterprise: Enterprise,
    actor: Actor,
    values: Mapping[str, Any],
    *,
    reason: str,
    scans: Sequence[Attachment] = (),
    expected_version: int | None = None,
) -> tuple[dict[str, Any], ChangeRequest | None]:
    """Change at once what is the enterprise's own to change, and ask for the rest.

    Returns what was changed and the request, None where nothing had to be asked for.
    """
    if not actor.may(Permission.ENTERPRISE_REQUEST) or actor.is_regulator:
        raise Forbidden
    if set(values) - ASKED:
        raise ValueError("not fields that an enterprise asks for")
    if enterprise.roll_status in service.RESTRUCTURED:
        raise Conflict(N_("This enterprise has merged or was split: its file is closed."))
    if expected_version is not None and enterprise.row_version != expected_version:
        raise Conflict
    wanted = _different(enterprise, actor, values)
    own = {name: value for name, value in wanted.items() if name in rules.SELF_CHANGED}
    asked = {name: value for name, value in wanted.items() if name not in rules.SELF_CHANGED}
    changed = service.change(enterprise, actor, own) if own else {}
    return changed, _ask(enterprise, actor, asked, reason, scans) if asked else None


def _different(enterprise: Enterprise, actor: Actor, values: Mapping[str, Any]) -> dict[str, Any]:
    # It may ask to move into any region; whether that is granted is for that region's officer.
    anywhere = replace(actor, everything=True)
    clean = service.checked(anywhere, values, enterprise, Unknowing())
    return {name: value for name, value in clean.items() if getattr(enterprise, name) != value}


def _ask(
    enterprise: Enterprise,
    actor: Actor,
    asked: Mapping[str, Any],
    reason: str,
    scans: Sequence[Attachment],
) -> ChangeRequest:
    if not reason.strip():
        raise InvalidInput(N_("This field is required."), field="reason")
    if request_queries.pending_of(enterprise.id, actor) is not None:
        raise Conflict(N_("A change is waiting for its decision already. Withdraw it first."))
    row = ChangeRequest(
        enterprise_id=enterprise.id,
        status=ChangeState.PENDING,
        base=stored({name: getattr(enterprise, name) for name in asked}),
        wanted=stored(asked),
        applied=[],
        reason=reason,
        requested_at=clock.now(),
        requested_by_id=actor.id,
        requested_by=actor.name,
        note="",
    )
    db.session.add(row)
    db.session.flush()
    for scan in scans:
        db.session.add(ChangeRequestFile(request_id=row.id, attachment_id=scan.id))
    audit.record(
        actor, "change_request.propose", row, base=row.base, wanted=row.wanted, reason=reason
    )
    log(enterprise.id, actor, EventKind.CHANGE_REQUESTED, fields=sorted(asked), note=reason)
    _tell(row, enterprise, actor, "change_request.proposed", Audience.SUPERVISORS)
    return row


def approve(
    row: ChangeRequest,
    enterprise: Enterprise,
    actor: Actor,
    *,
    fields: Collection[str],
    note: str = "",
    expected_version: int | None = None,
) -> None:
    """Put the chosen fields into the file; where some are left out, ``note`` says why.

    ``expected_version`` is the file's version that the officer had before them.
    """
    chosen = set(fields) & set(row.wanted)
    if not chosen:
        raise InvalidInput(N_("Choose at least one field, or refuse the request."), field="fields")
    is_whole = chosen == set(row.wanted)
    name = "approve" if is_whole else "approve_part"
    step = CHANGE_WORKFLOW.check(name, row, actor, {"note": note})
    wanted = restored(row.wanted)
    service.change(
        enterprise, actor, {f: wanted[f] for f in chosen}, expected_version=expected_version
    )
    row.status, row.note, row.applied = step.target, note, sorted(chosen)
    _decided(row, enterprise, actor)


def refuse(row: ChangeRequest, enterprise: Enterprise, actor: Actor, *, note: str) -> None:
    """Refuse the whole request, with the reason."""
    step = CHANGE_WORKFLOW.check("refuse", row, actor, {"note": note})
    row.status, row.note = step.target, note
    _decided(row, enterprise, actor)


def withdraw(row: ChangeRequest, actor: Actor) -> None:
    """Take the request back before it is decided."""
    step = CHANGE_WORKFLOW.check("withdraw", row, actor)
    row.status, row.decided_at, row.decided_by = step.target, clock.now(), actor.name
    audit.record(actor, "change_request.withdraw", row)
    db.session.flush()


def _decided(row: ChangeRequest, enterprise: Enterprise, actor: Actor) -> None:
    row.decided_at, row.decided_by = clock.now(), actor.name
    audit.record(
        actor,
        "change_request.decide",
        row,
        status=row.status,
        applied=row.applied,
        note=row.note,
    )
    log(enterprise.id, actor, EventKind.CHANGE_DECIDED, fields=row.applied, note=row.note)
    _tell(row, enterprise, actor, "change_request.decided", Audience.ENTERPRISE_PEOPLE)


def _tell(
    row: ChangeRequest, enterprise: Enterprise, actor: Actor, kind: str, audience: Audience
) -> None:
    notices.queue(
        kind,
        audience,
        enterprise.id,
        link=f"/enterprises/changes/{row.id}",
        but_not=actor.id,
        name=enterprise.display_name,
    )
