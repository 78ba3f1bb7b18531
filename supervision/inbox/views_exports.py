"""HTTP of exports: ask for a long list, wait, download. Everybody sees their own."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from supervision.core import attachments
from supervision.core.access import current_actor, signed_in
from supervision.core.db import transaction
from supervision.core.errors import Conflict, Forbidden, NotFound
from supervision.core.export import jobs
from supervision.core.export.jobs import ExportJob
from supervision.core.export.lists import FileKind
from supervision.core.i18n import message_of
from supervision.core.web.paging import page_number, paginate
from supervision.core.web.state import settings
from supervision.inbox import labels
from supervision.inbox.jobs import exports

bp = Blueprint("export", __name__, url_prefix="/exports")

MOST_QUERY = 2000


@bp.get("/")
@signed_in
def index() -> ResponseReturnValue:
    page = paginate(jobs.list_jobs(current_actor()), number=page_number())
    return render_template("exports/index.html", page=page, labels=labels, title_of=title_of)


@bp.post("/")
@signed_in
def ask() -> ResponseReturnValue:
    """Have a list made."""
    actor = current_actor()
    spec = exports.spec_of(request.form.get("name", ""))
    kind = request.form.get("kind", "")
    query = request.form.get("query", "")
    if spec is None or kind not in set(spec.kinds) or len(query) > MOST_QUERY:
        raise NotFound
    if not actor.may(spec.permission):
        raise Forbidden
    language = str(get_locale() or settings().language)
    try:
        with transaction():
            job_id = jobs.ask(actor, spec.name, FileKind(kind), query, language).id
    except Conflict as error:
        flash(message_of(error), "warning")
        return redirect(url_for("export.index"))
    return redirect(url_for("export.detail", export_id=job_id))


@bp.get("/<int:export_id>")
@signed_in
def detail(export_id: int) -> ResponseReturnValue:
    job = jobs.get_job(export_id, current_actor())
    return render_template(
        "exports/detail.html", job=job, labels=labels, title=title_of(job), text=_progress(job)
    )


@bp.get("/<int:export_id>/state")
@signed_in
def state(export_id: int) -> ResponseReturnValue:
    """For the page that waits: how far it is, and whether it is over."""
    job = jobs.get_job(export_id, current_actor())
    return {
        "state": job.status,
        "label": str(labels.EXPORT_LABELS[job.status]),
        "percent": job.percent,
        "text": _progress(job),
        "over": not job.is_open,
    }


@bp.get("/<int:export_id>/file")
@signed_in
def file(export_id: int) -> ResponseReturnValue:
    """The file, for who asked for it, as long as they may still read that list."""
    actor = current_actor()
    job = jobs.get_job(export_id, actor)
    spec = exports.spec_of(job.name)
    if job.file is None or spec is None:
        raise NotFound
    if not actor.may(spec.permission):
        raise Forbidden
    response = attachments.send(job.file, download=True)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@bp.post("/<int:export_id>/cancel")
@signed_in
def cancel(export_id: int) -> ResponseReturnValue:
    actor = current_actor()
    jobs.get_job(export_id, actor)
    try:
        with transaction():
            jobs.cancel(jobs.get_job(export_id, actor), actor)
    except Conflict as error:
        flash(message_of(error), "warning")
    return redirect(url_for("export.detail", export_id=export_id))


def title_of(job: ExportJob) -> str:
    """What the list is called; its name where the slice has no such list any more."""
    spec = exports.spec_of(job.name)
    return str(spec.title) if spec is not None else job.name


def _progress(job: ExportJob) -> str:
    if not job.total:
        return str(_("Waiting for its turn"))
    done, total = f"{job.done:,}", f"{job.total:,}"
    return str(_("%(done)s of %(total)s rows", done=done, total=total))
