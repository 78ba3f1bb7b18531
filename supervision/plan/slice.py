"""What the plan slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.permissions import Permission
from supervision.core.slice import NavGroup, NavItem, Slice
from supervision.plan import labels, panels
from supervision.plan.views import bp

SLICE = Slice(
    name="plan",
    blueprints=(bp,),
    nav=(
        NavItem(
            _l("Inspection plan"),
            "plan.index",
            "calendar-check",
            Permission.PLAN_READ,
            33,
            badge=panels.badge,
            group=NavGroup.SUPERVISION,
        ),
    ),
    todos=panels.todos,
    notices={
        "plan.submitted": _l("The plan %(title)s waits for approval"),
        "plan.approved": _l("The plan %(title)s is approved"),
        "plan.rejected": _l("The plan %(title)s is not approved"),
        "plan.published": _l("The plan %(title)s is published"),
    },
    actions=labels.ACTION_LABELS,
)
