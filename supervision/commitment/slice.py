"""What the commitment slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.commitment import (
    dossier,
    jobs,
    labels,
    panels,
    views,
    views_months,
    views_standard,  # noqa: F401 - adds its addresses to the blueprint
    views_steps,  # noqa: F401 - likewise
)
from supervision.commitment.blueprint import bp
from supervision.core.permissions import Permission
from supervision.core.slice import Job, NavGroup, NavItem, Panel, Slice

SLICE = Slice(
    name="commitment",
    blueprints=(bp,),
    nav=(
        NavItem(
            _l("Safety commitments"),
            "commitment.index",
            "file-check",
            Permission.COMMITMENT_READ,
            13,
            group=NavGroup.SELF,
        ),
    ),
    panels=(Panel("commitments", _l("Commitments"), Permission.COMMITMENT_READ, 22, panels.panel),),
    timeline=panels.timeline,
    chapters=dossier.CHAPTERS,
    todos=panels.todos,
    dues=panels.dues,
    duties=panels.DUTIES,
    exports=(views.LIST, views_months.MONTHS),
    jobs=(
        Job("commitment.enrol", jobs.enrol, {"hour": 5, "minute": 40}),
        Job("commitment.watch", jobs.watch, {"minute": "*/5"}),
    ),
    notices=labels.NOTICES,
    actions=labels.ACTION_LABELS,
)
