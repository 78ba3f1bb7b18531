"""What the escalation slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.permissions import Permission
from supervision.core.slice import Card, Job, NavGroup, NavItem, Slice
from supervision.escalation import jobs, labels, panels
from supervision.escalation.views import bp

SLICE = Slice(
    name="escalation",
    blueprints=(bp,),
    nav=(
        NavItem(
            _l("Time limits"),
            "escalation.index",
            "hourglass",
            Permission.ESCALATION_READ,
            45,
            badge=panels.badge,
            group=NavGroup.SUPERVISION,
        ),
    ),
    cards=(Card("clocks", Permission.ESCALATION_READ, 30, panels.card),),
    jobs=(Job("escalation.escalate", jobs.escalate, {"minute": "*/10"}),),
    notices=labels.NOTICES,
    actions=labels.ACTIONS,
)
