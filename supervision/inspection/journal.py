"""The history of an inspection, and whom a step concerns: what every verb of this slice writes."""

from __future__ import annotations

from supervision.core import audit, clock, notices
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.notices import Audience
from supervision.inspection.models import Inspection, InspectionEvent
from supervision.inspection.workflow import InspectionState


def log(
    inspection: Inspection,
    actor: Actor,
    action: str,
    before: InspectionState | None,
    *,
    note: str = "",
    **data: object,
) -> None:
    """The inspection's own history and the audit trail, in one go."""
    plain = {key: str(value) for key, value in data.items() if value is not None}
    db.session.add(
        InspectionEvent(
            inspection_id=inspection.id,
            action=action,
            from_status=before,
            to_status=inspection.status,
            at=clock.now(),
            actor_id=actor.id,
            actor_name=actor.name,
            note=note,
            data=plain,
        )
    )
    trace(inspection, actor, action, before=before, after=inspection.status, note=note, **plain)


def trace(inspection: Inspection, actor: Actor, action: str, **data: object) -> None:
    """The audit trail alone: for what is too small for the history of a page."""
    db.session.flush()
    audit.record(
        actor,
        f"inspection.{action}",
        inspection,
        enterprise_id=inspection.enterprise_id,
        number=inspection.number,
        **data,
    )


def tell_supervisors(inspection: Inspection, actor: Actor, kind: str) -> None:
    _tell(inspection, actor, kind, Audience.SUPERVISORS, inspection.enterprise_id)


def tell_enterprise(inspection: Inspection, actor: Actor, kind: str, *, link: str = "") -> None:
    """``link``: the enterprise's own file while the inspection is not yet for its eyes."""
    _tell(inspection, actor, kind, Audience.ENTERPRISE_PEOPLE, inspection.enterprise_id, link=link)


def tell_officers(inspection: Inspection, actor: Actor, kind: str) -> None:
    """Those who inspect, and whoever asked for it."""
    for account_id in sorted({*inspection.officer_ids, inspection.created_by_id}):
        if account_id != actor.id:
            _tell(inspection, actor, kind, Audience.ACCOUNT, account_id)


def _tell(
    inspection: Inspection,
    actor: Actor,
    kind: str,
    audience: Audience,
    audience_id: int,
    *,
    link: str = "",
) -> None:
    notices.queue(
        kind,
        audience,
        audience_id,
        link=link or f"/inspections/{inspection.id}",
        but_not=actor.id,
        number=inspection.number,
        subject=inspection.subject,
        day=inspection.planned_on,
    )
