"""What the score slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.permissions import Permission
from supervision.core.slice import Card, Job, NavGroup, NavItem, Panel, Slice
from supervision.score import dossier, jobs, labels, panels, views_tables
from supervision.score.blueprint import bp
from supervision.score.views import CODES

# Adds its addresses to the blueprint.
_ = views_tables

SLICE = Slice(
    name="score",
    blueprints=(bp,),
    nav=(
        NavItem(
            _l("Safety codes"),
            "score.index",
            "shield-check",
            Permission.SCORE_READ,
            60,
            group=NavGroup.SELF,
        ),
    ),
    panels=(Panel("score", _l("Safety code"), Permission.SCORE_READ, 9, panels.panel),),
    cards=(Card("score", Permission.SCORE_READ, 25, panels.card),),
    todos=panels.todos,
    timeline=panels.timeline,
    exports=(CODES,),
    chapters=dossier.CHAPTERS,
    jobs=(Job("score.nightly", jobs.nightly, {"hour": 3, "minute": 20}),),
    notices=labels.NOTICES,
    actions=labels.ACTION_LABELS,
)
