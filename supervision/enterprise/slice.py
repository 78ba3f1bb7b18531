"""What the registry plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.permissions import Permission
from supervision.core.slice import Card, Job, NavItem, Slice
from supervision.enterprise import (
    panels,
    site_models,  # noqa: F401 - its tables
    timeline_views,  # noqa: F401 - adds its addresses to the blueprint
)
from supervision.enterprise.imports import jobs as imports
from supervision.enterprise.imports.views import bp as import_pages
from supervision.enterprise.views import bp

SLICE = Slice(
    name="enterprise",
    blueprints=(bp, import_pages),
    nav=(
        NavItem(
            _l("Enterprises"),
            "enterprise.index",
            "building-factory-2",
            Permission.ENTERPRISE_READ,
            10,
        ),
    ),
    cards=(Card("enterprise", Permission.ENTERPRISE_READ, 60, panels.card),),
    timeline=panels.timeline,
    jobs=(
        Job("enterprise.import", imports.work, {"seconds": 3}),
        Job("enterprise.import_forget", imports.forget, {"hour": 3, "minute": 50}),
    ),
    notices={
        "enterprise.import_done": _l("Import done: %(new)s enterprises new, %(bad)s rows to mend"),
        "enterprise.import_failed": _l("An import could not be finished"),
        "enterprise.officer_many": _l(
            "You are now the supervising officer of %(count)s enterprises"
        ),
        "enterprise.roll_status": _l("The status of %(name)s on the roll was changed"),
        "enterprise.officer": _l("You are now the supervising officer of %(name)s"),
    },
    actions={
        "enterprise.import_upload": _l("File for an import uploaded"),
        "enterprise.import_start": _l("Import of enterprises begun"),
        "enterprise.import": _l("Batch of enterprises imported"),
        "enterprise.import_cancel": _l("Import of enterprises cancelled"),
        "enterprise.register": _l("Enterprise put on the roll"),
        "enterprise.change": _l("Enterprise's file changed"),
        "enterprise.roll_status": _l("Status on the roll changed"),
    },
)
