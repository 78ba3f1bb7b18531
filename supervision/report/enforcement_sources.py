"""Inspections, orders, clocks and escalations of a month, read from their slices."""

from __future__ import annotations

from datetime import timedelta
from typing import TypedDict

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.escalation import figures as escalations
from supervision.hazard.figures import Window
from supervision.inspection import figures as inspections
from supervision.inspection.workflow import InspectionKind
from supervision.order import figures as orders
from supervision.order.workflow import OrderState
from supervision.report.contents import EnforcementMaterial, Subject, SubjectKind
from supervision.report.enforcement import (
    ClockFact,
    EscalationFact,
    InspectionFact,
    OrderExit,
    OrderFact,
)

EXITS = {OrderState.CLOSED: OrderExit.CLOSED, OrderState.VOID: OrderExit.VOID}


class Whose(TypedDict):
    """One enterprise's, or a region's by its prefix."""

    enterprise_id: int | None
    region: str


def collect(subject: Subject, window: Window) -> EnforcementMaterial:
    """Rows and the database's own counts, of the caller's one moment.

    To an enterprise an order exists from its service on; clocks and escalations are the
    authority's own.
    """
    of_enterprise = subject.kind is SubjectKind.ENTERPRISE
    which: Whose = {"enterprise_id": subject.enterprise_id, "region": subject.region_code or ""}
    span = (SYSTEM, window.start, window.end)
    held = [_inspection(row) for row in inspections.inspection_rows(*span, **which)]
    issued = [
        _order(row, from_service=of_enterprise)
        for row in orders.order_rows(*span, from_service=of_enterprise, **which)
    ]
    counted = {
        **inspections.inspection_counts(*span, **which),
        **orders.order_counts(*span, from_service=of_enterprise, **which),
    }
    if subject.region_code is None:
        return EnforcementMaterial(held, issued, counted=counted)
    region = subject.region_code
    end = clock.day_of(window.end) - timedelta(days=1)
    days = (window.first, window.due_through)
    return EnforcementMaterial(
        held,
        issued,
        [_clock(row) for row in escalations.clock_rows(SYSTEM, *days, region=region)],
        [_escalation(row) for row in escalations.escalation_rows(*span, region=region)],
        {
            **counted,
            **escalations.clock_counts(SYSTEM, *days, end, region=region),
            "escalations": escalations.escalation_count(*span, region=region),
        },
    )


def _clock(row: escalations.ClockRow) -> ClockFact:
    return ClockFact(
        of=row.kind,
        id=row.id,
        name=row.rule,
        number=row.number,
        enterprise=row.enterprise,
        started_on=row.started_on,
        due_on=row.due_on,
        ended_on=row.ended_on,
        is_void=row.is_void,
    )


def _escalation(row: escalations.EscalationRow) -> EscalationFact:
    return EscalationFact(
        id=row.id,
        sent_at=row.at,
        sent_on=clock.day_of(row.at),
        ladder=str(row.ladder),
        offset=row.offset,
        number=row.number,
        enterprise=row.enterprise,
        audience=str(row.audience),
        told=", ".join(row.told),
    )


def _inspection(row: inspections.InspectionRow) -> InspectionFact:
    return InspectionFact(
        id=row.id,
        number=row.number,
        paper=row.paper,
        kind=str(row.kind),
        is_administrative=row.kind is InspectionKind.ADMINISTRATIVE,
        enterprise=row.enterprise,
        uscc=row.uscc,
        recorded_on=clock.day_of(row.recorded_at),
        counts=row.counts,
        items=row.items,
        failed=row.failed,
        hazards=row.hazards,
        officers=", ".join(row.officers),
    )


def _order(row: orders.OrderRow, *, from_service: bool) -> OrderFact:
    issued_on = clock.day_of(row.issued_at)
    served_on = clock.day_of(row.served_at) if row.served_at else None
    return OrderFact(
        id=row.id,
        number=row.number,
        kind=str(row.kind),
        enterprise=row.enterprise,
        uscc=row.uscc,
        since=(served_on or issued_on) if from_service else issued_on,
        issued_on=issued_on,
        served_on=served_on,
        last_due_on=row.last_due_on,
        items=row.items,
        items_done=row.items_done,
        exit=EXITS.get(row.status),
        left_on=clock.day_of(row.left_at) if row.left_at else None,
    )
