"""HTTP of the roll as a whole: its gaps, its duplicates, mergers and splits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.core.web.forms import Form, check_seen
from supervision.core.web.numbers import id_argument
from supervision.core.web.paging import COUNT_CAP, page_number, paginate
from supervision.enterprise import (
    coverage,
    duplicates,
    labels,
    lineage,
    queries,
    request_forms,
    request_labels,
    uscc,
)
from supervision.enterprise.contacts import as_shown
from supervision.enterprise.duplicate_rules import PairState
from supervision.enterprise.lineage_models import DuplicatePair, Restructuring
from supervision.enterprise.models import Enterprise
from supervision.enterprise.workflow import RESTRUCTURING_WORKFLOW
from supervision.slices import slices

bp = Blueprint("roll", __name__, url_prefix="/enterprises")

# What is set side by side of two files.
COMPARED = (
    "uscc",
    "legacy_reg_no",
    "name",
    "short_name",
    "region_code",
    "address",
    "industry_code",
    "headcount",
    "legal_representative",
    "legal_representative_phone",
    "principal",
    "principal_phone",
)
# What a part takes over from the enterprise that is split.
TAKEN_OVER = (
    "region_code",
    "address",
    "industry_code",
    "size_class",
    "headcount",
    "legal_representative",
    "principal",
    "principal_phone",
    "safety_manager",
    "safety_manager_phone",
    "supervising_unit",
    "officer_id",
    "park_id",
)


@bp.get("/coverage")
@requires(Permission.AUTHORITY_READ)
def gaps() -> ResponseReturnValue:
    """Tiles of the roll's gaps, and the files of one of them."""
    actor = current_actor()
    form = request_forms.CoverageForm(request.args)
    form.region.choices = [("", "—"), *queries.region_choices(actor)]
    form.validate()
    chosen = form.show.data if form.show.data in coverage.GAPS else "no_officer"
    days = form.days.data if form.days.data in request_labels.DAYS_LABELS else "180"
    region = form.region.data if (form.region.data or "").isdecimal() else ""
    checked = [m.checked_since for m in slices() if m.checked_since is not None]
    conditions = {
        name: coverage.gap(name, clock.now(), int(days), checked) for name in coverage.GAPS
    }
    counts = {
        name: coverage.count_gap(actor, condition, region) for name, condition in conditions.items()
    }
    page = paginate(coverage.list_gap(actor, conditions[chosen], region), number=page_number())
    return render_template(
        "enterprise/roll/coverage.html",
        form=form,
        chosen=chosen,
        days=days,
        region=region,
        counts={n: f"{COUNT_CAP:,}+" if c > COUNT_CAP else f"{c:,}" for n, c in counts.items()},
        page=page,
        regions=queries.region_path_names({e.region_code for e in page.items}),
        officers=_officer_names({e.officer_id for e in page.items if e.officer_id}),
        labels=labels,
        request_labels=request_labels,
    )


def _officer_names(ids: set[int]) -> Mapping[int, str]:
    found = [m.officers for m in slices() if m.officers is not None]
    return found[0].names(ids) if found and ids else {}


@bp.get("/duplicates/")
@requires(Permission.ENTERPRISE_DECIDE)
def pairs() -> ResponseReturnValue:
    """Files that may be one enterprise, two by two."""
    form = request_forms.PairFilterForm(request.args)
    form.validate()
    show = form.show.data or "strong"
    status = PairState(show) if show in set(PairState) else PairState.OPEN
    stmt = duplicates.list_pairs(current_actor(), only_strong=show == "strong", status=status)
    page = paginate(stmt, number=page_number(), per_page=10)
    codes = {e.region_code for row in page.items for e in (row.first, row.second)}
    return render_template(
        "enterprise/roll/duplicates.html",
        form=form,
        page=page,
        regions=queries.region_path_names(codes),
        labels=labels,
        request_labels=request_labels,
    )


@bp.get("/duplicates/<int:pair_id>")
@requires(Permission.ENTERPRISE_DECIDE)
def pair(pair_id: int) -> ResponseReturnValue:
    return _pair_page(pair_id)


def _pair_page(pair_id: int, form: Form | None = None) -> str:
    row = duplicates.get_pair(pair_id, current_actor())
    codes = {row.first.region_code, row.second.region_code}
    regions = queries.region_path_names(codes)
    return render_template(
        "enterprise/roll/pair.html",
        row=row,
        lines=_side_by_side(row, regions),
        holdings=[_holdings(e.id) for e in (row.first, row.second)],
        form=form or request_forms.NoteForm(formdata=None, row_version=row.row_version),
        labels=labels,
        request_labels=request_labels,
    )


