"""HTTP of the table of indicators: its versions, and the next one."""

from __future__ import annotations

from decimal import Decimal

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import Conflict, DomainError
from supervision.core.permissions import Permission
from supervision.core.statutory import Certainty
from supervision.core.web.forms import given
from supervision.score import forms, labels, tables
from supervision.score.blueprint import bp
from supervision.score.models import ScoreTable
from supervision.score.rules import Thresholds, month_of


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
    return render_template(
        "score/table.html", table=found, versions=tables.versions(), labels=labels
    )


@bp.get("/tables/new")
@requires(Permission.SCORE_EDIT)
def new_table() -> ResponseReturnValue:
    base = _newest()
    return _form_page(base, _filled(base))


@bp.post("/tables/new")
@requires(Permission.SCORE_EDIT)
def save_table() -> ResponseReturnValue:
    form = forms.TableForm()
    if not form.validate_on_submit():
        return _form_page(_newest(), form), 422
    try:
        with transaction():
            base = _seen(form)
            made = tables.save(current_actor(), base, _head(form), _weights(form, base)).id
    except Conflict:
        raise
    except DomainError as error:
        form.add_error(error)
        return _form_page(_newest(), form), 422
    flash(_("The new version is on file. Months before it stay as they were judged."))
    return redirect(url_for("score.table", table_id=made))


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


def _weights(form: forms.TableForm, base: ScoreTable) -> dict[str, tuple[Decimal, Decimal]]:
    """Of the lines that there are; one that was not sent keeps what it had."""
    sent = {line["code"]: (line["points"], line["most"]) for line in form.lines.data}
    return {line.code: sent.get(line.code, (line.points, line.most)) for line in base.indicators}


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
            "lines": [
                {"code": x.code, "points": x.points, "most": x.most} for x in base.indicators
            ],
        },
    )


def _form_page(base: ScoreTable, form: forms.TableForm) -> str:
    by_code = {line.code: line for line in base.indicators}
    return render_template("score/table_form.html", form=form, by_code=by_code, labels=labels)
