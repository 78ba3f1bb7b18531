"""What every verb of this slice writes: the audit trail, and whom a step concerns."""

from __future__ import annotations

from typing import Any

from supervision.core import audit, notices
from supervision.core.actor import Actor
from supervision.core.notices import Audience
from supervision.plan.models import AnnualPlan


def log(plan: AnnualPlan, actor: Actor, action: str, **data: Any) -> None:
    """A step of a plan in the audit trail."""
    audit.record(
        actor,
        f"plan.{action}",
        plan,
        year=plan.year,
        version=plan.version,
        status=plan.status,
        **data,
    )


def tell(plan: AnnualPlan, actor: Actor, kind: str, people: list[int]) -> None:
    for account_id in sorted(set(people)):
        notices.queue(
            kind,
            Audience.ACCOUNT,
            account_id,
            link=f"/plans/{plan.id}",
            but_not=actor.id,
            title=plan.title,
            year=plan.year,
        )
