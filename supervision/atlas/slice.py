"""What the atlas slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.atlas import jobs, views
from supervision.core.permissions import Permission
from supervision.core.slice import Job, NavGroup, NavItem, Slice

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
    jobs=(Job("atlas.points", jobs.keep_points, {"minute": "*/15"}),),
)
