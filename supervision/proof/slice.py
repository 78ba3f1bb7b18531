"""What the proof slice plugs in."""

from __future__ import annotations

from supervision.core.permissions import Permission
from supervision.core.slice import Job, Slice, TicketPart
from supervision.proof import jobs, labels, panels
from supervision.proof.views import bp

SLICE = Slice(
    name="proof",
    blueprints=(bp,),
    ticket_parts=(TicketPart(Permission.VIDEO_READ, 11, panels.ticket_part),),
    todos=panels.todos,
    jobs=(Job("proof.look", jobs.look, {"seconds": 600}),),
    notices=labels.NOTICES,
    actions=labels.ACTION_LABELS,
)
