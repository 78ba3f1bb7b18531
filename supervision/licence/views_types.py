"""Types of licences: the list, one with its versions, another version, a new type."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.core.permissions import Permission
from supervision.core.statutory import Certainty
from supervision.core.web.forms import Form, check_seen, given
from supervision.licence import forms, labels, types
from supervision.licence.blueprint import bp
from supervision.licence.models import LicenceType
from supervision.licence.types import FIELDS


@bp.get("/types")
@requires(Permission.LICENCE_READ)
def kinds() -> ResponseReturnValue:
    return render_template("licence/types.html", kinds=types.types_on(clock.today()), labels=labels)


@bp.get("/types/<int:type_id>")
@requires(Permission.LICENCE_READ)
def kind(type_id: int) -> ResponseReturnValue:
    return _type_page(types.get_type(type_id))


def _type_page(
    found: LicenceType, form: forms.TypeForm | None = None, failed: Form | None = None
) -> str:
    known = {name: getattr(found, name) for name in FIELDS}
    empty = forms.TypeForm(
        formdata=None, **known, effective_from=clock.today(), row_version=found.row_version
    )
    return render_template(
        "licence/type.html",
        type=found,
        form=form or empty,
        end_form=(failed or forms.ReasonForm(formdata=None)).mark("end"),
        is_last=found.effective_to is None,
        versions=types.versions(found.code),
        labels=labels,
    )


@bp.get("/types/new")
@requires(Permission.FILE_TABLES_EDIT)
def new_kind() -> ResponseReturnValue:
    form = forms.NewTypeForm(
        formdata=None,
        effective_from=clock.today(),
        certainty=Certainty.MEDIUM,
        needed_certainty=Certainty.LOW,
    )
    return _new_page(form)


def _new_page(form: forms.NewTypeForm) -> str:
    return render_template("licence/type_new.html", form=form, labels=labels)


@bp.post("/types/new")
@requires(Permission.FILE_TABLES_EDIT)
def add_kind() -> ResponseReturnValue:
    form = forms.NewTypeForm()
    if form.validate_on_submit():
        try:
            with transaction():
                made = types.add_type(
                    current_actor(),
                    form.code.data or "",
                    _values(form),
                    effective_from=given(form.effective_from.data),
                    reason=form.reason.data or "",
                )
        except InvalidInput as error:
            form.add_error(error)
        else:
            flash(_("The type is added."), "success")
            return redirect(url_for("licence.kind", type_id=made.id))
    return _new_page(form), 422


def _values(form: forms.TypeForm) -> types.TypeValues:
    values = {name: form[name].data for name in FIELDS}
    for name in ("industries", "purposes", "note"):
        values[name] = values[name] or ""
    for name in ("certainty", "needed_certainty"):
        values[name] = Certainty(values[name])
    return types.TypeValues(**values)


@bp.post("/types/<int:type_id>")
@requires(Permission.FILE_TABLES_EDIT)
def change_kind(type_id: int) -> ResponseReturnValue:
    form = forms.TypeForm()
    found = types.get_type(type_id)
    if not form.validate_on_submit():
        return _type_page(found, form), 422
    try:
        with transaction():
            found = types.get_type(type_id)
            check_seen(form, found.row_version)
            made = types.change_type(
                found,
                current_actor(),
                _values(form),
                effective_from=given(form.effective_from.data),
                reason=form.reason.data or "",
            )
    except InvalidInput as error:
        form.add_error(error)
        return _type_page(types.get_type(type_id), form), 422
    flash(_("The new version is saved."), "success")
    return redirect(url_for("licence.kind", type_id=made.id))


@bp.post("/types/<int:type_id>/end")
@requires(Permission.FILE_TABLES_EDIT)
def end_kind(type_id: int) -> ResponseReturnValue:
    form = forms.ReasonForm()
    found = types.get_type(type_id)
    if not form.validate_on_submit():
        return _type_page(found, failed=form), 422
    with transaction():
        types.end_type(types.get_type(type_id), current_actor(), reason=form.reason.data or "")
    flash(_("The type has ended."), "success")
    return redirect(url_for("licence.kinds"))
