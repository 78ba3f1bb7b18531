"""What the start page plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.permissions import Permission
from supervision.core.slice import NavGroup, NavItem, Slice
from supervision.home import today
from supervision.home.views import bp

SLICE = Slice(
    name="home",
    blueprints=(bp, today.bp),
    nav=(
        NavItem(_l("Start"), "home.start", "home", None, 0),
        # Officers come to theirs from the start page, where there are any.
        NavItem(
            _l("Due today"),
            "today.index",
            "calendar-due",
            Permission.SELFCHECK_DO,
            0,
            group=NavGroup.SELF,
        ),
    ),
)
