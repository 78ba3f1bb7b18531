"""What the atlas slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.atlas import jobs, panels, views
from supervision.core.permissions import Permission
from supervision.core.slice import Job, NavGroup, NavItem, Panel, Slice

SLICE = Slice(
    name="atlas",
    blueprints=(views.bp,),
    nav=(
        NavItem(
            _l("Map"),
            "atlas.index",
            "map",
            Permission.MAP_READ,
            28,
            group=NavGroup.REGISTRY,
            for_regulator=True,
        ),
    ),
    panels=(Panel("plans", _l("Plans and cameras"), Permission.MAP_READ, 16, panels.panel),),
    jobs=(Job("atlas.points", jobs.keep_points, {"minute": "*/15"}),),
)
