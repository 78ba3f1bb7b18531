"""What a change would touch: the open work that hangs on a rule now.

Counts span the whole installation, since a rule does; the tickets that are named are those that
the reader may open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import ColumnElement, and_, func, select

from supervision.casefile.counters import LIMITS
from supervision.casefile.models import CaseClock
from supervision.casefile.rules import CASE_DECISION, PAY, PUBLISH, WITHDRAW
from supervision.core.actor import Actor
from supervision.core.clocks import running_clause
from supervision.core.db import db
from supervision.core.scope import unscoped, visible
from supervision.core.statutory import StatutoryRule
from supervision.hazard import clock_queries
from supervision.hazard.listing import REVIEW
from supervision.hazard.listing_models import ListingClock
from supervision.hazard.models import Hazard, HazardCriterion
from supervision.hazard.workflow import OPEN, WITH_ENTERPRISE
from supervision.order.models import OrderClock
from supervision.order.rules import EXT_REPLY, RECHECK, SERVICE
from supervision.statute import queries
from supervision.statute.rules import ChangeKind

NAMED = 10

# Kept by orders, cases and listings, in tables of their own.
KEPT = frozenset(
    {REVIEW, SERVICE, RECHECK, EXT_REPLY, CASE_DECISION, PAY, PUBLISH, WITHDRAW, *LIMITS}
)

# Which open tickets have a clock of this code running.
CLOCKS: dict[str, ColumnElement[bool]] = {
    "RECHECK": clock_queries.running_of("RECHECK"),
    # A window, no clock: whoever has a deadline may still ask.
    "EXT_APPLY": and_(Hazard.status.in_(WITH_ENTERPRISE), Hazard.due_on.is_not(None)),
    "EXT_REPLY": clock_queries.running_of("EXT_REPLY"),
}


@dataclass(frozen=True, slots=True)
class Impact:
    """``tickets`` in all, of which ``named`` may be opened; ``rules`` that count working days."""

    tickets: int = 0
    named: Sequence[Hazard] = ()
    rules: Sequence[StatutoryRule] = field(default_factory=tuple)
    # Issued papers of the type; they keep their version.
    papers: int = 0
    # Running clocks of orders, cases and listings; they keep their version.
    clocks: int = 0
    # False: nothing in the product keeps a clock by this rule yet.
    is_used: bool = True


def impact_of(kind: ChangeKind, code: str, day: date, actor: Actor) -> Impact:
    """What hangs on a rule, a criterion, a year's table or a template before it is changed."""
    if kind is ChangeKind.HOLIDAYS:
        return Impact(rules=queries.rules_on(day, day_type="working"))
    if kind is ChangeKind.TEMPLATE:
        return Impact(papers=queries.issued_count(code))
    if kind is ChangeKind.CRITERION:
        of_code = select(HazardCriterion.id).where(HazardCriterion.code == code)
        return _tickets(and_(Hazard.status.in_(OPEN), Hazard.criterion_id.in_(of_code)), actor)
    if code not in CLOCKS and code not in KEPT:
        return Impact(is_used=False)
    touched = _tickets(CLOCKS[code], actor) if code in CLOCKS else Impact()
    return replace(touched, clocks=_running(code))


def _running(code: str) -> int:
    """Clocks of this code that run beside those of tickets, in every region."""
    counts = [
        select(func.count(model.id)).where(model.code == code, running_clause(model))
        for model in (ListingClock, OrderClock, CaseClock)
    ]
    reason = "a rule binds in every region: whoever decides must know how much hangs on it"
    return sum(db.session.scalar(unscoped(stmt, reason=reason)) or 0 for stmt in counts)


def _tickets(clause: ColumnElement[bool], actor: Actor) -> Impact:
    counted = unscoped(
        select(func.count(Hazard.id)).where(clause),
        reason="a rule binds in every region: whoever decides must know how much hangs on it",
    )
    named = visible(Hazard, actor).where(clause).order_by(Hazard.id.desc()).limit(NAMED)
    return Impact(db.session.scalar(counted) or 0, db.session.scalars(named).all())
