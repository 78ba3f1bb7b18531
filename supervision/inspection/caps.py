"""How often an enterprise may be inspected in a year, and how often it was (FACTS 2.3).

The cap counts administrative inspections that were asked for, unless they were cancelled before
they began. One that is exempt (a reported complaint, an accident) does not count; patrols and
visits never do.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select

from supervision.core.actor import SYSTEM
from supervision.core.db import db
from supervision.core.errors import InvalidInput
from supervision.core.scope import unscoped, visible
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise
from supervision.inspection import rules
from supervision.inspection.models import CapExemption, FrequencyCap, Inspection
from supervision.inspection.rules import Usage
from supervision.inspection.workflow import InspectionKind, InspectionState

S = InspectionState
# Asked for: a draft is nobody's burden yet.
COUNTED = frozenset({S.SUBMITTED, S.APPROVED, S.NOTIFIED, S.ONGOING, S.RECORDED})
# Granted already: what an approval is measured against.
GRANTED = COUNTED - {S.SUBMITTED}


def cap_of(enterprise: Enterprise, year: int) -> FrequencyCap | None:
    """The published cap that holds for an enterprise in ``year``; None without one."""
    return rules.cap_for(
        _rows(year), enterprise.region_code, enterprise.industry_code, is_key=enterprise.is_key
    )


def usage(
    enterprise: Enterprise,
    year: int,
    *,
    besides: int | None = None,
    states: Collection[InspectionState] = COUNTED,
) -> Usage:
    """How much of an enterprise's cap is used, ``besides`` the inspection of that id."""
    cap = cap_of(enterprise, year)
    stmt = visible(Inspection, SYSTEM, func.count(Inspection.id)).where(
        Inspection.enterprise_id == enterprise.id, *_counted(year, states)
    )
    if besides is not None:
        stmt = stmt.where(Inspection.id != besides)
    used = db.session.scalar(stmt) or 0
    return Usage(year, used, cap.times if cap is not None else None)


def usage_of_many(enterprises: Sequence[Enterprise], year: int) -> dict[int, Usage]:
    """By enterprise's id, in two statements: for lists, plans and draws."""
    rows = _rows(year)
    stmt = (
        visible(Inspection, SYSTEM, Inspection.enterprise_id, func.count(Inspection.id))
        .where(Inspection.enterprise_id.in_({e.id for e in enterprises}))
        .where(*_counted(year, COUNTED))
        .group_by(Inspection.enterprise_id)
    )
    used = {row[0]: row[1] for row in db.session.execute(stmt)}
    found = {}
    for one in enterprises:
        cap = rules.cap_for(rows, one.region_code, one.industry_code, is_key=one.is_key)
        found[one.id] = Usage(year, used.get(one.id, 0), cap.times if cap is not None else None)
    return found


def check_before_submit(inspection: Inspection, enterprise: Enterprise) -> Usage | None:
    """Refuse what goes beyond the cap without a reason; None where it does not count."""
    return _check(inspection, enterprise, COUNTED)


def check_before_approval(inspection: Inspection, enterprise: Enterprise) -> Usage | None:
    """Against what was granted meanwhile: of two approvals at once one waits for the other."""
    return _check(inspection, enterprise, GRANTED)


def _check(
    inspection: Inspection, enterprise: Enterprise, states: Collection[InspectionState]
) -> Usage | None:
    if not inspection.counts:
        return None
    lock(enterprise.id)
    found = usage(enterprise, inspection.cap_year, besides=inspection.id, states=states)
    rules.check_cap(found, inspection.over_cap_reason)
    return found


def lock(enterprise_id: int) -> None:
    """Whoever counts an enterprise's inspections to add one waits for the one before."""
    stmt = select(Enterprise.id).where(Enterprise.id == enterprise_id).with_for_update()
    db.session.execute(unscoped(stmt, reason="a lock, no look: the caller holds the row"))


def exemption_on(code: str, day: date) -> CapExemption:
    """A reason not to count that is in force on ``day``; raises InvalidInput."""
    for found in exemptions_on(day):
        if found.code == code:
            return found
    raise InvalidInput(N_("This exemption is not in force on that day."), field="exemption")


def exemption_name(code: str, day: date) -> str:
    """What an exemption was called on ``day``; the code itself where nobody knows it any more."""
    return next((e.name for e in exemptions_on(day) if e.code == code), code) if code else ""


def exemptions_on(day: date) -> Sequence[CapExemption]:
    """The exemptions in force on ``day``, one version of each code."""
    ends = or_(CapExemption.effective_to.is_(None), CapExemption.effective_to >= day)
    stmt = select(CapExemption).where(CapExemption.effective_from <= day, ends)
    stmt = stmt.order_by(CapExemption.code, CapExemption.effective_from)
    return list({row.code: row for row in db.session.scalars(stmt)}.values())


def _rows(year: int) -> Sequence[FrequencyCap]:
    """The published caps of a year; one that is being prepared binds nobody."""
    stmt = select(FrequencyCap).where(
        FrequencyCap.year == year, FrequencyCap.published_on.is_not(None)
    )
    return db.session.scalars(stmt).all()


def _counted(year: int, states: Collection[InspectionState]) -> tuple[Any, ...]:
    return (
        Inspection.kind == InspectionKind.ADMINISTRATIVE,
        Inspection.counts,
        Inspection.cap_year == year,
        # Once it has begun, officers were there: cancelling it afterwards gives nothing back.
        or_(
            Inspection.status.in_(states),
            (Inspection.status == S.CANCELLED) & Inspection.started_at.is_not(None),
        ),
    )
