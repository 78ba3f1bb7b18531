"""What the desk slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.permissions import Permission
from supervision.core.slice import NavGroup, NavItem, Slice, TicketPart
from supervision.desk import labels, panels
from supervision.desk.views.grid import bp as grid
from supervision.desk.views.opinions import bp as opinions
from supervision.desk.views.single import bp as single

SLICE = Slice(
    name="desk",
    blueprints=(single, grid, opinions),
    nav=(
        NavItem(
            _l("Review desk"),
            "desk.index",
            "keyboard",
            Permission.VIDEO_REVIEW,
            39,
            group=NavGroup.VIDEO,
        ),
    ),
    todos=panels.todos,
    violation_parts=(TicketPart(Permission.VIDEO_READ, 5, panels.violation_part),),
    notices={
        "desk.opinion_asked": _l("%(who)s asks for your opinion on what camera %(camera)s saw"),
        "desk.opinion_answered": _l("%(who)s answered on what camera %(camera)s saw"),
    },
    actions=labels.ACTION_LABELS,
)
