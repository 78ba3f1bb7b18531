"""What the dutylist slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.permissions import Permission
from supervision.core.slice import Job, NavGroup, NavItem, Panel, Slice
from supervision.dutylist import (
    dossier,
    jobs,
    labels,
    panels,
    views,
    views_law,  # noqa: F401 - adds its addresses to the blueprint
    views_supervision,
)
from supervision.dutylist.blueprint import bp

SLICE = Slice(
    name="dutylist",
    blueprints=(bp,),
    nav=(
        NavItem(
            _l("Duty lists"),
            "dutylist.index",
            "clipboard-list",
            Permission.DUTYLIST_READ,
            18,
            group=NavGroup.SELF,
        ),
    ),
    panels=(Panel("duties", _l("Duty list"), Permission.DUTYLIST_READ, 24, panels.panel),),
    timeline=panels.timeline,
    chapters=dossier.CHAPTERS,
    todos=panels.todos,
    dues=panels.dues,
    duties=labels.DUTIES,
    jobs=(Job("dutylist.watch", jobs.watch, {"hour": 5, "minute": 50}),),
    exports=(views.MONTHS, views.DUTIES, views_supervision.SUPERVISION),
    notices=labels.NOTICES,
    actions=labels.ACTIONS,
)
