"""What the returns slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.permissions import Permission
from supervision.core.slice import Job, NavGroup, NavItem, Panel, Slice
from supervision.returns import (
    dossier,
    jobs,
    labels,
    panels,
    views,
    views_layouts,  # noqa: F401 - adds its addresses to the blueprint
    views_steps,  # noqa: F401 - likewise
)
from supervision.returns.blueprint import bp

SLICE = Slice(
    name="returns",
    blueprints=(bp,),
    nav=(
        NavItem(
            _l("Period returns"),
            "returns.index",
            "report",
            Permission.RETURN_READ,
            14,
            badge=panels.badge,
            group=NavGroup.SELF,
        ),
    ),
    panels=(Panel("returns", _l("Period returns"), Permission.RETURN_READ, 23, panels.panel),),
    todos=panels.todos,
    dues=panels.dues,
    duties=labels.DUTIES,
    timeline=panels.timeline,
    chapters=dossier.CHAPTERS,
    exports=(views.LIST,),
    jobs=(
        Job("returns.make", jobs.make, {"hour": 0, "minute": 50}),
        Job("returns.watch", jobs.watch, {"hour": 6, "minute": 40}),
    ),
    notices=labels.NOTICES,
    actions=labels.ACTION_LABELS,
)
