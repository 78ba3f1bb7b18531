"""What the chemical slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.chemical import (
    jobs,
    labels,
    panels,
    queries,
    views_ledger,  # noqa: F401 - adds its addresses to the blueprint
    views_source,
    views_standard,  # noqa: F401 - likewise
)
from supervision.chemical.blueprint import bp
from supervision.core.dossier import Chapter
from supervision.core.permissions import Permission
from supervision.core.slice import Job, NavGroup, NavItem, Panel, Slice

SLICE = Slice(
    name="chemical",
    blueprints=(bp,),
    nav=(
        NavItem(
            _l("Chemicals"),
            "chemical.index",
            "flask",
            Permission.CHEMICAL_READ,
            26,
            group=NavGroup.REGISTRY,
        ),
    ),
    panels=(Panel("chemicals", _l("Chemicals"), Permission.CHEMICAL_READ, 14, panels.panel),),
    timeline=panels.timeline,
    chapters=(
        Chapter(
            "chemicals",
            _l("Chemicals and major hazard sources"),
            Permission.CHEMICAL_READ,
            40,
            panels.chapter,
            panels.files,
        ),
    ),
    traits=queries.traits,
    jobs=(Job("chemical.reassess", jobs.remind, {"hour": 6, "minute": 25}),),
    exports=(views_source.SOURCES,),
    todos=panels.todos,
    notices=labels.NOTICES,
    actions={f"chemical.{action}": text for action, text in labels.ACTION_LABELS.items()}
    | {"chemical.standard": _l("Table of the standard corrected")},
)
