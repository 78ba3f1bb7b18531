"""What the audit slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.audit import jobs, labels, months
from supervision.audit.views import bp
from supervision.audit.views_months import bp as months_pages
from supervision.core.permissions import Permission
from supervision.core.slice import Job, NavGroup, NavItem, Slice

SLICE = Slice(
    name="audit",
    blueprints=(bp, months_pages),
    nav=(
        NavItem(
            _l("Audit trail"),
            "audit.index",
            "fingerprint",
            Permission.AUDIT_READ,
            90,
            group=NavGroup.MANAGEMENT,
        ),
    ),
    jobs=(
        Job("audit.seal", jobs.seal, {"seconds": 30}),
        Job("audit.seal_latecomers", jobs.seal_latecomers, {"hour": 3, "minute": 25}),
        Job("audit.make_months", jobs.make_months, {"hour": 0, "minute": 40}),
        Job("audit.drop_months", jobs.drop_months, {"minute": "*/10"}),
    ),
    months=(months.TRAIL,),
    notices=labels.NOTICES,
    actions=labels.ACTION_LABELS,
)
