"""HTTP of dossiers: ask, wait, download."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from supervision.core import attachments
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput, NotFound
from supervision.core.permissions import Permission
from supervision.document import dossier, dossier_paper, forms, labels
from supervision.document.blueprint import dossiers
from supervision.document.dossier_models import Dossier, DossierState
from supervision.enterprise import queries as enterprises

MOST_SHOWN = 20


@dossiers.get("/enterprises/<int:enterprise_id>")
@requires(Permission.DOSSIER_MAKE)
def new(enterprise_id: int) -> ResponseReturnValue:
    return _ask_page(enterprise_id, forms.DossierForm(formdata=None))


@dossiers.post("/enterprises/<int:enterprise_id>")
@requires(Permission.DOSSIER_MAKE)
def ask(enterprise_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = forms.DossierForm()
    enterprises.get_enterprise(enterprise_id, actor)
    if not form.validate_on_submit():
        return _ask_page(enterprise_id, form), 422
    try:
        with transaction():
            asked = dossier.ask(
                enterprises.get_enterprise(enterprise_id, actor),
                actor,
                with_files=bool(form.with_files.data),
                reason=form.reason.data or "",
                language=str(get_locale() or "en"),
            )
            asked_id = asked.id
    except InvalidInput as error:
        form.add_error(error)
        return _ask_page(enterprise_id, form), 422
    return redirect(url_for("dossier.detail", dossier_id=asked_id))


def _ask_page(enterprise_id: int, form: forms.DossierForm) -> str:
    actor = current_actor()
    return render_template(
        "document/dossier_form.html",
        form=form,
        enterprise=enterprises.get_enterprise(enterprise_id, actor),
        chapters=dossier_paper.chapters_for(actor),
        known=dossier.own_of(enterprise_id, actor, MOST_SHOWN),
        days=dossier.KEPT.days,
        labels=labels,
    )


@dossiers.get("/<int:dossier_id>")
@requires(Permission.DOSSIER_MAKE)
def detail(dossier_id: int) -> ResponseReturnValue:
    """How far it is, or the files."""
    actor = current_actor()
    found = dossier.get_dossier(dossier_id, actor)
    return render_template(
        "document/dossier.html",
        dossier=found,
        enterprise=enterprises.get_enterprise(found.enterprise_id, actor),
        named={chapter.key: chapter.label for chapter in dossier_paper.chapters_for(actor)},
        progress=_progress(found),
        labels=labels,
    )


@dossiers.get("/<int:dossier_id>/state")
@requires(Permission.DOSSIER_MAKE)
def state(dossier_id: int) -> ResponseReturnValue:
    """For the page that waits: it changes with every chapter."""
    found = dossier.get_dossier(dossier_id, current_actor())
    code = f"{found.status}-{found.done}" if found.is_open else found.status.value
    return {"state": code, "label": _progress(found), "percent": found.percent}


def _progress(found: Dossier) -> str:
    if found.status is DossierState.MAKING and found.steps:
        return str(_("Being made: %(done)s of %(steps)s", done=found.done, steps=found.steps))
    return str(labels.DOSSIER_LABELS[found.status])


@dossiers.get("/<int:dossier_id>/<any(pdf, bundle):kind>")
@requires(Permission.DOSSIER_MAKE)
def file(dossier_id: int, kind: str) -> ResponseReturnValue:
    """The paper or the archive, for whoever asked; each download is on record."""
    actor = current_actor()
    with transaction():
        found = dossier.get_dossier(dossier_id, actor)
        chosen = found.pdf if kind == "pdf" else found.bundle
        if chosen is None:
            raise NotFound
        dossier.note_download(found, actor, kind)
    response = attachments.send(
        (found.pdf if kind == "pdf" else found.bundle) or chosen, download=True
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response
