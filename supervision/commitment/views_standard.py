"""HTTP of standards: the list, one with its versions, a new version; which one applies to whom."""

from __future__ import annotations

from datetime import time

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.commitment import arranging, forms, labels, queries, standards
from supervision.commitment.blueprint import bp
from supervision.commitment.models import CommitmentStandard
from supervision.commitment.rules import MINUTES_OF_DAY, Part, Period, words
from supervision.commitment.standards import Version
from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.core.permissions import Permission
from supervision.core.statutory import Certainty
from supervision.core.web.forms import check_seen, given
from supervision.enterprise import queries as enterprises
from supervision.enterprise.ended import open_file

# No code of a standard is written so.
BY_SECTOR, NONE = "-", "0"


@bp.get("/standards")
@requires(Permission.COMMITMENT_READ)
def standard_index() -> ResponseReturnValue:
    return render_template(
        "commitment/standards.html",
        standards=standards.current(),
        today=clock.today(),
        labels=labels,
        parts=Part,
    )


@bp.get("/standards/<int:standard_id>")
@requires(Permission.COMMITMENT_READ)
def standard(standard_id: int) -> ResponseReturnValue:
    found = standards.get(standard_id)
    return render_template(
        "commitment/standard.html",
        standard=found,
        versions=standards.versions(found.code),
        today=clock.today(),
        labels=labels,
        parts=Part,
    )


@bp.get("/standards/new")
@requires(Permission.COMMITMENT_EDIT)
def new_standard() -> ResponseReturnValue:
    """A new standard, or a new version of the one that ``of`` names."""
    of = request.args.get("of", "")
    found = standards.versions(of) if of else []
    form = forms.StandardForm(formdata=None, data=_shown(found[0]) if found else None)
    return _form_page(form, found[0].parts if found else ",".join(Part))


def _shown(row: CommitmentStandard) -> dict[str, object]:
    names = ("code", "name", "period", "industries", "traits", "due_days", "statement", "source")
    minute = row.due_minute
    return {
        **{name: getattr(row, name) for name in names},
        "certainty": row.certainty.value,
        "levels": "\n".join(row.levels),
        "note": row.note,
        "is_automatic": row.is_automatic,
        "due_time": None if minute == MINUTES_OF_DAY else time(minute // 60, minute % 60),
        "effective_from": clock.today() + clock.DAY,
    }


@bp.post("/standards/new")
@requires(Permission.COMMITMENT_EDIT)
def create_standard() -> ResponseReturnValue:
    form = forms.StandardForm()
    parts = [Part(word) for word in request.form.getlist("part") if word in set(Part)]
    if not form.validate_on_submit():
        return _form_page(form, ",".join(parts)), 422
    try:
        with transaction():
            row = standards.add_version(current_actor(), _version(form, parts))
    except InvalidInput as error:
        form.add_error(error)
        return _form_page(form, ",".join(parts)), 422
    flash(_("The version is kept."), "success")
    return redirect(url_for("commitment.standard", standard_id=row.id))


def _version(form: forms.StandardForm, parts: list[Part]) -> Version:
    due = form.due_time.data
    return Version(
        code=form.code.data or "",
        name=form.name.data or "",
        period=Period(form.period.data),
        industries=form.industries.data or "",
        traits=form.traits.data or "",
        due_days=form.due_days.data or 0,
        due_minute=(due.hour * 60 + due.minute if due else 0) or MINUTES_OF_DAY,
        levels=[line.strip() for line in (form.levels.data or "").splitlines() if line.strip()],
        parts=parts,
        statement=form.statement.data or "",
        effective_from=given(form.effective_from.data),
        source=form.source.data or "",
        certainty=Certainty(form.certainty.data),
        note=form.note.data or "",
        is_automatic=bool(form.is_automatic.data),
    )


def _form_page(form: forms.StandardForm, parts: str) -> str:
    return render_template(
        "commitment/standard_form.html",
        form=form,
        chosen=words(parts),
        parts=Part,
        labels=labels,
    )


@bp.get("/enterprises/<int:enterprise_id>/standard")
@requires(Permission.COMMITMENT_EDIT)
def choose(enterprise_id: int) -> ResponseReturnValue:
    """Which standard applies to this enterprise, by hand."""
    open_file(enterprise_id, current_actor())
    setting = queries.setting_of(enterprise_id, current_actor())
    form = forms.ChoiceForm(
        formdata=None,
        data={
            "standard": (setting.standard_code or NONE)
            if setting and setting.is_manual
            else BY_SECTOR,
            "reason": setting.reason if setting else "",
            "row_version": setting.row_version if setting else "",
        },
    )
    return _choice_page(enterprise_id, form)


def _choice_page(enterprise_id: int, form: forms.ChoiceForm) -> str:
    _offer(form)
    return render_template(
        "commitment/choose.html",
        enterprise=enterprises.get_enterprise(enterprise_id, current_actor()),
        form=form,
    )


def _offer(form: forms.ChoiceForm) -> None:
    rows = standards.in_force(clock.today()).values()
    form.standard.choices = [
        (BY_SECTOR, _("What the sector's table says")),
        (NONE, _("No commitment is asked")),
        *((row.code, row.name) for row in rows),
    ]


@bp.post("/enterprises/<int:enterprise_id>/standard")
@requires(Permission.COMMITMENT_EDIT)
def choose_now(enterprise_id: int) -> ResponseReturnValue:
    actor = current_actor()
    open_file(enterprise_id, actor)
    form = forms.ChoiceForm()
    _offer(form)
    if not form.validate_on_submit():
        return _choice_page(enterprise_id, form), 422
    codes: dict[str, str | None] = {BY_SECTOR: None, NONE: ""}
    chosen = form.standard.data or BY_SECTOR
    try:
        with transaction():
            setting = queries.setting_of(enterprise_id, actor, for_update=True)
            if setting is not None:
                check_seen(form, setting.row_version)
            arranging.override(
                open_file(enterprise_id, actor),
                actor,
                code=codes.get(chosen, chosen),
                reason=form.reason.data or "",
            )
    except InvalidInput as error:
        form.add_error(error)
        return _choice_page(enterprise_id, form), 422
    flash(_("Kept."), "success")
    return redirect(url_for("commitment.of_enterprise", enterprise_id=enterprise_id))
