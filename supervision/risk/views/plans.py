"""Plans of the site: upload, the four-colour plan and its paper, drawing areas."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.core import attachments
from supervision.core.access import current_actor, requires
from supervision.core.attachments import Attachment
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.core.web.forms import Form, check_seen
from supervision.enterprise import queries as enterprises
from supervision.enterprise.ended import open_file
from supervision.enterprise.site_models import SiteArea, SitePlan
from supervision.risk import coloured, forms, labels, papers, queries, sites
from supervision.risk.geometry import parse_polygon
from supervision.risk.rules import Stage
from supervision.risk.views.blueprint import bp
from supervision.risk.views.lists import PDF


@bp.get("/plans/of/<int:enterprise_id>")
@requires(Permission.RISK_READ)
def plans(enterprise_id: int) -> ResponseReturnValue:
    return _plans_page(enterprise_id, forms.PlanForm(formdata=None))


@bp.post("/plans/of/<int:enterprise_id>")
@requires(Permission.RISK_EDIT)
def add_plan(enterprise_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = forms.PlanForm()
    open_file(enterprise_id, actor)
    if form.validate_on_submit():
        try:
            with transaction():
                enterprise = open_file(enterprise_id, actor)
                picture = _picture_of(form)
                plan = sites.add_plan(enterprise, actor, name=form.name.data or "", picture=picture)
        except InvalidInput as error:
            form.add_error(error)
        else:
            flash(_("The plan is added. Draw its areas now."), "success")
            return redirect(url_for("risk.draw", plan_id=plan.id))
    return _plans_page(enterprise_id, form), 422


def _plans_page(enterprise_id: int, form: forms.PlanForm) -> str:
    actor = current_actor()
    return render_template(
        "risk/plans.html",
        enterprise=enterprises.get_enterprise(enterprise_id, actor),
        plans=queries.plans_of(enterprise_id, actor),
        old=queries.plans_of(enterprise_id, actor, old=True),
        form=form,
    )


def _picture_of(form: Any) -> Attachment:
    upload = form.picture.data
    if not upload or not upload.filename:
        raise InvalidInput(N_("Choose a picture of the site."), field="picture")
    return sites.store_picture(current_actor(), upload.stream, upload.filename)


@bp.get("/plans/<int:plan_id>")
@requires(Permission.RISK_READ)
def plan(plan_id: int) -> ResponseReturnValue:
    """The four-colour plan on the screen."""
    return _plan_page(plan_id)


def _plan_page(plan_id: int, failed: str = "", form: Form | None = None) -> str:
    actor = current_actor()
    drawn = _coloured(plan_id)
    shown: dict[str, Form] = {}
    if actor.may(Permission.RISK_EDIT) and drawn.plan.retired_at is None:
        shown = {
            "rename": forms.NameForm(formdata=None, name=drawn.plan.name).mark("rename"),
            "replace": forms.PictureForm(formdata=None, keep_areas=True).mark("replace"),
            "retire": forms.EmptyForm(formdata=None).mark("retire"),
        }
    if failed in shown and form is not None:
        shown[failed] = form.mark(failed)
    return render_template(
        "risk/plan.html", drawn=drawn, forms=shown, failed=failed, labels=labels, stages=Stage
    )


def _coloured(plan_id: int) -> coloured.ColouredPlan:
    actor = current_actor()
    found = queries.get_plan(plan_id, actor)
    wanted = request.args.get("by")
    stage = Stage.INHERENT if wanted == Stage.INHERENT else Stage.RESIDUAL
    return coloured.colour(found, queries.points_on(plan_id, actor), stage)


@bp.get("/plans/<int:plan_id>/picture")
@requires(Permission.RISK_READ)
def plan_picture(plan_id: int) -> ResponseReturnValue:
    return attachments.send(queries.get_plan(plan_id, current_actor()).picture)


@bp.get("/plans/<int:plan_id>/paper.pdf")
@requires(Permission.RISK_READ)
def plan_paper(plan_id: int) -> ResponseReturnValue:
    """The four-colour plan in A3, with its legend."""
    drawn = _coloured(plan_id)
    name = f"{_('Four-colour risk plan')}-{drawn.plan.name}.pdf"
    return send_file(BytesIO(papers.plan_pdf(drawn)), mimetype=PDF, download_name=name)


@bp.post("/plans/<int:plan_id>/rename")
@requires(Permission.RISK_EDIT)
def rename_plan(plan_id: int) -> ResponseReturnValue:
    form = forms.NameForm()

    def act(found: SitePlan) -> int:
        sites.rename_plan(found, current_actor(), form.name.data or "")
        return found.id

    return _act_on(plan_id, "rename", form, act, _("The plan is renamed."))


@bp.post("/plans/<int:plan_id>/replace")
@requires(Permission.RISK_EDIT)
def replace_plan(plan_id: int) -> ResponseReturnValue:
    form = forms.PictureForm()

    def act(found: SitePlan) -> int:
        kept = bool(form.keep_areas.data)
        picture = _picture_of(form)
        return sites.replace_picture(found, current_actor(), picture, keep_areas=kept).id

    return _act_on(plan_id, "replace", form, act, _("The newer picture takes its place."))


@bp.post("/plans/<int:plan_id>/retire")
@requires(Permission.RISK_EDIT)
def retire_plan(plan_id: int) -> ResponseReturnValue:
    def act(found: SitePlan) -> int:
        sites.retire_plan(found, current_actor())
        return found.id

    return _act_on(plan_id, "retire", forms.EmptyForm(), act, _("The plan is removed."))


def _act_on(plan_id: int, name: str, form: Form, act: Any, done: str) -> ResponseReturnValue:
    """Run a step; ``act`` returns the id of the plan to show then."""
    found = queries.get_plan(plan_id, current_actor())
    if not form.validate_on_submit():
        return _plan_page(plan_id, name, form), 422
    try:
        with transaction():
            found = queries.get_plan(plan_id, current_actor())
            shown = act(found)
    except InvalidInput as error:
        form.add_error(error)
        return _plan_page(plan_id, name, form), 422
    flash(done, "success")
    return redirect(url_for("risk.plan", plan_id=shown))


# --- areas ---------------------------------------------------------------------------------------


@bp.get("/plans/<int:plan_id>/areas/new")
@requires(Permission.RISK_EDIT)
def draw(plan_id: int) -> ResponseReturnValue:
    return _draw_page(plan_id, forms.AreaForm(formdata=None))


@bp.post("/plans/<int:plan_id>/areas/new")
@requires(Permission.RISK_EDIT)
def add_area(plan_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = forms.AreaForm()
    queries.get_plan(plan_id, actor)
    if form.validate_on_submit():
        try:
            with transaction():
                found = queries.get_plan(plan_id, actor)
                polygon = parse_polygon(form.polygon.data or "")
                sites.add_area(found, actor, name=form.name.data or "", polygon=polygon)
        except InvalidInput as error:
            form.add_error(error)
        else:
            flash(_("The area is drawn. Draw the next one, or go to the plan."), "success")
            return redirect(url_for("risk.draw", plan_id=plan_id))
    return _draw_page(plan_id, form), 422


@bp.get("/plans/<int:plan_id>/areas/<int:area_id>")
@requires(Permission.RISK_EDIT)
def area(plan_id: int, area_id: int) -> ResponseReturnValue:
    found = queries.get_area(plan_id, area_id, current_actor())
    form = forms.AreaForm(
        formdata=None,
        name=found.name,
        polygon=forms.corners_text(found.polygon),
        row_version=str(found.row_version),
    )
    return _draw_page(plan_id, form, found)


@bp.post("/plans/<int:plan_id>/areas/<int:area_id>")
@requires(Permission.RISK_EDIT)
def change_area(plan_id: int, area_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = forms.AreaForm()
    queries.get_area(plan_id, area_id, actor)
    if form.validate_on_submit():
        try:
            with transaction():
                found = queries.get_area(plan_id, area_id, actor)
                check_seen(form, found.row_version)
                polygon = parse_polygon(form.polygon.data or "")
                sites.change_area(found, actor, name=form.name.data or "", polygon=polygon)
        except InvalidInput as error:
            form.add_error(error)
        else:
            flash(_("The area is changed."), "success")
            return redirect(url_for("risk.plan", plan_id=plan_id))
    return _draw_page(plan_id, form, queries.get_area(plan_id, area_id, actor)), 422


@bp.post("/plans/<int:plan_id>/areas/<int:area_id>/remove")
@requires(Permission.RISK_EDIT)
def remove_area(plan_id: int, area_id: int) -> ResponseReturnValue:
    with transaction():
        # Removed by somebody else a moment ago: that is a conflict, not an unknown address.
        found = queries.get_area(plan_id, area_id, current_actor(), removed=True)
        sites.remove_area(found, current_actor())
    flash(_("The area is removed."), "success")
    return redirect(url_for("risk.plan", plan_id=plan_id))


def _draw_page(plan_id: int, form: forms.AreaForm, found: SiteArea | None = None) -> str:
    drawn = _coloured(plan_id)
    return render_template("risk/draw.html", drawn=drawn, form=form, area=found, labels=labels)
