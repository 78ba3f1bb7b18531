"""HTTP of the standard's tables: read by all who read the ledger, corrected as another edition."""

from __future__ import annotations

from decimal import Decimal

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.chemical import forms, labels, standards
from supervision.chemical.blueprint import bp
from supervision.chemical.explain import plain
from supervision.chemical.models import HazardStandardRow
from supervision.chemical.rules import Table
from supervision.chemical.views_ledger import save
from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.permissions import Permission
from supervision.core.web.forms import given
from supervision.core.web.numbers import id_argument


@bp.get("/standard")
@requires(Permission.CHEMICAL_READ)
def standard() -> ResponseReturnValue:
    """All tables of the edition of today, or of ``?edition=``; ``?q=`` finds substances."""
    wanted = id_argument("edition")
    shown = standards.get_standard(wanted) if wanted else standards.standard_on(clock.today())
    text = request.args.get("q", "").strip()
    rows = [row for row in shown.rows if _fits(row, text)]
    return render_template(
        "chemical/standard.html",
        standard=shown,
        editions=standards.editions(),
        tables={table: [r for r in rows if r.kind is table] for table in Table},
        text=text,
        labels=labels,
        plain=plain,
        figure_of=standards.figure_of,
    )


def _fits(row: HazardStandardRow, text: str) -> bool:
    """Words are looked for among substances; the other tables are short and stay."""
    if not text or row.kind not in {Table.NAMED, Table.BETA_NAMED}:
        return True
    return text.casefold() in f"{row.name} {row.cas}".casefold()


@bp.get("/standard/rows/<int:row_id>/correct")
@requires(Permission.FILE_TABLES_EDIT)
def correct(row_id: int) -> ResponseReturnValue:
    row = standards.get_row(row_id)
    form = forms.CorrectForm(formdata=None, effective_from=clock.today())
    form.figure.data = Decimal(plain(standards.figure_of(row)))
    return _page(form, row_id)


@bp.post("/standard/rows/<int:row_id>/correct")
@requires(Permission.FILE_TABLES_EDIT)
def correct_now(row_id: int) -> ResponseReturnValue:
    form = forms.CorrectForm()
    standards.get_row(row_id)

    def act() -> str:
        wanted = standards.Correction(
            figure=given(form.figure.data),
            effective_from=given(form.effective_from.data),
            source=form.source.data or "",
            reason=form.reason.data or "",
        )
        new = standards.correct(standards.get_row(row_id), current_actor(), wanted)
        return url_for("chemical.standard", edition=new.id)

    return save(form, act, lambda: _page(form, row_id), _("The new edition is kept."))


def _page(form: forms.CorrectForm, row_id: int) -> str:
    row = standards.get_row(row_id)
    return render_template(
        "chemical/correct.html",
        form=form,
        row=row,
        standard=standards.get_standard(row.standard_id),
        labels=labels,
        plain=plain,
        figure=standards.figure_of(row),
    )
