"""HTTP of the table of indicators: its versions, and the next one."""

from __future__ import annotations

from decimal import Decimal

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import Conflict, DomainError
from supervision.core.permissions import Permission
from supervision.core.statutory import Certainty
from supervision.core.web.forms import given
from supervision.document import kinds
from supervision.document.labels import kind_name
from supervision.score import forms, labels, line_forms, tables
from supervision.score.blueprint import bp
from supervision.score.models import ScoreTable
from supervision.score.rules import Group, Thresholds, month_of
from supervision.score.sources import SOURCES


@bp.get("/tables")
@requires(Permission.SCORE_READ)
def table_index() -> ResponseReturnValue:
    """The table that judges this month, and every version."""
    return _table_page(tables.table_on(month_of(clock.today())))


@bp.get("/tables/<int:table_id>")
@requires(Permission.SCORE_READ)
def table(table_id: int) -> ResponseReturnValue:
    return _table_page(tables.get_table(table_id))


def _table_page(found: ScoreTable) -> str:
    codes = {code for line in found.indicators for code in line.params.get("kinds", ())}
    names = {code: kind_name(kind) for code, kind in kinds.by_codes(codes).items()}
    groups = {
        group: [
            (line, labels.asked_of(line, names)) for line in found.indicators if line.group is group
        ]
        for group in Group
    }
    return render_template(
        "score/table.html",
        table=found,
        groups=groups,
        versions=tables.versions(),
        labels=labels,
    )


@bp.get("/tables/new")
@requires(Permission.SCORE_EDIT)
def new_table() -> ResponseReturnValue:
    return _form_page(_filled(_newest()))


@bp.post("/tables/new")
@requires(Permission.SCORE_EDIT)
def save_table() -> ResponseReturnValue:
    form = forms.TableForm()
    if "add" in request.form:
        return _with_one_more(form)
    if not form.validate_on_submit():
        return _form_page(form), 422
    try:
        with transaction():
            made = tables.save(current_actor(), _seen(form), _head(form), _lines(form)).id
    except Conflict:
        raise
    except DomainError as error:
        form.add_error(error)
        return _form_page(form), 422
    flash(_("The new version is on file. Months before it stay as they were judged."))
    return redirect(url_for("score.table", table_id=made))


def _with_one_more(form: forms.TableForm) -> ResponseReturnValue:
    """The form as it was sent, and a line more; nothing is saved yet."""
    key, group = form.new_source.data or "", form.new_group.data
    source = SOURCES.get(key)
    if source is None or group not in set(Group) or len(form.lines) >= forms.MOST_LINES:
        return _form_page(form), 422
    if Group(group) not in source.groups:
        form.new_group.errors = [_("This source cannot serve this group.")]
        return _form_page(form), 422
    title = str(labels.SOURCE_LABELS[key])
    points = Decimal(0 if Group(group) is Group.VETO else 1)
    line = tables.Line("", Group(group), title, title, points, points, key, source.params, None)
    form.lines.append_entry(line_forms.filled(line))
    return _form_page(form)


def _newest() -> ScoreTable:
    """Raises NotFound where nothing was ever loaded."""
    found = tables.versions()
    return tables.get_table(found[0].id if found else 0)


def _seen(form: forms.TableForm) -> ScoreTable:
    """The newest version, which must be the one that was shown."""
    base = _newest()
    if form.base.data != str(base.id):
        raise Conflict
    return base


def _head(form: forms.TableForm) -> tables.Head:
    limits = (form.green_from, form.yellow_from, form.orange_from)
    return tables.Head(
        effective_from=given(form.effective_from.data),
        thresholds=Thresholds(*(given(field.data) for field in limits)),
        source=form.source.data or "",
        certainty=Certainty(form.certainty.data),
        reason=form.reason.data or "",
    )


def _lines(form: forms.TableForm) -> list[tables.Line]:
    """A new line that was switched off again was a mistake, and is not kept."""
    sent = [line_forms.line_of(data) for data in form.lines.data]
    return [line for line in sent if line.code or line.is_on]


def _filled(base: ScoreTable) -> forms.TableForm:
    return forms.TableForm(
        formdata=None,
        data={
            "base": str(base.id),
            "effective_from": max(month_of(clock.today()), base.effective_from),
            "green_from": base.green_from,
            "yellow_from": base.yellow_from,
            "orange_from": base.orange_from,
            "source": base.source,
            "certainty": base.certainty.value,
            "lines": [line_forms.filled(line) for line in tables.lines_of(base)],
        },
    )


def _form_page(form: forms.TableForm) -> str:
    line_forms.offer([entry.form for entry in form.lines])
    return render_template("score/table_form.html", form=form, labels=labels)
