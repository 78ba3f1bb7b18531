"""What the registry plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.permissions import Permission
from supervision.core.slice import Card, Findable, Job, NavGroup, NavItem, Panel, Slice
from supervision.enterprise import (
    dossier,
    jobs,
    panels,
    relation_panels,
    request_labels,
    site_models,  # noqa: F401 - its tables
    timeline_views,  # noqa: F401 - adds its addresses to the blueprint
    views_changes,
    views_contacts,  # noqa: F401 - adds its addresses to two blueprints
    views_list,
    views_preferences,  # noqa: F401 - adds its addresses to the blueprint
    views_registration,
    views_relations,
    views_roll,
)
from supervision.enterprise.assigning import jobs as assigning
from supervision.enterprise.assigning.views import bp as assigning_pages
from supervision.enterprise.imports import jobs as imports
from supervision.enterprise.imports.views import bp as import_pages
from supervision.enterprise.models import Enterprise
from supervision.enterprise.views import bp

SLICE = Slice(
    name="enterprise",
    blueprints=(
        bp,
        import_pages,
        assigning_pages,
        views_registration.bp,
        views_changes.bp,
        views_roll.bp,
        views_relations.bp,
    ),
    nav=(
        NavItem(
            _l("Enterprises"),
            "enterprise.index",
            "building-factory-2",
            Permission.ENTERPRISE_READ,
            10,
        ),
        NavItem(
            _l("Registrations and changes"),
            "registration.index",
            "inbox",
            Permission.ENTERPRISE_DECIDE,
            11,
            group=NavGroup.REGISTRY,
            for_regulator=True,
        ),
        NavItem(
            _l("Coverage of the roll"),
            "roll.gaps",
            "list-check",
            Permission.AUTHORITY_READ,
            12,
            group=NavGroup.REGISTRY,
            for_regulator=True,
        ),
        NavItem(
            _l("Parks and contractors"),
            "relation.parks",
            "building",
            Permission.AUTHORITY_READ,
            13,
            group=NavGroup.REGISTRY,
            for_regulator=True,
        ),
    ),
    panels=(
        Panel(
            "relations",
            _l("Relations"),
            Permission.ENTERPRISE_READ,
            75,
            relation_panels.panel,
        ),
    ),
    todos=relation_panels.todos,
    cards=(Card("enterprise", Permission.ENTERPRISE_READ, 60, panels.card),),
    findables=(
        Findable(
            _l("Enterprises"),
            "building-factory-2",
            Permission.ENTERPRISE_READ,
            10,
            Enterprise,
            panels.found,
            panels.found_all,
        ),
    ),
    timeline=panels.timeline,
    chapters=dossier.CHAPTERS,
    exports=(views_list.ROLL, views_list.PAPER),
    jobs=(
        Job("enterprise.duplicates", jobs.find_duplicates, {"hour": 2, "minute": 40}),
        Job("enterprise.links", jobs.tell_of_links, {"hour": 6, "minute": 25}),
        Job("enterprise.import", imports.work, {"seconds": 3}),
        Job("enterprise.assign", assigning.work, {"seconds": 3}),
        Job("enterprise.import_forget", imports.forget, {"hour": 3, "minute": 50}),
    ),
    notices=request_labels.NOTICES
    | {
        "enterprise.assigned": _l("%(count)s enterprises were changed as you asked"),
        "enterprise.import_done": _l("Import done: %(new)s enterprises new, %(bad)s rows to mend"),
        "enterprise.import_failed": _l("An import could not be finished"),
        "enterprise.officer_many": _l(
            "You are now the supervising officer of %(count)s enterprises"
        ),
        "enterprise.roll_status": _l("The status of %(name)s on the roll was changed"),
        "enterprise.officer": _l("You are now the supervising officer of %(name)s"),
    },
    actions=request_labels.ACTIONS
    | {
        "enterprise.assign_ask": _l("Change of many enterprises asked for"),
        "enterprise.assign": _l("Batch of enterprises assigned"),
        "enterprise.assign_undo": _l("Change of many enterprises taken back"),
        "enterprise.assign_cancel": _l("Change of many enterprises stopped"),
        "list.filter_save": _l("Filter of a list saved"),
        "list.filter_delete": _l("Saved filter of a list deleted"),
        "enterprise.import_upload": _l("File for an import uploaded"),
        "enterprise.import_start": _l("Import of enterprises begun"),
        "enterprise.import": _l("Batch of enterprises imported"),
        "enterprise.import_cancel": _l("Import of enterprises cancelled"),
        "enterprise.register": _l("Enterprise put on the roll"),
        "enterprise.change": _l("Enterprise's file changed"),
        "enterprise.roll_status": _l("Status on the roll changed"),
    },
)
