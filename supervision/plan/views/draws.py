"""Draws: the pool, the seed, the result, and drawing again to see that it is the same."""

from __future__ import annotations

import json
from io import BytesIO

from flask import flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from supervision.authority import queries as authorities
from supervision.core.access import current_actor, requires
from supervision.core.db import transaction
from supervision.core.errors import InvalidInput, NotFound
from supervision.core.permissions import Permission
from supervision.core.web.paging import page_number, paginate
from supervision.plan import draw_queries, drawing, forms, labels, queries
from supervision.plan.drawing import Verdict
from supervision.plan.models import PlanDraw
from supervision.plan.rules import SeedSource, Selection
from supervision.plan.views.blueprint import bp
from supervision.plan.workflow import PlanState

MOST_EXCLUDED = 100


@bp.get("/<int:plan_id>/items/<int:item_id>/draws")
@requires(Permission.PLAN_READ)
def draws(plan_id: int, item_id: int) -> ResponseReturnValue:
    return _draws_page(plan_id, item_id)


def _draws_page(plan_id: int, item_id: int, form: forms.PoolForm | None = None) -> str:
    actor = current_actor()
    plan = queries.get_plan(plan_id, actor)
    item = queries.get_item(plan, item_id)
    found = draw_queries.draws_of(item.id)
    return render_template(
        "plan/draws.html",
        plan=plan,
        item=item,
        draws=found,
        form=form or forms.PoolForm(formdata=None),
        may=actor.may(Permission.PLAN_EDIT)
        and authorities.covers(actor, plan.authority.region_code)
        and plan.status is PlanState.PUBLISHED
        and item.selection is Selection.DRAWN
        and not (found and found[0].drawn_at is None),
        labels=labels,
    )


@bp.post("/<int:plan_id>/items/<int:item_id>/draws")
@requires(Permission.PLAN_EDIT)
def make_pool(plan_id: int, item_id: int) -> ResponseReturnValue:
    form, actor = forms.PoolForm(), current_actor()
    queries.get_item(queries.editable_plan(plan_id, actor), item_id)
    if not form.validate_on_submit():
        return _draws_page(plan_id, item_id, form), 422
    try:
        with transaction():
            item = queries.get_item(queries.editable_plan(plan_id, actor), item_id)
            pooled = drawing.make_pool(item, actor, reason=form.reason.data or "")
    except InvalidInput as error:
        form.add_error(error)
        return _draws_page(plan_id, item_id, form), 422
    flash(_("The pool is written down. Now it takes a seed."), "success")
    return redirect(url_for("plan.draw", draw_id=pooled.id))


@bp.get("/draws/<int:draw_id>")
@requires(Permission.PLAN_READ)
def draw(draw_id: int) -> ResponseReturnValue:
    return _draw_page(draw_id)


def _draw_page(
    draw_id: int, form: forms.DrawForm | None = None, verdict: Verdict | None = None
) -> str:
    actor = current_actor()
    found = draw_queries.get_draw(draw_id, actor)
    plan = found.item.plan
    own = authorities.covers(actor, plan.authority.region_code)
    # Whoever answers for a part of the region only sees that part.
    excluded = found.excluded[:MOST_EXCLUDED] if own else []
    return render_template(
        "plan/draw.html",
        draw=found,
        item=found.item,
        plan=plan,
        form=form or forms.DrawForm(formdata=None, source=SeedSource.GENERATED),
        page=paginate(draw_queries.list_rows(found, actor), number=page_number()),
        excluded=excluded,
        verdict=verdict,
        own=own,
        may=own and actor.may(Permission.PLAN_EDIT) and plan.status is PlanState.PUBLISHED,
        labels=labels,
    )


@bp.post("/draws/<int:draw_id>/draw")
@requires(Permission.PLAN_EDIT)
def draw_now(draw_id: int) -> ResponseReturnValue:
    form = forms.DrawForm()
    _editable(draw_id)
    if not form.validate_on_submit():
        return _draw_page(draw_id, form), 422
    try:
        with transaction():
            drawing.draw_now(
                _editable(draw_id, lock=True),
                current_actor(),
                source=SeedSource(form.source.data),
                seed=form.seed.data or "",
                note=form.note.data or "",
            )
    except InvalidInput as error:
        form.add_error(error)
        return _draw_page(draw_id, form), 422
    flash(_("Drawn. The enterprises are in the plan, each with two officers."), "success")
    return redirect(url_for("plan.draw", draw_id=draw_id))


def _editable(draw_id: int, *, lock: bool = False) -> PlanDraw:
    found = draw_queries.get_draw(draw_id, current_actor(), lock=lock)
    if not authorities.covers(current_actor(), found.item.plan.authority.region_code):
        raise NotFound
    return found


@bp.get("/draws/<int:draw_id>/verify")
@requires(Permission.PLAN_READ)
def verify(draw_id: int) -> ResponseReturnValue:
    """Draw again from the stored pool and seed: anybody may, and nothing is changed."""
    found = draw_queries.get_draw(draw_id, current_actor())
    verdict = drawing.verify(found) if found.drawn_at is not None else None
    return _draw_page(draw_id, verdict=verdict)


@bp.get("/draws/<int:draw_id>/pool.json")
@requires(Permission.PLAN_READ)
def pool_file(draw_id: int) -> ResponseReturnValue:
    """The pool and the seed as a file, to draw again without this system."""
    found = _editable(draw_id)
    content = {
        "pool": found.pool,
        "pool_sha256": found.pool_hash,
        "seed": found.seed,
        "result_sha256": found.result_hash,
    }
    made = json.dumps(content, ensure_ascii=False, indent=1).encode()
    name = f"draw-{found.id}.json"
    return send_file(
        BytesIO(made), mimetype="application/json", as_attachment=True, download_name=name
    )
