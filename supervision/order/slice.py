"""What the order slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.permissions import Permission
from supervision.core.slice import Card, Findable, NavGroup, NavItem, Panel, Slice, TicketPart
from supervision.order import (
    dossier,
    labels,
    panels,
    views_draft,  # noqa: F401 - adds its addresses to the blueprint
    views_letters,  # noqa: F401 - likewise
    views_recheck,  # noqa: F401 - likewise
    views_steps,  # noqa: F401 - likewise
)
from supervision.order.models import Order
from supervision.order.views import REGISTER, bp

_READ = Permission.ORDER_READ

SLICE = Slice(
    name="order",
    blueprints=(bp,),
    nav=(
        NavItem(
            _l("Orders"),
            "order.index",
            "gavel",
            _READ,
            37,
            badge=panels.badge,
            group=NavGroup.ENFORCEMENT,
        ),
    ),
    panels=(Panel("orders", _l("Orders"), _READ, 27, panels.panel),),
    cards=(Card("orders", _READ, 27, panels.card),),
    ticket_parts=(TicketPart(_READ, 60, panels.ticket_part),),
    inspection_parts=(TicketPart(_READ, 20, panels.inspection_part),),
    findables=(
        Findable(
            _l("Orders"),
            "gavel",
            Permission.ORDER_READ,
            40,
            Order,
            panels.found,
            panels.found_all,
        ),
    ),
    timeline=panels.timeline,
    chapters=dossier.CHAPTERS,
    exports=(REGISTER,),
    todos=panels.todos,
    notices={
        "order.submitted": _l("An order to %(enterprise)s waits for approval"),
        "order.approved": _l("The order to %(enterprise)s is approved: issue it"),
        "order.rejected": _l("The order to %(enterprise)s was sent back"),
        "order.served": _l("Order %(number)s was served: first deadline %(due_on)s"),
        "order.recheck_applied": _l("Order %(number)s: re-inspection applied for"),
        "order.rechecked": _l("Order %(number)s was re-inspected: something is not rectified"),
        "order.closed": _l("Order %(number)s is closed: all rectified"),
        "order.handed_over": _l("Order %(number)s was not complied with: a case follows"),
        "order.voided": _l("Order %(number)s was declared void"),
        "order.extension_requested": _l("Order %(number)s: an extension is asked for"),
        "order.extension_replied": _l("Order %(number)s: reply about the extension"),
    },
    actions={
        f"order.{action}": text
        for action, text in (labels.ACTION_LABELS | labels.TRACE_LABELS).items()
    },
)
