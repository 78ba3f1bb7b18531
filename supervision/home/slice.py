"""What the start page plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.slice import NavItem, Slice
from supervision.home.views import bp

SLICE = Slice(
    name="home",
    blueprints=(bp,),
    nav=(NavItem(_l("Start"), "home.start", "home", None, 0),),
)
