"""What the audit slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.audit import jobs
from supervision.audit.views import bp
from supervision.core.permissions import Permission
from supervision.core.slice import Job, NavGroup, NavItem, Slice

SLICE = Slice(
    name="audit",
    blueprints=(bp,),
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
    jobs=(Job("audit.seal", jobs.seal, {"seconds": 30}),),
)
