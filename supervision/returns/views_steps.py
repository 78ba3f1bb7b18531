"""HTTP of one return: its page, its papers and its steps."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import attachments, clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from supervision.core.export.lists import MEDIA_TYPES, FileKind
from supervision.core.i18n import message_of
from supervision.core.permissions import Permission
from supervision.core.web import drawn
from supervision.core.web.forms import check_seen
from supervision.returns import forms, labels, paper, queries, rules, service, sheets
from supervision.returns.blueprint import bp
from supervision.returns.models import PeriodReturn
from supervision.returns.sheets import Sheet
from supervision.returns.workflow import RETURN_WORKFLOW


@bp.get("/<int:return_id>")
@requires(Permission.RETURN_READ)
def detail(return_id: int) -> ResponseReturnValue:
    return _page(return_id)


def _page(return_id: int, **failed: Any) -> str:
    actor = current_actor()
    row = queries.get_return(return_id, actor)
    sheet = sheets.present(row)
    before = sheets.revision(row, row.revision - 1) if row.revisions else None
    return render_template(
        "returns/detail.html",
        row=row,
        sheet=sheet,
        offered=RETURN_WORKFLOW.names(row, actor),
        problems=rules.problems(row.values, service.lines_of(row)),
        changes=sheets.differences(before, sheet) if before else (),
        shown=paper.shown,
        labels=labels,
        **_forms(row, actor.name, failed),
    )


def _forms(row: PeriodReturn, name: str, failed: dict[str, Any]) -> dict[str, Any]:
    """The forms of the steps, a failed one as it was sent."""
    version = row.row_version
    by = max(rules.correct_by(clock.today()), row.due_on)
    found = {
        "correct_form": forms.CorrectForm(formdata=None, row_version=version).mark("correct"),
        "sign_form": forms.SignForm(formdata=None, row_version=version, name=name).mark("sign"),
        "reason_form": forms.ReasonForm(formdata=None, row_version=version, by=by).mark("reason"),
        **failed,
    }
    on_paper = {line.figure: line.label for line in sheets.present(row).lines}
    found["correct_form"].figure.choices = list(on_paper.items())
    return found


@bp.get("/<int:return_id>/signature.png")
@requires(Permission.RETURN_READ)
def signature(return_id: int) -> ResponseReturnValue:
    found = queries.get_return(return_id, current_actor()).signature
    if found is None:
        raise NotFound
    return attachments.send(found)


@bp.get("/<int:return_id>/return.pdf")
@requires(Permission.RETURN_READ)
def as_paper(return_id: int) -> ResponseReturnValue:
    sheet = sheets.present(queries.get_return(return_id, current_actor()))
    return _file(sheet, FileKind.PDF, paper.make_paper(sheet))


@bp.get("/<int:return_id>/return.xlsx")
@requires(Permission.RETURN_READ)
def as_book(return_id: int) -> ResponseReturnValue:
    sheet = sheets.present(queries.get_return(return_id, current_actor()))
    return _file(sheet, FileKind.XLSX, paper.make_book(sheet))


@bp.get("/<int:return_id>/revisions/<int:number>")
@requires(Permission.RETURN_READ)
def revision(return_id: int, number: int) -> ResponseReturnValue:
    """A revision that was sent back, and what the one after it says otherwise."""
    row = queries.get_return(return_id, current_actor())
    if number == row.revision:
        return redirect(url_for("returns.detail", return_id=return_id))
    sheet, after = sheets.revision(row, number), sheets.revision(row, number + 1)
    return render_template(
        "returns/revision.html",
        row=row,
        sheet=sheet,
        changes=sheets.differences(sheet, after),
        shown=paper.shown,
        labels=labels,
    )


@bp.get("/<int:return_id>/revisions/<int:number>/signature.png")
@requires(Permission.RETURN_READ)
def revision_signature(return_id: int, number: int) -> ResponseReturnValue:
    row = queries.get_return(return_id, current_actor())
    found = sheets.revision(row, number).signature
    if found is None:
        raise NotFound
    return attachments.send(found)


@bp.get("/<int:return_id>/revisions/<int:number>/return.pdf")
@requires(Permission.RETURN_READ)
def revision_paper(return_id: int, number: int) -> ResponseReturnValue:
    sheet = sheets.revision(queries.get_return(return_id, current_actor()), number)
    return _file(sheet, FileKind.PDF, paper.make_paper(sheet))


def _file(sheet: Sheet, kind: FileKind, content: bytes) -> ResponseReturnValue:
    row = sheet.row
    name = f"{sheet.title}-{row.first_day.isoformat()}-{row.last_day.isoformat()}"
    name += f"-{sheet.number}.{kind}" if sheet.past else f".{kind}"
    return send_file(
        io.BytesIO(content), mimetype=MEDIA_TYPES[kind], as_attachment=True, download_name=name
    )


@bp.post("/<int:return_id>/recount")
@requires(Permission.RETURN_MAKE)
def recount(return_id: int) -> ResponseReturnValue:
    return _act(
        return_id,
        forms.StepForm(),
        "step_form",
        lambda row, _form: service.recount(row, current_actor()),
        _("Counted again."),
    )


@bp.post("/<int:return_id>/correct")
@requires(Permission.RETURN_MAKE)
def correct(return_id: int) -> ResponseReturnValue:
    return _act(
        return_id,
        forms.CorrectForm().mark("correct"),
        "correct_form",
        lambda row, form: service.correct(
            row,
            current_actor(),
            figure=form.figure.data or "",
            value=form.value.data,
            reason=form.reason.data or "",
        ),
        _("The line is corrected; what was counted stays beside it."),
    )


@bp.post("/<int:return_id>/sign")
@requires(Permission.RETURN_SIGN)
def sign(return_id: int) -> ResponseReturnValue:
    return _act(
        return_id,
        forms.SignForm().mark("sign"),
        "sign_form",
        lambda row, form: service.sign(
            row,
            current_actor(),
            name=form.name.data or "",
            signature=drawn.signature(current_actor(), form.signature.data or ""),
        ),
        _("Signed. It still has to be submitted."),
    )


@bp.post("/<int:return_id>/submit")
@requires(Permission.RETURN_MAKE)
def submit(return_id: int) -> ResponseReturnValue:
    return _act(
        return_id,
        forms.StepForm(),
        "step_form",
        lambda row, _form: service.submit(row, current_actor()),
        _("Submitted to the authority."),
    )


@bp.post("/<int:return_id>/accept")
@requires(Permission.RETURN_DECIDE)
def accept(return_id: int) -> ResponseReturnValue:
    return _act(
        return_id,
        forms.StepForm(),
        "step_form",
        lambda row, _form: service.accept(row, current_actor()),
        _("Accepted."),
    )


@bp.post("/<int:return_id>/return")
@requires(Permission.RETURN_DECIDE)
def give_back(return_id: int) -> ResponseReturnValue:
    return _act(
        return_id,
        forms.ReasonForm().mark("reason"),
        "reason_form",
        lambda row, form: service.give_back(
            row, current_actor(), reason=form.reason.data or "", by=form.by.data
        ),
        _("Returned to the enterprise."),
    )


@bp.post("/<int:return_id>/revise")
@requires(Permission.RETURN_MAKE)
def revise(return_id: int) -> ResponseReturnValue:
    return _act(
        return_id,
        forms.StepForm(),
        "step_form",
        lambda row, _form: service.revise(row, current_actor()),
        _("A new revision: correct it, then it is signed again."),
    )


def _act(
    return_id: int,
    form: Any,
    name: str,
    act: Callable[[PeriodReturn, Any], None],
    done: str,
) -> ResponseReturnValue:
    """One step: the page again with what is wrong, or the page after it."""
    actor = current_actor()
    queries.get_return(return_id, actor)
    if not form.validate_on_submit():
        return _page(return_id, **{name: form}), 422
    try:
        with transaction():
            row = queries.get_return(return_id, actor, for_update=True)
            check_seen(form, row.row_version)
            act(row, form)
    except InvalidInput as error:
        form.add_error(error)
        return _page(return_id, **{name: form}), 422
    except (Conflict, Forbidden) as error:
        flash(message_of(error), "warning")
        return _page(return_id), error.http_status
    flash(done, "success")
    return redirect(url_for("returns.detail", return_id=return_id))
