"""What the live slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.permissions import Permission
from supervision.core.slice import NavGroup, NavItem, Slice
from supervision.live.views import figures, health, wall  # noqa: F401 - they add their pages
from supervision.live.views.blueprint import bp

SLICE = Slice(
    name="live",
    blueprints=(bp,),
    nav=(
        NavItem(
            _l("Live wall"),
            "live.wall",
            "layout-dashboard",
            Permission.VIDEO_LIVE,
            44,
            group=NavGroup.VIDEO,
        ),
        NavItem(
            _l("Camera health"),
            "live.health",
            "heart-rate-monitor",
            Permission.VIDEO_READ,
            45,
            group=NavGroup.VIDEO,
        ),
        NavItem(
            _l("Video figures"),
            "live.figures",
            "chart-bar",
            Permission.VIDEO_READ,
            46,
            group=NavGroup.VIDEO,
        ),
    ),
    exports=(health.HEALTH, figures.FIGURES),
)
