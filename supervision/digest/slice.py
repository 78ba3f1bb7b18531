"""What the digest slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.permissions import Permission
from supervision.core.slice import Job, NavGroup, NavItem, Slice
from supervision.digest import jobs, views

_TEXT = _l(
    "Video, %(start)s to %(end)s: %(told)s told, %(confirmed)s confirmed, %(false)s false,"
    " precision %(precision)s, median %(minutes)s min to a verdict, %(waiting)s waiting,"
    " %(blind)s blind cameras"
)

SLICE = Slice(
    name="digest",
    blueprints=(views.bp,),
    nav=(
        NavItem(
            _l("Video digests"),
            "digest.index",
            "report",
            Permission.VIDEO_READ,
            49,
            group=NavGroup.VIDEO,
            for_regulator=True,
        ),
    ),
    jobs=(Job("digest.make", jobs.make_digests, {"minute": "*/5"}),),
    notices={"digest.shift": _TEXT, "digest.day": _TEXT},
)
