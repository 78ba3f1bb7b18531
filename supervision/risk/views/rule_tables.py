"""The tables that grades come from: what is in force, a new version, what it would change."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import Conflict, InvalidInput, NotFound
from supervision.core.permissions import Permission
from supervision.risk import labels, table_forms, tables
from supervision.risk.models import RiskTable
from supervision.risk.table_forms import TableForm
from supervision.risk.table_rules import PARTS, TableCode, check_lines
from supervision.risk.tables import Impact
from supervision.risk.views.blueprint import bp


@bp.get("/tables")
@requires(Permission.RISK_READ)
def rule_tables() -> ResponseReturnValue:
    return render_template(
        "risk/tables.html", shelf=tables.tables_on(clock.today()), codes=TableCode, labels=labels,
        certainties=table_forms.CERTAINTY_LABELS,
    )  # fmt: skip


@bp.get("/tables/<string:code>")
@requires(Permission.RISK_READ)
def rule_table(code: str) -> ResponseReturnValue:
    table = _table(code)
    return _page(table, table_forms.form_of(table))


@bp.post("/tables/<string:code>/preview")
@requires(Permission.FILE_TABLES_EDIT)
def preview_table(code: str) -> ResponseReturnValue:
    """What the new version would do; nothing is changed."""
    table = _table(code)
    form = TableForm()
    if form.validate_on_submit():
        try:
            lines = form.read()
            check_lines(table.code, lines)
            return _page(table, form, tables.impact(table.code, lines))
        except InvalidInput as error:
            form.add_error(error)
    return _page(table, form), 422


@bp.post("/tables/<string:code>")
@requires(Permission.FILE_TABLES_EDIT)
def save_table(code: str) -> ResponseReturnValue:
    form = TableForm()
    table = _table(code)
    if form.validate_on_submit():
        try:
            with transaction():
                base = _table(code)
                if form.base_id.data != str(base.id):
                    raise Conflict
                tables.save(current_actor(), base, form.head, form.read())
        except InvalidInput as error:
            form.add_error(error)
            table = _table(code)
        else:
            flash(_("The new version is in force from today."), "success")
            return redirect(url_for("risk.rule_table", code=code))
    return _page(table, form), 422


def _table(code: str) -> RiskTable:
    if code not in set(TableCode):
        raise NotFound
    return tables.table_on(TableCode(code), clock.today())


def _page(table: RiskTable, form: TableForm, impact: Impact | None = None) -> str:
    return render_template(
        "risk/table.html",
        table=table,
        form=form,
        impact=impact,
        history=tables.versions(table.code),
        parts=PARTS[table.code],
        columns=table_forms.columns,
        heads=table_forms.HEADS,
        growing=table_forms.GROWING,
        certainties=table_forms.CERTAINTY_LABELS,
        labels=labels,
    )
