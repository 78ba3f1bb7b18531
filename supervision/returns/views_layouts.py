"""HTTP of the layouts of local returns: their list, and new versions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.core.permissions import Permission
from supervision.core.statutory import Certainty
from supervision.core.web.forms import given
from supervision.core.web.numbers import id_argument
from supervision.returns import forms, labels, layouts
from supervision.returns.blueprint import bp
from supervision.returns.rules import FIGURES


@bp.get("/layouts")
@requires(Permission.RETURN_EDIT)
def layout_list() -> ResponseReturnValue:
    return render_template(
        "returns/layouts.html", rows=layouts.listed(), today=clock.today(), labels=labels
    )


@bp.get("/layouts/new")
@requires(Permission.RETURN_EDIT)
def new_layout() -> ResponseReturnValue:
    """An empty form, or one filled in from another version."""
    values: dict[str, Any] = {"effective_from": clock.today() + timedelta(days=1)}
    if source := id_argument("of"):
        row = layouts.get(source)
        # An example that nobody uses yet is mended to be used.
        names = ("code", "name", "region_code", "due_day", "source", "certainty", "note")
        values |= {name: getattr(row, name) for name in names}
        values["lines"] = layouts.written(row.lines)
    return _page(forms.LayoutForm(formdata=None, **values))


@bp.post("/layouts/new")
@requires(Permission.RETURN_EDIT)
def add_layout() -> ResponseReturnValue:
    form = forms.LayoutForm()
    if not form.validate_on_submit():
        return _page(form), 422
    version = layouts.Version(
        code=form.code.data or "",
        name=form.name.data or "",
        region_code=form.region_code.data or "",
        due_day=given(form.due_day.data),
        lines=layouts.parse(form.lines.data or ""),
        effective_from=given(form.effective_from.data),
        source=form.source.data or "",
        certainty=Certainty(form.certainty.data),
        note=form.note.data or "",
        in_use=bool(form.in_use.data),
    )
    try:
        with transaction():
            layouts.add_version(current_actor(), version)
    except InvalidInput as error:
        form.add_error(error)
        return _page(form), 422
    flash(_("The layout is in force from the day that you gave."), "success")
    return redirect(url_for("returns.layout_list"))


def _page(form: forms.LayoutForm) -> str:
    return render_template("returns/layout_form.html", form=form, figures=FIGURES, labels=labels)
