"""What the registry plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.permissions import Permission
from supervision.core.slice import Card, NavItem, Slice
from supervision.enterprise import (
    panels,
    site_models,  # noqa: F401 - its tables
    timeline_views,  # noqa: F401 - adds its addresses to the blueprint
)
from supervision.enterprise.views import bp

SLICE = Slice(
    name="enterprise",
    blueprints=(bp,),
    nav=(
        NavItem(
            _l("Enterprises"),
            "enterprise.index",
            "building-factory-2",
            Permission.ENTERPRISE_READ,
            10,
        ),
    ),
    cards=(Card("enterprise", Permission.ENTERPRISE_READ, 60, panels.card),),
    timeline=panels.timeline,
    notices={
        "enterprise.roll_status": _l("The status of %(name)s on the roll was changed"),
        "enterprise.officer": _l("You are now the supervising officer of %(name)s"),
    },
    actions={
        "enterprise.register": _l("Enterprise put on the roll"),
        "enterprise.change": _l("Enterprise's file changed"),
        "enterprise.roll_status": _l("Status on the roll changed"),
    },
)
