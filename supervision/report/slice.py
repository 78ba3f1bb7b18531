"""What the report slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.permissions import Permission
from supervision.core.slice import Card, Job, NavGroup, NavItem, Panel, Slice
from supervision.report import jobs, panels
from supervision.report.views import bp

SLICE = Slice(
    name="report",
    blueprints=(bp,),
    nav=(
        NavItem(
            _l("Reports"),
            "report.index",
            "report-analytics",
            Permission.REPORT_READ,
            60,
            group=NavGroup.SUPERVISION,
        ),
    ),
    panels=(Panel("reports", _l("Reports"), Permission.REPORT_READ, 60, panels.panel),),
    timeline=panels.timeline,
    cards=(Card("reports", Permission.REPORT_READ, 60, panels.card),),
    jobs=(
        Job("report.queue_month", jobs.queue_month, {"day": "1-3", "hour": 6, "minute": 30}),
        Job("report.make_queued", jobs.make_queued, {"seconds": 5}),
    ),
    notices={
        "report.ready": _l("The monthly report of %(subject)s for %(month)s is ready"),
        "report.failed": _l("The monthly report of %(subject)s for %(month)s was not made"),
    },
    actions={
        "report.ask": _l("Monthly report asked for"),
        "report.make": _l("Monthly report made"),
        "report.fail": _l("Monthly report not made"),
    },
)
