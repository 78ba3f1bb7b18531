"""Names of the guide's steps and of the facts that are looked over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.enterprise.models import Enterprise
from supervision.guide.rules import Step

STEP_LABELS = {
    Step.FACTS: _l("Look over the enterprise's facts"),
    Step.LISTS: _l("Choose what is checked"),
    Step.COLLEAGUES: _l("Invite colleagues"),
    Step.ROUND: _l("Walk the first round"),
    Step.NEXT: _l("What comes when"),
}

STEP_ICONS = {
    Step.FACTS: "building-factory-2",
    Step.LISTS: "checklist",
    Step.COLLEAGUES: "user-plus",
    Step.ROUND: "route",
    Step.NEXT: "calendar",
}


def facts(enterprise: Enterprise) -> Sequence[tuple[Any, Any]]:
    """What is reached, printed on papers and decides which duties hold; "" where it is missing."""
    return (
        (_("Enterprise"), enterprise.name),
        (_("Address"), enterprise.address),
        (_("Principal"), _person(enterprise.principal, enterprise.principal_phone)),
        (_("Safety manager"), _person(enterprise.safety_manager, enterprise.safety_manager_phone)),
        (_("Headcount"), enterprise.headcount or ""),
    )


def _person(name: str, phone: str) -> str:
    return " · ".join(part for part in (name, phone) if part)
