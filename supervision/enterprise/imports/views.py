"""HTTP of imports: upload, say what the columns are, look at the trial run, import, mend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from supervision.core import attachments
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import Conflict, InvalidInput, NotFound
from supervision.core.permissions import Permission
from supervision.core.web.paging import page_number, paginate
from supervision.core.web.state import settings
from supervision.enterprise import labels as registry
from supervision.enterprise.imports import files, forms, labels, queries, reading, rules, service
from supervision.enterprise.imports.models import ImportRun, ImportState
from supervision.slices import slices

bp = Blueprint("imports", __name__, url_prefix="/enterprises/imports")

PROBLEMS_SHOWN = 20


@bp.get("/")
@requires(Permission.ENTERPRISE_IMPORT)
def index() -> ResponseReturnValue:
    """One's imports, and the form that begins another."""
    return _index_page(forms.UploadForm(formdata=None))


def _index_page(form: forms.UploadForm) -> str:
    page = paginate(queries.list_runs(current_actor()), number=page_number())
    return render_template("enterprise/imports/index.html", form=form, page=page, labels=labels)


@bp.get("/template.xlsx")
@requires(Permission.ENTERPRISE_IMPORT)
def template() -> ResponseReturnValue:
    """The workbook to fill in, with the lists of one's own region."""
    actor = current_actor()
    names = [
        name
        for manifest in slices()
        if manifest.officers is not None
        for _ident, name in manifest.officers.choices(actor)
    ]
    book = files.template_book(actor, names)
    name = f"{_('Template for importing enterprises')}.xlsx"
    return send_file(book, mimetype=reading.XLSX, as_attachment=True, download_name=name)


@bp.post("/")
@requires(Permission.ENTERPRISE_IMPORT)
def upload() -> ResponseReturnValue:
    form = forms.UploadForm()
    if not form.validate_on_submit():
        return _index_page(form), 422
    sent = form.file.data
    limit = settings().upload_limit_mb * 1024 * 1024
    try:
        with transaction():
            run_id = service.upload(
                current_actor(),
                sent.stream,
                sent.filename or "",
                limit=limit,
                language=str(get_locale() or settings().language),
            ).id
    except InvalidInput as error:
        form.add_error(error)
        return _index_page(form), 422
    return redirect(url_for("imports.detail", run_id=run_id))


@bp.get("/<int:run_id>")
@requires(Permission.ENTERPRISE_IMPORT)
def detail(run_id: int) -> ResponseReturnValue:
    """Where the import stands, and what it waits for."""
    run = queries.get_run(run_id, current_actor())
    remap = "columns" in request.args and run.status is ImportState.CHECKED
    if run.status is ImportState.UPLOADED or remap:
        return _mapping_page(run, run.mapping)
    return _result_page(run)


def _mapping_page(run: ImportRun, mapping: list[str], error: str = "", column: int = -1) -> str:
    chosen = set(mapping)
    missing = [f.name for f in rules.import_fields() if f.is_required and f.name not in chosen]
    return render_template(
        "enterprise/imports/mapping.html",
        run=run,
        form=forms.MappingForm(formdata=None),
        mapping=mapping,
        fields=rules.import_fields(),
        missing=missing,
        error=error,
        bad_column=column,
        labels=labels,
    )


def _result_page(run: ImportRun) -> str:
    return render_template(
        "enterprise/imports/detail.html",
        run=run,
        form=forms.ConfirmForm(formdata=None),
        problems=queries.problems(run, PROBLEMS_SHOWN) if run.bad_count else [],
        labels=labels,
        registry=registry,
        missing=[
            f.name for f in rules.import_fields() if f.is_required and f.name not in run.mapping
        ],
    )


@bp.post("/<int:run_id>/columns")
@requires(Permission.ENTERPRISE_IMPORT)
def set_columns(run_id: int) -> ResponseReturnValue:
    """What each column is; the trial run follows."""
    actor = current_actor()
    run = queries.get_run(run_id, actor)
    mapping = forms.chosen_columns(request.form, len(run.headers))
    try:
        with transaction():
            service.set_mapping(queries.get_run(run_id, actor), actor, mapping)
    except InvalidInput as error:
        place = (error.field or "").rpartition("-")[2]
        column = int(place) if place.isdecimal() else -1
        seen = queries.get_run(run_id, actor)
        return _mapping_page(seen, mapping, _(error.message), column), 422
    return redirect(url_for("imports.detail", run_id=run_id))


@bp.post("/<int:run_id>/confirm")
@requires(Permission.ENTERPRISE_IMPORT)
def confirm(run_id: int) -> ResponseReturnValue:
    """Import what the trial run found right."""
    form = forms.ConfirmForm()

    def act(run: ImportRun) -> None:
        service.confirm(run, current_actor(), update_existing=form.update_existing.data)

    return _act(run_id, act)


@bp.post("/<int:run_id>/cancel")
@requires(Permission.ENTERPRISE_IMPORT)
def cancel(run_id: int) -> ResponseReturnValue:
    def act(run: ImportRun) -> None:
        service.cancel(run, current_actor())
        flash(_("The import is cancelled."), "success")

    return _act(run_id, act)


def _act(run_id: int, act: Callable[[ImportRun], Any]) -> ResponseReturnValue:
    """One step of one's own import. A second click finds it done already, and sees where it is."""
    actor = current_actor()
    queries.get_run(run_id, actor)
    try:
        with transaction():
            act(queries.get_run(run_id, actor))
    except Conflict as error:
        flash(_(error.message), "warning")
    return redirect(url_for("imports.detail", run_id=run_id))


@bp.get("/<int:run_id>/state")
@requires(Permission.ENTERPRISE_IMPORT)
def state(run_id: int) -> ResponseReturnValue:
    """For the page that waits: how far it is, and whether it is over."""
    run = queries.get_run(run_id, current_actor())
    return {
        "state": run.status,
        "label": str(labels.STATE_LABELS[run.status]),
        "percent": run.percent,
        "text": progress_text(run),
        "over": not run.is_working,
    }


def progress_text(run: ImportRun) -> str:
    """How many of how many rows."""
    if not run.total:
        return str(_("Waiting for its turn"))
    done, total = f"{run.cursor:,}", f"{run.total:,}"
    return str(_("%(done)s of %(total)s rows", done=done, total=total))


@bp.get("/<int:run_id>/errors.xlsx")
@requires(Permission.ENTERPRISE_IMPORT)
def errors(run_id: int) -> ResponseReturnValue:
    """The rows to mend."""
    run = queries.get_run(run_id, current_actor())
    if run.errors is None:
        raise NotFound
    response = attachments.send(run.errors, download=True)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
