"""What the authority slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.authority import jobs, labels
from supervision.authority.views import bp
from supervision.core.permissions import Permission
from supervision.core.slice import Job, NavGroup, NavItem, Slice

SLICE = Slice(
    name="authority",
    blueprints=(bp,),
    nav=(
        NavItem(
            _l("Certificates"),
            "authority.certificates",
            "id-badge-2",
            Permission.AUTHORITY_READ,
            65,
            group=NavGroup.ENFORCEMENT,
        ),
    ),
    jobs=(Job("authority.remind", jobs.remind, {"hour": 8, "minute": 10}),),
    notices={
        "certificate.recorded": _l("Your certificate %(number)s is on record until %(day)s"),
        "certificate.revoked": _l("Your certificate %(number)s was revoked"),
        "certificate.ending": _l("The certificate %(number)s of %(name)s ends on %(day)s"),
    },
    actions=labels.ACTION_LABELS,
)
