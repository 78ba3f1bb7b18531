"""What the document slice plugs in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.permissions import Permission
from supervision.core.slice import Job, NavGroup, NavItem, Panel, Slice
from supervision.document import (
    chapter,
    labels,
    panels,
    views,
    views_dossier,  # noqa: F401 - adds its addresses to the blueprint
    views_kinds,  # noqa: F401 - likewise
    views_steps,  # noqa: F401 - likewise
)
from supervision.document.blueprint import bp, dossiers
from supervision.document.jobs import daily
from supervision.document.jobs import dossiers as dossier_jobs

SLICE = Slice(
    name="document",
    blueprints=(bp, dossiers),
    nav=(
        NavItem(
            _l("Documents"),
            "document.index",
            "files",
            Permission.DOCUMENT_READ,
            27,
            group=NavGroup.REGISTRY,
        ),
    ),
    panels=(Panel("documents", _l("Documents"), Permission.DOCUMENT_READ, 18, panels.panel),),
    timeline=panels.timeline,
    chapters=chapter.CHAPTERS,
    exports=(views.DOCUMENTS, views.MISSING),
    todos=panels.todos,
    jobs=(
        Job("document.watch", daily.watch, {"hour": 0, "minute": 40}),
        Job("document.reckon", daily.reckon, {"hour": 1, "minute": 10}),
        Job("document.make_dossiers", dossier_jobs.make_queued, {"seconds": 4}),
        Job("document.drop_dossiers", dossier_jobs.drop_old, {"hour": 3, "minute": 40}),
    ),
    notices={
        "document.published": _l("A document is in force: %(title)s (version %(version)s)"),
        "document.withdrawn": _l("A document was withdrawn: %(title)s"),
        "document.filing_submitted": _l("Handed in for filing: %(title)s"),
        "document.filing_accepted": _l("The filing of %(title)s is accepted"),
        "document.filing_returned": _l("The filing of %(title)s was sent back"),
        "document.valid_due": _l("%(title)s ends on %(due_on)s (%(days)s days left)"),
        "document.valid_passed": _l("%(title)s has expired (%(due_on)s)"),
        "document.review_due": _l(
            "%(title)s is to be evaluated again by %(due_on)s (%(days)s days left)"
        ),
        "document.review_passed": _l("The evaluation of %(title)s is late (%(due_on)s)"),
        "document.filing_due": _l("The filing of %(title)s is due on %(due_on)s (%(days)s days)"),
        "document.filing_passed": _l("The filing of %(title)s is late (%(due_on)s)"),
        "dossier.ready": _l("The dossier of %(name)s is ready"),
        "dossier.failed": _l("The dossier of %(name)s could not be made"),
    },
    actions={f"document.{action}": text for action, text in labels.ACTION_LABELS.items()}
    | {
        "document.kind": _l("Kind of document: new version"),
        "dossier.ask": _l("Dossier asked for"),
        "dossier.make": _l("Dossier made"),
        "dossier.fail": _l("Dossier not made"),
        "dossier.download": _l("Dossier downloaded"),
    },
)
