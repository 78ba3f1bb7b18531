"""What the hazard slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.permissions import Permission
from supervision.core.slice import Card, Findable, Job, NavGroup, NavItem, Panel, Slice
from supervision.hazard import (
    assignment_labels,
    criteria_views,  # noqa: F401 - adds its addresses to the blueprint
    dossier,
    extension_views,  # noqa: F401 - likewise
    jobs,
    labels,
    listing_labels,
    listing_panels,
    listing_views,
    major_views,  # noqa: F401 - likewise
    panels,
    regrade_views,  # noqa: F401 - likewise
    views,
    views_assignment,  # noqa: F401 - likewise
    views_detail,  # noqa: F401 - likewise
    views_steps,  # noqa: F401 - likewise
)
from supervision.hazard.blueprint import bp
from supervision.hazard.models import Hazard

SLICE = Slice(
    name="hazard",
    blueprints=(bp, listing_views.board),
    nav=(
        NavItem(
            _l("Hazards"),
            "hazard.index",
            "alert-triangle",
            Permission.HAZARD_READ,
            30,
            badge=panels.badge,
            group=NavGroup.SUPERVISION,
        ),
        NavItem(
            _l("Listed supervision"),
            "listing.index",
            "flag",
            Permission.HAZARD_READ,
            31,
            badge=listing_panels.badge,
            group=NavGroup.SUPERVISION,
            for_regulator=True,
        ),
    ),
    panels=(Panel("hazards", _l("Hazards"), Permission.HAZARD_READ, 20, panels.panel),),
    cards=(Card("hazards", Permission.HAZARD_READ, 20, panels.card),),
    findables=(
        Findable(
            _l("Hazards"),
            "alert-triangle",
            Permission.HAZARD_READ,
            20,
            Hazard,
            panels.found,
            panels.found_all,
        ),
    ),
    timeline=panels.timeline,
    chapters=dossier.CHAPTERS,
    exports=(views.LEDGER, listing_views.BOARD),
    jobs=(Job("hazard.clocks", jobs.keep_clocks, {"hour": 0, "minute": 20}),),
    todos=panels.todos,
    notices={
        "hazard.reported": _l("New hazard %(number)s at %(place)s"),
        "hazard.repeated": _l("Hazard %(number)s at %(place)s repeats %(of)s"),
        "hazard.assigned": _l("Hazard %(number)s is to be rectified by %(due_on)s"),
        "hazard.submitted": _l("Hazard %(number)s waits for re-inspection"),
        "hazard.returned": _l("Hazard %(number)s was returned: not yet rectified"),
        "hazard.closed": _l("Hazard %(number)s is closed"),
        "hazard.transferred": _l("Hazard %(number)s was transferred"),
        "hazard.invalidated": _l("Hazard %(number)s was declared invalid"),
        "hazard.extension_requested": _l("An extension is asked for: hazard %(number)s"),
        "hazard.extension_granted": _l("Hazard %(number)s: new deadline %(due_on)s"),
        "hazard.extension_refused": _l("Hazard %(number)s: the extension was refused"),
        "hazard.plan_filed": _l("Hazard %(number)s: a plan in six parts was filed"),
        "hazard.department_report": _l("Major hazard %(number)s was reported to the department"),
        "hazard.congress_report": _l(
            "Major hazard %(number)s was reported to the workers' congress"
        ),
        "hazard.worker_notification": _l("Major hazard %(number)s: the workers were notified"),
        "hazard.regrade_requested": _l("Hazard %(number)s: another grade waits for its approval"),
        "hazard.regraded": _l("Hazard %(number)s: a change of its grade was decided"),
        "hazard.officer": _l("Hazard %(number)s at %(place)s is assigned to you"),
        "hazard.due_soon": _l("Hazard %(number)s is due on %(due_on)s"),
        "hazard.overdue": _l("Hazard %(number)s is overdue since %(due_on)s"),
    }
    | listing_labels.NOTICES,
    actions={f"hazard.{action}": text for action, text in labels.ACTION_LABELS.items()}
    | listing_labels.AUDIT_ACTIONS
    | assignment_labels.AUDIT_ACTIONS,
)
