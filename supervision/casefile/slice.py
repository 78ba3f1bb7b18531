"""What the case slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.casefile import (
    dossier,
    labels,
    panels,
    step_views,  # noqa: F401 - adds its addresses to the blueprint
)
from supervision.casefile.models import Case
from supervision.casefile.views import CASES, bp
from supervision.core.permissions import Permission
from supervision.core.slice import Findable, NavGroup, NavItem, Panel, Slice, TicketPart

SLICE = Slice(
    name="casefile",
    blueprints=(bp,),
    nav=(
        NavItem(
            _l("Cases"),
            "casefile.index",
            "folder",
            Permission.CASE_READ,
            38,
            badge=panels.badge,
            group=NavGroup.ENFORCEMENT,
        ),
    ),
    # Both sides hold it: the authority reads cases there, the enterprise what was served on it.
    panels=(Panel("cases", _l("Penalties"), Permission.ORDER_READ, 28, panels.panel),),
    ticket_parts=(TicketPart(Permission.CASE_READ, 61, panels.ticket_part),),
    order_parts=(TicketPart(Permission.CASE_READ, 10, panels.order_part),),
    findables=(
        Findable(
            _l("Cases"),
            "folder",
            Permission.CASE_READ,
            50,
            Case,
            panels.found,
            panels.found_all,
        ),
    ),
    timeline=panels.timeline,
    chapters=dossier.CHAPTERS,
    exports=(CASES,),
    todos=panels.todos,
    notices=labels.NOTICES,
    actions={f"case.{action}": text for action, text in labels.ACTION_LABELS.items()},
)
