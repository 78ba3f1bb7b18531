"""HTTP of the law's duties: what is in force, one with its versions, a new version, an end."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import Conflict, InvalidInput, NotFound
from supervision.core.i18n import message_of
from supervision.core.permissions import Permission
from supervision.core.spans import Frequency
from supervision.core.statutory import Certainty
from supervision.core.web.forms import Form, given
from supervision.dutylist import forms, labels, law
from supervision.dutylist.blueprint import bp
from supervision.dutylist.rules import Holder

_COPIED = ("code", "duty", "holder", "what", "how", "clause", "frequency", "source", "note")


@bp.get("/law")
@requires(Permission.DUTYLIST_READ)
def law_index() -> ResponseReturnValue:
    return render_template(
        "dutylist/law.html", rows=law.current(), today=clock.today(), labels=labels
    )


@bp.get("/law/<int:template_id>")
@requires(Permission.DUTYLIST_READ)
def law_item(template_id: int) -> ResponseReturnValue:
    return _page(template_id)


def _page(template_id: int, form: Form | None = None) -> str:
    found = law.get(template_id)
    shown = form or forms.EndLawForm(formdata=None, last_day=clock.today())
    return render_template(
        "dutylist/law_item.html",
        row=found,
        versions=law.versions(found.code),
        form=shown.mark("end"),
        failed="end" if form is not None else "",
        today=clock.today(),
        labels=labels,
    )


def _of_authority() -> None:
    """What the law asks is kept by the authority."""
    if not current_actor().is_regulator:
        raise NotFound


@bp.get("/law/new")
@requires(Permission.DUTYLIST_EDIT)
def law_new() -> ResponseReturnValue:
    """A new duty, or a new version of the one that ``of`` names."""
    _of_authority()
    of = request.args.get("of", "")
    found = law.versions(of) if of else []
    values: dict[str, Any] = {"effective_from": clock.today() + clock.DAY}
    if found:
        values |= {name: getattr(found[0], name) for name in _COPIED}
        values["certainty"] = found[0].certainty.value
    return _new_page(forms.LawForm(formdata=None, data=values))


def _new_page(form: Form) -> str:
    return render_template("dutylist/law_new.html", form=form)


@bp.post("/law/new")
@requires(Permission.DUTYLIST_EDIT)
def law_create() -> ResponseReturnValue:
    _of_authority()
    form = forms.LawForm()
    if not form.validate_on_submit():
        return _new_page(form), 422
    try:
        with transaction():
            made = law.add_version(current_actor(), _version(form)).id
    except InvalidInput as error:
        form.add_error(error)
        return _new_page(form), 422
    flash(_("The version is kept."), "success")
    return redirect(url_for("dutylist.law_item", template_id=made))


def _version(form: forms.LawForm) -> law.Version:
    return law.Version(
        code=form.code.data or "",
        duty=form.duty.data or "",
        holder=Holder(form.holder.data),
        what=form.what.data or "",
        how=form.how.data or "",
        clause=form.clause.data or "",
        frequency=Frequency(form.frequency.data),
        effective_from=given(form.effective_from.data),
        source=form.source.data or "",
        certainty=Certainty(form.certainty.data),
        note=form.note.data or "",
    )


@bp.post("/law/<int:template_id>/end")
@requires(Permission.DUTYLIST_EDIT)
def law_end(template_id: int) -> ResponseReturnValue:
    _of_authority()
    form = forms.EndLawForm()
    law.get(template_id)
    if not form.validate_on_submit():
        return _page(template_id, form), 422
    try:
        with transaction():
            law.end(
                law.get(template_id),
                current_actor(),
                last_day=given(form.last_day.data),
                reason=form.reason.data or "",
            )
    except InvalidInput as error:
        form.add_error(error)
        return _page(template_id, form), 422
    except Conflict as error:
        flash(message_of(error), "warning")
        return _page(template_id), 409
    flash(_("Kept."), "success")
    return redirect(url_for("dutylist.law_item", template_id=template_id))
