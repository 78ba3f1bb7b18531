"""The history of risk points and site plans: what every verb of this slice writes."""

from __future__ import annotations

from typing import Any

from supervision.core import audit, clock, notices
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.notices import Audience
from supervision.enterprise.site_models import SitePlan
from supervision.risk.models import RiskEvent, RiskPoint


def log(point: RiskPoint, actor: Actor, action: str, *, note: str = "", **data: object) -> None:
    """The point's own history and the audit trail, in one go."""
    subject = f"{point.number} {point.name}"
    plain: dict[str, Any] = {k: str(v) for k, v in data.items() if v is not None}
    _event(actor, point, subject, action, note=note, data=plain)
    audit.record(
        actor, f"risk.{action}", point, number=point.number, name=point.name, note=note, **plain
    )


def log_plan(plan: SitePlan, actor: Actor, action: str, *, note: str = "", **data: object) -> None:
    """Likewise of a plan of the site."""
    plain: dict[str, Any] = {k: str(v) for k, v in data.items() if v is not None}
    _event(actor, plan, plan.name, action, note=note, data=plain)
    audit.record(actor, f"risk.{action}", plan, name=plan.name, note=note, **plain)


def _event(
    actor: Actor,
    owner: RiskPoint | SitePlan,
    subject: str,
    action: str,
    *,
    note: str,
    data: dict[str, Any],
) -> None:
    db.session.flush()
    db.session.add(
        RiskEvent(
            point_id=owner.id if isinstance(owner, RiskPoint) else None,
            plan_id=owner.id if isinstance(owner, SitePlan) else None,
            enterprise_id=owner.enterprise_id,
            action=action,
            subject=subject[:120],
            at=clock.now(),
            actor_id=actor.id,
            actor_name=actor.name,
            actor_side=actor.side,
            note=note,
            data=data,
        )
    )
    db.session.flush()


def tell(point: RiskPoint, actor: Actor, kind: str) -> None:
    """Tell the other side."""
    to_enterprise = actor.is_regulator
    notices.queue(
        kind,
        Audience.ENTERPRISE_PEOPLE if to_enterprise else Audience.SUPERVISORS,
        point.enterprise_id,
        link=f"/risks/{point.id}",
        but_not=actor.id,
        number=point.number,
        name=point.name,
        due_on=point.next_review_on or "",
    )
