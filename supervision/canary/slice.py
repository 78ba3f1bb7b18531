"""What the canary slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.canary import jobs, labels, panels
from supervision.canary.views import bp
from supervision.core.permissions import Permission
from supervision.core.slice import Job, NavGroup, NavItem, Slice, TicketPart

SLICE = Slice(
    name="canary",
    blueprints=(bp,),
    nav=(
        NavItem(
            _l("Model trials"),
            "canary.index",
            "flask",
            Permission.MODEL_READ,
            51,
            group=NavGroup.VIDEO,
        ),
    ),
    model_parts=(
        TicketPart(Permission.MODEL_READ, 10, panels.use_part),
        TicketPart(Permission.MODEL_READ, 20, panels.verdicts_part),
    ),
    jobs=(Job("canary.watch", jobs.watch, {"minute": 35}),),
    notices={
        "canary.ended": _l("The trial of model %(model)s has ended: its cameras are back"),
        "canary.worse": _l(
            "Model %(model)s on trial is clearly worse: %(percent)s%% right, %(before)s%% before"
        ),
    },
    actions=labels.ACTION_LABELS,
)
