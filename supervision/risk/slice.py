"""What the risk slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.dossier import Chapter
from supervision.core.permissions import Permission
from supervision.core.slice import Findable, Job, NavGroup, NavItem, Panel, Slice
from supervision.risk import jobs, labels, panels
from supervision.risk.models import RiskPoint
from supervision.risk.views import bp, lists

SLICE = Slice(
    name="risk",
    blueprints=(bp,),
    nav=(
        NavItem(
            _l("Risks"),
            "risk.index",
            "polygon",
            Permission.RISK_READ,
            25,
            group=NavGroup.REGISTRY,
        ),
    ),
    panels=(Panel("risks", _l("Risks"), Permission.RISK_READ, 14, panels.panel),),
    findables=(
        Findable(
            _l("Risk points"),
            "polygon",
            Permission.RISK_READ,
            35,
            RiskPoint,
            panels.found,
            panels.found_all,
        ),
    ),
    chapters=(
        Chapter("risks", _l("Risks"), Permission.RISK_READ, 40, panels.sections, panels.files),
    ),
    timeline=panels.timeline,
    exports=(lists.POINTS,),
    traits=panels.traits,
    todos=panels.todos,
    jobs=(Job("risk.remind", jobs.remind, {"hour": 6, "minute": 40}),),
    notices={
        "risk.filed_major": _l("Major risk %(number)s %(name)s waits for your look"),
        "risk.confirmed": _l("Major risk %(number)s %(name)s is confirmed"),
        "risk.returned": _l("Risk point %(number)s %(name)s was returned"),
        "risk.comment": _l("A comment on risk point %(number)s %(name)s"),
        "risk.review_asked": _l("Risk %(number)s %(name)s is to be assessed anew by %(due_on)s"),
        "risk.review_due": _l(
            "Risk %(number)s %(name)s is to be assessed anew by %(due_on)s: %(days)s days left"
        ),
        "risk.review_late": _l("Risk %(number)s %(name)s was to be assessed anew by %(due_on)s"),
    },
    actions={
        **{f"risk.{action}": text for action, text in labels.ACTION_LABELS.items()},
        "risk.table": _l("Table of risk grades changed"),
    },
)
