"""Verbs that only a major hazard has: its plan anew, its reports, the notification of workers."""

from __future__ import annotations

from datetime import date

from supervision.core import clock
from supervision.core.actor import Actor, Side
from supervision.core.attachments import Attachment
from supervision.core.errors import Conflict, Forbidden
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.hazard import major_rules, service
from supervision.hazard.journal import log, tell_raising_side
from supervision.hazard.major_rules import PlanParts, RecordForm, RecordKind
from supervision.hazard.models import Hazard, HazardRecord
from supervision.hazard.rules import Grade


def may_document(hazard: Hazard, actor: Actor) -> bool:
    """Whether ``actor`` may add to the papers of this major hazard now."""
    own = actor.side is Side.ENTERPRISE and actor.may(Permission.HAZARD_RECTIFY)
    return own and hazard.grade is Grade.MAJOR and hazard.is_open


def _check(hazard: Hazard, actor: Actor) -> None:
    if actor.side is not Side.ENTERPRISE or not actor.may(Permission.HAZARD_RECTIFY):
        raise Forbidden(N_("Rectification is the enterprise's part."))
    if hazard.grade is not Grade.MAJOR or not hazard.is_open:
        raise Conflict(N_("This is for major hazards that are still open."))


def file_plan(hazard: Hazard, actor: Actor, parts: PlanParts) -> None:
    """A plan in six parts, or another in place of the one that was filed."""
    _check(hazard, actor)
    service.keep_plan(hazard, actor, parts)
    log(hazard, actor, "file_plan", hazard.status)
    tell_raising_side(hazard, actor, "hazard.plan_filed")


def record(
    hazard: Hazard,
    actor: Actor,
    *,
    kind: RecordKind,
    given_on: date,
    form: RecordForm,
    given_by: str,
    receiver: str = "",
    attachment: Attachment | None = None,
) -> None:
    """Put on record that the enterprise told the department, the congress or the workers."""
    _check(hazard, actor)
    major_rules.check_given_on(given_on, clock.day_of(hazard.found_at), clock.today())
    hazard.records.append(
        HazardRecord(
            kind=kind,
            given_on=given_on,
            form=form,
            given_by=given_by,
            receiver=receiver,
            attachment_id=attachment.id if attachment else None,
            recorded_at=clock.now(),
            recorded_by_id=actor.id,
            recorded_by=actor.name,
        )
    )
    if kind is RecordKind.WORKER_NOTIFICATION:
        hazard.workers_notified_on = hazard.workers_notified_on or given_on
    log(hazard, actor, kind.value, hazard.status, given_on=given_on, form=form, by=given_by)
    tell_raising_side(hazard, actor, f"hazard.{kind.value}")
