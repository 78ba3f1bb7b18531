"""What the selfcheck slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.permissions import Permission
from supervision.core.slice import Job, NavGroup, NavItem, Panel, Slice
from supervision.selfcheck import (
    jobs,
    labels,
    panels,
    views,
    views_assigning,  # noqa: F401 - adds its addresses to the blueprint
    views_lists,  # noqa: F401 - so does this
    views_plans,  # noqa: F401 - adds its addresses to the blueprint
    views_walk,  # noqa: F401 - so does this
)
from supervision.selfcheck.blueprint import bp

SLICE = Slice(
    name="selfcheck",
    blueprints=(bp,),
    nav=(
        NavItem(
            _l("Self-checks"),
            "selfcheck.index",
            "checklist",
            Permission.SELFCHECK_READ,
            10,
            group=NavGroup.SELF,
        ),
    ),
    panels=(Panel("selfchecks", _l("Self-checks"), Permission.SELFCHECK_READ, 21, panels.panel),),
    timeline=panels.timeline,
    todos=panels.todos,
    dues=panels.dues,
    duties=panels.DUTIES,
    exports=(views.ROUNDS, views.MONTHS),
    jobs=(
        # Again every hour: of those who took up a list, or whose run broke off.
        Job("selfcheck.make_rounds", jobs.make_rounds, {"minute": 5}),
        Job("selfcheck.assign", jobs.assign, {"seconds": 5}),
        Job("selfcheck.note_missed", jobs.note_missed, {"minute": "*/10"}),
    ),
    notices=labels.NOTICES,
    actions=labels.ACTION_LABELS,
)
