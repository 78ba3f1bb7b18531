"""A step of the ladder, what it sent, and a rule of assignment."""

from __future__ import annotations

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.enterprise import queries as enterprises
from supervision.escalation import service
from supervision.escalation.models import EscalationEvent
from supervision.escalation.rules import Audience, EventState, Ladder
from supervision.escalation.service import StepValues
from supervision.hazard import assignment
from supervision.hazard.assignment import RuleValues
from supervision.hazard.assignment_rules import Duty
from tests.cast import Cast


def a_ladder(cast: Cast, enterprise_id: int, officer: str, mark: str) -> dict[str, int]:
    """Ids under the names that addresses give them; the event is of the enterprise."""
    with transaction():
        enterprise = enterprises.get_enterprise(enterprise_id, SYSTEM)
        values = StepValues(Ladder.CASE, 30 + enterprise_id, Audience.OFFICER)
        step = service.add_step(SYSTEM, values)
        rule = assignment.add_rule(
            SYSTEM,
            RuleValues(
                duty=Duty.INSPECTION,
                region_code=enterprise.region_code[:6],
                industry="",
                officer_ids=(cast.accounts[officer],),
                priority=0,
                effective_from=clock.today(),
                effective_to=None,
                note=f"{mark} rule",
            ),
        )
        db.session.add(
            EscalationEvent(
                enterprise_id=enterprise_id,
                ladder=Ladder.CASE,
                subject_id=0,
                due_on=clock.today(),
                arm=enterprise_id,
                line_id=step.line_id,
                step_id=step.id,
                state=EventState.SENT,
                number=f"{mark} number",
                link="/",
                is_major=False,
                audience=step.audience,
                offset=step.offset,
                told=[[cast.accounts[officer], officer]],
                at=clock.now(),
            )
        )
        return {"escalation.step_id": step.id, "hazard.rule_id": rule.id}
