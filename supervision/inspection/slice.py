"""What the inspection slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.permissions import Permission
from supervision.core.slice import Card, Findable, NavGroup, NavItem, Panel, Slice, TicketPart
from supervision.inspection import (
    dossier,
    labels,
    panels,
    queries,
    views_qr,
    views_site,  # noqa: F401 - adds its addresses to the blueprint
)
from supervision.inspection.models import Inspection
from supervision.inspection.views import bp
from supervision.inspection.views.tasks import INSPECTIONS

SLICE = Slice(
    name="inspection",
    blueprints=(bp, views_qr.bp),
    nav=(
        NavItem(
            _l("Inspections"),
            "inspection.index",
            "clipboard-check",
            Permission.INSPECTION_READ,
            32,
            badge=panels.badge,
            group=NavGroup.SUPERVISION,
        ),
    ),
    panels=(Panel("inspections", _l("Inspections"), Permission.INSPECTION_READ, 25, panels.panel),),
    cards=(Card("inspections", Permission.INSPECTION_READ, 22, panels.card),),
    ticket_parts=(TicketPart(Permission.INSPECTION_READ, 10, panels.ticket_part),),
    findables=(
        Findable(
            _l("Inspections"),
            "clipboard-check",
            Permission.INSPECTION_READ,
            30,
            Inspection,
            panels.found,
            panels.found_all,
        ),
    ),
    timeline=panels.timeline,
    chapters=dossier.CHAPTERS,
    checked_since=queries.checked_since,
    exports=(INSPECTIONS,),
    todos=panels.todos,
    notices={
        "inspection.submitted": _l("Inspection %(number)s waits for approval"),
        "inspection.approved": _l("Inspection %(number)s is approved for %(day)s"),
        "inspection.rejected": _l("Inspection %(number)s was returned with a reason"),
        "inspection.announced": _l("An inspection is announced for %(day)s: %(subject)s"),
        "inspection.recorded": _l("The record of inspection %(number)s is there"),
        "inspection.refused": _l("Inspection %(number)s: the signature was refused"),
        "inspection.cancelled": _l("Inspection %(number)s is cancelled"),
    },
    actions={
        f"inspection.{action}": text
        for action, text in (labels.ACTION_LABELS | labels.TRACE_LABELS).items()
    }
    | {f"checklist.{action}": text for action, text in labels.CHECKLIST_ACTIONS.items()},
)
