"""What the gate slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.permissions import Permission
from supervision.core.slice import Job, NavGroup, NavItem, Slice, TicketPart
from supervision.gate import jobs, labels, panels
from supervision.gate.views import bp as gates
from supervision.gate.views_marks import bp as marks

SLICE = Slice(
    name="gate",
    blueprints=(gates, marks),
    nav=(
        NavItem(
            _l("Evidence reviews"),
            "gate.index",
            "gavel",
            Permission.GATE_READ,
            46,
            group=NavGroup.VIDEO,
            for_regulator=True,
        ),
    ),
    ticket_parts=(TicketPart(Permission.GATE_READ, 12, panels.ticket_part),),
    violation_parts=(TicketPart(Permission.GATE_READ, 10, panels.violation_part),),
    evidence_of=panels.evidence_of,
    todos=panels.todos,
    jobs=(Job("gate.watch", jobs.watch, {"hour": 6, "minute": 25}),),
    notices=labels.NOTICES,
    actions=labels.ACTION_LABELS,
)
