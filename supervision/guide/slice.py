"""What the guide slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.permissions import Permission
from supervision.core.slice import Card, Slice
from supervision.guide import panels
from supervision.guide.views import bp

SLICE = Slice(
    name="guide",
    blueprints=(bp,),
    cards=(Card("guide", Permission.SELFCHECK_PLAN, -10, panels.card),),
    actions={
        "guide.mark": _l("Step of the guide marked"),
        "guide.show_again": _l("Guide shown again"),
    },
)
