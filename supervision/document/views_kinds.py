"""HTTP of the list of kinds: what must be there, by which rule, since when."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.core.permissions import Permission
from supervision.document import forms, kinds, labels
from supervision.document.blueprint import bp
from supervision.document.models import DocumentKind


@bp.get("/kinds")
@requires(Permission.DOCUMENT_READ)
def kind_list() -> ResponseReturnValue:
    return render_template(
        "document/kinds.html", kinds=kinds.kinds_on(clock.today()), labels=labels
    )


@bp.get("/kinds/<string:code>")
@requires(Permission.DOCUMENT_READ)
def kind(code: str) -> ResponseReturnValue:
    """A kind with all its versions."""
    return render_template(
        "document/kind.html", versions=kinds.versions(code), today=clock.today(), labels=labels
    )


@bp.get("/kinds/<string:code>/new-version")
@requires(Permission.FILE_TABLES_EDIT)
def new_kind(code: str) -> ResponseReturnValue:
    last = kinds.versions(code)[0]
    form = forms.KindForm(formdata=None, obj=last)
    form.effective_from.data = clock.today() + timedelta(days=1)
    return _kind_page(last, form)


@bp.post("/kinds/<string:code>/new-version")
@requires(Permission.FILE_TABLES_EDIT)
def create_kind(code: str) -> ResponseReturnValue:
    form = forms.KindForm()
    last = kinds.versions(code)[0]
    if not form.validate_on_submit():
        return _kind_page(last, form), 422
    try:
        with transaction():
            kinds.new_version(code, current_actor(), form.head(), reason=form.reason.data or "")
    except InvalidInput as error:
        form.add_error(error)
        return _kind_page(kinds.versions(code)[0], form), 422
    flash(_("The new version is kept; it holds from its first day on."), "success")
    return redirect(url_for("document.kind", code=code))


def _kind_page(last: DocumentKind, form: forms.KindForm) -> str:
    return render_template("document/kind_form.html", kind=last, form=form, labels=labels)
