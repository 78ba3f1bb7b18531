"""Readings of hazards, orders, penalties, and of facts that stand nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, or_

from supervision.casefile.models import CaseDecision
from supervision.casefile.rules import DecisionState
from supervision.core.workdays import add_months
from supervision.hazard.models import Hazard, overdue_clause
from supervision.hazard.rules import Grade, Source
from supervision.hazard.workflow import OPEN, WITH_ENTERPRISE, HazardState
from supervision.order.models import Order
from supervision.order.models import overdue_clause as late_orders
from supervision.score.models import ScoreFact
from supervision.score.rules import FactKind, Reading, Record, Why, counted
from supervision.score.source_file import shares
from supervision.score.source_view import View, owned, records_by, rows

Params = Mapping[str, Any]
Readings = Mapping[int, Reading]
DEFAULT_MONTHS = 12


def _hazard(row: Any) -> Record:
    return Record("hazard", row.id, row.number)


def hazards_in_time(view: View, _params: Params) -> Readings:
    """Tickets whose day lay in the month: reported rectified by then, or past it."""
    model = Hazard
    done = and_(model.submitted_on.is_not(None), model.submitted_on <= model.due_on)
    stmt = (
        owned(model, view, model.id, model.number, done.label("done"))
        .where(model.due_on >= view.month, model.due_on <= view.last)
        .where(model.status.not_in([HazardState.INVALID, HazardState.TRANSFERRED]))
        .where(or_(model.due_on < view.day, model.submitted_on.is_not(None)))
        .order_by(model.id)
    )
    return shares((r[0], bool(r.done), _hazard(r)) for r in rows(stmt))


def hazards_overdue(view: View, params: Params) -> Readings:
    """Each that is past its day takes a part of the points."""
    stmt = owned(Hazard, view, Hazard.id, Hazard.number).where(overdue_clause(view.day))
    late = records_by((r[0], _hazard(r)) for r in rows(stmt.order_by(Hazard.id)))
    each = Decimal(str(params.get("each", "1")))
    found = {}
    for one in view.ids:
        records = late.get(one, [])
        share = max(Decimal(0), Decimal(1) - each * len(records))
        why = Why.COUNT if records else Why.NONE
        found[one] = Reading(share, len(records), why, {"count": len(records)}, records)
    return found


def own_rectified_early(view: View, _params: Params) -> Readings:
    """Of what the enterprise found itself and closed in the month: closed before its day."""
    model = Hazard
    early = or_(model.due_on.is_(None), model.closed_on < model.due_on)
    stmt = (
        owned(model, view, model.id, model.number, early.label("early"))
        .where(model.source == Source.SELF_CHECK, model.status == HazardState.CLOSED)
        .where(model.closed_on >= view.month, model.closed_on <= view.last)
        .order_by(model.id)
    )
    return shares((r[0], bool(r.early), _hazard(r)) for r in rows(stmt))


def major_after_order(view: View, _params: Params) -> Readings:
    """Major hazards that an order binds and that are past their day, still with the enterprise."""
    model = Hazard
    stmt = (
        owned(model, view, model.id, model.number)
        .where(model.grade == Grade.MAJOR, model.under_order != "", model.status.in_(OPEN))
        .where(model.due_on < view.day, model.status.in_(WITH_ENTERPRISE))
        .order_by(model.id)
    )
    return _counted(view, ((r[0], _hazard(r)) for r in rows(stmt)))


def orders_overdue(view: View, _params: Params) -> Readings:
    stmt = owned(Order, view, Order.id, Order.number).where(late_orders(view.day))
    found = rows(stmt.order_by(Order.id))
    return _counted(view, ((r[0], Record("order", r.id, r.number or "")) for r in found))


def penalties(view: View, params: Params) -> Readings:
    """Decisions of our own cases, and those of other authorities that an officer wrote down.

    Ours from their service on: the enterprise reads its code, and is not told by it.
    """
    model = CaseDecision
    since = _since(view, params)
    stmt = (
        owned(model, view, model.case_id, model.number)
        .where(model.status == DecisionState.DECIDED)
        .where(model.decided_on > since, model.decided_on <= view.last)
        .where(model.served_at < view.ends_at)
        .order_by(model.id)
    )
    found = [(r[0], Record("case", r.case_id, r.number or "")) for r in rows(stmt)]
    return _counted(view, [*found, *_facts(view, FactKind.PENALTY, since)])


def facts(view: View, params: Params) -> Readings:
    """What officers wrote down of one kind within so many months."""
    return _counted(view, _facts(view, FactKind(params["kind"]), _since(view, params)))


def awards(view: View, params: Params) -> Readings:
    """An award within so many months gives all of the points; none gives none."""
    by = records_by(_facts(view, FactKind.AWARD, _since(view, params)))
    found = {}
    for one in view.ids:
        records = by.get(one, ())
        why = Why.COUNT if records else Why.NONE
        share = Decimal(1 if records else 0)
        found[one] = Reading(share, len(records), why, {"count": len(records)}, records)
    return found


def _facts(view: View, kind: FactKind, since: date) -> list[tuple[int, Record]]:
    model = ScoreFact
    stmt = (
        owned(model, view, model.id, model.paper_number)
        .where(model.kind == kind, model.voided_at.is_(None))
        .where(model.happened_on > since, model.happened_on <= view.last)
        .order_by(model.id)
    )
    return [(r[0], Record("fact", r.id, r.paper_number)) for r in rows(stmt)]


def _since(view: View, params: Params) -> date:
    return add_months(view.last, -int(params.get("months", DEFAULT_MONTHS)))


def _counted(view: View, found: Any) -> Readings:
    by = records_by(found)
    return {one: counted(len(by.get(one, ())), by.get(one, ())) for one in view.ids}