def _side_by_side(
    row: DuplicatePair, regions: Mapping[str, str]
) -> list[tuple[Any, str, str, bool]]:
    """(label, first, second, whether they are the same) of each field."""
    found = []
    for name in COMPARED:
        values = [getattr(one, name) for one in (row.first, row.second)]
        texts = [
            regions[v] if name == "region_code" else str(as_shown(name, v) or "—") for v in values
        ]
        is_same = values[0] == values[1] and values[0] not in {None, ""}
        found.append((labels.FIELD_LABELS[name], texts[0], texts[1], is_same))
    return found


def _holdings(enterprise_id: int) -> list[tuple[Any, int]]:
    """What hangs on a file, by name, the unnamed kinds together at the end."""
    found = lineage.holdings(enterprise_id)
    named = request_labels.HOLDING_LABELS
    shown: list[tuple[Any, int]] = [(named[t], n) for t, n in found.items() if t in named]
    others = sum(n for table, n in found.items() if table not in named)
    return [*shown, (_("Other records"), others)] if others else shown


@bp.post("/duplicates/<int:pair_id>/dismiss")
@requires(Permission.ENTERPRISE_DECIDE)
def dismiss(pair_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = request_forms.NoteForm()
    duplicates.get_pair(pair_id, actor)
    if not form.validate_on_submit():
        return _pair_page(pair_id, form), 422
    with transaction():
        row = duplicates.get_pair(pair_id, actor)
        check_seen(form, row.row_version)
        duplicates.dismiss(row, actor, note=form.note.data or "")
    flash(_("Dismissed: the two are not proposed again for the same reasons."), "success")
    return redirect(url_for("roll.pairs"))


@bp.get("/restructurings/")
@requires(Permission.ENTERPRISE_DECIDE)
def restructurings() -> ResponseReturnValue:
    """Mergers and splits, proposals on top."""
    status = request.args.get("status", "")
    stmt = lineage.list_restructurings(current_actor(), status)
    return render_template(
        "enterprise/roll/restructurings.html",
        page=paginate(stmt, number=page_number()),
        status=status,
        request_labels=request_labels,
    )


@bp.get("/<int:enterprise_id>/merge")
@requires(Permission.ENTERPRISE_DECIDE)
def merge(enterprise_id: int) -> ResponseReturnValue:
    """``?into=`` (an id) fills in the one that goes on."""
    form = request_forms.MergerForm(formdata=None)
    into = id_argument("into")
    if into is not None:
        form.survivor.data = queries.get_enterprise(into, current_actor()).uscc
    return _merge_page(enterprise_id, form)


def _merge_page(enterprise_id: int, form: request_forms.MergerForm) -> str:
    enterprise = queries.get_enterprise(enterprise_id, current_actor())
    return render_template(
        "enterprise/roll/merge.html",
        enterprise=enterprise,
        form=form,
        holdings=_holdings(enterprise_id),
    )


@bp.post("/<int:enterprise_id>/merge")
@requires(Permission.ENTERPRISE_DECIDE)
def propose_merger(enterprise_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = request_forms.MergerForm()
    queries.get_enterprise(enterprise_id, actor)
    if not form.validate_on_submit():
        return _merge_page(enterprise_id, form), 422
    try:
        with transaction():
            absorbed = queries.get_enterprise(enterprise_id, actor)
            survivor = _by_code(form.survivor.data or "")
            row = lineage.propose_merger(absorbed, survivor, actor, reason=form.reason.data or "")
            row_id = row.id
    except InvalidInput as error:
        form.add_error(error)
        return _merge_page(enterprise_id, form), 422
    flash(_("Proposed: a second person decides."), "success")
    return redirect(url_for("roll.restructuring", restructuring_id=row_id))


def _by_code(code: str) -> Enterprise:
    found = queries.by_uscc([uscc.normalise_uscc(code)], current_actor())
    if not found:
        raise InvalidInput(
            N_("No enterprise on the roll has the code %(code)s."), field="survivor", code=code
        )
    return found[0]


@bp.get("/<int:enterprise_id>/split")
@requires(Permission.ENTERPRISE_DECIDE)
def split(enterprise_id: int) -> ResponseReturnValue:
    return _split_page(enterprise_id, request_forms.SplitForm(formdata=None, goes_on="0"))


def _split_page(enterprise_id: int, form: request_forms.SplitForm) -> str:
    enterprise = queries.get_enterprise(enterprise_id, current_actor())
    return render_template(
        "enterprise/roll/split.html",
        enterprise=enterprise,
        form=form,
        holdings=_holdings(enterprise_id),
    )


@bp.post("/<int:enterprise_id>/split")
@requires(Permission.ENTERPRISE_DECIDE)
def propose_split(enterprise_id: int) -> ResponseReturnValue:
    """The button "one more" only adds an empty part."""
    actor = current_actor()
    form = request_forms.SplitForm()
    queries.get_enterprise(enterprise_id, actor)
    if "more" in request.form:
        if len(form.parts) < lineage.MOST_PARTS:
            form.parts.append_entry()
        return _split_page(enterprise_id, form)
    if not form.validate_on_submit():
        return _split_page(enterprise_id, form), 422
    try:
        with transaction():
            source = queries.get_enterprise(enterprise_id, actor)
            kept = {name: getattr(source, name) for name in TAKEN_OVER}
            parts = [
                kept | {n: v for n, v in part.items() if v not in {None, ""}}
                for part in form.given_parts()
            ]
            row = lineage.propose_split(
                source,
                [{"uscc": "", "name": "", **part} for part in parts],
                actor,
                goes_on=form.goes_on.data == "1",
                reason=form.reason.data or "",
            )
            row_id = row.id
    except InvalidInput as error:
        error.field = "reason" if error.field == "reason" else None
        form.add_error(error)
        return _split_page(enterprise_id, form), 422
    flash(_("Proposed: a second person decides."), "success")
    return redirect(url_for("roll.restructuring", restructuring_id=row_id))


@bp.get("/restructurings/<int:restructuring_id>")
@requires(Permission.ENTERPRISE_DECIDE)
def restructuring(restructuring_id: int) -> ResponseReturnValue:
    return _restructuring_page(restructuring_id)


_STEPS: dict[str, type[Form]] = {
    "approve": request_forms.ApproveRestructuringForm,
    "refuse": request_forms.NoteForm,
    "withdraw": request_forms.EmptyForm,
}


def _restructuring_page(restructuring_id: int, failed: str = "", form: Form | None = None) -> str:
    actor = current_actor()
    row = lineage.get_restructuring(restructuring_id, actor)
    steps = set(RESTRUCTURING_WORKFLOW.names(row, actor))
    is_whole = lineage.decides(row, actor)
    if not is_whole:
        steps -= {"approve", "refuse"}
    forms = {
        name: kind(formdata=None, row_version=row.row_version)
        for name, kind in _STEPS.items()
        if name in steps
    }
    if form is not None and failed in forms:
        forms[failed] = form
    for name, one in forms.items():
        one.mark(name)
    return render_template(
        "enterprise/roll/restructuring.html",
        row=row,
        forms=forms,
        failed=failed,
        holdings=_holdings(row.enterprise_id) if is_whole else [],
        request_labels=request_labels,
    )


@bp.post("/restructurings/<int:restructuring_id>/approve")
@requires(Permission.ENTERPRISE_MERGE)
def approve(restructuring_id: int) -> ResponseReturnValue:
    form = request_forms.ApproveRestructuringForm()
    follow = next((m.follow for m in slices() if m.follow is not None), None)

    def act(row: Restructuring) -> int:
        name = form.typed_name.data or ""
        return lineage.approve(row, current_actor(), typed_name=name, follow=follow)[0].id

    return _decide(restructuring_id, "approve", form, act)


@bp.post("/restructurings/<int:restructuring_id>/refuse")
@requires(Permission.ENTERPRISE_MERGE)
def refuse(restructuring_id: int) -> ResponseReturnValue:
    form = request_forms.NoteForm()
    return _decide(
        restructuring_id,
        "refuse",
        form,
        lambda row: lineage.refuse(row, current_actor(), note=form.note.data or ""),
    )


@bp.post("/restructurings/<int:restructuring_id>/withdraw")
@requires(Permission.ENTERPRISE_DECIDE)
def withdraw(restructuring_id: int) -> ResponseReturnValue:
    form = request_forms.EmptyForm()
    return _decide(
        restructuring_id, "withdraw", form, lambda row: lineage.withdraw(row, current_actor())
    )


def _decide(
    restructuring_id: int, name: str, form: Form, act: Callable[[Restructuring], Any]
) -> ResponseReturnValue:
    actor = current_actor()
    lineage.get_restructuring(restructuring_id, actor)
    if not form.validate_on_submit():
        return _restructuring_page(restructuring_id, name, form), 422
    try:
        with transaction():
            row = lineage.get_restructuring(restructuring_id, actor)
            check_seen(form, row.row_version)
            act(row)
    except InvalidInput as error:
        if error.field not in form:
            error.field = None
        form.add_error(error)
        return _restructuring_page(restructuring_id, name, form), 422
    flash(_("Done."), "success")
    return redirect(url_for("roll.restructuring", restructuring_id=restructuring_id))
