"""Templates of papers: the list, the versions of one with a preview, a new version's texts."""

from __future__ import annotations

import io
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import clock, documents
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.documents import DocumentTemplate, editing
from supervision.core.errors import InvalidInput, NotFound
from supervision.core.permissions import Permission
from supervision.core.statutory import Certainty
from supervision.core.web.forms import given
from supervision.core.web.paging import page_number, paginate
from supervision.statute import forms, labels, papers, queries, service
from supervision.statute.models import RuleChange
from supervision.statute.rules import ChangeKind
from supervision.statute.service import Proposal
from supervision.statute.views.blueprint import bp
from supervision.statute.workflow import CHANGE_WORKFLOW

KIND = ChangeKind.TEMPLATE


@bp.get("/papers")
@requires(Permission.STATUTE_READ)
def templates() -> ResponseReturnValue:
    """Every type of paper, by default the version in force today."""
    form = forms.FilterForm(request.args)
    form.validate()
    if form.day.data is None:
        form.day.data = clock.today()
    certainty = form.certainty.data
    wanted = queries.RuleFilter(
        kind=KIND,
        text=form.text.data or "",
        certainty=Certainty(certainty) if certainty in set(Certainty) else None,
        day=None if form.times.data == "all" else form.day.data,
    )
    return render_template(
        "statute/papers.html",
        form=form,
        page=paginate(queries.list_versions(wanted), number=page_number()),
        labels=labels,
        today=clock.today(),
        active=sum(1 for name in ("text", "certainty", "times", "day") if request.args.get(name)),
    )


@bp.get("/papers/<string:code>")
@requires(Permission.STATUTE_READ)
def paper(code: str) -> ResponseReturnValue:
    """Every version of a paper's template, and the texts of the last."""
    versions = queries.versions(KIND, code)
    last = _template(versions[0])
    return render_template(
        "statute/paper.html",
        code=code,
        versions=versions,
        sections=papers.sections(last.body),
        issued=queries.issued_count(code),
        changes=queries.changes_of(KIND, code, current_actor()),
        number_example=papers.number_example,
        labels=labels,
        papers=papers,
        today=clock.today(),
    )


@bp.get("/papers/versions/<int:template_id>.pdf")
@requires(Permission.STATUTE_READ)
def paper_preview(template_id: int) -> ResponseReturnValue:
    """A version with the names of its fields where the data will stand."""
    found = queries.template(template_id)
    return _pdf(found.body, f"{found.code}.pdf")


@bp.get("/changes/<int:change_id>/preview.pdf")
@requires(Permission.STATUTE_READ)
def change_preview(change_id: int) -> ResponseReturnValue:
    """The proposed version, likewise."""
    change = _change(change_id)
    return _pdf(change.values.get("body", {}), f"{change.code}-{change.id}.pdf")


def _pdf(body: dict[str, Any], name: str) -> ResponseReturnValue:
    if not body.get("blocks"):
        raise NotFound
    made = io.BytesIO(documents.preview_pdf(body))
    return send_file(made, mimetype="application/pdf", download_name=name)


@bp.get("/papers/<string:code>/change")
@requires(Permission.STATUTE_PROPOSE)
def draft_paper(code: str) -> ResponseReturnValue:
    """A new version, filled in with the last one."""
    last = _template(queries.versions(KIND, code)[0])
    form = _form(last.body)(
        formdata=None,
        infix=last.infix,
        number_format=last.number_format,
        effective_from=max(clock.today(), last.effective_from),
        source=last.source,
        certainty=last.certainty,
        note=last.note,
    )
    return _form_page(last, form)


@bp.post("/papers/<string:code>/change")
@requires(Permission.STATUTE_PROPOSE)
def draft_paper_now(code: str) -> ResponseReturnValue:
    return _save(_template(queries.versions(KIND, code)[0]), None)


@bp.get("/changes/<int:change_id>/paper")
@requires(Permission.STATUTE_PROPOSE)
def edit_paper(change_id: int) -> ResponseReturnValue:
    change = _change(change_id)
    CHANGE_WORKFLOW.check("revise", change, current_actor())
    last = _template(queries.latest(KIND, change.code))
    values = change.values or {name: getattr(last, name) for name in papers.COLUMNS}
    form = _form(values["body"])(
        formdata=None,
        infix=values["infix"],
        number_format=values["number_format"],
        effective_from=change.effective_from,
        source=change.source,
        certainty=change.certainty,
        note=change.note,
        reason=change.reason,
        repeal=change.repeal,
    )
    return _form_page(last, form, change)


@bp.post("/changes/<int:change_id>/paper")
@requires(Permission.STATUTE_PROPOSE)
def edit_paper_now(change_id: int) -> ResponseReturnValue:
    change = _change(change_id)
    return _save(_template(queries.latest(KIND, change.code)), change)


def _change(change_id: int) -> RuleChange:
    """A change of a paper. Raises NotFound for one of another kind."""
    change = queries.get_change(change_id, current_actor())
    if change.kind is not KIND:
        raise NotFound
    return change


def _template(found: Any) -> DocumentTemplate:
    if not isinstance(found, DocumentTemplate):
        raise NotFound
    return found


def _form(body: dict[str, Any]) -> type[forms.PaperForm]:
    return forms.paper_form(editing.spots(body), papers.SPOT_LABELS)


def _form_page(
    last: DocumentTemplate, form: forms.PaperForm, change: RuleChange | None = None
) -> str:
    return render_template(
        "statute/paper_form.html",
        last=last,
        form=form,
        change=change,
        sections=papers.sections(last.body),
        fields=sorted(editing.labels_of(last.body).items()),
        labels=labels,
    )


def _save(last: DocumentTemplate, change: RuleChange | None) -> ResponseReturnValue:
    """Write a draft, or write it anew; wrong input is shown beside its field."""
    form = _form(last.body)()
    change_id = change.id if change is not None else None
    if not form.validate_on_submit():
        return _form_page(last, form, change), 422
    wanted = Proposal(
        kind=KIND,
        code=last.code,
        effective_from=given(form.effective_from.data),
        values=papers.values_of(
            last,
            form.texts(),
            infix=form.infix.data or "",
            number_format=form.number_format.data or "",
        ),
        source=form.source.data or "",
        certainty=Certainty(form.certainty.data),
        reason=form.reason.data or "",
        note=form.note.data or "",
        repeal=bool(form.repeal.data),
    )
    try:
        with transaction():
            if change_id is None:
                saved = service.draft(current_actor(), wanted)
            else:
                saved = queries.get_change(change_id, current_actor())
                service.revise(saved, current_actor(), wanted)
    except InvalidInput as error:
        form.add_error(error)
        return _form_page(last, form, change), 422
    flash(_("The draft is saved. Nothing changes before a second person approves it."), "success")
    return redirect(url_for("statute.change", change_id=saved.id))
