"""A risk point: its page, entering and changing it, assessing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import clock
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.core.permissions import Permission
from supervision.core.web.forms import Form, check_seen
from supervision.core.web.numbers import id_argument
from supervision.enterprise import queries as enterprises
from supervision.enterprise.ended import open_file
from supervision.enterprise.models import Enterprise
from supervision.risk import assessing, forms, labels, queries, rules, service, tables
from supervision.risk.models import RiskPoint
from supervision.risk.rules import AXES, Method, Stage
from supervision.risk.table_rules import TABLE_OF, Part, TableCode
from supervision.risk.views.blueprint import bp
from supervision.risk.workflow import RISK_WORKFLOW, RiskState

# The form of each step; the page shows those that the workflow offers to this actor.
STEP_FORMS: dict[str, type[Form]] = {
    "file": forms.EmptyForm,
    "confirm": forms.NoteForm,
    "return": forms.ReasonForm,
    "retire": forms.ReasonForm,
    "restore": forms.EmptyForm,
}
MONTH_TO_REVIEW = 1


@bp.get("/<int:point_id>")
@requires(Permission.RISK_READ)
def detail(point_id: int) -> ResponseReturnValue:
    return detail_page(point_id)


def detail_page(point_id: int, failed: str = "", form: Form | None = None) -> str:
    """The point with a form for each step that this actor may take now."""
    actor = current_actor()
    point = queries.get_point(point_id, actor)
    offered = RISK_WORKFLOW.names(point, actor)
    shown = {name: _step_form(name, point) for name in STEP_FORMS if name in offered}
    if actor.may(Permission.RISK_EDIT) and point.status is not RiskState.RETIRED:
        shown["control"] = forms.ControlForm(formdata=None).mark("control")
        shown["comment"] = forms.CommentForm(formdata=None).mark("comment")
        if point.next_review_on is not None:
            by = rules.months_after(clock.today(), MONTH_TO_REVIEW)
            shown["review"] = forms.ReviewForm(formdata=None, due_on=by).mark("review")
    if failed in shown and form is not None:
        shown[failed] = form.mark(failed)
    return render_template(
        "risk/detail.html",
        point=point,
        forms=shown,
        failed=failed,
        missing=service.missing(point),
        standing=service.standing_controls(point),
        names=tables.accident_names(clock.today()),
        today=clock.today(),
        labels=labels,
    )


def _step_form(name: str, point: RiskPoint) -> Form:
    form = STEP_FORMS[name](formdata=None, row_version=str(point.row_version))
    return form.mark(name)


@bp.get("/new/<int:enterprise_id>")
@requires(Permission.RISK_EDIT)
def new(enterprise_id: int) -> ResponseReturnValue:
    enterprise = open_file(enterprise_id, current_actor())
    form = forms.PointForm(formdata=None, area_id=str(id_argument("area") or ""))
    return _form_page(enterprise, form)


@bp.post("/new/<int:enterprise_id>")
@requires(Permission.RISK_EDIT)
def create(enterprise_id: int) -> ResponseReturnValue:
    actor = current_actor()
    enterprise = open_file(enterprise_id, actor)
    form = forms.PointForm()
    _offer(form, enterprise.id)
    if form.validate_on_submit():
        try:
            with transaction():
                enterprise = open_file(enterprise_id, actor)
                point = service.create(enterprise, actor, form.values)
        except InvalidInput as error:
            form.add_error(error)
        else:
            flash(_("Risk point %(number)s is entered. Assess it now.", number=point.number))
            return redirect(url_for("risk.assess", point_id=point.id))
    return _form_page(enterprises.get_enterprise(enterprise_id, actor), form, offered=True), 422


@bp.get("/<int:point_id>/edit")
@requires(Permission.RISK_EDIT)
def edit(point_id: int) -> ResponseReturnValue:
    point = queries.get_point(point_id, current_actor())
    form = forms.PointForm(formdata=None, **forms.known(point))
    return _form_page(point.enterprise, form, point)


@bp.post("/<int:point_id>/edit")
@requires(Permission.RISK_EDIT)
def change(point_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = forms.PointForm()
    _offer(form, queries.get_point(point_id, actor).enterprise_id)
    if form.validate_on_submit():
        try:
            with transaction():
                point = queries.get_point(point_id, actor)
                check_seen(form, point.row_version)
                service.change(point, actor, form.values)
        except InvalidInput as error:
            form.add_error(error)
        else:
            flash(_("The risk point is changed."), "success")
            return redirect(url_for("risk.detail", point_id=point_id))
    point = queries.get_point(point_id, actor)
    return _form_page(point.enterprise, form, point, offered=True), 422


def _offer(form: forms.PointForm, enterprise_id: int) -> None:
    plans = queries.plans_of(enterprise_id, current_actor())
    table = tables.table_on(TableCode.ACCIDENTS, clock.today())
    form.offer(plans, {line.code: line.text for line in table.part(Part.TYPE)})


def _form_page(
    enterprise: Enterprise,
    form: forms.PointForm,
    point: RiskPoint | None = None,
    *,
    offered: bool = False,
) -> str:
    if not offered:
        _offer(form, enterprise.id)
    return render_template(
        "risk/form.html",
        enterprise=enterprise,
        form=form,
        point=point,
        plans=queries.plans_of(enterprise.id, current_actor()),
    )


# --- assessing -----------------------------------------------------------------------------------


@bp.get("/<int:point_id>/assess")
@requires(Permission.RISK_EDIT)
def assess(point_id: int) -> ResponseReturnValue:
    point = queries.get_point(point_id, current_actor())
    stage = request.args.get("stage")
    if stage not in set(Stage):
        stage = Stage.RESIDUAL if point.inherent and not point.residual else Stage.INHERENT
    form = forms.AssessForm(formdata=None, stage=stage, assessed_on=clock.today())
    return _assess_page(point, _offer_scores(form, _method(point)))


@bp.post("/<int:point_id>/assess")
@requires(Permission.RISK_EDIT)
def assess_now(point_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = forms.AssessForm()
    method = _method(queries.get_point(point_id, actor))
    # What the page said, not what the tables say now: a newer version is a conflict.
    _offer_scores(form, method, keep_table=True)
    if form.validate_on_submit():
        try:
            with transaction():
                point = queries.get_point(point_id, actor)
                made = assessing.assess(point, actor, form.scoring)
                grade, stage, inherent = made.grade, made.stage, made.stage is Stage.INHERENT
        except InvalidInput as error:
            form.add_error(error)
        else:
            label = labels.GRADE_LABELS[grade]
            flash(
                _("%(stage)s: %(grade)s.", stage=labels.STAGE_LABELS[stage], grade=label), "success"
            )
            if inherent and request.form.get("then") == "next":
                to = url_for("risk.assess", point_id=point_id, method=method.value)
                return redirect(to)
            return redirect(url_for("risk.detail", point_id=point_id))
    return _assess_page(queries.get_point(point_id, actor), form), 422


def _method(point: RiskPoint) -> Method:
    wanted = request.args.get("method")
    if wanted in set(Method):
        return Method(wanted)
    return point.method or Method.LEC


def _offer_scores(
    form: forms.AssessForm, method: Method, *, keep_table: bool = False
) -> forms.AssessForm:
    shelf = tables.tables_on(clock.today())
    table = shelf[TABLE_OF[method]]
    if not keep_table:
        form.table_id.data = str(table.id)
    form.offer(method, table, shelf.get(TableCode.DIRECT))
    return form


def _assess_page(point: RiskPoint, form: forms.AssessForm) -> str:
    shelf = tables.tables_on(clock.today())
    table = shelf[TABLE_OF[form.method]]
    bands: list[dict[str, Any]] = [
        {
            "grade": b.grade.value,
            "least": str(b.score),
            "shown": labels.plain(b.score),
            "label": str(labels.GRADE_LABELS[b.grade]),
        }
        for b in sorted(table.part(Part.BAND), key=lambda b: b.score or 0, reverse=True)
        if b.grade is not None
    ]
    return render_template(
        "risk/assess.html",
        point=point,
        form=form,
        method=form.method,
        methods=Method,
        axes=AXES[form.method],
        bands=bands,
        table=table,
        rules=[
            {"code": x.code, "grade": x.grade.value, "label": str(labels.GRADE_LABELS[x.grade])}
            for x in shelf[TableCode.DIRECT].part(Part.RULE)
            if x.grade is not None
        ],
        labels=labels,
    )


def act_on(
    point_id: int, name: str, form: Form, act: Callable[[RiskPoint], Any], done: str
) -> ResponseReturnValue:
    """Run one step in its transaction; what the form got wrong is shown beside its field."""
    if not form.validate_on_submit():
        return detail_page(point_id, name, form), 422
    try:
        with transaction():
            point = queries.get_point(point_id, current_actor())
            check_seen(form, point.row_version)
            act(point)
    except InvalidInput as error:
        form.add_error(error)
        return detail_page(point_id, name, form), 422
    flash(done, "success")
    return redirect(url_for("risk.detail", point_id=point_id))
