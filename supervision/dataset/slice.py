"""What the dataset slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.permissions import Permission
from supervision.core.slice import Job, NavGroup, NavItem, Slice
from supervision.dataset import jobs, labels
from supervision.dataset.views import bp

SLICE = Slice(
    name="dataset",
    blueprints=(bp,),
    nav=(
        NavItem(
            _l("Training data"),
            "dataset.index",
            "database",
            Permission.MODEL_ADMIN,
            52,
            group=NavGroup.VIDEO,
        ),
    ),
    jobs=(
        Job("dataset.make_queued", jobs.make_queued, {"seconds": 5}),
        Job("dataset.expire", jobs.expire, {"hour": 4, "minute": 40}),
    ),
    notices=labels.NOTICES,
    actions=labels.ACTION_LABELS,
)
