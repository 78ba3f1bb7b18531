"""What stays of a month of violations, and when it may go."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, exists, or_, select

from supervision.core.month_drop import MonthRule
from supervision.core.web.state import settings
from supervision.video.models import Violation, ViolationEvidence
from supervision.video.workflow import ReviewState


def _stays() -> ColumnElement[bool]:
    """What a person confirmed is part of its hazard; what nobody judged, or has a file, waits."""
    file = select(ViolationEvidence.id).where(
        ViolationEvidence.violation_id == Violation.id, ViolationEvidence.attachment_id.is_not(None)
    )
    return or_(
        Violation.status.in_((ReviewState.PENDING, ReviewState.CONFIRMED)),
        exists(file.correlate(Violation)),
    )


MONTHS = MonthRule(
    table=Violation.__tablename__,
    label=_l("Violations"),
    months=lambda: settings().violation_months,
    stays=_stays,
)
