"""What channels plug in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.channel import fanout, jobs, labels, queries
from supervision.channel.views.channels import bp as channels
from supervision.channel.views.deliveries import bp as deliveries
from supervision.channel.views.wishes import bp as wishes
from supervision.core.permissions import Permission
from supervision.core.slice import Job, NavGroup, NavItem, Slice

SLICE = Slice(
    name="channel",
    blueprints=(channels, deliveries, wishes),
    nav=(
        NavItem(
            _l("Notice channels"),
            "channel.index",
            "send",
            Permission.CHANNEL_ADMIN,
            85,
            badge=queries.failing_count,
            group=NavGroup.MANAGEMENT,
        ),
    ),
    jobs=(
        Job("channel.send", jobs.send, {"seconds": 20}),
        Job("channel.prune", jobs.prune, {"hour": 3, "minute": 40}),
    ),
    notices=labels.NOTICE_LABELS,
    on_notices=fanout.fan_out,
    actions=labels.ACTION_LABELS,
)
