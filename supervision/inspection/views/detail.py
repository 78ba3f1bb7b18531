"""One inspection: its page, its files and its papers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from flask import current_app, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from supervision.core import attachments, clock
from supervision.core.access import current_actor, requires
from supervision.core.actor import Actor
from supervision.core.documents import Document
from supervision.core.errors import Conflict, NotFound
from supervision.core.i18n import message_of
from supervision.core.permissions import Permission
from supervision.core.web.forms import Form
from supervision.inspection import caps, forms, labels, papers, queries, recording, taking_up
from supervision.inspection.models import Inspection, InspectionItem
from supervision.inspection.views.blueprint import bp
from supervision.inspection.workflow import (
    INSPECTION_WORKFLOW,
    InspectionKind,
    InspectionState,
)
from supervision.slices import slices

# The form of each step; "edit" and "check" have pages of their own.
STEP_FORMS: dict[str, type[Form]] = {
    "submit": forms.SubmitForm,
    "approve": forms.ApproveForm,
    "reject": forms.ReasonForm,
    "notify": forms.NotifyForm,
    "start": forms.StartForm,
    "start_visit": forms.StartForm,
    "record": forms.RecordForm,
    "cancel": forms.ReasonForm,
}


@bp.get("/<int:inspection_id>")
@requires(Permission.INSPECTION_READ)
def detail(inspection_id: int) -> ResponseReturnValue:
    return detail_page(inspection_id)


def detail_page(inspection_id: int, failed: str = "", form: Form | None = None) -> str:
    """The inspection with a form for each step that this actor may take now."""
    actor = current_actor()
    inspection = queries.get_inspection(inspection_id, actor)
    offered = [t.name for t in INSPECTION_WORKFLOW.available(inspection, actor)]
    seen = inspection.row_version
    step_forms = {
        n: STEP_FORMS[n](formdata=None, row_version=seen).mark(n)
        for n in offered
        if n in STEP_FORMS
    }
    if failed and form is not None:
        step_forms[failed] = form.mark(failed)
    ongoing = inspection.status is InspectionState.ONGOING
    return render_template(
        "inspection/detail.html",
        inspection=inspection,
        offered=offered,
        forms=step_forms,
        failed=failed,
        sections=_sections(inspection.items),
        photos=_photos(inspection),
        hazards=queries.hazards_of(inspection, actor),
        from_cameras=taking_up.choices(inspection, actor),
        history=queries.history(inspection_id, actor) if actor.is_regulator else [],
        usage=_usage(inspection, actor),
        exemption=caps.exemption_name(inspection.exemption, inspection.planned_on),
        missing=[message_of(p) for p in recording.missing(inspection)] if ongoing else [],
        papers=_papers(inspection, actor),
        site_url=_site_url(inspection),
        labels=labels,
        today=clock.today(),
        administrative=inspection.kind is InspectionKind.ADMINISTRATIVE,
        parts=_parts(inspection_id, actor),
    )


def _site_url(inspection: Inspection) -> str:
    """The page for the phone, where it is plugged in."""
    if "inspection.site" not in current_app.view_functions:
        return ""
    return url_for("inspection.site", inspection_id=inspection.id)


def _parts(inspection_id: int, actor: Actor) -> list[Any]:
    """What follows from this inspection in upper slices, in their order."""
    mine = [p for m in slices() for p in m.inspection_parts if actor.may(p.permission)]
    shown = [part.render(inspection_id, actor) for part in sorted(mine, key=lambda p: p.order)]
    return [html for html in shown if html]


def _sections(items: Sequence[InspectionItem]) -> list[tuple[str, list[InspectionItem]]]:
    """The items by section, in the order in which the sections come first."""
    found: dict[str, list[InspectionItem]] = {}
    for item in items:
        found.setdefault(item.section, []).append(item)
    return list(found.items())


def _photos(inspection: Inspection) -> dict[int | None, list[Any]]:
    found: dict[int | None, list[Any]] = {}
    for file in inspection.files:
        found.setdefault(file.item_id, []).append(file)
    return found


def _usage(inspection: Inspection, actor: Actor) -> Any:
    """How much of the cap others use: for the authority, while it matters."""
    if not actor.is_regulator or not inspection.counts or not inspection.is_open:
        return None
    return caps.usage(inspection.enterprise, inspection.cap_year, besides=inspection.id)


def _papers(inspection: Inspection, actor: Actor) -> list[Document]:
    """The papers that this reader may have: an internal one is the authority's."""
    own = [inspection.document] if inspection.document is not None else []
    found = [*own, *(p.document for p in inspection.papers)]
    return [d for d in found if actor.is_regulator or d.template.is_external]


@bp.get("/<int:inspection_id>/files/<int:file_id>")
@requires(Permission.INSPECTION_READ)
def file(inspection_id: int, file_id: int) -> ResponseReturnValue:
    """A photo; whoever may see the inspection may see its photos."""
    found = queries.get_file(inspection_id, file_id, current_actor())
    return attachments.send(found.attachment, download="download" in request.args)


@bp.get("/<int:inspection_id>/signatures/<int:signature_id>")
@requires(Permission.INSPECTION_READ)
def signature(inspection_id: int, signature_id: int) -> ResponseReturnValue:
    found = queries.get_signature(inspection_id, signature_id, current_actor())
    return attachments.send(found.attachment)


@bp.get("/<int:inspection_id>/papers/<int:document_id>.<any(pdf, docx):ending>")
@requires(Permission.INSPECTION_READ)
def paper(inspection_id: int, document_id: int, ending: str) -> ResponseReturnValue:
    """A paper as it was issued, the PDF to be looked at unless it is to be downloaded."""
    inspection = queries.get_inspection(inspection_id, current_actor())
    for document in _papers(inspection, current_actor()):
        if document.id == document_id:
            wanted = document.pdf if ending == "pdf" else document.docx
            return attachments.send(wanted, download=ending == "docx" or "download" in request.args)
    raise NotFound


@bp.get("/<int:inspection_id>/draft.pdf")
@requires(Permission.INSPECTION_MAKE)
def draft(inspection_id: int) -> ResponseReturnValue:
    """The record as it stands, with a watermark: to be read before it is signed."""
    inspection = queries.get_inspection(inspection_id, current_actor())
    if inspection.status is not InspectionState.ONGOING:
        raise Conflict
    made = papers.draft_record(inspection)
    return send_file(
        io.BytesIO(made), mimetype="application/pdf", download_name=f"{inspection.number}.pdf"
    )
