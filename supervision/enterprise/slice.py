"""What the registry plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.permissions import Permission
from supervision.core.slice import NavItem, Slice
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
    actions={
        "enterprise.register": _l("Enterprise put on the roll"),
        "enterprise.change": _l("Enterprise's file changed"),
        "enterprise.roll_status": _l("Status on the roll changed"),
    },
)
