"""Tickets that cameras brought, looked at on site: so that an order can name them.

An order names what an inspection found (FACTS 2.12). What a camera saw is a lead until then: two
officers see it with their own eyes, and the item keeps its ticket instead of opening another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select

from supervision.core.actor import Actor, Side
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.scope import visible
from supervision.hazard.models import Hazard
from supervision.hazard.rules import Source
from supervision.hazard.workflow import OPEN
from supervision.inspection import onsite
from supervision.inspection.models import Inspection, InspectionItem
from supervision.inspection.workflow import INSPECTION_WORKFLOW

SHOWN = 20


def choices(inspection: Inspection, actor: Actor) -> Sequence[Hazard]:
    """Open tickets of this enterprise from cameras that no order binds and no item has."""
    if "check" not in INSPECTION_WORKFLOW.names(inspection, actor):
        return ()
    stmt = _open(inspection, actor).order_by(Hazard.found_at.desc(), Hazard.id.desc())
    return db.session.scalars(stmt.limit(SHOWN)).all()


def _open(inspection: Inspection, actor: Actor) -> Select[Any]:
    taken = [item.hazard_id for item in inspection.items if item.hazard_id is not None]
    return visible(Hazard, actor).where(
        Hazard.enterprise_id == inspection.enterprise_id,
        Hazard.source == Source.VIDEO,
        Hazard.raised_side == Side.REGULATOR,
        Hazard.status.in_(OPEN),
        Hazard.under_order == "",
        Hazard.id.not_in(taken),
    )


def take_up(inspection: Inspection, actor: Actor, hazard_id: int) -> InspectionItem:
    """An item that asks whether it is still so; its answer belongs to this ticket."""
    found: Hazard | None = db.session.scalars(
        _open(inspection, actor).where(Hazard.id == hazard_id)
    ).first()
    if found is None:
        raise NotFound
    item = onsite.add_item(
        inspection,
        actor,
        text=f"{found.number} {found.description.splitlines()[0]}",
        client_id=f"hazard-{found.id}",
        basis=found.basis,
        factor=found.factor,
        category=found.category,
    )
    item.hazard_id = found.id
    db.session.flush()
    return item
