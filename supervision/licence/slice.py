"""What the licence slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.permissions import Permission
from supervision.core.slice import Card, Findable, Job, NavGroup, NavItem, Panel, Slice
from supervision.licence import (
    dossier,
    jobs,
    labels,
    panels,
    queries,
    views,
    views_detail,  # noqa: F401 - adds its addresses to the blueprint
    views_types,  # noqa: F401 - likewise
)
from supervision.licence.blueprint import bp
from supervision.licence.models import Licence

SLICE = Slice(
    name="licence",
    blueprints=(bp,),
    nav=(
        NavItem(
            _l("Licences"),
            "licence.index",
            "certificate",
            Permission.LICENCE_READ,
            22,
            badge=panels.badge,
            group=NavGroup.REGISTRY,
        ),
    ),
    panels=(Panel("licences", _l("Licences"), Permission.LICENCE_READ, 12, panels.panel),),
    cards=(Card("licences", Permission.LICENCE_READ, 24, panels.card),),
    findables=(
        Findable(
            _l("Licences"),
            "certificate",
            Permission.LICENCE_READ,
            32,
            Licence,
            panels.found,
            panels.found_all,
        ),
    ),
    timeline=panels.timeline,
    traits=queries.traits,
    chapters=dossier.CHAPTERS,
    exports=(views.LICENCES,),
    todos=panels.todos,
    jobs=(Job("licence.watch", jobs.watch, {"hour": 6, "minute": 10}),),
    notices=labels.NOTICES,
    actions=labels.AUDIT_ACTIONS,
)
